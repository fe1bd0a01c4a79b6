"""Run folders: stopped and resumed, refused where they are another's, and read without harm."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grounding import suites
from grounding.errors import GroundingError, RunFolderError
from grounding.evaluate import run
from grounding.run_folder import RunFolder
from grounding.store import read_artifact, read_controls, read_manifest, read_records
from grounding.subject import Settings, subject

N = 7
pytestmark = pytest.mark.filterwarnings("ignore::grounding.errors.RepairWarning")


def start(folder: Path, **options: Any) -> Path:
    return run("ascii_art", options.pop("subject_spec", "control:echo"), folder, **{"n": N, **options})


def content(folder: Path) -> list[dict[str, Any]]:
    """The records as they stand, each line once, without the time that they took."""
    found = [json.loads(line) for line in (folder / "records.jsonl").read_text().splitlines()]
    return sorted(({**r, "timing": None} for r in found), key=lambda r: r["case"])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return start(tmp_path_factory.mktemp("whole") / "run")


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "run")
    return tmp_path / "run"


@given(share=st.floats(0, 1))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_resuming_after_a_kill_gives_the_undisturbed_records(
    share: float, whole: Path, tmp_path: Path
) -> None:
    """Cut off at any byte, a resumed run ends with the same records as one that was never stopped."""
    folder = tmp_path / "run"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole, folder)
    records = folder / "records.jsonl"
    os.truncate(records, int(records.stat().st_size * share))
    start(folder, resume=True)
    assert content(folder) == content(whole)
    assert read_manifest(folder)["counts"] == {"ok": N}


def test_a_run_that_was_killed_is_resumed(tmp_path: Path) -> None:
    """SIGKILL in the middle of a run; --resume ends with each record once, as undisturbed."""
    args = [
        sys.executable,
        "-m",
        "grounding.cli",
        "run",
        "ascii_art",
        "--subject",
        "control:echo",
        "--n",
        "42",
    ]
    args += ["--workers", "0", "--batch-size", "1", "--out"]
    process = subprocess.Popen([*args, tmp_path / "run"], stdout=subprocess.DEVNULL)
    records = tmp_path / "run" / "records.jsonl"
    deadline = time.monotonic() + 60
    while not (records.exists() and records.stat().st_size > 20_000) and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = records.read_bytes().count(b"\n")
    assert 0 < left < 42 and read_manifest(tmp_path / "run")["finished"] is None
    done = subprocess.run([*args, tmp_path / "run", "--resume"], capture_output=True, text=True, check=True)
    assert "42 ok" in done.stdout
    start(tmp_path / "undisturbed", n=42)
    assert content(tmp_path / "run") == content(tmp_path / "undisturbed")


def test_errors_are_retried(folder: Path, whole: Path) -> None:
    """On resume, error records make way for their retry; everything else is kept as it stands."""
    records = folder / "records.jsonl"
    lines = records.read_text().splitlines()
    lines[2] = json.dumps(
        {**json.loads(lines[2]), "status": "error", "reason": "HTTP 503", "descriptions": []}
    )
    records.write_text("\n".join(lines) + "\n")
    start(folder, resume=True)
    assert content(folder) == content(whole)
    assert records.read_text().splitlines()[:2] == lines[:2]


def test_a_finished_run_resumed_is_left_as_it_is(folder: Path, whole: Path) -> None:
    """Resuming what is complete adds nothing and keeps the time of its start."""
    start(folder, resume=True)
    assert (folder / "records.jsonl").read_bytes() == (whole / "records.jsonl").read_bytes()
    assert read_manifest(folder)["started"] == read_manifest(whole)["started"]


def test_a_run_is_not_overwritten(folder: Path, whole: Path) -> None:
    """Without --resume a folder that holds a run is refused and left as it is."""
    with pytest.raises(RunFolderError, match="holds a run already; use --resume"):
        start(folder)
    assert (folder / "records.jsonl").read_bytes() == (whole / "records.jsonl").read_bytes()
    assert (folder / "run.json").read_bytes() == (whole / "run.json").read_bytes()


@pytest.mark.parametrize(
    ("options", "difference"),
    [
        ({"seed": 5}, "seed: 0 there, 5 now"),
        ({"n": 8}, "suites.ascii_art.cases: 7 there, 8 now"),
        ({"subject_spec": "control:honest"}, 'subject.fingerprint.name: "echo" there, "honest" now'),
        ({"conditions": ("blind",)}, "conditions: "),
        ({"samples": 2, "settings": Settings(temperature=0.7)}, "samples: 1 there, 2 now"),
        ({"settings": Settings(max_new_tokens=5)}, "settings.max_new_tokens: 1024 there, 5 now"),
    ],
)
def test_another_run_is_not_continued(
    options: dict[str, Any], difference: str, folder: Path, whole: Path
) -> None:
    """A folder made with another suite, seed, subject or settings is refused, and the difference named."""
    with pytest.raises(RunFolderError) as caught:
        start(folder, resume=True, **options)
    assert difference in str(caught.value) and "\n" not in str(caught.value)
    assert (folder / "run.json").read_bytes() == (whole / "run.json").read_bytes()


def test_other_suites_and_checkers_are_named(folder: Path) -> None:
    """A changed suite digest and a changed checker version are refused by name."""
    path = folder / "run.json"
    manifest = json.loads(path.read_text())
    checkers = manifest["checkers"]["ascii_art"]
    changes = {
        f'checkers.ascii_art.figlet: "0" there, "{checkers["figlet"]}" now': {
            "checkers": {"ascii_art": {**checkers, "figlet": "0"}}
        },
        "suites.other: {} there, null now": {"suites": {**manifest["suites"], "other": {}}},
        'suites.ascii_art.digest: "12ab" there': {
            "suites": {"ascii_art": {**manifest["suites"]["ascii_art"], "digest": "12ab"}}
        },
    }
    for named, change in changes.items():
        path.write_text(json.dumps({**manifest, **change}))
        with pytest.raises(RunFolderError) as caught:
            start(folder, resume=True)
        assert named in str(caught.value)


def test_batch_size_and_workers_may_change(folder: Path) -> None:
    """What shapes the cost and not the replies may differ between the halves of a run."""
    assert start(folder, resume=True, settings=Settings(batch_size=2), workers=0) == folder


def test_a_fingerprint_of_tuples_is_resumed(tmp_path: Path) -> None:
    """A fingerprint is compared as JSON has it: a tuple is the list that stands in the manifest."""
    model: Any = subject("control:echo")
    model.fingerprint = lambda: {"sizes": (1, 2), 3: "x"}
    start(tmp_path / "run", subject_spec=model, n=2)
    start(tmp_path / "run", subject_spec=model, n=2, resume=True)


def test_a_second_writer_is_refused(folder: Path) -> None:
    """While a process writes a run, another one is refused at once."""
    manifest = read_manifest(folder)
    with RunFolder(folder, manifest, resume=True):
        args = [
            "run",
            "ascii_art",
            "--subject",
            "control:echo",
            "--n",
            str(N),
            "--resume",
            "--out",
            str(folder),
        ]
        second = subprocess.run(
            [sys.executable, "-m", "grounding.cli", *args], capture_output=True, text=True, check=False
        )
        assert (second.returncode, second.stdout) == (2, "")
        assert "another process is writing this run" in second.stderr and second.stderr.count("\n") == 1
    start(folder, resume=True)


def test_a_torn_last_line_is_not_read(folder: Path) -> None:
    """A last line without its end is left out, also where it happens to be whole JSON."""
    records = folder / "records.jsonl"
    for cut in (1, 10):
        os.truncate(records, records.stat().st_size - cut)
        assert len(list(read_records(folder))) == N - 1


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "null", "7", "{}", '{"case": "a", "sample": "x", "status": "ok"}', "[" * 5000,
     '{"case": "a", "sample": 0, "status": ["ok"]}', '{"case": 5, "sample": 0, "status": "ok"}',
     '{"case": "a", "sample": 0, "status": "great"}', "\udcff"],
)  # fmt: skip
def test_a_line_that_is_no_record_is_named(line: str, folder: Path) -> None:
    """A broken line before the end, or one that is no record, is an error with its number."""
    records = folder / "records.jsonl"
    lines = records.read_bytes().splitlines(keepends=True)
    lines.insert(3, line.encode("utf-8", "surrogateescape") + b"\n")
    records.write_bytes(b"".join(lines))
    for reading in (lambda: list(read_records(folder)), lambda: start(folder, resume=True)):
        with pytest.raises(RunFolderError, match=r"records.jsonl:4: .*remove the line"):
            reading()


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ("", "not readable as a manifest"), ("[]", "not a manifest of a grounding run"),
        ('{"name": "webapp"}', "not a manifest of a grounding run"),
        ('{"format": "grounding-run", "schema": 2}', "schema 2, this version reads 1; use the version"),
        ('{"format": "grounding-run"}', "schema None"),
    ],
)  # fmt: skip
def test_foreign_manifests_are_refused(manifest: str, words: str, tmp_path: Path) -> None:
    """A run.json of another tool, or of a later version, is neither read, nor continued, nor overwritten."""
    (tmp_path / "run.json").write_text(manifest)
    for reading in (
        lambda: read_manifest(tmp_path), lambda: list(read_records(tmp_path)),
        lambda: start(tmp_path, resume=True), lambda: start(tmp_path),
    ):  # fmt: skip
        with pytest.raises(RunFolderError, match=words):
            reading()
    assert (tmp_path / "run.json").read_text() == manifest


def test_records_without_a_manifest_are_refused(tmp_path: Path) -> None:
    """Somebody's records.jsonl is not appended to."""
    (tmp_path / "records.jsonl").write_text("mine\n")
    with pytest.raises(RunFolderError, match="not a run folder of ours"):
        start(tmp_path)
    assert (tmp_path / "records.jsonl").read_text() == "mine\n"


