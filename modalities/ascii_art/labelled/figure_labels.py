"""Figures, lines and circles with their single-fault mutants, and what is true of each by the claim table.

A `Drawn` is (name of the fault, rows, labels). Labels are written "+claim" (holds) or "-claim" (fails), apart
by spaces; a claim on which two careful readers of the table could differ is not written at all.
"""

from __future__ import annotations

from collections.abc import Callable

from modalities.ascii_art.labelled import pictures as p

Drawn = tuple[str, p.Rows, str]
Family = tuple[str, list[Drawn]]

CERTAINLY_LONG = (
    2.8  # wider than this, or less wide than CERTAINLY_NEAR, a rectangle is no square on any screen
)
CERTAINLY_NEAR = 1.4


def _inside(hollow: bool | None) -> str:
    if hollow is None:
        return ""
    return "+hollow() -filled()" if hollow else "+filled() -hollow()"


def _named(kind: str, wrong: str, hollow: bool | None) -> str:
    also = " +shape(rectangle)" if kind == "square" else ""
    return f"+shape({kind}){also} +count({kind},1) -count({kind},2) -shape({wrong}) {_inside(hollow)}"


def _gone(kind: str) -> str:
    return f"-shape({kind}) -count({kind},1)"


def _no_square(columns: int, rows: int) -> str:
    ratio = columns / rows
    return "-shape(square) -count(square,1)" if ratio < CERTAINLY_NEAR or ratio > CERTAINLY_LONG else ""


def square(n: int, ink: str, other: str, wrong: str, *, hollow: bool) -> list[Drawn]:
    """A square and its faults; a lost or doubled middle row makes a rectangle of it."""
    rows = p.rectangle(n, n, ink, hollow=hollow)
    half = n // 2
    flat = f"+shape(rectangle) {_inside(hollow)} -shape({wrong})"
    drawn = [
        ("none", rows, f"{_named('square', wrong, hollow)} +shape(rectangle) -text(SQUARE)"),
        (
            "one outline cell missing",
            p.put(rows, half, n - 1, " "),
            _gone("square") + " -shape(rectangle)",
        ),
        (
            "filled for hollow" if hollow else "hollow for filled",
            p.rectangle(n, n, ink, hollow=not hollow),
            _named("square", wrong, not hollow),
        ),
        ("missing row", p.without_row(rows, half), f"{flat} {_no_square(n, n - 1)}"),
        ("repeated row", p.with_row_twice(rows, half), f"{flat} {_no_square(n, n + 1)}"),
        (
            "one off in width",
            p.rectangle(n + 1, n, ink, hollow=hollow),
            f"{flat} {_no_square(n + 1, n)} +count(rectangle,1)",
        ),
        ("one row shifted", p.row_shifted(rows, half), _gone("square") + " -shape(rectangle)"),
        (
            "one cell added outside",
            p.put(rows, half, n, ink),
            _gone("square") + " -shape(rectangle)",
        ),
        ("another character", p.put(rows, half, 0, other), _named("square", wrong, hollow)),
        ("shifted column", p.column_shifted(rows, half), _gone("square") + " -shape(rectangle)"),
        (
            "corner cell missing",
            p.put(rows, 0, n - 1, " "),
            _gone("square") + " -shape(rectangle)",
        ),
    ]
    if hollow:
        open_top = p.without_row(rows, 0)
        drawn.append(("open side", open_top, _gone("square") + " -shape(rectangle) -framed()"))
        if n >= 5:
            drawn.append(
                ("one inner cell filled", p.put(rows, 2, 2, ink), f"-filled() -shape({wrong}) +framed()")
            )
    elif n == 3:
        drawn.append(("one hole", p.put(rows, 1, 1, " "), _named("square", wrong, True)))
    else:
        drawn.append(("one hole", p.put(rows, half, 1, " "), f"-filled() -shape({wrong}) -shape(line)"))
    return drawn


