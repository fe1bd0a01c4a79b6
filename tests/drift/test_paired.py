"""Paired statistics against hand-computed values, and against what they promise in the long run."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from grounding.drift.paired import (
    ALPHA,
    adjusted,
    compare,
    mcnemar,
    sign_flips,
    verdict,
)
from grounding.drift.spread import beyond, detectable, interval, spread
from grounding.stats import Clustered, clustered, estimate


def column(*families: list[float]) -> Clustered:
    """One record a cluster; each list a family's differences."""
    values = [v for family in families for v in family]
    names = [f for f, family in enumerate(families) for _ in family]
    return clustered(values, names, [str(i) for i in range(len(values))])


def test_signs_are_flipped_exactly_where_few() -> None:
    """Eight clusters that all rose: of 256 sign patterns two are as extreme."""
    assert sign_flips([column([1.0] * 8)]) == [2 / 256]


def test_signs_are_flipped_within_families_of_equal_weight() -> None:
    """Against every pattern counted by hand, on families of unlike sizes."""
    c = column([0.5, -0.25, 1.0], [0.75, 0.5])
    weights = [0.5 / 6, -0.25 / 6, 1 / 6, 0.75 / 4, 0.5 / 4]
    observed = abs(sum(weights))
    assert observed == pytest.approx(abs(estimate(c)))
    patterns = [
        abs(sum(s * w for s, w in zip(signs, weights, strict=True))) for signs in product((1, -1), repeat=5)
    ]
    assert sign_flips([c]) == [pytest.approx(sum(p >= observed - 1e-12 for p in patterns) / 32)]


def test_clusters_that_did_not_move_change_no_p() -> None:
    """Zeros have no sign."""
    assert sign_flips([column([1.0] * 8)]) == sign_flips([column([1.0] * 8 + [0.0] * 6)])
    assert sign_flips([column([0.0] * 20)]) == [1.0]


def test_drawn_signs_come_near_counted_ones_and_repeat() -> None:
    """Fifteen clusters are drawn: near the exact p, and the same twice."""
    values = [0.5, -0.25, 0.75, 0.25, -0.5, 1.0, 0.25, 0.5, -0.75, 0.5, 0.25, -0.25, 0.75, 0.5, 0.25]
    c = column(values)
    exact = np.mean([
        abs(sum(s * v for s, v in zip(signs, values, strict=True))) >= sum(values) - 1e-9
        for signs in product((1, -1), repeat=15)
    ])  # fmt: skip
    assert sign_flips([c])[0] == pytest.approx(exact, abs=0.01)
    assert sign_flips([c]) == sign_flips([c])


def test_an_end_of_the_interval_counts_one_cluster_more_by_hand() -> None:
    """Ten differences, the farthest 0.3 from their mean of 0: the mean and variance of eleven, by numpy."""
    from scipy.stats import t

    values = [0.3, -0.3, 0.1, -0.1, 0.0, 0.0, 0.1, -0.1, 0.2, -0.2]
    more = [*values, 0.3]
    seen = np.var(values, ddof=1) * 9 / 10 / 11
    whole = np.var(more, ddof=1) / 11
    df = min(whole**2 / (seen**2 / 9), 10)
    _, hi = interval(spread(column(values)))
    assert hi == pytest.approx(np.mean(more) + t.ppf(0.975, df) * math.sqrt(whole))


def test_one_cluster_that_moved_of_a_hundred_is_not_small() -> None:
    """Nothing moved is within 0.03 (0.97^100 < 0.05); one down is not: at 3 % one or none is seen in 19 % of runs."""
    none, one = (
        compare([column([-1.0] * k + [0.0] * (100 - k)) for k in (0, 1)], [0.03] * 2)[i] for i in (0, 1)
    )
    assert none.p_margin == pytest.approx(0.97**100) and none.p_margin <= ALPHA
    assert one.p_margin is not None and one.p_margin > ALPHA


def test_what_went_unseen_hides_in_the_smallest_family() -> None:
    """A hundred clusters without a change in two families: of 50 and 50 they suffice, of 99 and 1 they do not."""
    even, uneven = compare([column([0.0] * 50, [0.0] * 50), column([0.0] * 99, [0.0])], [0.03] * 2)
    assert even.p_margin == pytest.approx(0.97**100) and even.p_margin <= ALPHA
    assert uneven.p_margin == pytest.approx(0.94, abs=0.01) and uneven.p_margin > ALPHA
    assert uneven.why == "1 of 2 families have one cluster: its variance is taken from the other families"


def test_the_detectable_difference_brings_its_own_variance() -> None:
    """Thirty clusters without a change: eight must turn for six to be seen in 80 %, not the 0 of a variance of 0."""
    assert 0.2 < detectable(spread(column([0.0] * 30))) < 0.3


