"""Verdicts on ASCII art: figlet reading decides text() and font(), geometry everything else, nobody depicts().

text(WORD) holds if a reading is WORD without regard to case, and no other reading means another word: a reading of the
whole art, of what a frame (closed or not) surrounds, or of what stands between rules. It fails if there are readings
and none is WORD, or if the whole art is a face, a chart or one recognised figure and WORD has two letters or more. It
stays unknown where no font prints the art: the nearest font is right only 64 % of the time.

What this file adds to the two checkers is only how they speak of one another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from grounding.claims import FAILS, HOLDS, UNKNOWN, Claim, Value, Verdict
from modalities.ascii_art import AsciiArt, figlet, geometry
from modalities.ascii_art.frames import content_rows
from modalities.ascii_art.relate import EXPRESSIONS, alike

FIGLET, GEOMETRY = (f"{name}/{AsciiArt.checkers[name]}" for name in ("figlet", "geometry"))
# Strokes of letters are no figures: these facts are not volunteered about an art that reads as a word.
FIGURE_FACTS = frozenset({"count", "left_of", "above", "hollow", "filled", "shape"})
_SIDES = re.compile(
    r" *(?P<left>[^\sA-Za-z0-9]+) +(?P<word>[A-Za-z0-9](?:.*[A-Za-z0-9!?.])?) +(?P<right>[^\sA-Za-z0-9]+) *"
)
_MIRRORED = str.maketrans("<>()[]{}/\\", "><)(][}{\\/")
SURE_LETTERS = (
    3  # read for certain: two may be letters of a strange font that look like others of a common one
)
MANY_FONTS = 5  # fonts named in a reason; all of them are facts


@dataclass(frozen=True, slots=True)
class Look:
    """What both checkers see in one art.

    words     full readings, of the art or of what its frame surrounds, their places counted in the whole art
    odd       full readings that need signs where letters alone explain the art ("F_" is an E in some fonts)
    partial   readings with unknown letters between certain ones
    complete  whether the search for readings came to its end; `why` there is none, in words
    """

    geometry: geometry.Geometry
    words: tuple[figlet.Word, ...]
    odd: tuple[figlet.Word, ...]
    partial: tuple[figlet.Word, ...]
    complete: bool
    why: str


@lru_cache(maxsize=256)
def look(rows: tuple[str, ...]) -> Look:
    """Both checkers' findings, computed once an art."""
    seen = geometry.describe(rows)
    readings = [figlet.read(rows)]
    words, partial = list(readings[0].full), list(readings[0].partial)
    framed = seen.frames[:1] or ((seen.broken_frame,) if seen.broken_frame else ())
    for box in framed:
        inside = figlet.read(content_rows(rows, box))
        readings.append(inside)
        words += [_moved(word, box[0] + 1, box[1] + 1) for word in inside.full]
        partial += [_moved(word, box[0] + 1, box[1] + 1) for word in inside.partial]
    plain = None if framed else _undecorated(rows)
    if plain is not None and (not words or len(plain[2]) == 1):
        top, left, inner = plain
        between = figlet.read(inner)
        readings.append(between)
        words = [_moved(word, top, left) for word in between.full]
    words = [word for word in words if _plain(word, rows)]
    lettered = [word for word in words if _lettered(word)] or words
    lettered = [word for word in lettered if _evenly_set(word)] or lettered
    odd = [word for word in words if word not in lettered]
    return Look(
        seen,
        tuple(lettered),
        tuple(odd),
        tuple(partial),
        all(r.complete for r in readings),
        readings[0].reason,
    )


