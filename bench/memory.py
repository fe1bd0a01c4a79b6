"""Peak memory against the number of cases: of a run (the process that runs, its suite in memory), and of
`grounding score` and `grounding report` over run folders of the same sizes (see replicas.py)."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from measuring import PYTHON, Row, run
from replicas import original, replicated

HERE = Path(__file__).resolve().parent
SIZES = (1_000, 10_000, 100_000)


def rows(quick: bool = False) -> list[Row]:
    sizes = SIZES[:2] if quick else SIZES
    table = []
    peaks = [_run_peak(n) for n in sizes]
    table += [Row(f"run, {n:,} cases", peak, "MB peak", 1) for n, peak in zip(sizes, peaks, strict=True)]
    table.append(_growth("run", sizes, peaks))
    with tempfile.TemporaryDirectory() as folder:
        source = original(Path(folder) / "original")
        for name in ("score", "report"):
            peaks = []
            for n in sizes:
                replica = replicated(source, Path(folder) / f"{name}-{n}", n)
                tail = ["--json"] if name == "score" else ["--out", replica / "report.html"]
                cost = run([Path(PYTHON).with_name("grounding"), name, replica, *tail])
                peaks.append(cost.peak_mb)
                table.append(
                    Row(f"{name}, {n:,} records", cost.peak_mb, "MB peak", 1, None, f"{cost.cpu:.1f} CPU-s")
                )
                (replica / "records.jsonl").unlink()
            table.append(_growth(name, sizes, peaks))
    return table


def _run_peak(n: int) -> float:
    return float(json.loads(run([PYTHON, HERE / "one_run.py", str(n), "blind"]).out)["peak_mb"])


def _growth(name: str, sizes: tuple[int, ...], peaks: list[float]) -> Row:
    """KB that each further case takes; flat would be 0."""
    slope = (peaks[-1] - peaks[0]) * 1024 / (sizes[-1] - sizes[0])
    note = f"from {sizes[0]:,} to {sizes[-1]:,}; 0.1 counts as flat"
    return Row(f"{name}, growth", slope, "KB/case", len(sizes), ("<=", 0.1), note)
