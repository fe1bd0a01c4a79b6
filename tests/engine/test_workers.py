"""Worker processes: one that dies or hangs costs the row that did it, and nothing else."""

from __future__ import annotations

import os
import re
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from grounding.engine.workers import Task, Workers

LIMIT = 2.0  # seconds a row; starting a worker does not count


def answer(value: Any) -> Any:
    return value


def die_once(marker: str) -> str:
    """Ends its process the first time that it is called with this marker."""
    if marker.startswith("/") and not os.path.exists(marker):
        Path(marker).touch()
        time.sleep(0.2)  # the other jobs reach the queue first
        os._exit(9)
    return marker


def hostile(row: Any) -> Any:
    """What the row says: exit, hang (holding the interpreter's lock or not), raise, or give itself."""
    acts: dict[Any, Any] = {
        "exit": lambda: os._exit(3),
        "sleep": lambda: time.sleep(1000),
        "regex": lambda: re.match(r"(a+)+$", "a" * 60 + "b"),
        "sys.exit": lambda: (_ for _ in ()).throw(SystemExit(4)),
        "memory": lambda: (_ for _ in ()).throw(MemoryError()),
        "unsendable": threading.Lock,
    }
    return acts[row]() if row in acts else row


def broken(why: str, row: Any) -> tuple[str, Any]:
    return why, row


DIES, HOSTILE = Task(die_once, broken), Task(hostile, broken)


def test_jobs_outlive_a_worker(tmp_path: Path) -> None:
    """When a worker dies, every job that was under way is done again, and later ones come as ever."""
    marker = str(tmp_path / "died")
    with Workers(1) as pool:
        first = pool.submit(DIES, ["a", marker, "b"])
        early = [pool.submit(DIES, [str(i)]) for i in range(2, 5)]
        assert first.result()[0] == ["a", marker, "b"]
        late = [pool.submit(DIES, [str(i)]) for i in range(5, 12)]
        assert [job.result()[0] for job in [*early, *late]] == [[str(i)] for i in range(2, 12)]


@pytest.mark.parametrize(
    ("act", "why"),
    [
        ("exit", "its process died (killed, or out of memory)"),
        ("sleep", "timeout after 2 s"),
        ("regex", "timeout after 2 s"),
    ],
)
def test_a_row_that_ends_or_hangs_its_worker_fails_alone(act: str, why: str) -> None:
    """A row that ends its process, or never returns, even with the interpreter's lock held, is broken; its
    neighbours and the jobs beside it are not."""
    with Workers(2, LIMIT) as pool:
        jobs = [pool.submit(HOSTILE, [1, 2]), pool.submit(HOSTILE, [3, act, 4]), pool.submit(HOSTILE, [5])]
        found = [job.result()[0] for job in jobs]
    assert found == [[1, 2], [3, (why, act), 4], [5]]


def test_two_hostile_rows_of_one_batch() -> None:
    """Each hostile row of a batch is broken for itself."""
    with Workers(1, LIMIT) as pool:
        found = pool.submit(HOSTILE, ["exit", 1, "sleep", 2]).result()[0]
    assert [row if isinstance(row, int) else row[1] for row in found] == ["exit", 1, "sleep", 2]
    assert found[2][0] == "timeout after 2 s"


@pytest.mark.parametrize("workers", [0, 1])
def test_what_a_checker_raises_is_its_rows_reason(workers: int) -> None:
    """An exception, sys.exit and MemoryError break their row, in a worker or without one."""
    with Workers(workers, LIMIT) as pool:
        found = pool.submit(HOSTILE, ["sys.exit", 1, "memory"]).result()[0]
    assert found == [("SystemExit: 4", "sys.exit"), 1, ("MemoryError: ", "memory")]


def test_a_result_that_cannot_be_sent_breaks_its_row() -> None:
    """What cannot be pickled is that row's fault and leaves its neighbours their results."""
    with Workers(1, LIMIT) as pool:
        found = pool.submit(HOSTILE, [1, "unsendable", 2]).result()[0]
    assert (found[0], found[1][1], found[2]) == (1, "unsendable", 2) and "pickle" in found[1][0]


def test_a_slow_batch_is_not_a_hanging_one() -> None:
    """The limit is for a row: a batch that takes longer in all is left in peace."""
    with Workers(1, LIMIT) as pool:
        assert pool.submit(Task(rest, broken), [0.8] * 4).result()[0] == [0.8] * 4


def rest(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def test_seconds_are_never_negative(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wall clock that jumps back does not reach what a job says that it took."""
    monkeypatch.setattr(time, "time", lambda: -1e9)
    with Workers(0) as pool:
        assert pool.submit(HOSTILE, [1]).result()[1] >= 0
