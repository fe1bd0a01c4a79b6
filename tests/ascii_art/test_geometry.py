"""Claims about figures, sizes, frames, bars, faces and order, on hand-drawn arts and on random ones."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grounding.claims import FAILS, HOLDS, UNKNOWN, Claim
from modalities.ascii_art.geometry import MAX_COLUMNS, MAX_ROWS, Geometry, decide, describe, facts
from modalities.ascii_art.outline_kinds import KINDS, ellipse_overlap

ARTS = Path(__file__).with_name("geometry_arts.txt")
ALLOWED = {"+": {HOLDS}, "-": {FAILS}, "~": {UNKNOWN}, "!": {FAILS, UNKNOWN}}
CLAIMS = re.compile(r"[-+~!] [a-z_]+\(")
MIRROR = str.maketrans("/\\()", "\\/)(")


def load_arts() -> list[tuple[str, list[tuple[str, str]], list[str]]]:
    """(name, [(sign, claim)], rows) for each art of the table."""
    arts: list[tuple[str, list[tuple[str, str]], list[str]]] = []
    for row in ARTS.read_text(encoding="utf-8").splitlines():
        if row.startswith("== "):
            arts.append((row[3:], [], []))
        elif arts and not arts[-1][2] and CLAIMS.match(row):
            arts[-1][1].extend((row[0], claim) for claim in row[2:].split("; "))
        elif arts:
            arts[-1][2].append(row)
    return arts


def value(claim: str, rows: list[str]) -> str:
    return decide(Claim.parse(claim), describe(rows))[0]


@pytest.mark.parametrize(
    ("name", "claims", "rows"), load_arts(), ids=lambda x: x if isinstance(x, str) else ""
)
def test_hand_drawn(name: str, claims: list[tuple[str, str]], rows: list[str]) -> None:
    """Each hand-drawn art gets the verdicts that a person gave it."""
    geometry = describe(rows)
    wrong = [
        (sign, claim, *found)
        for sign, claim in claims
        if (found := decide(Claim.parse(claim), geometry))[0] not in ALLOWED[sign]
    ]
    assert not wrong, name


# Figures as they are rendered, for invariants on arts that show something.


def block(width: int, height: int, char: str, hollow: bool) -> list[str]:
    inner = char + " " * (width - 2) + char if hollow and width > 1 else char * width
    return [char * width, *[inner] * (height - 2), char * width] if height > 1 else [char * width]


def pyramid(height: int, char: str, hollow: bool) -> list[str]:
    runs = [2 * i + 1 for i in range(height)]
    rows = [char * n if not hollow or n == 1 or n == runs[-1] else char + " " * (n - 2) + char for n in runs]
    return [" " * (height - 1 - i) + row for i, row in enumerate(rows)]


def diamond(half: int, char: str, hollow: bool) -> list[str]:
    runs = [2 * i + 1 for i in [*range(half), *range(half - 2, -1, -1)]]
    rows = [char * n if not hollow or n == 1 else char + " " * (n - 2) + char for n in runs]
    return [" " * ((2 * half - 1 - len(row)) // 2) + row for row in rows]


def beside(arts: list[list[str]], gap: int) -> list[str]:
    height = max(map(len, arts))
    padded = [[""] * (height - len(art)) + art for art in arts]
    widths = [max(map(len, art)) for art in arts]
    return [
        "".join(art[i].ljust(width + gap) for art, width in zip(padded, widths, strict=True)).rstrip()
        for i in range(height)
    ]


char_st = st.sampled_from("#*@o+")
figure_st = st.one_of(
    st.builds(block, st.integers(2, 9), st.integers(2, 6), char_st, st.booleans()),
    st.builds(pyramid, st.integers(3, 6), char_st, st.booleans()),
    st.builds(diamond, st.integers(2, 4), char_st, st.booleans()),
)
scene_st = st.builds(beside, st.lists(figure_st, min_size=1, max_size=3), st.integers(1, 4))
noise_st = st.integers(1, 9).flatmap(
    lambda width: st.lists(st.text(" #*/\\|-_+o()", min_size=width, max_size=width), min_size=1, max_size=7)
)


@st.composite
def faulty_st(draw: st.DrawFn) -> list[str]:
    """A scene with one cell changed."""
    rows = draw(scene_st)
    row = draw(st.integers(0, len(rows) - 1))
    column = draw(st.integers(0, max(0, len(rows[row]) - 1)))
    return [
        r[:column] + draw(st.sampled_from(" #.")) + r[column + 1 :] if i == row else r
        for i, r in enumerate(rows)
    ]


art_st = st.one_of(noise_st, scene_st, faulty_st())


def all_claims(geometry: Geometry) -> list[Claim]:
    names = [f"{name}({a}, {b})" for name in ("left_of", "above") for a in KINDS for b in KINDS]
    names += [f"shape({kind})" for kind in KINDS] + [
        f"count({kind}, {n})" for kind in KINDS for n in range(4)
    ]
    names += ["hollow()", "filled()", "framed()", "face(smiling)", "face(frowning)", "face(neutral)"]
    names += ["symmetric(vertical)", "symmetric(horizontal)", "width(3)", "height(3)", "bars(1, 2)"]
    return [Claim.parse(name) for name in names]


@settings(max_examples=400, deadline=None)
@given(art_st)
@example(["|", "#"])
def test_facts_hold_and_evidence_is_plain(rows: list[str]) -> None:
    """Every fact holds, and every verdict comes with a one-line reason that JSON can carry."""
    geometry = describe(rows)
    for fact in facts(geometry):
        assert decide(fact, geometry)[0] == HOLDS
        assert decide(Claim.parse(str(fact)), geometry)[0] == HOLDS
    for claim in all_claims(geometry):
        found, evidence = decide(claim, geometry)
        assert found in {HOLDS, FAILS, UNKNOWN}
        assert evidence["reason"] and "\n" not in evidence["reason"]
        json.dumps(evidence)


@settings(max_examples=400, deadline=None)
@given(art_st)
def test_opposites_never_hold_together(rows: list[str]) -> None:
    """Hollow excludes filled, a kind the other kinds, a count or an expression every other one."""
    geometry = describe(rows)
    holding = {str(claim) for claim in all_claims(geometry) if decide(claim, geometry)[0] == HOLDS}
    assert not {"hollow()", "filled()"} <= holding
    shapes = {kind for kind in KINDS if f"shape({kind})" in holding}
    assert len(shapes) <= 1 or shapes == {"square", "rectangle"}
    for kind in KINDS:
        assert sum(f"count({kind}, {n})" in holding for n in range(4)) <= 1
    assert sum(f"face({name})" in holding for name in ("smiling", "frowning", "neutral")) <= 1
    assert sum(fact.name == "bars" for fact in facts(geometry)) <= 1
    assert not any(
        f"left_of({a}, {b})" in holding and f"left_of({b}, {a})" in holding for a in KINDS for b in KINDS
    )


@settings(max_examples=300, deadline=None)
@given(art_st)
@example([")", "("])
def test_a_mirror_swaps_left_and_right(rows: list[str]) -> None:
    """In the mirror image, left_of(A, B) becomes left_of(B, A), and what does not depend on sides stays."""
    width = max(map(len, rows))
    image = [row.ljust(width)[::-1].translate(MIRROR) for row in rows]
    here, there = describe(rows), describe(image)
    for a in KINDS:
        for b in KINDS:
            assert decide(Claim("left_of", (a, b)), here)[0] == decide(Claim("left_of", (b, a)), there)[0]
        assert decide(Claim("shape", (a,)), here)[0] == decide(Claim("shape", (a,)), there)[0]
        assert decide(Claim("above", (a, "line")), here)[0] == decide(Claim("above", (a, "line")), there)[0]
    for name in ("hollow()", "filled()", "framed()", "symmetric(vertical)", "symmetric(horizontal)"):
        assert decide(Claim.parse(name), here)[0] == decide(Claim.parse(name), there)[0]


@settings(max_examples=200, deadline=None)
@given(art_st, st.integers(0, 3), st.integers(0, 3))
def test_margins_do_not_matter(rows: list[str], left: int, top: int) -> None:
    """Blank rows and columns around an art change nothing."""
    assert describe([""] * top + [" " * left + row + "  " for row in rows] + [""]) == describe(rows)


def single_faults(rows: list[str]) -> list[list[str]]:
    """Arts with one row missing or shifted by one column, none of them a smaller figure of the same kind."""
    inner = range(1, len(rows) - 1)
    missing = [rows[:i] + rows[i + 1 :] for i in inner]
    return missing + [[*rows[:i], " " + rows[i], *rows[i + 1 :]] for i in inner]


@pytest.mark.parametrize("hollow", [False, True])
@pytest.mark.parametrize("height", [5, 6, 7, 9])
def test_a_pyramid_with_a_row_missing_or_shifted_is_no_triangle(height: int, hollow: bool) -> None:
    """Slopes must be straight: one faulty row is seen."""
    for rows in single_faults(pyramid(height, "*", hollow)):
        assert value("shape(triangle)", rows) != HOLDS, rows


@pytest.mark.parametrize("hollow", [False, True])
def test_a_square_with_a_row_missing_is_none(hollow: bool) -> None:
    """A square has as many rows as columns, exactly."""
    rows = block(6, 6, "#", hollow)
    assert value("shape(square)", rows) == HOLDS
    assert value("shape(square)", rows[:1] + rows[2:]) == FAILS
    assert value("shape(square)", [*rows[:2], " " + rows[2], *rows[3:]]) != HOLDS


@pytest.mark.parametrize(
    "maker", [lambda: block(6, 6, "#", True), lambda: pyramid(6, "#", True), lambda: diamond(4, "#", True)]
)
def test_no_outline_with_a_missing_cell_is_closed(maker) -> None:
    """Whichever cell of an outline is missing, the art is neither that figure for certain nor hollow."""
    rows = maker()
    kind = next(k for k in ("square", "triangle", "diamond") if value(f"shape({k})", rows) == HOLDS)
    for i, row in enumerate(rows):
        for j, char in enumerate(row):
            if char == " ":
                continue
            faulty = [*rows[:i], row[:j] + " " + row[j + 1 :], *rows[i + 1 :]]
            assert value(f"shape({kind})", faulty) != HOLDS, faulty
            assert value("hollow()", faulty) != HOLDS, faulty


def test_no_outline_with_a_stray_cell_is_hollow() -> None:
    """Whichever inner cell of an outline is inked, it is neither hollow nor filled."""
    rows = block(7, 6, "#", True)
    for i in range(1, 5):
        for j in range(1, 6):
            faulty = [*rows[:i], rows[i][:j] + "#" + rows[i][j + 1 :], *rows[i + 1 :]]
            assert value("hollow()", faulty) == FAILS, faulty
            assert value("filled()", faulty) == FAILS, faulty


def test_a_box_is_a_square_in_doubt_only_near_two_to_one() -> None:
    """Width within one column of twice the height: unknown; two columns off: no square."""
    for width, expected in [(6, FAILS), (7, UNKNOWN), (8, UNKNOWN), (9, UNKNOWN), (10, FAILS), (4, HOLDS)]:
        assert value("shape(square)", block(width, 4, "#", True)) == expected, width


def test_a_circle_is_sure_only_close_to_its_ellipse() -> None:
    """A circle overlaps its ellipse by .80, a diamond does not, a box with cut corners is in doubt."""
    assert ellipse_overlap([3, 5, 7, 5, 3], 7) == pytest.approx(0.81, abs=0.01)
    assert ellipse_overlap([1, 3, 5, 3, 1], 5) < 0.72
    rows = [" ***** ", *["*     *"] * 5, " ***** "]
    assert value("shape(circle)", rows) == UNKNOWN


def test_limits_leave_sizes_decided() -> None:
    """Beyond the limits figures are unknown with the limit in the reason; sizes are still told."""
    for rows in (["#"] * (MAX_ROWS + 1), ["#" * (MAX_COLUMNS + 1)]):
        geometry = describe(rows)
        found, evidence = decide(Claim.parse("shape(line)"), geometry)
        assert found == UNKNOWN
        assert str(MAX_ROWS) in evidence["reason"]
        assert decide(Claim("height", (len(rows),)), geometry)[0] == HOLDS
        assert decide(Claim("charset", ("#",)), geometry)[0] == HOLDS
    assert value("shape(line)", ["#"] * MAX_ROWS) == HOLDS
    assert value("shape(line)", ["#" * MAX_COLUMNS]) == HOLDS


@pytest.mark.parametrize("pattern", ["# ", "#  ", "#-", "o   "])
def test_time_is_bounded_at_the_limits(pattern: str) -> None:
    """The largest art that is looked at takes seconds at most, whatever it is made of."""
    rows = [("" if i % 2 else " ") + pattern * (MAX_COLUMNS // len(pattern) - 1) for i in range(MAX_ROWS)]
    start = time.perf_counter()
    facts(describe(rows))
    assert time.perf_counter() - start < 5


def test_an_empty_art_has_no_figures() -> None:
    """Without ink the sizes are 0 and every figure is absent."""
    geometry = describe(["", "   "])
    assert (geometry.width, geometry.height, geometry.charset) == (0, 0, "")
    assert decide(Claim.parse("shape(square)"), geometry)[0] == FAILS
    assert decide(Claim.parse("count(square, 0)"), geometry)[0] == HOLDS
    assert decide(Claim.parse("width(0)"), geometry)[0] == HOLDS


@pytest.mark.parametrize(
    ("claim", "named"),
    [("shape(heptagon)", "triangle"), ("symmetric(diagonal)", "vertical"), ("face(angry)", "smiling")],
)
def test_a_bad_argument_names_the_known_ones(claim: str, named: str) -> None:
    """An argument outside the lists is unknown, and the reason says what is known."""
    found, evidence = decide(Claim.parse(claim), describe(["##", "##"]))
    assert found == UNKNOWN
    assert named in evidence["reason"]


def test_a_loose_outline_may_step_three_columns() -> None:
    """A ring's flat shoulder may lie three columns inside the next row; with four it is open."""
    for step, expected in [(2, HOLDS), (3, HOLDS), (4, FAILS)]:
        flat = " " * step + "*" * 5 + " " * step
        side = "*" + " " * (2 * step + 3) + "*"
        assert value("shape(circle)", [flat, side, side, side, flat]) == expected, step


