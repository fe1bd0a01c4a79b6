"""Metrics as rows of tables: words for their names, numbers as text, controls beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from grounding.report.chart import Scale, dot_chart

SHARE, DIFFERENCE, WIDE_DIFFERENCE = Scale(0.0, 1.0), Scale(-1.0, 1.0), Scale(-2.0, 2.0)
MINUS, NOTHING = "\u2212", "\u2013"
ALL = (None, "", "all")  # how a metric says that it is not restricted to a claim kind or a family
CONDITIONS = ("blind", "instructed", "swapped", "presented", "inline")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a metric is called, what it says in one line, and the ends of its axis (None: no chart)."""

    label: str
    line: str
    scale: Scale | None = SHARE

    @property
    def signed(self) -> bool:
        return self.scale is not None and self.scale.low < 0


# In the order in which they are read.
MEANINGS = {
    "pull": Meaning(
        "Pull",
        "How much more often the model asserts a failed demand when it can see the instruction "
        "than when it cannot.",
        DIFFERENCE,
    ),
    "swap_pull": Meaning(
        "Swap pull",
        "The same with another case's instruction in view: does it repeat demands that were never its own?",
        DIFFERENCE,
    ),
    "demand_pull": Meaning(
        "Demand pull",
        "How much more often a failed demand is asserted where the instruction in view makes it "
        "than where it does not.",
        DIFFERENCE,
    ),
    "strict": Meaning("Strict grounding", "Share of artifacts that meet every demand of their instruction."),
    "grounding": Meaning("Grounding", "Share of demands met, of those that the checkers could decide."),
    "faithfulness": Meaning(
        "Faithfulness", "Share of what the model says of the artifact that is true of it."
    ),
    "admission": Meaning(
        "Admission", "Of failed artifacts: how often the model says no when asked if it is as asked."
    ),
    "probe_pull": Meaning(
        "Probe pull",
        "How much the instruction moves the yes to failed demands, beyond its effect on near misses.",
        WIDE_DIFFERENCE,
    ),
    "malformed": Meaning("Malformed", "Share of replies that are no artifact."),
    "grounding_low": Meaning("Grounding, lower bound", "Undecided demands counted as failed."),
    "grounding_high": Meaning("Grounding, upper bound", "Undecided demands counted as met."),
    "coverage": Meaning("Coverage", "Share of demands that the checkers could decide."),
    "strict_decided": Meaning(
        "Strict, decided", "Share of artifacts on which strict grounding could be decided."
    ),
    "leak_rate": Meaning("Leak rate", "Share of demands that words inside the artifact give away."),
    "mute": Meaning("Mute rate", "Share of descriptions that state nothing the checkers could decide."),
    "agreement": Meaning(
        "Agreement", "Share of the instruction's demands that the description asserts, true or not."
    ),
    "cover": Meaning("Cover", "Share of the artifact's salient facts that the description states."),
    "unknown_statements": Meaning(
        "Unknown statements", "Share of statements that the checkers could not decide."
    ),
    "pull_all": Meaning(
        "Pull, leaked demands too", "Pull over all failed demands, leaked ones included.", DIFFERENCE
    ),
    "pull_denied": Meaning(
        "Denial pull",
        "How much more often a failed demand is denied when the instruction is in view.",
        DIFFERENCE,
    ),
    "tracking": Meaning(
        "Tracking", "How often the model states what it sees where that contradicts the instruction."
    ),
    "false_success": Meaning(
        "False success", "Of failed artifacts: how often the model says yes, it is as asked."
    ),
    "success_brier": Meaning(
        "Success, Brier score", "Squared error of the stated probability of success; 0 is best."
    ),
    "success_auroc": Meaning("Success, AUROC", "How well that probability ranks successes above failures."),
    "success_ece": Meaning(
        "Success, calibration error", "Gap between that probability and how often it comes true."
    ),
    "probe_accuracy": Meaning(
        "Probe accuracy", "Share of yes/no questions about the artifact answered rightly."
    ),
    "probe_yes_rate": Meaning(
        "Probe yes rate", "Share of yes/no questions answered with yes, whatever is right."
    ),
    "probe_unclear": Meaning("Probe unclear", "Share of yes/no questions answered with neither."),
    "distinct": Meaning("Distinct artifacts", "Share of different artifacts in a family."),
    "diversity_vendi": Meaning(
        "Vendi score", "The effective number of different artifacts in a family.", None
    ),
    "diversity_vendi_share": Meaning("Vendi score per artifact", "The same, as a share of the artifacts."),
}
HEADLINES = ("pull", "swap_pull", "strict", "grounding", "faithfulness", "admission", "probe_pull")


@dataclass(frozen=True, slots=True)
class Row:
    """A metric's value ready to be read: every field is text, but the counts and the chart.

    `why_null` says why `value` is "", or, where only `interval` is "", why that is.
    """

    label: str
    line: str
    condition: str
    restricted: tuple[str, str]  # claim kind and family; "" where not restricted
    value: str
    interval: str
    why_null: str
    note: str
    n: int | None
    clusters: int | None
    claims: int | None
    controls: Mapping[str, str]
    left_out: str
    chart: Markup

    @property
    def key(self) -> tuple[str, str]:
        return self.label, self.condition


