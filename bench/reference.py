"""The engine's rate with the reference model, over that of a raw loop that asks the same and does nothing else.

The requests of a first run are kept; the loop puts the same batches to the same model. Both run in turn, in
changing order; with one process and without workers, so that the checkers' time counts against the engine.
With workers it would be taken by other cores.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from measuring import Row

import grounding
from grounding.subject import Settings, subject

CASES, TIMES, FLOOR = 64, 5, 0.95


class Recorder:
    """A subject that passes everything on, and keeps each call."""

    def __init__(self, model: Any):
        self.model, self.calls = model, []
        self.spec, self.batch_size, self.fingerprint = model.spec, model.batch_size, model.fingerprint

    def _passed(self, name: str, batch: Any) -> Any:
        self.calls.append((name, batch))
        return getattr(self.model, name)(batch)

    def generate(self, batch: Any) -> Any:
        return self._passed("generate", batch)

    def describe(self, batch: Any) -> Any:
        return self._passed("describe", batch)

    def probe(self, batch: Any) -> Any:
        return self._passed("probe", batch)


def rows(quick: bool = False) -> list[Row]:
    n, times = (24, 3) if quick else (CASES, TIMES)
    model = subject("reference", Settings())
    recorder = Recorder(model)
    with tempfile.TemporaryDirectory() as folder:
        number = iter(range(1000))

        def engine(workers: int, asked: Any = model) -> None:
            out = Path(folder) / str(next(number))
            grounding.run("ascii_art", asked, out, n=n, workers=workers, controls=False)

        def loop() -> None:
            for name, batch in recorder.calls:
                getattr(model, name)(batch)

        engine(0, recorder)  # and a warm-up
        table = []
        for workers in (0, 1):
            walls, cpus = _ratios(loop, lambda workers=workers: engine(workers), times)
            where = "no workers" if workers == 0 else "one worker"
            note = f"CPU time {cpus:.3f}; {n} cases, {len(recorder.calls)} batches"
            floor = (">=", FLOOR)
            table.append(Row(f"engine over raw loop, {where}", walls, "of its rate", times, floor, note))
    return table


def _ratios(loop: Callable[[], None], engine: Callable[[], None], times: int) -> tuple[float, float]:
    """Medians over pairs of (loop's seconds / engine's seconds), by the clock and by this process' time."""
    walls, cpus = [], []
    for i in range(times):
        taken = {}
        for work in (loop, engine) if i % 2 else (engine, loop):
            start = time.perf_counter(), time.process_time()
            work()
            taken[work is loop] = time.perf_counter() - start[0], time.process_time() - start[1]
        walls.append(taken[True][0] / taken[False][0])
        cpus.append(taken[True][1] / taken[False][1])
    return statistics.median(walls), statistics.median(cpus)
