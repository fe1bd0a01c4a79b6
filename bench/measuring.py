"""What the benches share: a row of the table, and running a command with its time and memory taken."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PYTHON = sys.executable


@dataclass(frozen=True)
class Row:
    """One line of the table.

    value  None: not measured, `note` says why
    floor  what it must be, (sign, number) such as ("<=", 1.0); None where nothing is promised
    n      how many measurements the value stands on
    """

    what: str
    value: float | None
    unit: str
    n: int
    floor: tuple[str, float] | None = None
    note: str = ""

    @property
    def met(self) -> str:
        if self.value is None:
            return "not measured"
        if self.floor is None:
            return ""
        sign, bound = self.floor
        return "yes" if (self.value <= bound if sign == "<=" else self.value >= bound) else "NO"

    def json(self) -> dict[str, Any]:
        return {**asdict(self), "met": self.met}


@dataclass(frozen=True)
class Cost:
    """Of one command: seconds of the clock, seconds of the processor (its waited-for children too), and MB of
    resident memory at its peak, without its children."""

    wall: float
    cpu: float
    peak_mb: float
    out: str = field(repr=False, default="")


def run(command: Sequence[str | Path], **environment: str) -> Cost:
    """Run a command to its end. Raises CalledProcessError, with what it said, if it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    peak, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(0.25):
            peak[0] = max(peak[0], peak_mb(process.pid))

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    over.set()
    watching.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args, out)
    wall = time.perf_counter() - start
    return Cost(wall, usage.ru_utime + usage.ru_stime, peak[0], out)


def peak_mb(pid: int | str) -> float:
    """The most memory that a process had so far (VmHWM: ru_maxrss begins at what its parent had); 0 if it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(x.split()[1]) / 1024 for x in status.splitlines() if x.startswith("VmHWM")), 0.0)
