"""What bench/fuzz.py feeds: for each target a function of bytes, its seeds, and what must be true of any input.

A target raises AssertionError where a promise is broken; errors of the package are promises kept. Inputs are
bytes as the fuzzer mutates them. `reader` and `check` read them as indices into a vocabulary (the words of the
labelled texts, the characters of drawings), so that a mutation swaps words and deep rules are reached.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grounding import store, suites
from grounding.claims import FAILS, HOLDS, UNKNOWN, Claim
from grounding.errors import ClaimError, GroundingError, Malformed
from grounding.evaluate import run
from grounding.modality import claim_for, modality
from grounding.passes import yes_no
from grounding.report import inert, read_run, render
from grounding.report.drawing import drawing
from grounding.score_table import Table
from grounding.scores import meaning, score

# The rooms of a modality are loaded when they are needed; here at once, so that the fuzzer sees into them.
from modalities.ascii_art import check as _check  # noqa: F401
from modalities.ascii_art import parse as _parse  # noqa: F401
from modalities.ascii_art import read as _read  # noqa: F401
from modalities.ascii_art import relate as _relate  # noqa: F401

ROOT = Path(__file__).resolve().parents[1]
LABELLED = ROOT / "modalities" / "ascii_art" / "labelled"
SHARED = Path("/dev/shm")  # files that are rewritten for every input belong in memory
MOST_CASES = 20  # a suite may ask for a million cases of a family, which is work, not a fault
WHOLE = 1024  # every so often a record goes through scores and report whole, which takes half a second
DRAWN = " #*/\\|_-+=oO().'`\n"


@dataclass(frozen=True, slots=True)
class Target:
    """`feed` takes one input; `seeds` are good inputs; `tokens` are for the fuzzer's dictionary."""

    feed: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    max_len: int
    tokens: tuple[str, ...] = ()


def one_line(error: Exception) -> None:
    """Every error of ours is one line."""
    assert "\n" not in str(error), f"an error of several lines: {str(error)!r}"


def decoded(data: bytes) -> str:
    """Any bytes as text; what is no UTF-8 becomes lone surrogates, which texts may hold."""
    return data.decode("utf-8", "surrogateescape")


def scratch() -> Path:
    return Path(tempfile.mkdtemp(prefix="fuzz", dir=SHARED if SHARED.is_dir() else None))


# --- claims -----------------------------------------------------------------------------------------


def claims(data: bytes) -> None:
    text = decoded(data)
    try:
        claim = Claim.parse(text)
    except ClaimError as error:
        assert 0 <= error.position <= len(text)
        one_line(error)
        return
    written = str(claim)
    assert Claim.parse(written) == claim and str(Claim.parse(written)) == written
    assert written.isprintable()


def claim_seeds() -> list[bytes]:
    found = {str(c) for name in suites.shipped() for case in suites.load(name).cases for c in case.expects}
    nested = ["before(pickup(red ball), open(blue door))", 'text("a\\u202e\\"")', 'a("12", -5, b(c(d())))']
    return [text.encode() for text in (*sorted(found), *nested)]


# --- replies ----------------------------------------------------------------------------------------


def replies(data: bytes) -> None:
    of, text = modality("ascii_art"), decoded(data)
    assert yes_no(text) in ("yes", "no", "unclear")
    assert inert(inert(text)) == inert(text)
    assert all(inert(row) == row for row in drawing(data).rows)
    try:
        artifact = of.parse(text)
    except Malformed as error:
        one_line(error)
        return
    rows = artifact.text.split("\n")
    assert inert(artifact.text) == artifact.text and any(row.strip() for row in rows)
    assert not any(row.endswith(" ") for row in rows) and rows[0] and rows[-1]
    of.words(artifact)


def reply_seeds() -> list[bytes]:
    of = modality("ascii_art")
    arts = [of.oracle(case) for family in of.families for case in of.cases(family, 4, 1)]
    wrapped = [f"Here you are:\n```\n{art}\n```\nEnjoy!" for art in arts[:5]]
    answers = ["Yes.", "No, it is not.", "**Answer:** yes", "Yes or no?", "\x1b[31m##\x1b[0m\r\n##\t#"]
    return [str(text).encode() for text in (*arts, *wrapped, *answers)]


# --- reader -----------------------------------------------------------------------------------------


