"""Scores of one run: every metric of docs/metrics.md from its records.

    score(folder)                     {"schema", "run", "modalities": {M: block with error_rates}}
    score_records(records, modality)  the block of one modality: {"counts", "metrics": [row]}

A row: name, condition, claim_kind, family (None: the headline, with equal weight on families), value, n
(records), clusters, claims (claims, statements, facts or probes under the value), interval, method, why_null
(of the value, or of the interval where only that is null), note, left_out {reason: records}, controls
{name: value}; grounding of one claim kind also `corrected` (`grounding.rogan_gladen`).

Nothing is pooled across modalities, and a value with n = 0 is null with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from grounding import store
from grounding.controls import misbehaviour
from grounding.errors import ControlsError, RunFolderError
from grounding.metrics import ASKED, CONDITIONS, METRICS, Metric
from grounding.modality import Artifact, Modality, modality, validated
from grounding.qualify import stored_rates
from grounding.score_diversity import diversity_rows
from grounding.score_errors import attach
from grounding.score_record import CELLS, Meaning, Record
from grounding.score_table import Key, Table
from grounding.stats import Clustered, Interval, auroc, auroc_interval, ece, estimate, intervals

SCHEMA = 1
MANIFEST = ("subject", "suites", "seed", "samples", "conditions", "started", "finished", "listened")

ArtifactOf = Callable[[Record], Artifact | None]
Row = dict[str, Any]


def score(folder: Path | str) -> dict[str, Any]:
    """Every metric of a run folder; nothing is written.

    Raises RunFolderError if it cannot be read, ControlsError if the controls do not behave on its suites: the
    numbers would say nothing about the subject.
    """
    manifest, controls = store.read_manifest(folder), store.read_controls(folder)
    try:
        wrong = misbehaviour(controls)
    except (AttributeError, TypeError, ValueError) as error:
        raise RunFolderError(
            f"{folder}/{store.CONTROLS}: not what a run writes ({error}); delete it"
        ) from error
    if wrong:
        raise ControlsError(f"{folder}: not scored, the controls do not behave: {'; '.join(wrong)}")
    tables = read_tables(folder)
    blocks = {
        name: block(table, modality(name), controls, partial(store.read_artifact, folder))
        for name, table in sorted(tables.items())
    }
    for name, found in blocks.items():
        used = (manifest.get("checkers") or {}).get(name, {})
        attach(found, tables[name], stored_rates(modality(name), used))
    run = {field: manifest[field] for field in MANIFEST if field in manifest}
    run["controls"] = "behave" if controls else "not run"
    return {"schema": SCHEMA, "run": run, "modalities": blocks}


def meaning(of: Modality) -> Meaning:
    """A modality's meaning for records from a file: a claim outside its vocabulary is a ClaimError."""
    return Meaning(lambda a, b: of.relation(validated(of, a), validated(of, b)))


def read_tables(folder: Path | str) -> dict[str, Table]:
    """The records of a run folder by modality, reduced; not frozen yet."""
    tables: dict[str, Table] = {}
    # The lines as they stand: a table lets the last attempt count by itself, without reading the file twice.
    for _, record in store.lines(folder):
        name = str(record.get("modality"))
        if name not in tables:
            tables[name] = Table(name, meaning(modality(name)))
        tables[name].add(record)
    return tables


def score_records(
    records: Iterable[Record],
    modality: Modality,
    controls: Mapping[str, Any] | None = None,
    artifact_of: ArtifactOf | None = None,
) -> dict[str, Any]:
    """The block of one modality.

    `controls` as in controls.json: {"modalities": {M: {control: [row]}}}; no Vendi score without
    `artifact_of`.
    """
    table = Table(modality.name, Meaning(modality.relation))
    for record in records:
        table.add(record)
    return block(table, modality, controls, artifact_of)


def block(
    table: Table,
    of: Modality,
    controls: Mapping[str, Any] | None = None,
    artifact_of: ArtifactOf | None = None,
) -> dict[str, Any]:
    """Counts and metric rows of a table that all records were added to."""
    table.freeze()
    rows = [*clustered_rows(table), *success_rows(table), *diversity_rows(table, of, artifact_of)]
    known = _by_key(controls, of.name)
    for row in rows:
        row["controls"] = known.get(_key_of(row), {})
    return {"counts": table.counts(), "metrics": rows}


