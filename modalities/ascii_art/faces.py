"""Faces: two eyes at one height above a mouth, and what the mouth says.

The features are looked for in what an outline encloses, then in all ink, then in what is left without the
outermost characters. Eyes are two pieces of ink that are equal or each other's mirror image; a nose is a
small mark between them and the mouth. The mouth is judged by where its ends stand against its middle, each
character at the height at which its stroke is drawn: "_" low, "'" high, the outer end of "\\" at the left
high, and so on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from modalities.ascii_art.figures import Chars, drawn_rows
from modalities.ascii_art.grid import Box, Grid, Mask, bounds, enclosed, label8, part
from modalities.ascii_art.symmetry import LEFT_RIGHT

Expression = Literal["smiling", "frowning", "neutral", "open", "unclear"]
EXPRESSIONS = ("smiling", "frowning", "neutral")

EYE_ROWS, EYE_COLUMNS = 3, 5  # larger pieces are figures
EYE_LETTERS = frozenset("oO0xXvVuUnTQ@")
STROKES = frozenset("|_/\\")  # eyes drawn so and touching what is below are the ends of a letter "V" or "U"
EYE_SIDES = 4  # distance of the middle of the mouth from that of the eyes, in half columns: two columns
MOUTH_ROWS = 5
MOUTH_SHARE = 3  # a mouth is at most this many times as wide as the eyes are apart
NOSE_COLUMNS = 2
NOSES = frozenset("^><|Llcv:.,\"'`uoOJ7*A()/\\ω")
WIDE_NOSES = frozenset(("(_)", "/_\\", "|_|", "<_>", "( )", ". .", "' '"))

# Height of a stroke in its character cell: 0 in the middle, positive below, in rows.
LOW, HIGH = 0.4, -0.4
STROKE = {
    "_": LOW,
    ".": LOW,
    ",": LOW,
    "'": HIGH,
    "`": HIGH,
    "´": HIGH,
    '"': HIGH,
    "‾": HIGH,
    "¯": HIGH,
    "^": HIGH,
}
SLOPE = 0.45  # the outer end of a slash, above or below the middle of its cell
CURVED = 0.30  # rows between ends and middle: "'---'" has 0.4, drawn characters that differ less look level
LEVEL = 0.05  # "---" has 0; between the two limits nothing is said
# Mouths that are told by themselves. "w", "3" and brackets are not decided.
MOUTHS: dict[str, Expression] = {
    "U": "smiling", "u": "smiling", "\\/": "smiling", "◡": "smiling", "‿": "smiling", "⌣": "smiling",
    "^": "frowning", "/\\": "frowning", "n": "frowning", "∩": "frowning", "⌒": "frowning", "◠": "frowning",
    "O": "open", "o": "open", "0": "open", "()": "open",
    "-": "neutral", "_": "neutral", "—": "neutral", "─": "neutral",
}  # fmt: skip
BRACKETS = frozenset("()[]{}<>|")
# A run of one of these is no level stroke: teeth, zigzags, arcs, slants.
UNEVEN = BRACKETS | frozenset("/\\^vVwWuUnNmMyYzZsS◡‿⌣∩⌒◠")

_SIDEWAYS = re.compile(r"(?P<eyes>[:;=8xX])(?P<nose>[-o^'*c]?)(?P<mouth>[)\](\[{}D|])")
_SIDEWAYS_BACK = re.compile(r"(?P<mouth>[)\](\[{}|])(?P<nose>[-o^'*]?)(?P<eyes>[:;=8])")
_SIDE_MOUTHS: dict[str, Expression] = {
    ")": "smiling", "]": "smiling", "}": "smiling", "D": "smiling",
    "(": "frowning", "[": "frowning", "{": "frowning", "|": "neutral",
}  # fmt: skip
_SWAP = str.maketrans("()[]{}", ")(][}{")
_MIRROR = {p[i]: p[1 - i] for p in reversed(LEFT_RIGHT.split()) for i in (0, 1)}


@dataclass(frozen=True, slots=True)
class Face:
    """A face: its expression, and the boxes of both eyes and the mouth (no box for sideways ones)."""

    expression: Expression
    boxes: tuple[Box, ...]


def find_face(grid: Grid, ink: Mask) -> Face | None:
    """The face of an art; `ink` is what is left of it inside its frames. None where there is none."""
    if grid.height == 1:
        return _sideways(grid.rows[0].strip())
    for features in _features(ink):
        face = _upright(grid.chars, features)
        if face is not None:
            return _without_chin(face, features, ink)
    return None


def _without_chin(face: Face, features: Mask, ink: Mask) -> Face:
    """The face; its expression unclear where a mouth of one or two characters may be a nose above a mouth that was
    taken for the outline's last row."""
    _, left, bottom, right = face.boxes[2]
    below = (ink & ~features)[bottom + 1 :, left : right + 1]
    if right - left < NOSE_COLUMNS and below.any():
        return replace(face, expression="unclear")
    return face


def _sideways(row: str) -> Face | None:
    if found := _SIDEWAYS.fullmatch(row):
        return Face(_SIDE_MOUTHS[found["mouth"]], ())
    if found := _SIDEWAYS_BACK.fullmatch(row):
        return Face(_SIDE_MOUTHS[found["mouth"].translate(_SWAP)], ())
    return None