def test_a_difference_at_the_margin_is_never_equivalent() -> None:
    """p is a half at the margin and more beyond it."""
    values = [0.5, 0.0, 0.1, -0.1, 0.2, 0.1, 0.0, 0.2]
    assert max(beyond(spread(column(values)), float(np.mean(values)))) == pytest.approx(0.5)
    assert max(beyond(spread(column(values)), 0.05)) > 0.5


def test_under_eight_clusters_nothing_is_said() -> None:
    """The estimate stands, with the reason why it carries no verdict."""
    (found,) = compare([column([1.0] * 7)], [0.03])
    assert found.estimate == 1.0 and found.interval is None and found.p is None
    assert found.why == "7 clusters: at least 8 are needed"
    assert verdict(None, found.p_margin) == "INCONCLUSIVE"


def test_no_pair_and_one_cluster_a_family_are_told() -> None:
    """An empty column has no estimate; families of one cluster have no variance."""
    empty, single = compare([column(), column(*[[0.5]] * 9)], [0.03, 0.03])
    assert empty.estimate is None and empty.why == "no pair with a value in both runs"
    assert single.why == "one cluster in every family: no variance to estimate"


@pytest.mark.parametrize(("clusters", "word"), [(98, "INCONCLUSIVE"), (99, "EQUIVALENT")])
def test_no_difference_at_all_is_equivalent_only_with_enough_clusters(clusters: int, word: str) -> None:
    """1 − 0.05^(1/k) ≤ 0.03 from k = 99 on."""
    (found,) = compare([column([0.0] * clusters)], [0.03])
    assert verdict(found.p, found.p_margin) == word


def test_verdict_words() -> None:
    """The four words, by significance and by whether the difference was shown to be inside the margin."""

    assert verdict(0.05, 0.051) == "DRIFT"
    assert verdict(0.05, 0.05) == "DRIFT_WITHIN_MARGIN"
    assert verdict(0.051, 0.05) == "EQUIVALENT"
    assert verdict(0.051, 0.051) == "INCONCLUSIVE"


def test_mcnemar_is_the_sign_test_on_what_changed() -> None:
    """Nine up and one down: 2 · (1 + 10) / 2^10; nothing changed: 1."""
    assert mcnemar(9, 1) == pytest.approx(22 / 1024)
    assert mcnemar(0, 0) == 1.0


def test_adjusted_p_values() -> None:
    """Benjamini–Hochberg and Holm on a textbook triple; none of none."""
    assert adjusted([0.01, 0.02, 0.5], "fdr_bh") == pytest.approx([0.03, 0.03, 0.5])
    assert adjusted([0.01, 0.02, 0.5], "holm") == pytest.approx([0.03, 0.04, 0.5])
    assert adjusted([], "holm") == []


def drawn(rng: np.random.Generator, clusters: int, effect: float) -> Clustered:
    """Three paired differences a cluster in {−1, 0, 1}, half of them moving with their cluster, four families."""
    shared = rng.random((clusters, 1))
    u = np.where(rng.random((clusters, 3)) < 0.5, shared, rng.random((clusters, 3)))
    moved = np.where(u < 0.15 + effect / 2, 1.0, np.where(u > 0.85 + effect / 2, -1.0, 0.0))
    whole = np.full(clusters, 3.0)
    return Clustered(moved.sum(axis=1), whole, np.arange(clusters) % 4, whole)


@pytest.mark.parametrize("clusters", [12, 40])
def test_without_a_drift_few_are_found_and_intervals_cover(clusters: int) -> None:
    """A/A with clustered pairs: about one in twenty is significant, 95 % intervals hold the truth. n = 300 runs."""
    rng = np.random.default_rng(clusters)
    found = compare([drawn(rng, clusters, 0.0) for _ in range(300)], [0.03] * 300)
    wrong = sum((x.p or 0) <= ALPHA for x in found)
    covered = sum(x.interval is not None and x.interval[0] <= 0 <= x.interval[1] for x in found)
    assert wrong <= 27  # 99.9 % of binomial(300, .05) lies at or below
    assert covered >= 269  # likewise of binomial(300, .94)


def test_power_grows_with_clusters() -> None:
    """A drift of 0.1 is found more often with 100 clusters than with 12."""
    rng = np.random.default_rng(1)
    power = [
        np.mean([(x.p or 0) <= ALPHA for x in compare([drawn(rng, k, 0.1) for _ in range(60)], [0.03] * 60)])
        for k in (12, 100)
    ]
    assert power[0] < power[1] and power[1] > 0.3
