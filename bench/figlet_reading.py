"""Figures of the figlet reading: `python bench/figlet_reading.py [WORDS]`, WORDS words per font and layout.

Printed: time until the table is ready, reads per second, the share of words read back, and how often an art
with one changed character is still read as its word, or its partial reading contradicts the word. Seconds are
the processor's, so that other jobs on the machine change little.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from measuring import Row

from modalities.ascii_art import figlet
from modalities.ascii_art.figlet_index import index

SEED = 20240
SIGNS = "#/|_@* "
Case = tuple[str, str, str, list[str]]


def cases(words: int, choose: random.Random) -> list[Case]:
    """Random words of 3 to 6 letters and digits that the font prints with ink, in every font and layout."""
    made = []
    for font in index().fonts:
        letters = sorted({c for g in font.glyphs if not g.blank for c in g.chars if c.isalnum()})
        for layout in figlet.LAYOUTS[: 1 if font.full_width_only else 2]:
            for _ in range(words if letters else 0):
                word = "".join(choose.choices(letters, k=choose.randint(3, 6)))
                made.append((word, font.name, layout, figlet.render(word, font.name, layout)))
    return made


def changed(rows: Sequence[str], choose: random.Random) -> list[str]:
    """The art with one character inside a row changed."""
    number = choose.choice([n for n, row in enumerate(rows) if row])
    at = choose.randrange(len(rows[number]))
    sign = choose.choice([s for s in SIGNS if s != rows[number][at]])
    return [*rows[:number], (rows[number][:at] + sign + rows[number][at + 1 :]).rstrip(), *rows[number + 1 :]]


def timed(arts: Sequence[Sequence[str]]) -> tuple[list[figlet.Reading], list[float]]:
    readings, seconds = [], []
    for rows in arts:
        start = time.process_time()
        readings.append(figlet.read(rows))
        seconds.append(time.process_time() - start)
    return readings, seconds


def speed(name: str, seconds: Sequence[float]) -> None:
    slow = sorted(seconds)[len(seconds) * 99 // 100]
    middle = statistics.median(seconds)
    print(
        f"{name}: {1 / statistics.mean(seconds):.0f} reads/s in the mean, {1 / middle:.0f} at the median,"
        f" 99th percentile {slow * 1e3:.1f} ms, longest {max(seconds) * 1e3:.0f} ms ({len(seconds)} arts)"
    )


def share(name: str, count: int, of: int) -> None:
    print(f"{name}: {count} of {of} = {count / max(1, of):.4f}")


def report_words(made: Sequence[Case]) -> None:
    """Speed and share of the words read back, per layout."""
    readings, seconds = timed([case[3] for case in made])
    backwards = {font.name for font in index().fonts if font.right_to_left}
    for layout in figlet.LAYOUTS:
        mine = [n for n, case in enumerate(made) if case[2] == layout]
        good = set()
        for n in mine:
            word, *place, _ = made[n]
            if any(w.matches(word) and [w.font, w.layout] == place for w in readings[n].full):
                good.add(n)
        plain = [n for n in mine if len(made[n][3]) > 1 and made[n][1] not in backwards]
        speed(f"{layout} layout", [seconds[n] for n in mine])
        share(f"{layout} layout, read back", len(good), len(mine))
        share("  without arts of one row and right-to-left fonts", len(good & set(plain)), len(plain))
        print(f"  fonts with a miss: {', '.join(sorted({made[n][1] for n in mine if n not in good}))}")


def report_changed(made: Sequence[Case], choose: random.Random) -> None:
    """What becomes of words of two rows or more when one character is changed."""
    cases = [case for case in made if len(case[3]) > 1]
    mutants = [changed(rows, choose) for *_, rows in cases]
    timed(mutants)  # builds the tables of fonts that were not used before
    readings, seconds = timed(mutants)
    pairs = [(case[0], reading) for case, reading in zip(cases, readings, strict=True)]
    speed("one character changed", seconds)
    share("  still read as the word", sum(r.matches(word) for word, r in pairs), len(pairs))
    share("  partly read", sum(bool(r.partial) for _, r in pairs), len(pairs))
    share("  contradicting its own word", sum(r.contradicts(word) for word, r in pairs), len(pairs))
    share("  search cut short", sum(not r.complete for _, r in pairs), len(pairs))


def rows(quick: bool = False) -> list[Row]:
    """The rows of the table: means, with the fonts' own tables built."""
    start = time.process_time()
    index()
    table = [Row("figlet table of all fonts", time.process_time() - start, "CPU-s", 1, ("<=", 2.0))]
    made = cases(1 if quick else 3, random.Random(SEED))
    timed([case[3] for case in made])
    for layout in figlet.LAYOUTS:
        arts = [case[3] for case in made if case[2] == layout]
        # The mean over arts; of three passes the middle one.
        passes = [timed(arts)[1] for _ in range(3)]
        seconds = statistics.median(map(statistics.mean, passes))
        middle = 1 / statistics.median(passes[1])
        note = f"{middle:,.0f} at the median"
        table.append(Row(f"figlet, {layout} layout", 1 / seconds, "arts/s", len(arts), (">=", 2000), note))
    return table


def main(words: int) -> None:
    start = time.process_time()
    table = index()
    taken = time.process_time() - start
    print(f"table of {len(table.fonts)} fonts: {taken:.2f} s; skipped {dict(table.skipped)}")
    choose = random.Random(SEED)
    made = cases(words, choose)
    _, seconds = timed([case[3] for case in made])
    speed("first pass (fonts' own tables are built)", seconds)
    report_words(made)
    report_changed(made, choose)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
