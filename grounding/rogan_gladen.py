"""The rate of claims that truly hold, estimated from verdicts of a checker whose error rates are known.

    expected rate of "holds" = sensitivity · true + (1 − specificity) · (1 − true), so
    true = (observed + specificity − 1) / (sensitivity + specificity − 1)          Rogan & Gladen 1978

It is about decided claims only, as the error rates are; what a checker leaves undecided stays open. A malformed
reply fails its claims by decree and not by a checker, so with a share `formed` of well-formed ones (weighted as
the rate is) the numerator is observed − formed · (1 − specificity), and the true rate lies in [0, formed].
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grounding.stats import LEVEL, Clustered, Floats, effective_n, estimate

DRAWS = 10_000
SEED = 20_240_502
# Youden's index, sensitivity + specificity − 1, divides every error of the observed rate. Below a half the
# corrected rate would be more than twice as uncertain as the raw one, and biased by what is unknown of the index.
LEAST_YOUDEN = 0.5


def corrected(
    observed: Clustered, error_rates: Mapping[str, Any] | None, formed: float = 1.0, seed: int = SEED
) -> dict[str, Any]:
    """{"value", "interval", "clipped", "why_null"} of the rate of claims that truly hold.

    observed     the records' rates of "holds" among decided claims, malformed ones as 0
    error_rates  a row of `grounding.qualify`; None: the kind was not labelled
    formed       share of well-formed records

    Both uncertainties enter the interval: draws of each share from Beta(hits + ½, misses + ½) on its effective
    number of items. `clipped` says that the estimate fell out of [0, formed] and was put to its end.
    """
    if not observed.n:
        return _none("no decided claim")
    if error_rates is None:
        return _none("the checkers were not qualified for this kind of claim")
    sensitivity, specificity = error_rates["sensitivity"], error_rates["specificity"]
    for given in (sensitivity, specificity):
        if given["value"] is None:
            return _none(f"not identified: {given['why_null']}")
    rng = np.random.default_rng(seed)
    sens, spec = (_draws(rng, given["value"], given["effective_n"]) for given in (sensitivity, specificity))
    tail = (1 - LEVEL) / 2
    least = float(np.quantile(sens + spec - 1, tail))
    if least < LEAST_YOUDEN:
        return _none(
            f"not identified: sensitivity + specificity − 1 may be as low as {least:.2f} (at least {LEAST_YOUDEN})"
        )
    rate = estimate(observed)
    plain = _solved(rate, sensitivity["value"], specificity["value"], formed)
    value = min(max(plain, 0.0), formed)
    drawn = _solved(_draws(rng, rate, effective_n(observed)), sens, spec, formed)
    lo, hi = np.clip(np.quantile(drawn, [tail, 1 - tail]), 0.0, formed)
    # Error rates measured as exactly 0 are drawn a little above: the estimate itself may lie just outside.
    ends = [min(float(lo), value), max(float(hi), value)] if len(observed.sums) > 1 else None
    return {
        "value": value,
        "interval": ends,
        "clipped": value != plain,
        "why_null": None if ends else "one cluster: no interval",
    }


def _solved(rate: Any, sensitivity: Any, specificity: Any, formed: float) -> Any:
    return (rate - formed * (1 - specificity)) / (sensitivity + specificity - 1)


def _draws(rng: np.random.Generator, share: float, n: float) -> Floats:
    return rng.beta(share * n + 0.5, (1 - share) * n + 0.5, size=DRAWS)


def _none(why: str) -> dict[str, Any]:
    return {"value": None, "interval": None, "clipped": False, "why_null": why}
