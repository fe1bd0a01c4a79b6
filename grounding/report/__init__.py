"""The report: one self-contained HTML file from one or more run folders.

    write_report(folders, out)   reads run folders, scores them, writes the page
    render(runs)                 the page as text; pure

Everything that a model wrote is hostile: it is escaped by the templates (autoescape), made inert (no control,
bidi or hidden characters reach the page), cut to a readable length, and the page's own policy forbids any
script but the one it carries.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from grounding.errors import GroundingError
from grounding.report import chart, metrics
from grounding.report.compare_view import DriftView, drift_view, wanted
from grounding.report.run_data import RunData, read_cases, read_run, with_artifacts
from grounding.report.run_view import RunView, run_view
from grounding.report.texts import inert

LIMIT = 500  # cases of a run that are put into the page in full

__all__ = ["LIMIT", "RunData", "inert", "read_run", "render", "style", "write_report"]


def write_report(
    folders: Sequence[Path], out: Path, *, limit: int = LIMIT, comparison: Mapping[str, Any] | None = None
) -> Path:
    """Write the report on the run folders to `out` and return it. Raises RunFolderError for a bad folder.

    comparison  what `compare` returned for these folders; without it, several runs are compared as their suites say
    """
    runs = [read_run(Path(folder), limit, _score) for folder in folders]
    cannot = ""
    if comparison is None and len(runs) > 1:
        try:
            comparison = _compared(folders)
        except GroundingError as error:
            cannot = str(error)
    out = Path(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(render(runs, limit=limit, comparison=comparison, cannot=cannot), encoding="utf-8")
    return out


def render(
    runs: Sequence[RunData],
    *,
    limit: int = LIMIT,
    theme: str = "",
    comparison: Mapping[str, Any] | None = None,
    cannot: str = "",
) -> str:
    """The page. `theme` "light" or "dark" fixes the colours; "" follows the reader's system.

    cannot  why the runs are not compared
    """
    views = [run_view(run, number, limit) for number, run in enumerate(runs, start=1)]
    script = _resource("filter.js")
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            runs=views,
            drift=_drift(comparison, runs, views) if comparison else None,
            cannot=cannot,
            shared=_shared(views) if len(views) > 1 else [],
            style=Markup(style()),
            script=Markup(script),
            script_hash=b64encode(sha256(script.encode()).digest()).decode(),
            theme=theme,
        )
    )


def _drift(comparison: Mapping[str, Any], runs: Sequence[RunData], views: Sequence[RunView]) -> DriftView:
    """The comparison with the records of the cases that it shows, read again from the folders."""
    cases = [read_cases(run.folder, wanted(comparison, i)) for i, run in enumerate(runs)]
    whole = [with_artifacts(run, list(found.values())) for run, found in zip(runs, cases, strict=True)]
    return drift_view(comparison, whole, [view.name for view in views], cases)


def style() -> str:
    """The style sheet with all colours, for pages that should look like the report."""
    return _resource("style.css")


def _compared(folders: Sequence[Path]) -> Mapping[str, Any]:
    from grounding.drift.comparison import compare

    return compare(*folders)


def _score(folder: Path) -> Mapping[str, Any]:
    from grounding.scores import score

    return score(folder)


@cache
def _resource(name: str) -> str:
    return files("grounding.report").joinpath(name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("grounding.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_inert_value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["shape"] = chart.shape
    return environment


def _inert_value(value: Any) -> Any:
    """What every expression of a template passes through: text becomes inert, markup of ours stays."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return inert(value)
    return value


def _shared(runs: Sequence[RunView]) -> list[dict[str, Any]]:
    """The headline metrics with runs as columns: by modality, a row for each metric and condition."""
    tables: dict[str, dict[tuple[str, str], dict[int, metrics.Row]]] = {}
    for i, run in enumerate(runs):
        for of in run.modalities:
            table = tables.setdefault(of.name, {})
            for row in of.headline:
                table.setdefault(row.key, {})[i] = row
    return [
        {
            "modality": name,
            "rows": [
                {"label": label, "condition": condition, "cells": [by_run.get(i) for i in range(len(runs))]}
                for (label, condition), by_run in table.items()
            ],
        }
        for name, table in tables.items()
    ]
