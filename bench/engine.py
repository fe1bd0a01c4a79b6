"""What run and record cost by themselves: a control subject on tally marks (see tallies.py), beside Inspect.

The time inside the modality's own methods is measured and taken off; the control's time is in. Inspect runs
one-turn samples with its mock model and its exact-match scorer, in an environment of its own.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from pathlib import Path

from measuring import PYTHON, Row, run

HERE = Path(__file__).resolve().parent
CASES, SAMPLES, FLOOR = 10_000, 1_000, 1.0  # floor: milliseconds of the processor for a case
CONDITIONS = {"one condition": "blind", "three conditions": "blind,instructed,swapped"}


def rows(inspect: Path | None, quick: bool = False) -> list[Row]:
    """`inspect` is the python of an environment that has inspect-ai."""
    n, times = (2_000, 1) if quick else (CASES, 3)
    table, ours = [], 0.0
    for name, conditions in CONDITIONS.items():
        for workers in (0, 1):
            runs = [_run(n, conditions, workers) for _ in range(times)]
            cost = statistics.median(r["cpu"] - r["modality"] for r in runs) / n * 1e3
            inside = statistics.median(r["modality"] for r in runs) / n * 1e3
            note = f"beside it {inside:.3f} ms in the modality" if workers == 0 else "modality in it"
            where = "in one process" if workers == 0 else "with a worker"
            table.append(Row(f"run and record, {name}, {where}", cost, "CPU-ms/case", n, ("<=", FLOOR), note))
            ours = cost if (workers, name) == (0, "three conditions") else ours
    return table + _inspect(inspect, ours, 200 if quick else SAMPLES, times)


def _run(n: int, conditions: str, workers: int) -> dict[str, float]:
    found: dict[str, float] = json.loads(
        run([PYTHON, HERE / "one_run.py", str(n), conditions, str(workers)]).out
    )
    return found


def _inspect(python: Path | None, ours: float, samples: int, times: int) -> list[Row]:
    name = "Inspect, mock model, one turn"
    if python is None:
        return [Row(name, None, "CPU-ms/sample", 0, None, "give --inspect PYTHON")]
    taken = []
    with tempfile.TemporaryDirectory() as logs:
        for _ in range(times):
            found = run([python, HERE / "inspect_run.py", str(samples), logs]).out.splitlines()[-1]
            taken.append(float(found))
    cost = statistics.median(taken) / samples * 1e3
    return [
        Row(name, cost, "CPU-ms/sample", samples),
        Row("Inspect over ours, three conditions", cost / ours, "times", samples),
    ]
