"""Subjects that fail in every way there is: their requests are errors, all others are as ever, and resume retries."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from crashing import CASES, command, content, finished, place

from grounding.errors import SubjectError
from grounding.evaluate import run
from grounding.store import read_manifest, read_records
from grounding.subject import Request, Settings, subject

# One fault a case, in the method that FAULTY names; the cases of a batch of four are neighbours.
FAULTY = """
import os, resource, sys, time
from grounding.subject import Answer, Failure, Settings, subject

resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))

class Slow:
    batch_size = 4
    def __init__(self):
        self.echo = subject("control:echo", Settings())
    def _asked(self, method, batch):
        replies = getattr(self.echo, method)(batch)
        if method != os.environ.get("FAULTY"):
            return replies
        for i, request in enumerate(batch):
            replies = self._fault(request.case.id, replies, i)
        return replies
    def _fault(self, case, replies, i):
        if case == "t1": raise RuntimeError("out of luck")
        if case == "t2": replies[i] = None
        if case == "t3": replies[i] = object()
        if case == "t5": return replies[1:]
        if case == "t6": return replies * 2
        if case == "t8": raise MemoryError()
        if case == "t9": bytearray(8 << 30)
        if case == "t11": sys.exit(5)
        if case == "t13": os._exit(7)
        if case == "t14": replies[i] = Failure(7)
        if case == "t17": time.sleep(1000)
        return replies
    def generate(self, batch): return self._asked("generate", batch)
    def describe(self, batch): return self._asked("describe", batch)
    def probe(self, batch): return self._asked("probe", batch)
"""
REASONS = {
    "t1": "RuntimeError: out of luck", "t2": "gave NoneType", "t3": "gave object", "t5": "gave 0 answers",
    "t6": "gave 2 answers", "t8": "MemoryError", "t9": "MemoryError", "t11": "SystemExit: 5",
    "t13": "process exited with 7", "t14": "7", "t17": "timeout after 2 s",
}  # fmt: skip


@pytest.mark.parametrize("method", ["generate", "describe", "probe"])
def test_each_fault_costs_its_own_record(method: str, tmp_path: Path) -> None:
    """Raised errors, wrong types and numbers, no memory (raised, and real under RLIMIT_AS), exits and a batch that
    never returns: each is an error with its reason, a timeout of its batch; resuming mends them all."""
    place(tmp_path, FAULTY)
    arguments = command("run", "--workers", 0, "--batch-size", 4, "--timeout", 2)
    code, _, err = finished(tmp_path, arguments, FAULTY=method)
    assert (code, err) == (0, "")
    failed = {r["case"]: r["reason"] for r in read_records(tmp_path / "run") if r["status"] == "error"}
    assert set(REASONS) <= set(failed), set(REASONS) - set(failed)
    assert all(reason in failed[case] for case, reason in REASONS.items())
    neighbours = set(failed) - set(REASONS)
    assert neighbours <= {"t16", "t18", "t19"}  # of the batch that timed out
    assert all("timeout after 2 s" in failed[case] for case in neighbours)
    assert finished(tmp_path, [*arguments, "--resume"])[0] == 0
    assert read_manifest(tmp_path / "run")["counts"] == {"ok": CASES}
    assert finished(tmp_path, command("whole", "--workers", 0))[0] == 0
    assert content(tmp_path / "run") == content(tmp_path / "whole")


ODD = """
from grounding.subject import Answer

class Slow:
    batch_size = 8
    def generate(self, batch):
        odd = {"t0": "|" * 3_000_000, "t1": "\\\\ud800|", "t2": "", "t3": b"\\xff\\xfe", "t4": "\\0" * 9}
        return [odd.get(r.case.id, "|") for r in batch]
    def describe(self, batch):
        odd = {"t5": "5 " * 200_000, "t6": "\\\\udfff 1 mark", "t7": ""}
        return [odd.get(r.case.id, "1 mark") for r in batch]
    def probe(self, batch):
        odd = {"t8": float("nan"), "t9": -1, "t10": 1.5, "t11": "0.5", "t12": float("inf"), "t13": [1]}
        return [Answer("Yes", odd.get(r.case.id, 0.5)) for r in batch]
