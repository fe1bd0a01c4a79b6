"""Worker processes for checking and reading, and what happens when one dies or does not come back.

A job is a task on rows (one row a trial). A worker that dies, or spends more than `limit` seconds on a row,
takes its pool with it; the rows of the jobs that were under way are then taken one at a time, in a process
apart, and what kills that process is the fault of its row, which becomes an error record. So one hostile
artifact costs its own record only, and no artifact can hang a run.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from grounding.asking import said
from grounding.errors import GroundingError
from grounding.orphans import die_with, parent_now

LIMIT = 120.0  # seconds for one trial's check or reading: a hundred times what the slowest takes
EXTEND = (
    1.0  # seconds after which a row gets its time anew: a timer for each row would cost more than many rows
)


@dataclass(frozen=True, slots=True)
class Task:
    """What is done with a row, and what stands in its place when that cannot be done.

    work    (*row) -> result
    broken  (why, *row) -> result; it must not fail

    Both are functions of a module: they are sent to workers by name.
    """

    work: Callable[..., Any]
    broken: Callable[..., Any]


Results = tuple[list[Any], float]  # one a row, and the seconds that they took


def done_rows(task: Task, limit: float | None, *columns: Sequence[Any]) -> Results:
    """Each row on its own: a checker that raises on one artifact is an error of ours, of that record only."""
    start = time.perf_counter()
    done, armed = [], -EXTEND
    for row in zip(*columns, strict=True):
        now = time.perf_counter() - start
        if limit is not None and now - armed >= min(EXTEND, limit / 2):
            _arm(limit)
            armed = now
        try:
            done.append(task.work(*row))
        except (Exception, SystemExit) as error:  # noqa: BLE001  one trial that breaks a modality must not end the run
            done.append(task.broken(said(error), *row))
    if limit is not None:
        faulthandler.cancel_dump_traceback_later()
    return done, time.perf_counter() - start


def _arm(limit: float) -> None:
    """End this process `limit` seconds from now. A thread in C does it: code that holds the interpreter's
    lock for ever, a regular expression for example, stops neither it nor its clock."""
    faulthandler.dump_traceback_later(limit, exit=True, file=_devnull())


def _devnull() -> int:
    global _sink
    if _sink is None:
        _sink = os.open(os.devnull, os.O_WRONLY)
    return _sink


_sink: int | None = None


def _start(parent: int, lasting: bool) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run, which ends its workers
    die_with(parent, lasting)


class Job:
    """A task that is under way in a worker."""

    def __init__(self, workers: Workers, task: Task, columns: tuple[Sequence[Any], ...]):
        self._workers, self._task, self._columns = workers, task, columns
        self._future, self._pool = workers.start(task, columns)

    def done(self) -> bool:
        return self._future.done()

    def result(self) -> Results:
        try:
            return self._future.result()
        except BrokenProcessPool:
            self._workers.renew(self._pool)
        except Exception:  # noqa: BLE001, S110  rows or results that cannot be sent between processes: found one by one
            pass
        start = time.perf_counter()
        found = [self._workers.apart(self._task, row) for row in zip(*self._columns, strict=True)]
        return found, time.perf_counter() - start


class Workers:
    """A pool of n worker processes, or none. Spawned, not forked: torch's threads do not survive a fork.

    limit  seconds that a row may take in a worker. Without workers nothing can stop it.
    """

    def __init__(self, n: int, limit: float = LIMIT):
        self._n, self._limit = n, limit
        self._pool: ProcessPoolExecutor | None = None
        self._apart: ProcessPoolExecutor | None = None

    def submit(self, task: Task, *columns: Sequence[Any]) -> Job:
        return Job(self, task, columns)

    def start(
        self, task: Task, columns: tuple[Sequence[Any], ...]
    ) -> tuple[Future[Results], ProcessPoolExecutor | None]:
        if self._n == 0:
            future: Future[Results] = Future()
            future.set_result(done_rows(task, None, *columns))
            return future, None
        self._pool = self._pool or _pool(self._n)
        try:
            return self._pool.submit(done_rows, task, self._limit, *columns), self._pool
        except BrokenProcessPool:
            self.renew(self._pool)
            return self._pool.submit(done_rows, task, self._limit, *columns), self._pool

    def renew(self, broken: ProcessPoolExecutor | None) -> None:
        """New processes in the place of the broken ones; not again for each job that broke with them."""
        if broken is not None and self._pool is broken:
            broken.shutdown(wait=False, cancel_futures=True)
            self._pool = _pool(self._n)

    def apart(self, task: Task, row: tuple[Any, ...]) -> Any:
        """One row in a process where nothing else runs. Raises GroundingError where none can be started."""
        pool = self._apart = self._apart or _pool(1)
        try:
            pool.submit(os.getpid).result()  # a process that cannot start is not the row's fault
        except BrokenProcessPool as error:
            raise GroundingError(
                "processes that check cannot be started (out of memory?); try --workers 0"
            ) from error
        start = time.perf_counter()
        try:
            return pool.submit(done_rows, task, self._limit, *([cell] for cell in row)).result()[0][0]
        except BrokenProcessPool:
            pool.shutdown(wait=False, cancel_futures=True)
            self._apart = None
            late = time.perf_counter() - start >= self._limit
            why = (
                f"timeout after {self._limit:g} s" if late else "its process died (killed, or out of memory)"
            )
        except Exception as error:  # noqa: BLE001  a row or a result that cannot be sent
            why = said(error)
        return task.broken(why, *row)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for pool in (self._pool, self._apart):
            if pool is not None:
                with suppress(BrokenProcessPool):
                    pool.shutdown(wait=True, cancel_futures=True)


def _pool(n: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        n, multiprocessing.get_context("spawn"), initializer=_start, initargs=parent_now()
    )
