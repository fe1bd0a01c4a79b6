"""One `grounding.run` of tally marks in a process of its own, as a line of JSON: what engine.py and memory.py
measure. `python bench/one_run.py N [CONDITIONS] [WORKERS]`

cpu       seconds of this process and its workers from before the run until after it
modality  of these, the processor's seconds inside the modality's methods (only without workers: there they can be seen)
peak_mb   the largest resident memory of this process
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measuring import peak_mb
from tallies import installed

TIMED = ("parse", "check", "observe", "read", "words", "relation", "near_misses", "say", "oracle")
_inside = [0.0, 0]  # seconds, depth


def cpu() -> float:
    """Seconds of user and system time of this process and the children that it has waited for."""
    now = os.times()
    return now.user + now.system + now.children_user + now.children_system


def timed(method: Callable[..., Any]) -> Callable[..., Any]:
    """The method, its time added to `_inside`; a method that calls another counts once."""

    def wrapper(*args: Any) -> Any:
        if _inside[1]:
            return method(*args)
        _inside[1] = 1
        start = time.process_time()
        try:
            return method(*args)
        finally:
            _inside[0] += time.process_time() - start
            _inside[1] = 0

    return wrapper


def main(n: int, conditions: str, workers: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        suite = installed(Path(folder) / "package", n)
        import grounding

        of = grounding.modality("tally")
        for name in TIMED if workers == 0 else ():
            setattr(of, name, timed(getattr(of, name)))
        before = cpu()
        out = Path(folder) / "run"
        grounding.run(
            str(suite), "control:oracle", out, n=n, conditions=tuple(conditions.split(",")), workers=workers
        )
        taken = cpu() - before
        with (out / "records.jsonl").open("rb") as records:
            count = sum(1 for _ in records)
        assert count == n, f"{count} records of {n}"
    peak = peak_mb("self")
    print(json.dumps({"cpu": taken, "modality": _inside[0], "peak_mb": peak}))


if __name__ == "__main__":
    args = sys.argv[1:] + ["blind,instructed,swapped", "0"][len(sys.argv) - 2 :]
    main(int(args[0]), args[1], int(args[2]))
