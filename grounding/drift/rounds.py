"""Any number of runs in order: curves, the change a round, who left the margin first, do words and facts part.

Each case's slope is that of least squares over the rounds in which it has a value (at least two); slopes are then
averaged as everything is: clusters within families, families with equal weight, with the interval and the sign flips
of paired differences (paired.py). A case that lacks a round keeps its slope over the others.

A metric has left its margin at the first round whose verdict against round 0 is DRIFT: a change beyond chance, not
shown to be within the margin. p values are adjusted along the chain (Holm: the rounds share their baseline); those of
primary metrics stand in the comparison already.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from grounding.drift.paired import ALPHA, Difference, adjusted, verdict
from grounding.drift.paired import compare as differences
from grounding.drift.pairs import paired
from grounding.drift.plan import Plan
from grounding.drift.rows import Row, headline
from grounding.metrics import METRICS, Metric, named
from grounding.score_table import Key, Table
from grounding.stats import Clustered, Floats, intervals

AGREEMENT: Key = ("agreement", "instructed", None)
CHECKED: Key = ("grounding", None, None)


def rounds(
    tables: Sequence[Table], blocks: Sequence[Row], plan: Plan, alpha: float = ALPHA
) -> dict[str, Any]:
    """Of one modality: {"curves", "collusion"}.

    tables  frozen, a run each, in order
    blocks  the judged comparison of each later run with the first
    """
    asked = [
        (metric, (metric.name, condition, None))
        for metric in METRICS
        for condition in metric.conditions
        if any(len(table.rows((metric.name, condition, None))[0]) for table in tables)
    ]
    slopes = differences(_slopes(tables, [key for _, key in asked]), [1.0] * len(asked))
    points = _points(tables, asked)
    return {
        "curves": [
            {
                "name": metric.name,
                "condition": key[1],
                "primary": named(metric.name, key[1]) in plan.primary,
                "better": metric.better,
                "margin": plan.of(metric.name, key[1]),
                "points": [of[i] for of in points],
                "slope": _slope(slope, metric),
                "left_margin": _left(key, blocks, alpha),
            }
            for i, ((metric, key), slope) in enumerate(zip(asked, slopes, strict=True))
        ],
        "collusion": _collusion(tables, plan),
    }


def _points(tables: Sequence[Table], asked: Sequence[tuple[Metric, Key]]) -> list[list[Row]]:
    """Each round's own values, over all of its records."""
    from grounding.scores import row_of

    found = []
    for i, table in enumerate(tables):
        columns = [table.clustered(key) for _, key in asked]
        ends = intervals([(c, m.low, m.high) for c, (m, _) in zip(columns, asked, strict=True)])
        rows = [row_of(key, c, e, {}) for (_, key), c, e in zip(asked, columns, ends, strict=True)]
        kept = ("value", "interval", "method", "n", "clusters", "why_null")
        found.append([{"round": i, **{field: row[field] for field in kept}} for row in rows])
    return found


def _slopes(tables: Sequence[Table], keys: Sequence[Key]) -> list[Clustered]:
    """Least-squares slopes of cases over the rounds, by cluster: change per round."""
    places = [table.cases() for table in tables]
    cases = sorted(set().union(*places))
    where = [np.array([of.get(case, -1) for case in cases], np.int64) for of in places]
    names = []
    for case in cases:
        i = next(i for i, of in enumerate(places) if case in of)
        names.append(tables[i].key(places[i][case])[:2])
    clusters = sorted(set(names))
    number = {name: i for i, name in enumerate(clusters)}
    families = sorted({family for family, _ in clusters})
    of_family = np.array([families.index(family) for family, _ in clusters], np.int64)
    cluster = np.array([number[name] for name in names], np.int64)
    found = []
    for key in keys:
        values = np.stack([np.append(t.dense(key), np.nan)[at] for t, at in zip(tables, where, strict=True)])
        found.append(_by_cluster(_least_squares(values), cluster, of_family))
    return found


def _least_squares(values: Floats) -> Floats:
    """[rounds, cases] → slope of each case over its rounds with a value; NaN where these are fewer than two."""
    known = ~np.isnan(values)
    n = known.sum(0)
    at = np.arange(len(values), dtype=np.float64)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = (at * known).sum(0) / n
        level = np.where(known, values, 0.0).sum(0) / n
        apart = np.where(known, at - middle, 0.0)
        slope = (apart * np.where(known, values - level, 0.0)).sum(0) / (apart**2).sum(0)
    return np.asarray(np.where(n >= 2, slope, np.nan), np.float64)


