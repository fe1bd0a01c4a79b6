"""The local engine: results do not depend on how the work is dealt, and a fault costs its own record only."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from grounding import suites
from grounding.engine import local
from grounding.errors import SubjectError
from grounding.evaluate import run
from grounding.modality import modality
from grounding.passes import CONDITIONS, Trial
from grounding.store import read_manifest, read_records
from grounding.subject import Answer, Failure, Request, Settings, subject

SUITE = suites.load("ascii_art", 9)
CASES = suites.chosen(SUITE, 9)
TRIALS = [Trial(c, SUITE.by_id().get(c.partner or ""), 0, 0) for c in CASES]
BAD = CASES[4].id
Fault = Callable[[list[Any], Sequence[Request]], Any]


class Faulty:
    """The echo control with a fault in one method: `fault` is given its replies and the batch."""

    spec = "faulty"

    def __init__(self, method: str, fault: Fault, batch_size: int = 4):
        self.batch_size = batch_size
        self._echo = subject("control:echo", Settings())
        self._method, self._fault = method, fault

    def fingerprint(self) -> dict[str, Any]:
        return {"kind": "faulty"}

    def _replies(self, method: str, batch: Sequence[Request]) -> Any:
        replies = getattr(self._echo, method)(batch)
        return self._fault(replies, batch) if method == self._method else replies

    def generate(self, batch: Sequence[Request]) -> Any:
        return self._replies("generate", batch)

    def describe(self, batch: Sequence[Request]) -> Any:
        return self._replies("describe", batch)

    def probe(self, batch: Sequence[Request]) -> Any:
        return self._replies("probe", batch)


def results(
    model: Any, trials: Sequence[Trial] = TRIALS, workers: int = 0, size: int | None = None
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def emit(done: list[local.Done]) -> None:
        for record, artifact in done:
            assert (record.pop("timing") or {}).keys() == {"generate", "check", "describe"}
            assert (artifact and artifact.sha256) == (record["artifact"] and record["artifact"]["sha256"])
            found.append(record)

    local.run(trials, "ascii_art", model, CONDITIONS, workers, emit, size)
    return found


def sound() -> list[dict[str, Any]]:
    return results(subject("control:echo", Settings()))


@pytest.mark.parametrize(("workers", "size"), [(0, 1), (0, 7), (0, 32), (1, 7), (2, 1)])
def test_records_do_not_depend_on_how_the_work_is_dealt(workers: int, size: int) -> None:
    """Batches of 1, 7 and 32, in this process or in workers, give the same records in the trials' order."""
    found = results(subject("control:echo", Settings(batch_size=size)), workers=workers)
    assert found == sound()
    assert [r["case"] for r in found] == [c.id for c in CASES]


def test_records_do_not_depend_on_the_order_of_cases() -> None:
    """A case's record is the same whichever cases come before it."""
    by_case = {r["case"]: r for r in results(subject("control:echo", Settings(batch_size=4)), TRIALS[::-1])}
    assert by_case == {r["case"]: r for r in sound()}


def raises(replies: list[Any], batch: Sequence[Request]) -> Any:
    if any(request.case.id == BAD for request in batch):
        raise RuntimeError("out of luck")
    return replies


def one_less(replies: list[Any], batch: Sequence[Request]) -> Any:
    return [reply for reply, request in zip(replies, batch, strict=True) if request.case.id != BAD]


def of_type(value: Any) -> Fault:
    return lambda replies, batch: [
        value if request.case.id == BAD else reply for reply, request in zip(replies, batch, strict=True)
    ]


@pytest.mark.parametrize("method", ["generate", "describe", "probe"])
@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (raises, "RuntimeError: out of luck"),
        (one_less, "subject gave 0 answers for a batch of 1"),
        (of_type(None), "subject gave NoneType"),
        (of_type(7), "subject gave int"),
        (of_type(Failure("HTTP 503")), "HTTP 503"),
    ],
)
def test_a_fault_of_the_subject_is_an_error_of_that_record(method: str, fault: Fault, why: str) -> None:
    """Whatever a subject raises or gives for one request: its record is an error, all others are as ever."""
    found, expected = results(Faulty(method, fault)), sound()
    for record, right in zip(found, expected, strict=True):
        if record["case"] != BAD:
            assert record == right
        else:
            assert record["status"] == "error" and why in record["reason"] and record["descriptions"] == []


@pytest.mark.parametrize("given", [None, "text", 5, {"a": 1}])
def test_answers_that_are_no_list_are_errors(given: Any) -> None:
    """A subject that gives something else than a list fails each of its requests, and the run ends well."""
    found = results(Faulty("generate", lambda replies, batch: given))
    assert {r["status"] for r in found} == {"error"} and type(given).__name__ in found[0]["reason"]


def test_an_answer_that_is_no_number_keeps_its_words() -> None:
    """NaN as p_yes is stored as null; the record stays ok."""
    record = results(Faulty("probe", of_type(Answer("Yes", float("nan")))))[4]
    assert record["status"] == "ok"
    for description in record["descriptions"]:
        assert {(p["answer"], p["p_yes"]) for p in description["probes"]} == {("yes", None)}


