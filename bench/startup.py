"""Start-up: `import grounding` and `grounding --help`, medians of 20, beside the bare interpreter's."""

from __future__ import annotations

import statistics
from pathlib import Path

from measuring import PYTHON, Row, run

TIMES = 20


def rows(quick: bool = False) -> list[Row]:
    commands: dict[str, list[str | Path]] = {
        "bare": [PYTHON, "-c", "pass"],
        "import": [PYTHON, "-c", "import grounding"],
        "help": [Path(PYTHON).with_name("grounding"), "--help"],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(TIMES + 1):  # in turn, so that a busy moment hits all three
        for name, command in commands.items():
            taken[name].append(run(command).wall)
    middle = {
        name: statistics.median(seconds[1:]) for name, seconds in taken.items()
    }  # the first warms the disk
    return [
        Row("python -c pass", middle["bare"], "s", TIMES),
        Row("import grounding, beyond it", middle["import"] - middle["bare"], "s", TIMES, ("<=", 0.15)),
        Row("grounding --help", middle["help"], "s", TIMES, ("<=", 0.35)),
    ]
