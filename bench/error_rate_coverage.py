"""How often the 95 % intervals of docs/qualify.md hold the true value, by simulation under a fixed seed.

python bench/error_rate_coverage.py     prints a line per setting; about half a minute
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grounding.rogan_gladen import corrected
from grounding.stats import Clustered, cluster_bootstrap, clustered, share_interval

TRIALS = 1_500
SHARES = (  # share, clusters, mean claims a cluster, correlation within clusters
    (0.97, 60, 5, 0.2), (0.99, 60, 5, 0.2), (0.99, 60, 5, 0.6), (0.97, 20, 5, 0.3), (0.9, 40, 6, 0.3),
    (0.999, 60, 5, 0.2),
)  # fmt: skip
RATES = (  # true rate, sensitivity, specificity, claims in the run, labelled claims of each truth
    (0.6, 0.9, 0.95, 300, 100), (0.6, 0.97, 0.99, 100, 60), (0.1, 0.9, 0.9, 300, 60), (0.95, 0.9, 0.95, 300, 60),
    (0.5, 0.8, 0.8, 300, 40), (0.0, 0.95, 0.97, 200, 60), (1.0, 0.95, 0.97, 200, 60), (0.5, 1.0, 1.0, 300, 12),
)  # fmt: skip


def shares(draw: np.random.Generator, share: float, k: int, mean: int, correlation: float) -> str:
    strength = (1 - correlation) / correlation
    ours = bootstrap = 0
    for _ in range(TRIALS):
        sizes = draw.integers(1, 2 * mean, size=k)
        right = draw.binomial(sizes, draw.beta(share * strength, (1 - share) * strength, size=k))
        c = Clustered(right.astype(float), sizes.astype(float), np.zeros(k, np.int64), sizes.astype(float))
        ends = share_interval(c).ends
        assert ends is not None
        ours += ends[0] <= share <= ends[1]
        lo, hi = cluster_bootstrap([c])[0]
        bootstrap += lo <= share <= hi
    return f"coverage {ours / TRIALS:.3f}, of a bootstrap of clusters {bootstrap / TRIALS:.3f}"


def rates(draw: np.random.Generator, true: float, sens: float, spec: float, n: int, labelled: int) -> str:
    def measured(hits: Any) -> dict[str, Any]:
        interval = share_interval(clustered(hits.astype(float), [0] * len(hits), range(len(hits))))
        return {"value": float(hits.mean()), "interval": interval.ends, "why_null": None}

    found = []
    for _ in range(TRIALS):
        error_rates = {
            "sensitivity": measured(draw.random(labelled) < sens),
            "specificity": measured(draw.random(labelled) < spec),
        }
        holds = draw.random(n) < true
        seen = measured(np.where(holds, draw.random(n) < sens, draw.random(n) >= spec))
        one = corrected(seen["value"], seen["interval"], error_rates)
        if one["value"] is not None:
            found.append(one)
    covered = np.mean([f["interval"][0] <= true <= f["interval"][1] for f in found])
    bias = np.mean([f["value"] - true for f in found])
    return f"identified {len(found) / TRIALS:.3f}, bias {bias:+.4f}, coverage {covered:.3f}"


if __name__ == "__main__":
    for setting in SHARES:
        print(
            "share, clusters, claims each, correlation", setting, shares(np.random.default_rng(1), *setting)
        )
    for rate_setting in RATES:
        print("rate, sens, spec, n, labelled", rate_setting, rates(np.random.default_rng(3), *rate_setting))
