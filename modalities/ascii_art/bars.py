"""Bar charts: the ways in which an art can be read as bars, upright on one base line or level from one left
edge.

A reading is the list of bars' lengths: rows of an upright bar, characters of a level one. Around the bars may
stand what charts have: labels before a bar ("A | ###", "1: ##"), values after it, a base line, ticks and
names below, a scale at the left. Two readings that differ leave the question open, and so does a drawing that
is one figure (a right triangle is a staircase of bars to some). Upright bars with blank columns between them
are no rows of level ones, whatever characters they are drawn in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from modalities.ascii_art.grid import Grid

Reading = tuple[int, ...]

TOUCHING = "touching "
LEAST = 2  # a single bar is a line or a rectangle
AXIS = frozenset("-=_─━+┴└┘┼—‾¯╚═╩┬")
_LABELLED = re.compile(r"^(?P<label>[^|:│┤\[)]*?)(?:\s?[|:│┤)]|\s-(?=\s)|\s\[)\s?(?P<bar>.*?)$")
_NAMED = re.compile(r"^(?P<label>[A-Za-z0-9][\w .%]*?)\s+(?P<bar>[^\w\s].*)$")
_LETTERED = re.compile(r"^(?P<label>[A-Za-z0-9][\w.%]*)\s+(?P<bar>(?P<c>[A-Za-z])(?P=c)*)$")
_RUN = re.compile(r"^(?P<bar>(?P<c>\S)(?P=c)*)\]?(?:\s*\(?\d+(?:\.\d+)?%?\)?)?$")
SCALE = "|│┤┼"
_SCALE = re.compile(rf"^\s*\d*\s*[{SCALE}]")
_UNITS = re.compile(r"(?P<unit>(?!(?P<c>\S)(?P=c))\S{1,3} ?)(?P=unit)*")  # "[][]", "# # # "
_FILLING = re.compile(r"\[(?P<bar>(?P<c>[^\s\]])(?P=c)*)[ .\-_]*\]")  # "[###   ]"
MARKS = frozenset("XxOoI0")  # letters that are used like marks
EIGHTHS = "▁▂▃▄▅▆▇█"


def bar_readings(grid: Grid) -> tuple[set[Reading], str]:
    """All readings, and what kind of bars they are: "level", "upright", "" without any, "touching …" where
    nothing but their lengths tells them apart, as in a block or a pyramid.

    Strong readings (bars told apart by blanks, labels or different lengths) hide weak ones.
    """
    if not grid.height:
        return set(), ""
    upright = [(way, *found) for way in _without_axis(grid.rows) for found in _upright(way)]
    level, lines = _level(grid.rows)
    if any(apart and not weak and _inked(way) > lines for way, weak, apart, _ in upright):
        level = set()  # rows of bars, taken for a title, names or an axis
    # Where a base line is in doubt, every way counts.
    open_base = len({_inked(way) for way, *_ in upright}) > 1
    strong = level | {reading for _, weak, _, reading in upright if open_base or not weak}
    found = strong or {reading for *_, reading in upright}
    if not found:
        found = _in_pieces(grid.rows)
        return found, "level" if found else ""
    if level:
        block = len({length for reading in level for length in reading}) == 1 and all(
            map(str.strip, grid.rows)
        )
        return found, TOUCHING + "level" if block else "level"
    apart = any(not column.strip() for column in map("".join, zip(*grid.rows, strict=True)))
    return found, "upright" if apart else TOUCHING + "upright"


def _inked(rows: Sequence[str]) -> frozenset[int]:
    """The numbers of the rows with ink."""
    return frozenset(i for i, row in enumerate(rows) if row.strip())


def _in_pieces(rows: Sequence[str]) -> set[Reading]:
    """Readings of bars whose lengths are counted in something else than characters: in pieces ("[][][]", "# # #"),
    in what is filled of a box ("[###   ]"), in eighths ("▂▅▇"). The characters are always a second way."""
    body = [row.strip() for row in rows if row.strip()]
    if len(body) == 1 and len(body[0]) >= LEAST and set(body[0]) <= set(EIGHTHS):
        return {tuple(EIGHTHS.index(c) + 1 for c in body[0]), (1,) * len(body[0])}
    if len(body) < LEAST or len({len(row) - len(row.lstrip()) for row in rows if row.strip()}) > 1:
        return set()
    lengths = tuple(map(len, body))
    filling = [_FILLING.fullmatch(row) for row in body]
    if all(filling):
        return {tuple(len(match["bar"]) for match in filling if match), lengths}
    # A piece may end in a blank, which its last copy has lost.
    units = [_UNITS.fullmatch(row) or _UNITS.fullmatch(row + " ") for row in body]
    pieces = [match["unit"] for match in units if match]
    counts = tuple(len(match.group()) // len(match["unit"]) for match in units if match)
    if len(pieces) < len(body) or len({piece.strip() for piece in pieces}) > 1 or max(counts) < LEAST:
        return set()
    return {counts, lengths}


def _level(rows: Sequence[str]) -> tuple[set[Reading], frozenset[int]]:
    """Readings as bars that run from one left edge to the right, and the numbers of the rows they take."""
    first, last = 0, len(rows)
    while last - first > LEAST and not _read_level(rows[first:last]) and _is_beside(rows[last - 1]):
        last -= 1
    while last - first > LEAST and not _read_level(rows[first:last]) and _is_beside(rows[first]):
        first += 1
    return _read_level(rows[first:last]), frozenset(i for i in range(first, last) if rows[i].strip())


def _is_beside(row: str) -> bool:
    """A row above or below the bars: a title, names, an axis or nothing."""
    return _is_axis(row) or _is_names(row) or not row.strip()


class _Bar(NamedTuple):
    """A level bar: first column (-1 without length), characters, what it is drawn in, and the label before it,
    None where there is not even a rule."""

    start: int
    length: int
    paint: str
    label: str | None


def _read_level(rows: Sequence[str]) -> set[Reading]:
    groups = _level_groups(rows)
    bars = [bar for group in groups for bar in group]
    labelled = {bar.label is not None for bar in bars}
    edges = 1 if all(bar.label for bar in bars) else len({bar.start for bar in bars if bar.length})
    if len(bars) < LEAST or edges != 1 or len(labelled) != 1:
        return set()
    if all(bar.length < 2 for bar in bars):
        return set()  # a column of single characters
    if any(bar.paint.isalnum() for bar in bars) and not _drawn_in_letters(bars):
        return set()
    if labelled == {False} and any(a.length == b.length == 1 for group in groups for a, b in pairwise(group)):
        return set()  # an upright stroke
    thick = all(len(group) == len(groups[0]) and len({bar.length for bar in group}) == 1 for group in groups)
    if len(groups) > 1 and thick:
        return {tuple(group[0].length for group in groups)}
    if folded := _folded(bars):
        return {folded}
    flat = [bar.length for bar in bars]
    readings = {tuple(flat)}
    runs = [(length, len(list(run))) for length, run in groupby(flat)]
    named = any(bar.label for bar in bars)
    if len(runs) >= LEAST and len({n for _, n in runs}) == 1 and runs[0][1] > 1 and not named:
        readings.add(tuple(length for length, _ in runs))  # as likely thick bars without a gap between
    return readings


def _level_groups(rows: Sequence[str]) -> list[list[_Bar]]:
    """The bars between blank rows; nothing if some row is no bar. Beside bars on an upright rule, a row with
    nothing but the rule is blank."""
    parsed = [_level_row(row) if row.strip() else None for row in rows]
    ruled = any(bar is not None and bar.label is not None and bar.length for bar in parsed)
    groups: list[list[_Bar]] = []
    for blank, pairs in groupby(
        zip(rows, parsed, strict=True),
        key=lambda pair: not pair[0].strip() or (ruled and pair[0].strip() in SCALE),
    ):
        if not blank:
            bars = [bar for _, bar in pairs if bar is not None]
            groups.append(bars)
    inked = sum(bool(row.strip()) and not (ruled and row.strip() in SCALE) for row in rows)
    return groups if sum(map(len, groups)) == inked else []


def _drawn_in_letters(bars: Sequence[_Bar]) -> bool:
    """Whether bars drawn in letters are bars: one of them is longer than a word would repeat a letter, or they are
    in a letter that is used like a mark; and beside labels they are in one letter, or each in its own."""
    written = [bar for bar in bars if bar.paint.isalnum()]
    long = max(bar.length for bar in written) > 2
    if any(bar.label for bar in bars):
        return long and (len({bar.paint for bar in bars}) == 1 or all(bar.paint == bar.label for bar in bars))
    return long or all(bar.paint in MARKS for bar in written)


def _folded(bars: Sequence[_Bar]) -> Reading:
    """The lengths of bars of several rows, where one row of each has the label; () where it is not so."""
    named = sum(bool(bar.label) for bar in bars)
    if not 0 < named < len(bars) or len(bars) % named:
        return ()
    rows = len(bars) // named
    thick = [bars[i : i + rows] for i in range(0, len(bars), rows)]
    if any(len({b.length for b in bar}) > 1 or sum(bool(b.label) for b in bar) != 1 for bar in thick):
        return ()
    return tuple(bar[0].length for bar in thick)


def _level_row(row: str) -> _Bar | None:
    """The bar of a row, None where the row is none."""
    text = row.rstrip()
    run = _RUN.fullmatch(text.lstrip())
    if run:
        return _Bar(len(text) - len(text.lstrip()), len(run["bar"]), run["c"], None)
    for pattern in (_LABELLED, _NAMED, _LETTERED):
        match = pattern.fullmatch(text)
        if not match:
            continue
        bar, label = match["bar"], match["label"].strip()
        if not bar.strip() and pattern is _LABELLED:
            return _Bar(-1, 0, "", label)
        run = _RUN.fullmatch(bar.strip())
        if run:
            start = match.start("bar") + len(bar) - len(bar.lstrip())
            return _Bar(start, len(run["bar"]), run["c"], label)
    return None


def _is_axis(row: str) -> bool:
    marks = set(row.strip()) - {" ", "|"}
    return bool(marks) and marks <= AXIS and len(row.strip()) >= 2


def _is_names(row: str) -> bool:
    """A row of ticks or names: letters and digits, most of its ink."""
    ink = [c for c in row if c != " "]
    return bool(ink) and 2 * sum(c.isalnum() for c in ink) > len(ink)


def _without_axis(rows: Sequence[str]) -> list[list[str]]:
    """The rows of upright bars in each way to take off titles, names, base line and a scale at the left.

    Every way has as many rows as the art; what is taken off is blank in it.
    """
    marks = {c for row in rows for c in row if c != " " and not c.isalnum()}
    if marks - AXIS - set("|│┤"):  # letters and digits draw no bars
        end = len(rows)
        while end > 1 and (_is_names(rows[end - 1]) or not rows[end - 1].strip()):
            end -= 1
        ways = [
            ["".join(" " if c.isalnum() else c for c in row) for row in way] for way in _bases(rows[:end])
        ]
    else:
        ways = _bases(rows)
        if not _any_upright(ways):
            plain = ["".join(" " if c.isdigit() else c for c in row) for row in rows]  # values
            first, end = _between_names(plain)
            ways = [[""] * first + way for way in _bases(plain[first:end])]
    if marks - set(SCALE):
        ways = [cut for way in ways for cut in _without_scale(way)]
    return [way + [""] * (len(rows) - len(way)) for way in ways]


def _any_upright(ways: Sequence[Sequence[str]]) -> bool:
    return any(found for way in ways for found in _upright(way))


def _bases(rows: Sequence[str]) -> list[list[str]]:
    """The rows with and without a base line; both only where it may be the bars' own last row."""
    body = list(rows)
    if len(body) < 2:
        return [body]
    if _is_own_base(body):
        return [body[:-1], body[:-1] + body[-2:-1], body]
    if not _is_axis(body[-1]) or (_is_axis(body[-2]) and set(body[-1]) & set(body[-2]) - {" "}):
        return [body]
    own = set(body[-1].replace(" ", "")) <= set("".join(body[:-1]))  # drawn like the bars themselves
    return ([] if own and " " in body[-1].strip() else [body[:-1]]) + ([body] if own else [])