def rows(metrics: Iterable[Mapping[str, Any]]) -> list[Row]:
    """A row for each metric, in reading order: by name, condition, claim kind, family."""
    return [_row(metric) for metric in sorted(metrics, key=_order)]


def headline(metrics: Iterable[Mapping[str, Any]]) -> list[Row]:
    """The rows of the headline metrics, over all claim kinds and families."""
    return rows(m for m in metrics if overall(m) and m["name"] in HEADLINES)


def overall(metric: Mapping[str, Any]) -> bool:
    """Whether the metric is over all claim kinds and families."""
    return metric.get("claim_kind") in ALL and metric.get("family") in ALL


def controls_of(table: Sequence[Row]) -> list[str]:
    """The names of all controls in the rows, the known ones first."""
    known = ("oracle", "honest", "echo", "always-yes", "always-no", "silent")
    found = {name for row in table for name in row.controls}
    return [n for n in known if n in found] + sorted(found - set(known))


def label(name: str) -> str:
    """What a metric is called; of two runs too."""
    of = name.removesuffix("_common")
    known = MEANINGS[of].label if of in MEANINGS else name.replace("_", " ")
    return known if of == name else f"{known}, on demands that fail in both"


def number(value: float, signed: bool = False) -> str:
    """Two decimals with a true minus sign; differences carry their plus sign."""
    text = f"{value:+.2f}" if signed else f"{value:.2f}"
    return "0.00" if text in ("+0.00", "-0.00") else text.replace("-", MINUS)


def counts(given: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Counts as (words, number), nested ones flattened."""
    out: list[tuple[str, str]] = []
    for key, value in given.items():
        words = f"{prefix}{str(key).replace('_', ' ')}"
        if isinstance(value, Mapping):
            out += counts(value, f"{words}: ")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            out.append((words, f"{value:,}" if isinstance(value, int) else number(value)))
        elif value is not None:
            out.append((words, str(value)))
    return out


def _order(metric: Mapping[str, Any]) -> tuple[int, str, int, str, str]:
    name, condition = str(metric["name"]), metric.get("condition")
    place = list(MEANINGS).index(name) if name in MEANINGS else len(MEANINGS)
    when = CONDITIONS.index(condition) if condition in CONDITIONS else -1
    return place, name, when, str(metric.get("claim_kind") or ""), str(metric.get("family") or "")


def _meaning(metric: Mapping[str, Any]) -> Meaning:
    name = str(metric["name"])
    if name in MEANINGS:
        return MEANINGS[name]
    return Meaning(name.replace("_", " ").capitalize(), "", DIFFERENCE if "pull" in name else SHARE)


def _row(metric: Mapping[str, Any]) -> Row:
    meaning = _meaning(metric)
    value, interval = _real(metric.get("value")), _interval(metric.get("interval"))
    controls = {str(k): _real(v) for k, v in (metric.get("controls") or {}).items()}
    signed = meaning.signed
    shown = "" if value is None else number(value, signed)
    between = "" if interval is None else f"{number(interval[0], signed)} to {number(interval[1], signed)}"
    why = str(metric.get("why_null") or "")
    if value is None:
        why = why or "no reason was recorded"
    condition = str(metric.get("condition") or "")
    return Row(
        label=meaning.label,
        line=meaning.line,
        condition=condition,
        restricted=(_restriction(metric, "claim_kind"), _restriction(metric, "family")),
        value=shown,
        interval=between,
        why_null=why,
        note=str(metric.get("note") or ""),
        n=metric.get("n"),
        clusters=metric.get("clusters"),
        claims=metric.get("claims"),
        controls={k: NOTHING if v is None else number(v, signed) for k, v in controls.items()},
        left_out=", ".join(f"{words} {n}" for words, n in counts(metric.get("left_out") or {})),
        chart=_chart(meaning, condition, value, interval, controls),
    )


def _restriction(metric: Mapping[str, Any], key: str) -> str:
    value = metric.get(key)
    return "" if value in ALL else str(value)


def _chart(
    meaning: Meaning,
    condition: str,
    value: float | None,
    interval: Sequence[float] | None,
    controls: Mapping[str, float | None],
) -> Markup:
    known = {k: v for k, v in controls.items() if v is not None}
    if meaning.scale is None or (value is None and not known):
        return Markup("")
    signed = meaning.signed
    title = f"{meaning.label}{' ' + condition if condition else ''}: "
    title += "no value" if value is None else number(value, signed)
    if interval is not None:
        title += f", interval {number(interval[0], signed)} to {number(interval[1], signed)}"
    if known:
        title += "; controls: " + ", ".join(f"{k} {number(v, signed)}" for k, v in known.items())
    return dot_chart(title, value, interval, known, meaning.scale)


def _real(value: Any) -> float | None:
    """A finite number, or None: a score file can hold null, and JSON readers let NaN through."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < float("inf") else None


def _interval(value: Any) -> tuple[float, float] | None:
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    low, high = _real(value[0]), _real(value[1])
    return None if low is None or high is None else (low, high)
