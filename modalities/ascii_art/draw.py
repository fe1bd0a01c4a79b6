"""Right drawings for scenes: the oracle's hand. It shares no code with the checkers.

A scene is a plain dict with a `kind`; each drawing is a list of rows without trailing spaces.
Sizes are in characters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Rows = list[str]

GAP = 3  # blank columns between figures side by side: more than any style of outline leaves open
WIDE = 10_000  # pyfiglet wraps silently at 80 columns unless told otherwise
EYES = {"o": "o o", "O": "O O", "^": "^ ^", "*": "* *"}
MOUTHS = {"smiling": "\\_/", "frowning": "/-\\", "neutral": "---"}


def block(width: int, height: int, char: str, hollow: bool) -> Rows:
    """A rectangle, filled or as an outline one character thick."""
    if not hollow:
        return [char * width] * height
    middle = char + " " * (width - 2) + char
    return [char * width, *[middle] * (height - 2), char * width]


def triangle(height: int, char: str, hollow: bool) -> Rows:
    """An upright isosceles triangle with rows of 1, 3, 5, … characters."""
    rows = []
    for i in range(height):
        run = 2 * i + 1
        solid = not hollow or i in (0, height - 1)
        rows.append(" " * (height - 1 - i) + (char * run if solid else char + " " * (run - 2) + char))
    return rows


def diamond(height: int, char: str, hollow: bool) -> Rows:
    """A diamond of odd height with rows of 1, 3, … height … 3, 1 characters."""
    half = height // 2
    rows = []
    for i in range(height):
        run = 2 * (half - abs(i - half)) + 1
        solid = not hollow or run == 1
        rows.append(" " * abs(i - half) + (char * run if solid else char + " " * (run - 2) + char))
    return rows


CIRCLES = {  # outlines by hand, as (margin, run) per row; wider than high because characters are narrow
    5: [(2, 5), (1, 7), (0, 9), (1, 7), (2, 5)],
    6: [(3, 5), (1, 9), (0, 11), (0, 11), (1, 9), (3, 5)],
    7: [(4, 5), (2, 9), (1, 11), (0, 13), (1, 11), (2, 9), (4, 5)],
}


def circle(height: int, char: str, hollow: bool) -> Rows:
    """A disc or ring of 5, 6 or 7 rows."""
    spans = CIRCLES[height]
    rows = []
    for i, (margin, run) in enumerate(spans):
        row = [char] * run
        if hollow and 0 < i < len(spans) - 1:
            # As thick as the step to the row above or below, so that the ring stays closed.
            step = max(1, abs(spans[i - 1][0] - margin), abs(spans[i + 1][0] - margin))
            row[step:-step] = " " * (run - 2 * step)
        rows.append(" " * margin + "".join(row))
    return rows


def figure(kind: str, size: int, char: str, hollow: bool, wide: int | None = None) -> Rows:
    """One figure. `size` is its height (a line's length); `wide` the width of a rectangle."""
    if kind == "line":
        return [char * size]
    if kind == "rectangle":
        return block(wide or size + 3, size, char, hollow)
    makers: dict[str, Callable[[int, str, bool], Rows]] = {
        "square": lambda s, c, h: block(s, s, c, h),
        "triangle": triangle,
        "diamond": diamond,
        "circle": circle,
    }
    return makers[kind](size, char, hollow)


def beside(parts: Sequence[Rows], gap: int = GAP) -> Rows:
    """Drawings side by side on one base line."""
    height = max(map(len, parts))
    widths = [max(map(len, part)) for part in parts]
    padded = [[""] * (height - len(part)) + list(part) for part in parts]
    rows = [
        (" " * gap).join(part[i].ljust(width) for part, width in zip(padded, widths, strict=True))
        for i in range(height)
    ]
    return [row.rstrip() for row in rows]


def stacked(parts: Sequence[Rows]) -> Rows:
    """Drawings below one another, centred, a blank row between."""
    width = max(len(row) for part in parts for row in part)
    rows: Rows = []
    for i, part in enumerate(parts):
        indent = " " * ((width - max(map(len, part))) // 2)
        rows += ([""] if i else []) + [(indent + row).rstrip() for row in part]
    return rows


def boxed(inner: Rows, border: str, width: int | None = None) -> Rows:
    """A frame around a drawing, one space inside; `border` is one character, or "+" for a +-| box."""
    content = max(map(len, inner))
    width = width or content + 4
    left = (width - 2 - content) // 2
    corner, flat, side = ("+", "-", "|") if border == "+" else (border, border, border)
    bar = corner + flat * (width - 2) + corner
    lines = [(" " * left + row).ljust(width - 2) for row in inner]
    return [bar, *[side + line + side for line in lines], bar]


def face(expression: str, eyes: str) -> Rows:
    """Two eyes above a mouth, three columns wide."""
    return [EYES[eyes], MOUTHS[expression]]


def bars(values: Sequence[int], char: str, vertical: bool) -> Rows:
    """Bars of these lengths: columns on one base line with a blank between, or rows from one left edge."""
    if not vertical:
        return [char * value for value in values]
    top = max(values)
    return [" ".join(char if value >= row else " " for value in values).rstrip() for row in range(top, 0, -1)]


def lettering(word: str, font: str) -> Rows:
    """A word as pyfiglet sets it in the font's own layout, on one line."""
    from pyfiglet import Figlet

    rows = [row.rstrip() for row in Figlet(font=font, width=WIDE).renderText(word).splitlines()]
    inked = [i for i, row in enumerate(rows) if row]
    return rows[inked[0] : inked[-1] + 1]


def scene_rows(scene: Mapping[str, Any]) -> Rows:
    """The right drawing of a scene."""
    kind = scene["kind"]
    if kind == "word":
        return lettering(scene["word"], scene["font"])
    if kind == "frame":
        return boxed([scene["word"]], scene["border"], scene["width"])
    if kind == "face":
        rows = face(scene["expression"], scene["eyes"])
        return boxed(rows, scene["border"], scene["width"]) if scene["border"] else rows
    if kind == "bars":
        return bars(scene["values"], scene["char"], scene["vertical"])
    parts = [
        figure(name, scene["size"], scene["char"], scene["hollow"], scene.get("wide"))
        for name, n in scene["items"]
        for _ in range(n)
    ]
    return stacked(parts) if scene.get("stacked") else beside(parts)