def clustered_rows(table: Table) -> list[Row]:
    """The rows of all metrics that are means over records: headline, claim kinds, families."""
    extra = tuple(c for c in table.conditions() if c not in CONDITIONS)
    asked: list[tuple[Metric, Key, str | None, Clustered]] = []
    for metric in METRICS:
        conditions = metric.conditions + (extra if metric.conditions == CONDITIONS else ())
        for condition in conditions:
            cells = set(CELLS) if metric.name == "probe_accuracy" else set()
            for kind in [None, *sorted(cells | set(table.kinds(metric.name, condition)))]:
                key = (metric.name, condition, kind)
                whole = table.clustered(key)
                asked.append((metric, key, None, whole))
                if metric.families and kind is None:
                    for i, family in enumerate(table.families):
                        asked.append((metric, key, family, whole.of(i)))
    found = intervals([(c, m.low, m.high) for m, _, _, c in asked])
    rows = []
    for (metric, key, of_family, c), interval in zip(asked, found, strict=True):
        headline = of_family is None and key[2] is None
        rows.append(row_of(key, c, interval, _left_out(table, metric, key) if headline else {}, of_family))
    return rows


def _left_out(table: Table, metric: Metric, key: Key) -> dict[str, int]:
    """Scored records without a value, by reason; together with n they are all scored records."""
    name, condition, _ = key
    reasons = table.left_out(name, condition)
    malformed = int((table.scored & ~table.ok()).sum())
    if malformed and not metric.malformed:
        reasons["malformed"] = malformed
    rest = int(table.scored.sum()) - len(table.rows(key)[0]) - sum(reasons.values())
    described = len(table.rows(("mute", condition, None))[0])
    if name == "cover" and described > (covered := len(table.rows(key)[0])):
        reasons["no salient fact observed"] = described - covered
        rest -= described - covered
    if rest:
        reasons["no description in this condition"] = rest
    return reasons


def row_of(
    key: Key, c: Clustered, interval: Interval, left_out: dict[str, int], family: str | None = None
) -> Row:
    name, condition, kind = key
    n = c.n
    return {
        "name": name,
        "condition": condition,
        "claim_kind": kind,
        "family": family,
        "value": estimate(c) if n else None,
        "n": n,
        "clusters": len(c.sums),
        "claims": int(c.items.sum()),
        "interval": list(interval.ends) if interval.ends else None,
        "method": interval.method,
        "why_null": interval.why_null if n else _why_none(kind, left_out),
        "note": interval.note,
        "left_out": left_out,
        "controls": {},
    }


def _why_none(kind: str | None, left_out: Mapping[str, int]) -> str:
    if kind is not None:
        return f"no probe in cell {kind}" if kind in CELLS else f"no record with a value for {kind}"
    reasons = "; ".join(f"{reason} ({n})" for reason, n in left_out.items())
    return f"no record qualifies: {reasons}" if reasons else "no scored record"


def success_rows(table: Table) -> list[Row]:
    """AUROC and ECE of the success question's p_yes, pooled over the records: no means over records."""
    rows = []
    for condition in ASKED:
        at, p, _ = table.rows(("_p_yes", condition, None))
        truth = table.rows(("_truth", condition, None))[1] > 0.5
        cluster = table.cluster[at]
        left_out = _left_out(table, Metric("success_brier"), ("success_brier", condition, None))
        column = table.clustered(("_p_yes", condition, None))
        area, calibration = Interval(None), Interval(None, why_null="biased upwards: no interval")
        both = truth.any() and not truth.all()
        if both:
            area = auroc_interval(p, truth, cluster)
        elif len(p):
            area = Interval(None, why_null=f"all {len(p)} were {'' if truth.all() else 'not '}fulfilled")
        ranked = row_of(("success_auroc", condition, None), column, area, left_out)
        binned = row_of(("success_ece", condition, None), column, calibration, left_out)
        ranked["value"] = auroc(p, truth) if both else None
        binned["value"] = ece(p, truth) if len(p) else None
        rows += [ranked, binned]
    return rows


def _key_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row.get(field) for field in ("name", "condition", "claim_kind", "family"))


def _by_key(controls: Mapping[str, Any] | None, modality_name: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The controls' values on this modality by row."""
    known: dict[tuple[Any, ...], dict[str, Any]] = {}
    for control, rows in (controls or {}).get("modalities", {}).get(modality_name, {}).items():
        for row in rows:
            known.setdefault(_key_of(row), {})[control] = row["value"]
    return known
