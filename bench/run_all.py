"""All figures of docs/performance.md as one table: `python bench/run_all.py [--quick] [--only NAME]
[--inspect PYTHON] [--json FILE]`

--quick    fewer cases and repetitions: minutes instead of half an hour
--only     one of startup, engine, figlet, reference, memory, compare, drift
--inspect  the python of an environment that has inspect-ai; without it, that row is not measured
--json     also write the rows there
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from measuring import Row


def parts(inspect: Path | None, quick: bool) -> dict[str, Callable[[], list[Row]]]:
    """The benches by name; each is imported only when it runs."""
    import compare_scale
    import drift_simulation
    import engine
    import figlet_reading
    import memory
    import reference
    import startup

    return {
        "startup": lambda: startup.rows(quick),
        "engine": lambda: engine.rows(inspect, quick),
        "figlet": lambda: figlet_reading.rows(quick),
        "reference": lambda: reference.rows(quick),
        "memory": lambda: memory.rows(quick),
        "compare": lambda: compare_scale.rows(quick),
        "drift": lambda: drift_simulation.rows(quick),
    }


def line(row: Row) -> str:
    value = "not measured" if row.value is None else f"{row.value:,.3f}".rstrip("0").rstrip(".")
    floor = f"{row.floor[0]} {row.floor[1]:g}" if row.floor else ""
    return f"| {row.what} | {value} {row.unit} | {floor} | {row.met} | {row.n:,} | {row.note} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument(
        "--only", choices=["startup", "engine", "figlet", "reference", "memory", "compare", "drift"]
    )
    parser.add_argument("--inspect", type=Path)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    rows: list[Row] = []
    print("| what | value | floor | met | n | |\n|---|---|---|---|---|---|", flush=True)
    for name, measure in parts(args.inspect, args.quick).items():
        if args.only in (None, name):
            found = measure()
            rows += found
            print(*map(line, found), sep="\n", flush=True)
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    print(f"\nload average {load} on {os.cpu_count()} cores{'; quick' if args.quick else ''}")
    if args.json:
        args.json.write_text(json.dumps({"load": load, "rows": [row.json() for row in rows]}, indent=1))


if __name__ == "__main__":
    main()