def rectangle(columns: int, height: int, ink: str, other: str, wrong: str, *, hollow: bool) -> list[Drawn]:
    """A rectangle and its faults; without one middle row it is still a rectangle. `ink` "+-|" draws a box."""

    def draw(across: int, down: int) -> p.Rows:
        return p.box(across, down) if ink == "+-|" else p.rectangle(across, down, ink, hollow=hollow)

    rows, half, cell = draw(columns, height), height // 2, ink[-1]
    true = _named("rectangle", wrong, hollow)
    gone = _gone("rectangle")
    drawn = [
        ("none", rows, f"-framed() {true} {_no_square(columns, height)} -text(BOX)"),
        ("missing row", p.without_row(rows, half), true),
        ("one off in width", draw(columns - 1, height), true),
        ("one outline cell missing", p.put(rows, half, 0, " "), f"{gone} -shape(square)"),
        ("one cell added outside", p.put(rows, half, columns, cell), f"{gone} -shape(square)"),
        ("one row shifted", p.row_shifted(rows, half, 1), f"{gone} -shape(square)"),
        ("another character", p.put(rows, half, 0, other), true),
    ]
    if hollow:
        drawn.append(("open side", p.without_row(rows, height - 1), f"{gone} -shape(square) -framed()"))
        if height >= 5:
            drawn.append(
                ("one inner cell filled", p.put(rows, 2, 3, cell), f"-filled() -shape({wrong}) +framed()")
            )
    else:
        hole = p.put(rows, half, 1, " ")
        drawn.append(("one hole", hole, f"-filled() -shape({wrong})"))
        hollowed = p.rectangle(columns, height, ink, hollow=True)
        drawn.append(("hollow for filled", hollowed, _named("rectangle", wrong, True)))
    return drawn


