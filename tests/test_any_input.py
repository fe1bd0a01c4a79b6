"""Whatever a file or reply holds, what reads it gives a result or an error of ours in one line.

Claims, suites, arts and descriptions have their own such tests (test_claims, test_suites, ascii_art/test_parse,
ascii_art/test_read); here are run folders, replays, answers and checks. What fuzzing found stands at the end.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_report import folder, lying, record

from grounding.claims import Claim
from grounding.errors import GroundingError, RunFolderError, SubjectError
from grounding.modality import modality
from grounding.passes import yes_no
from grounding.record_shape import record_fault
from grounding.report import render
from grounding.report.run_data import read_run
from grounding.scores import score
from grounding.store import read_controls, read_manifest, read_records
from grounding.subject import Settings, subject
from modalities.ascii_art import check, figlet

TEXTS = st.text(max_size=30) | st.text(st.characters(categories=("Cs", "Cc", "Cf", "Lu")), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
    | st.sampled_from(["ok", "holds", "blind", "shape()", "hollow()", "artifacts/x", "yes"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
KEYS = st.sampled_from(
    "suite case sample seed family cluster level partner modality instruction reply status reason artifact expected "
    "context_claims observed descriptions timing sha256 path claim verdict checker evidence describable leaked "
    "condition context text statements probes success polarity span cell answer p_yes boxes cells".split()
)


@contextmanager
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def tried(read: Callable[[], Any]) -> Any:
    """The result, or None after an error of ours in one line."""
    try:
        return read()
    except GroundingError as error:
        assert "\n" not in str(error)
        return None


def spots(value: Any) -> list[tuple[Any, Any]]:
    entries = list(
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return [(value, key) for key, _ in entries] + [spot for _, inner in entries for spot in spots(inner)]


@st.composite
def spoiled(draw: st.DrawFn) -> dict[str, Any]:
    """A record with up to three of its parts replaced, taken out or added to."""
    made = json.loads(json.dumps(lying()))
    for _ in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from(spots(made)))
        what = draw(st.sampled_from(["replace", "replace", "remove", "add"]))
        if what == "remove":
            del holder[key]
        elif what == "add" and isinstance(holder, dict):
            holder[draw(KEYS)] = draw(JSON)
        else:
            holder[key] = draw(JSON)
        if not spots(made):
            break
    return made


@settings(max_examples=150)
@given(spoiled())
def test_any_record_is_scored_and_drawn_or_refused(spoilt: dict[str, Any]) -> None:
    """A record with parts of other types, missing or foreign is scored and drawn, or refused in one line."""
    with scratch() as root:
        run = folder(root / "run", record("good"))
        with (run / "records.jsonl").open("a") as file:
            file.write(json.dumps(spoilt) + "\n")
        scores = tried(lambda: score(run))
        json.dumps(scores, allow_nan=False)
        page = tried(lambda: render([read_run(run, 10, lambda _: scores or {})]))
        assert page is None or page.count("<script>") == 1


@settings(max_examples=200)
@given(st.lists(st.binary(max_size=60) | JSON.map(lambda v: json.dumps(v).encode()), max_size=4))
def test_any_lines_are_records_or_refused(lines: list[bytes]) -> None:
    """Any bytes in the place of records, manifest and controls are read or refused in one line."""
    with scratch() as root:
        run = folder(root / "run")
        data = b"\n".join(lines)
        for name, read in (
            ("records.jsonl", lambda: list(read_records(run))),
            ("controls.json", lambda: read_controls(run)),
            ("run.json", lambda: read_manifest(run)),
        ):
            (run / name).write_bytes(data)
            tried(read)


@settings(max_examples=100)
@given(JSON, st.sampled_from(["suites", "subject", "checkers", "started", "counts", "conditions", "seed"]))
def test_any_manifest_is_shown_or_refused(value: Any, key: str) -> None:
    """A manifest with any JSON under one of its keys makes a report, or is refused in one line."""
    with scratch() as root:
        run = folder(root / "run", record())
        manifest = json.loads((run / "run.json").read_text())
        (run / "run.json").write_text(json.dumps({**manifest, key: value}))
        scores = tried(lambda: score(run))
        json.dumps(scores, allow_nan=False)
        tried(lambda: render([read_run(run, 10, lambda _: scores or {})]))


REPLAYED = st.dictionaries(
    st.sampled_from("case instruction sample artifact artifact_path descriptions probes success".split()),
    JSON | st.sampled_from(["c1", "x", {"blind": "A square."}, {"shape(circle)": "Yes."}]),
    max_size=6,
)  # fmt: skip


@pytest.mark.parametrize("name", ["replies.jsonl", "records.jsonl"])
@settings(max_examples=150)
@given(data=st.lists(REPLAYED | spoiled() | JSON, max_size=3), raw=st.binary(max_size=20))
def test_any_file_is_replayed_or_refused(name: str, data: list[Any], raw: bytes) -> None:
    """Any lines in the place of a replay make a subject, or are refused in one line."""
    with scratch() as root:
        path = root / name
        path.write_bytes(b"\n".join([*(json.dumps(line).encode() for line in data), raw]))
        made = tried(lambda: subject(f"replay:{path}", Settings()))
        assert made is None or json.dumps(made.fingerprint())


@given(TEXTS | st.text("yesnoYESNO .,!*:'\n answer", max_size=40))
def test_any_answer_is_yes_no_or_unclear(text: str) -> None:
    """An answer is read as one of three, and what follows its first line of words changes nothing."""
    assert yes_no(text) in ("yes", "no", "unclear")
    assert yes_no("Yes. " + text.replace("o", "").replace("O", "")) in ("yes", "unclear")


ARTS = st.lists(st.text(" #*/\\|_-+=oO().", max_size=12), min_size=1, max_size=6)


@settings(max_examples=100)
@given(ARTS, st.sampled_from(sorted(modality("ascii_art").predicates)), st.lists(JSON, max_size=3))
def test_any_claim_is_decided_or_refused(rows: list[str], name: str, args: list[Any]) -> None:
    """A claim with any arguments gets a verdict with a reason in one line, or is refused."""
    of = modality("ascii_art")
    artifact = tried(lambda: of.parse("```\n" + "\n".join(rows) + "\n```"))
    claim = Claim(name, tuple(a for a in args if isinstance(a, str | int) and not isinstance(a, bool)))
    for verdict in (tried(lambda: of.check(artifact, [claim])) or []) if artifact else []:
        assert verdict.value in ("holds", "fails", "unknown")
        assert "\n" not in verdict.evidence["reason"]
        json.dumps(verdict.json(), allow_nan=False)


# --- what fuzzing found -----------------------------------------------------------------------------


def test_a_figure_of_no_kind_is_no_word() -> None:
    """An art whose only figure is of no kind is no reason to say that it is no word."""
    art = modality("ascii_art").parse("```\n|-=|#-#\n```")
    (verdict,) = modality("ascii_art").check(art, [Claim("text", ("CAT",))])
    assert verdict.value in ("fails", "unknown")


def test_a_long_word_beside_unknown_ink() -> None:
    """A word of ten thousand letters is matched against letters between unknown ink without trying all splits."""
    known, unknown = (
        figlet.Letter(frozenset("Aa"), (0, 1), (0, 1)),
        figlet.Letter(frozenset(), (0, 1), (0, 1)),
    )
    partial = figlet.Word((known, unknown) * 6 + (known,), "banner", "full")
    assert not check._may_be("A" * 9_990 + "B" + "A" * 5 + "B", partial)
    assert check._may_be("A" * 9_990, partial) and check._may_be("ABACADAEAFAGA", partial)
    assert not check._may_be("AAAAAB", partial) and not check._may_be("AAAAAA", partial)


@pytest.mark.parametrize("claim", ["shape()", "count(square)", "left_of(x)", "bars()", "nonsense(1)"])
@pytest.mark.parametrize("field", ["expected", "observed"])
def test_a_claim_outside_the_vocabulary_is_named(field: str, claim: str, tmp_path: Path) -> None:
    """A record's claim with another number of arguments is an error that says which record holds it."""
    spoilt = json.loads(json.dumps(lying("mine")))
    spoilt[field][0]["claim"] = claim
    with pytest.raises(RunFolderError, match=r"case 'mine'\) holds"):
        score(folder(tmp_path / "run", spoilt))


