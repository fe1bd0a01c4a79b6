"""The local engine: the subject in this process, checkers and readers in worker processes.

While the subject generates batch i + 1, the workers check batch i; while it describes, they read. Records
come out in the order of the trials and do not depend on batch size or the number of workers.
"""

from __future__ import annotations

import multiprocessing
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Any

from grounding import passes
from grounding.errors import GroundingError
from grounding.modality import Artifact, modality
from grounding.passes import Checked, Spoken, Trial
from grounding.store import encoded
from grounding.subject import Failure, Subject

AHEAD = 2  # batches generated but not yet described: enough to keep workers busy, few enough to stay small
Done = tuple[dict[str, Any], Artifact | None]


def run(
    trials: Iterable[Trial],
    name: str,
    subject: Subject,
    conditions: Sequence[str],
    workers: int,
    emit: Callable[[list[Done]], None],
    batch_size: int | None = None,
) -> None:
    """Take every trial of one modality through all passes; `emit` gets finished records batch by batch.

    workers  processes for checking and reading; 0 does it all in this one
    """
    of = modality(name)
    size = batch_size or subject.batch_size
    waiting: deque[tuple[_Job, float]] = deque()
    reading: deque[tuple[_Job, dict[str, float]]] = deque()
    with Workers(workers) as pool:

        def describe_next() -> None:
            job, generated = waiting.popleft()
            checked, seconds = job.result()
            start = time.perf_counter()
            spoken = passes.probe(subject, of, passes.describe(subject, of, checked, conditions))
            timing = {"generate": generated, "check": seconds, "describe": time.perf_counter() - start}
            reading.append((pool.submit(_read, name, spoken), timing))

        def emit_finished(everything: bool) -> None:
            while reading and (everything or reading[0][0].done()):
                job, timing = reading.popleft()
                records, _ = job.result()
                shares = {k: round(v / len(records), 6) for k, v in timing.items()}
                emit([({**record, "timing": shares}, artifact) for record, artifact in records])

        for batch in _batches(trials, size):
            start = time.perf_counter()
            replies = passes.generate(subject, of, batch)
            waiting.append((pool.submit(_check, name, batch, replies), time.perf_counter() - start))
            while len(waiting) >= AHEAD or (waiting and waiting[0][0].done()):
                describe_next()
            emit_finished(everything=False)
        while waiting:
            describe_next()
            emit_finished(everything=False)
        emit_finished(everything=True)


def _batches(trials: Iterable[Trial], size: int) -> Iterator[list[Trial]]:
    stream = iter(trials)
    while batch := list(islice(stream, size)):
        yield batch


# --- work that runs in workers ----------------------------------------------------------------------


def _check(
    name: str, trials: list[Trial], replies: list[str | bytes | Failure]
) -> tuple[list[Checked], float]:
    start = time.perf_counter()
    checked = _each(lambda t, r: passes.check(modality(name), [t], [r])[0], _broken_check, trials, replies)
    return checked, time.perf_counter() - start


def _read(name: str, spoken: list[Spoken]) -> tuple[list[Done], float]:
    start = time.perf_counter()
    records = _each(_record, _broken_read, spoken)
    return [
        (r, s.checked.artifact) for r, s in zip(records, spoken, strict=True)
    ], time.perf_counter() - start


def _record(spoken: Spoken) -> dict[str, Any]:
    """One record that is sure to be storable: what a checker gives as evidence may be no JSON."""
    record = passes.read(modality(spoken.checked.trial.case.modality), [spoken])[0]
    encoded(record)
    return record


def _each(work: Callable[..., Any], broken: Callable[..., Any], *columns: Sequence[Any]) -> list[Any]:
    """Each row on its own: a checker that raises on one artifact is an error of ours, of that record only."""
    done = []
    for row in zip(*columns, strict=True):
        try:
            done.append(work(*row))
        except Exception as error:  # noqa: BLE001  one trial that breaks a modality must not end the run
            done.append(broken(f"{type(error).__name__}: {error}"[:500], *row))
    return done


def _broken_check(why: str, trial: Trial, reply: str | bytes | Failure) -> Checked:
    return passes.check(modality(trial.case.modality), [trial], [Failure(f"check: {why}")])[0]


def _broken_read(why: str, spoken: Spoken) -> dict[str, Any]:
    trial, reply = spoken.checked.trial, spoken.checked.reply
    return _record(Spoken(Checked(trial, reply, "error", f"read: {why}", spoken.checked.artifact)))


class _Job:
    """A call that is under way in a worker, and how to make it again if its worker dies."""

    def __init__(self, pool: Workers, call: tuple[Any, ...]):
        self._pool, self._call = pool, call
        self._start()

    def _start(self) -> None:
        self._future = self._pool.start(self._call)
        self._started_in = self._pool.processes

    def done(self) -> bool:
        return self._future.done()

    def result(self) -> Any:
        try:
            return self._future.result()
        except BrokenProcessPool:
            self._pool.restart(self._started_in)
        self._start()
        try:
            return self._future.result()
        except BrokenProcessPool as error:
            raise GroundingError(
                "a checker process died twice on one batch (out of memory?); "
                "try --workers 0 or a smaller batch"
            ) from error


class Workers:
    """A pool of worker processes, or none. Spawned, not forked: torch's threads do not survive a fork."""

    def __init__(self, n: int):
        self._n = n
        self.processes: ProcessPoolExecutor | None = None

    def submit(self, function: Callable[..., Any], *args: Any) -> _Job:
        return _Job(self, (function, *args))

    def start(self, call: tuple[Any, ...]) -> Future[Any]:
        if self._n == 0:
            future: Future[Any] = Future()
            try:
                future.set_result(call[0](*call[1:]))
            except Exception as error:  # noqa: BLE001  what a future is for: raised again by result()
                future.set_exception(error)
            return future
        if self.processes is None:
            self.processes = ProcessPoolExecutor(self._n, multiprocessing.get_context("spawn"))
        try:
            return self.processes.submit(*call)
        except BrokenProcessPool:
            self.restart(self.processes)
            return self.processes.submit(*call)

    def restart(self, broken: ProcessPoolExecutor | None) -> None:
        """New processes in the place of the broken ones; not again for each job that broke with them."""
        if self.processes is not broken or broken is None:
            return
        broken.shutdown(wait=False, cancel_futures=True)
        self.processes = ProcessPoolExecutor(self._n, multiprocessing.get_context("spawn"))

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        if self.processes is not None:
            self.processes.shutdown(wait=True, cancel_futures=True)
