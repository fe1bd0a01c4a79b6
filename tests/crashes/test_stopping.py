"""Ctrl-C: no success, and what was finished is kept."""

from __future__ import annotations

import json
import signal
from pathlib import Path

from crashing import CASES, command, content, finished, place, started, until

from grounding.store import read_records


def test_stopping_is_no_success(tmp_path: Path) -> None:
    """Ctrl-C stops a run with exit code 130 and says how to go on; --resume does."""
    place(tmp_path)
    records = tmp_path / "run" / "records.jsonl"
    # Too slow to come to its end by itself before the signal arrives.
    process = started(tmp_path, command("run", "--workers", 0, "--batch-size", 1), SLOW="0.2")
    assert until(lambda: records.exists() and records.stat().st_size > 0)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (
        130,
        "grounding: stopped; what was finished is kept, --resume goes on\n",
    )
    kept = list(read_records(tmp_path / "run"))
    assert 0 < len(kept) < CASES
    code, out, _ = finished(tmp_path, command("run", "--workers", 0, "--resume"))
    assert code == 0 and out.endswith(f"{CASES} ok\n")
    lines, _ = content(tmp_path / "run")
    assert len({json.dumps([line["case"], line["sample"]]) for line in lines}) == len(lines) == CASES