def test_a_mouth_stands_below_the_middle_of_the_eyes() -> None:
    """A mouth at most one column aside belongs to the eyes; further off there is no face."""
    for aside, expected in [(0, HOLDS), (1, HOLDS), (2, UNKNOWN)]:
        rows = ["  o   o", "", " " * (2 + aside) + "\\___/"]
        assert value("face(smiling)", rows) == expected, aside


def test_a_curve_of_a_third_of_a_row_is_seen() -> None:
    """Ends a third of a row above the middle smile, level ones are neutral, between is not told."""
    eyes = ["o   o", ""]
    assert value("face(smiling)", [*eyes, "'---'"]) == HOLDS
    assert value("face(neutral)", [*eyes, "-----"]) == HOLDS
    assert value("face(neutral)", [*eyes, "--_--"]) == UNKNOWN


def test_straight_sided_figures_are_exact() -> None:
    """A square drawn cell by cell is none with a cell too few, a triangle of slashes none with a row moved."""
    assert value("shape(square)", ["#####", "#####", "####", "#####", "#####"]) == FAILS
    assert value("shape(triangle)", ["   /\\", "  /  \\", "  /    \\", "/______\\"]) == FAILS


def test_a_single_fault_is_told_from_an_unknown_style() -> None:
    """A box of strokes with a gap would be a rectangle without it; an octagon may be meant as anything."""
    assert value("shape(rectangle)", ["+-- ----+", "|       |", "+-------+"]) == FAILS
    slanted = ["  /----\\  ", " /      \\ ", "|        |", " \\      / ", "  \\----/  "]
    assert value("shape(rectangle)", slanted) != HOLDS


