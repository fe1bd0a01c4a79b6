"""Two tables of one modality compared: a row per metric, condition, claim kind and family, not yet judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from grounding.drift.paired import Difference, mcnemar
from grounding.drift.paired import compare as differences
from grounding.drift.pairs import Pairs, over_common
from grounding.drift.plan import Plan
from grounding.metrics import COMMON, CONDITIONS, METRICS, Metric, named
from grounding.score_table import Key
from grounding.stats import Clustered, Floats, estimate

PLACES = {"pull_common": "_pull_at", "swap_pull_common": "_swap_pull_at"}  # claim by claim

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A metric over all pairs with a value in both runs, or over those of a family, reduced to clusters.

    turned  pairs that went up and down, where McNemar's test applies to the column
    """

    metric: Metric
    key: Key
    family: str | None
    before: Clustered
    after: Clustered
    moved: Clustered
    turned: tuple[int, int] | None


def described(metric: Metric) -> bool:
    """Whether a metric is of descriptions (or probes) rather than of the artifacts that were made."""
    return bool(set(metric.conditions) & set(CONDITIONS)) or "pull" in metric.name


def rows_of(pairs: Pairs, plan: Plan, listened: Pairs | None = None) -> list[Row]:
    """Every row that some pair has a value for.

    listened  pairs of the first run with another subject's words about its artifacts: descriptions are compared on
              these, so that both speak of the same things
    """
    sources = ((pairs, None),) if listened is None else ((pairs, False), (listened, True))
    asked = [column for of, words in sources for column in _columns(of, words)]
    margins = [plan.of(column.metric.name, column.key[1]) for column in asked]
    found = differences([column.moved for column in asked], margins)
    return [
        _row(column, difference, margin, plan)
        for column, difference, margin in zip(asked, found, margins, strict=True)
    ]


def _columns(pairs: Pairs, words: bool | None) -> Iterator[Column]:
    """words  only the metrics of descriptions, or only the others; None: all

    Columns are reduced one by one: 100,000 pairs have a few hundred of them.
    """
    for metric in METRICS:
        if words is not None and described(metric) != words:
            continue
        for condition in metric.conditions:
            kinds: set[str] = set()
            for table in (pairs.before, pairs.after):
                kinds |= set(table.kinds(metric.name, condition))
            for kind in (None, *sorted(kinds)):
                key = (metric.name, condition, kind)
                yield from _reduced(pairs, metric, key, *pairs.values(key))
    for metric in COMMON:
        if words is None or described(metric) == words:
            key = (metric.name, None, None)
            yield from _reduced(pairs, metric, key, *over_common(pairs, PLACES[metric.name]))


def _reduced(pairs: Pairs, metric: Metric, key: Key, before: Floats, after: Floats) -> Iterator[Column]:
    """The column over all pairs and, if it is no claim kind's, those of each family."""
    moved = after - before
    before, after = (np.where(np.isnan(moved), np.nan, side) for side in (before, after))
    whole = [pairs.clustered(side) for side in (before, after, moved)]
    yield Column(metric, key, None, whole[0], whole[1], whole[2], _turned(whole[2], before, after))
    if key[2] is None:
        for i, family in enumerate(pairs.families):
            mine = pairs.family[pairs.cluster] == i
            of = [side.of(i) for side in whole]
            yield Column(metric, key, family, of[0], of[1], of[2], _turned(of[2], before[mine], after[mine]))


def _turned(moved: Clustered, before: Floats, after: Floats) -> tuple[int, int] | None:
    """Pairs that went up and down where they are independent (each its own cluster, one family) and yes or no."""
    both = ~np.isnan(before)
    binary = np.isin(before[both], (0.0, 1.0)).all() and np.isin(after[both], (0.0, 1.0)).all()
    if not both.any() or not binary or (moved.counts != 1).any() or len(np.unique(moved.family)) != 1:
        return None
    return int((after[both] > before[both]).sum()), int((after[both] < before[both]).sum())


def _row(column: Column, found: Difference, margin: float, plan: Plan) -> Row:
    metric, key = column.metric, column.key
    headline = column.family is None and key[2] is None
    row = {
        "name": metric.name,
        "condition": key[1],
        "claim_kind": key[2],
        "family": column.family,
        "primary": headline and named(metric.name, key[1]) in plan.primary,
        "before": _mean(column.before),
        "after": _mean(column.after),
        **{("difference" if k == "estimate" else k): v for k, v in asdict(found).items()},
        "margin": margin,
        "better": metric.better,
        "p_mcnemar": mcnemar(*column.turned) if column.turned else None,
    }
    return row | (_by_family(column.moved) if headline else {})


def _by_family(moved: Clustered) -> Row:
    """How many families moved each way, and the estimate's range with one family left out."""
    by_family = [estimate(f) for f in moved.families()] if len(moved.sums) else []
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


def _mean(of: Clustered) -> float | None:
    return estimate(of) if len(of.sums) else None


def headline(rows: Sequence[Row]) -> list[Row]:
    """The rows over all claims and families."""
    return [row for row in rows if row["family"] is None and row["claim_kind"] is None]
