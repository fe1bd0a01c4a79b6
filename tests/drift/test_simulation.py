"""What the statistics of comparisons promise, on small simulations with a known truth; the full ones are in bench/.

The floors are the promised rates plus three binomial standard errors of the number of experiments.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

import drift_simulation as simulation

from grounding.drift.paired import ALPHA, adjusted, compare

N = 300


def at_most(rate: float, n: int = N) -> float:
    return rate + 3 * float(np.sqrt(rate * (1 - rate) / n))


@pytest.mark.parametrize("clusters", simulation.SIZES)
def test_nothing_drifts_in_a_a(clusters: int) -> None:
    """Clustered pairs, uneven families: about one in twenty is significant (records as units: one in four)."""
    found = simulation.experiments(simulation.NULLS[0], clusters, N, 1)
    assert np.mean([d.p <= ALPHA for d in found]) <= at_most(0.05)


@pytest.mark.parametrize("world", [simulation.WORLDS[i] for i in (0, 1, 4, 7)], ids=lambda w: w.name)
@pytest.mark.parametrize("clusters", simulation.SIZES)
def test_intervals_hold_the_true_difference(world: simulation.World, clusters: int) -> None:
    """At least 93 % do: common and rare changes, families of unlike variance and of one cluster."""
    found = simulation.experiments(world, clusters, N, 2)
    held = [d.interval[0] - 1e-12 <= world.truth <= d.interval[1] + 1e-12 for d in found if d.interval]
    assert len(held) == N and np.mean(held) >= 1 - at_most(0.07)


@pytest.mark.parametrize(
    ("world", "clusters"),
    [(world, sizes[1]) for world, sizes in simulation.AT_MARGIN],
    ids=[world.name for world, _ in simulation.AT_MARGIN],
)
def test_a_difference_of_the_margin_is_seldom_called_equivalent(
    world: simulation.World, clusters: int
) -> None:
    """The true difference is exactly ± the margin: EQUIVALENT in one of twenty at most, however it comes about."""
    assert abs(world.truth) == pytest.approx(simulation.MARGIN)
    found = simulation.experiments(world, clusters, N, 3)
    assert np.mean([d.p_margin <= 0.05 for d in found]) <= at_most(0.05)


def test_few_of_many_metrics_are_found_where_none_drifts() -> None:
    """Twenty null metrics: any is found in about one of twenty comparisons; unadjusted it would be in most."""
    rng, world = np.random.default_rng(4), simulation.NULLS[0]
    columns = [simulation.column(*simulation.draws(rng, world, 30)) for _ in range(20 * 150)]
    p = np.array([d.p for d in compare(columns, [0.03] * len(columns))]).reshape(150, 20)
    assert np.mean([min(adjusted(list(row), "fdr_bh")) <= ALPHA for row in p]) <= at_most(0.05, 150)
    assert np.mean(p.min(axis=1) <= ALPHA) > 0.4


def test_power_grows_with_clusters_for_either_sign() -> None:
    """A drift of 0.1 up or down is found alike, and more often with more clusters."""
    shares = []
    for up in (0.75, 0.25):
        world = simulation.alike("drift", simulation.turns(0.2, up))
        found = [simulation.experiments(world, k, 150, 5) for k in (12, 30, 100)]
        shares.append([np.mean([d.p <= ALPHA for d in of]) for of in found])
    for small, middle, large in shares:
        assert small < middle < large and large > 2 * small
    assert shares[0][2] == pytest.approx(shares[1][2], abs=0.15)


def test_folders_and_columns_give_one_result() -> None:
    """The simulation's columns are those that `compare` makes of run folders with the same records."""
    (row,) = simulation.agreement(4, 6)
    assert row.met == "yes"


def test_a_drift_in_one_family_is_reported_there(tmp_path: Path) -> None:
    """One of four families gets worse in 40 % of its records: DRIFT in its row, in no other family's."""
    same = simulation.turns(0.04)
    world = simulation.World("one", (0.25,) * 4, (same, same, simulation.turns(0.4, 0.0), same), 2)
    rows = simulation.compared(tmp_path, simulation.draws(np.random.default_rng(7), world, 160))
    words = {
        r["family"]: (r["verdict"], r["direction"]) for r in rows if r["name"] == "grounding" and r["family"]
    }
    assert words["f2"] == ("DRIFT", "worse")
    assert all(word != "DRIFT" for family, (word, _) in words.items() if family != "f2")
