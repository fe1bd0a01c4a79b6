"""`grounding compare` of two large runs: seconds and memory.

Both runs hold 100,000 records (see replicas.py) with all conditions, of subjects that differ: a control that describes
honestly and one that repeats the instruction.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from measuring import PYTHON, Row, run
from replicas import original, replicated

SIZE, SECONDS, MEGABYTES = 100_000, 60.0, 2_000.0


def rows(quick: bool = False) -> list[Row]:
    """The peak is of one process: there is no other."""
    n = 10_000 if quick else SIZE
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        runs = [
            replicated(original(at / f"{name}-original", f"control:{name}"), at / name, n)
            for name in ("honest", "echo")
        ]
        cost = run([Path(PYTHON).with_name("grounding"), "compare", *runs, "--json"])
    what = f"compare, 2 × {n:,} records"
    return [
        Row(what, cost.wall, "s", 1, ("<=", SECONDS), f"{cost.cpu:.1f} CPU-s, one process"),
        Row(what, cost.peak_mb, "MB peak", 1, ("<=", MEGABYTES)),
    ]
