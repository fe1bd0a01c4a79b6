"""Error rates of checkers and reader as tables for the terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grounding.qualify import FLOORS, MOST_ABSTENTION
from grounding.report.texts import inert

WIDE = 168  # columns of a pipe or file, which has no width of its own
BELOW, ABOVE = "below", "above"  # said in words: colour alone does not reach everybody
NOTE = (
    "sensitivity: says holds, of decided claims that hold; specificity: says fails, of decided claims that fail; "
    "abstention: unknown, of all. 95 % intervals over original artifacts. "
    f"{BELOW}/{ABOVE}: misses what is expected (sensitivity {FLOORS['sensitivity']}, "
    f"specificity {FLOORS['specificity']}, abstention {MOST_ABSTENTION})."
)


def print_qualified(found: Mapping[str, Any], wrong: bool = False, console: Console | None = None) -> None:
    """Print what `grounding.qualify.qualify_all` returns; with `wrong`, each wrong verdict too."""
    console = console or Console(width=None if sys.stdout.isatty() else WIDE)
    for name, block in found["modalities"].items():
        if "rows" not in block:
            console.print(Text(inert(f"{name}: {block['why_null']}")), soft_wrap=True)
            continue
        head = (
            f"{name}: {block['artifacts']} labelled artifacts from {block['originals']} originals, "
            f"split {block['split']}, checkers {', '.join('/'.join(c) for c in block['checkers'].items())}"
        )
        console.print(Text(inert(head), style="bold"), soft_wrap=True)
        console.print(_checkers(block["rows"]))
        console.print(_faults(block["by_fault"]))
        if block["reader"]:
            console.print(_reader(block["reader"]))
        if wrong:
            _print_wrong(block["wrong"], console)
    console.print(Text(NOTE, style="dim"))


def rate(given: Mapping[str, Any], mark: str = "", interval: bool = True) -> str:
    """A rate with its interval, "–" where there is none; with a mark, that word and one more digit."""
    if given["value"] is None:
        return "–"
    ends = given["interval"] if interval else None
    between = f" {ends[0]:.3f}…{ends[1]:.3f}" if ends else ""
    return f"{given['value']:.{4 if mark else 3}f}{between}{' ' + mark if mark else ''}"


def marks(row: Mapping[str, Any]) -> dict[str, str]:
    """The word for each rate that misses what is expected."""
    return {name: ABOVE if name == "abstention" else BELOW for name in row["below"]}


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for i, heading in enumerate(headings):
        table.add_column(heading, justify="left" if i < 1 else "right", no_wrap=i < 1)
    return table


def _add(
    table: Table, first: Sequence[str], row: Mapping[str, Any], said: Mapping[str, str], interval: bool
) -> None:
    cells = [
        *first,
        rate(row["sensitivity"], said.get("sensitivity", ""), interval),
        str(row["sensitivity"]["n"]),
        rate(row["specificity"], said.get("specificity", ""), interval),
        str(row["specificity"]["n"]),
        rate(row["abstention"], said.get("abstention", ""), interval),
        str(row["n"]),
        str(row["clusters"]),
        str(row["wrong"]),
    ]
    table.add_row(
        *(Text(inert(cell), style="bold red" if cell.endswith((BELOW, ABOVE)) else "") for cell in cells)
    )


RATES = ("sensitivity", "n", "specificity", "n", "abstention", "claims", "originals", "wrong")


def _checkers(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("claims", "checker", *RATES)
    for row in rows:
        _add(table, [label(row), row["checker"] or ""], row, marks(row), True)
    return table


def label(row: Mapping[str, Any]) -> str:
    """What a row is over, in words."""
    if row["claim_kind"]:
        return str(row["claim_kind"]) if row["decidable"] else f"{row['claim_kind']} (never decided)"
    return "all of this checker" if row["checker"] else "all kinds"


def _faults(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("fault", *RATES)
    for row in rows:
        _add(table, [row["fault"]], row, {}, False)  # too few originals each to be judged
    return table


def _reader(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("reader, texts", "precision", "read", "recall", "labelled", "polarity errors", "texts")
    for row in rows:
        table.add_row(
            Text(inert(row["split"])),
            rate(row["precision"]),
            str(row["precision"]["n"]),
            rate(row["recall"]),
            str(row["recall"]["n"]),
            str(row["polarity_errors"]),
            str(row["texts"]),
        )
    return table


def _print_wrong(rows: Sequence[Mapping[str, Any]], console: Console) -> None:
    console.print(Text(f"{len(rows)} wrong verdicts", style="bold"))
    for row in rows:
        line = (
            f"{row['artifact']}  {row['claim']}  {row['truth']}, said {row['verdict']}  "
            f"{row['checker']}: {row['reason']}"
        )
        console.print(Text(inert(" ".join(line.split()))), soft_wrap=True)
