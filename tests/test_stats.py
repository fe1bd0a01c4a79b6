"""Intervals and probability scores against hand computation and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding.stats import (
    Clustered,
    auroc,
    auroc_interval,
    brier,
    cluster_bootstrap,
    cluster_t,
    clustered,
    ece,
    estimate,
    intervals,
    no_variation,
    standard_error,
    vendi,
    wilson,
)


def of_means(*families: list[float]) -> Clustered:
    """One record a cluster, a list of values for each family."""
    flat = [(value, f, c) for f, values in enumerate(families) for c, value in enumerate(values)]
    return clustered([v for v, _, _ in flat], [f for _, f, _ in flat], [c for _, _, c in flat])


def test_families_weigh_alike_however_many_records_they_have() -> None:
    """Family A: ten records of 1, B: one record of 0. The estimate is (1 + 0) / 2, not 10/11."""
    assert estimate(of_means([1.0] * 10, [0.0])) == 0.5


def test_records_weigh_alike_within_a_family() -> None:
    """Clusters of 3 and 1 records, values 1 and 0: the mean over records is 3/4, not ½."""
    assert estimate(clustered([1, 1, 1, 0], ["f"] * 4, ["a", "a", "a", "b"])) == 0.75


def test_t_interval_by_hand() -> None:
    """Means 0, ½, 1 and 1, 1, 0: v = (¼)/3 = 1/12 and (1/3)/3 = 1/9, SE = √(7/36)/2, 3.92 df."""
    c = of_means([0.0, 0.5, 1.0], [1.0, 1.0, 0.0])
    se, df = standard_error(c)
    assert se == pytest.approx(math.sqrt(7 / 36) / 2)
    assert df == pytest.approx((7 / 36) ** 2 / ((1 / 144) / 2 + (1 / 81) / 2))
    lo, hi = cluster_t(c)
    assert (lo + hi) / 2 == pytest.approx(7 / 12)
    # t at 97.5 %: 3.182 for 3 degrees of freedom, 2.776 for 4.
    assert (hi - lo) / 2 == pytest.approx(2.7989 * se, rel=1e-3)


def test_unequal_clusters_use_the_ratio_variance() -> None:
    """Sums 3 of 3 and 0 of 1: mean ¾, residuals ±¾ over N = 4, k/(k−1) = 2: SE = √(2 · 2 · (3/16)²) = 3/8."""
    se, df = standard_error(clustered([1, 1, 1, 0], ["f"] * 4, ["a", "a", "a", "b"]))
    assert (se, df) == (pytest.approx(0.375), pytest.approx(1.0))


def test_wilson_matches_the_published_formula() -> None:
    """8 of 10: (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n) = 0.490 .. 0.943."""
    assert wilson(8, 10) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))


def test_no_variation_is_the_rule_of_three() -> None:
    """Ten clusters, all 1: a share of up to 1 − 0.05^(1/10) could deviate unseen."""
    assert no_variation(of_means([1.0] * 10), 0, 1) == (pytest.approx(0.05**0.1), pytest.approx(1.0))


def test_no_variation_adds_up_over_equal_families() -> None:
    """Five clusters in each of two families say as much as ten in one."""
    assert no_variation(of_means([1.0] * 5, [1.0] * 5), 0, 1)[0] == pytest.approx(0.05**0.1)


def test_no_variation_puts_the_worst_where_there_is_room() -> None:
    """A all 1, B all 0, five clusters each: only B can rise, by half of 1 − 0.05^(1/5)."""
    lo, hi = no_variation(of_means([1.0] * 5, [0.0] * 5), 0, 1)
    assert hi == pytest.approx(0.5 + (1 - 0.05**0.2) / 2)
    assert lo == pytest.approx(0.5 - (1 - 0.05**0.2) / 2)


def test_no_variation_inside_the_range_is_open_to_both_sides() -> None:
    """A pull of 0 in all of 20 clusters could be ±(1 − 0.05^(1/20))."""
    p = 1 - 0.05 ** (1 / 20)
    assert no_variation(of_means([0.0] * 20), -1, 1) == (pytest.approx(-p), pytest.approx(p))


@pytest.mark.parametrize(
    ("values", "method"),
    [
        (of_means([1.0]), None),
        (of_means([1.0], [0.0]), None),
        (of_means([1.0, 0.0, 1.0]), "wilson"),
        (of_means([1.0] * 3, [0.0] * 3), "no variation"),
        (of_means([0.5, 0.25, 1.0]), "t"),
        (of_means([0.0, 1.0] * 14 + [1.0], [0.5]), "bootstrap"),
        (of_means([0.0, 1.0] * 7, [0.0, 1.0] * 7 + [0.0]), "t"),
    ],
)
def test_the_method_follows_the_number_of_clusters(values: Clustered, method: str | None) -> None:
    """None under two clusters or with one in every family; Wilson for one plain proportion; t under 30."""
    found = intervals([(values, 0.0, 1.0)])[0]
    assert found.method == method
    assert (found.ends is None) == (found.why_null is not None) == (method is None)


def test_a_family_with_one_cluster_is_flagged() -> None:
    """Its variance cannot be estimated, so the note says that the interval lacks it."""
    note = intervals([(of_means([0.5, 0.25, 1.0], [1.0]), 0.0, 1.0)])[0].note
    assert note == "1 of 2 families have one cluster: the interval lacks their variance"


def test_intervals_stay_in_the_range() -> None:
    """Two clusters at 0 and ½ have a t of 12.7: the ends are cut at 0 and 1."""
    assert intervals([(of_means([0.0, 0.5]), 0.0, 1.0)])[0].ends == (0.0, 1.0)


def test_a_bootstrap_does_not_depend_on_its_neighbours() -> None:
    """The draws follow seed, family and number of clusters, so a batch equals its columns one by one."""
    rng = np.random.default_rng(1)
    columns = [of_means(list(rng.random(20)), list(rng.random(15 + i))) for i in range(3)]
    assert cluster_bootstrap(columns) == [cluster_bootstrap([c])[0] for c in columns]


def test_bootstrap_agrees_with_the_standard_error_on_many_clusters() -> None:
    """With 400 clusters the percentile interval is the normal one within its Monte Carlo error."""
    c = of_means(list(np.random.default_rng(2).random(400)))
    lo, hi = cluster_bootstrap([c])[0]
    assert (hi - lo) / 2 == pytest.approx(1.96 * standard_error(c)[0], rel=0.08)


@pytest.mark.parametrize(("families", "clusters"), [(1, 40), (3, 12), (20, 2)])
def test_the_bootstrap_covers_the_truth(families: int, clusters: int) -> None:
    """95 % intervals on clustered shares hold the true mean in at least 90 % of 400 simulations.

    Cluster means are Beta(2, 1), so the truth is 2/3; each has three binary records. On 2,000 simulations the
    shares are .94, .95 and .94; the floor is more than three binomial standard errors of 400 (0.0119) below.
    Twenty families of two clusters are where drawing k instead of k − 1 covers only 82 %.
    """
    rng = np.random.default_rng(7)
    columns = []
    for _ in range(400):
        chance = rng.beta(2, 1, families * clusters)
        family = np.repeat(np.arange(families), clusters)
        threes = np.full(families * clusters, 3.0)
        columns.append(Clustered(rng.binomial(3, chance).astype(float), threes, family, threes))
    ends = cluster_bootstrap(columns)
    assert np.mean([lo <= 2 / 3 <= hi for lo, hi in ends]) >= 0.90


def test_the_t_interval_covers_the_truth_with_few_clusters() -> None:
    """At 2 families of 5 clusters the t-interval holds the truth in at least 90 % of 1,000 simulations."""
    rng = np.random.default_rng(8)
    hits = 0
    for _ in range(1000):
        values = rng.beta(2, 1, (2, 5))
        lo, hi = cluster_t(of_means(list(values[0]), list(values[1])))
        hits += lo <= 2 / 3 <= hi
    assert hits >= 900


def test_auroc_counts_pairs_with_ties_half() -> None:
    """True .8 and .4 against false .4 and .1: wins 1, 1, ½, 1 of four pairs."""
    p, truth = np.array([0.8, 0.4, 0.4, 0.1]), np.array([True, True, False, False])
    assert auroc(p, truth) == 3.5 / 4


def test_auroc_interval_without_clusters_is_delong() -> None:
    """Own clusters: the variance is near DeLong's S10/m + S01/n, here by brute force over all pairs."""
    rng = np.random.default_rng(3)
    truth = rng.random(200) < 0.4
    p = np.clip(rng.normal(0.45 + 0.15 * truth, 0.2), 0, 1).round(2).astype(np.float64)
    wins = (p[truth][:, None] > p[~truth]) + 0.5 * (p[truth][:, None] == p[~truth])
    variance = wins.mean(1).var(ddof=1) / truth.sum() + wins.mean(0).var(ddof=1) / (~truth).sum()
    ends = auroc_interval(p, truth, np.arange(200)).ends
    assert ends is not None
    assert auroc(p, truth) == pytest.approx(wins.mean())
    assert (ends[1] - ends[0]) / 2 == pytest.approx(1.972 * math.sqrt(variance), rel=0.02)


