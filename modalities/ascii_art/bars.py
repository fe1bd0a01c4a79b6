"""Bar charts: the ways in which an art can be read as bars, upright on one base line or level from one left
edge.

A reading is the list of bars' lengths: rows of an upright bar, characters of a level one. Around the bars may
stand what charts have: labels before a bar ("A | ###", "1: ##"), values after it, a base line, ticks and
names below, a scale at the left. Two readings that differ leave the question open, and so does a drawing that
is one figure (a right triangle is a staircase of bars to some).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from modalities.ascii_art.grid import Grid

Reading = tuple[int, ...]

TOUCHING = "touching "
LEAST = 2  # a single bar is a line or a rectangle
AXIS = frozenset("-=_─━+┴└┘┼—‾¯╚═╩┬")
_LABELLED = re.compile(r"^(?P<label>[^|:│┤\[]*?)\s?[|:│┤]\s?(?P<bar>.*?)$")
_NAMED = re.compile(r"^(?P<label>[A-Za-z0-9][\w .%]*?)\s+(?P<bar>[^\w\s].*)$")
_RUN = re.compile(r"^(?P<bar>(?P<c>\S)(?P=c)*)(?:\s*\(?\d+(?:\.\d+)?%?\)?)?$")
SCALE = "|│┤┼"
_SCALE = re.compile(rf"^\s*\d*\s*[{SCALE}]")


def bar_readings(grid: Grid) -> tuple[set[Reading], str]:
    """All readings, and what kind of bars they are: "level", "upright", "" without any, "touching …" where
    nothing but their lengths tells them apart, as in a block or a pyramid.

    Strong readings (bars told apart by blanks, labels or different lengths) hide weak ones.
    """
    if not grid.height:
        return set(), ""
    level = _level(grid.rows)
    upright = {False: set[Reading](), True: set[Reading]()}
    for rows in _without_axis(grid.rows):
        for weak, reading in _upright(rows):
            upright[weak].add(reading)
    strong = level | upright[False]
    found = strong or upright[True]
    if not found:
        return found, ""
    if level:
        block = len({length for reading in level for length in reading}) == 1 and all(
            map(str.strip, grid.rows)
        )
        return found, TOUCHING + "level" if block else "level"
    apart = any(not column.strip() for column in map("".join, zip(*grid.rows, strict=True)))
    return found, "upright" if apart else TOUCHING + "upright"


def _level(rows: Sequence[str]) -> set[Reading]:
    """Readings as bars that run from one left edge to the right."""
    body = list(rows)
    while len(body) > LEAST and not _read_level(body) and _is_beside(body[-1]):
        body.pop()
    while len(body) > LEAST and not _read_level(body) and _is_beside(body[0]):
        body.pop(0)
    return _read_level(body)


def _is_beside(row: str) -> bool:
    """A row above or below the bars: a title, names, an axis or nothing."""
    return _is_axis(row) or _is_names(row) or not row.strip()


class _Bar(NamedTuple):
    """A level bar: first column (-1 without length), characters, and whether a label stands before it."""

    start: int
    length: int
    labelled: bool


def _read_level(rows: Sequence[str]) -> set[Reading]:
    groups: list[list[_Bar]] = []
    for blank, lines in groupby(rows, key=lambda row: not row.strip()):
        if not blank:
            parsed = [_level_row(row) for row in lines]
            if None in parsed:
                return set()
            groups.append([bar for bar in parsed if bar is not None])
    bars = [bar for group in groups for bar in group]
    labelled = {bar.labelled for bar in bars}
    if len(bars) < LEAST or len({bar.start for bar in bars if bar.length}) != 1 or len(labelled) != 1:
        return set()
    if all(bar.length < 2 for bar in bars):
        return set()  # a column of single characters
    if (
        any(a.length == b.length == 1 for group in groups for a, b in pairwise(group))
        and not bars[0].labelled
    ):
        return set()  # an upright stroke
    thick = all(len(group) == len(groups[0]) and len({bar.length for bar in group}) == 1 for group in groups)
    if len(groups) > 1 and thick:
        return {tuple(group[0].length for group in groups)}
    flat = [bar.length for bar in bars]
    readings = {tuple(flat)}
    runs = [(length, len(list(run))) for length, run in groupby(flat)]
    if len(runs) >= LEAST and len({n for _, n in runs}) == 1 and runs[0][1] > 1 and not bars[0].labelled:
        readings.add(tuple(length for length, _ in runs))  # as likely thick bars without a gap between
    return readings


def _level_row(row: str) -> _Bar | None:
    """The bar of a row, None where the row is none."""
    text = row.rstrip()
    run = _RUN.fullmatch(text.lstrip())
    if run and _paint(run["c"], len(run["bar"])):
        return _Bar(len(text) - len(text.lstrip()), len(run["bar"]), False)
    for pattern in (_LABELLED, _NAMED):
        match = pattern.fullmatch(text)
        if not match:
            continue
        bar = match["bar"]
        if not bar.strip() and pattern is _LABELLED:
            return _Bar(-1, 0, True)
        run = _RUN.fullmatch(bar.strip())
        if run and _paint(run["c"], len(run["bar"])):
            return _Bar(match.start("bar") + len(bar) - len(bar.lstrip()), len(run["bar"]), True)
    return None


def _paint(char: str, length: int) -> bool:
    """Whether a bar may be drawn with this character: any mark, and letters that are used like one."""
    return not char.isalnum() or (char in "XxOoI0" or length > 2)


def _is_axis(row: str) -> bool:
    marks = set(row.strip()) - {" ", "|"}
    return bool(marks) and marks <= AXIS and len(row.strip()) >= 2


def _is_names(row: str) -> bool:
    """A row of ticks or names: letters and digits, most of its ink."""
    ink = [c for c in row if c != " "]
    return bool(ink) and 2 * sum(c.isalnum() for c in ink) > len(ink)


def _without_axis(rows: Sequence[str]) -> list[list[str]]:
    """The rows of upright bars in each way to take off names, base line and a scale at the left."""
    body = list(rows)
    marks = {c for row in body for c in row if c != " " and not c.isalnum()}
    names = bool(marks - AXIS - set("|│┤"))  # bars drawn in letters keep their letters
    while names and len(body) > 1 and (_is_names(body[-1]) or not body[-1].strip()):
        body.pop()
    ways = [body]
    if len(body) > 1 and _is_axis(body[-1]) and not _is_axis(body[-2]):
        own = set(body[-1].replace(" ", "")) <= set("".join(body[:-1]))  # drawn like the bars themselves
        ways = ([] if own and " " in body[-1].strip() else [body[:-1]]) + ([body] if own else [])
    stripped = []
    for way in ways:
        if len(way) > 1 and marks - set(SCALE) and all(_SCALE.match(row) for row in way):
            cut = max(len(match.group()) for match in map(_SCALE.match, way) if match)
            if any(row[cut:].strip() for row in way):
                way = [row[cut:] for row in way]
        stripped.append(["".join(" " if names and c.isalnum() else c for c in row) for row in way])
    return stripped


def _upright(rows: Sequence[str]) -> list[tuple[bool, Reading]]:
    """Readings as bars that stand on the last row, each with whether it is weak (equal bars touch)."""
    while rows and not rows[-1].strip():
        rows = rows[:-1]
    heights = _heights(rows)
    if heights is None or max(heights, default=0) < 2 or not _painted(rows):
        return []
    groups = [list(g) for empty, g in groupby(heights, key=lambda h: h == 0) if not empty]
    even = all(len(set(g)) == 1 and len(g) == len(groups[0]) for g in groups)
    if len(groups) >= LEAST and even:
        return [(False, tuple(g[0] for g in groups))]
    if len(groups) > 1:
        return []  # bars of different widths, or stairs apart: no chart that we know
    flat = groups[0]
    plateaus = [(h, len(list(run))) for h, run in groupby(flat)]
    if len(plateaus) < LEAST:
        return []  # one bar, or a block
    if any(a == b == 1 for a, b in pairwise(flat)):
        return []  # a level stroke
    if len(plateaus) == len(flat):
        return [(False, tuple(flat))]
    if len({n for _, n in plateaus}) == 1:
        return [(False, tuple(h for h, _ in plateaus)), (False, tuple(flat))]
    return [(True, tuple(flat))]


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