def test_what_is_absent_is_left_out() -> None:
    """Failure(absent=True) drops the description or answer, the record stays ok; a reply is an error."""
    absent = of_type(Failure("not on record", absent=True))
    described, probed, made = (results(Faulty(m, absent))[4] for m in ("describe", "probe", "generate"))
    assert (described["status"], described["descriptions"]) == ("ok", [])
    assert probed["status"] == "ok" and [d["condition"] for d in probed["descriptions"]] == list(CONDITIONS)
    assert all(d["probes"] == [] and d["success"] is None for d in probed["descriptions"])
    assert (made["status"], made["reason"]) == ("error", "not on record")


def test_the_first_fault_is_the_reason() -> None:
    """Where a description and its probes fail, the reason names the description."""
    model = Faulty("describe", lambda replies, batch: [Failure("no words")] * len(replies))
    model.probe = lambda batch: [Failure("no answers")] * len(batch)  # type: ignore[method-assign]
    assert {r["reason"] for r in results(model)} == {"describe, blind: no words"}


def breaking(
    real: Callable[..., Any], bad: Callable[..., bool], give: Callable[[Any], Any]
) -> Callable[..., Any]:
    return lambda self, *args: give(real(self, *args)) if bad(*args) else real(self, *args)


def divided(_: Any) -> Any:
    raise ZeroDivisionError("at row 3")


@pytest.mark.parametrize("method", ["check", "observe", "words", "read"])
def test_a_checker_or_reader_that_raises_fails_one_record(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checker, or the reader, that raises on one artifact is an error of ours, of that record only."""
    art, expected = type(modality("ascii_art")), sound()
    text = next(d["text"] for d in expected[4]["descriptions"] if d["condition"] == "instructed")
    digest = expected[4]["artifact"]["sha256"]

    def bad(given: Any, *_: Any) -> bool:
        return given == text or getattr(given, "sha256", "") == digest

    monkeypatch.setattr(art, method, breaking(getattr(art, method), bad, divided))  # fmt: skip
    for record, right in zip(sound(), expected, strict=True):
        same = right["artifact"]["sha256"] == digest or text in [d["text"] for d in right["descriptions"]]
        if not same or (method != "read" and right["artifact"]["sha256"] != digest):
            assert record == right
        else:
            assert record["status"] == "error" and "ZeroDivisionError: at row 3" in record["reason"]
            assert record["reply"] is None or record["reply"] == right["reply"]


def test_evidence_that_is_no_json_fails_one_record(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A checker whose evidence cannot be stored (a set, NaN) fails its record, and the run goes on."""
    from dataclasses import replace

    art, digest = type(modality("ascii_art")), sound()[4]["artifact"]["sha256"]
    real = art.check

    def check(self: Any, artifact: Any, claims: Any, case: Any = None) -> Any:
        verdicts = real(self, artifact, claims, case)
        value = {1} if artifact.sha256 == digest else 0
        return [replace(v, evidence={"reason": "x", "cells": value}) for v in verdicts]

    monkeypatch.setattr(art, "check", check)
    run("ascii_art", "control:echo", tmp_path, n=9)
    statuses = {r["case"]: (r["status"], r["reason"]) for r in read_records(tmp_path)}
    assert statuses[BAD][0] == "error" and "not JSON serializable" in str(statuses[BAD][1])
    assert sum(status == "ok" for status, _ in statuses.values()) >= 6


def test_a_run_with_faults_ends_and_counts_them(tmp_path: Path) -> None:
    """A run on a faulty subject is finished, its errors counted, and resuming retries exactly those."""
    run("ascii_art", Faulty("describe", raises), tmp_path, n=9, controls=False)
    manifest = read_manifest(tmp_path)
    assert manifest["finished"] and manifest["counts"] == {"error": 1, "ok": 8}
    before = {r["case"]: r for r in read_records(tmp_path)}
    run("ascii_art", Faulty("describe", lambda r, b: r), tmp_path, n=9, controls=False, resume=True)
    after = {r["case"]: r for r in read_records(tmp_path)}
    assert read_manifest(tmp_path)["counts"] == {"ok": 9}
    assert {c for c in after if before[c] != after[c]} == {BAD}


def test_a_batch_size_that_would_do_nothing_is_refused(tmp_path: Path) -> None:
    """A subject with batch_size 0 is an error, not a run without records."""
    with pytest.raises(SubjectError, match="batch_size is 0"):
        run("ascii_art", Faulty("probe", raises, 0), tmp_path / "run", n=2)
    assert not (tmp_path / "run").exists()


def test_a_fingerprint_that_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    """A fingerprint that is no JSON is an error that names the subject."""
    model = Faulty("probe", raises)
    model.fingerprint = lambda: {"weights": object()}  # type: ignore[method-assign, assignment, return-value]
    with pytest.raises(SubjectError, match=r"faulty: fingerprint.* not JSON-able"):
        run("ascii_art", model, tmp_path / "run", n=2)


def test_records_are_storable_as_they_come() -> None:
    """What the engine emits is plain JSON: what is stored is what was emitted."""
    assert json.loads(json.dumps(sound(), allow_nan=False)) == sound()