def _undecorated(rows: Sequence[str]) -> tuple[int, int, list[str]] | None:
    """A word without the rules above and below it, and without the same signs on both of its sides ("*** HI ***").

    The row and column where it begins, and its rows; None where there is no such decoration.
    """
    first = 1 if _rule(rows[0]) else 0
    last = len(rows) - 1 if _rule(rows[-1]) else len(rows)
    if first >= last:
        return None
    inner = [row for row in rows[first:last] if row.strip()]
    sides = _SIDES.fullmatch(inner[0]) if len(inner) == 1 else None
    if sides and sides["left"] == sides["right"][::-1].translate(_MIRRORED):
        at = next(r for r in range(first, last) if rows[r].strip())
        return at, sides.start("word"), [sides["word"]]
    return None if last - first == len(rows) else (first, 0, list(rows[first:last]))


def _rule(row: str) -> bool:
    """A row of signs without a blank, of at most three kinds: "-----", "+----+", "~*~*~"."""
    signs = row.strip(" ")
    return len(signs) >= 3 and len(set(signs)) <= 3 and not any(c.isalnum() or c.isspace() for c in signs)


def _plain(word: figlet.Word, rows: Sequence[str]) -> bool:
    """Whether typed letters are read as themselves: some one-line fonts are ciphers (rot13 prints VET as IRG)."""
    inked = [x for x in word.letters if x.columns[1] >= x.columns[0] and x.chars != {" "}]
    if any(x.rows[0] != x.rows[1] for x in inked) or len({x.rows for x in inked}) > 1:
        return True
    typed = [(rows[x.rows[0]][x.columns[0] : x.columns[1] + 1], x) for x in inked]
    return all(t.casefold() in {c.casefold() for c in x.chars} for t, x in typed if t.isalnum())


def _evenly_set(word: figlet.Word) -> bool:
    """Whether there are blanks between all letters or between none.

    Glyphs of loose letters may join to others ("J  Ll  M  P" for JUMP in some font): of two readings, the even one
    is meant. Words of a sentence are set unevenly too, so this only chooses where there is a choice.
    """
    texts = word.text.strip(" ")
    gaps = {len(gap) for gap in re.findall(r"(?<=[^ ])( *)(?=[^ ])", texts)}
    return len(gaps) <= 1


def _lettered(word: figlet.Word) -> bool:
    return all(any(c.isalnum() or c == " " for c in x.chars) for x in word.letters)


def meanings(words: Sequence[figlet.Word]) -> set[str]:
    """What the readings say, words that no glyph tells apart being one. A glyph that a font uses for unlike
    letters (a placeholder in unfinished fonts) makes as many meanings as it has letters; two are enough here."""
    found: set[str] = set()
    for word in words:
        letters = [x for x in word.letters if " " not in x.chars]
        options = [
            sorted({alike(c) for c in x.chars if c.isalnum()} or set(x.chars) or {"?"}) for x in letters
        ]
        found.add("".join(o[0] for o in options))
        if any(len(o) > 1 for o in options):
            found.add("".join(o[-1] for o in options))
    return found


def _moved(word: figlet.Word, down: int, right: int) -> figlet.Word:
    """A word read in a part of the art, placed in the whole."""
    letters = tuple(
        replace(
            x, rows=(x.rows[0] + down, x.rows[1] + down), columns=(x.columns[0] + right, x.columns[1] + right)
        )
        for x in word.letters
    )
    return replace(word, letters=letters)


def check(rows: tuple[str, ...], claims: Sequence[Claim]) -> list[Verdict]:
    """A verdict for each claim, in order."""
    seen = look(rows)
    return [_verdict(claim, seen) for claim in claims]


def observe(rows: tuple[str, ...]) -> list[Verdict]:
    """Every fact that can be established, words first."""
    seen = look(rows)
    clear = seen.words if len(meanings(seen.words)) == 1 else ()
    # Of "TIGER" and "T I G E R" the one with fewer spaces is said.
    spellings = {
        alike(text): text for text in sorted((w.text for w in clear), key=lambda t: (-t.count(" "), t))
    }
    if len(seen.geometry.figures) == 1 and not seen.geometry.strays:
        # A filled block is some font's "I": true, and no news about a rectangle.
        spellings = {k: v for k, v in spellings.items() if len(v) > 1}
    claims = [Claim("text", (word,)) for word in spellings.values()]
    if spellings:
        claims += [Claim("font", (font,)) for font in sorted({w.font for w in clear})]
    worded = any(len(word) > 1 for word in spellings)
    claims += [c for c in geometry.facts(seen.geometry) if not (worded and c.name in FIGURE_FACTS)]
    return [v for v in (_verdict(claim, seen) for claim in claims) if v.value == HOLDS]


