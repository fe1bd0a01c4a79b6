"""Two runs on the same cases: what changed, in verdict words with their numbers. See docs/statistics.md.

    compare(before, after)  ->  {"schema", "runs", "same_subject", "allowed", "modalities": {M: block}}

A block: pairs, unmatched, errors, and a row per metric, condition, claim kind and family. Primary rows (named by the
suites, headline only) carry verdicts adjusted for their number; all other rows are descriptive.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from grounding import store
from grounding.drift.paired import ALPHA, Difference, adjusted, mcnemar, verdict
from grounding.drift.paired import compare as differences
from grounding.drift.pairs import Pairs, over_common, paired
from grounding.errors import GroundingError
from grounding.metrics import COMMON, CONDITIONS, METRICS, Metric, named
from grounding.score_table import Key, Table
from grounding.scores import read_tables
from grounding.stats import Floats, estimate

SCHEMA = 1
MARGIN = 0.03
PRIMARY = ("strict", "faithfulness/instructed", "pull_common")
PLACES = {"pull_common": "_pull_at", "swap_pull_common": "_swap_pull_at"}  # claim by claim
REFUSED = ("suites", "conditions", "checkers")  # what must be equal, unless it is allowed by name
LISTED = 20  # unmatched cases that are named; all are counted
DESCRIBED = ("malformed", "strict_decided")  # if these move, descriptions are of other artifacts


def compare(
    before: Path | str,
    after: Path | str,
    *,
    margin: float | None = None,
    alpha: float = ALPHA,
    allow: Collection[str] = (),
) -> dict[str, Any]:
    """Compare two run folders, case by case.

    margin  of every metric, instead of those that the suites name (0.03 where they name none)
    allow   of "suites", "conditions", "checkers": what may differ; it is recorded in the result

    Raises RunFolderError if a folder cannot be read, GroundingError if the runs must not be compared.
    """
    manifests = [store.read_manifest(folder) for folder in (before, after)]
    allowed = _refuse(before, after, manifests[0], manifests[1], allow)
    tables = [read_tables(folder) for folder in (before, after)]
    shared = sorted(tables[0].keys() & tables[1].keys())
    if not shared:
        raise GroundingError(f"{before} and {after} have no modality with records in common")
    plans = {name: plan(manifests[0], name, margin) for name in shared}
    blocks = {name: block(tables[0][name], tables[1][name], plans[name], alpha) for name in shared}
    return {
        "schema": SCHEMA,
        "runs": [_run(folder, m) for folder, m in zip((before, after), manifests, strict=True)],
        "same_subject": manifests[0]["subject"] == manifests[1]["subject"],
        "allowed": allowed,
        "alpha": alpha,
        "modalities": blocks,
    }


def _run(folder: Path | str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    fields = ("subject", "suites", "checkers", "seed", "samples", "conditions", "finished")
    return {"folder": str(folder), **{field: manifest.get(field) for field in fields}}


def _refuse(
    before: Path | str,
    after: Path | str,
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    allow: Collection[str],
) -> list[str]:
    """What differs and is allowed; GroundingError for what is not."""
    if unknown := sorted(set(allow) - set(REFUSED)):
        raise GroundingError(
            f"allow: {', '.join(unknown)} is nothing that can differ; known: {', '.join(REFUSED)}"
        )
    found = {
        "suites": _unlike(_digests(first), _digests(second)),
        "conditions": _unlike(*(dict.fromkeys(m["conditions"], "asked") for m in (first, second))),
        "checkers": _unlike(*(_flat(m["checkers"]) for m in (first, second))),
    }
    wrong = [f"{name} differ ({why})" for name, why in found.items() if why and name not in allow]
    if wrong:
        raise GroundingError(
            f"{before} and {after} are not comparable: {'; '.join(wrong)}. To judge an old run with today's checkers: "
            f"grounding run SUITE --subject replay:{before}; to compare all the same: --allow "
            + " --allow ".join(name for name, why in found.items() if why and name not in allow)
        )
    return [f"{name}: {why}" for name, why in found.items() if why]


def _digests(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Each suite's cases and plan, shortened: what is decided on must not change between two runs either."""
    found = {}
    for name, suite in manifest["suites"].items():
        chosen = json.dumps([suite.get("primary", []), suite.get("margins", {})], sort_keys=True)
        planned = sha256(chosen.encode()).hexdigest()[:6]
        found[name] = f"{str(suite.get('digest'))[:12]}-{planned}"
    return found


