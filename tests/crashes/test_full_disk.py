"""A disk without room, and one that may not be written: one clear line, and nothing that was recorded is lost."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from crashing import CASES, command, content, finished, place

from grounding.store import read_manifest, read_records

WORKERS = ("--workers", 0)
ROOM = 48 * 1024  # bytes: some of the records, not all


@pytest.fixture
def undisturbed(tmp_path: Path) -> Path:
    place(tmp_path)
    assert finished(tmp_path, command("whole", *WORKERS))[0] == 0
    return tmp_path / "whole"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with little room, in memory."""
    point = tmp_path / "disk"
    point.mkdir()
    if not _mounted("-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(point)):
        pytest.skip("a small file system can only be mounted by root")
    yield point
    subprocess.run(["umount", str(point)], check=True)


def _mounted(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0


def test_a_full_disk_stops_the_run_with_one_line(undisturbed: Path, disk: Path) -> None:
    """On a disk that fills up the run ends with what to do; its records are readable; with room it goes on."""
    run, here = disk / "run", undisturbed.parent
    code, out, err = finished(here, command(run, *WORKERS))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "No space left on device" in err and "make room and use --resume" in err
    kept = list(read_records(run))
    assert 0 < len(kept) < CASES and not list(run.rglob("*.new"))
    code, out, err = finished(here, command(run, *WORKERS, "--resume"))  # still full
    assert code == 2 and "No space left on device" in err and len(list(read_records(run))) >= len(kept)
    assert _mounted("-o", f"remount,size={ROOM * 100}", str(disk))
    assert finished(here, command(run, *WORKERS, "--resume"))[0] == 0
    assert content(run) == content(undisturbed)


def test_a_limit_on_file_sizes_is_like_a_full_disk(undisturbed: Path) -> None:
    """Where the records' file may not grow further (a quota, RLIMIT_FSIZE) it is the same."""
    here = undisturbed.parent
    # The limit would hold for a coverage measurement's own file too.
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    limited = subprocess.run(
        command("run", *WORKERS),
        cwd=here,
        env=unmeasured,
        text=True,
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM // 2, ROOM // 2)),
    )
    assert (limited.returncode, limited.stderr.count("\n")) == (2, 1), limited.stderr
    assert "File too large" in limited.stderr and "--resume" in limited.stderr
    kept = list(read_records(here / "run"))
    assert 0 < len(kept) < CASES and read_manifest(here / "run")["finished"] is None
    assert finished(here, command("run", *WORKERS, "--resume"))[0] == 0
    assert content(here / "run") == content(undisturbed)


@pytest.fixture
def read_only(undisturbed: Path) -> Iterator[Path]:
    """A directory with a run in it that may not be written: by its mode, or, as root, by its mount."""
    point = undisturbed.parent / "sealed"
    point.mkdir()
    if os.geteuid() == 0 and not _mounted("-t", "tmpfs", "tmpfs", str(point)):
        pytest.skip("root writes whatever the mode says, and a read-only file system cannot be mounted here")
    shutil.copytree(undisturbed, point / "begun")
    if os.geteuid() == 0:
        assert _mounted("-o", "remount,ro", str(point))
    else:
        for path in (point / "begun", point):
            path.chmod(0o500)
    yield point
    if os.geteuid() == 0:
        subprocess.run(["umount", str(point)], check=True)
    else:
        for path in (point, point / "begun"):
            path.chmod(0o700)


def test_a_folder_that_may_not_be_written_is_refused(read_only: Path) -> None:
    """A new run in a read-only place, and the resumption of one there, are one line and exit code 2."""
    for more in (["run"], ["begun", "--resume"]):
        code, out, err = finished(read_only.parent, command(read_only / more[0], *more[1:], *WORKERS))
        assert (code, out, err.count("\n")) == (2, "", 1) and "cannot be written" in err
        assert "Read-only" in err or "Permission denied" in err
    assert not (read_only / "run").exists() and len(list(read_records(read_only / "begun"))) == CASES


def test_a_path_where_nothing_can_be_made_is_refused(tmp_path: Path) -> None:
    """A path under /proc is one line and exit code 2, for root too."""
    place(tmp_path)
    code, out, err = finished(tmp_path, command("/proc/run", *WORKERS))
    assert (code, out, err.count("\n")) == (2, "", 1) and "/proc/run: cannot be written" in err
