"""From replies to art: fences, prose, and what is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding.errors import Malformed
from modalities.ascii_art import AsciiArt
from modalities.ascii_art.parse import rows_of

ART = AsciiArt()


@pytest.mark.parametrize(
    ("reply", "rows"),
    [
        ("##\n##", ["##", "##"]),
        ("  ##\n   #  \n\n", ["##", " #"]),
        ("Here you go:\n```\n /\\\n/__\\\n```\nHope you like it!", [" /\\", "/__\\"]),
        ("```text\n\n```\n~~~\n**\n~~~", ["**"]),
        ("```\n###\n###", ["###", "###"]),
        (
            "Sure, here is your square:\n\n####\n#  #\n####\n\nThis is a hollow square.",
            ["####", "#  #", "####"],
        ),
        ("Here is the art you wanted:\n##\n##", ["##", "##"]),
        ("a\r\n\tb\rc", ["a", "        b", "c"]),
        ("\x1b[31m##\x1b[0m\n##", ["##", "##"]),
        ("NO", ["NO"]),
        ("+---+\n| HI THERE YOU. |\n+---+", ["+---+", "| HI THERE YOU. |", "+---+"]),
    ],
)
def test_the_art_is_taken_out_of_the_reply(reply, rows):
    """Fences win, sentences around the art go, line ends, tabs, colours and margins are normalised."""
    assert rows_of(reply) == rows


@pytest.mark.parametrize(
    ("reply", "word"),
    [
        ("", "blanks"),
        ("  \n\n ", "blanks"),
        ("I am sorry, I cannot draw that.", "sentences"),
        ("x" * 1_000_000, "characters"),
        ("日本", "no fixed column"),
        ("e\u0301", "no fixed column"),
        ("a\u202eb", "no fixed column"),
        ("a\ud800", "no fixed column"),
        ("a\x00b", "no fixed column"),
        ("🙂", "no fixed column"),
        ("#\n" * 400, "rows"),
        ("#" * 1500, "columns"),
    ],
)
def test_what_is_no_art_is_malformed_with_the_reason(reply, word):
    """Blank, prose, oversized and uncountable replies raise Malformed that says why."""
    with pytest.raises(Malformed, match=word):
        rows_of(reply)


@given(st.text(max_size=300) | st.text("#*/\\|_ -+\n`~ab.\t\r\x1b[m", max_size=300))
@settings(max_examples=300, deadline=None)
def test_parsing_never_raises_anything_else_and_is_stable(reply):
    """Any text is an artifact or Malformed; the stored form has no margins and parses to itself in a fence."""
    try:
        artifact = ART.parse(reply)
    except Malformed as reason:
        assert str(reason)
        return
    rows = artifact.text.split("\n")
    assert rows[0] and rows[-1] and min(len(r) - len(r.lstrip(" ")) for r in rows if r) == 0
    assert all(r == r.rstrip(" ") for r in rows)
    if "```" not in artifact.text and "~~~" not in artifact.text:
        assert ART.parse(f"```\n{artifact.text}\n```") == artifact


def test_binary_replies_and_files_that_are_no_text_are_malformed(tmp_path):
    """Bytes that are no UTF-8 text are refused by `parse` and `load`."""
    with pytest.raises(Malformed):
        ART.parse(b"##")
    (tmp_path / "x.txt").write_bytes(b"\xff\xfe##")
    with pytest.raises(Malformed, match="UTF-8"):
        ART.load(tmp_path / "x.txt")
