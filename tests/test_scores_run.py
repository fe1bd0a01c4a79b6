"""Scores read from run folders, and the controls against the table of docs/metrics.md."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grounding.errors import RunFolderError
from grounding.evaluate import run
from grounding.scores import score
from grounding.subjects.controls import CONTROLS

DOCS = Path(__file__).parents[1] / "docs" / "metrics.md"


def stated() -> dict[tuple[str, str | None], dict[str, str]]:
    """The table of docs/metrics.md: (metric, condition) → control → "0.5", "null" or "·"."""
    lines = DOCS.read_text("utf-8").split("## What the controls score")[1].split("\n### ")[0].splitlines()
    table = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return {(r[0], r[1] or None): dict(zip(table[0][2:], r[2:], strict=True)) for r in table[2:]}


@pytest.mark.parametrize("control", CONTROLS)
def test_controls_score_what_the_documentation_says(control: str, tmp_path: Path) -> None:
    """Each of the table's cells on a run of the ASCII art suite, read back from its folder."""
    run("ascii_art", f"control:{control}", tmp_path / "run", n=28)
    found = score(tmp_path / "run")
    block = found["modalities"]["ascii_art"]
    values = {
        (m["name"], m["condition"]): m["value"]
        for m in block["metrics"]
        if m["claim_kind"] is None and m["family"] is None
    }
    table = {key: cells[control] for key, cells in stated().items()}
    assert set(values) == set(table)
    for key, cell in table.items():
        if cell == "null":
            assert values[key] is None, key
        elif cell != "·":
            assert values[key] == pytest.approx(float(cell)), key


def test_a_folder_with_a_torn_line_and_a_retry(tmp_path: Path) -> None:
    """The torn last line is ignored, the retried error counts once, Vendi reads the artifacts."""
    run("ascii_art", "control:echo", tmp_path, n=7)
    whole = score(tmp_path)
    lines = (tmp_path / "records.jsonl").read_bytes()
    failed = json.loads(lines.splitlines()[0]) | {"status": "error", "descriptions": []}
    torn = json.dumps(failed).encode() + b"\n" + lines + b'{"suite": "ascii'
    (tmp_path / "records.jsonl").write_bytes(torn)
    again = score(tmp_path)
    block = again["modalities"]["ascii_art"]
    assert block["metrics"] == whole["modalities"]["ascii_art"]["metrics"]
    assert (block["counts"]["superseded"], block["counts"]["error"]) == (1, 0)
    assert again["schema"] == 1 and again["run"]["subject"]["spec"] == "control:echo"
    assert next(m for m in block["metrics"] if m["name"] == "diversity_vendi")["value"] >= 1


def test_what_is_no_run_folder_is_refused(tmp_path: Path) -> None:
    """One line that names the folder."""
    with pytest.raises(RunFolderError, match="no run folder"):
        score(tmp_path)
