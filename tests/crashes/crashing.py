"""What the tests of faults share: a small suite, a slow honest subject, real `grounding` processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

CASES = 24
SUITE = "name: small\nmodality: tally\nfamilies: [{family: plain, n: 24}]\nseed: 0\n"
# A modality that is cheap to load: a run is then short enough to be killed often.
TALLY = Path(__file__).parent.parent / "data" / "tally_marks" / "tally_marks.py"
POINTS = "[grounding.modalities]\ntally = {modality}\n\n[grounding.subjects]\n{subjects}\n"
# The echo control in a process of its own, slowed down so that a kill finds it at work.
SUBJECT = """
import os, time
from grounding.subject import Settings, subject

class Slow:
    batch_size = 1
    def __init__(self):
        self.echo = subject("control:echo", Settings())
    def _asked(self, method, batch):
        time.sleep(float(os.environ.get("SLOW", "0")))
        return getattr(self.echo, method)(batch)
    def generate(self, batch): return self._asked("generate", batch)
    def describe(self, batch): return self._asked("describe", batch)
    def probe(self, batch): return self._asked("probe", batch)
"""


def place(
    folder: Path, subject: str = SUBJECT, modality: str = "tally_marks:Tally", subjects: str = ""
) -> Path:
    """A working directory with the suite and the subject in it, and the modality as an installed package."""
    about = folder / "tally_marks-1.0.dist-info"
    about.mkdir(parents=True, exist_ok=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: tally-marks\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(POINTS.format(modality=modality, subjects=subjects))
    (folder / "tally_marks.py").write_text(TALLY.read_text())
    (folder / "small.yaml").write_text(SUITE)
    (folder / "slow_subject.py").write_text(subject)
    return folder


def command(out: Path | str, *more: object) -> list[str]:
    given = [
        "run",
        "small.yaml",
        "--subject",
        "python:slow_subject:Slow",
        "--no-controls",
        "--out",
        out,
        *more,
    ]
    return [sys.executable, "-m", "grounding.cli", *map(str, given)]


def started(folder: Path, arguments: list[str], **variables: str) -> subprocess.Popen[str]:
    """The command in a process group of its own."""
    return subprocess.Popen(
        arguments,
        cwd=folder,
        env={**os.environ, **variables},
        start_new_session=True,
        # A shell's background job ignores Ctrl-C, and what it starts would too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finished(folder: Path, arguments: list[str], **variables: str) -> tuple[int, str, str]:
    """Exit code, output and errors of the command."""
    process = started(folder, arguments, **variables)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def content(run: Path) -> tuple[list[dict[str, Any]], Mapping[str, bytes]]:
    """Every line of the records, without the time that it took, and every artifact."""
    lines = [json.loads(line) for line in (run / "records.jsonl").read_text().splitlines()]
    records = sorted(({**r, "timing": None} for r in lines), key=lambda r: (r["case"], r["sample"]))
    return records, {file.name: file.read_bytes() for file in (run / "artifacts").iterdir()}


def alive(mark: str) -> list[int]:
    """The processes that carry the mark in their environment."""
    return [pid for pid in _processes() if mark.encode() in _bytes(f"/proc/{pid}/environ")]


def children(pid: int, words: str) -> list[int]:
    """The child processes whose command line has these words."""
    return [
        child
        for child in _processes()
        if words.encode() in _bytes(f"/proc/{child}/cmdline")
        and _bytes(f"/proc/{child}/stat").rpartition(b")")[2].split()[1:2] == [str(pid).encode()]
    ]


def _processes() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdigit())


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:  # it has ended
        return b""


def until(true: Any, seconds: float = 30.0) -> bool:
    """Whether it becomes true within so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return bool(true())


def killed(process: subprocess.Popen[str], whole_group: bool) -> None:
    """kill -9, of the process alone or with everything that it has started."""
    if whole_group:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()
