"""`grounding compare` from outside: tables, JSON, exit codes, gate, JUnit, report; and bad input as one line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from grounding.evaluate import run
from grounding.listening import listen

POLICY = "rules:\n  - metric: pull_common\n    inconclusive: warn\n"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three controls on 42 cases, and echo listening to what honest made."""
    folder = tmp_path_factory.mktemp("runs")
    for control in ("honest", "echo", "oracle"):
        run("ascii_art", f"control:{control}", folder / control, n=42)
    listen(folder / "honest", "control:echo", folder / "heard")
    return folder


def grounding(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grounding.cli", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, text=True, capture_output=True, check=False)


def test_what_a_person_reads(runs: Path) -> None:
    """The table has the verdict with its direction, the margin, and the cases to look at."""
    done = grounding("compare", runs / "honest", runs / "echo")
    assert done.returncode == 0 and done.stderr == ""
    (line,) = [line for line in done.stdout.splitlines() if "*pull_common" in line]
    assert "+1.000" in line and line.rstrip().endswith("DRIFT worse")
    assert "cases that changed most" in done.stdout and "words and facts part" in done.stdout


def test_a_run_against_itself(runs: Path) -> None:
    """Equal fingerprints are announced as A/A, and nothing is called drift."""
    done = grounding("compare", runs / "echo", runs / "echo")
    assert "A/A" in done.stdout and "DRIFT" not in done.stdout.partition("* decided on")[0]


def test_json_for_programs(runs: Path) -> None:
    """--json prints the whole comparison and nothing else."""
    done = grounding("compare", runs / "honest", runs / "echo", runs / "oracle", "--json")
    found = json.loads(done.stdout)
    assert [(c["before"], c["after"]) for c in found["comparisons"]] == [(0, 1), (0, 2)]
    assert len(found["runs"]) == 3 and found["rounds"]["ascii_art"]["curves"]


def test_a_gate_stops(runs: Path, tmp_path: Path) -> None:
    """A failed gate is exit code 1 with a line of reason, and JUnit XML with the failure; a passed one is 0."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    xml = tmp_path / "gate.xml"
    gate = ("--gate", tmp_path / "policy.yaml", "--junit", xml)
    failed = grounding("compare", runs / "honest", runs / "echo", *gate)
    assert failed.returncode == 1
    assert failed.stdout.splitlines()[-1].startswith("gate FAILED: ") and "pull_common" in failed.stdout
    assert len(ElementTree.parse(xml).findall(".//failure")) >= 1
    passed = grounding("compare", runs / "honest", runs / "honest", *gate)
    assert passed.returncode == 0 and "gate passed" in passed.stdout
    assert not ElementTree.parse(xml).findall(".//failure")
    told = grounding("compare", runs / "honest", runs / "echo", "--gate", tmp_path / "policy.yaml", "--json")
    assert told.returncode == 1 and json.loads(told.stdout)["gate"]["passed"] is False


def test_listening_makes_descriptions_comparable(runs: Path, tmp_path: Path) -> None:
    """What echo says of honest's artifacts is compared with what honest says of them; artifacts stay their own."""
    alone = json.loads(grounding("compare", runs / "honest", runs / "echo", "--json").stdout)
    heard = grounding("compare", runs / "honest", runs / "echo", "--listened", runs / "heard", "--json")
    found = json.loads(heard.stdout)
    for name, word in (("pull_common", "DRIFT"), ("strict", None)):
        rows = [
            next(
                r
                for r in result["comparisons"][0]["modalities"]["ascii_art"]["metrics"]
                if (r["name"], r["condition"], r["family"], r["claim_kind"]) == (name, None, None, None)
            )
            for result in (alone, found)
        ]
        # Both controls make the same artifacts, so listening must change nothing here.
        assert rows[0]["difference"] == rows[1]["difference"]
        assert word is None or rows[1]["verdict"] == word
    directly = grounding("compare", runs / "honest", runs / "heard", "--json")
    primary = [
        r["name"]
        for r in json.loads(directly.stdout)["comparisons"][0]["modalities"]["ascii_art"]["metrics"]
        if r["primary"]
    ]
    assert (
        "strict" not in primary and "pull_common" in primary
    )  # nothing was made, so nothing is decided on it


def test_the_report_opens_with_it(runs: Path, tmp_path: Path) -> None:
    """--report writes the comparison as given, with its gate; `report` of several runs compares them itself."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    page = tmp_path / "deep" / "report.html"
    grounding("compare", runs / "honest", runs / "echo", "--gate", tmp_path / "policy.yaml", "--report", page)
    text = page.read_text("utf-8")
    assert "Gate failed" in text and "drift: worse" in text and "The cases that changed most" in text
    done = grounding("report", runs / "honest", runs / "echo", runs / "oracle", "--out", tmp_path / "r.html")
    text = (tmp_path / "r.html").read_text("utf-8")
    assert done.returncode == 0 and "Along the rounds" in text and 'class="chart curve"' in text


def test_a_report_of_runs_that_cannot_be_compared(runs: Path, tmp_path: Path) -> None:
    """It says why, and shows the runs."""
    run("ascii_art", "control:echo", tmp_path / "other", n=42, seed=9)
    done = grounding("report", runs / "echo", tmp_path / "other", "--out", tmp_path / "r.html")
    assert done.returncode == 0 and "The runs are not compared" in (tmp_path / "r.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("honest",), "a comparison needs two run folders or more"),
        (("honest", "nowhere"), "nowhere: no run folder"),
        (("honest", "echo", "--alpha", "0"), "alpha is 0.0"),
        (("honest", "echo", "--margin", "0"), "margin"),
        (("honest", "echo", "--margin", "nan"), "margin"),
        (("honest", "echo", "--allow", "weather"), "allow: weather is nothing that can differ"),
        (("honest", "echo", "--listened", "honest"), "not written by `listen`"),
        (("honest", "oracle", "--listened", "heard"), "its subject is not that of"),
        (("oracle", "echo", "--listened", "heard"), "artifacts of another subject"),
        (("honest", "echo", "--listened", "heard", "--listened", "heard"), "2 listened folders for 1"),
        (("honest", "echo", "--gate", "no.yaml"), "no.yaml"),
        (("honest", "echo", "--junit", "x.xml"), "give --gate POLICY.yaml too"),
    ],
)
def test_bad_input_is_one_line(runs: Path, arguments: tuple[str, ...], said: str) -> None:
    """Exit code 2, one line that says what and where."""
    done = grounding("compare", *arguments, cwd=runs)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert said in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda m: {**m, "schema": 99}, "schema"),
        (lambda m: {k: v for k, v in m.items() if k != "checkers"}, "checkers"),
        (lambda m: [], "run.json"),
    ],
    ids=["future version", "no checkers", "foreign"],
)
def test_a_damaged_folder_is_one_line(runs: Path, tmp_path: Path, spoil: object, said: str) -> None:
    """A manifest of another version or make is refused by name."""
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("run.json", "records.jsonl"):
        (copy / name).write_bytes((runs / "echo" / name).read_bytes())
    manifest = json.loads((copy / "run.json").read_text("utf-8"))
    (copy / "run.json").write_text(json.dumps(spoil(manifest)), "utf-8")  # type: ignore[operator]
    done = grounding("compare", runs / "echo", copy)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert said in done.stderr


def test_a_torn_last_line_is_left_out(runs: Path, tmp_path: Path) -> None:
    """A run that was cut off in the middle of a line is compared on what it has."""
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "run.json").write_bytes((runs / "echo" / "run.json").read_bytes())
    whole = (runs / "echo" / "records.jsonl").read_bytes()
    (copy / "records.jsonl").write_bytes(whole[: len(whole) - 40])
    done = grounding("compare", runs / "echo", copy, "--json")
    block = json.loads(done.stdout)["comparisons"][0]["modalities"]["ascii_art"]
    assert (block["pairs"], block["unmatched"]["before"]["n"]) == (41, 1)