def _by_cluster(values: Floats, cluster: Any, of_family: Any) -> Clustered:
    some = np.flatnonzero(~np.isnan(values))
    sums = np.bincount(cluster[some], weights=values[some], minlength=len(of_family)).astype(np.float64)
    counts = np.bincount(cluster[some], minlength=len(of_family)).astype(np.float64)
    kept = counts > 0
    return Clustered(sums[kept], counts[kept], of_family[kept], counts[kept])


def _slope(found: Difference, metric: Metric) -> Row:
    way = None
    if found.estimate:
        way = "up" if found.estimate > 0 else "down"
        if metric.better:
            way = "better" if (found.estimate > 0) == (metric.better > 0) else "worse"
    return {
        "estimate": found.estimate,
        "interval": found.interval,
        "method": found.method,
        "p": found.p,
        "cases": found.pairs,
        "clusters": found.clusters,
        "why": found.why,
        "direction": way,
    }


def _left(key: Key, blocks: Sequence[Row], alpha: float) -> Row:
    """The first round whose verdict against round 0 is DRIFT."""
    along = [
        next((r for r in headline(b["metrics"]) if (r["name"], r["condition"]) == key[:2]), None)
        for b in blocks
    ]
    decided = [(i, row) for i, row in enumerate(along, 1) if row is not None and row["p"] is not None]
    if not decided:
        why = next((row["why"] for row in along if row and row["why"]), "no pair with a value in both runs")
        return {"round": None, "why": f"cannot tell: {why}"}
    held = adjusted([row["p"] for _, row in decided], "holm")
    for (i, row), p in zip(decided, held, strict=True):
        word = row["verdict"] if row["primary"] else verdict(p, row["p_margin"], alpha)
        if word == "DRIFT":
            return {"round": i, "why": f"{row['difference']:+.3f} against round 0, margin {row['margin']:g}"}
    return {"round": None, "why": "no round differs from round 0 beyond chance and the margin"}


def _collusion(tables: Sequence[Table], plan: Plan) -> Row:
    """Do descriptions agree more with the instruction while what is made fits it no better?

    True at a round where, against round 0, agreement (instructed) rose beyond chance and its margin; checked grounding
    did not rise beyond chance; and the gap between both grew by more than the margin beyond chance, case by case:
    flatness is then shown as far as it matters, not taken from a lack of evidence. None where that stays open.
    """
    margin = plan.of(AGREEMENT[0], AGREEMENT[1])
    found = []
    for i, table in enumerate(tables[1:], 1):
        pairs = paired(tables[0], table)
        said, made = (after - before for before, after in map(pairs.values, (AGREEMENT, CHECKED)))
        moved = [pairs.clustered(values) for values in (said, made, said - made)]
        agreement, checked, gap = differences(moved, [margin] * 3)
        flag, why = _parted(agreement, checked, gap, margin)
        found.append((flag, f"round {i}: {why}" if len(tables) > 2 else why, agreement, checked, gap))
    order = {True: 0, None: 1, False: 2}
    flag, why, *three = min(found, key=lambda f: order[f[0]])  # of equal ones the first
    return {
        "flag": flag,
        "why": why,
        **{
            name: {
                "difference": d.estimate,
                "interval": d.interval,
                "pairs": d.pairs,
                "clusters": d.clusters,
            }
            for name, d in zip(("agreement", "grounding", "gap"), three, strict=True)
        },
    }


def _parted(said: Difference, made: Difference, gap: Difference, margin: float) -> tuple[bool | None, str]:
    if said.interval is None or said.estimate is None:
        return None, f"agreement of descriptions with the instruction cannot be compared: {said.why}"
    words = f"agreement moved by {_told(said)}"
    if said.interval[0] <= 0 or said.estimate <= margin:
        return False, f"{words}: it did not rise beyond chance and the margin {margin:g}"
    if made.interval is None or gap.interval is None:
        return None, f"{words}; checked grounding cannot be compared: {made.why or gap.why}"
    facts = f"checked grounding by {_told(made)}"
    if made.interval[0] > 0:
        return False, f"{words}, {facts}: what is made rose too"
    if gap.interval[0] > margin:
        return True, f"{words}, {facts}: descriptions agree more with the instruction, what is made does not"
    return None, f"{words}, {facts}: whether what is made kept up cannot be told"


def _told(found: Difference) -> str:
    if found.interval is None:
        return f"{found.estimate:+.3f}"
    return f"{found.estimate:+.3f} ({found.interval[0]:+.3f} … {found.interval[1]:+.3f})"
