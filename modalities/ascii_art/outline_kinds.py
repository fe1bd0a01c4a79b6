"""Which kind of figure a silhouette is: from the first and last column of each of its rows.

Every figure we know is convex, so its rows' extents say everything about its shape. Each test gets a
`Silhouette` and answers `Kinds(sure, maybe)`: kinds that it certainly has, and kinds that a fair eye could
also see. Nothing sure and nothing in doubt means that the test does not recognise it. A shape is either exact
in characters or not recognised: a row that is one column off breaks a slope. Only circles are drawn freely,
so they alone have a tolerance.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

KINDS = ("square", "rectangle", "triangle", "diamond", "line", "circle")

# Characters that draw a level stroke, and an upright one: between them a box may leave its corners open.
LEVEL = frozenset("_-=‾¯~─━═")
UPRIGHT = frozenset("|!:I[]lH│║┃")
LOW = frozenset(
    "_"
)  # strokes that lie on the line below the row: as a top row they have no height of their own
SLASHES = frozenset("/\\╱╲")
ROUND = frozenset("()")

# A circle is 0.785 of its box and an ellipse fits it exactly; a diamond overlaps its ellipse by 0.64 and a
# full rectangle by 0.785. Hand-drawn circles of 3 to 9 rows that people posted lie between 0.81 and 0.99.
CIRCLE_OVERLAP = 0.80
CIRCLE_DOUBT = 0.72  # below: no circle. Between: drawn too coarsely to say
ROUNDED_OVERLAP = (
    0.90  # a box whose corners alone are missing is a circle only if it fits this well (5 × 5 does)
)
# Columns per row: 1 where drawn cell by cell, 2 where drawn for the eye (characters are twice as high as
# wide).
CIRCLE_ASPECT = (0.75, 2.8)
OVAL_ASPECT = (0.5, 4.0)  # beyond the first range an oval that some would still call a circle
PAINTS = 2  # different characters in a filled block: more are as likely a table with writing in it
MAX_STEP = 6  # columns that a slope moves per row, both sides together; flatter ones are steps, not slopes


class Kinds(NamedTuple):
    sure: frozenset[str]
    maybe: frozenset[str]


NOTHING = Kinds(frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Silhouette:
    """Rows of a figure: first and last column of each (from its own left edge), and its drawn characters.

    text   the rows as drawn, blanks inside included
    width  columns of the figure as drawn (a spaced drawing is judged on its squeezed rows only)
    """

    left: tuple[int, ...]
    right: tuple[int, ...]
    text: tuple[str, ...]
    width: int

    @property
    def runs(self) -> list[int]:
        return [right - left + 1 for left, right in zip(self.left, self.right, strict=True)]

    @property
    def height(self) -> int:
        return len(self.left)

    def ends(self, row: int) -> tuple[str, str]:
        """The characters at both ends of a row; a blank where a loose corner is open."""
        return self.text[row][self.left[row]], self.text[row][self.right[row]]

    def drawn(self, row: int) -> str:
        return self.text[row][self.left[row] : self.right[row] + 1]

    def upside_down(self) -> Silhouette:
        return Silhouette(self.left[::-1], self.right[::-1], self.text[::-1], self.width)

    def below(self, rows: int) -> Silhouette:
        """Without its first rows."""
        return Silhouette(self.left[rows:], self.right[rows:], self.text[rows:], self.width)


def kinds_of(shape: Silhouette, columns: Silhouette | None) -> Kinds:
    """What a closed silhouette is. `columns`: the figure turned by a quarter (None if not convex so)."""
    maybe: frozenset[str] = frozenset()
    tests: list[Callable[[], Kinds]] = [
        lambda: diamond(shape),
        lambda: rectangle(shape),
        lambda: triangle(shape),
        lambda: triangle(columns, turned=True) if columns else NOTHING,
        lambda: circle(shape),
        lambda: _on_the_line_below(shape),
    ]
    for test in tests:
        found = test()
        if found.sure:
            return found
        maybe |= found.maybe
    return Kinds(frozenset(), maybe)


def rectangle(shape: Silhouette) -> Kinds:
    """Rows of one extent; top and bottom strokes may leave the corners open (" ___ " over "|   |")."""
    if shape.height < 2 or shape.runs[-1] < 2 and shape.runs[0] < 2:
        return NOTHING
    left, right = min(shape.left), max(shape.right)
    for row in range(shape.height):
        full = shape.left[row] == left and shape.right[row] == right
        if not full and not _open_corners(shape, row, left, right):
            return NOTHING
    if right - left < 1 or all(run < right - left + 1 for run in shape.runs):
        return NOTHING
    kinds, maybe = {"rectangle"}, set[str]()
    if shape.width == shape.height:
        kinds.add("square")
    elif abs(shape.width - 2 * shape.height) <= 1:
        maybe.add("square")  # looks square on a screen, where characters are twice as high as wide
    if _rounded(shape):
        return Kinds(frozenset(), frozenset(kinds | maybe | {"circle"}))
    rows = [shape.drawn(row) for row in range(shape.height)]
    patchwork = shape.height > 2 and " " not in "".join(rows) and len(set("".join(rows))) > PAINTS
    if patchwork or any(map(_is_text, rows)):
        return Kinds(frozenset(), frozenset(kinds | maybe))  # writing or a table, as likely as a block
    return Kinds(frozenset(kinds), frozenset(maybe))


def _open_corners(shape: Silhouette, row: int, left: int, right: int) -> bool:
    """A first or last row of level strokes, one column short at both ends, next to upright strokes."""
    if row not in (0, shape.height - 1) or (shape.left[row], shape.right[row]) != (left + 1, right - 1):
        return False
    beside = shape.ends(1 if row == 0 else shape.height - 2)
    return set(shape.drawn(row)) <= LEVEL and set(beside) <= UPRIGHT


def _rounded(shape: Silhouette) -> bool:
    """Whether a box might be meant as a circle: round brackets, or slashed corners without a side."""
    sides = {c for row in range(1, shape.height - 1) for c in shape.ends(row)}
    corners = {c for row in (0, shape.height - 1) for c in shape.ends(row)}
    if sides & ROUND or corners & ROUND:
        return True
    return shape.height == 2 and bool(corners & SLASHES)


def _is_text(run: str) -> bool:
    """Several different letters or digits in a row are writing rather than paint."""
    return len({c for c in run if c.isalnum()}) > 1


def triangle(shape: Silhouette, turned: bool = False) -> Kinds:
    """Rows whose runs grow (or shrink) by the same step from a tip, with straight sides."""
    for way in (shape, shape.upside_down()):
        found = _growing(way, turned) or (not turned and _on_own_base(way))
        if found:
            # Two rows say little: a centred 1 over 3 and slashes point, an "L" does not.
            centred = way.runs == [1, 3] and way.left[0] == 1 + way.left[1]
            small = way.height == 2 and not centred and not _slashed(way, 0)
            return Kinds(frozenset(), frozenset({"triangle"})) if small else _sure("triangle")
    return NOTHING


def _growing(shape: Silhouette, turned: bool) -> bool:
    shape = _unrepeated(shape)
    runs = shape.runs
    if shape.height < 2 or sum(runs) < 3:
        return False
    step = runs[1] - runs[0]
    if not 1 <= step <= MAX_STEP or any(b - a != step for a, b in itertools.pairwise(runs)):
        return False
    # Two rows that differ much are a step (a hat on a brim), not a slope; 1 over 3 and "/\" over "/__\" are
    # slopes.
    if shape.height == 2 and step > 2:
        return False
    return _tip(shape, step, turned) and _straight(shape)


def _tip(shape: Silhouette, step: int, turned: bool) -> bool:
    """A tip of 1 character, or of 2 where that is as sharp as an even drawing gets."""
    if shape.runs[0] == 1:
        return True
    return shape.runs[0] == 2 and (step >= 2 or (not turned and _slashed(shape, 0)))


def _slashed(shape: Silhouette, row: int) -> bool:
    return bool(set(shape.ends(row)) & SLASHES)


def _straight(shape: Silhouette) -> bool:
    """Both slopes constant, or a middle that moves by half a column (centred even and odd runs)."""
    slopes_left = {a - b for a, b in zip(shape.left, shape.left[1:], strict=False)}
    slopes_right = {b - a for a, b in zip(shape.right, shape.right[1:], strict=False)}
    if min(slopes_left | slopes_right) < 0:
        return False
    if len(slopes_left) == 1 and len(slopes_right) == 1:
        return True
    return _centred(shape)


def _centred(shape: Silhouette) -> bool:
    middles = [left + right for left, right in zip(shape.left, shape.right, strict=True)]
    return max(middles) - min(middles) <= 1


def _unrepeated(shape: Silhouette) -> Silhouette:
    """With each row once where every row stands k times (a pyramid of square blocks); else as it is."""
    rows = list(zip(shape.left, shape.right, strict=True))
    starts = [i for i in range(len(rows)) if i == 0 or rows[i] != rows[i - 1]]
    lengths = {b - a for a, b in zip(starts, [*starts[1:], len(rows)], strict=True)}
    if len(lengths) != 1 or len(starts) < 3:
        return shape
    pick = [rows[i] for i in starts]
    return Silhouette(
        tuple(left for left, _ in pick),
        tuple(right for _, right in pick),
        tuple(shape.text[i] for i in starts),
        shape.width,
    )


def _on_own_base(shape: Silhouette) -> bool:
    """A slope of strokes on a level stroke in a row of its own, about as wide as the row above it."""
    if shape.height < 3 or not set(shape.drawn(shape.height - 1)) <= LEVEL:
        return False
    above = shape.upside_down().below(1).upside_down()
    off = (above.left[-1] - shape.left[-1], shape.right[-1] - above.right[-1])
    upright = (len(set(above.left)) == 1, len(set(above.right)) == 1)
    if (
        not -1 <= max(off, key=abs) <= 1
        or off[0] != off[1]
        and not (upright[0] and not off[0] or upright[1] and not off[1])
    ):
        return False
    slashed = all(_slashed(above, row) or above.runs[row] == 1 for row in range(above.height))
    return slashed and _growing(above, False)


def diamond(shape: Silhouette) -> Kinds:
    """Straight slopes out from a tip and back to one; the widest row may stand twice (even heights)."""
    runs = shape.runs
    if shape.text == ("/\\", "\\/"):
        return _sure("diamond")
    half = (shape.height + 1) // 2
    if shape.height < 3 or runs != runs[::-1] or not _centred(shape):
        return NOTHING
    steps = {b - a for a, b in itertools.pairwise(runs[:half])}
    if len(steps) != 1:
        return NOTHING
    step = steps.pop()
    # Runs of 1, 2, 1 on one side are a triangle that points sideways: a step of 1 needs room to show its
    # middle.
    if not (1 <= step <= MAX_STEP) or runs[0] > min(2, step) or (step == 1 and shape.height < 5):
        return NOTHING
    if runs[0] == 2 and half == 2 and not _slashed(shape, 0):
        return Kinds(
            frozenset(), frozenset({"diamond", "circle"})
        )  # 2, 4, 2 and 2, 4, 4, 2: round or pointed
    if runs == [1, 3, 3, 1] or not _slashes_meet(shape):
        return Kinds(frozenset(), frozenset({"diamond"}))
    return _sure("diamond")


def _slashes_meet(shape: Silhouette) -> bool:
    """Whether slashes turn where they touch: "/" stands right above "\\", both of the same column."""
    for side, turn in ((shape.left, "/\\"), (shape.right, "\\/")):
        for row in range(shape.height - 1):
            marks = shape.text[row][side[row]] + shape.text[row + 1][side[row + 1]]
            if marks == turn and side[row] != side[row + 1]:
                return False
    return True


def circle(shape: Silhouette) -> Kinds:
    """A disc: rows that widen and narrow again, flat at top and bottom, close to the ellipse of its box."""
    runs = shape.runs
    width, height = max(runs), shape.height
    if height < 3 or width < 4 or not 2 <= max(runs[0], runs[-1]) < width or min(runs[0], runs[-1]) < 2:
        return NOTHING
    widest = runs.index(width)
    if runs[: widest + 1] != sorted(runs[: widest + 1]) or runs[widest:] != sorted(
        runs[widest:], reverse=True
    ):
        return NOTHING
    overlap = ellipse_overlap(runs, width)
    aspect = shape.width / height
    if overlap < CIRCLE_DOUBT or not OVAL_ASPECT[0] <= aspect <= OVAL_ASPECT[1]:
        return NOTHING
    if len({left + right for left, right in zip(shape.left, shape.right, strict=True)}) > 1:
        return NOTHING  # lopsided
    exact = _level(runs, overlap) and CIRCLE_ASPECT[0] <= aspect <= CIRCLE_ASPECT[1]
    if exact and overlap >= CIRCLE_OVERLAP and not _angular(shape, overlap):
        return _sure("circle")
    boxy = {"circle", "rectangle"} | ({"square"} if shape.width == height else set())
    return Kinds(frozenset(), frozenset(boxy if _corners_only(runs) else {"circle"}))


def _level(runs: Sequence[int], overlap: float) -> bool:
    """Whether the upper half is the lower one; of a circle that fits well the outermost rows may be of two lengths,
    for strokes such as "_" and "-" lie at unlike heights of their rows."""
    skews = [abs(a - b) for a, b in zip(runs, runs[::-1], strict=True)]
    outer = skews[0] <= 1 or (overlap >= ROUNDED_OVERLAP and skews[0] <= max(runs) / 4)
    return outer and max(skews[1:-1]) <= 1


def ellipse_overlap(runs: Sequence[int], width: int) -> float:
    """Intersection over union of centred rows of these lengths and the ellipse in their box, 0 to 1."""
    half = len(runs) / 2
    ideal = [width * sqrt(1 - ((i + 0.5 - half) / half) ** 2) for i in range(len(runs))]
    shared = sum(min(a, b) for a, b in zip(runs, ideal, strict=True))
    return shared / sum(max(a, b) for a, b in zip(runs, ideal, strict=True))


def _corners_only(runs: Sequence[int]) -> bool:
    """All rows but the first and last have one length, and those two are a column short at each end."""
    return len(set(runs[1:-1])) == 1 and runs[0] == runs[-1] == runs[1] - 2


def _angular(shape: Silhouette, overlap: float) -> bool:
    """A box without its corners, or a hexagon of slashes with plain level strokes: no circle for sure."""
    sides = {c for row in range(1, shape.height - 1) for c in shape.ends(row)}
    level = set(shape.drawn(0)) | set(shape.drawn(shape.height - 1))
    if sides <= SLASHES and level - SLASHES <= LEVEL | {" "}:
        return True
    corners = {c for row in (0, -1) for c in shape.ends(row)}
    if not _corners_only(shape.runs) or sides & ROUND or (shape.height == 3 and corners <= SLASHES):
        return False
    return overlap < ROUNDED_OVERLAP or sides <= UPRIGHT


def _on_the_line_below(shape: Silhouette) -> Kinds:
    """A top row of underscores draws the upper edge of the row below: judge the rows without it."""
    if shape.height < 3 or not set(shape.drawn(0)) <= LOW:
        return NOTHING
    rest = shape.below(1)
    if rest.runs[0] < shape.runs[0]:
        return NOTHING
    inset = (shape.left[0] - rest.left[0], rest.right[0] - shape.right[0])
    if inset[0] < 0 or inset[0] != inset[1]:
        return NOTHING
    if inset[0] > 1:  # the narrow top of a round outline
        return circle(rest)
    found = diamond(rest) if rest.height > 2 else NOTHING
    if found.sure:
        return found
    found = circle(rest)
    if found.sure or found.maybe:
        return found
    box = rectangle(rest)
    if box.sure or box.maybe:  # "/  \" over "\__/": a rounded box or a small circle
        return Kinds(frozenset(), box.sure | box.maybe | {"circle"})
    return NOTHING


def _sure(kind: str) -> Kinds:
    return Kinds(frozenset({kind}), frozenset())


def line(text: Sequence[str], ink_per_row: Sequence[int], left: Sequence[int]) -> Kinds:
    """A row, a column or a diagonal of at least 2 characters. `text` is the drawn box, connected ink only."""
    if len(text) == 1:
        return _stroke(text[0])
    if any(n != 1 for n in ink_per_row):
        return NOTHING
    steps = {b - a for a, b in itertools.pairwise(left)}
    if len(steps) != 1 or abs(steps.copy().pop()) > 1:
        return NOTHING
    return _stroke("".join(row.strip() for row in text))


_BODY = frozenset("-_=~─━═.*#+|│║┃/\\:")
_ENDS = frozenset("+*oO<>|#-=._^vV.'│├┤┬┴┼")


def _stroke(run: str) -> Kinds:
    """A run of one character, of two in turn, or of one between ends such as "+" or an arrow's head."""
    if len(run) < 2:
        return NOTHING
    letters = {c for c in run if c.isalnum()}
    if len(set(run)) == 1:
        # "oo" and "ll" are as likely letters; "ooo" is a row of rings, "))" a pair of brackets.
        sure = len(run) > 2 or (not letters and run[0] not in "()[]{}<>")
        return _sure("line") if sure else Kinds(frozenset(), frozenset({"line"}))
    body = set(run[1:-1])
    if len(run) > 2 and len(body) == 1 and body <= _BODY and {run[0], run[-1]} <= _ENDS:
        low_middle = {run[0], run[-1]} <= set("'.") and run[0] not in body  # "'---'" is a curve
        return Kinds(frozenset(), frozenset({"line"})) if low_middle else _sure("line")
    in_turn = len(set(run)) == 2 and all(a != b for a, b in itertools.pairwise(run))
    if in_turn and not letters and len(run) > 3:
        return _sure("line")
    odd = bool(letters) or bool(set(run) & set("()[]{}<>/\\"))
    return NOTHING if odd else Kinds(frozenset(), frozenset({"line"}))
