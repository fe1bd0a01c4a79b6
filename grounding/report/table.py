"""The scores of a run as a table for the terminal: the headline metrics with the controls beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grounding.report import metrics
from grounding.report.texts import inert


def print_scores(scores: Mapping[str, Any], console: Console | None = None) -> None:
    """Print a table per modality: metric, condition, value, interval, n, clusters, and every control's value.

    `scores` is what `grounding.score.score` returns. A value that is null shows its reason in its place.
    """
    console = console or Console()
    for name, block in scores["modalities"].items():
        console.print(_table(name, metrics.headline(block["metrics"])))
        counts = metrics.counts(block["counts"])
        console.print(Text(inert(", ".join(f"{words} {n}" for words, n in counts)), style="dim"))
    if not scores["modalities"]:
        console.print("no scores: nothing in this run could be scored")


def _table(name: str, rows: list[metrics.Row]) -> Table:
    controls = metrics.controls_of(rows)
    table = Table(title=inert(name.replace("_", " ")), title_justify="left", header_style="bold")
    table.add_column("metric")
    table.add_column("condition")
    for heading in ("value", "95% interval", "n", "clusters", *controls):
        table.add_column(inert(heading), justify="right", style="dim" if heading in controls else "")
    for row in rows:
        sizes = ["" if n is None else str(n) for n in (row.n, row.clusters)]
        values = [row.value or f"null: {row.why_null}", row.interval, *sizes]
        values += [row.controls.get(control, metrics.NOTHING) for control in controls]
        table.add_row(*(Text(inert(cell)) for cell in (row.label, row.condition, *values)))
    return table
