"""kill -9 at any time: a resumed run ends with the records and artifacts of an undisturbed one."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from crashing import CASES, alive, children, command, content, finished, killed, place, started, until

from grounding.store import read_manifest, read_records

pytestmark = pytest.mark.skipif(
    not os.path.exists("/proc/self/environ"), reason="looks for processes in /proc"
)
KILLS, SEED = 20, 20261
SLOW = "0.003"
WORKERS = ("--workers", 1)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """An undisturbed run and the seconds that it took, its processes' start included."""
    folder = place(tmp_path_factory.mktemp("undisturbed"))
    start = time.monotonic()
    code, _, err = finished(folder, command("run", *WORKERS), SLOW=SLOW)
    assert (code, err) == (0, "")
    return folder / "run", time.monotonic() - start


def test_kills_at_random_times_lose_and_repeat_nothing(
    undisturbed: tuple[Path, float], tmp_path: Path
) -> None:
    """Twenty kills in a chain, of the run alone or of its whole group, spread over the time that a run takes:
    after the last resumption each record and artifact is there once, and no process is left alive."""
    whole, seconds = undisturbed
    place(tmp_path)
    draw, mark, run = random.Random(SEED), f"crash-{os.getpid()}-{SEED}", tmp_path / "run"
    times = [seconds * (i + draw.random()) / KILLS for i in range(KILLS)]
    draw.shuffle(times)
    found = []
    while times:
        process, start = (
            started(tmp_path, command(run, "--resume", *WORKERS), SLOW=SLOW, MARK=mark),
            time.monotonic(),
        )
        try:
            process.wait(times[-1])
        except subprocess.TimeoutExpired:
            killed(process, whole_group=len(times) % 2 == 0)
            times.pop()
            assert until(lambda: not alive(mark), 15), "a process outlived its run"
            found.append(len(list(read_records(run))) if (run / "run.json").exists() else 0)
        else:  # it came to its end before its time: the chain begins anew, and this kill comes earlier
            assert process.returncode == 0 and content(run) == content(whole)
            process.communicate()
            shutil.rmtree(run)
            times[-1] = (time.monotonic() - start) * draw.random()
    assert finished(tmp_path, command(run, "--resume", *WORKERS), SLOW=SLOW)[0] == 0
    assert content(run) == content(whole)
    assert read_manifest(run)["counts"] == {"ok": CASES} and read_manifest(run)["finished"]
    assert 0 in found and any(0 < n < CASES for n in found)  # kills came while it started and while it worked


@pytest.mark.parametrize(("of", "cost"), [("spawn_main", 0), ("own_process", 1)])
def test_a_killed_worker(of: str, cost: int, undisturbed: tuple[Path, float], tmp_path: Path) -> None:
    """kill -9 of a checking process costs nothing; of the subject's own, at most the request that it was asked
    alone, which is an error with the signal as reason. Resumed, the run is as undisturbed."""
    place(tmp_path)
    run = tmp_path / "run"
    process = started(tmp_path, command(run, *WORKERS), SLOW="0.03")
    records = run / "records.jsonl"
    assert until(lambda: records.exists() and records.stat().st_size > 0)
    victims = children(process.pid, of)
    assert len(victims) == 1 and process.poll() is None
    os.kill(victims[0], signal.SIGKILL)
    _, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    lost = [r["reason"] for r in read_records(run) if r["status"] == "error"]
    assert len(lost) <= cost and all("process was killed by SIGKILL" in why for why in lost)
    assert finished(tmp_path, command(run, "--resume", *WORKERS))[0] == 0
    assert content(run) == content(undisturbed[0])


def test_a_hanging_worker_and_subject_die_with_the_run(tmp_path: Path) -> None:
    """Where a subject hangs with the interpreter's lock held, killing the run alone ends its process too."""
    hangs = 'import re\nclass Slow:\n    def generate(self, b): return [str(re.match("(a+)+$", "a" * 80 + "b"))]\n'
    place(tmp_path, f"{hangs}    describe = probe = generate\n")
    mark = f"hang-{os.getpid()}"
    process = started(tmp_path, command("run", *WORKERS), MARK=mark)
    assert until(lambda: len(children(process.pid, "own_process")) == 1)
    time.sleep(1.5)  # the first batch is asked
    killed(process, whole_group=False)
    assert until(lambda: not alive(mark), 15)


def test_a_second_process_is_refused(undisturbed: tuple[Path, float], tmp_path: Path) -> None:
    """While a run is under way another on its folder ends at once with one line; the first is undisturbed."""
    place(tmp_path)
    first = started(tmp_path, command("run", *WORKERS), SLOW="0.02")
    assert until(lambda: (tmp_path / "run" / "records.jsonl").exists())
    for more in (["--resume"], []):
        code, out, err = finished(tmp_path, command("run", *WORKERS, *more))
        assert (code, out, err.count("\n")) == (2, "", 1) and "another process is writing this run" in err
    assert first.poll() is None
    _, err = first.communicate(timeout=120)
    assert (first.returncode, err) == (0, "") and content(tmp_path / "run") == content(undisturbed[0])


def test_half_written_files_of_a_kill_are_cleared(undisturbed: tuple[Path, float], tmp_path: Path) -> None:
    """What a kill leaves half written beside the artifacts is gone after the resumption; other files stay."""
    place(tmp_path)
    run = tmp_path / "run"
    shutil.copytree(undisturbed[0], run)
    lines = (run / "records.jsonl").read_text().splitlines(keepends=True)
    (run / "records.jsonl").write_text("".join(lines[:9]))
    name = json.loads(lines[12])["artifact"]["path"]
    (run / name).rename(run / f"{name}.new")
    (run / "artifacts" / "notes.new").write_text("mine")
    assert finished(tmp_path, command("run", "--resume", *WORKERS))[0] == 0
    (run / "artifacts" / "notes.new").unlink()
    assert content(run) == content(undisturbed[0])
