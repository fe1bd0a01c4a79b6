"""A modality and a subject from somebody else's package, built, installed and used from outside."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent / "data" / "tally_marks"


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A temporary environment that has our package and, installed from its wheel, the tally modality."""
    folder = tmp_path_factory.mktemp("env")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder / "dist", SOURCE],
        check=True,
        capture_output=True,
    )
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    site = next((folder / "venv" / "lib").glob("python*/site-packages"))
    ours = sysconfig.get_paths()["purelib"]
    (site / "ours.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
    wheel = next((folder / "dist").glob("*.whl"))
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", site, wheel],
        check=True,
    )

    def grounding(*args):
        return subprocess.run(
            [python, "-m", "grounding.cli", *map(str, args)],
            capture_output=True,
            text=True,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": ""},
        )

    return folder, grounding


def test_it_shows_up_in_the_lists(environment):
    """An installed package's modality, checker and subject are listed beside ours."""
    _, grounding = environment
    assert "tally" in grounding("list", "modalities").stdout
    assert "counter" in grounding("list", "checkers").stdout
    assert "cannot count to odd numbers" in grounding("list", "subjects").stdout


def test_it_has_no_labels(environment):
    """A modality without labelled artifacts is no fault: qualify says so in one line."""
    _, grounding = environment
    done = grounding("qualify", "tally")
    assert done.returncode == 2
    assert (
        done.stderr.startswith("grounding: tally: has no labelled artifacts") and done.stderr.count("\n") == 1
    )


def test_it_runs(environment):
    """A suite of that modality runs with worker processes, and its pull is what the scribe deserves."""
    folder, grounding = environment
    (folder / "tally.yaml").write_text("name: tallies\nmodality: tally\nfamilies: [{family: plain, n: 12}]\n")
    done = grounding("run", "tally.yaml", "--subject", "scribe", "--out", "run", "--workers", 1)
    assert done.returncode == 0, done.stderr
    scores = json.loads(grounding("score", "run", "--json").stdout)["modalities"]["tally"]
    assert scores["counts"]["ok"] == 12
    headline = {
        (m["name"], m["condition"]): m for m in scores["metrics"] if not m["claim_kind"] and not m["family"]
    }
    pull = next(m for (name, _), m in headline.items() if name == "pull")
    assert pull["value"] == 1.0 and pull["n"] > 0
    assert "has no labelled artifacts" in scores["error_rates"]["why_null"]
    assert pull["controls"]["echo"] == 1.0 and pull["controls"]["honest"] == 0.0
