"""Claims: the grammar, its canonical form, and errors that name the position."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding.claims import Claim
from grounding.errors import ClaimError

names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
bare = st.from_regex(r"[A-Za-z0-9_.\-]{1,6}( [A-Za-z0-9_.\-]{1,6}){0,2}", fullmatch=True)
numbers = st.integers(-(10**17), 10**17)
claims = st.recursive(
    st.builds(Claim, names, st.lists(texts | bare | numbers, max_size=3).map(tuple)),
    lambda inner: st.builds(Claim, names, st.lists(texts | bare | numbers | inner, max_size=3).map(tuple)),
    max_leaves=6,
)


@given(claims)
def test_round_trip(claim):
    """The canonical form of any claim parses back to the claim, and is canonical again."""
    assert Claim.parse(str(claim)) == claim
    assert str(Claim.parse(str(claim))) == str(claim)


@given(st.text(max_size=200) | st.from_regex(r"[a-z(),\" 0-9]{0,60}", fullmatch=True))
@settings(max_examples=300)
def test_any_text_parses_or_names_a_position(text):
    """Whatever the text, it is a claim or a ClaimError whose position lies in it."""
    try:
        claim = Claim.parse(text)
    except ClaimError as error:
        assert 0 <= error.position <= len(text)
        assert "\n" not in str(error)
    else:
        assert Claim.parse(str(claim)) == claim


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("text(CAT)", "text(CAT)"),
        ("count( red circle ,2 )", "count(red circle, 2)"),
        ('charset("#*")', 'charset("#*")'),
        ('text("CAT")', "text(CAT)"),
        ('text("12")', 'text("12")'),
        ("bars(3,5,2)", "bars(3, 5, 2)"),
        ("before(pickup(red ball), open(blue door))", "before(pickup(red ball), open(blue door))"),
        ("free_of(CWE-89)", "free_of(CWE-89)"),
        ("hollow()", "hollow()"),
        ('text("")', 'text("")'),
    ],
)
def test_canonical_form(text, canonical):
    """Quotes stand only around what is not bare or would read as an int; case is kept."""
    assert str(Claim.parse(text)) == canonical


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("", 0),
        ("Text(A)", 0),
        ("text", 4),
        ("text(", 5),
        ("text(A", 6),
        ("text(A))", 7),
        ("text(A,)", 7),
        ("a(b  c)", 5),
    ],
)
def test_errors_name_the_position(text, position):
    """A claim outside the grammar raises ClaimError at the first character that does not fit."""
    with pytest.raises(ClaimError) as caught:
        Claim.parse(text)
    assert caught.value.position == position


def test_hostile_lengths_and_depths_are_refused():
    """Deep nesting, long text and endless digits are errors, not crashes."""
    for text in ("a(" * 5000, "a(" + "1" * 5000 + ")", "x" * 100_000):
        with pytest.raises(ClaimError):
            Claim.parse(text)


def test_control_and_bidi_characters_are_written_as_escapes():
    """What could move a cursor or break UTF-8 is escaped in the canonical form."""
    written = str(Claim("text", ("a\u202eb\x1b\ud800",)))
    assert written.isascii() and Claim.parse(written).args[0] == "a\u202eb\x1b\ud800"
