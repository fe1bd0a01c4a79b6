"""Two tables of one modality compared: a row per metric, condition, claim kind and family, not yet judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from grounding.drift.paired import Difference, mcnemar
from grounding.drift.paired import compare as differences
from grounding.drift.pairs import Pairs, over_common
from grounding.drift.plan import Plan
from grounding.metrics import COMMON, CONDITIONS, METRICS, Metric, named
from grounding.score_table import Key
from grounding.stats import Floats, estimate

PLACES = {"pull_common": "_pull_at", "swap_pull_common": "_swap_pull_at"}  # claim by claim

Row = dict[str, Any]
Column = tuple[Metric, Key, str | None, Floats, Floats]  # of a family or all; before and after, by pair


def described(metric: Metric) -> bool:
    """Whether a metric is of descriptions (or probes) rather than of the artifacts that were made."""
    return bool(set(metric.conditions) & set(CONDITIONS)) or "pull" in metric.name


def rows_of(pairs: Pairs, plan: Plan, listened: Pairs | None = None) -> list[Row]:
    """Every row that some pair has a value for.

    listened  pairs of the first run with another subject's words about its artifacts: descriptions are compared on
              these, so that both speak of the same things
    """
    sources = ((pairs, None),) if listened is None else ((pairs, False), (listened, True))
    asked: list[tuple[Pairs, Column]] = [
        (of, column)
        for of, words in sources
        for column in _columns(of)
        if words is None or described(column[0]) == words
    ]
    columns = [of.clustered(after - before) for of, (*_, before, after) in asked]
    margins = [plan.of(metric.name, key[1]) for _, (metric, key, *_) in asked]
    found = differences(columns, margins)
    return [
        _row(of, column, difference, margin, plan)
        for (of, column), difference, margin in zip(asked, found, margins, strict=True)
    ]


def _columns(pairs: Pairs) -> list[Column]:
    whole: list[tuple[Metric, Key, tuple[Floats, Floats]]] = []
    for metric in METRICS:
        for condition in metric.conditions:
            kinds: set[str] = set()
            for table in (pairs.before, pairs.after):
                kinds |= set(table.kinds(metric.name, condition))
            for kind in (None, *sorted(kinds)):
                key = (metric.name, condition, kind)
                whole.append((metric, key, pairs.values(key)))
    whole += [(m, (m.name, None, None), over_common(pairs, PLACES[m.name])) for m in COMMON]
    found: list[Column] = []
    for metric, key, values in whole:
        found.append((metric, key, None, *values))
        if key[2] is None:
            for i, family in enumerate(pairs.families):
                mine = pairs.family[pairs.cluster] == i
                before, after = (np.where(mine, side, np.nan) for side in values)
                found.append((metric, key, family, before, after))
    return found


def _row(pairs: Pairs, column: Column, found: Difference, margin: float, plan: Plan) -> Row:
    metric, key, family, before, after = column
    both = ~np.isnan(before) & ~np.isnan(after)
    headline = family is None and key[2] is None
    row = {
        "name": metric.name,
        "condition": key[1],
        "claim_kind": key[2],
        "family": family,
        "primary": headline and named(metric.name, key[1]) in plan.primary,
        "before": _mean(pairs, np.where(both, before, np.nan)),
        "after": _mean(pairs, np.where(both, after, np.nan)),
        **{("difference" if k == "estimate" else k): v for k, v in asdict(found).items()},
        "margin": margin,
        "better": metric.better,
        "p_mcnemar": _mcnemar(pairs, before, after),
    }
    return row | (_by_family(pairs, after - before) if headline else {})


def _by_family(pairs: Pairs, moved: Floats) -> Row:
    """How many families moved each way, and the estimate's range with one family left out."""
    c = pairs.clustered(moved)
    by_family = [estimate(f) for f in c.families()] if len(c.sums) else []
    if len(by_family) < 2:
        return {}
    total = sum(by_family)
    left = [(total - v) / (len(by_family) - 1) for v in by_family]
    return {
        "families_moved": {
            "up": sum(v > 0 for v in by_family),
            "down": sum(v < 0 for v in by_family),
            "same": sum(v == 0 for v in by_family),
        },
        "leave_one_family_out": [min(left), max(left)],
    }


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


def headline(rows: Sequence[Row]) -> list[Row]:
    """The rows over all claims and families."""
    return [row for row in rows if row["family"] is None and row["claim_kind"] is None]
