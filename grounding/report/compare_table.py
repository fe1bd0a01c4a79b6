"""A comparison of runs as tables for the terminal: a verdict word for every metric, and the cases to look at."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grounding.report.texts import inert

Row = Mapping[str, Any]

WIDE = 132  # columns of a pipe or file, which has no width of its own
CASES = 5  # that changed most; the JSON and the report have more
SHOWN = (
    "malformed", "grounding", "strict", "strict_decided", "agreement", "faithfulness", "mute", "cover", "pull_common",
    "swap_pull_common", "demand_pull", "tracking", "admission", "false_success", "probe_accuracy", "probe_pull",
)  # fmt: skip
STYLES = {"DRIFT": "bold red", "DRIFT_WITHIN_MARGIN": "yellow", "EQUIVALENT": "green"}
NOTE = (
    "* decided on (named by the suites), p adjusted for their number; the rest is descriptive. DRIFT: a change, not "
    "shown to be within the margin. DRIFT_WITHIN_MARGIN: a change, shown to be small. EQUIVALENT: shown to be small. "
    "INCONCLUSIVE: these cases cannot tell; `finds` is the smallest change that they would find with 80 % power."
)


def print_comparison(found: Mapping[str, Any], console: Console | None = None) -> None:
    """Print what `grounding.drift.comparison.compare` returns."""
    console = console or Console(width=None if sys.stdout.isatty() else WIDE)
    for line in found["allowed"]:
        console.print(_plain(f"allowed to differ: {line}", "yellow"), soft_wrap=True)
    chain = len(found["comparisons"]) > 1
    for one in found["comparisons"]:
        runs = [found["runs"][one[side]]["folder"] for side in ("before", "after")]
        for name, block in one["modalities"].items():
            console.print(_plain(_head(name, runs, block), "bold"), soft_wrap=True)
            if one["same_subject"]:
                said = "A/A: both runs are of one subject (equal fingerprints): any drift is chance or the harness"
                console.print(_plain(said, "yellow"), soft_wrap=True)
            if block["shifted"]:
                console.print(
                    _plain(f"descriptions are not compared: {block['shifted']}", "yellow"), soft_wrap=True
                )
            console.print(_table(block["metrics"], chain))
            for line in _telling(block["metrics"]):
                console.print(_plain(line, ""), soft_wrap=True)
            if not chain:
                _print_worst(block["worst"][:CASES], console)
    for name, of in (found.get("rounds") or {}).items():
        _print_rounds(name, of, chain, console)
    console.print(Text(NOTE, style="dim"))


def _plain(text: str, style: str = "") -> Text:
    return Text(inert(" ".join(text.split())), style=style)


def _head(name: str, runs: Sequence[str], block: Mapping[str, Any]) -> str:
    counted = f"{block['pairs']} pairs in {block['clusters']} clusters of {len(block['families'])} families"
    left = [f"{block['errors_left_out']} left out for errors"] if block["errors_left_out"] else []
    left += [
        f"{of['n']} only {side} ({', '.join(of['cases'][:3])}{' …' if of['n'] > 3 else ''})"
        for side, of in block["unmatched"].items()
        if of["n"]
    ]
    return "; ".join([f"{name}: {runs[0]} → {runs[1]}: {counted}", *left])


def _table(rows: Sequence[Row], primary_only: bool) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("metric", "condition"):
        table.add_column(heading, no_wrap=True)
    for heading in ("before", "after", "change", "95 % interval", "margin", "p", "finds", "pairs"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    order = {name: i for i, name in enumerate(SHOWN)}
    shown = [
        row
        for row in rows
        if row["family"] is None
        and row["claim_kind"] is None
        and (row["primary"] or (not primary_only and row["name"] in order))
    ]
    for row in sorted(shown, key=lambda r: (not r["primary"], order.get(r["name"], len(order)))):
        cells = [
            ("*" if row["primary"] else "") + row["name"],
            row["condition"] or "",
            _number(row["before"]),
            _number(row["after"]),
            _signed(row["difference"]),
            f"{_signed(row['interval'][0])} … {_signed(row['interval'][1])}" if row["interval"] else "–",
            f"{row['margin']:g}",
            _p(row["p_adjusted"] if row["primary"] else row["p"]),
            _number(row["detectable"]),
            str(row["pairs"]),
        ]
        table.add_row(*(_plain(cell) for cell in cells), _verdict(row))
    return table


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.3f}"


def _p(value: float | None) -> str:
    return "–" if value is None else "<.001" if value < 0.001 else f"{value:.3f}"


def _verdict(row: Row) -> Text:
    drifted = row["verdict"].startswith("DRIFT")
    return _plain(
        row["verdict"] + (f" {row['direction']}" if drifted else ""), STYLES.get(row["verdict"], "")
    )


def _telling(rows: Sequence[Row]) -> Iterator[str]:
    """Why a primary metric has no verdict, and where a single family drifted."""
    for row in rows:
        if row["primary"] and row["verdict"] == "INCONCLUSIVE" and row["why"]:
            yield f"{_name(row)}: {row['why']}"
    for row in rows:
        if row["family"] is not None and row["verdict"] == "DRIFT" and row["name"] in ("grounding", "strict"):
            change = f"{_number(row['before'])} → {_number(row['after'])}"
            yield f"in family {row['family']} (descriptive): {_name(row)} {change}, {row['direction']}"


def _name(row: Row) -> str:
    return f"{row['name']} {row['condition'] or ''}".strip()


def _print_worst(cases: Sequence[Row], console: Console) -> None:
    if cases:
        console.print(Text("cases that changed most (grounding report shows them side by side):"))
    for case in cases:
        moved = ", ".join(f"{_name(m)} {m['before']:.2f} → {m['after']:.2f}" for m in case["moved"])
        sample = f" sample {case['sample']}" if case["sample"] else ""
        console.print(_plain(f"  {case['suite']}:{case['case']}{sample}: {moved}"), soft_wrap=True)


def _print_rounds(name: str, of: Mapping[str, Any], chain: bool, console: Console) -> None:
    """Along the rounds: values, change per round, who left the margin first; whether words and facts part."""
    if chain:
        table = Table(
            box=box.SIMPLE_HEAD, pad_edge=False, title=f"{inert(name)} along the rounds", title_justify="left"
        )
        table.add_column("metric", no_wrap=True)
        table.add_column("condition", no_wrap=True)
        table.add_column("value in each round")
        table.add_column("change a round", justify="right", no_wrap=True)
        table.add_column("first outside the margin")
        for curve in of["curves"]:
            if not curve["primary"] and curve["name"] not in SHOWN:
                continue
            slope, left = curve["slope"], curve["left_margin"]
            ends = slope["interval"]
            cells = [
                ("*" if curve["primary"] else "") + curve["name"],
                curve["condition"] or "",
                " ".join(_number(point["value"]) for point in curve["points"]),
                _signed(slope["estimate"]) + (f" ({_signed(ends[0])} … {_signed(ends[1])})" if ends else ""),
                "–" if left["round"] is None else f"round {left['round']}",
            ]
            table.add_row(*(_plain(cell) for cell in cells))
        console.print(table)
    flag = of["collusion"]["flag"]
    if flag or chain:
        word = {True: "WARNING", False: "no", None: "cannot tell"}[flag]
        style = "bold red" if flag else ""
        said = f"words and facts part (agreement up, grounding not): {word}: {of['collusion']['why']}"
        console.print(_plain(said, style), soft_wrap=True)
