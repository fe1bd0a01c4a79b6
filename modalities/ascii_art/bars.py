"""Bar charts: the ways in which an art can be read as bars, upright on one base line or level from one left edge.

A reading is the list of bars' lengths: rows of an upright bar, characters of a level one. Around the bars may stand
what charts have: labels before a bar ("A | ###", "1: ##"), values after it, a base line, ticks and names below, a
scale at the left. Two readings that differ leave the question open, and so does a drawing that is one figure (a
right triangle is a staircase of bars to some).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from modalities.ascii_art.grid import Grid

Reading = tuple[int, ...]

LEAST = 2  # a single bar is a line or a rectangle
AXIS = frozenset("-=_─━+┴└┘┼—‾¯╚═╩┬")
_LABELLED = re.compile(r"^(?P<label>[^|:│┤\[]*?)\s?[|:│┤]\s?(?P<bar>.*?)$")
_NAMED = re.compile(r"^(?P<label>[A-Za-z0-9][\w .%]*?)\s+(?P<bar>[^\w\s].*)$")
_RUN = re.compile(r"^(?P<bar>(?P<c>\S)(?P=c)*)(?:\s*\(?\d+(?:\.\d+)?%?\)?)?$")
_SCALE = re.compile(r"^\s*\d*\s*[|│┤┼+]")


def bar_readings(grid: Grid) -> tuple[set[Reading], str]:
    """All readings, and in words what kind of bars they are ("" without any).

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
    kinds = [name for name, readings in (("level", level), ("upright", upright[False])) if readings]
    return found, " or ".join(kinds) or ("upright" if found else "")


def _level(rows: Sequence[str]) -> set[Reading]:
    """Readings as bars that run from one left edge to the right."""
    body = list(rows)
    while len(body) > LEAST and (_is_axis(body[-1]) or _is_names(body[-1]) or not body[-1].strip()):
        trimmed = _read_level(body)
        if trimmed:
            break
        body.pop()
    return _read_level(body)


def _read_level(rows: Sequence[str]) -> set[Reading]:
    parsed = [_level_row(row) for row in rows]
    bars = [p for p in parsed if p is not None and p != "blank"]
    if len(bars) < LEAST or any(p is None for p in parsed):
        return set()
    starts = {p[0] for p in bars if p[1]}
    labelled = {p[2] for p in bars}
    if len(starts) != 1 or all(p[1] < 2 for p in bars) or len(labelled) != 1:
        return set()
    groups = [list(g) for blank, g in groupby(parsed, key=lambda p: p == "blank") if not blank]
    lengths = [[p[1] for p in group] for group in groups]
    if len(lengths) > 1 and all(len(set(group)) == 1 and len(group) == len(lengths[0]) for group in lengths):
        return {tuple(group[0] for group in lengths)}
    flat = [length for group in lengths for length in group]
    readings = {tuple(flat)}
    runs = [(length, len(list(run))) for length, run in groupby(flat)]
    if len(runs) >= LEAST and len({n for _, n in runs}) == 1 and runs[0][1] > 1 and not labelled.pop():
        readings.add(tuple(length for length, _ in runs))  # as likely thick bars without a gap between
    return readings


def _level_row(row: str) -> tuple[int, int, bool] | str | None:
    """(first column, length, labelled) of the bar in a row; "blank"; None where the row is no bar."""
    if not row.strip():
        return "blank"
    text = row.rstrip()
    run = _RUN.fullmatch(text.lstrip())
    if run and _paint(run["c"], len(run["bar"])):
        return len(text) - len(text.lstrip()), len(run["bar"]), False
    for pattern in (_LABELLED, _NAMED):
        match = pattern.fullmatch(text)
        if not match:
            continue
        bar = match["bar"]
        if not bar.strip() and pattern is _LABELLED:
            return -1, 0, True
        run = _RUN.fullmatch(bar.strip())
        if run and _paint(run["c"], len(run["bar"])):
            return match.start("bar") + len(bar) - len(bar.lstrip()), len(run["bar"]), True
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
        ways = [body[:-1]]
        if set(body[-1].replace(" ", "")) <= set("".join(body[:-1])):
            ways.append(body)  # a last row of the bars' own character
    stripped = []
    for way in ways:
        if len(way) > 1 and all(_SCALE.match(row) for row in way):
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
    if heights is None:
        return []
    groups = [list(g) for empty, g in groupby(heights, key=lambda h: h == 0) if not empty]
    if not groups or max(map(max, groups)) < 1:
        return []
    even = all(len(set(g)) == 1 and len(g) == len(groups[0]) for g in groups)
    if len(groups) >= LEAST and even:
        return [(False, tuple(g[0] for g in groups))]
    if len(groups) > 1:
        return []  # bars of different widths, or stairs apart: no chart that we know
    flat = groups[0]
    plateaus = [(h, len(list(run))) for h, run in groupby(flat)]
    if len(plateaus) < LEAST:
        return [(True, tuple(flat))] if len(flat) >= LEAST else []
    if len(plateaus) == len(flat):
        return [(False, tuple(flat))]
    if len({n for _, n in plateaus}) == 1:
        return [(False, tuple(h for h, _ in plateaus)), (False, tuple(flat))]
    return [(True, tuple(flat))]


def _heights(rows: Sequence[str]) -> list[int] | None:
    """Rows of ink in each column counted from below; None if some column has a gap or does not reach the base."""
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
