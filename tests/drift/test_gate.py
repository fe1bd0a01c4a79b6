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
from grounding.errors import GroundingError, PolicyError
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


def row(verdict: str, difference: float | None, **more: Any) -> dict[str, Any]:
    """A headline row of strict, as a comparison has it."""
    return {
        "name": "strict",
        "condition": None,
        "family": None,
        "claim_kind": None,
        "primary": True,
        "why": None,
        "before": 0.5,
        "after": 0.5,
        "difference": difference,
        "p_beyond": (0.5, 0.5),
        "margin": 0.03,
        "verdict": verdict,
    } | more


def compared(*rows: dict[str, Any], shifted: str | None = None, **rounds: Any) -> dict[str, Any]:
    """A comparison with each row as a later run of its own."""
    comparisons = [
        {"before": 0, "after": i, "modalities": {"m": {"metrics": [r], "shifted": shifted}}}
        for i, r in enumerate(rows, 1)
    ]
    runs = [{}] * (len(rows) + 1)
    return {"runs": runs, "alpha": 0.05, "comparisons": comparisons, "rounds": rounds or None}


@pytest.mark.parametrize(
    ("verdict", "difference", "beyond", "rule", "outcome"),
    [
        ("DRIFT", -0.2, (1, 0), "", "fail"),
        ("DRIFT", 0.2, (0, 1), "", "pass"),
        ("DRIFT", 0.2, (0, 1), ", direction: better", "fail"),
        ("DRIFT", 0.2, (0, 1), ", direction: any", "fail"),
        ("DRIFT_WITHIN_MARGIN", -0.015, (0.01, 0.01), "", "pass"),
        ("EQUIVALENT", 0.0, (0.01, 0.01), "", "pass"),
        ("EQUIVALENT", 0.0, (0.01, 0.01), ", at_least: 0.9", "fail"),
        ("EQUIVALENT", 0.0, (0.01, 0.01), ", at_least: 0.5", "pass"),
        ("EQUIVALENT", 0.0, (0.01, 0.01), ", at_most: 0.4", "fail"),
        ("INCONCLUSIVE", 0.0, (0.3, 0.3), "", "fail"),
        ("INCONCLUSIVE", 0.0, (0.3, 0.3), ", inconclusive: warn", "warn"),
        ("INCONCLUSIVE", 0.0, (0.3, 0.3), ", inconclusive: pass", "pass"),
        ("INCONCLUSIVE", 0.04, (0.05, 0.6), "", "pass"),  # a fall by the margin is ruled out
        ("INCONCLUSIVE", 0.04, (0.051, 0.6), "", "fail"),
        ("INCONCLUSIVE", 0.04, (0.05, 0.6), ", direction: any", "fail"),
        ("INCONCLUSIVE", -0.04, (0.6, 0.05), "", "fail"),  # the other side says nothing
        ("INCONCLUSIVE", 0.0, None, "", "fail"),
        ("INCONCLUSIVE", None, None, ", inconclusive: pass", "fail"),
    ],
)
def test_every_outcome(
    tmp_path: Path, verdict: str, difference: float | None, beyond: Any, rule: str, outcome: str
) -> None:
    """The failing direction, floor and ceiling, one-sided evidence, inconclusive; no measurement fails."""
    made = policy(tmp_path, f"rules: [{{metric: strict{rule}}}]\n")
    found = gate(made, compared(row(verdict, difference, p_beyond=beyond)))
    assert (found["rules"][0]["outcome"], found["passed"]) == (outcome, outcome != "fail")


def test_descriptions_of_other_artifacts_show_nothing(tmp_path: Path) -> None:
    """Where descriptions are not compared, a p value on their rows opens no gate."""
    made = policy(tmp_path, "rules: [{metric: pull_common}]\n")
    shown = row("INCONCLUSIVE", -0.1, name="pull_common", p_beyond=(0.5, 0.001))
    assert gate(made, compared(shown))["passed"]
    assert not gate(made, compared({**shown, "why": "moved"}, shifted="moved"))["passed"]


def test_all_rounds_or_the_last(tmp_path: Path) -> None:
    """A round that drifted and came back fails unless only the last one counts."""
    found = compared(row("DRIFT", -0.2), row("EQUIVALENT", 0.0))
    assert not gate(policy(tmp_path, "rules: [{metric: strict}]\n"), found)["passed"]
    assert gate(policy(tmp_path, "rules: [{metric: strict}]\nrounds: last\n"), found)["passed"]


def test_a_family_of_its_own(tmp_path: Path) -> None:
    """A rule on a family reads that family's row; one that is not there fails."""
    mine = row("DRIFT", -0.2, family="word", primary=False)
    rule = "rules: [{metric: strict, family: %s}]\n"
    assert not gate(policy(tmp_path, rule % "word"), compared(mine))["passed"]
    assert not gate(policy(tmp_path, rule % "face"), compared(mine))["passed"]
    assert gate(policy(tmp_path, rule % "word"), compared({**mine, "verdict": "EQUIVALENT"}))["passed"]


def test_a_comparison_made_for_another_policy(tmp_path: Path) -> None:
    """A margin that the comparison did not use is an error, not a verdict."""
    with pytest.raises(GroundingError, match="not made for this policy"):
        gate(policy(tmp_path, "rules: [{metric: strict, margin: 0.1}]\n"), compared(row("EQUIVALENT", 0.0)))


@pytest.mark.parametrize(
    ("key", "flag", "outcome"),
    [
        ("", True, "fail"),
        ("collusion: warn\n", True, "warn"),
        ("collusion: ignore\n", True, None),
        ("", False, "pass"),
        ("", None, "warn"),
    ],
)
def test_words_that_part_from_facts(tmp_path: Path, key: str, flag: bool | None, outcome: str | None) -> None:
    """The flag fails by default and says why; it may be warned of or ignored; unknown is a warning."""
    made = policy(tmp_path, f"rules: [{{metric: strict}}]\n{key}")
    told = compared(row("EQUIVALENT", 0.0), m={"collusion": {"flag": flag, "why": "the gap grew"}})
    last = gate(made, told)["rules"][-1]
    if outcome is None:
        assert last["rule"]["metric"] == "strict"
    else:
        assert last["outcome"] == outcome and (outcome == "pass" or "the gap grew" in last["reason"])


def test_junit_counts(tmp_path: Path) -> None:
    """Failures, warnings as skipped, and their numbers stand where CI systems look."""
    made = policy(tmp_path, "rules: [{metric: strict, inconclusive: warn}]\n")
    rows = (row("DRIFT", -0.2), row("INCONCLUSIVE", 0.0), row("EQUIVALENT", 0.0))
    root = ET.fromstring(junit(gate(made, compared(*rows))))
    (suite,) = root.iter("testsuite")
    assert (suite.attrib["tests"], suite.attrib["failures"], suite.attrib["skipped"]) == ("3", "1", "1")
    cases = list(suite.iter("testcase"))
    assert [len(list(case)) for case in cases] == [1, 1, 0]
    assert len({(case.attrib["classname"], case.attrib["name"]) for case in cases}) == 3
