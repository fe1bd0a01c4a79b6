"""Running the controls: what each scores on (a selection of) the cases of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from grounding import suites
from grounding.cases import Case, Suite, select
from grounding.controls import BEHAVIOUR, CONTROLS
from grounding.engine import local
from grounding.modality import Modality, modality
from grounding.passes import trials
from grounding.scores import score_records
from grounding.subject import subject

CONTROL_CASES = (
    60  # cases that the controls run on: their scores are known, this shows that the suite allows them
)


def control_scores(
    loaded: Sequence[Suite], n: int | None, conditions: Sequence[str], workers: int
) -> dict[str, Any]:
    """What each control scores on up to CONTROL_CASES cases of each suite.

    {"cases": {suite: {"run", "without_oracle"}}, "modalities": {M: {control: [metrics]}},
     "behaviour": {suite: {control: {metric: {condition or "": value}}}}}

    Cases without an oracle or partner are left out here (a control cannot draw them) and counted.
    """
    found: dict[str, Any] = {"cases": {}, "modalities": {}, "behaviour": {}}
    records: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for suite in loaded:
        of = modality(suite.modality)
        by_id = suite.by_id()
        able = [c for c in suites.chosen(suite, n) if _drawable(of, c, by_id)]
        cases = select(able, CONTROL_CASES)
        found["cases"][suite.name] = {
            "run": len(cases),
            "without_oracle": len(suites.chosen(suite, n)) - len(able),
        }
        for name in CONTROLS if cases else ():
            these: list[dict[str, Any]] = []
            todo = trials(suite, cases, 1, 0)
            local.run(todo, suite.modality, subject(f"control:{name}"), conditions, workers, _collect(these))
            if any(name == control for control, *_ in BEHAVIOUR):
                rows = score_records(these, of)["metrics"]
                found["behaviour"].setdefault(suite.name, {})[name] = _values(rows, name)
            records.setdefault((suite.modality, name), []).extend(these)
    for (kind, name), these in records.items():
        found["modalities"].setdefault(kind, {})[name] = score_records(these, modality(kind))["metrics"]
    return found


def _values(rows: Sequence[Mapping[str, Any]], control: str) -> dict[str, dict[str, float]]:
    """A control's headline values of the metrics that it must behave in, by condition."""
    metrics = {metric for name, metric, *_ in BEHAVIOUR if name == control}
    values: dict[str, dict[str, float]] = {metric: {} for metric in metrics}
    for row in rows:
        headline = row["claim_kind"] is None and row["family"] is None
        if headline and row["name"] in metrics and row["value"] is not None:
            values[row["name"]][row["condition"] or ""] = row["value"]
    return values


def _collect(into: list[dict[str, Any]]) -> Callable[[Sequence[local.Done]], None]:
    """A sink that keeps the records and lets the artifacts go."""
    return lambda done: into.extend(record for record, _ in done)


def _drawable(of: Modality, case: Case, by_id: Mapping[str, Case]) -> bool:
    partner = by_id.get(case.partner or "")
    return of.oracle(case) is not None and partner is not None and of.oracle(partner) is not None
