"""The cases that changed most between two runs, for a person to look at: artifacts and words side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from grounding.drift.pairs import Pairs, over_common
from grounding.drift.rows import PLACES, Row, headline
from grounding.stats import Floats

Key = tuple[str, str | None]  # metric, condition

SHOWN = 12
# Looked at besides the primary metrics, which may say little of one case.
TELLING: tuple[Key, ...] = (
    ("grounding", None),
    ("faithfulness", "blind"),
    ("faithfulness", "instructed"),
    ("pull", None),
)


def worst(pairs: Pairs, rows: Sequence[Row], shown: int = SHOWN) -> list[dict[str, Any]]:
    """The pairs with the largest change, the largest first.

    A pair's change is the sum of its absolute changes in the primary metrics (of those in `TELLING` where these do not
    tell pairs apart); of equal ones, those that changed for the worse come first, and families take turns, so that a
    family with many cases does not fill the list.

    Returns a dictionary a pair: suite, case, sample, family, cluster, change, and moved [{name, condition, before,
    after, direction}].
    """
    primary = [row for row in headline(rows) if row["primary"]]
    chosen: dict[Key, int] = {(row["name"], row["condition"]): row["better"] for row in primary}
    telling: dict[Key, int] = {(r["name"], r["condition"]): r["better"] for r in headline(rows)}
    others = {key: telling[key] for key in TELLING if key in telling and key not in chosen}
    values = {key: _values(pairs, *key) for key in (*chosen, *others)}
    size = len(pairs)
    change, second, worsened = np.zeros(size), np.zeros(size), np.zeros(size)
    for key, better in (*chosen.items(), *others.items()):
        moved = np.nan_to_num(values[key][1] - values[key][0])
        if key in chosen:
            change += np.abs(moved)
        second += np.abs(moved)
        worsened -= better * moved
    ranked = np.lexsort((-worsened, -second, -change))
    found = [int(i) for i in ranked if second[i] > 0]
    return [
        _case(pairs, i, {**chosen, **others}, values, float(change[i]))
        for i in _in_turns(pairs, found, change, shown)
    ]


def _values(pairs: Pairs, name: str, condition: str | None) -> tuple[Floats, Floats]:
    if name in PLACES:
        return over_common(pairs, PLACES[name])
    return pairs.values((name, condition, None))


def _in_turns(pairs: Pairs, ranked: Sequence[int], change: Floats, shown: int) -> list[int]:
    """The first `shown` pairs; among equal changes the families take turns, and no cluster comes twice before all."""
    turn: dict[tuple[float, int], int] = defaultdict(int)
    again: dict[int, int] = defaultdict(int)
    order = []
    for place, i in enumerate(ranked):
        cluster = int(pairs.cluster[i])
        family = int(pairs.family[cluster])
        step = (round(float(change[i]), 9), family)
        order.append((again[cluster], -step[0], turn[step], place, i))
        turn[step] += 1
        again[cluster] += 1
    return [i for *_, i in sorted(order)[:shown]]


def _case(
    pairs: Pairs,
    pair: int,
    metrics: dict[Key, int],
    values: dict[Key, tuple[Floats, Floats]],
    change: float,
) -> dict[str, Any]:
    family, cluster, suite, case, sample = pairs.case(pair)
    moved = []
    for (name, condition), better in metrics.items():
        before, after = (float(side[pair]) for side in values[name, condition])
        if not np.isnan(after - before) and after != before:
            way = "up" if after > before else "down"
            if better:
                way = "better" if (after > before) == (better > 0) else "worse"
            moved.append(
                {
                    "name": name,
                    "condition": condition,
                    "before": before,
                    "after": after,
                    "direction": way,
                }
            )
    return {
        "suite": suite,
        "case": case,
        "sample": int(sample),
        "family": family,
        "cluster": cluster,
        "change": change,
        "moved": moved,
    }
