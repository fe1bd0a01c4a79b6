"""The scores of a run as a table for the terminal: each metric with its interval and n, the controls beside it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grounding.report.texts import inert

SHOWN = (
    "grounding", "coverage", "strict", "faithfulness", "mute", "cover", "pull", "pull_all", "pull_denied", "swap_pull",
    "tracking", "admission", "false_success", "probe_accuracy", "probe_pull", "leak_rate", "distinct",
)  # fmt: skip
COUNTED = ("records", "ok", "malformed", "error", "cases", "families", "clusters")
CONTROLS = {
    "oracle": "oracle",
    "honest": "honest",
    "echo": "echo",
    "always-yes": "yes",
    "always-no": "no",
    "silent": "silent",
}
FEW = ("oracle", "honest", "echo")  # where there is room for three only
WIDE = 112  # columns that all controls need
REASON = 22  # characters of the reason in place of an interval; the JSON has it whole
NOTE = (
    "Intervals: 95 %, over clusters within families. Controls are scripted: oracle is right, honest looks at a wrong "
    "artifact, echo repeats the instruction it is shown."
)


def print_scores(scores: Mapping[str, Any], console: Console | None = None) -> None:
    """Print a table per modality. `scores` is what `grounding.scores.score` returns."""
    # A pipe or file has no width of its own: give it room for every column.
    console = console or Console(width=None if sys.stdout.isatty() else WIDE + 12)
    if maker := scores.get("run", {}).get("listened", {}).get("subject"):
        line = f"listened: the artifacts, and so their grounding, are those of {maker.get('spec')}"
        console.print(Text(inert(" ".join(line.split()))))
    for name, block in scores["modalities"].items():
        counts = block["counts"]
        line = f"{name}: {', '.join(f'{counts[k]} {k}' for k in COUNTED if k in counts)}"
        console.print(Text(inert(" ".join(line.split())), style="bold"))
        console.print(_table(block["metrics"], CONTROLS if console.width >= WIDE else FEW))
    console.print(
        Text(NOTE if scores["modalities"] else "no scores: nothing in this run could be scored", style="dim")
    )


def _table(rows: Sequence[Mapping[str, Any]], wanted: Sequence[str] | Mapping[str, str]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("metric", "condition"):
        table.add_column(heading, no_wrap=True)
    for heading in ("value", "95 % interval", "n"):
        table.add_column(heading, justify="right", no_wrap=True)
    controls = [c for c in wanted if any(c in row.get("controls", {}) for row in rows)]
    for control in controls:
        table.add_column(CONTROLS[control], justify="right", style="dim", no_wrap=True)
    order = {name: i for i, name in enumerate(SHOWN)}
    shown = [row for row in rows if row["name"] in order and not row["claim_kind"] and not row["family"]]
    for row in sorted(shown, key=lambda row: order[row["name"]]):
        ends = row["interval"]
        cells = [
            row["name"],
            row["condition"] or "",
            _number(row["value"]),
            f"{_number(ends[0])} … {_number(ends[1])}" if ends else _why(row),
            str(row["n"]),
            *(_number(row.get("controls", {}).get(control)) for control in controls),
        ]
        table.add_row(*(Text(inert(" ".join(cell.split()))) for cell in cells))
    return table


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _why(row: Mapping[str, Any]) -> str:
    if row["value"] is not None:
        return "–"
    why = str(row.get("why_null") or "").removeprefix("no record qualifies: ")
    return why if len(why) <= REASON else f"{why[: REASON - 1]}…"
