"""The local engine: the subject in this process, checkers and readers in worker processes.

While the subject generates batch i + 1, the workers check batch i; while it describes, they read. Records
come out in the order of the trials and do not depend on batch size or the number of workers.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from grounding import passes
from grounding.engine.workers import LIMIT, Job, Task, Workers
from grounding.errors import SubjectError
from grounding.modality import Artifact, modality
from grounding.passes import Checked, Spoken, Trial
from grounding.store import encoded
from grounding.subject import Failure, Subject, gone

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
    limit: float = LIMIT,
) -> None:
    """Take every trial of one modality through all passes; `emit` gets finished records batch by batch.

    workers  processes for checking and reading; 0 does it all in this one
    limit    seconds that a trial's check or reading may take in a worker

    Raises SubjectError when the subject can be asked no more: every trial that was begun has its record.
    """
    of = modality(name)
    size = batch_size or subject.batch_size
    waiting: deque[tuple[Job, float]] = deque()
    reading: deque[tuple[Job, dict[str, float]]] = deque()
    with Workers(workers, limit) as pool:

        def describe_next() -> None:
            job, generated = waiting.popleft()
            checked, seconds = job.result()
            start = time.perf_counter()
            spoken = passes.probe(subject, of, passes.describe(subject, of, checked, conditions))
            timing = {"generate": generated, "check": seconds, "describe": time.perf_counter() - start}
            reading.append((pool.submit(READ, spoken), timing))

        def emit_finished(everything: bool) -> None:
            while reading and (everything or reading[0][0].done()):
                job, timing = reading.popleft()
                records, _ = job.result()
                shares = {k: round(v / len(records), 6) for k, v in timing.items()}
                emit([({**record, "timing": shares}, artifact) for record, artifact in records])

        for batch in _batches(trials, size):
            start = time.perf_counter()
            replies = passes.generate(subject, of, batch)
            waiting.append((pool.submit(CHECK, batch, replies), time.perf_counter() - start))
            while len(waiting) >= AHEAD or (waiting and waiting[0][0].done()):
                describe_next()
            emit_finished(everything=False)
            if gone(subject):
                break
        while waiting:
            describe_next()
            emit_finished(everything=False)
        emit_finished(everything=True)
    if why := gone(subject):
        raise SubjectError(f"{subject.spec}: {why}; what was finished is kept, --resume goes on")


def _batches(trials: Iterable[Trial], size: int) -> Iterator[list[Trial]]:
    stream = iter(trials)
    while batch := list(islice(stream, size)):
        yield batch


# --- work that runs in workers ----------------------------------------------------------------------


def _check(trial: Trial, reply: str | bytes | Failure) -> Checked:
    return passes.check(modality(trial.case.modality), [trial], [reply])[0]


def _broken_check(why: str, trial: Trial, reply: str | bytes | Failure) -> Checked:
    return passes.check(modality(trial.case.modality), [trial], [Failure(f"check: {why}")])[0]


def _read(spoken: Spoken) -> Done:
    """One record that is sure to be storable: what a checker gives as evidence may be no JSON."""
    record = passes.read(modality(spoken.checked.trial.case.modality), [spoken])[0]
    encoded(record)
    return record, spoken.checked.artifact


def _broken_read(why: str, spoken: Spoken) -> Done:
    trial, reply = spoken.checked.trial, spoken.checked.reply
    return _read(Spoken(Checked(trial, reply, "error", f"read: {why}", spoken.checked.artifact)))


CHECK, READ = Task(_check, _broken_check), Task(_read, _broken_read)
