"""Listening: suites that must be as they were, what is refused, and the command line."""

from __future__ import annotations

import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from listened import HAND, Mute, N, Scripted, changed, content, manifest_with

from grounding import GroundingError, RunFolderError, SuiteError
from grounding.errors import ListeningWarning
from grounding.evaluate import run
from grounding.listening import listen
from grounding.store import read_manifest

# --- suites -------------------------------------------------------------------------------------------


def test_a_suite_file_is_found_again(mine: Callable[..., Path], tmp_path: Path) -> None:
    """The manifest says where a suite file lay; where it has moved to is told with `suite`."""
    folder = mine()
    assert read_manifest(folder)["sources"] == {"mine": str(tmp_path / "mine.yaml")}
    assert read_manifest(listen(folder, Mute(), tmp_path / "j", controls=False))["sources"]
    moved = (tmp_path / "mine.yaml").rename(tmp_path / "yours.yaml")
    with pytest.raises(
        SuiteError, match=r"mine\.yaml: no such suite file; give the file .* with --suite FILE"
    ):
        listen(folder, Mute(), tmp_path / "x", controls=False)
    made = listen(folder, Mute(), tmp_path / "y", suite=[moved], controls=False)
    assert len(content(made)) == 4 and read_manifest(made)["sources"] == {"mine": str(moved)}


def test_a_run_that_does_not_say_where_its_suite_lay(mine: Callable[..., Path], tmp_path: Path) -> None:
    """A manifest without `sources`, of an earlier version: the suite is looked for by name, else `suite` must tell."""
    folder = mine()
    manifest_with(folder, sources={})
    with pytest.raises(SuiteError, match=r"unknown suite 'mine'; .* with --suite FILE"):
        listen(folder, Mute(), tmp_path / "x", controls=False)
    assert content(listen(folder, Mute(), tmp_path / "y", suite=[tmp_path / "mine.yaml"], controls=False))


def test_a_shipped_suite_has_no_source(honest: Path) -> None:
    """Where a shipped suite lies is the installation's affair."""
    assert read_manifest(honest)["sources"] == {}


def test_several_suites(mine: Callable[..., Path], tmp_path: Path) -> None:
    """Each suite has its own seed and source; a shipped one may be given by its name."""
    mine()
    suites = ["ascii_art_natural", str(tmp_path / "mine.yaml"), "ascii_art"]
    folder = run(suites, "control:honest", tmp_path / "both", n=3)
    made = listen(folder, "control:honest", tmp_path / "j", suite=["ascii_art"])
    drawn = {key: record for key, record in content(folder).items() if record["status"] == "ok"}
    assert content(made) == drawn and len(drawn) == 6  # the file's cases have no oracle to draw
    for field in ("suites", "sources"):
        assert read_manifest(made)[field] == read_manifest(folder)[field]


def test_a_changed_suite_is_refused(mine: Callable[..., Path], tmp_path: Path) -> None:
    """Other cases are other questions: refused with both digests, before anything is written."""
    folder = mine()
    (tmp_path / "mine.yaml").write_text(HAND.replace("A triangle.", "One triangle."))
    with pytest.raises(SuiteError, match=r"'mine' has other cases than in .* \(digest [0-9a-f]{12}, there "):
        listen(folder, Mute(), tmp_path / "j", controls=False)
    assert not (tmp_path / "j").exists()


def test_the_plan_stays_that_of_the_run(mine: Callable[..., Path], tmp_path: Path) -> None:
    """Margins that were changed in the file since do not count: the two runs stay comparable."""
    folder = mine(HAND + "margins: {grounding: 0.2}\n")
    (tmp_path / "mine.yaml").write_text(HAND)
    made = listen(folder, Scripted(), tmp_path / "j", controls=False)
    assert read_manifest(made)["suites"] == read_manifest(folder)["suites"]


def test_a_suite_that_is_none_of_the_run(k: Path, mine: Callable[..., Path], tmp_path: Path) -> None:
    """A file given with `suite` must hold one of the run's suites."""
    (tmp_path / "mine.yaml").write_text(HAND)
    with pytest.raises(SuiteError, match=r"suite 'mine' is none of those of .*: ascii_art"):
        listen(k, "control:echo", tmp_path / "j", suite=[tmp_path / "mine.yaml"])


# --- what is refused ----------------------------------------------------------------------------------


def test_the_run_itself_is_no_place_to_write(k: Path) -> None:
    """Also with resume, where subject and suites would agree: a run's manifest is not rewritten."""
    before = (k / "run.json").read_bytes()
    for resume in (False, True):
        with pytest.raises(GroundingError, match="is the run that is listened to"):
            listen(k, "control:honest", k.parent / "." / "k", resume=resume)
    assert (k / "run.json").read_bytes() == before


def test_a_run_without_artifacts(mine: Callable[..., Path], tmp_path: Path) -> None:
    """Nothing but malformed replies, or no record: one line, and nothing is written."""
    folder = mine(**dict.fromkeys("abcd", "Only words in a sentence."))
    with pytest.raises(RunFolderError, match="has no artifact to listen to"):
        listen(folder, Mute(), tmp_path / "j", controls=False)
    (folder / "records.jsonl").unlink()
    with pytest.raises(RunFolderError, match="has no artifact to listen to"):
        listen(folder, Mute(), tmp_path / "j", controls=False)
    assert not (tmp_path / "j").exists()


