"""Why an art is no face for certain, where neither a face nor anything else was recognised in it.

Two arts can be told: a mouth under one eye alone, that stands at a side; and a wide strip, as words are, in which
no two marks could be eyes. All other arts stay open: what a person takes for a face needs no two equal eyes.
"""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np

from modalities.ascii_art.faces import (
    EXPRESSIONS,
    EYE_COLUMNS,
    EYE_ROWS,
    EYE_SIDES,
    expression_below,
    without_ends,
)
from modalities.ascii_art.grid import Box, Grid, Mask, bounds, enclosed, label8, part, split

STRIP_ROWS = range(3, 13)  # one row may be an emoticon; a portrait in shades needs more than letters have
STRIP_SHARE = 4  # columns for each row, twice as wide as high on a screen: faces are about as wide as high
MANY = 60  # pieces: more are not looked at, and may be anything
STROKE_SHARE = 2  # a character that makes more than half of the ink is the stroke, and no eye
HEAD = 10  # columns between eyes that touch the outline of a small head
EYES = frozenset("oO0@*^-=~xX•°●◉uUnTQvVeq689.;:'\"`´+#$&%")  # "(o.o)", "(-_-)", "(^_^)"
ROUND_EYE = re.compile(r"\([^()]?\)|\[[^\[\]]?\]|<[^<>]?>")  # "(_)", "[x]", "()"
ANGLES = ("><", "<>")  # "(>_<)"


def no_face(grid: Grid, ink: Mask) -> str:
    """The reason, "" where the art may be a face; `ink` is what is left of it inside its frames."""
    if eye := _lone_eye(grid, ink):
        top, left, *_ = eye
        return f"a mouth under one eye only, in row {top}, column {left}"
    if _is_strip(grid) and not _may_have_eyes(grid):
        return f"{grid.width} columns and {grid.height} rows in which no two marks could be eyes"
    return ""


def _lone_eye(grid: Grid, ink: Mask) -> Box | None:
    """The box of the only eye, to the left or the right of the middle of a mouth with nothing else around."""
    if found := _lone_eye_in(grid, _within_outline(ink)):
        return found
    inside, whole = without_ends(ink), bounds(ink)
    rows = None if inside is None else bounds(inside)
    if inside is None or rows is None or whole is None or not whole[0] < rows[0] <= rows[2] < whole[2]:
        return None  # the ends are no outline from the first row to the last: one of them may be an eye
    return _lone_eye_in(grid, inside)


def _lone_eye_in(grid: Grid, ink: Mask) -> Box | None:
    labels, count = label8(ink)
    if not 2 <= count <= 4:
        return None
    boxes = [box for _, box in split(labels, count)]
    eye, mouth = min(boxes), max(boxes, key=lambda box: box[2])
    if eye[2] - eye[0] >= EYE_ROWS or eye[3] - eye[1] >= EYE_COLUMNS:
        return None
    if any(box[0] <= eye[2] for box in boxes if box is not eye):
        return None  # something stands beside it
    if abs(2 * (eye[1] + eye[3]) - 2 * (mouth[1] + mouth[3])) <= EYE_SIDES or _is_pair(grid, eye):
        return None
    below = ink.copy()
    below[: eye[2] + 1] = False
    return eye if expression_below(grid.chars, below, 2 * (mouth[1] + mouth[3])) in EXPRESSIONS else None


def _within_outline(ink: Mask) -> Mask:
    """What an outline around everything encloses, all ink without one."""
    labels, count = label8(ink)
    for number in range(1, min(count, 5) + 1):
        piece = labels == number
        inside = enclosed(piece) & ink & ~piece
        if bounds(piece) == bounds(ink) and inside.any():
            return np.asarray(inside, dtype=np.bool_)
    return ink


def _is_pair(grid: Grid, eye: Box) -> bool:
    """Whether a piece may be two eyes that touch."""
    top, left, bottom, right = eye
    text = grid.rows[top][left : right + 1]
    return top == bottom and len(text) > 1 and text[0] == text[-1]


def _is_strip(grid: Grid) -> bool:
    return grid.height in STRIP_ROWS and grid.width > STRIP_SHARE * grid.height


def _may_have_eyes(grid: Grid) -> bool:
    """Whether two marks stand side by side that could be eyes: small pieces, or characters that eyes are drawn in,
    with others around them."""
    labels, count = label8(grid.ink)
    boxes = [box for _, box in split(labels, count)]
    if len(boxes) > MANY or any(_are_eyes(grid, a, b) for a, b in combinations(boxes, 2)):
        return True
    ink = "".join(grid.rows).replace(" ", "")
    rare = {c for c in EYES if ink.count(c) * STROKE_SHARE <= len(ink)}
    return any(_has_eyes(row, rare) for row in grid.rows)


def _are_eyes(grid: Grid, a: Box, b: Box) -> bool:
    """Whether two pieces side by side, small or of one size, have something under the middle between them."""
    small = all(box[2] - box[0] < EYE_ROWS and box[3] - box[1] < EYE_COLUMNS for box in (a, b))
    alike = (a[2] - a[0], a[3] - a[1]) == (b[2] - b[0], b[3] - b[1])
    level = abs(a[0] - b[0]) <= 1 and (a[3] < b[1] or b[3] < a[1])
    return level and (small or alike) and _ink_below(grid, a, b)


def _ink_below(grid: Grid, a: Box, b: Box) -> bool:
    """Whether anything stands under the middle between two marks, as a mouth would."""
    middle = (min(a[1], b[1]) + max(a[3], b[3])) // 2
    rows = max(a[2], b[2]) + 1
    return bool(part(grid.ink, (rows, max(0, middle - 2), grid.height - 1, middle + 3)).any())


def _has_eyes(row: str, eyes: set[str]) -> bool:
    """Whether a row has an eye's character twice, each time alone, as a small head has."""
    alone = [
        (column, char)
        for column, char in enumerate(row)
        if char != " " and char not in (row[column - 1 : column] + row[column + 1 : column + 2])
    ]
    if len(ROUND_EYE.findall(row)) > 1:
        return True
    for place, (at, a) in enumerate(alone):
        for to, b in alone[place + 1 : place + HEAD]:
            if 1 < to - at <= HEAD and ((a == b and a in eyes) or a + b in ANGLES):
                return True
    return False
