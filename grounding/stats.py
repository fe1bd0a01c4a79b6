"""Statistics of one run: means over clustered records with intervals, and scores of probabilities.

Everything is pure and knows nothing of records. `Clustered` is what a metric comes down to: per cluster the
sum of its records' values and their number. The estimate is the equal-weight mean over families of the mean
over records; families are fixed strata, clusters the unit of resampling.

Which interval (`intervals`), all for 95 %:

    fewer than 2 clusters            none
    one family, one record a cluster,
      every value 0 or 1             Wilson: a single proportion of independent items
    nothing varies between clusters  what could have varied unseen (`no_variation`)
    only families of one cluster     none: between-cluster variance cannot be estimated
    fewer than 30 clusters           t (`cluster_t`)
    otherwise                        cluster bootstrap within families (`cluster_bootstrap`)

A family with a single cluster beside others has no between-cluster variance of its own to add: the interval
then says in `note` that it is too narrow by that family's share.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEVEL = 0.95
REPLICATES = 2_000  # Monte Carlo error of a 2.5 % end: about 0.35 % of coverage
SEED = 20_240_501
FEW_CLUSTERS = 30  # below, percentile bootstraps are too narrow (Cameron, Gelbach & Miller 2008): t instead
CHUNK = 2_000_000  # resampled cluster indices held at once: 16 MB
SAME = 1e-9  # standard errors below this are rounding, not variation


@dataclass(frozen=True, slots=True)
class Clustered:
    """A metric's values by cluster.

    sums, counts  per cluster: sum of the records' values, number of records (≥ 1)
    family        per cluster: its family's number
    items         per cluster: claims, statements, facts or probes under the records' values
    """

    sums: Floats
    counts: Floats
    family: Ints
    items: Floats

    @property
    def n(self) -> int:
        """Records."""
        return int(self.counts.sum())

    def of(self, family: int) -> Clustered:
        mine = self.family == family
        return Clustered(self.sums[mine], self.counts[mine], self.family[mine], self.items[mine])

    def families(self) -> list[Clustered]:
        return [self.of(int(f)) for f in np.unique(self.family)]


@dataclass(frozen=True, slots=True)
class Interval:
    """`ends` (lo, hi) with the method's name, or None with the reason; `note` limits what it promises."""

    ends: tuple[float, float] | None
    method: str | None = None
    why_null: str | None = None
    note: str | None = None


def clustered(values: Sequence[float], families: Sequence[Any], clusters: Sequence[Any]) -> Clustered:
    """Values of records with the family and the cluster of each. Clusters are named within their family."""
    number = {f: i for i, f in enumerate(sorted(set(families), key=str))}
    cells: dict[tuple[int, str], list[float]] = defaultdict(list)
    for value, family, cluster in zip(values, families, clusters, strict=True):
        cells[number[family], str(cluster)].append(value)
    keys = sorted(cells)
    return Clustered(
        np.array([math.fsum(cells[k]) for k in keys], float),
        np.array([len(cells[k]) for k in keys], float),
        np.array([k[0] for k in keys], np.int64),
        np.array([len(cells[k]) for k in keys], float),
    )


def estimate(c: Clustered) -> float:
    """Equal-weight mean over families of the mean over records. At least one record."""
    return float(np.mean([f.sums.sum() / f.counts.sum() for f in c.families()]))