def _verdict(claim: Claim, seen: Look) -> Verdict:
    if claim.name == "text":
        value, evidence = _text(str(claim.args[0]), seen)
        return Verdict(claim, value, FIGLET, evidence)
    if claim.name == "font":
        value, evidence = _font(str(claim.args[0]), seen)
        return Verdict(claim, value, FIGLET, evidence)
    if claim.name == "depicts":
        reason = "what an ASCII drawing depicts cannot be decided by rules"
        return Verdict(claim, UNKNOWN, GEOMETRY, {"reason": reason})
    if claim.name == "face":
        value, evidence = _face(claim, seen)
        return Verdict(claim, value, GEOMETRY, evidence)
    value, evidence = geometry.decide(claim, seen.geometry)
    return Verdict(claim, value, GEOMETRY, evidence)


def _text(word: str, seen: Look) -> tuple[Value, dict[str, Any]]:
    fitting = [w for w in seen.words if _spells(w, word)]
    if fitting and len(meanings(seen.words)) > 1:
        return UNKNOWN, {"reason": f"can be read as {_either(seen.words)}", "boxes": _letters(fitting[0])}
    if fitting:
        return HOLDS, {
            "reason": f"reads {fitting[0].text!r} in {_named(fitting)}",
            "boxes": _letters(fitting[0]),
        }
    if any(_spells(w, word) for w in seen.odd):
        return UNKNOWN, {
            "reason": f"letters alone read {_either(seen.words)}; with signs it can be read so too"
        }
    if any(_spells(_letters_alone(w), word) for w in seen.words):
        return UNKNOWN, {"reason": f"reads {_either(seen.words)}: the word, with signs beside it"}
    if not seen.complete:
        return UNKNOWN, {"reason": "the art is too intricate to find all its readings"}
    if seen.words:
        return FAILS, {
            "reason": f"reads {_either(seen.words)} in {_named(seen.words)}",
            "boxes": _letters(seen.words[0]),
        }
    sure = [w for w in seen.partial if sum(bool(x.chars) for x in w.letters) >= SURE_LETTERS]
    if sure and not any(_may_be(word, w) for w in seen.partial):
        return FAILS, {
            "reason": f"reads {seen.partial[0].text!r} (? unknown) in {_named(seen.partial)}",
            "boxes": _letters(seen.partial[0]),
        }
    figures = seen.geometry.figures
    if len(word) >= 2 and seen.geometry.face is not None:
        return FAILS, {"reason": "the art is a face, no word"}
    if len(word) >= 2 and len(figures) == 1 and figures[0].kinds and not seen.geometry.strays:
        kind = sorted(figures[0].kinds)[-1]
        return FAILS, {"reason": f"the whole art is one {kind}, no word", "boxes": [list(figures[0].box)]}
    typed = sum(c.isalnum() for c in seen.geometry.charset)
    if len(word) >= 2 and len(seen.geometry.readings) == 1 and typed <= 1 and not seen.partial:
        return FAILS, {
            "reason": f"the art is a chart of {len(next(iter(seen.geometry.readings)))} bars, no word"
        }
    return UNKNOWN, {"reason": seen.why or "no figlet font prints this"}


def _spells(drawn: figlet.Word, word: str) -> bool:
    """Whether the letters are the word's, spaces apart: how wide letters are set is no part of a word."""
    letters = tuple(x for x in drawn.letters if " " not in x.chars)
    return replace(drawn, letters=letters).matches(word.replace(" ", ""))