def _features(ink: Mask) -> Iterator[Mask]:
    """Candidates for the ink of eyes, nose and mouth."""
    labels, count = label8(ink)
    if count > 2:
        hull_box = bounds(ink)
        sizes = [(labels == n) for n in range(1, count + 1)] if count <= 12 else []
        for piece in sizes:
            if bounds(piece) == hull_box:
                rest = ink & ~piece
                inside = enclosed(piece) & rest
                if inside.any():
                    yield inside
                yield rest  # the outline may be open
    yield ink
    if count <= 12 and count > 3:
        rim = _rim(labels, ink)
        if rim.any():
            yield ink & ~rim
    middle = without_ends(ink)
    if middle is not None:
        yield middle


def _rim(labels: np.ndarray[tuple[int, ...], np.dtype[np.int32]], ink: Mask) -> Mask:
    """Components that touch the sides of the ink's box."""
    box = bounds(ink)
    if box is None:
        return np.zeros_like(ink)
    top, left, bottom, right = box
    on_sides = set(labels[top : bottom + 1, [left, right]].ravel().tolist())
    on_ends = set(labels[[top, bottom], left : right + 1].ravel().tolist())
    return np.asarray(np.isin(labels, list((on_sides | on_ends) - {0})), dtype=np.bool_)


def without_ends(ink: Mask) -> Mask | None:
    """Ink without the first and last of each row, and without a first and last row that have nothing between.

    None unless these ends stand outside of all the rest: else they are no outline.
    """
    left = ink & (np.cumsum(ink, axis=1) == 1)
    right = ink & (np.cumsum(ink[:, ::-1], axis=1)[:, ::-1] == 1)
    rest = ink & ~left & ~right
    rows = np.flatnonzero(ink.any(axis=1))
    if len(rows) > 3:
        for row in (rows[0], rows[-1]):
            if _is_run(ink[row]):
                rest[row] = False
    box = bounds(rest)
    if box is None:
        return None
    between = slice(box[0], box[2] + 1)
    outside = not left[between, box[1] :].any() and not right[between, : box[3] + 1].any()
    return np.asarray(rest, dtype=np.bool_) if outside else None


def _is_run(row: Mask) -> bool:
    """Whether a row is a stroke from its first to its last ink, or only both, as the ends of an outline are."""
    columns = np.flatnonzero(row)
    return len(columns) <= 2 or bool((np.diff(columns) <= 2).all())


def _upright(chars: Chars, ink: Mask) -> Face | None:
    """A face whose eyes are the first rows of the features."""
    box = bounds(ink)
    if box is None or box[2] == box[0]:
        return None
    for rows in range(min(EYE_ROWS, box[2] - box[0]), 0, -1):
        eyes = _eyes(chars, ink, box, rows)
        if eyes:
            return _with_mouth(chars, ink, (box[0] + rows, box[1], box[2], box[3]), eyes)
    return None


def _eyes(chars: Chars, ink: Mask, box: Box, rows: int) -> tuple[Box, Box] | None:
    """Two equal or mirrored pieces, alone in these rows but for a nose between them."""
    top, left, _, right = box
    band = part(ink, (top, left, top + rows - 1, right))
    labels, count = label8(band)
    if count not in (2, 3):
        return None
    pieces = []
    for number in range(1, count + 1):
        mask = labels == number
        at = bounds(mask)
        assert at is not None, "every label has a cell"
        pieces.append((at[1], at, drawn_rows(chars[top : top + rows, left : right + 1], mask)))
    pieces.sort()
    (_, a, a_text), (_, b, b_text) = pieces[0], pieces[-1]
    if count == 3 and not _between(pieces[1][1], pieces[1][2], a, b):
        return None
    if any((at[0], at[2]) != (0, rows - 1) or at[3] - at[1] >= EYE_COLUMNS for at in (a, b)):
        return None
    first = tuple(row[a[1] : a[3] + 1] for row in a_text)
    second = tuple(row[b[1] : b[3] + 1] for row in b_text)
    mirrored = tuple("".join(_MIRROR.get(c, c) for c in reversed(row)) for row in first)
    if second not in (first, mirrored):
        return None
    return (top, left + a[1], top + rows - 1, left + a[3]), (top, left + b[1], top + rows - 1, left + b[3])


def _between(nose: Box, text: tuple[str, ...], a: Box, b: Box) -> bool:
    marks = set("".join(text)) - {" "}
    central = abs(2 * (nose[1] + nose[3]) - (a[1] + a[3] + b[1] + b[3])) <= EYE_SIDES
    return nose[3] - nose[1] < NOSE_COLUMNS and central and marks <= NOSES


def _with_mouth(chars: Chars, ink: Mask, below: Box, eyes: tuple[Box, Box]) -> Face | None:
    """A face of these eyes and what stands below them, None where that is no mouth."""
    a, b = eyes
    rest = ink.copy()
    rest[: below[0]] = False
    box = _mouth(chars, rest, a[1] + a[3] + b[1] + b[3])
    if box is None or box[3] - box[1] + 1 > MOUTH_SHARE * (b[3] - a[1] + 1):
        return None
    if _grown_together(chars, ink, eyes, box):
        return None
    return Face(_said(chars, rest, box), (a, b, box))


