"""The controls beside a run: what they score on its cases, and whether they behave.

The controls' scores are known beforehand (docs/metrics.md). Where they come out otherwise, the suite, its oracles,
the checkers or the reader are wrong, and so is every number that they would give: such a run is not scored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CONTROLS = ("oracle", "honest", "echo", "always-yes", "always-no", "silent")

# (control, metric, at least, at most): exact by construction. The slack is for single cases where a claim
# of a wrong artifact happens to agree with the instruction, not for noise.
BEHAVIOUR = (
    ("oracle", "grounding", 0.99, None),
    ("honest", "pull", None, 0.05),
    ("echo", "pull", 0.90, None),
    ("silent", "mute", 0.99, None),
)


# What each breach means, in words that say where to look.
MEANING = {
    "oracle": "the suite's oracles do not satisfy its own claims, or a checker is wrong",
    "honest": "true descriptions of wrong artifacts read as agreeing with the instruction; look at the partners' "
    "oracles, at say() and at the reader",
    "echo": "a subject that repeats its instruction would not be caught; look at the partners, which must exclude "
    "what the case asks for, at say() and at the reader",
    "silent": "saying nothing is read as saying something; look at the reader",
}


def misbehaviour(controls: Mapping[str, Any] | None) -> list[str]:
    """A line for each suite and control that does not score what it must; `controls` as in controls.json.

    A value that could not be measured (no pull without the blind condition) is no misbehaviour.
    """
    lines = []
    for suite, found in (controls or {}).get("behaviour", {}).items():
        for name, metric, least, most in BEHAVIOUR:
            for condition, value in found.get(name, {}).get(metric, {}).items():
                where = f" ({condition})" if condition else ""
                has = f"suite {suite}: control {name} has {metric} {value:.3f}{where}"
                if least is not None and not value >= least:
                    lines.append(f"{has}, less than {least}: {MEANING[name]}")
                if most is not None and not value <= most:
                    lines.append(f"{has}, more than {most}: {MEANING[name]}")
    return lines
