"""The metrics by name: their conditions, ranges and which way is better. Formulas in docs/metrics.md."""

from __future__ import annotations

from dataclasses import dataclass

CONDITIONS = ("blind", "instructed", "swapped")
ASKED = ("instructed", "swapped")  # where the subject is asked whether the instruction was fulfilled
NEITHER: tuple[None] = (None,)  # metrics that are of no single condition


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's range and where it is told: `better` is +1, −1, or 0 where neither end is good by itself."""

    name: str
    conditions: tuple[str | None, ...] = NEITHER
    low: float = 0.0
    high: float = 1.0
    better: int = 1
    families: bool = False  # also a row per family
    malformed: bool = False  # malformed records have a value


METRICS = (
    Metric("malformed", better=-1, malformed=True),
    Metric("grounding", families=True, malformed=True),
    Metric("grounding_low", malformed=True),
    Metric("grounding_high", malformed=True),
    Metric("coverage", better=0, malformed=True),
    Metric("strict", families=True, malformed=True),
    Metric("strict_decided", better=0, malformed=True),
    Metric("leak_rate", better=0),
    Metric("faithfulness", CONDITIONS),
    Metric("mute", CONDITIONS, better=-1),
    Metric("cover", CONDITIONS),
    Metric("agreement", CONDITIONS, better=0),
    Metric("unknown_statements", CONDITIONS, better=0),
    Metric("pull", low=-1.0, better=-1),
    Metric("pull_all", low=-1.0, better=-1),
    Metric("pull_denied", low=-1.0, better=0),
    Metric("swap_pull", low=-1.0, better=-1),
    Metric("demand_pull", low=-1.0, better=-1),
    Metric("tracking", CONDITIONS),
    Metric("admission", ASKED),
    Metric("false_success", ASKED, better=-1),
    Metric("success_brier", ASKED, better=-1),
    Metric("probe_accuracy", CONDITIONS),
    Metric("probe_yes_rate", CONDITIONS, better=0),
    Metric("probe_unclear", CONDITIONS, better=-1),
    Metric("probe_pull", low=-2.0, high=2.0, better=-1),
)
# Of two runs: pull on claims that fail in both, so that both are asked the same questions.
COMMON = (
    Metric("pull_common", low=-1.0, better=-1),
    Metric("swap_pull_common", low=-1.0, better=-1),
)


def named(name: str, condition: str | None = None) -> str:
    """A metric's name as suites and policies write it: "strict", "faithfulness/instructed"."""
    return f"{name}/{condition}" if condition else name


# Every name that a suite may call primary; a margin may also be that of a metric in all its conditions.
PRIMARY = frozenset(named(m.name, c) for m in (*METRICS, *COMMON) for c in m.conditions)
MARGINS = PRIMARY | {m.name for m in METRICS}
