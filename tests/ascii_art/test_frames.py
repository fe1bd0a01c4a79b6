"""What stands in a frame whose sides are several cells thick."""

import pytest

from grounding.claims import FAILS, HOLDS, Claim
from modalities.ascii_art import check
from modalities.ascii_art.frames import content_rows

THICK = ("##############", "##          ##", "##   TEST   ##", "##          ##", "##############")


@pytest.mark.parametrize(
    ("claim", "value"), [("text(TEST)", HOLDS), ("text(REST)", FAILS), ("bars(3, 3)", FAILS)]
)
def test_the_inner_sides_of_a_thick_frame_are_no_writing_and_no_bars(claim: str, value: str) -> None:
    """Only what stands inside both columns of a side is read."""
    assert check.check(THICK, [Claim.parse(claim)])[0].value == value


def test_content_keeps_its_columns() -> None:
    """The inner sides become blanks, so places inside count on from the border."""
    assert content_rows(THICK, (0, 0, 4, 13))[1] == "    TEST    "


def test_short_rows_have_no_side() -> None:
    """A row that ends before the right side makes the sides one column thick."""
    assert content_rows(("####", "##", "## #", "####"), (0, 0, 3, 3)) == ["# ", "# "]