""".replace("\\\\u", "\\u")


def test_odd_texts_and_numbers_are_kept_or_null(tmp_path: Path) -> None:
    """Huge texts, lone surrogates, bytes and control characters are replies like others; p_yes that is no
    probability is null. Nothing of it stops the run or makes the folder unreadable."""
    place(tmp_path, ODD)
    code, _, err = finished(tmp_path, command("run", "--workers", 1))
    assert (code, err) == (0, "")
    records = {r["case"]: r for r in read_records(tmp_path / "run")}
    assert len(records) == CASES
    assert len(records["t0"]["reply"]) == 3_000_000 and records["t0"]["status"] == "ok"
    assert records["t1"]["reply"] == "\ud800|" and records["t1"]["status"] == "malformed"
    assert records["t2"]["status"] == records["t4"]["status"] == "malformed"
    for case in ("t8", "t9", "t10", "t11", "t12", "t13"):
        probes = [p for d in records[case]["descriptions"] for p in d["probes"]]
        assert records[case]["status"] == "ok" and {p["p_yes"] for p in probes} == {None}
    assert {p["p_yes"] for d in records["t14"]["descriptions"] for p in d["probes"]} == {0.5}


class Hanging:
    """The echo control as an object of the library's user; it hangs on one case."""

    spec, batch_size = "hanging", 2

    def __init__(self, case: str):
        self._case, self._echo = case, subject("control:echo", Settings())

    def fingerprint(self) -> dict[str, Any]:
        return {"kind": "hanging"}

    def generate(self, batch: Sequence[Request]) -> Any:
        if any(request.case.id == self._case for request in batch):
            time.sleep(1000)
        return self._echo.generate(batch)

    def describe(self, batch: Sequence[Request]) -> Any:
        return self._echo.describe(batch)

    def probe(self, batch: Sequence[Request]) -> Any:
        return self._echo.probe(batch)


def test_an_object_that_hangs_ends_the_run_cleanly(tmp_path: Path) -> None:
    """An object that cannot be made again: its batch is an error, the run ends with what to do, resume goes on."""
    settings = Settings(timeout=0.5)
    ids = [r["case"] for r in read_records(run("ascii_art", "control:echo", tmp_path / "whole", n=8))]
    with pytest.raises(SubjectError, match=r"hanging: timeout after 0.5 s.*--resume goes on"):
        run("ascii_art", Hanging(ids[4]), tmp_path / "run", n=8, settings=settings, controls=False)
    found = {r["case"]: r for r in read_records(tmp_path / "run")}
    assert [found[i]["status"] for i in ids[:2]] == ["ok", "ok"]
    assert {found[i]["reason"] for i in ids[4:6]} == {"timeout after 0.5 s"} and not set(ids[6:]) & set(found)
    run("ascii_art", Hanging(""), tmp_path / "run", n=8, settings=settings, controls=False, resume=True)
    assert content(tmp_path / "run") == content(tmp_path / "whole")


IN_PROCESS = '''
import os, time
from tally_marks import Scribe

class Sleepy(Scribe):
    spec = "sleepy"
    def generate(self, batch):
        if os.environ.get("HANG", "") in [r.case.id for r in batch]:
            time.sleep(1000)
        return super().generate(batch)

def sleepy(argument, settings):
    """Hangs on the case that HANG names."""
    made = Sleepy()
    made.batch_size = settings.batch_size
    return made
'''


def test_a_subject_in_this_process_is_made_again(tmp_path: Path) -> None:
    """One made from a spec is left in its thread and made anew: its batch is an error, the run goes on."""
    place(tmp_path, IN_PROCESS, subjects="sleepy = slow_subject:sleepy")
    arguments = command("run", "--workers", 0, "--timeout", 1, "--batch-size", 4, "--subject", "sleepy")
    code, out, err = finished(tmp_path, arguments, HANG="t5")
    assert (code, err) == (0, "") and f"4 error, {CASES - 4} ok" in out
    failed = {r["case"]: r["reason"] for r in read_records(tmp_path / "run") if r["status"] == "error"}
    assert failed == dict.fromkeys(["t4", "t5", "t6", "t7"], "timeout after 1 s")
    assert finished(tmp_path, [*arguments, "--resume"])[0] == 0
    assert read_manifest(tmp_path / "run")["counts"] == {"ok": CASES}


HOSTILE = """
import os
import tally_marks

class Hostile(tally_marks.Tally):
    def request(self, instruction, case):
        if case.id == "t1": raise KeyError("no words")
        return super().request(instruction, case)
    def shown(self, artifact):
        if artifact.text == "|||": raise ValueError("not to be shown")
        return super().shown(artifact)
    def probe_question(self, claim):
        if claim.args[0] == 7: raise ValueError("no question")
        return super().probe_question(claim)
    def check(self, artifact, claims, case=None):
        if case is not None and case.id == "t4": os._exit(3)
        return super().check(artifact, claims, case)
"""


def test_a_modality_that_fails_costs_its_own_records(tmp_path: Path) -> None:
    """A third party's modality that raises in request, shown or probe_question, or whose checker ends its
    process: the trial is an error with the place and the reason, and the run goes on."""
    place(tmp_path, modality="hostile_marks:Hostile", subjects="scribe = tally_marks:scribe")
    (tmp_path / "hostile_marks.py").write_text(HOSTILE)
    code, _, err = finished(tmp_path, command("run", "--workers", 1, "--subject", "scribe"))
    assert (code, err) == (0, "")
    records = {r["case"]: r for r in read_records(tmp_path / "run")}
    assert records["t1"]["reason"] == "request: KeyError: 'no words'"
    assert records["t4"]["reason"] == "check: its process died (killed, or out of memory)"
    reasons = {str(r["reason"]) for r in records.values() if r["case"] not in ("t1", "t4")}
    known = {"None", "describe, blind: request: ValueError: not to be shown",
             "probe, blind: request: ValueError: no question"}  # fmt: skip
    assert len(records) == CASES and {"None"} < reasons <= known
