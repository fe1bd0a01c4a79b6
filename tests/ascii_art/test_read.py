"""Reading descriptions: single sentences, the labelled texts, and hostile input."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding.claims import Claim, Statement
from grounding.qualify import reader_rows
from modalities.ascii_art import AsciiArt
from modalities.ascii_art.read import read
from modalities.ascii_art.read_words import MAX_TEXT
from tests.ascii_art.read_sentences import SENTENCES

SIGN = {"+": "asserted", "-": "denied"}


def said(text: str) -> set[tuple[str, str]]:
    """(claim, polarity) of each statement read from a text."""
    return {(str(s.claim), s.polarity) for s in read(text)}


def expected(notation: str) -> set[tuple[str, str]]:
    """(claim, polarity) from the notation `+shape(square) -hollow()`."""
    parts = re.findall(r'([+-])([a-z_]+\((?:"(?:[^"\\]|\\.)*"|[^()"])*\))', notation)
    return {(str(Claim.parse(claim)), SIGN[sign]) for sign, claim in parts}


def rates() -> dict[str, dict[str, Any]]:
    """What `grounding qualify` says of the reader, by split of the labelled texts."""
    of = AsciiArt()
    return {row["split"]: row for row in reader_rows(of, of.labelled_texts())}


@pytest.mark.parametrize(("text", "statements"), SENTENCES, ids=[t[:50] for t, _ in SENTENCES])
def test_sentence(text: str, statements: str) -> None:
    """A sentence gives exactly the statements that a careful person finds in it."""
    assert said(text) == expected(statements)


def test_texts_known_to_the_rules() -> None:
    """The texts that were looked at while rules were written are read almost without error."""
    row = rates()["dev"]
    assert row["precision"]["value"] >= 0.97
    assert row["recall"]["value"] >= 0.96
    assert row["polarity_errors"] == 0


def test_held_out_texts() -> None:
    """Texts that no rule was written for are read with few errors."""
    row = rates()["held_out"]
    assert row["precision"]["value"] >= 0.85
    assert row["recall"]["value"] >= 0.8


def test_texts_of_a_real_model() -> None:
    """What the embedded model wrote, garbled sentences of its early checkpoint among it, is read with few errors."""
    row = rates()["model_outputs"]
    assert row["precision"]["value"] >= 0.9
    assert row["recall"]["value"] >= 0.9


def valid(text: str, statements: list[Statement]) -> bool:
    spans = [s.span for s in statements]
    return spans == sorted(spans) and all(0 <= a < b <= len(text) for a, b in spans)


WORDS = sorted({w for text, _ in SENTENCES for w in re.findall(r"\w+|[^\w\s]", text)})


@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)))
@settings(max_examples=300, deadline=None)
def test_any_text(text: str) -> None:
    """Any text gives statements inside it, sorted by place, and the same ones again."""
    statements = read(text)
    assert valid(text, statements)
    assert read(text) == statements
    assert all(Claim.parse(str(s.claim)) == s.claim for s in statements)


@pytest.mark.parametrize(
    "text",
    [
        "\x00",
        "\ud800 a square \udfff",
        "\u202ea square\u202c",
        "\x1f\x1f|",
        "'" * 50,
        '"a' * 50,
        "``",
        "?" * 20,
        "\r\n\r\n",
    ],
)
def test_odd_characters(text: str) -> None:
    """Lone surrogates, NUL, bidi controls and stray quotes raise nothing."""
    assert valid(text, read(text))


@pytest.mark.parametrize(
    "text",
    [
        "a square " * 4_000, "not " * 10_000, "the left of " * 4_000, "5 " * 20_000,
        "says A, " * 5_000, "x" * 1_000_000,
        '"' * 40_000, "hash and " * 5_000, "no square or " * 4_000, "the drawing of a " * 3_000,
        "is it? " * 8_000,
        "left right top bottom same " * 2_000, " " * 1_000_000, "\n" * 40_000, "*a" * 20_000,
        "| a " * 10_000, "a-" * 20_000,
        "bar 3, " * 5_000, "not a square; " * 3_000, "if a " * 9_000, "_a" * 20_000, "`" * 30_000,
    ],
    ids=lambda t: t[:12],
)  # fmt: skip
def test_long_texts(text: str) -> None:
    """Long texts, also ones made to be slow, take a bounded time."""
    start = time.perf_counter()
    assert valid(text, read(text))
    assert time.perf_counter() - start < 2  # ten times what it takes on a quiet machine


def test_text_beyond_the_limit() -> None:
    """What stands beyond the first MAX_TEXT code points is not read."""
    assert read(" " * MAX_TEXT + "It is a square.") == []
    assert len(read(" " * (MAX_TEXT - 20) + "It is a square.")) == 1


def test_spans() -> None:
    """A span covers the words that say it, in code points of the text."""
    text = "🙂🙂 It is NOT a sqaure, it’s filled."
    assert [text[a:b] for a, b in (s.span for s in read(text))] == ["a sqaure", "filled"]
