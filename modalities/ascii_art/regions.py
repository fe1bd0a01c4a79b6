"""All figures of an art. How it is read, from the outside in:

    frame      a closed rectangular border with other ink inside is set aside, and its inside read
    group      ink at most 2 columns and 1 row apart, so that "* * *" and hand-drawn curves hold together
    spaced     a group with a blank between all its characters is read with its gaps closed
    plain      else each 8-connected component is read, with the places that it encloses
    loose      else the whole group is read as an outline with small gaps at its shoulders
    stray      what is left is unrecognised ink, with the kinds that it comes near

What stands apart inside a figure's outline is kept as a stray: it is drawn, but it is no figure of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace

import numpy as np

from modalities.ascii_art.faults import Tries, mended
from modalities.ascii_art.figures import (
    Chars,
    Figure,
    Reading,
    Stray,
    figure_of,
    inner,
    read_extents,
    read_mask,
)
from modalities.ascii_art.frames import border_of
from modalities.ascii_art.grid import (
    Box,
    Grid,
    Mask,
    bounds,
    cells_of,
    enclosed,
    filled_rows,
    label8,
    loose_labels,
    outer_extents,
    part,
    split,
)
from modalities.ascii_art.nearness import near_kinds
from modalities.ascii_art.outline_kinds import UPRIGHT

LOOSE_ROWS = 4  # a gap in a smaller outline is as large as its sides
LOOSE_STEP = (
    3  # columns by which one row of a loose outline may lie outside the next: a circle's flat shoulder
)
MAX_NESTING = 8  # frames in frames; a bound for hostile input


@dataclass(frozen=True, slots=True)
class Scene:
    """What an art consists of: frames from the outside in, figures and strays from top left to bottom right.

    ink  all ink inside the innermost frame
    """

    frames: tuple[Box, ...]
    figures: tuple[Figure, ...]
    strays: tuple[Stray, ...]
    ink: Mask


def read_scene(grid: Grid, most: int) -> Scene | None:
    """The frames, figures and strays of a grid; None where it has more than `most` components."""
    if label8(grid.ink)[1] > most:
        return None
    frames: list[Box] = []
    ink = grid.ink
    while len(frames) < MAX_NESTING:
        border = border_of(grid.chars, ink)
        if border is None:
            break
        frames.append(border.box)
        ink = border.inner
    figures: list[Figure] = []
    strays: list[Stray] = []
    for found in _region(grid.chars, ink, Tries()):
        if isinstance(found, Figure):
            figures.append(found)
        else:
            strays.append(found)
    figures, strays = _with_content(figures, strays)
    figures.sort(key=lambda figure: figure.box)
    strays.sort(key=lambda stray: stray.box)
    return Scene(tuple(frames), tuple(figures), tuple(strays), ink)


def _with_content(figures: list[Figure], strays: list[Stray]) -> tuple[list[Figure], list[Stray]]:
    """What stands inside an outline with gaps becomes its content: a stray, and the outline is not empty."""
    kept = list(figures)
    for outer in [figure for figure in figures if figure.inside == "empty"]:
        inside = [figure for figure in kept if figure is not outer and _within(figure.box, outer)]
        if inside or any(_within(stray.box, outer) for stray in strays):
            strays = strays + [Stray(f.box, f.kinds | f.maybe, f.cells) for f in inside]
            kept = [figure for figure in kept if figure not in inside and figure is not outer]
            kept.append(replace(outer, inside="mixed"))
    return kept, strays


def _within(box: Box, outer: Figure) -> bool:
    """Whether a box lies between the ends of a figure's rows."""
    top, left, bottom, right = outer.box
    if not (top < box[0] and box[2] < bottom and left < box[1] and box[3] < right):
        return False
    row = [column for r, column in outer.cells if r == (box[0] + box[2]) // 2]
    return bool(row) and min(row) < box[1] and box[3] < max(row)


def _region(chars: Chars, ink: Mask, tries: Tries) -> Iterator[Figure | Stray]:
    """Figures and strays of ink that has no frame around it."""
    outside = _outer_ink(ink)
    within = ink & ~outside
    groups = list(_groups(outside))
    box = bounds(outside)
    # The shoulders of a large ring may leave gaps that are wider than those between groups.
    ring = _loose(_cut(chars, box), part(outside, box)) if box is not None and len(groups) > 1 else None
    if box is not None and ring is not None:
        yield figure_of(ring, part(outside, box), box, bool(within.any()))
        groups = []
    for group, box in groups:
        yield from _group(_cut(chars, box), group, box, part(within, box), tries)
    for group, box in _groups(within):
        yield _stray(_cut(chars, box), group, box, tries)


def _groups(ink: Mask) -> Iterator[tuple[Mask, Box]]:
    """Loosely connected groups, each cut to its box."""
    labels, count = loose_labels(ink)
    yield from split(labels, count)


def _cut(chars: Chars, box: Box) -> Chars:
    top, left, bottom, right = box
    return chars[top : bottom + 1, left : right + 1]


def _outer_ink(ink: Mask) -> Mask:
    """Ink of the components that no other component encloses."""
    shape = enclosed(ink)
    if bool((shape == ink).all()):
        return ink
    labels, count = label8(ink)
    if count == 1:
        return ink
    # A component reaches the outside if one of its cells has an outside neighbour (up, down, left, right).
    free = np.pad(~shape, 1, constant_values=True)
    touches = free[:-2, 1:-1] | free[2:, 1:-1] | free[1:-1, :-2] | free[1:-1, 2:]
    keep = np.zeros(count + 1, dtype=np.bool_)
    keep[np.unique(labels[touches & ink])] = True
    return np.asarray(keep[labels], dtype=np.bool_)


def _group(chars: Chars, group: Mask, box: Box, within: Mask, tries: Tries) -> Iterator[Figure | Stray]:
    """Read one group: spaced, then component by component, then loosely."""
    spaced = _spaced(chars, group)
    if spaced is not None:
        yield figure_of(spaced, group, box)
        return
    figures, rest, written = _components(chars, group, box, within, tries)
    yield from written
    if _pieces(figures, bool(rest.any())):
        loose = _loose(chars, group)
        if loose is not None:
            yield figure_of(loose, group, box, bool((within & filled_rows(group)).any()))
            return
        if figures:
            yield _stray(chars, group, box, tries, {"line"})
            return
    yield from figures
    if rest.any():
        yield _stray_at(chars, rest, box, tries)


def _components(
    chars: Chars, group: Mask, box: Box, within: Mask, tries: Tries
) -> tuple[list[Figure], Mask, list[Stray]]:
    """A group's figures, the ink of its other components, and what touches a border from inside."""
    labels, count = label8(group)
    figures: list[Figure] = []
    written: list[Stray] = []
    rest = np.zeros_like(group)
    for mask, at in split(labels, count):
        text = _cut(chars, at)
        reading = read_mask(text, mask, mask.shape[1])
        content = bool((part(within, at) & enclosed(mask)).any())
        if reading is None or reading.inside == "mixed":
            border = border_of(text, mask)
            if border is not None:
                written.append(_stray_at(text, border.inner, _moved(at, box), tries))
                mask, content = mask & ~border.inner, True
                reading = read_mask(text, mask, mask.shape[1])
        if reading is None:
            part(rest, at)[mask] = True
        else:
            figures.append(figure_of(reading, mask, _moved(at, box), content))
    return figures, rest, written


def _stray_at(chars: Chars, mask: Mask, box: Box, tries: Tries) -> Stray:
    """Ink somewhere in a box as a stray of its own smaller box."""
    at = bounds(mask)
    assert at is not None, "only called with ink"
    return _stray(_cut(chars, at), part(mask, at), _moved(at, box), tries)


def _moved(box: Box, outer: Box) -> Box:
    top, left = outer[0], outer[1]
    return box[0] + top, box[1] + left, box[2] + top, box[3] + left


def _stray(chars: Chars, mask: Mask, box: Box, tries: Tries, also: Set[str] = frozenset()) -> Stray:
    near = near_kinds(chars, mask) | also
    faulty = mended(chars, mask, _one_figure, near, tries) if near else near
    return Stray(box, near - faulty, cells_of(mask, box), faulty)


def _one_figure(chars: Chars, mask: Mask) -> Reading | None:
    """Ink read as a single figure in whichever style."""
    return _spaced(chars, mask) or _whole(chars, mask, mask.shape[1]) or _loose(chars, mask)


def _pieces(figures: list[Figure], rest: bool) -> bool:
    """Whether components look like pieces of one drawing: odd ink, or lines of several directions."""
    if any("line" not in f.kinds | f.maybe for f in figures):
        return False
    return rest or len({_direction(f) for f in figures}) > 1


def _direction(figure: Figure) -> str:
    top, left, bottom, right = figure.box
    if top == bottom:
        return "level"
    if left == right:
        return "upright"
    return "falling" if figure.cells[0][1] == left else "rising"


def _spaced(chars: Chars, group: Mask) -> Reading | None:
    """A group drawn with a blank between its characters, read without the blanks; None where it is not so
    drawn.

    Two ways to draw so: all ink in every second column (squeezed for reading), or each row moved by one
    against the next, as in a centred pyramid (each single blank closed for reading). Widths stay those of the
    drawing.
    """
    if bool((group[:, 1:] & group[:, :-1]).any()) or not _has_run(group):
        return None
    width = group.shape[1]
    if not group[:, 1::2].any():
        if set(chars[group].tolist()) <= UPRIGHT and group.shape[0] > 1:
            return None  # "| | |" over "| | |" is three lines
        return _whole(chars[:, ::2], group[:, ::2], width)
    gaps = ~group[:, 1:-1] & group[:, :-2] & group[:, 2:]
    closed = group.copy()
    closed[:, 1:-1] |= gaps
    if bool((closed != filled_rows(group)).any()):
        return None
    paint = np.where(group, chars, np.roll(chars, 1, axis=1))
    reading = _whole(paint, closed, width)
    if reading is not None and group.shape[0] <= 3 and reading.inside == "full":
        # "*" over "* *" over "* * *" may also be an outline with a dotted base.
        return Reading(reading.kinds, "none")
    return reading


def _has_run(group: Mask) -> bool:
    """Whether some row has three characters with single blanks between: two could be two of anything."""
    return group.shape[1] > 4 and bool((group[:, :-4] & group[:, 2:-2] & group[:, 4:]).any())


def _whole(chars: Chars, mask: Mask, width: int) -> Reading | None:
    """A mask read as one figure, None unless it is one."""
    if label8(mask)[1] != 1:
        return None
    return read_mask(chars, mask, width)


def _loose(chars: Chars, group: Mask) -> Reading | None:
    """An outline with gaps at its shoulders (or a dotted one) as a figure; None where it is none.

    The first and last row are drawn all along or at every second place; every other row has ink at both ends
    only.
    """
    height, width = group.shape
    sides = outer_extents(group)
    if sides is None or height < LOOSE_ROWS:
        return None
    left, right = sides
    steps = [abs(b - a) for ends in (left, right) for a, b in itertools.pairwise(ends)]
    edges = {_edge_style(group[row, left[row] : right[row] + 1]) for row in (0, -1)} - {"tip"}
    if max(steps) > LOOSE_STEP or edges not in ({"drawn"}, {"dotted"}):
        return None
    # Ink inside is allowed only where the row above or below does not reach: the outline's own thickness.
    if bool((group[1:-1] & inner(filled_rows(group))[1:-1]).any()):
        return None
    kinds = read_extents(chars, group, sides, width)
    if not kinds.sure or "rectangle" in kinds.sure:
        return None
    if "triangle" not in kinds.sure and bool((group != group[:, ::-1]).any()):
        return None  # a gap on one side only is a fault, not a style
    return Reading(kinds, "empty")


def _edge_style(run: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> str:
    """How a first or last row is drawn: "tip" (one character), "drawn", "dotted" (with gaps) or "open"."""
    if len(run) == 1:
        return "tip"
    if bool(run.all()):
        return "drawn"
    dotted = len(run) % 2 == 1 and bool(run[::2].all()) and not bool(run[1::2].any())
    return "dotted" if dotted else "open"