def _is_own_base(rows: Sequence[str]) -> bool:
    """Whether the last row is a line in the bars' own character under bars of two columns or more that stand
    apart: it may be a base line, or one row more of each bar."""
    base, above = rows[-1].strip(), rows[-2].split()
    return (
        len(set(base)) == 1
        and set("".join(above)) == set(base)
        and len(above) > 1
        and min(map(len, above)) > 1
        and rows[-1].index(base) <= rows[-2].index(above[0])
        and len(rows[-1].rstrip()) >= len(rows[-2].rstrip())
    )


def _without_scale(rows: list[str]) -> list[list[str]]:
    """The rows without a scale at the left; both ways where it may be a bar drawn in its character."""
    inked = [row for row in rows if row.strip()]
    ends = {match.end() if match else 0 for match in map(_SCALE.match, inked)}
    if len(inked) < 2 or len(ends) != 1 or ends == {0}:
        return [rows]
    cut = [row[min(ends) :] for row in rows]
    if not any(row.strip() for row in cut):
        return [rows]
    return [cut, rows] if set("".join(cut)) & set(SCALE) else [cut]


def _between_names(rows: Sequence[str]) -> tuple[int, int]:
    """First row, and one past the last, of what is left without titles above and names below bars that are drawn
    in letters themselves: rows with words, or of letters found nowhere else."""
    first, end = 0, len(rows)
    while end - first > 1 and (
        not rows[end - 1].strip() or _is_foreign(rows[end - 1], rows[first : end - 1])
    ):
        end -= 1
    while end - first > 1 and (not rows[first].strip() or _is_foreign(rows[first], rows[first + 1 : end])):
        first += 1
    return first, end


