"""The rate of claims that truly hold, estimated from verdicts of a checker whose error rates are known.

    expected rate of "holds" = sensitivity · true + (1 − specificity) · (1 − true), so
    true = (observed + specificity − 1) / (sensitivity + specificity − 1)          Rogan & Gladen 1978

It is about decided claims only, as the error rates are; what a checker leaves undecided stays open. A malformed
reply fails its claims by decree and not by a checker, so with a share `formed` of well-formed ones (weighted as
the rate is) the numerator is observed − formed · (1 − specificity), and the true rate lies in [0, formed].

The interval adds three independent uncertainties: each of observed, sensitivity and specificity is moved to the
end of its own interval, the shifts of the estimate are added in quadrature (MOVER, Zou & Donner 2008, with the
shifts themselves in place of derivatives). So it is never narrower than what the raw rate's interval comes to.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

# Youden's index, sensitivity + specificity − 1, divides every error of the observed rate. Below a half the
# corrected rate would be more than twice as uncertain as the raw one, and biased by what is unknown of the index.
LEAST_YOUDEN = 0.5

Ends = Sequence[float]


def corrected(
    observed: float | None,
    interval: Ends | None,
    error_rates: Mapping[str, Any] | None,
    formed: float = 1.0,
    why_no_interval: str | None = None,
) -> dict[str, Any]:
    """{"value", "interval", "clipped", "why_null"} of the rate of claims that truly hold.

    observed     the rate of "holds" among decided claims, those of malformed replies counted as not holding
    interval     its interval; without one there is none here either, for the reason in `why_no_interval`
    error_rates  a row of `grounding.qualify`; None: the kind was not labelled
    formed       share of well-formed records under the rate

    `clipped` says that the estimate fell out of [0, formed] and was put to its end.
    """
    if observed is None:
        return none("no decided claim")
    if error_rates is None:
        return none("the checkers were not qualified for this kind of claim")
    sensitivity, specificity = error_rates["sensitivity"], error_rates["specificity"]
    for given in (sensitivity, specificity):
        if given["value"] is None or given["interval"] is None:
            return none(f"not identified: {given['why_null']}")
    sens, spec = sensitivity["value"], specificity["value"]
    (sens_lo, sens_hi), (spec_lo, spec_hi) = sensitivity["interval"], specificity["interval"]
    least = sens + spec - 1 - math.hypot(sens - sens_lo, spec - spec_lo)
    if least < LEAST_YOUDEN:
        return none(
            f"not identified: sensitivity + specificity − 1 may be as low as {least:.2f} (at least {LEAST_YOUDEN})"
        )
    plain = solved(observed, sens, spec, formed)
    value = min(max(plain, 0.0), formed)
    if interval is None:
        return {"value": value, "interval": None, "clipped": value != plain, "why_null": why_no_interval}
    moved = (
        *((end, sens, spec) for end in interval),
        *((observed, end, spec) for end in (sens_lo, sens_hi)),
        *((observed, sens, end) for end in (spec_lo, spec_hi)),
    )
    shifts = [solved(*each, formed) - plain for each in moved]
    lo = plain - math.hypot(*(min(shift, 0.0) for shift in shifts))
    hi = plain + math.hypot(*(max(shift, 0.0) for shift in shifts))
    ends = [min(max(end, 0.0), formed) for end in (lo, hi)]
    return {"value": value, "interval": ends, "clipped": value != plain, "why_null": None}


def solved(observed: float, sensitivity: float, specificity: float, formed: float = 1.0) -> float:
    """The estimate before clipping. Sensitivity + specificity − 1 must not be 0."""
    return (observed - formed * (1 - specificity)) / (sensitivity + specificity - 1)


def none(why: str) -> dict[str, Any]:
    """No corrected rate, with the reason."""
    return {"value": None, "interval": None, "clipped": False, "why_null": why}