def _flat(checkers: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {f"{m}/{name}": str(version) for m, of in checkers.items() for name, version in of.items()}


def _unlike(first: Mapping[str, str], second: Mapping[str, str]) -> str:
    parts = [
        f"{name} {first.get(name, 'absent')} → {second.get(name, 'absent')}"
        for name in sorted(first.keys() | second.keys())
        if first.get(name) != second.get(name)
    ]
    return ", ".join(parts)


@dataclass(frozen=True)
class Plan:
    """What is decided on, fixed before there were runs: primary metrics, and how large a difference matters."""

    primary: Collection[str] = PRIMARY
    margins: Mapping[str, float] = field(default_factory=dict)
    margin: float = MARGIN

    def of(self, name: str, condition: str | None) -> float:
        return self.margins.get(named(name, condition), self.margins.get(name, self.margin))


def plan(manifest: Mapping[str, Any], modality: str, margin: float | None = None) -> Plan:
    """The plan of a run's suites of one modality; where two suites differ in a margin, the smaller one counts."""
    mine = [s for s in manifest["suites"].values() if s.get("modality") == modality]
    primary = [name for s in mine for name in s.get("primary", ())]
    margins: dict[str, float] = {}
    for name, value in ((n, v) for s in mine for n, v in s.get("margins", {}).items()):
        margins[name] = min(value, margins.get(name, value))
    return Plan(primary or PRIMARY, margins if margin is None else {}, MARGIN if margin is None else margin)


def block(before: Table, after: Table, chosen: Plan | None = None, alpha: float = ALPHA) -> dict[str, Any]:
    """The comparison of two tables of one modality that all records were added to."""
    before.freeze()
    after.freeze()
    pairs = paired(before, after)
    rows = _rows(pairs, chosen or Plan())
    _decide(rows, _moved_samples(rows), alpha)
    return {
        "pairs": len(pairs),
        "clusters": len(pairs.family),
        "families": list(pairs.families),
        "errors_left_out": pairs.errors,
        "unmatched": {
            side: {"n": len(cases), "cases": ["/".join(case) for case in cases[:LISTED]]}
            for side, cases in zip(("before", "after"), pairs.only, strict=True)
        },
        "metrics": rows,
    }


def _rows(pairs: Pairs, chosen: Plan) -> list[dict[str, Any]]:
    """A row per metric, condition, kind and family that some pair has a value for."""
    asked: list[tuple[Metric, Key, str | None, Floats, Floats]] = []
    for metric, key, values in _columns(pairs):
        asked.append((metric, key, None, *values))
        if key[2] is None and (metric.families or metric.name in PLACES):
            for i, family in enumerate(pairs.families):
                mine = pairs.family[pairs.cluster] == i
                one = [np.where(mine, side, np.nan) for side in values]
                asked.append((metric, key, family, one[0], one[1]))
    columns = [pairs.clustered(after - before) for *_, before, after in asked]
    margins = [chosen.of(metric.name, key[1]) for metric, key, *_ in asked]
    found = differences(columns, margins)
    return [
        _row(pairs, *what, difference, margin, chosen.primary)
        for what, difference, margin in zip(asked, found, margins, strict=True)
    ]


def _columns(pairs: Pairs) -> list[tuple[Metric, Key, tuple[Floats, Floats]]]:
    found = []
    for metric in METRICS:
        for condition in metric.conditions:
            kinds: set[str] = set()
            for table in (pairs.before, pairs.after):
                kinds |= set(table.kinds(metric.name, condition))
            for kind in (None, *sorted(kinds)):
                key = (metric.name, condition, kind)
                found.append((metric, key, pairs.values(key)))
    found += [(m, (m.name, None, None), over_common(pairs, PLACES[m.name])) for m in COMMON]
    return found


def _row(
    pairs: Pairs,
    metric: Metric,
    key: Key,
    family: str | None,
    before: Floats,
    after: Floats,
    found: Difference,
    margin: float,
    primary: Collection[str],
) -> dict[str, Any]:
    both = ~np.isnan(before) & ~np.isnan(after)
    moved = pairs.clustered(after - before)
    headline = family is None and key[2] is None
    by_family = (
        {pairs.families[int(f.family[0])]: estimate(f) for f in moved.families()} if len(moved.sums) else {}
    )
    row = {
        "name": metric.name,
        "condition": key[1],
        "claim_kind": key[2],
        "family": family,
        "primary": headline and named(metric.name, key[1]) in primary,
        "before": _mean(pairs, np.where(both, before, np.nan)),
        "after": _mean(pairs, np.where(both, after, np.nan)),
        **{("difference" if k == "estimate" else k): v for k, v in asdict(found).items() if k != "inside"},
        "margin": margin,
        "inside_margin": found.inside,
        "better": metric.better,
        "p_mcnemar": _mcnemar(pairs, before, after),
    }
    if headline and len(by_family) > 1:
        row["families_moved"] = {
            "up": sum(v > 0 for v in by_family.values()),
            "down": sum(v < 0 for v in by_family.values()),
            "same": sum(v == 0 for v in by_family.values()),
        }
        total = sum(by_family.values())
        left = [(total - v) / (len(by_family) - 1) for v in by_family.values()]
        row["leave_one_family_out"] = [min(left), max(left)]
    return row


def _mean(pairs: Pairs, values: Floats) -> float | None:
    c = pairs.clustered(values)
    return estimate(c) if len(c.sums) else None


def _mcnemar(pairs: Pairs, before: Floats, after: Floats) -> float | None:
    """McNemar's exact p where pairs are independent (each its own cluster, one family) and yes or no."""
    both = ~np.isnan(before) & ~np.isnan(after)
    c = pairs.clustered(after - before)
    binary = np.isin(before[both], (0.0, 1.0)).all() and np.isin(after[both], (0.0, 1.0)).all()
    if not both.any() or not binary or (c.counts != 1).any() or len(c.families()) != 1:
        return None
    return mcnemar(int((after[both] > before[both]).sum()), int((after[both] < before[both]).sum()))


def _moved_samples(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Why descriptions cannot be compared: other artifacts are described after than before."""
    for row in rows:
        headline = row["family"] is None and row["claim_kind"] is None
        if headline and row["name"] in DESCRIBED and abs(row["difference"] or 0.0) > row["margin"]:
            return (
                f"{row['name']} moved by {row['difference']:+.3f}, more than the margin {row['margin']}: "
                "other artifacts are described; compare with `listen`"
            )
    return None


def _decide(rows: Sequence[dict[str, Any]], moved: str | None, alpha: float) -> None:
    """Adjust the primary rows' p together (Benjamini–Hochberg), and put a word in every row."""
    primary = [row for row in rows if row["primary"] and row["p"] is not None]
    for row, p in zip(primary, adjusted([row["p"] for row in primary], "fdr_bh"), strict=True):
        row["p_adjusted"] = p
    for row in rows:
        row.setdefault("p_adjusted", None)
        p = row["p_adjusted"] if row["primary"] else row["p"]
        described = row["condition"] in CONDITIONS or "pull" in row["name"]
        if described and moved:
            row["verdict"], row["why"] = "INCONCLUSIVE", moved
        else:
            row["verdict"] = verdict(_found(row), p, alpha)
        row["direction"] = _direction(row)


def _found(row: Mapping[str, Any]) -> Difference:
    return Difference(
        row["difference"],
        row["interval"],
        row["method"],
        row["p"],
        row["p_margin"],
        row["detectable"],
        row["inside_margin"],
        row["pairs"],
        row["clusters"],
    )


def _direction(row: Mapping[str, Any]) -> str | None:
    """ "better", "worse", "up" or "down"; None where nothing moved or nothing is known."""
    moved = row["difference"]
    if not moved:
        return None
    if not row["better"]:
        return "up" if moved > 0 else "down"
    return "better" if (moved > 0) == (row["better"] > 0) else "worse"