def expression_below(chars: Chars, ink: Mask, axis: int) -> Expression | None:
    """What the mouth says that all this ink is, but for a nose; None where it is no mouth. `axis` is four times
    the middle column."""
    box = _mouth(chars, ink, axis)
    return None if box is None else _said(chars, ink, box)


def _said(chars: Chars, ink: Mask, mouth: Box) -> Expression:
    top, left, bottom, right = mouth
    return _expression(chars[top : bottom + 1, left : right + 1], part(ink, mouth))


def _mouth(chars: Chars, ink: Mask, axis: int) -> Box | None:
    """The box of the mouth that ink is without noses above it."""
    rest = ink.copy()
    box = bounds(rest)
    while box is not None and box[0] < box[2] and _is_nose(chars, rest, box, axis):
        rest[box[0]] = False
        box = bounds(rest)
    if box is None or abs(2 * (box[1] + box[3]) - axis) > EYE_SIDES or box[2] - box[0] >= MOUTH_ROWS:
        return None
    mouth = part(rest, box)
    return box if mouth.any(axis=1).all() and _curve(mouth) else None


def _curve(mouth: Mask) -> bool:
    """Whether a mouth is one thin stroke: at most two pieces in a row and two characters in a column."""
    runs = (np.diff(mouth.astype(np.int8), axis=1, prepend=0) == 1).sum(axis=1)
    return int(runs.max()) <= 2 and int(mouth.sum(axis=0).max()) <= 2


def _grown_together(chars: Chars, ink: Mask, eyes: tuple[Box, Box], mouth: Box) -> bool:
    """Whether eyes go on in what is below them, as the ends of a letter do."""
    for eye in eyes:
        top, left, bottom, right = eye
        marks = {c for c in chars[top : bottom + 1, left : right + 1].ravel().tolist() if c != " "}
        if any(c.isalnum() and c not in EYE_LETTERS for c in marks):
            return True
        row = slice(max(0, left - 1), right + 2)
        under = set(chars[bottom + 1, row][ink[bottom + 1, row]].tolist())
        if under & marks or (under and marks & STROKES):
            return True
        if under and mouth[0] == bottom + 1 and mouth[2] > mouth[0]:
            return True
    return False


def _is_nose(chars: Chars, ink: Mask, box: Box, axis: int) -> bool:
    """Whether the first row is a small mark in the middle, with more and not narrower ink below."""
    columns = np.flatnonzero(ink[box[0]])
    first, last = int(columns[0]), int(columns[-1])
    text = "".join(np.where(ink[box[0]], chars[box[0]], " ")[first : last + 1].tolist())
    small = len(text) <= NOSE_COLUMNS and set(text) <= NOSES
    under = bounds(ink[box[0] + 1 :])
    wide = under is not None and under[3] - under[1] >= last - first
    return (small or text in WIDE_NOSES) and wide and abs(2 * (first + last) - axis) <= EYE_SIDES


def _expression(chars: Chars, mouth: Mask) -> Expression:
    """What a mouth says, from the heights of its ends and its middle."""
    text = ["".join(row) for row in np.where(mouth, chars, " ").tolist()]
    if len(text) == 1 and text[0] in MOUTHS:
        return MOUTHS[text[0]]
    width = mouth.shape[1]
    if width < 3 or (len(text) > 1 and bool((mouth != mouth[:, ::-1]).any())):
        return "unclear"
    ends = (_end(text, 0), _end(text, width - 1))
    middle = [h for c in range(width // 3, width - width // 3) if (h := _column(text, c)) is not None]
    if ends[0] is None or ends[1] is None or not middle:
        return "unclear"
    centre = sum(middle) / len(middle)
    rises = [centre - end for end in ends if end is not None]
    if min(rises) >= CURVED:
        return "smiling"
    if max(rises) <= -CURVED:
        return "frowning"
    flat = len(text) == 1 and len(set(text[0])) == 1 and text[0][0] not in UNEVEN
    return "neutral" if flat and max(map(abs, rises)) <= LEVEL else "unclear"


def _column(text: list[str], column: int) -> float | None:
    """Mean height of the ink of a column, rows from above; None without ink."""
    heights = [row + STROKE.get(line[column], 0.0) for row, line in enumerate(text) if line[column] != " "]
    return sum(heights) / len(heights) if heights else None


def _end(text: list[str], column: int) -> float | None:
    """Height of an outer end. A slash counts where it points; a bracket's ends are not told."""
    marks = [(row, line[column]) for row, line in enumerate(text) if line[column] != " "]
    if not marks or any(c in BRACKETS for _, c in marks):
        return None
    first = column == 0
    heights = []
    for row, c in marks:
        up = (c == "\\") == first
        heights.append(row + ((-SLOPE if up else SLOPE) if c in "/\\" else STROKE.get(c, 0.0)))
    return sum(heights) / len(heights)
