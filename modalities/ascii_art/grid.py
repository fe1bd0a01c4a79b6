"""Rows of text as a grid of characters and a mask of ink, and what connects to what.

Everything here is about cells (row, column), both from 0 at the top left. A mask is a boolean array of shape
(rows, columns). Nothing here knows what a figure is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.int32]
Box = tuple[int, int, int, int]  # top, left, bottom, right, all inclusive

_EIGHT = np.ones((3, 3), dtype=np.int8)
_FOUR = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], dtype=np.int8)


@dataclass(frozen=True, slots=True)
class Grid:
    """An art cut to the bounding box of its ink.

    rows  strings of one length, blanks written as spaces
    chars array (rows, columns) of single characters
    ink   True where the character is not blank
    """

    rows: tuple[str, ...]
    chars: npt.NDArray[np.str_]
    ink: Mask

    @property
    def height(self) -> int:
        return int(self.ink.shape[0])

    @property
    def width(self) -> int:
        return int(self.ink.shape[1])


def read_grid(rows: Sequence[str]) -> Grid:
    """Rows of text (any lengths) as a Grid cut to its ink; a grid of 0 × 0 where there is no ink."""
    clean = ["".join(" " if c.isspace() else c for c in row).rstrip() for row in rows]
    while clean and not clean[-1]:
        clean.pop()
    while clean and not clean[0]:
        clean.pop(0)
    left = min((len(row) - len(row.lstrip()) for row in clean if row), default=0)
    width = max((len(row) for row in clean), default=0) - left
    padded = tuple(row[left:].ljust(width) for row in clean)
    chars = np.array([list(row) for row in padded], dtype="<U1").reshape(len(padded), max(width, 0))
    return Grid(padded, chars, chars != " ")


def label8(mask: Mask) -> tuple[Labels, int]:
    """Number the 8-connected components of a mask: an array of 0 (nothing) or 1 … n, and n."""
    return _label(mask, _EIGHT)


def loose_labels(mask: Mask) -> tuple[Labels, int]:
    """Number the groups of ink in which each cell is at most 2 columns and 1 row from another one.

    Two columns, because characters are about twice as high as wide: drawn with one blank between them,
    "* * *" and the shoulders of a hand-drawn circle look connected.
    """
    wide = mask.copy()
    wide[:, 1:] |= mask[:, :-1]
    # Cells at most 2 columns apart are at most 1 apart once each also covers the cell to its right.
    labels, count = label8(wide)
    return np.where(mask, labels, 0).astype(np.int32), count


def enclosed(mask: Mask) -> Mask:
    """The mask with every place filled that cannot be reached from outside without crossing it.

    Outside moves up, down, left and right only, so ink that touches at corners keeps it out.
    """
    labels, _ = _label(~padded(mask), _FOUR)
    return np.asarray(labels != labels[0, 0])[1:-1, 1:-1]


def padded(mask: Mask, rows: int = 1, columns: int = 1) -> Mask:
    """The mask with empty rows and columns around it."""
    height, width = mask.shape
    wide = np.zeros((height + 2 * rows, width + 2 * columns), dtype=np.bool_)
    wide[rows : rows + height, columns : columns + width] = mask
    return wide


def filled_rows(mask: Mask) -> Mask:
    """Each row filled from its first to its last ink."""
    before = np.maximum.accumulate(mask, axis=1)
    return np.asarray(before & np.maximum.accumulate(mask[:, ::-1], axis=1)[:, ::-1], dtype=np.bool_)


def split(labels: Labels, count: int) -> Iterator[tuple[Mask, Box]]:
    """Each of the numbered components cut to its box, with the box."""
    from scipy import ndimage

    for number, (rows, columns) in enumerate(ndimage.find_objects(labels, count), start=1):
        yield labels[rows, columns] == number, (rows.start, columns.start, rows.stop - 1, columns.stop - 1)


def bounds(mask: Mask) -> Box | None:
    """The bounding box of a mask, None where it is empty."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not len(rows):
        return None
    columns = np.flatnonzero(mask.any(axis=0))
    return int(rows[0]), int(columns[0]), int(rows[-1]), int(columns[-1])


def part(array: npt.NDArray[np.bool_], box: Box) -> Mask:
    """The view of an array inside a box."""
    top, left, bottom, right = box
    return array[top : bottom + 1, left : right + 1]


def cells_of(mask: Mask, box: Box) -> tuple[tuple[int, int], ...]:
    """Cells (row, column) of a mask whose top left corner stands at the box's top left corner."""
    rows, columns = np.nonzero(mask)
    top, left = box[0], box[1]
    return tuple((int(r) + top, int(c) + left) for r, c in zip(rows, columns, strict=True))


def hull(boxes: Iterable[Box]) -> Box:
    """The smallest box around boxes; raises ValueError without any."""
    tops, lefts, bottoms, rights = zip(*boxes, strict=True)
    return min(tops), min(lefts), max(bottoms), max(rights)


def extents(mask: Mask) -> tuple[list[int], list[int]] | None:
    """First and last column of each row; None if a row is empty or has a gap."""
    left = mask.argmax(axis=1)
    right = mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)
    if not bool((mask.sum(axis=1) == right - left + 1).all()):
        return None
    return left.tolist(), right.tolist()


def outer_extents(mask: Mask) -> tuple[list[int], list[int]] | None:
    """First and last ink column of each row, gaps allowed; None if a row is empty."""
    if not bool(mask.any(axis=1).all()):
        return None
    return mask.argmax(axis=1).tolist(), (mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)).tolist()


def _label(mask: Mask, structure: npt.NDArray[np.int8]) -> tuple[Labels, int]:
    from scipy import ndimage  # about 0.1 s to import, and only arts with ink need it

    labels, count = ndimage.label(mask, structure)
    return labels.astype(np.int32, copy=False), int(count)
