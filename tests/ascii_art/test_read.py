"""Reading descriptions: single sentences, the labelled texts, and hostile input."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding.claims import ENTAILS, Claim, Statement
from modalities.ascii_art.read import read
from modalities.ascii_art.read_words import MAX_TEXT
from modalities.ascii_art.relate import relation
from tests.ascii_art.read_sentences import SENTENCES

DATA = Path(__file__).parents[1] / "data" / "ascii_art"
SIGN = {"+": "asserted", "-": "denied"}


def said(text: str) -> set[tuple[str, str]]:
    """(claim, polarity) of each statement read from a text."""
    return {(str(s.claim), s.polarity) for s in read(text)}


def expected(notation: str) -> set[tuple[str, str]]:
    """(claim, polarity) from the notation `+shape(square) -hollow()`."""
    parts = re.findall(r'([+-])([a-z_]+\((?:"(?:[^"\\]|\\.)*"|[^()"])*\))', notation)
    return {(str(Claim.parse(claim)), SIGN[sign]) for sign, claim in parts}


Said = tuple[Claim, str]


def entailed(one: Said, by: list[Said]) -> bool:
    return any(p == one[1] and relation(c, one[0]) == ENTAILS for c, p in by)


def score(file: str) -> dict[str, float]:
    """Precision, recall and the number of polarity errors of the reader on a file of labelled texts.

    precision: share of the statements read that a labelled one of the same polarity entails; recall: share of
    the labelled ones that a statement read entails; flipped: statements read with the opposite polarity.
    """
    read_n = right = labelled_n = found = flipped = 0
    for line in (DATA / file).read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        labels = [(Claim.parse(s["claim"]), s["polarity"]) for s in case["statements"]]
        statements = [(s.claim, str(s.polarity)) for s in read(case["text"])]
        wrong = [s for s in statements if not entailed(s, labels)]
        other = {"asserted": "denied", "denied": "asserted"}
        flipped += sum(entailed((c, other[p]), labels) for c, p in wrong)
        read_n, right = read_n + len(statements), right + len(statements) - len(wrong)
        labelled_n, found = labelled_n + len(labels), found + sum(entailed(x, statements) for x in labels)
    return {"precision": right / read_n, "recall": found / labelled_n, "flipped": flipped}


@pytest.mark.parametrize(("text", "statements"), SENTENCES, ids=[t[:50] for t, _ in SENTENCES])
def test_sentence(text: str, statements: str) -> None:
    """A sentence gives exactly the statements that a careful person finds in it."""
    assert said(text) == expected(statements)


def test_texts_known_to_the_rules() -> None:
    """The texts that were looked at while rules were written are read almost without error."""
    result = score("reader_dev.jsonl")
    assert result["precision"] >= 0.97
    assert result["recall"] >= 0.96
    assert result["flipped"] == 0


def test_held_out_texts() -> None:
    """Texts that no rule was written for are read with few errors."""
    result = score("reader_held_out.jsonl")
    assert result["precision"] >= 0.85
    assert result["recall"] >= 0.8


def test_texts_of_a_real_model() -> None:
    """What the embedded model wrote, garbled sentences of its early checkpoint among it, is read with few errors."""
    result = score("reader_model_outputs.jsonl")
    assert result["precision"] >= 0.9
    assert result["recall"] >= 0.9


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