def test_perfect_separation_has_no_variance_to_estimate() -> None:
    """An interval [1, 1] would promise certainty from four answers."""
    found = auroc_interval(np.array([0.9, 0.8, 0.1, 0.2]), np.array([True, True, False, False]), np.arange(4))
    assert found.ends is None and found.why_null


def test_brier_and_ece_by_hand() -> None:
    """Bins of .9 (twice, once true) and .15 (false): (2/3)·|.9 − .5| + (1/3)·.15."""
    assert brier(0.9, False) == pytest.approx(0.81)
    assert ece(np.array([0.9, 0.9, 0.15]), np.array([True, False, False])) == pytest.approx(0.8 / 3 + 0.05)


def test_ece_takes_one_into_the_last_bin() -> None:
    """p_yes = 1.0 belongs to the bin from 0.9, not to an eleventh."""
    assert ece(np.array([1.0]), np.array([False])) == 1.0


def test_vendi_by_hand() -> None:
    """Two alike count as one, two without a common feature as two; cosine ½ has eigenvalues ¾ and ¼."""
    assert vendi([{"a": 1.0}, {"a": 3.0}]) == pytest.approx(1.0)
    assert vendi([{"a": 1.0}, {"b": 1.0}]) == pytest.approx(2.0)
    assert vendi([{"a": 1.0}, {"a": 0.5, "b": math.sqrt(0.75)}]) == pytest.approx(1.7548, abs=1e-4)


