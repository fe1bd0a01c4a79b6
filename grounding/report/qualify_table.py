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

WIDE = 124  # columns of a pipe or file, which has no width of its own
RATES = ("sensitivity", "specificity", "abstention")
BELOW, ABOVE = "below", "above"  # said in words: colour alone does not reach everybody
NOTE = (
    "sensitivity: says holds, of decided claims that hold; specificity: says fails, of decided claims that fail; "
    "abstention: unknown, of all; n: claims. 95 % intervals over original artifacts. "
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
        checkers = ", ".join("/".join(checker) for checker in block["checkers"].items())
        made = f"{_counted(block['artifacts'], 'labelled artifact')} from {_counted(block['originals'], 'original')}"
        head = f"{name}: {made}, split {block['split']}, checkers {checkers}"
        console.print(Text(inert(head), style="bold"), soft_wrap=True)
        console.print(_checkers(block["rows"]))
        console.print(_faults(block["by_fault"]))
        if block["reader"]:
            console.print(_reader(block["reader"]))
        if wrong:
            _print_wrong(block["wrong"], console)
    console.print(Text(NOTE, style="dim"))


def _counted(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"


def rate(given: Mapping[str, Any], mark: str = "", interval: bool = True) -> Text:
    """A rate with its n and interval, "–" where there is none; with a mark, that word and one more digit.

    The parts are words of their own, so that a narrow terminal sets them below one another and cuts none.
    """
    if given["value"] is None:
        return Text("–")
    text = Text(f"{given['value']:.{4 if mark else 3}f}", style="bold red" if mark else "")
    text.append(f" {mark}" if mark else "")
    text.append(f" n={given['n']}", style="not bold default")
    if interval and given["interval"]:
        lo, hi = given["interval"]
        text.append(f" {lo:.3f}…{hi:.3f}", style="not bold default")
    return text


def marks(row: Mapping[str, Any]) -> dict[str, str]:
    """The word for each rate that misses what is expected."""
    return {name: ABOVE if name == "abstention" else BELOW for name in row["below"]}


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for i, heading in enumerate(headings):
        table.add_column(heading, justify="right" if i else "left")
    return table


def _add(table: Table, first: str, row: Mapping[str, Any], said: Mapping[str, str], interval: bool) -> None:
    rates = (rate(row[name], said.get(name, ""), interval) for name in RATES)
    table.add_row(Text(inert(first)), *rates, str(row["clusters"]), str(row["wrong"]))


def _checkers(rows: Sequence[Mapping[str, Any]]) -> Table:
    """All claims, then each checker with its claim kinds, then kinds that several checkers decide."""
    table = _table("claims", *RATES, "originals", "wrong")
    names = [row["checker"] for row in rows if not row["claim_kind"]]
    place = {name: i for i, name in enumerate(names)}
    for row in sorted(rows, key=lambda row: place.get(row["checker"], len(names))):
        _add(table, _label(row, row["checker"] in place), row, marks(row), True)
    return table


def _label(row: Mapping[str, Any], own_checker: bool) -> str:
    if not row["claim_kind"]:
        return str(row["checker"] or "all kinds")
    never = "" if row["decidable"] else " (never decided)"
    return f"  {row['claim_kind']}{'' if own_checker else ' of ' + row['checker']}{never}"


def _faults(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("fault", *RATES, "originals", "wrong")
    for row in rows:
        _add(table, row["fault"], row, {}, False)  # too few originals each to be judged
    return table


def _reader(rows: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("reader, texts", "precision", "recall", "polarity errors", "texts")
    for row in rows:
        cells = str(row["polarity_errors"]), str(row["texts"])
        table.add_row(Text(inert(row["split"])), rate(row["precision"]), rate(row["recall"]), *cells)
    return table


def _print_wrong(rows: Sequence[Mapping[str, Any]], console: Console) -> None:
    console.print(Text(_counted(len(rows), "wrong verdict"), style="bold"))
    for row in rows:
        line = (
            f"{row['artifact']}  {row['claim']}  {row['truth']}, said {row['verdict']}  "
            f"{row['checker']}: {row['reason']}"
        )
        console.print(Text(inert(" ".join(line.split()))), soft_wrap=True)
