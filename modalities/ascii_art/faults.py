"""What a drawing would be without a single fault: the evidence that it is not so.

Straight-sided figures and lines are exact. A drawing that becomes one of them when one cell is inked or cleared,
one row or column moves by one, or one row is added or taken away, is drawn with a fault: it comes near the figure
and is none. A drawing that no single change mends may be drawn in a style that is not known here, and stays in
doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from modalities.ascii_art.figures import Chars, Reading
from modalities.ascii_art.grid import Mask, bounds, outer_extents, part

EXACT = frozenset(("square", "rectangle", "triangle", "diamond", "line"))
MAX_CELLS = 300  # of a drawing's box; in larger ones a single cell is looked for nowhere
OVERHEAD = 100  # cells that reading even the smallest drawing is worth
MAX_PAINTS = 3  # characters tried in one blank cell

Read = Callable[[Chars, Mask], Reading | None]


@dataclass
class Tries:
    """How many cells of changed drawings may still be read, for one art: a bound on time, spent from left to right.

    1,500 drawings of 300 cells take about 0.3 s.
    """

    left: int = 450_000

    def spend(self, cells: int) -> bool:
        self.left -= cells + OVERHEAD
        return self.left >= 0


def mended(chars: Chars, ink: Mask, read: Read, wanted: frozenset[str], tries: Tries) -> frozenset[str]:
    """Exact kinds among `wanted` that a single change makes of the drawing; chars and ink are cut to its box."""
    wanted &= EXACT
    found: frozenset[str] = frozenset()
    for text, mask in _changed(np.pad(chars, 1, constant_values=" "), np.pad(ink, 1)):
        if wanted <= found or not tries.spend(mask.size):
            break
        box = bounds(mask)
        if box is None:
            continue
        cut = text[box[0] : box[2] + 1, box[1] : box[3] + 1]
        reading = read(cut, part(mask, box))
        if reading is not None and reading.inside != "mixed":
            found |= reading.kinds.sure
            if "rectangle" in found:  # whether four cells or five wide: what is no rectangle is no square
                found |= {"square"}
    return found & wanted


def _changed(chars: Chars, ink: Mask) -> Iterator[tuple[Chars, Mask]]:
    """Every drawing one change away, the likeliest faults first; one blank cell is left round the ink."""
    for axis in (0, 1):
        for at in range(1, ink.shape[axis] - 1):
            for by in (-1, 1):
                yield _moved(chars, ink, axis, at, by)
    for row in range(1, ink.shape[0] - 1):
        yield np.delete(chars, row, axis=0), np.delete(ink, row, axis=0)
    if ink.size <= MAX_CELLS:
        yield from _cells(chars, ink)
    yield from _rows_added(chars, ink)


def _moved(chars: Chars, ink: Mask, axis: int, at: int, by: int) -> tuple[Chars, Mask]:
    text, mask = chars.copy(), ink.copy()
    line = (at, slice(None)) if axis == 0 else (slice(None), at)
    text[line], mask[line] = np.roll(chars[line], by), np.roll(ink[line], by)
    return text, mask


def _cells(chars: Chars, ink: Mask) -> Iterator[tuple[Chars, Mask]]:
    height, width = ink.shape
    for row in range(1, height - 1):
        for column in range(1, width - 1):
            mask = ink.copy()
            mask[row, column] ^= True
            if ink[row, column]:
                yield chars, mask
                continue
            beside = ink[row - 1 : row + 2, column - 1 : column + 2]
            if not beside.any():
                continue
            mirrored = {str(chars[row, -1 - column]), str(chars[-1 - row, column])}
            around = set(chars[row - 1 : row + 2, column - 1 : column + 2][beside].tolist())
            paints = (*sorted(mirrored - {" "}), *sorted(around - mirrored))
            for paint in paints[:MAX_PAINTS]:
                text = chars.copy()
                text[row, column] = paint
                yield text, mask


def _rows_added(chars: Chars, ink: Mask) -> Iterator[tuple[Chars, Mask]]:
    """A row between two others, its ends half way between theirs; filled as the row above it is."""
    sides = outer_extents(ink[1:-1])
    if sides is None:
        return
    for above in range(1, ink.shape[0] - 2):
        left = (sides[0][above - 1] + sides[0][above] + 1) // 2
        right = (sides[1][above - 1] + sides[1][above]) // 2
        if left > right:
            continue
        text, mask = np.full(ink.shape[1], " ", dtype=chars.dtype), np.zeros(ink.shape[1], dtype=np.bool_)
        first, last = chars[above, sides[0][above - 1]], chars[above, sides[1][above - 1]]
        if ink[above, sides[0][above - 1] : sides[1][above - 1] + 1].all() and right - left > 1:
            mask[left : right + 1], text[left : right + 1] = True, first
        mask[[left, right]], text[left], text[right] = True, first, last
        yield np.insert(chars, above + 1, text, axis=0), np.insert(ink, above + 1, mask, axis=0)