@pytest.mark.parametrize("field", ["suite", "reply", "reason", "descriptions", "artifact"])
def test_a_record_without_a_field_is_not_drawn(field: str, tmp_path: Path) -> None:
    """The report names the record and the field that it lacks."""
    run = folder(tmp_path / "run", {k: v for k, v in lying().items() if k != field})
    with pytest.raises(RunFolderError, match=f"record 1 lacks '{field}'"):
        read_run(run, 10, lambda _: {})


def test_an_unknown_key_of_a_replay_cannot_break_its_line(tmp_path: Path) -> None:
    """A key of any letters is named in one line."""
    (tmp_path / "r.jsonl").write_text(json.dumps({"case": "c", "artifact": "x", "a\nforged: b": 1}))
    with pytest.raises(SubjectError, match=r"unknown key 'a\\nforged: b'; known"):
        subject(f"replay:{tmp_path / 'r.jsonl'}", Settings())


@pytest.mark.parametrize("text", ["\ud800", "x\udfff\ud800", "\U0001f600"])
def test_lone_surrogates_of_a_model_are_kept(text: str, tmp_path: Path) -> None:
    """A reply or description with lone surrogates is a record like any other."""
    told = lying() | {"reply": text, "instruction": text, "family": text}
    told["descriptions"][0]["text"] = text
    assert record_fault(told) is None
    assert score(folder(tmp_path / "run", told))["modalities"]["ascii_art"]["counts"]["ok"] == 1


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "[" * 100_000])
def test_numbers_and_nesting_that_are_no_json(number: str, tmp_path: Path) -> None:
    """What JSON cannot write again is refused where it is read."""
    run = folder(tmp_path / "run", record())
    (run / "run.json").write_text(f'{{"format": "grounding-run", "schema": 1, "seed": {number}}}')
    with pytest.raises(RunFolderError, match="not readable as a manifest"):
        score(run)