def triangle(
    draw: Callable[[bool], p.Rows], wrong: str, *, hollow: bool | None, ink: str, tip_first: bool = True
) -> list[Drawn]:
    """A triangle and its faults. Without its base row a filled one is a smaller triangle, a hollow one is open."""
    rows = draw(bool(hollow))
    last = len(rows) - 1
    base, tip, half = (last, 0, len(rows) // 2) if tip_first else (0, last, len(rows) // 2)
    true, gone = _named("triangle", wrong, hollow), _gone("triangle")
    first_ink = len(rows[half]) - len(rows[half].lstrip())
    smaller = f"+shape(triangle) +count(triangle,1) -shape({wrong})"
    drawn = [
        ("none", rows, f"-framed() {true} -text(TRIANGLE)"),
        ("missing row", p.without_row(rows, half), gone),
        ("base row missing", p.without_row(rows, base), gone if hollow else smaller),
        ("tip row missing", p.without_row(rows, tip), f"-shape(circle) -shape({wrong}) -framed()"),
        ("one row shifted", p.row_shifted(rows, half), gone),
        ("repeated row", p.with_row_twice(rows, half), gone),
        ("one outline cell missing", p.put(rows, half, first_ink, " "), gone),
        ("one cell added outside", p.put(rows, half, len(rows[half]), ink), gone),
    ]
    if hollow is not None and ink in "#*@oX":
        other = draw(not hollow)
        name = "filled for hollow" if hollow else "hollow for filled"
        drawn.append((name, other, _named("triangle", wrong, not hollow)))
    return drawn


def diamond(rows: p.Rows, wrong: str, *, hollow: bool, ink: str) -> list[Drawn]:
    """A diamond and its faults. The upper half of a filled one is a triangle, of a hollow one an open roof."""
    true, gone = _named("diamond", wrong, hollow), _gone("diamond")
    half = (len(rows) + 1) // 2
    left = len(rows[1]) - len(rows[1].lstrip())
    top = rows[:half]
    upper = "-shape(diamond) -count(diamond,1)" + (
        "" if hollow else " +shape(triangle) +count(triangle,1) +filled()"
    )
    drawn = [
        ("none", rows, f"-framed() {true} -text(DIAMOND)"),
        ("missing row", p.without_row(rows, 1), gone),
        ("lower half missing", top, upper + " -framed()"),
        ("one row shifted", p.row_shifted(rows, half), gone),
        ("repeated row", p.with_row_twice(rows, 1), gone),
        ("one outline cell missing", p.put(rows, 1, left, " "), gone),
        ("one cell added outside", p.put(rows, half - 1, len(rows[half - 1]), ink), gone),
    ]
    if not hollow:
        drawn.append(
            ("one hole", p.put(rows, half - 1, half - 1, " "), f"-filled() -shape({wrong}) -shape(line)")
        )
        drawn.append(("hollow for filled", p.rhombus(half, ink, hollow=True), _named("diamond", wrong, True)))
    elif ink in "#*@oX":
        drawn.append(
            ("filled for hollow", p.rhombus(half, ink, hollow=False), _named("diamond", wrong, False))
        )
    return drawn


def line(rows: p.Rows, wrong: str, ink: str) -> list[Drawn]:
    """A straight line and its faults. Whether a line with a gap is two lines or none: it is not one."""
    true = f"+shape(line) +count(line,1) -count(line,2) -shape({wrong}) -hollow() -framed()"
    gone = f"-shape(line) -count(line,1) -shape({wrong})"
    drawn: list[Drawn] = [("none", rows, true)]
    if len(rows) == 1:
        half = len(rows[0]) // 2
        bent = [*p.put(rows, 0, half, " "), " " * half + ink]
        drawn += [
            ("gap", p.put(rows, 0, half, " "), f"-count(line,1) -shape({wrong})"),
            ("one cell moved", bent, gone),
            ("one cell added outside", [*rows, " " * half + ink], gone),
        ]
        return drawn
    half = len(rows) // 2
    drawn += [
        ("gap", [*rows[:half], "", *rows[half + 1 :]], f"-count(line,1) -shape({wrong})"),
        ("one row shifted", p.row_shifted(rows, half, 1), gone),
        ("one cell added outside", p.put(rows, half, len(rows[half]), ink), gone),
    ]
    return drawn


def circle(rows: p.Rows, wrong: str, *, hollow: bool, ink: str) -> list[Drawn]:
    """A circle and its faults. Whether one with a dent or a gap is a circle still is a matter of opinion."""
    true = _named("circle", wrong, hollow)
    half = len(rows) // 2
    full = [" " * (len(row) - len(row.lstrip())) + ink * len(row.strip()) for row in rows]
    drawn: list[Drawn] = [
        ("none", rows, f"-framed() {true} -text(CIRCLE)"),
        ("lower half missing", rows[:half], f"-shape(circle) -count(circle,1) -shape({wrong}) -framed()"),
        (
            "one outline cell missing",
            p.put(rows, half, 0, " "),
            f"-shape(square) -shape({wrong}) -count(circle,2)",
        ),
        (
            "one figure too many",
            p.beside(rows, rows),
            f"+shape(circle) +count(circle,2) -count(circle,1) {_inside(hollow)} -shape({wrong})",
        ),
    ]
    if hollow:
        drawn.append(("filled for hollow", full, _named("circle", wrong, False)))
    return drawn


WRONG = ("triangle", "circle", "line", "diamond")
ROUND_HAND = (
    ("  ***\n *   *\n*     *\n*     *\n*     *\n *   *\n  ***", "*"),
    ("   ####\n ##    ##\n#        #\n#        #\n#        #\n#        #\n ##    ##\n   ####", "#"),
    (
        "     ******\n  ***      ***\n *            *\n*              *\n *            *\n  ***      ***\n     ******",
        "*",
    ),
    ("  oooo\n o    o\no      o\no      o\no      o\no      o\n o    o\n  oooo", "o"),
    (
        "    @@@@@\n  @@     @@\n @         @\n@           @\n@           @\n@           @\n@           @\n"
        "@           @\n @         @\n  @@     @@\n    @@@@@",
        "@",
    ),
    (
        "      #######\n   ###       ###\n ##             ##\n#                 #\n#                 #\n"
        "#                 #\n ##             ##\n   ###       ###\n      #######",
        "#",
    ),
)


def families() -> list[Family]:
    """Every single figure with its mutants, by kind; the order within a kind decides the split."""
    found: list[Family] = []
    hollow_squares = ((4, "#"), (5, "*"), (6, "#"), (7, "@"), (8, "o"), (9, "#"), (5, "X"), (6, "*"))
    for i, (n, ink) in enumerate(hollow_squares):
        found.append(("square-hollow", square(n, ink, "+", WRONG[i % 2], hollow=True)))
    for i, (n, ink) in enumerate(((3, "#"), (4, "*"), (5, "@"), (6, "#"), (4, "o"), (7, "*"))):
        found.append(("square-filled", square(n, ink, "%", WRONG[(i + 1) % 4], hollow=False)))
    hollow_rectangles = ((12, 4, "#"), (7, 4, "+-|"), (4, 7, "*"), (9, 5, "+-|"), (16, 5, "@"), (6, 8, "+-|"))
    for i, (w, h, ink) in enumerate(hollow_rectangles):
        found.append(("rectangle-hollow", rectangle(w, h, ink, "=", WRONG[i % 4], hollow=True)))
    for i, (w, h, ink) in enumerate(((10, 3, "#"), (3, 7, "*"), (8, 5, "o"), (12, 4, "@"))):
        found.append(("rectangle-filled", rectangle(w, h, ink, "+", WRONG[i % 2], hollow=False)))
    found += _triangles() + _diamonds()
    lines: tuple[p.Rows, ...] = (
        ["-" * 10],
        ["#" * 7],
        ["|"] * 6,
        ["*"] * 5,
        p.diagonal(6, "\\", rising=False),
        ["=" * 15],
    )
    lines += (p.diagonal(7, "/", rising=True), p.diagonal(5, "*", rising=False), ["_" * 8], ["@"] * 9)
    for i, rows in enumerate(lines):
        found.append(("line", line(rows, WRONG[i % 2], rows[0].strip()[0])))
    for i, (text, ink) in enumerate(ROUND_HAND):
        found.append(("circle", circle(text.split("\n"), WRONG[(i % 2) * 2], hollow=True, ink=ink)))
    return found


def _triangles() -> list[Family]:
    def up(n: int, ink: str) -> Callable[[bool], p.Rows]:
        return lambda hollow: p.pyramid(n, ink, hollow=hollow)

    def down(n: int, ink: str) -> Callable[[bool], p.Rows]:
        return lambda hollow: p.upside_down(p.pyramid(n, ink, hollow=hollow))

    def steps(n: int, ink: str) -> Callable[[bool], p.Rows]:
        return lambda hollow: p.stairs(n, ink, hollow=hollow)

    def left(n: int, ink: str) -> Callable[[bool], p.Rows]:
        return lambda hollow: p.mirrored(p.stairs(n, ink, hollow=hollow))

    drawn = [
        triangle(up(5, "*"), "square", hollow=False, ink="*"),
        triangle(up(4, "#"), "circle", hollow=False, ink="#"),
        triangle(up(6, "*"), "diamond", hollow=True, ink="*"),
        triangle(up(7, "#"), "square", hollow=True, ink="#"),
        triangle(steps(5, "#"), "circle", hollow=False, ink="#"),
        triangle(steps(7, "o"), "line", hollow=False, ink="o"),
        triangle(steps(6, "*"), "square", hollow=True, ink="*"),
        triangle(steps(8, "@"), "rectangle", hollow=True, ink="@"),
        triangle(down(5, "@"), "diamond", hollow=False, ink="@", tip_first=False),
        triangle(down(6, "*"), "square", hollow=False, ink="*", tip_first=False),
        triangle(left(5, "#"), "square", hollow=False, ink="#"),
        triangle(left(6, "*"), "circle", hollow=False, ink="*"),
        triangle(lambda _: p.tent(4), "square", hollow=True, ink="\\"),
        triangle(lambda _: p.tent(6), "diamond", hollow=True, ink="\\"),
        triangle(lambda _: p.spaced_pyramid(5, "*"), "circle", hollow=None, ink="*"),
        triangle(lambda _: p.spaced_pyramid(4, "o"), "square", hollow=None, ink="o"),
    ]
    return [("triangle", family) for family in drawn]


def _diamonds() -> list[Family]:
    drawn = [
        diamond(p.rhombus(4, "*", hollow=False), "rectangle", hollow=False, ink="*"),
        diamond(p.rhombus(5, "#", hollow=False), "triangle", hollow=False, ink="#"),
        diamond(p.rhombus(4, "#", hollow=True), "triangle", hollow=True, ink="#"),
        diamond(p.rhombus(6, "*", hollow=True), "rectangle", hollow=True, ink="*"),
        diamond(p.rhombus(3, "@", hollow=False), "line", hollow=False, ink="@"),
        diamond(p.rhombus(6, "o", hollow=False), "triangle", hollow=False, ink="o"),
        diamond(p.kite(3), "triangle", hollow=True, ink="+"),
        diamond(p.kite(5), "circle", hollow=True, ink="+"),
        diamond(p.rhombus(5, "@", hollow=True), "line", hollow=True, ink="@"),
        diamond(p.rhombus(7, "X", hollow=True), "triangle", hollow=True, ink="X"),
    ]
    return [("diamond", family) for family in drawn]