def labelled() -> list[str]:
    lines = [
        line
        for file in sorted(LABELLED.glob("texts_*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    ]
    return [json.loads(line)["text"] for line in lines]


PARTS = re.compile(r"\w+(?:'\w+)?|[^\w\s]|\n")


def vocabulary() -> list[str]:
    """Every word and mark of the labelled texts, and what no labelled text has."""
    words = {part for text in labelled() for part in PARTS.findall(text)}
    odd = [
        "\u202e",
        "\x00",
        "\ud800",
        "🙂",
        "ß",
        "'",
        '"',
        "`",
        "```",
        "**",
        "5x7",
        "12.5",
        "#3",
        "w/o",
        "§t",
    ]
    return [*odd, *sorted(words)]


VOCABULARY = vocabulary()


def reader(data: bytes) -> None:
    """An odd first byte: the rest is text as it stands; an even one: pairs of bytes are words."""
    of = modality("ascii_art")
    text = decoded(data[1:]) if data[:1] and data[0] % 2 else " ".join(words_of(data[1:]))
    found = of.read(text)
    spans = [s.span for s in found]
    assert spans == sorted(spans) and all(0 <= a < b <= len(text) for a, b in spans), (text, spans)
    for s in found:
        assert s.polarity in ("asserted", "denied")
        assert claim_for(of, str(s.claim)) == s.claim, (text, s)
    if len(data) % 16 == 0:
        assert of.read(text) == found, text


def words_of(data: bytes) -> Iterator[str]:
    for i in range(0, len(data) - 1, 2):
        yield VOCABULARY[(data[i] << 8 | data[i + 1]) % len(VOCABULARY)]


def reader_seeds() -> list[bytes]:
    place = {word: i for i, word in enumerate(VOCABULARY)}
    sentences = [PARTS.findall(s) for text in labelled() for s in re.split(r"(?<=[.!?])\s+", text)]
    coded = [b"\0" + b"".join(place[w].to_bytes(2, "big") for w in words[:16]) for words in sentences]
    return [
        *coded,
        b"\1A hollow square, not filled.",
        b"\1\xff\xfe \x00 \xe2\x80\xae",
        b"\1| a | b |\n> no\n- [ ] x",
    ]


# --- suites -----------------------------------------------------------------------------------------


class Suites:
    """Bytes as a suite file. Families are held small: how many cases a suite asks for is its own affair."""

    def __init__(self) -> None:
        self.path = scratch() / "suite.yaml"
        of: Any = type(modality("ascii_art"))
        whole = of.cases
        of.cases = lambda self, family, n, seed: whole(self, family, min(n, MOST_CASES), seed)

    def __call__(self, data: bytes) -> None:
        self.path.write_bytes(data)
        try:
            loaded = suites.load(str(self.path))
        except GroundingError as error:
            one_line(error)
            assert str(error).startswith(f"{self.path}"), str(error)
            return
        assert loaded.cases and len(loaded.digest) == 64
        assert len(loaded.by_id()) == len(loaded.cases)
        json.dumps([case.json() for case in loaded.cases], allow_nan=False)


def suite_seeds() -> list[bytes]:
    head = "name: s\nmodality: ascii_art\n"
    case = '  - id: a\n    instruction: "x"\n    expects: ["hollow()"]\n'
    more = "    family: f\n    cluster: k\n    partner: b\n    level: hard\n    data: {k: [1, 2.5, null]}\n"
    other = (
        "  - id: b\n    family: f\n    instruction: 'y'\n    expects: [filled()]\n    oracle: |\n      ##\n"
    )
    text = head + "seed: 3\ndescription: >\n  d\nfamilies: [{family: word, n: 2}]\n"
    return [
        part.encode() for part in (head + "cases:\n" + case, head + "cases:\n" + case + more + other, text)
    ]


# --- records ----------------------------------------------------------------------------------------

ODD = (
    None, True, False, 0, 1, -1, 2**70, -0.5, 1e308, float("nan"), float("inf"), "", "x", "\ud800", "\u202e",
    "<script>", "ok", "error", "holds", "yes", "blind", "hollow()", "shape(circle)", "a(", "../../etc/passwd",
    "shape()", "count(square)", "bars()", "bars(x)", "left_of(1, 2)", "text(\"\")", "width(99999999999999999999)",
    [], {}, [[]], [1, 2], [[0, 0]], [[1, 2, 3, 4]], {"a": 1}, [None], ["x"], {"": {}}, "x" * 2000,
)  # fmt: skip


class Records:
    """Bytes as changes to a real record and manifest, which are then read, scored and drawn."""

    def __init__(self) -> None:
        self.folder = scratch()
        made = run("ascii_art", "control:echo", scratch() / "run", n=14, controls=False)
        self.lines = [json.loads(line) for line in (made / "records.jsonl").read_text().splitlines()]
        for path in (made / "artifacts").iterdir():
            (self.folder / "artifacts").mkdir(exist_ok=True)
            (self.folder / "artifacts" / path.name).write_bytes(path.read_bytes())
        self.manifest = json.loads((made / "run.json").read_text())
        self.meaning = meaning(modality("ascii_art"))
        self.fed = 0

    def __call__(self, data: bytes) -> None:
        self.fed += 1
        line = changed(self.lines[data[0] % len(self.lines)] if data else {}, data[1:])
        whole = self.fed % WHOLE == 0
        (self.folder / "records.jsonl").write_bytes(line + b"\n")
        manifest = (
            changed(self.manifest, data[1:])
            if whole and len(data) % 2
            else json.dumps(self.manifest).encode()
        )
        if whole or self.fed == 1:
            (self.folder / "run.json").write_bytes(manifest)
        try:
            table = Table("ascii_art", self.meaning)
            for _, record in store.lines(self.folder):
                table.add(record)
            if whole:
                json.dumps(score(self.folder), allow_nan=False)
                page = render([read_run(self.folder, 10, score)])
                assert page.count("<script>") == 1 and "\u202e" not in page
        except GroundingError as error:
            one_line(error)


def changed(value: Any, data: bytes) -> bytes:
    """The value with one change for every four bytes, as JSON; the last bytes may replace text in it."""
    copy = json.loads(json.dumps(value))
    for i in range(0, min(len(data), 16) - 3, 4):
        spots = list(places(copy))
        if not spots:
            break
        holder, key = spots[(data[i] << 8 | data[i + 1]) % len(spots)]
        what = data[i + 3] % (len(ODD) + 4)
        if what < len(ODD):
            holder[key] = deepcopy(ODD[what])
        elif what == len(ODD):
            del holder[key]
        elif isinstance(holder, list):
            holder.append(deepcopy(holder[key]))
        else:
            holder[key] = [holder[key]]
    text = json.dumps(copy).encode()
    if len(data) > 16:
        at = (data[16] << 8) % max(1, len(text))
        text = text[:at] + data[17:].replace(b"\n", b" ") + text[at + len(data) - 17 :]
    return text


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key or index) in nested JSON."""
    entries = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, inner in list(entries):
        yield value, key
        yield from places(inner)


def record_seeds() -> list[bytes]:
    return [bytes([i % 14, i * 7 % 256, i * 31 % 256, 0, i % 40]) for i in range(256)]


# --- check ------------------------------------------------------------------------------------------


def check(data: bytes) -> None:
    of = modality("ascii_art")
    try:
        artifact = of.parse("```\n" + "".join(DRAWN[b % len(DRAWN)] for b in data) + "\n```")
    except Malformed:
        return
    facts = of.observe(artifact)
    asked = [*(v.claim for v in facts), *CLAIMS]
    verdicts = of.check(artifact, asked)
    assert [v.claim for v in verdicts] == asked
    for verdict in verdicts:
        assert verdict.value in (HOLDS, FAILS, UNKNOWN)
        assert "\n" not in verdict.evidence["reason"]
        json.dumps(verdict.json(), allow_nan=False)
    for fact, verdict in zip(facts, verdicts, strict=False):
        assert fact.value == verdict.value, f"{fact.claim}: observed {fact.value}, checked {verdict.value}"


CLAIMS = [Claim.parse(text) for text in (
    "text(CAT)", "font(banner)", "shape(square)", "shape(circle)", "hollow()", "filled()", "width(5)",
    'charset("#")', "count(triangle, 2)", "symmetric(vertical)", "face(smiling)", "framed()", "bars(3, 5)",
    "left_of(square, circle)", "above(line, diamond)", "depicts(cat)",
)]  # fmt: skip


def check_seeds() -> list[bytes]:
    of = modality("ascii_art")
    arts = [str(of.oracle(case)) for family in of.families for case in of.cases(family, 6, 2)]
    return [bytes(max(DRAWN.find(c), 0) for c in art) for art in arts]


MARKS = ('"', "(", ")", ", ", "\\u202e", "\\\\", "```", "~~~", "\x1b[", "\r\n", "- ", ": ", "|", ">", "{", "[", "&a",
         "*a", "!!", "<<: ", "---", "'", "cases:", "expects:", "yes", "no", "answer")  # fmt: skip

TARGETS: dict[str, Callable[[], Target]] = {
    "claims": lambda: Target(claims, claim_seeds, 200, MARKS),
    "replies": lambda: Target(replies, reply_seeds, 400, MARKS),
    "reader": lambda: Target(reader, reader_seeds, 33),
    "suites": lambda: Target(Suites(), suite_seeds, 500, MARKS),
    "records": lambda: Target(Records(), record_seeds, 40),
    "check": lambda: Target(check, check_seeds, 300),
}

__all__ = ["TARGETS", "Target"]