def test_broken_drawings_cost_no_second() -> None:
    """However many pieces stay unrecognised, the search for single faults in one art is bounded."""
    from modalities.ascii_art.faults import Tries

    tries = Tries(3_300)
    assert [tries.spend(1_000) for _ in range(5)] == [True, True, True, False, False]


def test_a_block_of_three_paints_may_be_a_table() -> None:
    """Two characters still paint one block, three are as likely a table."""
    assert value("shape(rectangle)", ["#@#@#@#@"] * 3) == HOLDS
    assert value("shape(rectangle)", ["#@%#@%#@"] * 3) == UNKNOWN


def test_thick_outlines_need_more_than_one_empty_cell() -> None:
    """Walls of two cells around one empty cell are a block with a hole, around four an outline."""
    assert value("hollow()", ["#####", "#####", "## ##", "#####", "#####"]) == FAILS
    assert value("hollow()", ["######", "######", "##  ##", "##  ##", "######", "######"]) == HOLDS


def test_a_strip_is_more_than_four_times_as_wide_as_high() -> None:
    """Where no marks could be eyes, a strip of 3 to 12 rows is no face; elsewhere that is open."""
    for rows, width, expected in [(3, 12, UNKNOWN), (3, 13, FAILS), (12, 49, FAILS), (13, 60, UNKNOWN)]:
        art = [("/|\\_" * 20)[i % 3 : i % 3 + width - i % 2 * 3] for i in range(rows)]
        assert value("face(smiling)", art) == expected, (rows, width)


def test_a_lone_eye_stands_aside_by_more_than_a_column() -> None:
    """One eye over the middle of a mouth, or a column aside, leaves the face open; further off it is none."""
    for aside, expected in [(0, UNKNOWN), (1, UNKNOWN), (2, FAILS), (3, FAILS)]:
        rows = [" " * (3 - aside) + "o", "", "\\_____/"]
        assert value("face(smiling)", rows) == expected, aside
