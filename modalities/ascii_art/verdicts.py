"""One function per claim of geometry: from the claim's arguments and what was found in the art to a verdict.

Each returns (value, evidence): "holds", "fails" or "unknown", and a JSON-able dict with a `reason` of one
line and, where there is a place to point at, `cells` [[row, column], …] or `boxes` [[top, left, bottom,
right], …].
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from grounding.claims import FAILS, HOLDS, UNKNOWN, Claim, Value
from modalities.ascii_art.bars import TOUCHING
from modalities.ascii_art.faces import EXPRESSIONS
from modalities.ascii_art.figures import Figure, Stray
from modalities.ascii_art.grid import Box
from modalities.ascii_art.outline_kinds import KINDS

if TYPE_CHECKING:
    from modalities.ascii_art.geometry import Geometry

MAX_PLACES = 60  # cells or boxes in one piece of evidence: more help nobody

Verdict = tuple[Value, dict[str, Any]]
Args = Sequence[Any]


def verdict(
    value: Value, reason: str, boxes: Iterable[Box] = (), cells: Iterable[tuple[int, int]] = ()
) -> Verdict:
    """A verdict with its evidence; at most MAX_PLACES places."""
    evidence: dict[str, Any] = {"reason": reason}
    if shown := [list(box) for box in boxes][:MAX_PLACES]:
        evidence["boxes"] = shown
    if pointed := [list(cell) for cell in cells][:MAX_PLACES]:
        evidence["cells"] = pointed
    return value, evidence


def unknown(reason: str, boxes: Iterable[Box] = ()) -> Verdict:
    return verdict(UNKNOWN, reason, boxes)


def place(box: Box) -> str:
    """A box in words."""
    top, left, bottom, right = box
    rows = f"row {top}" if top == bottom else f"rows {top}–{bottom}"
    return f"{rows}, " + (f"column {left}" if left == right else f"columns {left}–{right}")


def named(figure: Figure) -> str:
    """A figure in words: what it is, or what it may be."""
    sure = "square" if "square" in figure.kinds else next(iter(sorted(figure.kinds)), "")
    what = sure or "something like a " + " or ".join(sorted(figure.maybe))
    return f"{what} in {place(figure.box)}"


def _boxes(items: Iterable[Figure | Stray]) -> list[Box]:
    return [item.box for item in items]


def _kind(args: Args, number: int = 1) -> str | None:
    """Why arguments do not start with this many known kinds, None where they do."""
    for arg in args[:number]:
        if arg not in KINDS:
            return f"{_shown(arg)} is no known figure; known: {', '.join(KINDS)}"
    return None


def _shown(arg: Any) -> str:
    return repr(arg) if isinstance(arg, str) else str(arg)


def _counted(args: Args, number: int, form: str) -> str | None:
    return None if len(args) == number else f"expected {form}, got {len(args)} arguments"


def _size(arg: Any) -> bool:
    return isinstance(arg, int) and not isinstance(arg, bool)


def decide_shape(args: Args, g: Geometry) -> Verdict:
    if wrong := _counted(args, 1, "shape(KIND)") or _kind(args) or g.too_large:
        return unknown(wrong)
    kind = args[0]
    alike = [figure for figure in g.figures if kind in figure.kinds]
    if alike and len(alike) == len(g.figures) and not g.strays:
        return verdict(HOLDS, f"the art is {len(alike)} × {kind}: {named(alike[0])}", _boxes(alike))
    doubt = _doubtful(kind, g)
    if not alike and not doubt:
        found = "; ".join(map(named, g.figures[:3])) or _nearest(kind, g)
        return verdict(FAILS, f"no {kind}: {found}", _boxes(g.figures))
    if alike and (others := [figure for figure in g.figures if kind not in figure.kinds]):
        return unknown(f"some figures are of kind {kind}, another is not: {named(others[0])}", _boxes(others))
    if alike:
        return unknown(
            f"beside {named(alike[0])} there is other ink in {place(g.strays[0].box)}", g.unrecognised
        )
    return unknown(f"what stands in {place(doubt[0])} comes near a {kind}, but is none for certain", doubt)


def _nearest(kind: str, g: Geometry) -> str:
    faulty = [stray for stray in g.strays if kind in stray.faulty]
    if faulty:
        return f"what stands in {place(faulty[0].box)} has a fault, and would be one without it"
    return "no figure was recognised, and nothing comes near one"


def _doubtful(kind: str, g: Geometry) -> list[Box]:
    """Boxes of what may be of a kind: figures in doubt, ink near it, a frame around nothing known."""
    boxes = [f.box for f in g.figures if kind in f.maybe and kind not in f.kinds]
    boxes += [stray.box for stray in g.strays if kind in stray.near and not _in_face(stray, g)]
    if not g.figures and kind in ("rectangle", "square"):
        boxes += [box for box in g.frames if kind == "rectangle" or _may_be_square(box)]
    return boxes


def _may_be_square(box: Box) -> bool:
    """Whether a box is as wide as high in cells, or about so on a screen, where they are twice as high as wide."""
    height, width = box[2] - box[0] + 1, box[3] - box[1] + 1
    return abs(width - height) <= 1 or abs(width - 2 * height) <= 2


def _in_face(stray: Stray, g: Geometry) -> bool:
    """A mouth that a face was recognised by is no drawing of its own."""
    return g.face is not None


def decide_count(args: Args, g: Geometry) -> Verdict:
    if wrong := _counted(args, 2, "count(KIND, N)") or _kind(args) or g.too_large:
        return unknown(wrong)
    kind, wanted = args
    if not _size(wanted):
        return unknown(f"{_shown(wanted)} is no number of figures")
    alike = [figure for figure in g.figures if kind in figure.kinds]
    doubt = _doubtful(kind, g)
    plain = [figure for figure in alike if "square" not in figure.kinds]
    if doubt and len(alike) <= wanted <= len(alike) + len(doubt):
        return unknown(f"{len(alike)} for certain, and {place(doubt[0])} may be a {kind}", doubt)
    if kind == "rectangle" and 0 < len(plain) < len(alike) and wanted == len(plain):
        return unknown(f"{len(plain)} of {len(alike)} rectangles are not squares", _boxes(alike))
    value = HOLDS if len(alike) == wanted else FAILS
    places = "; ".join(place(figure.box) for figure in alike[:5])
    return verdict(value, f"{len(alike)} × {kind}" + (f": {places}" if places else ""), _boxes(alike))


def _no_inside(g: Geometry) -> Verdict | None:
    """The verdict on hollow() and filled() of an art without figures."""
    if g.figures:
        return None
    if g.frames and g.strays and any(len(stray.cells) == 1 for stray in g.strays):
        inside = [stray for stray in g.strays if len(stray.cells) == 1]
        reason = f"the outline is neither empty nor filled: there is ink in {place(inside[0].box)}"
        return verdict(FAILS, reason, cells=inside[0].cells)
    return unknown("no figure was recognised", g.unrecognised)


def decide_hollow(args: Args, g: Geometry) -> Verdict:
    if wrong := _counted(args, 0, "hollow()") or g.too_large:
        return unknown(wrong)
    if nothing := _no_inside(g):
        return nothing
    for figure in g.figures:
        if figure.inside in ("full", "mixed") or figure.kinds == {"line"}:
            why = {"full": "is filled", "mixed": "is not empty inside"}.get(figure.inside, "has no inside")
            return verdict(FAILS, f"{named(figure)} {why}", [figure.box])
    if odd := [figure for figure in g.figures if figure.inside == "none"]:
        return unknown(f"{named(odd[0])} has no cell inside", _boxes(odd))
    if near := [stray for stray in g.strays if stray.near]:
        return unknown(f"unrecognised ink in {place(near[0].box)}", _boxes(near))
    return verdict(
        HOLDS, f"every figure is an outline around empty space: {named(g.figures[0])}", _boxes(g.figures)
    )


def decide_filled(args: Args, g: Geometry) -> Verdict:
    if wrong := _counted(args, 0, "filled()") or g.too_large:
        return unknown(wrong)
    if nothing := _no_inside(g):
        return nothing
    for figure in g.figures:
        if figure.inside in ("empty", "mixed"):
            return verdict(FAILS, f"{named(figure)} has empty space inside", [figure.box])
    if odd := [figure for figure in g.figures if figure.inside == "none"]:
        return unknown(f"{named(odd[0])} has no inside that could be filled", _boxes(odd))
    if near := [stray for stray in g.strays if stray.near]:
        return unknown(f"unrecognised ink in {place(near[0].box)}", _boxes(near))
    return verdict(HOLDS, f"no figure has empty space inside: {named(g.figures[0])}", _boxes(g.figures))


def _measured(name: str, words: str) -> Callable[[Args, Geometry], Verdict]:
    def decide(args: Args, g: Geometry) -> Verdict:
        if wrong := _counted(args, 1, f"{name}(N)"):
            return unknown(wrong)
        if not _size(args[0]):
            return unknown(f"{_shown(args[0])} is no number of {words}")
        found = g.width if name == "width" else g.height
        return verdict(HOLDS if found == args[0] else FAILS, f"the ink covers {found} {words}")

    return decide


def decide_charset(args: Args, g: Geometry) -> Verdict:
    if wrong := _counted(args, 1, 'charset("CHARACTERS")'):
        return unknown(wrong)
    if isinstance(args[0], Claim):
        return unknown(f"{args[0]} is no set of characters")
    wanted = set("".join(str(args[0]).split()))
    if not wanted:
        return unknown("no characters are named")
    found = set(g.charset)
    more, less = "".join(sorted(found - wanted)), "".join(sorted(wanted - found))
    parts = [f"also drawn with {more!r}"] * bool(more) + [f"without {less!r}"] * bool(less)
    return verdict(FAILS if parts else HOLDS, "; ".join(parts) or f"the ink is {g.charset!r}")


def decide_symmetric(args: Args, g: Geometry) -> Verdict:
    if wrong := _counted(args, 1, "symmetric(AXIS)") or g.too_large:
        return unknown(wrong)
    for axis, value, reason, cells in g.mirrors:
        if axis == args[0]:
            return verdict(value, reason, cells=cells)
    return unknown(f"{_shown(args[0])} is no known axis; known: vertical, horizontal")


_MOUTH = {
    "smiling": "a mouth whose ends are higher than its middle",
    "frowning": "a mouth whose ends are lower than its middle",
    "neutral": "a level mouth",
    "open": "an open mouth",
}


def decide_face(args: Args, g: Geometry) -> Verdict:
    if wrong := _counted(args, 1, "face(EXPRESSION)"):
        return unknown(wrong)
    if args[0] not in EXPRESSIONS:
        return unknown(f"{_shown(args[0])} is no known expression; known: {', '.join(EXPRESSIONS)}")
    if g.too_large:
        return unknown(g.too_large)
    if g.face is not None:
        where = f" (mouth in {place(g.face.boxes[2])})" if g.face.boxes else ""
        # An open mouth neither smiles nor frowns; whether it is level is a matter of taste.
        if g.face.expression == "unclear" or (g.face.expression == "open" and args[0] == "neutral"):
            return unknown(f"a face whose mouth is not told{where}", g.face.boxes)
        value = HOLDS if g.face.expression == args[0] else FAILS
        return verdict(value, f"a face with {_MOUTH[g.face.expression]}{where}", g.face.boxes)
    if g.figures and not g.strays and all(figure.kinds for figure in g.figures):
        return verdict(FAILS, f"no face: the art is {named(g.figures[0])}", _boxes(g.figures))
    if len(g.readings) == 1:
        return verdict(FAILS, f"no face: the art is {g.bar_style} bars {_listed(next(iter(g.readings)))}")
    if not g.charset:
        return verdict(FAILS, "the art is empty")
    if g.no_face:
        return verdict(FAILS, f"no face: {g.no_face}")
    return unknown("no two equal eyes above a mouth were found")


def decide_framed(args: Args, g: Geometry) -> Verdict:
    if wrong := _counted(args, 0, "framed()") or g.too_large:
        return unknown(wrong)
    if g.frames:
        return verdict(HOLDS, f"a closed border in {place(g.frames[0])} with other ink inside", g.frames[:1])
    return verdict(FAILS, "no closed rectangular border runs round other ink")


def _listed(reading: Iterable[int]) -> str:
    return ", ".join(map(str, reading))


def decide_bars(args: Args, g: Geometry) -> Verdict:
    if not args or not all(map(_size, args)):
        return unknown("expected bars(N, N, …) with the bars' lengths as whole numbers")
    if g.too_large:
        return unknown(g.too_large)
    wanted = tuple(args)
    if wanted in g.readings:
        if len(g.readings) > 1:
            return unknown(f"can be read as {' or as '.join(map(_listed, sorted(g.readings)))}")
        if g.bar_style.startswith(TOUCHING) and len(g.figures) == 1 and not g.strays and g.figures[0].kinds:
            return unknown(f"bars {_listed(wanted)}, or {named(g.figures[0])}", _boxes(g.figures))
        return verdict(HOLDS, f"{g.bar_style} bars of {_listed(wanted)}")
    outlined = [f for f in g.figures if "rectangle" in f.kinds and f.hollow]
    if not g.readings and len(outlined) > 1 and len(outlined) == len(wanted):
        return unknown("boxes drawn as outlines; their lengths as bars are not told", _boxes(outlined))
    found = " or ".join(_listed(reading) for reading in sorted(g.readings)[:3])
    return verdict(FAILS, f"the bars are {found}" if found else "no bars of at least two lengths were found")


def _ordered(name: str, before: Box, after: Box) -> bool:
    """Whether one box lies wholly left of (above) the other."""
    return before[3] < after[1] if name == "left_of" else before[2] < after[0]


def _related(name: str, words: str) -> Callable[[Args, Geometry], Verdict]:
    def decide(args: Args, g: Geometry) -> Verdict:
        if wrong := _counted(args, 2, f"{name}(KIND, KIND)") or _kind(args, 2) or g.too_large:
            return unknown(wrong)
        a, b = args
        first = [f for f in g.figures if a in f.kinds]
        second = [f for f in g.figures if b in f.kinds]
        wrong_pairs = [(x, y) for x in first for y in second if not _ordered(name, x.box, y.box)]
        doubt = _doubtful(a, g), _doubtful(b, g)
        if not first or not second:
            missing = a if not first else b
            if (first or doubt[0]) and (second or doubt[1]):
                return unknown(f"no {missing} for certain, but something comes near", doubt[0] + doubt[1])
            return verdict(FAILS, f"there is no {missing}", _boxes(g.figures))
        if wrong_pairs:
            return _not_ordered(name, words, wrong_pairs, first, second)
        pairs = [(x, y.box) for x in doubt[0] for y in second] + [(x.box, y) for x in first for y in doubt[1]]
        if any(not _ordered(name, x, y) for x, y in pairs):
            return unknown(f"something else may be a {a} or a {b}, and is not {words}", doubt[0] + doubt[1])
        reason = f"{named(first[0])} is {words} {named(second[0])}"
        return verdict(HOLDS, reason, _boxes(first + second))

    return decide


def _not_ordered(
    name: str, words: str, pairs: list[tuple[Figure, Figure]], first: list[Figure], second: list[Figure]
) -> Verdict:
    """The verdict on another order: in doubt where only a square taken as a rectangle breaks it."""
    only = [x for x in first if x not in second], [y for y in second if y not in first]
    shared = [x for x in first if x in second]
    rest = (only[0] or first, only[1] or second)
    if shared and only != ([], []) and all(_ordered(name, x.box, y.box) for x in rest[0] for y in rest[1]):
        return unknown("true unless a square counts as a rectangle too", _boxes(first + second))
    x, y = pairs[0]
    return verdict(FAILS, f"{named(x)} is not {words} {named(y)}", [x.box, y.box])


DECIDERS: dict[str, Callable[[Args, Geometry], Verdict]] = {
    "shape": decide_shape,
    "hollow": decide_hollow,
    "filled": decide_filled,
    "width": _measured("width", "columns"),
    "height": _measured("height", "rows"),
    "charset": decide_charset,
    "count": decide_count,
    "symmetric": decide_symmetric,
    "face": decide_face,
    "framed": decide_framed,
    "bars": decide_bars,
    "left_of": _related("left_of", "left of"),
    "above": _related("above", "above"),
}
