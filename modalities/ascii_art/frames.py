"""A closed rectangular border around all other ink.

The border is the outermost row or column on each side, inked all along (or at every second place, as in "* *
*"); level strokes may leave the corners open. Ink inside that touches it counts as content only if it is
drawn with other characters on a border of one character per side, or two in turn: a line across a table, or one
cell too many in an outline, is no content. Of a border several cells thick the inner rows and columns are border.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from modalities.ascii_art.grid import Box, Mask, bounds, label8, part
from modalities.ascii_art.outline_kinds import LEVEL, UPRIGHT

LEAST = 3  # rows and columns: less has no inside
GAPS = 5  # one cell in so many may be missing from a broken side
LONG = 5  # cells of a side in which one of another character is a blemish, not a pattern


class Border(NamedTuple):
    """box: of the border; inner: all ink but the border, as large as the art."""

    box: Box
    inner: Mask


def border_of(chars: npt.NDArray[np.str_], ink: Mask) -> Border | None:
    """The border around all ink of a mask, None where there is none or nothing inside it."""
    box = bounds(ink)
    if box is None or box[2] - box[0] + 1 < LEAST or box[3] - box[1] + 1 < LEAST:
        return None
    cut = part(ink, box)
    inside = cut[1:-1, 1:-1]
    if not inside.any() or not (cut[1:-1, 0].all() and cut[1:-1, -1].all()):
        return None
    text = chars[box[0] : box[2] + 1, box[1] : box[3] + 1]
    if not (_edge(cut[0], text[0], text[1]) and _edge(cut[-1], text[-1], text[-2])):
        return None
    if not _is_content(text, cut):
        return None
    inner = np.zeros_like(ink)
    inner[box[0] + 1 : box[2], box[1] + 1 : box[3]] = _within(inside, text)
    return Border(box, inner) if inner.any() else None


def content_rows(rows: Sequence[str], box: Box) -> list[str]:
    """The rows inside a border's box, without its upright sides, however thick they are."""
    top, left, bottom, right = box
    cut = [row.ljust(right + 1)[left : right + 1] for row in rows[top + 1 : bottom]]
    more = _thickness(cut) - 1
    return [" " * more + row[1 + more : len(row) - 1 - more] + " " * more for row in cut]


def _within(inside: Mask, text: npt.NDArray[np.str_]) -> Mask:
    """The ink inside without what makes the upright sides thicker."""
    more = _thickness(["".join(row) for row in text[1:-1].tolist()]) - 1
    kept = inside.copy()
    kept[:, :more] = False
    kept[:, inside.shape[1] - more :] = False
    return kept


def _thickness(rows: Sequence[str]) -> int:
    """How many columns on both sides of rows between a border's first and last are of the border's one character."""
    thick = 1
    while len(rows) > 1 and 2 * thick + 2 < len(rows[0]):
        if len({row[at] for row in rows for at in (0, thick, -1 - thick, -1)}) > 1:
            break
        thick += 1
    return thick


def broken_border(chars: npt.NDArray[np.str_], ink: Mask) -> Border | None:
    """A border with a gap in a side, or without its first or last row: none, but what it surrounds can be read.

    The box is where the whole border would be. None where a side has more gaps, is drawn with
    letters, or nothing is inside.
    """
    box = bounds(ink)
    if box is None or box[2] - box[0] + 1 < LEAST or box[3] - box[1] + 1 < LONG:
        return None
    cut = part(ink, box)
    text = np.where(cut, chars[box[0] : box[2] + 1, box[1] : box[3] + 1], " ")
    left, right = (_side(text[1:-1, at]) or _bare(text[:, at]) for at in (0, -1))
    if not (left and right) or _bare(text[:, 0]) and _bare(text[:, -1]):
        return None
    first, last = _side(text[0]), _side(text[-1])
    if not (first or last):
        return None
    inner = ink.copy()
    part(inner, box)[:, [0, -1]] = False
    part(inner, box)[:: len(text) - 1][[first, last]] = False
    if not inner.any():
        return None
    return Border((box[0] - (not first), box[1], box[2] + (not last), box[3]), inner)


def _side(side: npt.NDArray[np.str_]) -> bool:
    """Whether a side is one sign, but for its ends and a few cells. One cell says nothing against a side."""
    cells = side.tolist()[1:-1] if len(side) >= LONG else side.tolist()
    found = Counter(c for c in cells if c != " ").most_common(1)
    return bool(found) and not found[0][0].isalnum() and len(cells) - found[0][1] <= (len(cells) + 2) // GAPS


def _bare(side: npt.NDArray[np.str_]) -> bool:
    """Whether of a side of three cells both corners stand and the one between them is missing."""
    return len(side) == LEAST and (side != " ").tolist() == [True, False, True]


def _edge(ink: npt.NDArray[np.bool_], text: npt.NDArray[np.str_], beside: npt.NDArray[np.str_]) -> bool:
    """Whether a first or last row closes the border; `beside` is the row next to it."""
    if ink.all() or (len(ink) % 2 == 1 and ink[::2].all() and not ink[1::2].any()):
        return True
    return (
        bool(ink[1:-1].all())
        and set(text[1:-1].tolist()) <= LEVEL
        and {str(beside[0]), str(beside[-1])} <= UPRIGHT
    )


def _paints(side: list[str]) -> set[str]:
    """The one character of a side, or two in turn ("#*#*#"); a long side may have a single other one. Empty where
    it has more."""
    found = Counter(c for c in side if c != " ").most_common()
    if found and sum(n for _, n in found[1:]) <= (len(side) >= LONG):
        return {found[0][0]}
    in_turn = len(side) >= LONG and len(found) == 2 and side[2:] == side[:-2]
    return {c for c, _ in found if not c.isalnum()} if in_turn else set()


def _is_content(text: npt.NDArray[np.str_], cut: Mask) -> bool:
    """Whether the ink inside is something else than the border's own strokes."""
    labels, count = label8(cut[1:-1, 1:-1])
    touching = set(labels[[0, -1], :].ravel().tolist()) | set(labels[:, [0, -1]].ravel().tolist())
    if not set(range(1, count + 1)) <= touching:
        return True
    sides = (text[0, 1:-1], text[-1, 1:-1], text[1:-1, 0], text[1:-1, -1])
    paints = [_paints(side.tolist()) for side in sides]
    corners = {str(text[r, c]) for r in (0, -1) for c in (0, -1)}
    border = corners.union(*paints)
    return all(paints) and not set(text[1:-1, 1:-1][cut[1:-1, 1:-1]].tolist()) <= border
