"""Statistics of two runs on the same cases: is the difference real, is it small, or can nobody tell?

Everything is pure and knows nothing of records. What goes in is `Clustered`: per cluster the sum of its pairs'
differences (after − before) and their number. The estimate is the equal-weight mean over families, as for one run
(stats.py); families are fixed strata, clusters the unit that is resampled or whose signs are flipped, because pairs of
one cluster (variants of one case, samples of one case) move together.

    sign_flips      p of "no difference": signs of whole clusters flipped within families; exact when few
    spread          interval, p of "at least the margin" (TOST) and detectable effect: drift/spread.py
    mcnemar         the exact test on discordant pairs, where each cluster is one pair of yes and no
    verdict         the word, by the rules of docs/statistics.md
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from grounding.drift.spread import ALPHA as ALPHA
from grounding.drift.spread import Spread, beyond, detectable, interval, spread
from grounding.stats import Clustered, Floats, estimate, no_variation

Word = Literal["DRIFT", "DRIFT_WITHIN_MARGIN", "EQUIVALENT", "INCONCLUSIVE"]

LEAST_CLUSTERS = 8  # below, neither a t quantile nor 2^k sign flips can carry a verdict
EXACT = 14  # clusters that differ: up to 2^14 flips are all counted
FLIPS = 9_999  # otherwise drawn: the least p is 1/10,000
CHUNK = 500_000  # signs held at once: 4 MB
ROUNDING = 1e-12
SEED = 20_240_502


@dataclass(frozen=True, slots=True)
class Difference:
    """What two runs' records say of one metric. Shares are in [−1, 1]; None where nothing can be said.

    p            of no difference (sign flips)
    p_margin     of a difference at least as large as the margin (TOST): the larger of `p_beyond`
    p_beyond     of a difference of −margin or less, and of +margin or more
    detectable   smallest true difference found with 80 % power at `ALPHA`
    why          the reason of a None, or of a limit
    """

    estimate: float | None
    interval: tuple[float, float] | None
    method: str | None
    p: float | None
    p_margin: float | None
    p_beyond: tuple[float, float] | None
    detectable: float | None
    pairs: int
    clusters: int
    why: str | None = None


def compare(columns: Sequence[Clustered], margins: Sequence[float], seed: int = SEED) -> list[Difference]:
    """The difference in each column of paired differences, beside its margin (> 0)."""
    whole = [_whole(c) for c in columns]
    able = [i for i, why in enumerate(whole) if why is None]
    p_values = dict(zip(able, sign_flips([columns[i] for i in able], seed), strict=True))
    return [
        _undecided(c, why) if why else _difference(c, margin, p_values[i])
        for i, (c, margin, why) in enumerate(zip(columns, margins, whole, strict=True))
    ]


def _whole(c: Clustered) -> str | None:
    """Why nothing can be said of a column, None where something can."""
    if not len(c.sums):
        return "no pair with a value in both runs"
    if len(c.sums) < LEAST_CLUSTERS:
        return f"{len(c.sums)} clusters: at least {LEAST_CLUSTERS} are needed"
    if np.bincount(c.family).max() == 1:
        return "one cluster in every family: no variance to estimate"
    return None


def _undecided(c: Clustered, why: str) -> Difference:
    middle = estimate(c) if len(c.sums) else None
    return Difference(middle, None, None, None, None, None, None, c.n, len(c.sums), why)


def _difference(c: Clustered, margin: float, p: float) -> Difference:
    s = spread(c)
    if s.se:
        ends, method = interval(s), "t"
    else:
        # All clusters agree: what could have differed unseen is what matters, not a variance of zero.
        lo, hi = no_variation(c, -s.widest, s.widest)
        ends, method = (max(lo, -s.widest), min(hi, s.widest)), "no variation"
    either = beyond(s, margin)
    return Difference(
        s.middle, ends, method, p, max(either), either, detectable(s), c.n, len(c.sums), _limit(s)
    )


def _limit(s: Spread) -> str | None:
    alone, families = int((s.clusters == 1).sum()), len(s.clusters)
    if not alone:
        return None
    return f"{alone} of {families} families have one cluster: its variance is taken from the other families"


def sign_flips(columns: Sequence[Clustered], seed: int = SEED) -> list[float]:
    """Two-sided p of each column: how often random signs of its clusters give a mean as far from 0.

    Under no difference a fresh cluster is as likely to move up as down by as much, whatever happens inside it. Clusters
    that did not move change nothing. All signs where at most EXACT clusters moved, else FLIPS draws and the observed
    one (Phipson & Smyth 2010: never 0). The draws depend on seed and number of clusters only.
    """
    weights = [_weights(c) for c in columns]
    moved = [w[np.abs(w) > ROUNDING] for w in weights]
    alike: dict[int, list[int]] = defaultdict(list)
    for i, m in enumerate(moved):
        alike[len(m)].append(i)
    p_values = [1.0] * len(columns)
    for k, members in alike.items():
        if k:
            together = np.column_stack([moved[i] for i in members])
            for i, p in zip(members, _flipped(together, seed), strict=True):
                p_values[i] = float(p)
    return p_values


def _flipped(moved: Floats, seed: int) -> Floats:
    """The p of each column of [clusters, columns] contributions, none of them 0."""
    k, columns = moved.shape
    observed = np.abs(moved.sum(axis=0))
    limit = observed - ROUNDING * np.maximum(1.0, observed)
    beyond = np.zeros(columns)
    if k <= EXACT:
        signs = 1.0 - 2.0 * ((np.arange(2**k)[:, None] >> np.arange(k)) & 1)
        return np.asarray((np.abs(signs @ moved) >= limit).mean(axis=0), np.float64)
    rng = np.random.default_rng([seed, k])
    total = moved.sum(axis=0)
    # Eight rows are whole words of the generator: the draws do not depend on how many rows are held at once.
    step, done = 8 * max(1, CHUNK // max(k, columns) // 8), 0
    while done < FLIPS:
        rows = min(step, FLIPS - done)
        drawn = rng.integers(0, 256, size=(rows, -(-k // 8)), dtype=np.uint8)
        turned = np.unpackbits(drawn, axis=1, count=k).astype(np.float64)
        beyond += (np.abs(total - 2.0 * (turned @ moved)) >= limit).sum(axis=0)
        done += rows
    return np.asarray((beyond + 1) / (FLIPS + 1), np.float64)


def _weights(c: Clustered) -> Floats:
    """Each cluster's contribution to the estimate: they sum to it."""
    families, at = np.unique(c.family, return_inverse=True)
    totals = np.bincount(at, weights=c.counts)
    return np.asarray(c.sums / totals[at] / len(families), dtype=np.float64)


