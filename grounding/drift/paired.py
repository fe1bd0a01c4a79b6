"""Statistics of two runs on the same cases: is the difference real, is it small, or can nobody tell?

Everything is pure and knows nothing of records. What goes in is `Clustered`: per cluster the sum of its pairs'
differences (after − before) and their number. The estimate is the equal-weight mean over families, as for one run
(stats.py); families are fixed strata, clusters the unit that is resampled or whose signs are flipped, because pairs of
one cluster (variants of one case, samples of one case) move together.

    sign_flips      p of "no difference": signs of whole clusters flipped within families; exact when few
    equivalence     p of "the difference is at least the margin": two one-sided t tests (Schuirmann 1987)
    detectable      the smallest true difference that would be found with 80 % power
    mcnemar         the exact test on discordant pairs, where each cluster is one pair of yes and no
    verdict         the word, by the rules of docs/statistics.md
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from grounding.stats import (
    Clustered,
    Floats,
    cluster_bootstrap,
    cluster_t,
    estimate,
    no_variation,
    standard_error,
)

Word = Literal["DRIFT", "DRIFT_WITHIN_MARGIN", "EQUIVALENT", "INCONCLUSIVE"]

ALPHA = 0.05
POWER = 0.80
LEAST_CLUSTERS = 8  # below, neither a t quantile nor 2^k sign flips can carry a verdict
FEW_CLUSTERS = 30  # below, a percentile bootstrap is too narrow: t
EXACT = 14  # clusters that differ: up to 2^14 flips are all counted
FLIPS = 9_999  # otherwise drawn: the least p is 1/10,000
CHUNK = 4_000_000  # signs held at once: 32 MB
ROUNDING = 1e-12
SEED = 20_240_502


@dataclass(frozen=True, slots=True)
class Difference:
    """What two runs' records say of one metric. Shares are in [−1, 1]; None where nothing can be said.

    p            of no difference (sign flips)
    p_margin     of a difference at least as large as the margin (TOST)
    detectable   smallest true difference found with 80 % power at `ALPHA`
    inside       the (1 − 2·ALPHA) interval lies within ± margin
    why          the reason of a None, or of a limit
    """

    estimate: float | None
    interval: tuple[float, float] | None
    method: str | None
    p: float | None
    p_margin: float | None
    detectable: float | None
    inside: bool
    pairs: int
    clusters: int
    why: str | None = None


def compare(columns: Sequence[Clustered], margins: Sequence[float], seed: int = SEED) -> list[Difference]:
    """The difference in each column of paired differences, beside its margin (> 0)."""
    whole = [_whole(c) for c in columns]
    able = [i for i, why in enumerate(whole) if why is None]
    p_values = dict(zip(able, sign_flips([columns[i] for i in able], seed), strict=True))
    booted = [i for i in able if len(columns[i].sums) >= FEW_CLUSTERS and standard_error(columns[i])[0] > 0]
    ends = dict(zip(booted, cluster_bootstrap([columns[i] for i in booted], seed=seed), strict=True))
    return [
        _undecided(c, why) if why else _difference(c, margin, p_values[i], ends.get(i))
        for i, (c, margin, why) in enumerate(zip(columns, margins, whole, strict=True))
    ]


def _whole(c: Clustered) -> str | None:
    """Why nothing can be said of a column, None where something can."""
    if not len(c.sums):
        return "no pair with a value in both runs"
    if len(c.sums) < LEAST_CLUSTERS:
        return f"{len(c.sums)} clusters: at least {LEAST_CLUSTERS} are needed"
    if max(len(f.sums) for f in c.families()) == 1:
        return "one cluster in every family: no variance to estimate"
    return None


def _undecided(c: Clustered, why: str) -> Difference:
    middle = estimate(c) if len(c.sums) else None
    return Difference(middle, None, None, None, None, None, False, c.n, len(c.sums), why)


def _difference(c: Clustered, margin: float, p: float, booted: tuple[float, float] | None) -> Difference:
    middle, k = estimate(c), len(c.sums)
    se = standard_error(c)[0]
    if se == 0.0:
        # All clusters agree: what could have differed unseen is what matters, not a variance of zero.
        lo, hi = no_variation(c, -1.0, 1.0)
        unseen = -math.expm1(math.log(ALPHA) / k)  # 1 − ALPHA^(1/k), the rule of three
        inside = abs(middle) + unseen <= margin
        return Difference(
            middle, (max(lo, -1.0), min(hi, 1.0)), "no variation", p, None, unseen, inside, c.n, k
        )
    lo, hi = booted or cluster_t(c)
    p_margin = equivalence(c, margin)
    return Difference(
        middle,
        (max(lo, -1.0), min(hi, 1.0)),
        "bootstrap" if booted else "t",
        p,
        p_margin,
        detectable(c),
        p_margin <= ALPHA,
        c.n,
        k,
    )


def sign_flips(columns: Sequence[Clustered], seed: int = SEED) -> list[float]:
    """Two-sided p of each column: how often random signs of its clusters give a mean as far from 0.

    Under no difference a fresh cluster is as likely to move up as down by as much, whatever happens inside it. Clusters
    that did not move change nothing. All signs where at most EXACT clusters moved, else FLIPS draws and the observed
    one (Phipson & Smyth 2010: never 0). The draws depend on seed and number of clusters only.
    """
    return [_sign_flip(c, seed) for c in columns]


def _sign_flip(c: Clustered, seed: int) -> float:
    weights = _weights(c)
    moved = weights[np.abs(weights) > ROUNDING]
    observed, k = abs(float(weights.sum())), len(moved)
    limit = observed - ROUNDING * max(1.0, observed)
    if k == 0:
        return 1.0
    if k <= EXACT:
        signs = 1.0 - 2.0 * ((np.arange(2**k)[:, None] >> np.arange(k)) & 1)
        return float((np.abs(signs @ moved) >= limit).mean())
    rng = np.random.default_rng([seed, k])
    step, beyond, done = max(1, CHUNK // k), 0, 0
    while done < FLIPS:
        rows = min(step, FLIPS - done)
        signs = 1.0 - 2.0 * rng.integers(0, 2, size=(rows, k), dtype=np.int8)
        beyond += int((np.abs(signs @ moved) >= limit).sum())
        done += rows
    return (beyond + 1) / (FLIPS + 1)


def _weights(c: Clustered) -> Floats:
    """Each cluster's contribution to the estimate: they sum to it."""
    families, at = np.unique(c.family, return_inverse=True)
    totals = np.bincount(at, weights=c.counts)
    return np.asarray(c.sums / totals[at] / len(families), dtype=np.float64)


