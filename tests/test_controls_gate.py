"""The controls as a gate: a run on a suite where they do not behave is not scored, and the reason is said."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grounding.claims import Claim, Statement
from grounding.controls import misbehaviour
from grounding.errors import ControlsError, ControlsWarning, RunFolderError
from grounding.evaluate import run
from grounding.modality import modality
from grounding.scores import score

SUITE = """\
name: crooked
modality: ascii_art
cases:
  - {id: word, family: lines, cluster: a, instruction: "Draw a line of 3 #.", expects: ["width(3)"], oracle: "ORACLE"}
  - {id: long, family: lines, cluster: b, instruction: "Draw a line of 5 #.", expects: ["width(5)"], oracle: "#####"}
"""


def made(folder: Path, oracle: str) -> str:
    path = folder / "crooked.yaml"
    path.write_text(SUITE.replace("ORACLE", oracle), "utf-8")
    return str(path)


def test_a_suite_whose_oracle_is_wrong_is_not_scored(tmp_path: Path) -> None:
    """Its run ends with all records and a warning; scoring it is refused with the control, the value and a hint."""
    with pytest.warns(ControlsWarning, match="oracle has grounding 0.500"):
        run(made(tmp_path, "####"), "control:honest", tmp_path / "run", controls=True)
    assert len((tmp_path / "run/records.jsonl").read_text().splitlines()) == 2
    with pytest.raises(
        ControlsError, match=r"suite crooked: control oracle has grounding 0\.500, less than 0\.99"
    ):
        score(tmp_path / "run")


def test_a_good_suite_is_scored_beside_its_controls(tmp_path: Path) -> None:
    """Right oracles: no warning, scores, and the run says that its controls behave."""
    run(made(tmp_path, "###"), "control:echo", tmp_path / "run", controls=True)
    assert score(tmp_path / "run")["run"]["controls"] == "behave"


def test_without_controls_the_scores_say_so(tmp_path: Path) -> None:
    """A run without controls cannot be refused for them; it tells that they were not run."""
    run(made(tmp_path, "####"), "control:echo", tmp_path / "run", controls=False)
    assert score(tmp_path / "run")["run"]["controls"] == "not run"


def test_a_reader_that_hears_things_is_caught_by_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where an empty text is read as saying something, silent is not mute."""
    heard = [Statement(Claim("width", (3,)), "asserted", (0, 0))]
    monkeypatch.setattr(modality("ascii_art"), "read", lambda text: heard, raising=False)
    with pytest.warns(ControlsWarning, match="silent has mute"):
        run(made(tmp_path, "###"), "control:echo", tmp_path / "run", controls=True)
    with pytest.raises(ControlsError, match=r"silent has mute 0\.000"):
        score(tmp_path / "run")


def test_a_reader_that_is_deaf_is_caught_by_the_echo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where what echo says is not read, its pull is lost: such a suite would let repeating pass."""
    monkeypatch.setattr(modality("ascii_art"), "read", lambda text: [], raising=False)
    with pytest.warns(ControlsWarning):
        run(made(tmp_path, "###"), "control:echo", tmp_path / "run", controls=True)
    with pytest.raises(ControlsError, match=r"echo has pull 0\.000, less than 0\.9"):
        score(tmp_path / "run")


@pytest.mark.parametrize(
    ("control", "metric", "good", "bad"),
    [
        ("oracle", "grounding", 0.99, 0.989),
        ("honest", "pull", 0.05, 0.051),
        ("echo", "pull", 0.9, 0.899),
        ("silent", "mute", 0.99, 0.98),
        ("oracle", "grounding", 1.0, float("nan")),
    ],
)
def test_the_edges(control: str, metric: str, good: float, bad: float) -> None:
    """Each floor and ceiling holds at its value and breaks just beyond; a value that is no number breaks it."""

    def controls(value: float) -> dict[str, Any]:
        return {"behaviour": {"s": {control: {metric: {"": value}}}}}

    assert misbehaviour(controls(good)) == []
    assert len(misbehaviour(controls(bad))) == 1


def test_what_could_not_be_measured_is_no_misbehaviour(tmp_path: Path) -> None:
    """Without the blind condition there is no pull, and nothing to hold against the suite."""
    run(made(tmp_path, "###"), "control:echo", tmp_path / "run", conditions=["instructed"], controls=True)
    assert score(tmp_path / "run")["run"]["controls"] == "behave"


@pytest.mark.parametrize(
    "content", ['{"behaviour": []}', '{"behaviour": {"s": {"echo": {"pull": {"": "x"}}}}}']
)
def test_a_foreign_controls_file_is_refused(content: str, tmp_path: Path) -> None:
    """One line that names the file and what to do."""
    run(made(tmp_path, "###"), "control:echo", tmp_path / "run", controls=False)
    (tmp_path / "run/controls.json").write_text(content)
    with pytest.raises(RunFolderError, match=r"controls\.json: not what a run writes .*delete it"):
        score(tmp_path / "run")


def test_the_command_line_warns_and_refuses(tmp_path: Path) -> None:
    """`run` ends well with a line of warning; `score` and `report` end with one line and exit code 2."""

    def grounding(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "grounding.cli", *args]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    made(tmp_path, "####")
    done = grounding("run", "crooked.yaml", "--subject", "control:echo", "--controls", "--out", "run")
    assert done.returncode == 0
    assert [line for line in done.stderr.splitlines() if "warning: suite crooked: control oracle" in line]
    for refused in (grounding("score", "run"), grounding("report", "run")):
        assert refused.returncode == 2
        assert len(refused.stderr.strip().splitlines()) == 1
        assert "control oracle has grounding 0.500" in refused.stderr
    assert json.loads((tmp_path / "run/run.json").read_text())["counts"]["ok"] == 2
