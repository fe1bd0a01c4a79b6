"""Figlet readings: what pyfiglet prints is read back, and nothing else is."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyfiglet import Figlet, FigletFont

from modalities.ascii_art import figlet, glyphs
from modalities.ascii_art.figlet import DEFAULT, FULL, Letter, Reading, Word, fonts, read, render
from modalities.ascii_art.figlet_index import index

FONTS = {font.name: font for font in index().fonts}
# Fonts of different kinds: smushed by rules, smushed universally, kerned, full width, slanted, tall, of two
# rows.
KINDS = (
    *("standard", "univers", "banner", "block", "slant", "doh"),
    *("mini", "big", "doom", "o8", "shadow", "small"),
)
WORDS = st.text("ABCDEGHKMNOPRSTWXYabdeghkmnprstwy2345689", min_size=1, max_size=7)


def readable(font: str) -> str:
    """The letters and digits of a font that are printed with ink."""
    return "".join(sorted(c for g in FONTS[font].glyphs if not g.blank for c in g.chars if c.isalnum()))


def found(reading: Reading, word: str, font: str, layout: str) -> bool:
    return any(w.matches(word) and (w.font, w.layout) == (font, layout) for w in reading.full)


def layouts(font: str) -> tuple[str, ...]:
    return (FULL,) if FONTS[font].full_width_only else (FULL, DEFAULT)


def test_all_fonts_load_as_pyfiglet_loads_them() -> None:
    """Every font of pyfiglet has the same letters, layout and direction here."""
    names = FigletFont.getFonts()  # type: ignore[no-untyped-call]
    assert set(fonts()) | set(index().skipped) == set(names)
    assert list(fonts()) == sorted(fonts())
    for name in fonts()[::5]:
        theirs, ours = FigletFont(name), FONTS[name]
        assert (theirs.height, theirs.hardBlank) == (ours.height, ours.hard_blank)
        assert theirs.smushMode == ours.mode
        assert (theirs.printDirection == 1) == ours.right_to_left
        for char in glyphs.ALPHABET:
            assert tuple(theirs.chars.get(ord(char), ())) == ours.pictures.get(char, ()), (name, char)


@pytest.mark.parametrize("part", range(4))
def test_random_words_in_every_fourth_font_are_read_back(part: int) -> None:
    """What a font prints is read back as that, unless it is one row of signs or right to left."""
    choose = random.Random(part)
    missed = []
    tried = 0
    for name in fonts()[part::4]:
        if FONTS[name].right_to_left or not readable(name):
            continue
        for layout in layouts(name):
            word = "".join(choose.choices(readable(name), k=choose.randint(3, 6)))
            rows = render(word, name, layout)
            if len(rows) == 1:
                continue
            tried += 1
            if not found(read(rows), word, name, layout):
                missed.append((word, name, layout))
    assert tried > 150
    assert len(missed) <= 0.01 * tried, missed


@pytest.mark.parametrize("font", KINDS)
@settings(max_examples=12, deadline=None)
@given(word=WORDS)
def test_words_are_read_back_in_both_layouts(font: str, word: str) -> None:
    """Any word in a font of any kind is among the readings of what pyfiglet prints for it."""
    for layout in layouts(font):
        assert found(read(render(word, font, layout)), word, font, layout)


@settings(max_examples=150, deadline=None)
@given(
    word=WORDS,
    font=st.sampled_from(KINDS),
    row=st.integers(0, 40),
    column=st.integers(0, 200),
    sign=st.sampled_from("#@/|_ *"),
)
def test_a_changed_character_is_not_read_as_the_word(
    word: str, font: str, row: int, column: int, sign: str
) -> None:
    """An art that differs in one cell has the word only where pyfiglet really prints the word like that."""
    rows = render(word, font, FULL)
    row %= len(rows)
    column %= max(1, len(rows[row]))
    changed = [*rows]
    changed[row] = (rows[row][:column] + sign + rows[row][column + 1 :]).rstrip()
    for reading in read(changed).full:
        assert same_print(reading, changed)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.text("#|_/\\ oO", max_size=14), max_size=7))
def test_whatever_is_read_prints_the_art(rows: list[str]) -> None:
    """For any art, each full reading in one of its spellings is printed by pyfiglet as this art."""
    for reading in read(rows).full:
        assert same_print(reading, rows)


def same_print(reading: Word, rows: list[str]) -> bool:
    word = "".join(min(letter.chars) for letter in reading.letters)
    return reading.font == "term" or squared(render(word, reading.font, reading.layout)) == squared(rows)


def squared(rows: list[str]) -> list[str]:
    trimmed = figlet._trimmed(rows)
    return list(trimmed[0].rows) if trimmed else []


@pytest.mark.parametrize("font", KINDS)
def test_damaged_arts_are_not_read_as_the_word(font: str) -> None:
    """A missing row, a shifted row and a doubled column each take the word away."""
    rows = render("HAMBURG", font, FULL)
    middle = len(rows) // 2
    at = next(n for n in range(1, len(rows[middle])) if rows[middle][n] != rows[middle][n - 1])
    for damaged in (
        rows[:middle] + rows[middle + 1 :],
        [*rows[:middle], " " + rows[middle], *rows[middle + 1 :]],
        [row[:at] + row[at : at + 1] + row[at:] for row in rows],
    ):
        assert not read(damaged).matches("HAMBURG")


@pytest.mark.parametrize("font", KINDS)
def test_readings_are_whole(font: str) -> None:
    """A word is not read as its beginning, nor as a longer one, nor as one with another letter."""
    for layout in layouts(font):
        assert not read(render("Akmw", font, layout)).matches("A")
        assert not read(render("A", font, layout)).matches("Akmw")
        assert not read(render("KAT", font, layout)).matches("RAT")


def test_margins_do_not_matter() -> None:
    """Blank rows, a common left margin and trailing spaces change nothing but the places."""
    rows = render("Cat", "standard", DEFAULT)
    plain, moved = read(rows), read(["", *("   " + row + "  " for row in rows), "", ""])
    assert [w.text for w in plain.full] == [w.text for w in moved.full]
    first, second = plain.full[0].letters[0], moved.full[0].letters[0]
    assert second.columns == (first.columns[0] + 3, first.columns[1] + 3)
    assert second.rows == (first.rows[0] + 1, first.rows[1] + 1)


def test_letters_have_their_places() -> None:
    """The columns and rows of each letter hold its ink."""
    (word,) = [w for w in read(render("HI", "banner")).full if w.font == "banner"]
    assert word.letters[0] == Letter(frozenset("H"), (0, 6), (0, 6))
    assert word.letters[1].columns == (9, 11)


@settings(max_examples=60, deadline=None)
@given(
    word=WORDS, font=st.sampled_from(KINDS), at=st.integers(0, 500), layout=st.sampled_from([FULL, DEFAULT])
)
def test_places_lie_in_the_art(word: str, font: str, at: int, layout: str) -> None:
    """Every letter, unknown place and space of a reading, full or partial, is inside the art."""
    rows = render(word + " " + word, font, layout)
    damaged = [*rows]
    row = len(rows) // 2
    at %= max(1, len(rows[row]))
    damaged[row] = rows[row][:at] + "@" + rows[row][at + 1 :]
    width = max(map(len, rows))
    for art in (rows, damaged):
        reading = read(art)
        for letter in (x for w in reading.full + reading.partial for x in w.letters):
            assert 0 <= letter.columns[0] <= letter.columns[1] < width
            assert 0 <= letter.rows[0] <= letter.rows[1] < len(rows)


def test_case_blind_fonts_give_a_set() -> None:
    """Where capitals and small letters look the same, both spellings match, and one text is shown."""
    reading = read(render("Hello", "amc_3_line"))
    assert reading.matches("HELLO") and reading.matches("hello")
    assert "HELLO" in {w.text for w in reading.full}


def test_several_words_on_one_line() -> None:
    """A space inside is read."""
    for layout in (FULL, DEFAULT):
        assert read(render("SO DO", "standard", layout)).matches("so do")


@pytest.mark.parametrize("row", ["CAT", "hello w", "Don't!", "x-1", "7"])
def test_typed_letters_are_read(row: str) -> None:
    """One row of plain letters and digits is the font "term"."""
    reading = read(["  " + row])
    assert found(reading, row, "term", FULL)
    assert reading.full[0].letters[0].columns == (2, 2)


@pytest.mark.parametrize("row", ["####", "-----", "...", ".-'", "____", "*", "", "   "])
def test_one_row_of_signs_has_no_reading(row: str) -> None:
    """Lines and dots are no words, though some fonts print letters so."""
    assert read([row]).full == () and read([row]).reason


def test_no_reading_of_signs_only() -> None:
    """Each reading has a place that may be a letter or digit."""
    for signs in ("...", "-", "!?", "//"):
        for font in KINDS:
            for word in read(render(signs, font)).full:
                assert any(c.isalnum() for letter in word.letters for c in letter.chars)


def test_a_damaged_letter_leaves_a_partial_reading() -> None:
    """Letters beside a damaged one stay certain; they contradict other words, not the drawn one."""
    rows = render("HELLO", "banner")
    at = len("#     #  #######  ###")
    damaged = [rows[0], *(row[:at] + "@" + row[at + 1 :] for row in rows[1:2]), *rows[2:]]
    reading = read(damaged)
    assert not reading.full and reading.reason
    assert "HE?LO" in {w.text for w in reading.partial}
    assert not reading.contradicts("HELLO") and not reading.contradicts("HERLO")
    assert reading.contradicts("DOGGY") and reading.contradicts("HE")


def test_weak_evidence_gives_no_partial_reading() -> None:
    """One known letter beside unknown ink, or a letter twice, is not enough."""
    unknown = ["@@  @@@", "@ @@  @", "@@  @@@", "@ @@  @", "@@  @@@", "@ @@  @", "@@  @@@"]
    for word in ("H", "HH"):
        rows = [a.ljust(20) + b for a, b in zip(render(word, "banner"), unknown, strict=True)]
        assert not read(rows).partial


def test_a_full_reading_contradicts_other_words() -> None:
    """A read art contradicts every word it is not; an art without readings contradicts nothing."""
    assert read(render("CAT", "standard")).contradicts("DOG")
    assert not read(render("CAT", "standard")).contradicts("cat")
    assert not read(["#@  @", "@  #", "@#@@#@"]).contradicts("DOG")


def test_the_seen_order_decides() -> None:
    """Right-to-left fonts do not make HELLO read as OLLEH when a left-to-right font has the same letters."""
    assert not read(render("HELLO", "standard", DEFAULT)).matches("OLLEH")
    assert read(render("HELLO", "mirror")).matches("HELLO")


def test_large_arts_are_refused_with_a_reason() -> None:
    """Beyond 200 rows or 2000 columns nothing is read, and the reading says so."""
    assert read(["#"] * 201).reason == read(["#" * 2001]).reason == "larger than 200 rows x 2000 columns"
    assert not read(["#"] * 201).complete
    assert read(["#"] * 30).reason == "higher than any font"


HOSTILE = {
    "one sign": ["#" * 2000] * 25,
    "bars": ["| " * 1000] * 8,
    "grid": ["#  #### " * 250, "##   ## " * 250] * 4,
    "blanks between": ["#" + " " * 1998 + "#"] * 8,
    "slashes": ["/\\_" * 666] * 6,
    "dots": [". " * 1000, "" * 3, ".." * 900] * 3,
    "long word": ["" if n else "ab1" * 600 for n in range(2)],
    "unicode": ["\u202eabc\u0301\U0001f600\x00\t\xa0", "\x1b[31m\u2028\ud800"],
    "eights": render("8" * 150, "3x5"),
    "spaces": render("I" + " " * 150 + "I", "banner"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_arts_end_in_time(name: str) -> None:
    """No art within the limits crashes the reader or takes long."""
    read(HOSTILE[name])  # builds the tables of fonts that were not used before
    before = time.process_time()
    read(HOSTILE[name])
    assert time.process_time() - before < 1.5  # bound is 1 s; the machine that tests may be slow


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=12), max_size=6))
def test_any_text_is_read_without_error(rows: list[str]) -> None:
    """Whatever signs an art has, reading it gives a Reading."""
    assert isinstance(read(rows), Reading)


def test_render_is_what_pyfiglet_prints() -> None:
    """Both layouts are pyfiglet's, never wrapped, without margins."""
    expected = [r.rstrip() for r in Figlet("standard", width=10_000).renderText("W" * 60).split("\n")]
    assert render("W" * 60, "standard", DEFAULT) == [r for r in expected if r]
    assert len(render("WW", "standard")[0]) > len(render("WW", "standard", DEFAULT)[0])
    assert render("", "standard") == []


@pytest.mark.parametrize(
    ("word", "font", "layout"),
    [
        ("A", "../standard", FULL),
        ("A", "nosuch", FULL),
        ("A", "standard.flf", FULL),
        ("A", "standard", "tight"),
        ("A\nB", "standard", FULL),
        ("A" * 1001, "standard", FULL),
    ],
)
def test_render_refuses_what_it_does_not_know(word: str, font: str, layout: str) -> None:
    """Paths, unknown fonts and layouts, line breaks and endless words are ValueErrors."""
    with pytest.raises(ValueError, match=r"\w"):
        render(word, font, layout)
