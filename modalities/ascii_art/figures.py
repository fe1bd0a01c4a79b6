"""One connected piece of ink as a figure: its kind, and whether it is an outline or filled.

The kind comes from the silhouette (the ink and every place that it encloses), the inside from which places of
the silhouette are inked. A silhouette that lets the outside in somewhere has a row with a gap: it is no
figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from modalities.ascii_art.grid import Box, Mask, cells_of, enclosed, extents, padded
from modalities.ascii_art.outline_kinds import NOTHING, Kinds, Silhouette, kinds_of, line

Chars = npt.NDArray[np.str_]
Inside = Literal["empty", "full", "mixed", "none"]

# Walls of a thick outline, in (rows, columns): characters are narrow, so upright walls may be twice as thick.
THICK = ((1, 1), (1, 2), (2, 2), (2, 3), (2, 4), (3, 3))


@dataclass(frozen=True, slots=True)
class Figure:
    """A recognised figure.

    kinds   what it certainly is ("square" comes with "rectangle"); empty where every kind is in doubt
    maybe   kinds that it could also be called
    inside  "empty": an outline around empty space; "full": no empty space; "mixed": ink where an outline
            has none, or gaps in a filled one; "none": no inside to speak of (a line, "/\\" over "/__\\")
    """

    kinds: frozenset[str]
    maybe: frozenset[str]
    box: Box
    inside: Inside
    cells: tuple[tuple[int, int], ...]

    @property
    def hollow(self) -> bool | None:
        """True for an outline, False for a filled or partly filled figure, None where it has no inside."""
        return None if self.inside == "none" else self.inside == "empty"


@dataclass(frozen=True, slots=True)
class Stray:
    """Ink that no figure explains.

    near    kinds of figure that it may be meant as, and to fair eyes may be
    faulty  kinds that it would be without a single fault, and so is not
    """

    box: Box
    near: frozenset[str]
    cells: tuple[tuple[int, int], ...]
    faulty: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a mask was read as."""

    kinds: Kinds
    inside: Inside


def figure_of(reading: Reading, mask: Mask, box: Box, content: bool = False) -> Figure:
    """A reading as a figure at its place in the art. `content`: other ink stands apart inside its outline."""
    kinds, inside = reading.kinds, reading.inside
    if inside == "mixed":
        # A figure with a fault in its own ink is none for certain: what it was meant to be stays in doubt.
        kinds = Kinds(frozenset(), kinds.sure | kinds.maybe)
    elif content and inside == "empty":
        inside = "mixed"
    return Figure(kinds.sure, kinds.maybe, box, inside, cells_of(mask, box))


def drawn_rows(chars: Chars, mask: Mask) -> tuple[str, ...]:
    """The characters under a mask, row by row, blanks elsewhere."""
    return tuple("".join(row) for row in np.where(mask, chars, " ").tolist())


def read_mask(chars: Chars, mask: Mask, width: int) -> Reading | None:
    """Read a connected mask cut to its box; None where it is no figure. `width`: columns as drawn."""
    text = drawn_rows(chars, mask)
    found = line(text, mask.sum(axis=1).tolist(), mask.argmax(axis=1).tolist())
    if found != NOTHING:
        return Reading(found, "none")
    if 1 in mask.shape:
        return None
    shape = enclosed(mask)
    sides = extents(shape)
    if sides is None:
        return None
    kinds = kinds_of(_silhouette(sides, text, width), _turned(chars, mask, shape, width))
    return None if kinds == NOTHING else Reading(kinds, inside_of(shape, mask, text))


def _silhouette(sides: tuple[list[int], list[int]], text: Sequence[str], width: int) -> Silhouette:
    return Silhouette(tuple(sides[0]), tuple(sides[1]), tuple(text), width)


def _turned(chars: Chars, mask: Mask, shape: Mask, width: int) -> Silhouette | None:
    """The figure with rows and columns exchanged, None where a column of it has a gap."""
    sides = extents(shape.T)
    return _silhouette(sides, drawn_rows(chars.T, mask.T), width) if sides else None


def read_extents(chars: Chars, mask: Mask, sides: tuple[list[int], list[int]], width: int) -> Kinds:
    """Kinds of an outline of which only the ends of its rows are known to be drawn."""
    return kinds_of(_silhouette(sides, drawn_rows(chars, mask), width), None)


def inside_of(shape: Mask, mask: Mask, text: Sequence[str]) -> Inside:
    """Whether the inner places of a silhouette are blank, inked, or some of each."""
    empty = shape & ~mask
    if not empty.any():
        inked = set("".join(text)) - {" "}
        # "/\" over "/__\" has no cell inside, and yet is drawn as an outline.
        return "none" if len(inked) > 1 and not inner(shape).any() else "full"
    if bool((empty == inner(shape)).all()):
        return "empty"
    # One blank cell is a fault, not an inside, unless its walls are one cell thick.
    if int(empty.sum()) > 1 and any(bool((empty == _shrunk(shape, r, c)).all()) for r, c in THICK):
        return "empty"
    return "mixed"


def inner(shape: Mask) -> Mask:
    """Cells whose four neighbours are in the shape: what an outline one cell thick leaves free."""
    wide = padded(shape)
    return np.asarray(shape & wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:])


def _shrunk(shape: Mask, rows: int, columns: int) -> Mask:
    """Cells around which the whole rectangle of this many rows and columns on each side is in the shape."""
    wide = padded(shape, rows, columns)
    height, width = shape.shape
    kept = shape.copy()
    for r in range(2 * rows + 1):
        for c in range(2 * columns + 1):
            kept &= wide[r : r + height, c : c + width]
    return kept