def equivalence(c: Clustered, margin: float) -> float:
    """p of a true difference of at least ± margin: the larger of two one-sided t tests. Something varies."""
    from scipy.stats import t

    (se, df), middle = standard_error(c), estimate(c)
    return float(max(t.sf((middle + margin) / se, df), t.cdf((middle - margin) / se, df)))


def detectable(c: Clustered, alpha: float = ALPHA, power: float = POWER) -> float:
    """The true difference that a two-sided test of these clusters finds with that power. Something varies."""
    from scipy.stats import t

    se, df = standard_error(c)
    return float((t.ppf(1 - alpha / 2, df) + t.ppf(power, df)) * se)


def mcnemar(up: int, down: int) -> float:
    """Exact two-sided p on pairs that changed: `up` from no to yes, `down` from yes to no. By statsmodels."""
    from statsmodels.stats.contingency_tables import mcnemar as test

    return float(test([[0, up], [down, 0]], exact=True).pvalue) if up + down else 1.0


def adjusted(p_values: Sequence[float], method: Literal["fdr_bh", "holm"]) -> list[float]:
    """p values adjusted for their number: Benjamini–Hochberg or Holm. By statsmodels."""
    from statsmodels.stats.multitest import multipletests

    return [float(p) for p in multipletests(p_values, method=method)[1]] if len(p_values) else []


def verdict(found: Difference, p: float | None, alpha: float = ALPHA) -> Word:
    """The word for a difference, `p` being its p value adjusted for how many were looked at.

    DRIFT                significant, and not shown to be within the margin
    DRIFT_WITHIN_MARGIN  significant, and shown to be within the margin: real and small
    EQUIVALENT           not significant, and shown to be within the margin
    INCONCLUSIVE         neither: more cases are needed, `detectable` says what these could have found
    """
    if found.interval is None or p is None:
        return "INCONCLUSIVE"
    if p <= alpha:
        return "DRIFT_WITHIN_MARGIN" if found.inside else "DRIFT"
    return "EQUIVALENT" if found.inside else "INCONCLUSIVE"