def wilson(successes: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Score interval of a proportion of independent items, n ≥ 1. Wilson 1927, by statsmodels."""
    from statsmodels.stats.proportion import proportion_confint

    lo, hi = proportion_confint(successes, n, alpha=1 - level, method="wilson")
    return max(0.0, float(lo)), min(1.0, float(hi))


def standard_error(c: Clustered) -> tuple[float, float]:
    """(standard error, degrees of freedom) of `estimate` under resampling of clusters within families.

    A family's mean over records is a ratio of cluster totals; linearised (Cochran 1977, §6.3) its variance is
    v_f = k/(k−1) Σ_c ((sum_c − mean·count_c) / N)², which is s²/k where clusters have one size. The
    estimate's variance is Σ_f v_f / F², its degrees of freedom (Σ v_f)² / Σ (v_f² / (k_f − 1))
    (Satterthwaite 1946). Families with one cluster add nothing. (0, 0) where nothing varies.
    """
    families = c.families()
    total, denominator = 0.0, 0.0
    for f in families:
        k = len(f.sums)
        if k < 2:
            continue
        n = f.counts.sum()
        residuals = (f.sums - f.sums.sum() / n * f.counts) / n
        v = k / (k - 1) * float(residuals @ residuals)
        total += v
        denominator += v * v / (k - 1)
    se = math.sqrt(total) / len(families)
    return (0.0, 0.0) if se < SAME else (se, total * total / denominator)


def effective_n(c: Clustered, level: float = LEVEL) -> float:
    """How many independent items would tell the share as exactly as these clusters do, in [1, items].

    share·(1 − share) / SE², made smaller for the few degrees of freedom of the SE (Korn & Graubard 1998).
    Where nothing varies between clusters an SE says nothing: then the number of clusters, the least it can be.
    """
    from scipy.stats import t

    se, df = standard_error(c)
    if se == 0.0:
        return float(len(c.sums))
    if len(c.families()) == 1 and (c.counts == 1).all():
        return float(c.n)
    share, tail = estimate(c), 0.5 + level / 2
    size = share * (1 - share) / se**2 * float(t.ppf(tail, c.n - 1) / t.ppf(tail, df)) ** 2
    return min(max(size, 1.0), float(c.n))


def share_interval(c: Clustered, level: float = LEVEL) -> Interval:
    """The interval of a share near 0 or 1, where a bootstrap of clusters is too narrow, or of no width at all.

    One item a cluster: Wilson. Otherwise Clopper–Pearson on the effective number of items (Korn & Graubard
    1998), so on the number of clusters where all agree: conservative.
    """
    from statsmodels.stats.proportion import proportion_confint

    if len(c.sums) < 2:
        return Interval(None, why_null="one cluster: no interval" if len(c.sums) else "no cluster")
    if len(c.families()) == 1 and (c.counts == 1).all():
        return Interval(wilson(round(c.sums.sum()), c.n, level), "wilson")
    n = effective_n(c, level)
    lo, hi = proportion_confint(estimate(c) * n, n, alpha=1 - level, method="beta")
    return Interval((float(lo), float(hi)), "clopper-pearson")


def cluster_t(c: Clustered, level: float = LEVEL) -> tuple[float, float]:
    """Estimate ± t·SE with `standard_error`'s degrees of freedom. Something must vary between clusters."""
    from scipy.stats import t

    se, df = standard_error(c)
    half = float(t.ppf(0.5 + level / 2, df)) * se
    return estimate(c) - half, estimate(c) + half


def cluster_bootstrap(
    columns: Sequence[Clustered], replicates: int = REPLICATES, seed: int = SEED, level: float = LEVEL
) -> list[tuple[float, float]]:
    """Percentile intervals by resampling clusters with replacement within families.

    From k clusters of a family k − 1 are drawn: a mean of k draws has variance (k−1)/k · s²/k, too small by
    half where k = 2; k − 1 draws give s²/k without bias (McCarthy & Snowden 1985; Rao & Wu 1988). A family's
    single cluster stays. The draws depend on seed, family and k only: a column's interval does not depend on
    which others are asked for, and families are resampled independently.
    """
    means = np.zeros((len(columns), replicates))
    jobs: dict[tuple[int, int], list[tuple[int, Clustered]]] = defaultdict(list)
    for i, column in enumerate(columns):
        for family in np.unique(column.family):
            part = column.of(int(family))
            jobs[int(family), len(part.sums)].append((i, part))
    for (family, k), parts in sorted(jobs.items(), key=lambda job: job[0]):
        sums = np.column_stack([p.sums for _, p in parts])
        counts = np.column_stack([p.counts for _, p in parts])
        rows = [i for i, _ in parts]
        rng = np.random.default_rng([seed, family, k])
        step = max(1, CHUNK // k)
        for start in range(0, replicates, step):
            weights = _weights(rng, k, min(step, replicates - start))
            means[rows, start : start + len(weights)] += ((weights @ sums) / (weights @ counts)).T
    tail = (1 - level) / 2
    ends = []
    for column, of_families in zip(columns, means, strict=True):
        lo, hi = np.quantile(of_families / len(np.unique(column.family)), [tail, 1 - tail])
        ends.append((float(lo), float(hi)))
    return ends


def _weights(rng: np.random.Generator, k: int, replicates: int) -> Floats:
    """[replicates, k]: how often each cluster was drawn."""
    if k == 1:
        return np.ones((replicates, 1))
    drawn = rng.integers(0, k, size=(replicates, k - 1))
    drawn += np.arange(replicates)[:, None] * k
    return np.bincount(drawn.ravel(), minlength=replicates * k).reshape(replicates, k).astype(float)


def no_variation(c: Clustered, low: float, high: float, level: float = LEVEL) -> tuple[float, float]:
    """How far the estimate could be off although all clusters of a family show the same value.

    If a share p_f of family f's clusters deviates, k_f fresh ones all agree with chance Π (1 − p_f)^k_f. The
    ends are the worst means over families for which that chance is still 1 − level, every deviation going to
    the end of the range. With one family and values at an end of [0, 1]: 1 − (1 − level)^(1/k), the rule of
    three (Hanley & Lippman-Hand 1983).
    """
    families = c.families()
    sizes = np.array([len(f.sums) for f in families], float)
    values = np.array([f.sums.sum() / f.counts.sum() for f in families])
    budget = -math.log(1 - level)
    at = float(values.mean())
    return at - _worst_shift(values - low, sizes, budget), at + _worst_shift(high - values, sizes, budget)


def _worst_shift(room: Floats, sizes: Floats, budget: float) -> float:
    """max of mean(room·(1 − e^−x)) over x ≥ 0 with Σ sizes·x = budget, by bisection on the multiplier."""
    open_to = room > 0
    if not open_to.any():
        return 0.0
    w, k = room[open_to], sizes[open_to]
    # At the optimum x = log(w / (λ k)) where that is positive; Σ k·x falls as λ grows.
    low, high = -budget - 50.0, float(np.log(w / k).max())
    for _ in range(200):
        middle = (low + high) / 2
        spent = float((k * np.maximum(0.0, np.log(w / k) - middle)).sum())
        low, high = (middle, high) if spent > budget else (low, middle)
    x = np.maximum(0.0, np.log(w / k) - high)
    return float((w * -np.expm1(-x)).sum() / len(room))


def intervals(asked: Sequence[tuple[Clustered, float, float]], seed: int = SEED) -> list[Interval]:
    """The interval of each (values, lowest, highest possible value), as the table at the top chooses."""
    quick = [_without_bootstrap(c, low, high) for c, low, high in asked]
    left = [i for i, interval in enumerate(quick) if interval is None]
    ends = dict(zip(left, cluster_bootstrap([asked[i][0] for i in left], seed=seed), strict=True))
    return [
        _clipped(Interval(ends[i], "bootstrap") if found is None else found, *asked[i])
        for i, found in enumerate(quick)
    ]


def _without_bootstrap(c: Clustered, low: float, high: float) -> Interval | None:
    clusters = len(c.sums)
    if clusters < 2:
        return Interval(None, why_null="one cluster: no interval" if clusters else "no cluster")
    sizes = [len(f.sums) for f in c.families()]
    binary = np.isin(c.sums, (0.0, 1.0)).all() and (c.counts == 1).all()
    if len(sizes) == 1 and binary and (low, high) == (0.0, 1.0):
        return Interval(wilson(round(c.sums.sum()), clusters), "wilson")
    if max(sizes) == 1:
        return Interval(None, why_null="one cluster in every family: no variance to estimate")
    if standard_error(c)[0] == 0.0:
        return Interval(no_variation(c, low, high), "no variation")
    if clusters < FEW_CLUSTERS:
        return Interval(cluster_t(c), "t")
    return None


def _clipped(interval: Interval, c: Clustered, low: float, high: float) -> Interval:
    if interval.ends is None:
        return interval
    lo, hi = (min(max(end, low), high) for end in interval.ends)
    alone = sum(len(f.sums) == 1 for f in c.families())
    note = None
    if alone and interval.method != "no variation":
        note = f"{alone} of {len(c.families())} families have one cluster: the interval lacks their variance"
    return Interval((lo, hi), interval.method, None, note)


def auroc(p: Floats, truth: NDArray[np.bool_]) -> float:
    """P(p of a true one > p of a false one), ties half: Mann-Whitney U over its maximum. Both occur."""
    from scipy.stats import rankdata

    positives = int(truth.sum())
    u = rankdata(p)[truth].sum() - positives * (positives + 1) / 2
    return float(u / (positives * (len(p) - positives)))


def auroc_interval(p: Floats, truth: NDArray[np.bool_], cluster: Ints, level: float = LEVEL) -> Interval:
    """Interval of `auroc` for clustered data: structural components summed by cluster (Obuchowski 1997), t.

    Each true item's component is the share of false ones that it beats, and the other way round; the variance
    is k/(k−1) Σ_c (deviations of the true / positives + of the false / negatives)².
    """
    from scipy.stats import rankdata, t

    names, index = np.unique(cluster, return_inverse=True)
    k, positives = len(names), int(truth.sum())
    negatives = len(p) - positives
    if k < 2:
        return Interval(None, why_null="one cluster: no interval")
    ranks = rankdata(p)
    within = np.zeros(len(p))
    within[truth], within[~truth] = rankdata(p[truth]), rankdata(p[~truth])
    # Rank among all less rank among its own kind = how many of the other kind lie below.
    beaten = np.where(truth, (ranks - within) / negatives, 1 - (ranks - within) / positives)
    area = float(beaten[truth].mean())
    scaled = (beaten - area) / np.where(truth, positives, negatives)
    of_cluster = np.bincount(index, weights=scaled, minlength=k)
    se = math.sqrt(k / (k - 1) * float(of_cluster @ of_cluster))
    if se < SAME:
        return Interval(None, why_null="separated alike in every cluster: no variance to estimate")
    half = float(t.ppf(0.5 + level / 2, k - 1)) * se
    return Interval((max(0.0, area - half), min(1.0, area + half)), "t (structural components)")


def brier(p: float, truth: bool) -> float:
    """(p − truth)², in [0, 1], 0 best. Brier 1950."""
    return (p - truth) ** 2


def ece(p: Floats, truth: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error: Σ_bins share · |mean p − share true|, equal-width bins. Guo et al. 2017."""
    index = np.minimum((p * bins).astype(int), bins - 1)
    gaps = np.bincount(index, weights=p - truth, minlength=bins)
    return float(np.abs(gaps).sum() / len(p))


def vendi(vectors: Sequence[Mapping[str, float]]) -> float:
    """Effective number of different items, in [1, n]: exp of the entropy of the eigenvalues of K/n.

    K is the cosine similarity of the sparse vectors (Friedman & Dieng 2023); a vector without any feature is
    alike to its kind only. n ≥ 1; the cost is cubic in n.
    """
    from scipy.sparse import csr_array

    columns: dict[str, int] = {"": 0}  # the first column stands for "nothing at all"
    values, at, starts = [], [], [0]
    for vector in vectors:
        norm = math.sqrt(math.fsum(v * v for v in vector.values()))
        for name, value in sorted(vector.items()) if norm else [("", 1.0)]:
            values.append(value / (norm or 1.0))
            at.append(columns.setdefault(f"={name}" if norm else "", len(columns)))
        starts.append(len(values))
    x = csr_array((values, at, starts), shape=(len(vectors), len(columns)))
    eigenvalues = np.linalg.eigvalsh((x @ x.T).toarray() / len(vectors))
    kept = eigenvalues[eigenvalues > 1e-12]  # 0·log 0 = 0; rounding can make a zero slightly negative
    return float(min(max(np.exp(-(kept * np.log(kept)).sum()), 1.0), len(vectors)))