def _letters_alone(drawn: figlet.Word) -> figlet.Word:
    return replace(drawn, letters=tuple(x for x in drawn.letters if any(c.isalnum() for c in x.chars)))


def _may_be(word: str, partial: figlet.Word) -> bool:
    """Whether the letters that are certain allow the word; unknown ink may be any number of letters, or none."""
    runs: list[list[frozenset[str]]] = [[]]  # certain letters between unknown ink
    for letter in partial.letters:
        if letter.chars:
            runs[-1].append(frozenset(c.lower() for c in letter.chars))
        else:
            runs.append([])
    letters, first, last = word.lower(), runs[0], runs[-1]
    if len(runs) == 1:
        return len(letters) == len(first) and _stands(first, letters, 0)
    at, end = len(first), len(letters) - len(last)
    if at > end or not (_stands(first, letters, 0) and _stands(last, letters, end)):
        return False
    for run in runs[1:-1]:  # the earliest place leaves most room for the next run: no other need be tried
        place = next((i for i in range(at, end - len(run) + 1) if _stands(run, letters, i)), None)
        if place is None:
            return False
        at = place + len(run)
    return True


def _stands(run: Sequence[frozenset[str]], letters: str, at: int) -> bool:
    """Whether the run of certain letters stands at that place of a word."""
    return at + len(run) <= len(letters) and all(letters[at + i] in chars for i, chars in enumerate(run))


def _font(name: str, seen: Look) -> tuple[Value, dict[str, Any]]:
    name = name.strip().lower()
    if name not in figlet.fonts():
        return UNKNOWN, {"reason": f"pyfiglet has no font {name!r} that can be read"}
    fitting = [w for w in seen.words if w.font == name]
    if fitting:
        return HOLDS, {
            "reason": f"{name} prints {fitting[0].text!r} like this",
            "boxes": _letters(fitting[0]),
        }
    if seen.words and seen.complete:
        return FAILS, {"reason": f"{name} prints it otherwise; it is set in {_named(seen.words)}"}
    foreign = sorted(set(seen.geometry.charset) - figlet.characters(name))
    if foreign:
        return FAILS, {"reason": f"{name} has no {''.join(foreign[:MANY_FONTS])!r} in any letter"}
    return UNKNOWN, {"reason": seen.why or "no figlet font prints this"}


def _face(claim: Claim, seen: Look) -> tuple[Value, dict[str, Any]]:
    value, evidence = geometry.decide(claim, seen.geometry)
    word = next((w for w in seen.words if len(w.text) > 1 and _height(w) == seen.geometry.height), None)
    if value == UNKNOWN and word is not None and claim.args[0] in EXPRESSIONS:
        return FAILS, {"reason": f"the art reads {word.text!r}, it is no face", "boxes": _letters(word)}
    return value, evidence


def _height(word: figlet.Word) -> int:
    """Rows from the first to the last that its letters cover: eyes that are letters are no word above a mouth."""
    inked = [x.rows for x in word.letters if " " not in x.chars]
    return max(r for _, r in inked) - min(r for r, _ in inked) + 1 if inked else 0


def _named(words: Sequence[figlet.Word]) -> str:
    fonts = sorted({w.font for w in words})
    more = f" and {len(fonts) - MANY_FONTS} more fonts" if len(fonts) > MANY_FONTS else ""
    return f"{', '.join(fonts[:MANY_FONTS])}{more}"


def _either(words: Sequence[figlet.Word]) -> str:
    found = sorted({w.text for w in words})
    return " or ".join(repr(f) for f in found[:MANY_FONTS])


def _letters(word: figlet.Word) -> list[list[int]]:
    """Each letter's box: top, left, bottom, right; spaces have none."""
    boxes = [[x.rows[0], x.columns[0], x.rows[1], x.columns[1]] for x in word.letters if " " not in x.chars]
    return [box for box in boxes if box[0] <= box[2] and box[1] <= box[3]]