def mcnemar(up: int, down: int) -> float:
    """Exact two-sided p on pairs that changed: `up` from no to yes, `down` from yes to no. By statsmodels."""
    from statsmodels.stats.contingency_tables import mcnemar as test

    return float(test([[0, up], [down, 0]], exact=True).pvalue) if up + down else 1.0


def adjusted(p_values: Sequence[float], method: Literal["fdr_bh", "holm"]) -> list[float]:
    """p values adjusted for their number: Benjamini–Hochberg or Holm. By statsmodels."""
    if len(p_values) < 2:
        return [float(p) for p in p_values]
    from statsmodels.stats.multitest import multipletests

    return [float(p) for p in multipletests(p_values, method=method)[1]]


def verdict(p: float | None, p_margin: float | None, alpha: float = ALPHA) -> Word:
    """The word for a difference, `p` being its p value adjusted for how many were looked at.

    DRIFT                significant, and not shown to be within the margin
    DRIFT_WITHIN_MARGIN  significant, and shown to be within the margin: real and small
    EQUIVALENT           not significant, and shown to be within the margin
    INCONCLUSIVE         neither: more cases are needed, `detectable` says what these could have found
    """
    if p is None or p_margin is None:
        return "INCONCLUSIVE"
    inside = p_margin <= alpha
    if p <= alpha:
        return "DRIFT_WITHIN_MARGIN" if inside else "DRIFT"
    return "EQUIVALENT" if inside else "INCONCLUSIVE"
