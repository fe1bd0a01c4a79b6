"""A policy on a comparison: read, judged, written as JUnit."""

from __future__ import annotations

import contextlib
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grounding.drift.comparison import compare
from grounding.drift.gate import gate
from grounding.drift.junit import junit
from grounding.drift.policy import asked, load
from grounding.errors import PolicyError
from grounding.evaluate import run


def policy(folder: Path, text: str) -> Any:
    (folder / "p.yaml").write_text(text, "utf-8")
    return load(folder / "p.yaml")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("rules:\n- metric: strikt\n", 2, "did you mean strict"),
        ("rules:\n- metric: faithfulness\n", 2, "faithfulness/instructed"),
        ("rules:\n- metric: strict\n  margn: 0.1\n", 3, "unknown key"),
        ("rules:\n- metric: coverage\n  direction: worse\n", 2, "no better end"),
        (
            "rules:\n- {metric: strict, margin: 0.1}\n- {metric: strict, modality: x, margin: 0.2}\n",
            3,
            "margin",
        ),
        ("rules: []\n", 1, "at least 1"),
        ("", 1, "empty"),
    ],
)
def test_bad_policies_are_refused(tmp_path: Path, text: str, line: int, message: str) -> None:
    """The error names file, line and what is wrong."""
    with pytest.raises(PolicyError, match=rf"p\.yaml:{line}: .*{message}"):
        policy(tmp_path, text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text() | st.text().map("rules: [{{metric: strict, margin: {}}}]".format))
def test_no_text_breaks_the_loader(tmp_path: Path, text: str) -> None:
    """Whatever the file holds: a policy or a PolicyError."""
    (tmp_path / "p.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    with contextlib.suppress(PolicyError):
        load(tmp_path / "p.yaml")


def test_drift_fails_only_in_the_failing_direction(tmp_path: Path) -> None:
    """Honest then echo fails on pull, echo then honest passes; what was never there fails."""
    for control in ("honest", "echo"):
        run("ascii_art", f"control:{control}", tmp_path / control, n=84)
    mine = policy(tmp_path, "rules: [{metric: pull_common}]\n")
    worse = compare(tmp_path / "honest", tmp_path / "echo", asked=asked(mine))
    assert not gate(mine, worse)["passed"]
    assert gate(mine, compare(tmp_path / "echo", tmp_path / "honest", asked=asked(mine)))["passed"]
    absent = policy(tmp_path, "rules: [{metric: pull_common, modality: none, inconclusive: pass}]\n")
    assert not gate(absent, worse)["passed"]


def test_hostile_text_is_valid_xml() -> None:
    """Control characters and ]]> from a run leave a file that parses."""
    text = "\x00\x1b ]]> <a> & \ud800"
    entry = {"rule": {"metric": text}, "modality": text, "comparison": 0, "outcome": "fail", "reason": text}
    case = ET.fromstring(junit({"rules": [entry]})).find("testsuite/testcase/failure")
    assert case is not None and "]]> <a> &" in case.attrib["message"]


@pytest.mark.parametrize(
    ("verdict", "interval", "difference", "rule", "outcome"),
    [
        ("DRIFT", [-0.3, -0.1], -0.2, "", "fail"),
        ("DRIFT", [0.1, 0.3], 0.2, "", "pass"),
        ("DRIFT", [0.1, 0.3], 0.2, ", direction: any", "fail"),
        ("DRIFT_WITHIN_MARGIN", [-0.02, -0.01], -0.015, "", "pass"),
        ("EQUIVALENT", [-0.01, 0.01], 0.0, "", "pass"),
        ("EQUIVALENT", [-0.01, 0.01], 0.0, ", at_least: 0.9", "fail"),
        ("INCONCLUSIVE", [-0.1, 0.1], 0.0, "", "fail"),
        ("INCONCLUSIVE", [-0.1, 0.1], 0.0, ", inconclusive: warn", "warn"),
        ("INCONCLUSIVE", [-0.01, 0.1], 0.04, "", "pass"),
        ("INCONCLUSIVE", None, None, ", inconclusive: pass", "fail"),
    ],
)
def test_every_outcome(
    tmp_path: Path, verdict: str, interval: Any, difference: float | None, rule: str, outcome: str
) -> None:
    """The failing direction, the floor, the interval's end and what inconclusive does; no measurement fails."""
    row = {
        "name": "strict",
        "condition": None,
        "family": None,
        "claim_kind": None,
        "primary": True,
        "why": None,
    }
    row |= {"before": 0.5, "after": 0.5, "difference": difference, "interval": interval, "margin": 0.03}
    one = {"before": 0, "after": 1, "modalities": {"m": {"metrics": [row | {"verdict": verdict}]}}}
    made = policy(tmp_path, f"rules: [{{metric: strict{rule}}}]\n")
    found = gate(made, {"runs": [{}, {}], "comparisons": [one], "rounds": None})
    assert (found["rules"][0]["outcome"], found["passed"]) == (outcome, outcome != "fail")
    flagged = gate(
        made, {"runs": [{}, {}], "comparisons": [one], "rounds": {"m": {"collusion": {"flag": True}}}}
    )
    assert not flagged["passed"] and flagged["rules"][-1]["comparison"] is None
