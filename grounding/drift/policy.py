"""A gate's policy: which movements of which metrics fail. The format, key by key: docs/gating.md."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from grounding.drift.plan import Asked
from grounding.errors import PolicyError
from grounding.metrics import COMMON, METRICS, PRIMARY
from grounding.plain_yaml import Source, model

BETTER = {m.name: m.better for m in (*METRICS, *COMMON)}


def _known(name: str) -> str:
    if name not in PRIMARY:
        conditions = sorted(n for n in PRIMARY if n.startswith(f"{name}/"))
        near = conditions or difflib.get_close_matches(name, sorted(PRIMARY), 1) or sorted(PRIMARY)
        raise ValueError(f"unknown metric {name!r}; did you mean {' or '.join(near)}?")
    return name


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Rule(_Strict):
    """One metric, and which of its movements fails. Without `direction`: worse, or any where no end is better."""

    metric: Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": sorted(PRIMARY)})]
    modality: str | None = None
    family: str | None = None
    claim_kind: str | None = None
    direction: Literal["worse", "better", "up", "down", "any"] | None = None
    margin: Annotated[float, Field(gt=0, le=1)] | None = None
    inconclusive: Literal["fail", "warn", "pass"] = "fail"  # too few cases must not open a gate
    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _has_an_end(self) -> Rule:
        if self.direction in ("worse", "better") and not self.better:
            raise ValueError(f"{self.metric} has no better end; direction is up, down or any")
        return self

    @property
    def better(self) -> int:
        """+1 or −1, 0 where neither end of the metric is good by itself."""
        return BETTER[self.metric.split("/")[0]]

    @property
    def fails(self) -> tuple[int, ...]:
        """The signs of a difference that fail."""
        signs = {
            "up": (1,),
            "down": (-1,),
            "worse": (-self.better,),
            "better": (self.better,),
            "any": (1, -1),
        }
        return signs[self.direction or ("worse" if self.better else "any")]


class Policy(_Strict):
    """Rules; which comparisons they judge; what a suspicion of collusion does."""

    rules: list[Rule] = Field(min_length=1)
    rounds: Literal["all", "last"] = "all"
    collusion: Literal["fail", "warn", "ignore"] = "fail"


def load(path: Path | str) -> Policy:
    """The policy of a file. Raises PolicyError as `FILE:LINE: KEY: what is wrong`."""
    source = Source(Path(path), PolicyError, "policy", "policies")
    policy = model(source, Policy)
    for i, rule in enumerate(policy.rules):
        for other in policy.rules[:i]:
            if rule == other:
                raise source.refused(("rules", i), "the rule stands twice")
            if rule.metric == other.metric and rule.margin != other.margin:
                wrong = f"{rule.metric} has another margin in another rule; give all its rules the same"
                raise source.refused(("rules", i, "margin"), wrong)
    return policy


def margins(policy: Policy) -> dict[str, float]:
    """The margins that the rules name, by metric; they count instead of the suites'."""
    return {rule.metric: rule.margin for rule in policy.rules if rule.margin is not None}


def primary(policy: Policy) -> set[str]:
    """The metrics judged over all claims and families: their p values are adjusted for how many there are."""
    return {rule.metric for rule in policy.rules if rule.family is None and rule.claim_kind is None}


def asked(policy: Policy) -> Asked:
    """What `compare` has to be asked for, so that `gate` only reads its rows."""
    return Asked(margins=margins(policy), primary=frozenset(primary(policy)))
