"""What the clusters that were seen say of clusters that were not: interval, equivalence, detectable effect.

The estimate is near normal only where many clusters moved. Where few did (the ordinary case of two good runs), the
sample variance is that of the few that happened to be drawn: with 3 % of clusters turning from yes to no, a t interval
or a bootstrap of 100 clusters holds the true difference in 78 % of experiments instead of 95 %
(bench/drift_simulation.py). So each end of an interval is computed with clusters added that nobody saw, as Agresti &
Coull (1998) do for one share and Agresti & Min (2005) and Bonett & Price (2012) for paired ones, but on the side of
that end only and with a t quantile:

    interval        one cluster more, as far from the estimate as the farthest that was seen
    beyond          z²/2 clusters more (Agresti & Coull's number), which moved all the way; and what could have gone
                    wholly unseen (the rule of three) must lie within the margin too

Variances are those of stats.standard_error, but a family with a single cluster takes the other families' variance
per cluster, pooled: without it, it would count as known exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from grounding.stats import SAME, Clustered, Floats

LEVEL = 0.95
ALPHA = 0.05
POWER = 0.80
UNSEEN = 1.0  # clusters added for an end of the interval
STEPS = 50  # of a bisection: far below rounding


@dataclass(frozen=True, slots=True)
class Spread:
    """The estimate of a column and how far it could be off.

    middle     equal-weight mean over families
    se, df     its standard error with Satterthwaite's degrees of freedom; both 0 where nothing varies
    size       how many clusters, spread evenly over the families, would weigh as these do: F² / Σ 1/k_f
    reach      how far from the estimate the farthest cluster lies
    widest     how far a cluster could move: 1, or 2 where one moved by more than 1 (differences of pull)
    rooms      per family: how far its clusters could still have moved (down, up)
    clusters   per family
    """

    middle: float
    se: float
    df: float
    size: float
    reach: float
    widest: float
    rooms: tuple[Floats, Floats]
    clusters: Floats


def spread(c: Clustered) -> Spread:
    """Of a column with at least one family of two clusters or more."""
    _, at = np.unique(c.family, return_inverse=True)
    k, n = np.bincount(at).astype(np.float64), np.bincount(at, weights=c.counts)
    means = np.bincount(at, weights=c.sums) / n
    residuals = (c.sums - means[at] * c.counts) / n[at]
    squares = np.bincount(at, weights=residuals * residuals)
    own = k - 1
    # Of one cluster, by family (Cochran 1977, §6.3: a mean over records is a ratio of cluster totals).
    variance = np.where(own > 0, k * k / np.maximum(own, 1) * squares, 0.0)
    weights = np.where(own > 0, 1 / k, 0.0) + (own == 0).sum() * own / own.sum()
    parts = weights * variance
    total, families = float(parts.sum()), len(k)
    se, middle = math.sqrt(total) / families, float(means.mean())
    moved = c.sums / c.counts
    widest = float(max(1.0, math.ceil(np.abs(moved).max() - SAME)))
    return Spread(
        middle,
        0.0 if se < SAME else se,
        0.0 if se < SAME else total * total / float((parts * parts / np.maximum(own, 1)).sum()),
        families * families / float((1 / k).sum()),
        float(np.abs(moved - middle).max()),
        widest,
        (means + widest, widest - means),
        k,
    )


def interval(s: Spread, level: float = LEVEL) -> tuple[float, float]:
    """Ends (lo, hi) that hold the true difference with chance `level`. Something varies."""
    tail = (1 - level) / 2
    lo, hi = (end(s, side, tail, s.middle + side * s.reach, UNSEEN) for side in (-1, 1))
    return max(lo, -s.widest), min(hi, s.widest)


def end(s: Spread, side: int, tail: float, there: float, unseen: float) -> float:
    """One end of an interval (side −1 or 1) by t, `unseen` clusters having been added at `there`.

    `size` clusters with mean m and variance size·SE², joined by u clusters at x, have mean m + (x − m)·u/(size + u)
    and the variance of the joined sample. Only the seen part's variance is estimated (Satterthwaite 1946); degrees of
    freedom never exceed the clusters that were seen.
    """
    n, u, gap = s.size, unseen, there - s.middle
    whole = (n + u) * (n + u - 1)
    seen = s.se * s.se * n * (n - 1) / whole
    added = gap * gap * u * n / (n + u) / whole
    df = min((seen + added) ** 2 / (seen * seen / s.df), float(s.clusters.sum()))
    return s.middle + gap * u / (n + u) + side * float(stdtrit(df, 1 - tail)) * math.sqrt(seen + added)


def beyond(s: Spread, margin: float) -> tuple[float, float]:
    """p of a true difference of −margin or less, and of +margin or more: the least alpha at which each is ruled out.

    Two one-sided t tests (Schuirmann 1987), each with z²/2 clusters added that moved all the way towards its side (z of
    alpha); and at least the chance that clusters which make up the margin went unseen (`unseen`). Each in (0, 1]. The
    larger is the p of equivalence; one alone is that of non-inferiority.
    """
    return _beyond(s, margin, -1), _beyond(s, margin, 1)


def _beyond(s: Spread, margin: float, side: int) -> float:
    moved = side * s.middle
    if s.se == 0.0:
        return unseen(s, margin - moved, side)
    if moved >= margin:
        return float(stdtr(s.df, (moved - margin) / s.se))
    low, high = ndtri(1e-12), 0.0  # of the normal quantile of alpha
    for _ in range(STEPS):
        z = (low + high) / 2
        inside = side * end(s, side, float(ndtr(z)), side * s.widest, z * z / 2) < margin
        low, high = (low, z) if inside else (z, high)
    return max(float(ndtr(high)), unseen(s, margin, side))


def unseen(s: Spread, shift: float, side: int) -> float:
    """The largest chance that no cluster seen shows what would move the estimate by `shift` to that side.

    If a share q_f of family f's clusters moved all the way, all k_f seen are others with chance (1 − q_f)^k_f. The
    chance is the largest over all q that add up to the shift: for one family (1 − shift)^k, the rule of three
    (Hanley & Lippman-Hand 1983); where families differ in size, most of it hides in the smallest.
    """
    return _unseen(s.rooms[side > 0], s.clusters, shift) if shift > 0 else 1.0


def _unseen(room: Floats, clusters: Floats, shift: float) -> float:
    """exp(−min Σ k·x) over x ≥ 0 with mean(room·(1 − e^−x)) = shift, by bisection on the multiplier."""
    open_to = room > 0
    if shift >= room.sum() / len(room):
        return 0.0
    w, k = room[open_to], clusters[open_to]
    least = float(np.log(w / k).max())
    low, high = least - 60.0, least  # x = log(w / (λ k)) where positive: the shift falls as λ grows
    for _ in range(STEPS):
        middle = (low + high) / 2
        x = np.maximum(0.0, np.log(w / k) - middle)
        low, high = (middle, high) if float((w * -np.expm1(-x)).sum()) > shift * len(room) else (low, middle)
    x = np.maximum(0.0, np.log(w / k) - high)
    return math.exp(-float((k * x).sum()))


def detectable(s: Spread, alpha: float = ALPHA, power: float = POWER) -> float:
    """The true difference δ that a two-sided test of these clusters finds with that power.

    δ = T·√(SE² + δ·(reach − δ)/size), T the sum of the t quantiles of 1 − alpha/2 and of the power: a drift comes as
    clusters that move, as far as the farthest here did (all the way where none did), and so brings variance of its
    own. Without that term a run in which nothing varies would promise to find a drift of 0.
    """
    df = s.df or float(s.clusters.sum() - len(s.clusters))
    squared = float(stdtrit(df, 1 - alpha / 2) + stdtrit(df, power)) ** 2
    reach = s.reach if s.se else s.widest
    # δ² (1 + T²/n) − δ T² reach/n − T² SE² = 0
    a, b = 1 + squared / s.size, squared * reach / s.size
    return min((b + math.sqrt(b * b + 4 * a * squared * s.se * s.se)) / (2 * a), s.widest)
