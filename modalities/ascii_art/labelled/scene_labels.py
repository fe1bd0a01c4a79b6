"""Pictures of several figures, faces, bar charts and framed pictures, with their single-fault mutants.

Labels are written as in `figure_labels.py`: "+claim" holds, "-claim" fails, what is open to opinion is left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from modalities.ascii_art.labelled import pictures as p
from modalities.ascii_art.labelled.figure_labels import ROUND_HAND, Drawn, Family

Piece = tuple[str, p.Rows, bool]  # kind, rows, hollow

KINDS = ("square", "triangle", "circle", "diamond", "line", "rectangle")
ROUND = ROUND_HAND[0][0].split("\n")
PIECES: dict[str, Piece] = {
    "S": ("square", p.rectangle(5, 5, "#", hollow=True), True),
    "s": ("square", p.rectangle(4, 4, "#", hollow=False), False),
    "B": ("square", p.box(6, 6), True),
    "T": ("triangle", p.pyramid(5, "*", hollow=True), True),
    "t": ("triangle", p.pyramid(4, "*", hollow=False), False),
    "h": ("triangle", p.tent(4), True),
    "r": ("triangle", p.stairs(5, "@", hollow=False), False),
    "C": ("circle", ROUND, True),
    "D": ("diamond", p.rhombus(4, "#", hollow=True), True),
    "d": ("diamond", p.rhombus(4, "o", hollow=False), False),
    "k": ("diamond", p.kite(3), True),
    "-": ("line", ["-" * 9], False),
    "|": ("line", ["|"] * 6, False),
    "R": ("rectangle", p.rectangle(12, 4, "#", hollow=True), True),
    "q": ("rectangle", p.rectangle(10, 3, "*", hollow=False), False),
}
SCENES = (
    *("Sh", "Tk", "CS", "Dt", "Rh", "|s", "tC", "SSS", "dd", "hBh", "CCk", "||||", "sr", "TTq"),
    *("qD", "Bk", "tSt", "RC", "rd", "TT"),
)


def _pieces(letters: str) -> list[Piece]:
    return [PIECES[letter] for letter in letters]


def _common(pieces: Sequence[Piece], absent: str) -> str:
    """What is true of these figures wherever they stand: kinds, numbers, hollow or filled."""
    kinds = [piece[0] for piece in pieces]
    labels = [f"+count({kind},{kinds.count(kind)})" for kind in dict.fromkeys(kinds)]
    labels.append(f"-count({kinds[0]},{kinds.count(kinds[0]) + 1})")
    labels.append(f"-shape({absent})")
    if len(set(kinds)) == 1:
        labels.append(f"+shape({kinds[0]})")
    solid = [not hollow for kind, _, hollow in pieces if kind != "line"]
    if "line" in kinds or any(solid):
        labels.append("-hollow()")
    if not all(solid):
        labels.append("-filled()")
    if "line" not in kinds and not any(solid):
        labels.append("+hollow()")
    if "line" not in kinds and all(solid):
        labels.append("+filled()")
    return " ".join(labels)


def _two(pieces: Sequence[Piece]) -> tuple[str, str] | None:
    kinds = list(dict.fromkeys(piece[0] for piece in pieces))
    return (kinds[0], kinds[1]) if len(kinds) == 2 else None


def _order(pieces: Sequence[Piece], relation: str, across: str, absent: str) -> str:
    """Which kinds stand wholly before which, for figures given in reading order along one axis."""
    two = _two(pieces)
    if not two:
        kind = pieces[0][0]
        return f"-{relation}({kind},{absent})"
    labels = []
    for first, second in (two, two[::-1]):
        last_first = max(i for i, piece in enumerate(pieces) if piece[0] == first)
        next_second = min(i for i, piece in enumerate(pieces) if piece[0] == second)
        labels.append(("+" if last_first < next_second else "-") + f"{relation}({first},{second})")
    if len(pieces) == 2:
        labels.append(f"-{across}({two[0]},{two[1]})")
    return " ".join(labels)


def scene(letters: str, *, upright: bool, style: int) -> list[Drawn]:
    """Figures side by side, or (`upright`) one above the other, and what can go wrong with them."""
    relation, across = ("above", "left_of") if upright else ("left_of", "above")

    def draw(pieces: Sequence[Piece]) -> p.Rows:
        rows = [piece[1] for piece in pieces]
        if upright:
            return p.stacked(*rows, gap=1 + style % 2)
        return p.beside(*rows, gap=3 + style % 3, low=style % 2 == 1)

    def truth(pieces: Sequence[Piece]) -> str:
        return f"{_order(pieces, relation, across, absent)} {_common(pieces, absent)}"

    pieces = _pieces(letters)
    kinds = {piece[0] for piece in pieces}
    absent = next(kind for kind in KINDS if kind not in kinds)
    if "square" in kinds and absent == "rectangle":
        absent = "line"
    drawn: list[Drawn] = [("none", draw(pieces), truth(pieces) + " -framed()")]
    more = [*pieces, pieces[0]]
    drawn.append(("one figure too many", draw(more), truth(more)))
    fewer = pieces[:-1]
    if len(fewer) > 1:
        drawn.append(("one figure too few", draw(fewer), truth(fewer)))
    two = _two(pieces)
    if not two:
        return drawn
    if len(fewer) == 1:
        lone = f"-{relation}({two[0]},{two[1]}) -count({two[1]},1)"
        drawn.append(("one figure too few", draw(fewer), f"{lone} {_common(fewer, two[1])}"))
    swapped = pieces[::-1]
    if swapped != pieces:
        drawn.append(("two figures exchanged", draw(swapped), truth(swapped)))
    if len(pieces) == 2:
        drawn.append(_overlapping(pieces, upright=upright, two=two, absent=absent))
    return drawn


def _overlapping(pieces: Sequence[Piece], *, upright: bool, two: tuple[str, str], absent: str) -> Drawn:
    """The second figure moved so that it starts before the first one ends; the other axis keeps them apart."""
    first, second = pieces[0][1], pieces[1][1]
    a, b = two
    if upright:
        rows = p.beside(first, [*[""] * (len(first) - 1), *second])
        apart = f"-above({a},{b}) +left_of({a},{b}) -left_of({b},{a})"
        return ("overlapping rows", rows, f"{apart} {_common(pieces, absent)}")
    rows = p.stacked(first, second, gap=2, indents=(0, p.width(first) - 1))
    apart = f"-left_of({a},{b}) +above({a},{b}) -above({b},{a})"
    return ("overlapping columns", rows, f"{apart} {_common(pieces, absent)}")


EYES = (
    *("o     o", "O   O", "*     *", "^   ^", "@       @", "(o) (o)", "#     #", ".   .", "o   o", "0     0"),
    *("x   x", "+     +", "O       O", "-   -"),
)
EXPRESSIONS = ("smiling", "frowning", "neutral")


def _mouth(expression: str, style: int, wide: int) -> p.Rows:
    """A mouth as wide as the eyes stand apart, in one of three manners."""
    inner = wide - 2
    if style % 3 == 0:  # one ink, two rows
        ends, middle = "*" + " " * inner + "*", " " + "*" * inner
        return {"smiling": [ends, middle], "frowning": [middle, ends], "neutral": ["*" * wide]}[expression]
    if style % 3 == 1:  # slashes beside a level middle
        smile, frown = "\\" + "_" * inner + "/", [" " + "_" * inner, "/" + " " * inner + "\\"]
        return {"smiling": [smile], "frowning": frown, "neutral": ["-" * wide]}[expression]
    smile2, frown2 = (
        ["\\" + " " * inner + "/", " " + "-" * inner],
        [" " + "-" * inner, "/" + " " * inner + "\\"],
    )
    return {"smiling": smile2, "frowning": frown2, "neutral": ["_" * wide]}[expression]


def face(index: int) -> list[Drawn]:
    """A face, the two faces with another mouth, and faces that lack something."""
    eyes, style = EYES[index], index + index // 3
    nose = ["", " " * (len(eyes) // 2) + "|", ""] if index % 4 == 1 else [""]
    own = EXPRESSIONS[index % 3]

    def draw(top: str, expression: str) -> p.Rows:
        return [top, *nose, *_mouth(expression, style, len(eyes))]

    def truth(expression: str) -> str:
        others = [other for other in EXPRESSIONS if other != expression]
        return f"+face({expression}) -face({others[index % 2]})"

    others = [other for other in EXPRESSIONS if other != own]
    one_eye = eyes[: len(eyes) - len(eyes.split()[-1])]
    lone = f"-face({others[index % 2]}) -framed() -bars(3,1)"
    inside = p.framed(draw(eyes, own), ("+-|", "###", "***")[index % 3], 2)
    return [
        ("none", draw(eyes, own), truth(own) + " -framed() -text(FACE) -bars(2,2)"),
        ("mouth turned round", draw(eyes, others[0]), truth(others[0])),
        ("another mouth", draw(eyes, others[1]), truth(others[1])),
        ("an eye missing", draw(one_eye, own), lone),
        ("put in a frame", inside, truth(own) + " +framed()"),
    ]


CHARTS = (
    *(("v", (3, 5, 2)), ("h", (4, 7, 2)), ("v", (6, 1, 4, 3)), ("h", (9, 3, 6, 8)), ("v", (2, 4, 7))),
    *(("h", (5, 2)), ("v", (5, 3, 6, 2, 4)), ("h", (3, 8, 5, 2, 6)), ("v", (4, 7)), ("h", (12, 4, 9))),
    *(("v", (7, 6, 3, 2)), ("h", (6, 10, 3, 7)), ("v", (3, 3, 5)), ("h", (7, 7, 2))),
)


def _chart(way: str, lengths: Sequence[int], style: int) -> p.Rows:
    ink = "#*@=X"[style % 5]
    if way == "h":
        bars = [ink * length for length in lengths]
        return p.stacked(*[[bar] for bar in bars], gap=1) if style % 4 != 3 else bars
    wide = 1 + style % 3
    return p.beside(*[[ink * wide] * length for length in lengths], gap=1 + style % 2, low=True)


def chart(index: int) -> list[Drawn]:
    """A bar chart and charts with one bar changed, exchanged, dropped or added."""
    way, lengths = CHARTS[index]
    longer = (*lengths[:-1], lengths[-1] + 1)
    shorter = (lengths[0] - 1, *lengths[1:])
    swapped = (*lengths[:-2], lengths[-1], lengths[-2])

    def said(sign: str, values: Sequence[int]) -> str:
        return f"{sign}bars({','.join(map(str, values))})"

    def mutant(fault: str, values: Sequence[int]) -> Drawn:
        labels = f"{said('+', values)} {said('-', lengths)} {said('-', values[::-1]) if index % 2 else ''}"
        labels = labels if values != values[::-1] else f"{said('+', values)} {said('-', lengths)}"
        return (
            fault,
            _chart(way, values, index),
            labels + (" -face(neutral)" if fault[-4:] == "long" else ""),
        )

    near = " ".join((said("+", lengths), said("-", longer), said("-", swapped)))
    return [
        (
            "none",
            _chart(way, lengths, index),
            near + " -framed() -shape(circle) -shape(triangle) -text(BARS)",
        ),
        mutant("one bar one too long", longer),
        mutant("one bar one too short", shorter),
        mutant("bars in other order", swapped),
        mutant("one bar too few", lengths[:-1])
        if len(lengths) > 2
        else mutant("one bar too many", (*lengths, 3)),
        mutant("one bar too many", (*lengths, lengths[0] + 1)),
    ]


STYLES = ("+-|", "###", "***", "+=|", "@@@", "ooo")


def framed_picture(index: int, inside: p.Rows, inner: str) -> list[Drawn]:
    """A picture in a border, and borders that do not close or do not surround everything."""
    style, pad = STYLES[index % len(STYLES)], 1 + (index // 2) % 2
    whole = p.framed(inside, style, pad)
    rows, columns = len(whole), p.width(whole)
    last = rows - 1
    empty = [whole[0], *[whole[1][0] + " " * (columns - 2) + whole[1][-1]] * (rows - 2), whole[-1]]
    outside = p.put(whole, rows // 2, columns + 1, style[2])
    marked = p.put(whole, last, columns // 2, "%")
    wider = p.framed(inside, STYLES[(index + 1) % len(STYLES)], pad + 1)
    return [
        ("none", whole, f"+framed() {inner}"),
        ("one border cell of another character", marked, f"+framed() {inner}"),
        ("another frame", wider, f"+framed() {inner}"),
        ("frame open in one cell", p.put(whole, 0, columns // 2, " "), f"-framed() {inner}"),
        ("frame open in one cell", p.put(whole, rows // 2, columns - 1, " "), f"-framed() {inner}"),
        ("frame without its last row", whole[:last], f"-framed() {inner}"),
        (
            "nothing inside the frame",
            empty,
            "-framed() +shape(rectangle) -shape(triangle) +hollow() -filled()",
        ),
        ("ink outside the frame", outside, "-framed() -shape(triangle)"),
        ("no frame", list(inside), f"-framed() {inner}"),
    ]


def families() -> list[Family]:
    """Scenes, faces and charts with their mutants, by kind."""
    found: list[Family] = []
    for i, letters in enumerate(SCENES):
        upright = i % 2 == 1 and "|" not in letters
        kind = "scene-above" if upright else "scene-beside"
        found.append((kind, scene(letters, upright=upright, style=i // 2)))
    for i, letters in enumerate(
        (
            "Sh",
            "CS",
            "tC",
            "Rh",
            "-t",
            "D-",
            "C-",
            "sr",
            "hs",
            "kR",
            "BD",
            "dC",
            "rB",
            "qh",
            "Ck",
            "SC",
            "th",
            "Dq",
        )
    ):
        kind = "scene-above" if i % 2 == 0 or "-" in letters else "scene-beside"
        found.append((kind, scene(letters, upright=kind == "scene-above", style=i + 1)))
    found += [("face", face(i)) for i in range(len(EYES))]
    found += [("bars", chart(i)) for i in range(len(CHARTS))]
    return found
