"""A run folder of any size, to measure what reads run folders: real records of a control, again and again.

Each replica has cases and clusters of its own; artifacts are shared. The records are those of a control
on the ASCII art suite, so they hold what real ones hold, without the time that real ones take.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import grounding

ORIGINALS = 500


def original(folder: Path, control: str = "control:honest") -> Path:
    """The run that the replicas are made of."""
    return grounding.run("ascii_art", control, folder, n=ORIGINALS)


def replicated(source: Path, folder: Path, n: int) -> Path:
    """A run folder of n records, made of those of `source`."""
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("records.jsonl", "*lock*"))
    records = [json.loads(line) for line in (source / "records.jsonl").read_text().splitlines()]
    with (folder / "records.jsonl").open("w") as out:
        for i in range(n):
            record, number = records[i % len(records)], i // len(records)
            names = {key: f"{record[key]}-{number}" for key in ("case", "partner", "cluster") if record[key]}
            out.write(json.dumps(record | names, separators=(",", ":")) + "\n")
    return folder
