"""Mirror images of an art: do its ink, and then its characters, agree with their own reflection?"""

from __future__ import annotations

from typing import Literal

from grounding.claims import FAILS, HOLDS, UNKNOWN, Value
from modalities.ascii_art.grid import Grid

Axis = Literal["vertical", "horizontal"]

# Pairs of characters that a mirror exchanges. "'" may stand for itself or for "`" (".-'" and "`-.").
LEFT_RIGHT = (
    r"/\ () [] {} <> bd pq `' ´` `´ ┌┐ └┘ ├┤ ╔╗ ╚╝ ╠╣ ╭╮ ╰╯ ◀▶ ◄► ←→ ▌▐ ▖▗ ▘▝ ◢◣ ◤◥ «» ‹› “” ‘’ ╱╲ ┏┓ ┗┛ ┣┫"
)
TOP_BOTTOM = (
    r"/\ ^v ^V '. ', `. `, bp dq MW un _‾ _¯ ┌└ ┐┘ ┬┴ ╔╚ ╗╝ ╦╩ "
    "╭╰ ╮╯ ▀▄ ▲▼ △▽ ↑↓ ◢◥ ◣◤ ▖▘ ▗▝ ╱╲ ┏┗ ┓┛ ┳┻ ⌒‿ ◠◡"
)
# Letters and digits that are their own mirror image.
OWN_LEFT_RIGHT = frozenset("AHIMOTUVWXY8 0ilovwx")
OWN_TOP_BOTTOM = frozenset("BCDEHIKOX038 clox")
# Marks that are not their own image where they stand high, low or at a slant. All other marks count as paint:
# a block of "@" mirrored is the same block.
SLANTED = frozenset(r"/\()[]{}<>`´┌┐└┘├┤╔╗╚╝╠╣╭╮╰╯◀▶◄►←→▌▐▖▗▘▝◢◣◤◥«»‹›“”‘’╱╲┏┓┗┛┣┫,;?~")
HIGH_OR_LOW = frozenset("/\\^'`,_‾¯┌┐└┘┬┴╔╗╚╝╦╩╭╮╰╯▀▄▲▼△▽↑↓◢◣◤◥▖▗▘▝╱╲┏┓┗┛┳┻⌒‿◠◡;?!\"~´")


def _pairs(table: str) -> frozenset[tuple[str, str]]:
    return frozenset((p[i], p[1 - i]) for p in table.split() for i in (0, 1))


_PAIRS = {"vertical": _pairs(LEFT_RIGHT), "horizontal": _pairs(TOP_BOTTOM)}
_OWN = {"vertical": OWN_LEFT_RIGHT, "horizontal": OWN_TOP_BOTTOM}
_NOT_OWN = {"vertical": SLANTED, "horizontal": HIGH_OR_LOW}


def symmetric(grid: Grid, axis: Axis) -> tuple[Value, str, list[tuple[int, int]]]:
    """Value, reason and the cells without a counterpart. "vertical" mirrors left ↔ right."""
    flip = (
        (slice(None), slice(None, None, -1)) if axis == "vertical" else (slice(None, None, -1), slice(None))
    )
    words = "left and right" if axis == "vertical" else "top and bottom"
    differs = grid.ink & ~grid.ink[flip]
    if differs.any():
        rows, columns = differs.nonzero()
        cells = [(int(r), int(c)) for r, c in zip(rows, columns, strict=True)]
        return FAILS, f"{len(cells)} cells of ink have no ink at their mirrored place ({words})", cells
    odd = {pair for pair in _char_pairs(grid, axis) if not _mirrored(*pair, axis)}
    if odd:
        a, b = min(odd)
        return UNKNOWN, f"the ink mirrors {words}, but {a!r} stands where the image of {b!r} would", []
    return HOLDS, f"every character has its image at the mirrored place ({words})", []


def _char_pairs(grid: Grid, axis: Axis) -> set[tuple[str, str]]:
    if axis == "vertical":
        return {pair for row in set(grid.rows) for pair in zip(row, row[::-1], strict=True)}
    pairs = set(zip(grid.rows, grid.rows[::-1], strict=True))
    return {pair for row, image in pairs for pair in zip(row, image, strict=True)}


def _mirrored(a: str, b: str, axis: Axis) -> bool:
    if (a, b) in _PAIRS[axis]:
        return True
    if a != b:
        return False
    if axis == "vertical" and a == "'":
        return True
    return a in _OWN[axis] if a.isalnum() else a not in _NOT_OWN[axis]
