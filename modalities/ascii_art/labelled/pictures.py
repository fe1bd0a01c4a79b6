"""How the labelled figures are drawn, put together and damaged. Rows are strings; nothing here judges art.

These drawings are made apart from those of the suite (`draw.py`, `scenes.py`), so that a checker that has
only learnt the suite's own drawing style is found out.
"""

from __future__ import annotations

from collections.abc import Sequence

Rows = list[str]


def normal(rows: Sequence[str]) -> Rows:
    """The rows without trailing spaces, blank margins or a common indent: what the parser stores."""
    kept = [row.rstrip() for row in rows]
    while kept and not kept[0]:
        kept.pop(0)
    while kept and not kept[-1]:
        kept.pop()
    indent = min(len(row) - len(row.lstrip()) for row in kept if row)
    return [row[indent:] for row in kept]


def width(rows: Sequence[str]) -> int:
    """Columns of the widest row."""
    return max(len(row) for row in rows)


def padded(rows: Sequence[str]) -> Rows:
    """All rows filled with spaces to one length."""
    return [row.ljust(width(rows)) for row in rows]


def rectangle(columns: int, rows: int, ink: str, *, hollow: bool) -> Rows:
    """A rectangle of one character."""
    edge = ink * columns
    middle = ink + " " * (columns - 2) + ink if hollow else edge
    return [edge, *[middle] * (rows - 2), edge]


def box(columns: int, rows: int) -> Rows:
    """A hollow rectangle of + - and |."""
    edge = "+" + "-" * (columns - 2) + "+"
    return [edge, *["|" + " " * (columns - 2) + "|"] * (rows - 2), edge]


def pyramid(rows: int, ink: str, *, hollow: bool) -> Rows:
    """An upright triangle with its tip in the middle; hollow ones have a full base row."""
    drawn = []
    for i in range(rows):
        span = 2 * i + 1
        full = not hollow or i in (0, rows - 1)
        drawn.append(" " * (rows - 1 - i) + (ink * span if full else ink + " " * (span - 2) + ink))
    return drawn


def stairs(rows: int, ink: str, *, hollow: bool) -> Rows:
    """A right triangle with its right angle at the bottom left."""
    return [
        ink * i if not hollow or i in (1, 2, rows) else ink + " " * (i - 2) + ink for i in range(1, rows + 1)
    ]


def spaced_pyramid(rows: int, ink: str) -> Rows:
    """A triangle whose rows are written with spaces: one, two, three … characters."""
    return [" " * (rows - 1 - i) + " ".join(ink * (i + 1)) for i in range(rows)]


def tent(rows: int) -> Rows:
    """A hollow triangle of slashes on a base of underscores."""
    sides = [" " * (rows - 1 - i) + "/" + " " * (2 * i) + "\\" for i in range(rows - 1)]
    return [*sides, "/" + "_" * (2 * (rows - 1)) + "\\"]


def upside_down(rows: Sequence[str]) -> Rows:
    """The rows from bottom to top (for characters that look the same upside down)."""
    return list(reversed(rows))


def mirrored(rows: Sequence[str]) -> Rows:
    """Left and right exchanged (for characters that look the same in a mirror)."""
    return [row[::-1].rstrip() for row in padded(rows)]


def rhombus(half: int, ink: str, *, hollow: bool) -> Rows:
    """A diamond of 2 * half - 1 rows and as many columns."""
    top = pyramid(half, ink, hollow=False)
    if hollow:
        top = [" " * (half - 1 - i) + ink + (" " * (2 * i - 1) + ink if i else "") for i in range(half)]
    return [*top, *reversed(top[:-1])]


def kite(half: int) -> Rows:
    """A hollow diamond of slashes with 2 * half rows."""
    top = [" " * (half - 1 - i) + "/" + " " * (2 * i) + "\\" for i in range(half)]
    low = [" " * i + "\\" + " " * (2 * (half - 1 - i)) + "/" for i in range(half)]
    return [*top, *low]


def diagonal(length: int, ink: str, *, rising: bool) -> Rows:
    """A slanting line, one column a row."""
    falling = [" " * i + ink for i in range(length)]
    return upside_down(falling) if rising else falling


def beside(*figures: Rows, gap: int = 4, low: bool = False) -> Rows:
    """The figures from left to right, on one top line, or on one base line (`low`)."""
    tall = max(len(figure) for figure in figures)
    blocks = []
    for figure in figures:
        extra = [""] * (tall - len(figure))
        blocks.append(padded([*extra, *figure] if low else [*figure, *extra]))
    return [(" " * gap).join(parts).rstrip() for parts in zip(*blocks, strict=True)]


def stacked(*figures: Rows, gap: int = 1, indents: Sequence[int] = ()) -> Rows:
    """The figures from top to bottom with blank rows between, each moved right by its indent."""
    rows: Rows = []
    for i, figure in enumerate(figures):
        rows += [""] * (gap if i else 0)
        rows += [" " * (indents[i] if indents else 0) + row for row in figure]
    return rows


def framed(rows: Sequence[str], style: str = "+-|", pad: int = 1) -> Rows:
    """The rows inside a closed border: `style` is corner, horizontal and vertical character."""
    corner, across, down = tuple(style)
    inside = width(rows) + 2 * pad
    edge = corner + across * inside + corner
    blank = [down + " " * inside + down] * (1 if pad > 1 else 0)
    body = [down + " " * pad + row.ljust(width(rows)) + " " * pad + down for row in rows]
    return [edge, *blank, *body, *blank, edge]


def without_row(rows: Sequence[str], row: int) -> Rows:
    """One row taken out."""
    return [*rows[:row], *rows[row + 1 :]]


def with_row_twice(rows: Sequence[str], row: int) -> Rows:
    """One row written twice."""
    return [*rows[: row + 1], *rows[row:]]


def row_shifted(rows: Sequence[str], row: int, by: int = 1) -> Rows:
    """One row moved right by some columns."""
    return [" " * by + text if i == row else text for i, text in enumerate(rows)]


def column_shifted(rows: Sequence[str], column: int) -> Rows:
    """One column moved down by one row."""
    grid = [list(row) for row in padded([*rows, ""])]
    moved = [" ", *[line[column] for line in grid[:-1]]]
    for line, character in zip(grid, moved, strict=True):
        line[column] = character
    return ["".join(line).rstrip() for line in grid]


def put(rows: Sequence[str], row: int, column: int, ink: str) -> Rows:
    """One cell overwritten; the row grows where the cell lies to its right."""
    line = rows[row].ljust(column + 1)
    changed = line[:column] + ink + line[column + 1 :]
    return [changed.rstrip() if i == row else text for i, text in enumerate(rows)]
