"""`grounding compare`: runs against the first, on the terminal, as JSON, and as an exit code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from grounding.terminal import Json, line, print_json

FAILED = 1  # exit code of a gate that does not let through


def compare(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR DIR...", help="Run folders, in order.")],
    margin: Annotated[
        float | None,
        typer.Option(help="How large a change matters, for every metric (default: the suites')."),
    ] = None,
    alpha: Annotated[float, typer.Option(help="Probability of calling no change a drift.")] = 0.05,
    allow: Annotated[
        list[str] | None, typer.Option(help="What may differ: suites, conditions or checkers; recorded.")
    ] = None,
    listened: Annotated[
        list[Path] | None,
        typer.Option(help="For each later run: what its subject said of the first run's artifacts (listen)."),
    ] = None,
    gate: Annotated[
        Path | None, typer.Option(metavar="POLICY.yaml", help="Exit with 1 if the policy is not met.")
    ] = None,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE.xml", help="Write the gate's checks as JUnit XML.")
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE.html", help="Write the report that opens with this comparison."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare runs of the same cases with the first of them: drifted, equivalent, or cannot tell."""
    from grounding.drift.comparison import compare as of_folders
    from grounding.drift.plan import Asked
    from grounding.errors import GroundingError

    if junit and not gate:
        raise GroundingError("--junit writes the checks of a gate: give --gate POLICY.yaml too")
    asked, policy = Asked(), None
    if gate:
        from grounding.drift.policy import asked as asked_by
        from grounding.drift.policy import load

        policy = load(gate)
        asked = asked_by(policy)
    if margin is not None:
        asked = replace(asked, margin=margin)
    result = of_folders(*folders, alpha=alpha, allow=allow or (), listened=listened or (), asked=asked)
    if policy:
        from grounding.drift.gate import gate as judged

        result["gate"] = judged(policy, result)
    if junit:
        from grounding.drift.junit import junit as xml

        junit.write_text(xml(result["gate"]), "utf-8")
    if report:
        from grounding.report import write_report

        write_report(folders, report, comparison=result)
    if as_json:
        print_json(result)
    else:
        from grounding.report.compare_table import print_comparison

        print_comparison(result)
    if policy:
        outcome = result["gate"]
        if not as_json:
            print(line(f"gate {'passed' if outcome['passed'] else 'FAILED'}: {outcome['reason']}"))
        if not outcome["passed"]:
            raise typer.Exit(FAILED)