def test_records_of_another_run(k: Path, tmp_path: Path) -> None:
    """A record that is none of the suites' cases is named."""
    changed(k, next(iter(content(k)))[0], sample=7)
    with pytest.raises(RunFolderError, match=r"sample 7, of suite 'ascii_art' is not of this run"):
        listen(k, "control:echo", tmp_path / "j")


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"samples": 10**12}, "samples: "),
        ({"n": 0}, "n: "),
        ({"suites": {}}, "suites: "),
        ({"suites": {"ascii_art": {"digest": 3, "seed": 0}}}, r"suites\.ascii_art\.digest: "),
        ({"settings": {"warmth": 2}}, r"settings\.warmth: "),
        ({"conditions": ["awake"]}, "unknown condition awake"),
        ({"listened": 3}, "listened: "),
        ({"sources": {"ascii_art": "/no/such.yaml"}}, "/no/such.yaml: no such suite file"),
        ({"schema": 99}, "schema 99, this version reads 1"),
    ],
)
def test_odd_manifests_are_refused(fields: dict[str, Any], why: str, k: Path, tmp_path: Path) -> None:
    """A manifest may come from anywhere: what is not of its type is named, and nothing is written."""
    manifest_with(k, **fields)
    with pytest.raises(GroundingError, match=why):
        listen(k, "control:echo", tmp_path / "j")
    assert not (tmp_path / "j").exists()


KEYS = ("suites", "sources", "subject", "checkers", "seed", "samples", "conditions", "settings", "listened")
ATOMS = st.none() | st.booleans() | st.integers(-3, 3) | st.floats() | st.text(max_size=5)
NAMES = st.sampled_from(["ascii_art", "subject", "digest", "temperature"]) | st.text(max_size=5)
JSON = st.recursive(ATOMS, lambda of: st.lists(of, max_size=3) | st.dictionaries(NAMES, of, max_size=3))


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JSON, st.sampled_from(KEYS))
def test_any_manifest_is_listened_to_or_refused(honest: Path, value: Any, key: str) -> None:
    """Any JSON under a key of the manifest is refused in one line, or makes no difference."""
    with TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore", ListeningWarning)
        folder, out = Path(shutil.copytree(honest, Path(name) / "k")), Path(name) / "j"
        manifest_with(folder, **{key: value})
        try:
            listen(folder, "control:silent", out)
        except GroundingError as error:
            assert "\n" not in str(error) and not out.exists()
        else:
            assert len(content(out)) == len(content(folder))


# --- the command line ---------------------------------------------------------------------------------


def command(*args: object, cwd: Path) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "grounding.cli", *map(str, args)],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_on_the_command_line(k: Path) -> None:
    """One line of counts, another of what was left out; scored, and resumed when all is there."""
    changed(k, next(iter(content(k)))[0], status="error", reason="the network was down")
    args = ("listen", "k", "--subject", "control:echo", "--out", "j", "--workers", 0)
    assert command(*args, cwd=k.parent) == (0, f"j: {N - 1} ok\nleft out of k: 1 error\n", "")
    assert command(*args, "--resume", "--batch-size", 2, "--timeout", 9, cwd=k.parent)[0] == 0
    code, out, _ = command("score", "j", cwd=k.parent)
    assert code == 0 and "the artifacts, and so their grounding, are those of control:honest" in out


def test_a_suite_on_the_command_line(mine: Callable[..., Path], tmp_path: Path) -> None:
    """--suite names the file that has moved."""
    mine()
    (tmp_path / "mine.yaml").rename(tmp_path / "yours.yaml")
    args = ("listen", "k", "--subject", "control:silent", "--out", "j", "--workers", 0)
    code, _, err = command(*args, cwd=tmp_path)
    assert code == 2 and "with --suite FILE" in err
    assert command(*args, "--suite", "yours.yaml", cwd=tmp_path)[:2] == (0, "j: 4 ok\n")


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("nowhere", "control:echo", "j"), "nowhere: no run folder"),
        (("k/artifacts", "control:echo", "j"), "no run folder (it has no run.json)"),
        (("k/run.json", "control:echo", "j"), "k/run.json"),
        (("k", "nobody", "j"), "unknown subject 'nobody'; known: control"),
        (("k", "control:nobody", "j"), "unknown control 'nobody'"),
        (("k", "control:echo", "k"), "k: is the run that is listened to; give another --out"),
        (("k", "control:echo", "other"), "other: holds a run already; use --resume, or another --out"),
        (("k", "control:echo", "k/run.json"), "k/run.json: cannot be written"),
        (("k", "control:echo", "j", "--suite", "gone.yaml"), "gone.yaml: no such suite file"),
        (("k", "control:echo", "j", "--timeout", "0"), "timeout is a number of seconds above 0"),
        (("k", "control:echo", "j", "--batch-size", "0"), "--batch-size"),
    ],
)
def test_what_is_wrong_is_one_line(args: tuple[str, ...], why: str, k: Path) -> None:
    """Exit code 2 and one line that says what and where."""
    shutil.copytree(k, k.parent / "other")
    folder, subject, out, *more = args
    code, printed, err = command("listen", folder, "--subject", subject, "--out", out, *more, cwd=k.parent)
    assert (code, printed) == (2, "") and err.count("\n") == 1 and why in err
