"""Paired statistics against hand-computed values, and against what they promise in the long run."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from grounding.drift.paired import (
    ALPHA,
    Difference,
    adjusted,
    compare,
    detectable,
    equivalence,
    mcnemar,
    sign_flips,
    verdict,
)
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


def test_equivalence_and_detectable_by_hand() -> None:
    """Two one-sided t tests and the smallest detectable difference, from mean, SE and df of ten differences."""
    from scipy.stats import t

    values = [0.02, -0.01, 0.0, 0.01, 0.02, -0.02, 0.0, 0.01, -0.01, 0.0]
    c = column(values)
    se = np.std(values, ddof=1) / math.sqrt(10)
    assert equivalence(c, 0.03) == pytest.approx(t.cdf((np.mean(values) - 0.03) / se, 9))
    assert detectable(c) == pytest.approx((t.ppf(0.975, 9) + t.ppf(0.8, 9)) * se)


def test_under_eight_clusters_nothing_is_said() -> None:
    """The estimate stands, with the reason why it carries no verdict."""
    (found,) = compare([column([1.0] * 7)], [0.03])
    assert found.estimate == 1.0 and found.interval is None and found.p is None
    assert found.why == "7 clusters: at least 8 are needed"
    assert verdict(found, None) == "INCONCLUSIVE"


def test_no_pair_and_one_cluster_a_family_are_told() -> None:
    """An empty column has no estimate; families of one cluster have no variance."""
    empty, single = compare([column(), column(*[[0.5]] * 9)], [0.03, 0.03])
    assert empty.estimate is None and empty.why == "no pair with a value in both runs"
    assert single.why == "one cluster in every family: no variance to estimate"


@pytest.mark.parametrize(("clusters", "word"), [(98, "INCONCLUSIVE"), (99, "EQUIVALENT")])
def test_no_difference_at_all_is_equivalent_only_with_enough_clusters(clusters: int, word: str) -> None:
    """1 − 0.05^(1/k) ≤ 0.03 from k = 99 on."""
    (found,) = compare([column([0.0] * clusters)], [0.03])
    assert verdict(found, found.p) == word


def test_verdict_words() -> None:
    """The four words, by significance and by whether the difference was shown to be inside the margin."""

    def found(inside: bool) -> Difference:
        return Difference(0.1, (0.0, 0.2), "t", 0.5, 0.5, 0.1, inside, 10, 10)

    assert verdict(found(False), 0.05) == "DRIFT"
    assert verdict(found(True), 0.05) == "DRIFT_WITHIN_MARGIN"
    assert verdict(found(True), 0.051) == "EQUIVALENT"
    assert verdict(found(False), 0.051) == "INCONCLUSIVE"


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