def _is_foreign(row: str, others: Sequence[str]) -> bool:
    words = any(len(set(run)) > 1 for run in row.split())
    return _is_names(row) and (words or not set("".join(row.split())) & set("".join(others)))


def _upright(rows: Sequence[str]) -> Iterator[tuple[bool, bool, Reading]]:
    """Readings as bars that stand on the last row, each with whether it is weak (equal bars touch), and whether
    blank columns part its bars."""
    while rows and not rows[-1].strip():
        rows = rows[:-1]
    heights = _heights(rows)
    if heights is None or max(heights, default=0) < 2 or not _painted(rows):
        return
    groups = [list(g) for empty, g in groupby(heights, key=lambda h: h == 0) if not empty]
    if len(groups) > 1:
        if all(len(set(g)) == 1 for g in groups):  # how wide a bar is says nothing
            yield False, True, tuple(g[0] for g in groups)
        return  # stairs apart: no chart that we know
    flat = groups[0]
    plateaus = [(h, len(list(run))) for h, run in groupby(flat)]
    if len(plateaus) < LEAST:
        return  # one bar, or a block
    if any(a == b == 1 for a, b in pairwise(flat)):
        return  # a level stroke
    even = len({n for _, n in plateaus}) == 1
    if even:
        yield False, False, tuple(h for h, _ in plateaus)
    if not even or len(plateaus) < len(flat):
        yield not even, False, tuple(flat)


def _painted(rows: Sequence[str]) -> bool:
    """Whether every column is drawn in one character, but for a cap at the top of a bar."""
    width = max(map(len, rows))
    columns = ["".join(row[c] for row in rows if c < len(row) and row[c] != " ") for c in range(width)]
    return all(len(set(column[len(column) > 2 :])) <= 1 for column in columns)


def _heights(rows: Sequence[str]) -> list[int] | None:
    """Rows of ink in each column from below; None if a column has a gap or does not reach the base."""
    if not rows:
        return None
    width = max(len(row) for row in rows)
    heights = []
    for column in range(width):
        ink = [column < len(row) and row[column] != " " for row in reversed(rows)]
        height = ink.index(False) if False in ink else len(ink)
        if any(ink[height:]):
            return None
        heights.append(height)
    while heights and not heights[-1]:
        heights.pop()
    while heights and not heights[0]:
        heights.pop(0)
    return heights
