"""Which kinds of figure unrecognised ink comes near: those that a claim about it must stay unknown for.

A drawing that is far from a kind (a word and a circle) is surely not one, so `shape(circle)` fails on it; one
that overlaps the ideal figure of its box well leaves the question open. A connected drawing in one character
is drawn cell by cell, and straight-sided figures are exact there: one with a cell too many is none. In other styles
faults.py decides whether a fault is all that is between the drawing and the figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from modalities.ascii_art.figures import Chars, drawn_rows
from modalities.ascii_art.grid import Mask, filled_rows, label8
from modalities.ascii_art.outline_kinds import OVAL_ASPECT

# Intersection over union with the ideal figure in the same box. One missing row or one row shifted by a
# column leaves 0.75 and more in drawings of 4 rows and up; a word's box overlaps triangle and diamond by
# about 0.5.
NEAR = 0.70
NEAR_SMALL = 0.60  # in 3 rows or 4 columns one cell is worth more
SMALL = (3, 4)
ROUNDING = 1e-9  # cells that lie on a side belong to it whichever way the figure points

# Single characters and pairs that are figures by themselves to some eyes.
GLYPHS = {
    "circle": frozenset(("o", "O", "0", "○", "●", "◯", "()", "°")),
    "square": frozenset(("□", "■", "◻", "◼", "[]", "▢")),
    "rectangle": frozenset(("□", "■", "[]", "▭", "▬")),
    "diamond": frozenset(("◇", "◆", "<>", "♦")),
    "triangle": frozenset(("△", "▲", "▽", "▼", "/\\", "\\/", "^")),
    "line": frozenset(("|", "-", "_", "/", "\\", "─", "│", "--", "||", "__")),
}
STRAIGHT = frozenset(("square", "rectangle", "triangle", "diamond"))


def near_kinds(chars: Chars, ink: Mask) -> frozenset[str]:
    """Kinds that ink comes near; both arrays are cut to the ink's box."""
    height, width = ink.shape
    text = drawn_rows(chars, ink)
    joined = "".join("".join(text).split())
    if len(joined) <= 2:
        return frozenset(kind for kind, glyphs in GLYPHS.items() if height == 1 and joined in glyphs)
    if _writing(text):
        return frozenset()
    if height == 1:
        return frozenset({"line"})
    filled = filled_rows(ink)
    limit = NEAR_SMALL if height <= SMALL[0] or width <= SMALL[1] else NEAR
    near = {
        kind
        for kind, ideals in _ideals(height, width)
        for ideal in ideals
        if _overlap(filled, ideal) >= limit
    }
    if not OVAL_ASPECT[0] <= width / height <= OVAL_ASPECT[1]:
        near.discard("circle")
    runs = filled.sum(axis=1)
    if max(runs[0], runs[-1]) == runs.max():
        near.discard("circle")  # as wide at an end as anywhere
    if "rectangle" in near and (abs(width - height) <= 1 or abs(width - 2 * height) <= 2):
        near.add("square")
    if width <= 2 or int(ink.sum()) <= max(height, width) + 1:
        near.add("line")
    if len(set("".join(text)) - {" "}) == 1 and label8(ink)[1] == 1:
        near -= STRAIGHT
    return frozenset(near)


def _writing(text: Sequence[str]) -> bool:
    """Whether rows are letters typed on lines: three or more different ones, most of the ink."""
    joined = "".join("".join(text).split())
    letters = [c for c in joined if c.isalnum()]
    return len(set(letters)) >= 3 and 5 * len(letters) >= 3 * len(joined)


def _overlap(a: Mask, b: Mask) -> float:
    union = int((a | b).sum())
    return int((a & b).sum()) / union if union else 0.0


@lru_cache(maxsize=512)
def _ideals(height: int, width: int) -> tuple[tuple[str, tuple[Mask, ...]], ...]:
    """Ideal figures in a box of this many rows and columns, all directions of a triangle among them."""
    y = ((np.arange(height) + 0.5) / height * 2 - 1)[:, None]
    x = ((np.arange(width) + 0.5) / width * 2 - 1)[None, :]
    up = np.abs(x) <= (y + 1) / 2 + 0.5 / width + ROUNDING
    right = np.abs(y) <= (1 - x) / 2 + 0.5 / height + ROUNDING
    lower_left = x <= y + 1 / width + ROUNDING
    triangles = (up, up[::-1], right, right[:, ::-1])
    corners = (lower_left, lower_left[::-1], lower_left[:, ::-1], lower_left[::-1, ::-1])
    return (
        ("rectangle", (np.ones((height, width), dtype=np.bool_),)),
        ("circle", (x**2 + y**2 <= 1 + ROUNDING,)),
        ("diamond", (np.abs(x) + np.abs(y) <= 1 + 1 / width + ROUNDING,)),
        ("triangle", triangles + corners),
    )
