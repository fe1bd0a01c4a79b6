"""What the benches share: a row of the table, and running a command with its time and memory taken."""

from __future__ import annotations

import os
import subprocess
import sys
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
    """Of one command: seconds of the clock, seconds of the processor (its waited-for children too), peak MB."""

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
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args, out)
    wall = time.perf_counter() - start
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out)
