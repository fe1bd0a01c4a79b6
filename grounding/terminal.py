"""The edges of the command line: harmless lines, paths, JSON and a progress bar on a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@contextmanager
def progress() -> Iterator[Callable[[Mapping[str, int], int], None] | None]:
    """A bar with rate, time left and counts by status; nothing when the output is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[counts]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("run", total=None, rate="", counts="loading")

        def update(counts: Mapping[str, int], total: int) -> None:
            done = sum(counts.values())
            speed = bar.tasks[0].speed or 0.0
            text = " ".join(f"{status} {count}" for status, count in sorted(counts.items()))
            bar.update(task, completed=done, total=total, counts=text, rate=f"{speed:.1f}/s")

        yield update


def print_json(value: Any) -> None:
    """ASCII-only JSON: inert in a terminal whatever the strings hold."""
    print(json.dumps(value, indent=1, ensure_ascii=True, allow_nan=False))


def path(path: Path) -> str:
    """A path as it is, for other programs to take; one that could harm a terminal with its escapes."""
    from grounding.report.texts import inert

    return inert(str(path)).replace("\n", "\\n").replace("\t", "\\t")


def line(text: str) -> str:
    """Text from files, models and checkers as one harmless line of the terminal."""
    from grounding.report.texts import inert

    return inert(" ".join(text.split()))