def test_foreign_files_are_left_alone(tmp_path: Path) -> None:
    """Other files in the folder survive a run and its resumption."""
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "artifacts").mkdir()
    (tmp_path / "artifacts" / "photo.jpg").write_text("mine too")
    start(tmp_path)
    start(tmp_path, resume=True)
    assert (tmp_path / "notes.txt").read_text() + (
        tmp_path / "artifacts" / "photo.jpg"
    ).read_text() == "minemine too"
    assert len(list(read_records(tmp_path))) == N


def test_artifacts_are_named_by_their_bytes(whole: Path) -> None:
    """Each record's artifact lies where it says and has the sha256 that it says."""
    for record in read_records(whole):
        artifact = read_artifact(whole, record)
        assert artifact is not None and artifact.sha256 == record["artifact"]["sha256"]
        assert record["artifact"]["path"] == f"artifacts/{artifact.sha256}.txt"


@pytest.mark.parametrize(
    "path",
    ["../secret", "artifacts/../secret", "artifacts/../../secret", "/etc/passwd", "artifacts/x/y", "",
     "artifacts", "artifacts/link", "a\0b", 7, None],
)  # fmt: skip
def test_artifact_paths_stay_in_the_folder(path: Any, folder: Path) -> None:
    """A path that leads out of artifacts/, by dots, root or link, or that is none, is refused."""
    (folder / "secret").write_text("s")
    (folder / "artifacts" / "link").symlink_to(folder / "secret")
    with pytest.raises(RunFolderError):
        read_artifact(folder, {"case": "c", "artifact": {"sha256": "", "path": path}})


