"""What a comparison decides on, fixed before there were runs: by the suites, or by a gate's policy."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from grounding.errors import GroundingError
from grounding.metrics import named

MARGIN = 0.03
WIDEST = 2.0  # how far the widest metrics can move
PRIMARY = ("strict", "faithfulness/instructed", "pull_common")


@dataclass(frozen=True, slots=True)
class Plan:
    """Primary metrics, and how large a difference matters (`margin` where `margins` names none)."""

    primary: Collection[str] = PRIMARY
    margins: Mapping[str, float] = field(default_factory=dict)
    margin: float = MARGIN

    def of(self, name: str, condition: str | None) -> float:
        return self.margins.get(named(name, condition), self.margins.get(name, self.margin))


@dataclass(frozen=True, slots=True)
class Asked:
    """What whoever compares asks for beyond the suites' plan.

    margin   of every metric, instead of the suites' own
    margins  of single metrics, instead of both
    primary  metrics that are decided on besides the suites' own
    """

    margin: float | None = None
    margins: Mapping[str, float] = field(default_factory=dict)
    primary: Collection[str] = ()

    def __post_init__(self) -> None:
        given = {"every metric": self.margin} if self.margin is not None else {}
        for name, value in {**given, **self.margins}.items():
            if not 0 < value <= WIDEST:
                raise GroundingError(f"margin {value} of {name}: it is a size above 0 and at most {WIDEST:g}")


def plan(manifest: Mapping[str, Any], modality: str, asked: Asked | None = None) -> Plan:
    """The plan of a run's suites of one modality; where two suites differ in a margin, the smaller one counts."""
    asked = asked or Asked()
    mine = [s for s in manifest["suites"].values() if s.get("modality") == modality]
    primary = [name for s in mine for name in s.get("primary", ())] or list(PRIMARY)
    margins: dict[str, float] = {}
    if asked.margin is None:
        for name, value in ((n, v) for s in mine for n, v in s.get("margins", {}).items()):
            margins[name] = min(value, margins.get(name, value))
    margin = MARGIN if asked.margin is None else asked.margin
    return Plan(frozenset(primary) | frozenset(asked.primary), {**margins, **asked.margins}, margin)
