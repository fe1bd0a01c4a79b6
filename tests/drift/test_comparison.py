"""Two run folders compared, made by controls whose scores are known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grounding.drift.comparison import compare
from grounding.errors import GroundingError, RunFolderError
from grounding.evaluate import run


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of four controls on the same 84 cases."""
    folder = tmp_path_factory.mktemp("runs")
    for control in ("honest", "echo", "oracle", "silent"):
        run("ascii_art", f"control:{control}", folder / control, n=84)
    return folder


def block(result: dict[str, Any]) -> dict[str, Any]:
    """The first comparison's only modality."""
    found: dict[str, Any] = result["comparisons"][0]["modalities"]["ascii_art"]
    return found


def headline(result: dict[str, Any], name: str, condition: str | None = None) -> dict[str, Any]:
    return next(
        m
        for m in block(result)["metrics"]
        if (m["name"], m["condition"], m["claim_kind"], m["family"]) == (name, condition, None, None)
    )


def test_a_subject_that_starts_repeating_has_drifted(runs: Path) -> None:
    """Honest before, echo after, on the same artifacts: pull and faithfulness drift for the worse, strict does not."""
    result = compare(runs / "honest", runs / "echo")
    pull, strict = headline(result, "pull_common"), headline(result, "strict")
    assert (pull["verdict"], pull["direction"], pull["before"], pull["after"]) == ("DRIFT", "worse", 0.0, 1.0)
    assert headline(result, "faithfulness", "instructed")["verdict"] == "DRIFT"
    assert strict["difference"] == 0.0 and strict["verdict"] in ("INCONCLUSIVE", "EQUIVALENT")
    assert not result["comparisons"][0]["same_subject"]


def test_a_run_against_itself_never_drifts(runs: Path) -> None:
    """Equal fingerprints are announced, and no row of any kind says DRIFT."""
    result = compare(runs / "echo", runs / "echo")
    assert result["comparisons"][0]["same_subject"]
    assert {m["verdict"] for m in block(result)["metrics"]} <= {
        "EQUIVALENT",
        "INCONCLUSIVE",
    }


def test_other_artifacts_make_descriptions_inconclusive(runs: Path) -> None:
    """Where the share of decided artifacts moved, descriptions are of other things; the reason is said."""
    result = compare(runs / "honest", runs / "oracle")
    assert headline(result, "strict")["direction"] == "better"
    row = headline(result, "pull_common")
    assert row["verdict"] == "INCONCLUSIVE" and row["why"]


def test_no_value_on_either_side_is_no_zero(runs: Path) -> None:
    """Silent has no faithfulness: no pair, no difference, and the reason."""
    row = headline(compare(runs / "honest", runs / "silent"), "faithfulness", "instructed")
    assert (row["difference"], row["pairs"], row["verdict"]) == (None, 0, "INCONCLUSIVE")
    assert row["why"] == "no pair with a value in both runs"


def test_what_differs_is_named_and_may_be_allowed(runs: Path, tmp_path: Path) -> None:
    """Another seed is another suite: refused by name; allowed by name, and recorded; unmatched cases are listed."""
    run("ascii_art", "control:echo", tmp_path / "other", n=84, seed=5)
    with pytest.raises(
        GroundingError, match=r"not comparable: suites differ \(ascii_art [0-9a-f]{12}-[0-9a-f]{6} → "
    ):
        compare(runs / "echo", tmp_path / "other")
    with pytest.raises(GroundingError, match="allow: weather"):
        compare(runs / "echo", tmp_path / "other", allow=["weather"])
    result = compare(runs / "echo", tmp_path / "other", allow=["suites"])
    assert result["allowed"][0].startswith("suites: ascii_art ")
    unmatched = block(result)["unmatched"]
    assert unmatched["before"]["n"] == unmatched["after"]["n"] > 0 and unmatched["before"]["cases"]


def test_the_plan_stands_in_the_suite(tmp_path: Path) -> None:
    """What is primary and which margin counts come from the suite file; another plan is another suite."""
    text = (
        "name: planned\nmodality: ascii_art\nprimary: [grounding]\nmargins: {grounding: 0.2}\n"
        "families: [{family: shape, n: 30}]\n"
    )
    for name, content in (("a", text), ("b", text.replace("0.2", "0.3"))):
        (tmp_path / f"{name}.yaml").write_text(content)
        run(str(tmp_path / f"{name}.yaml"), "control:echo", tmp_path / name)
    rows = block(compare(tmp_path / "a", tmp_path / "a"))["metrics"]
    assert [(m["name"], m["margin"]) for m in rows if m["primary"]] == [("grounding", 0.2)]
    with pytest.raises(GroundingError, match="suites differ"):
        compare(tmp_path / "a", tmp_path / "b")


def test_errors_are_left_out_pairwise_and_counted(runs: Path, tmp_path: Path) -> None:
    """A pair with an error on either side is no 0 and no pair."""
    copy = tmp_path / "copy"
    run("ascii_art", "control:echo", copy, n=84)
    lines = (copy / "records.jsonl").read_text("utf-8").splitlines()
    failed = json.loads(lines[0]) | {"status": "error", "artifact": None, "descriptions": [], "observed": []}
    (copy / "records.jsonl").write_text("\n".join([json.dumps(failed), *lines[1:]]) + "\n", "utf-8")
    found = block(compare(runs / "echo", copy))
    assert (found["errors_left_out"], found["pairs"]) == (1, 83)


def test_what_is_no_run_folder_is_refused(runs: Path, tmp_path: Path) -> None:
    """One line that names the folder."""
    with pytest.raises(RunFolderError, match="no run folder"):
        compare(runs / "echo", tmp_path)


def test_the_result_is_json(runs: Path) -> None:
    """No NaN and nothing that JSON has no word for."""
    assert json.loads(json.dumps(compare(runs / "honest", runs / "silent"), allow_nan=False))