def test_artifacts_without_features_are_alike() -> None:
    """Two empty vectors are one kind, apart from everything else: with a third, the shares are ⅔ and ⅓."""
    entropy = -(2 / 3 * math.log(2 / 3) + 1 / 3 * math.log(1 / 3))
    assert vendi([{}, {"a": 0.0}, {"a": 1.0}]) == pytest.approx(math.exp(entropy))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.dictionaries(st.sampled_from("abcd"), st.floats(0, 5), max_size=4), min_size=1, max_size=12)
)
def test_vendi_lies_between_one_and_n(vectors: list[dict[str, float]]) -> None:
    """One for copies, n for items without anything in common."""
    assert 1.0 <= vendi(vectors) <= len(vectors)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.3, 1.0]), st.integers(0, 3), st.integers(0, 12)),
        min_size=1,
        max_size=80,
    )
)
def test_intervals_hold_the_estimate_or_say_why_not(rows: list[tuple[float, int, int]]) -> None:
    """Whatever the clusters: ends in order and in range, or null with a reason; never NaN."""
    c = clustered([v for v, _, _ in rows], [f for _, f, _ in rows], [k for _, _, k in rows])
    found = intervals([(c, 0.0, 1.0)])[0]
    if found.ends is None:
        assert found.why_null
    else:
        lo, hi = found.ends
        assert 0 <= lo <= hi <= 1
        assert lo - 1e-9 <= estimate(c) <= hi + 1e-9