@pytest.mark.parametrize("entry", ["artifacts/x", ["artifacts/x"], 5])
def test_an_artifact_that_is_no_entry_is_refused(entry: Any, folder: Path) -> None:
    """An artifact entry of another type is an error of the folder."""
    with pytest.raises(RunFolderError, match="names no artifact"):
        read_artifact(folder, {"case": "c", "artifact": entry})


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_one_clear_error(tmp_path: Path) -> None:
    """When records cannot be written the run stops with what to do."""
    (tmp_path / "run").mkdir()
    with (
        pytest.raises(RunFolderError, match="make room and use --resume"),
        filled(tmp_path / "run") as folder,
    ):
        folder.add([{"case": "a", "sample": 0, "status": "ok"}], [])


def filled(path: Path) -> Any:
    folder = RunFolder(path, {})
    assert folder._file is not None
    folder._file.close()
    folder._file = open("/dev/full", "ab")  # noqa: SIM115
    return folder


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A file in the place of the folder is one clear error."""
    (tmp_path / "file").write_text("x")
    for out in (tmp_path / "file", tmp_path / "file" / "run"):
        with pytest.raises(RunFolderError, match="cannot be written"):
            start(out)


def test_controls_of_a_run(tmp_path: Path) -> None:
    """controls.json has what the six controls score on the run's cases; one that is unreadable is named."""
    start(tmp_path, controls=True, n=2)
    controls = read_controls(tmp_path)
    assert controls is not None and controls["cases"] == {"ascii_art": {"run": 2, "without_oracle": 0}}
    assert set(controls["modalities"]["ascii_art"]) == {
        "oracle",
        "honest",
        "echo",
        "always-yes",
        "always-no",
        "silent",
    }
    (tmp_path / "controls.json").write_text("{")
    with pytest.raises(RunFolderError, match=r"controls.json: not readable"):
        read_controls(tmp_path)


def test_two_suites_of_one_name_are_refused(tmp_path: Path) -> None:
    """Records of two suites with one name could not be told apart; no suite at all is an error too."""
    for names in (["ascii_art", "ascii_art"], []):
        with pytest.raises(GroundingError):
            run(names, "control:echo", tmp_path / "run")
    assert "ascii_art" in suites.shipped() and not (tmp_path / "run").exists()


def test_a_run_that_raises_keeps_its_records(tmp_path: Path) -> None:
    """When something stops a run its records and counts are kept, and it is not marked as finished."""

    def stop(counts: Any, total: int) -> None:
        assert total == N
        if sum(counts.values()) >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        start(tmp_path, settings=Settings(batch_size=2), progress=stop)
    manifest = read_manifest(tmp_path)
    assert manifest["finished"] is None and manifest["counts"] == {"ok": len(list(read_records(tmp_path)))}
    start(tmp_path, resume=True)
    assert read_manifest(tmp_path)["counts"] == {"ok": N}


def test_samples_are_records_of_their_own(tmp_path: Path) -> None:
    """With two samples each case stands twice, and each (case, sample) once."""
    start(tmp_path, samples=2, settings=Settings(temperature=0.7), n=3)
    keys = [(r["case"], r["sample"]) for r in read_records(tmp_path)]
    assert len(keys) == len(set(keys)) == 6 and {s for _, s in keys} == {0, 1}


def test_records_are_ascii_json(whole: Path) -> None:
    """A record line is plain ASCII, so that nothing in it can break a line or move a cursor."""
    assert all(
        line.isascii() and json.loads(line) for line in (whole / "records.jsonl").read_bytes().splitlines()
    )
