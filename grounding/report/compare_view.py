"""A comparison as the template shows it: verdict words and plain sentences, curves, and the cases side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from grounding.report import metrics
from grounding.report.case_view import CaseView, case_view
from grounding.report.curves import curve
from grounding.report.drawing import drawing
from grounding.report.marks import same
from grounding.report.metrics import MINUS, SHARE
from grounding.report.run_data import RunData

Row = Mapping[str, Any]
Key = tuple[str, str, int]  # suite, case, sample

WORDS = {
    "DRIFT": "drift",
    "DRIFT_WITHIN_MARGIN": "drift within the margin",
    "EQUIVALENT": "equivalent",
    "INCONCLUSIVE": "cannot tell",
}
# Drawn besides the primary metrics: what parts when words follow the instruction and not what was made.
CHARTED = (("grounding", None), ("agreement", "instructed"), ("faithfulness", "blind"), ("pull", None))
# Each statistic in one plain sentence; the full account is docs/statistics.md.
EXPLAINED = (
    (
        "change",
        "The mean of after minus before over the same cases, every family of cases weighing the same.",
    ),
    (
        "95 % interval",
        "The range of true changes that these cases are compatible with, for fresh cases like them.",
    ),
    (
        "margin",
        "How large a change must be to matter; it was fixed in the suite or policy before there were runs.",
    ),
    (
        "p",
        "How often chance alone would give a change this large if nothing had changed: signs of whole groups of "
        "related cases flipped at random. For the metrics decided on, it is adjusted for how many they are.",
    ),
    ("finds", "The smallest true change that these cases would have found four times in five."),
    ("drift", "A change beyond chance that was not shown to be within the margin."),
    ("drift within the margin", "A change beyond chance that was shown to be too small to matter."),
    ("equivalent", "No change beyond chance, and any change was shown to be too small to matter."),
    ("cannot tell", "Neither was shown: more cases are needed. It is not a sign that nothing changed."),
)


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A row of the table: a metric before and after, in words."""

    label: str
    condition: str
    of: str  # family or claim kind; "" for the headline
    before: str
    after: str
    change: str
    interval: str
    margin: str
    p: str
    finds: str
    pairs: int
    primary: bool
    verdict: str
    kind: str  # colour and symbol: good, bad, unknown, differs
    families: str
    why: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PairView:
    """A case before and after; None where a run's folder no longer has it."""

    id: str
    family: str
    instruction: str
    moved: Sequence[tuple[str, str]]  # words; kind: good, bad, differs
    before: CaseView | None
    after: CaseView | None
    conditions: Sequence[str]


@dataclass(frozen=True, slots=True)
class CurveView:
    label: str
    condition: str
    primary: bool
    charted: bool
    chart: Markup
    values: Sequence[str]
    slope: str
    left: str


@dataclass(frozen=True, slots=True)
class BlockView:
    """One modality of one comparison."""

    modality: str
    counted: str
    notices: Sequence[str]
    primary: Sequence[ChangeView]
    overall: Sequence[ChangeView]
    by_family: Sequence[ChangeView]
    by_kind: Sequence[ChangeView]
    worst: Sequence[PairView]


@dataclass(frozen=True, slots=True)
class ComparisonView:
    before: str
    after: str
    blocks: Sequence[BlockView]


@dataclass(frozen=True, slots=True)
class RoundsView:
    modality: str
    curves: Sequence[CurveView]
    rounds: int
    collusion: str
    flagged: bool


@dataclass(frozen=True, slots=True)
class DriftView:
    allowed: Sequence[str]
    comparisons: Sequence[ComparisonView]
    rounds: Sequence[RoundsView]
    gate: Mapping[str, Any] | None
    explained: Sequence[tuple[str, str]] = EXPLAINED


def drift_view(
    found: Mapping[str, Any],
    runs: Sequence[RunData],
    names: Sequence[str],
    cases: Sequence[Mapping[Key, Row]],
) -> DriftView:
    """The view of what `compare` returned for these runs. `cases` holds each run's records of the worst cases."""
    comparisons = []
    for one in found["comparisons"]:
        i, j = one["before"], one["after"]
        notices = (
            ["A/A: both runs are of one subject (equal fingerprints); any drift is chance or the harness."]
            if one["same_subject"]
            else []
        )
        blocks = [
            _block(name, of, notices, (runs[i], runs[j]), (cases[i], cases[j]), f"c{j}")
            for name, of in one["modalities"].items()
        ]
        comparisons.append(ComparisonView(names[i], names[j], blocks))
    rounds = [_rounds(name, of, len(runs)) for name, of in (found.get("rounds") or {}).items()]
    return DriftView(found["allowed"], comparisons, rounds, found.get("gate"))


def wanted(found: Mapping[str, Any], run: int) -> set[Key]:
    """The cases that are shown of a run."""
    return {
        (case["suite"], case["case"], case["sample"])
        for one in found["comparisons"]
        if run in (one["before"], one["after"])
        for block in one["modalities"].values()
        for case in block["worst"]
    }


def _block(
    name: str,
    of: Mapping[str, Any],
    notices: Sequence[str],
    runs: tuple[RunData, RunData],
    cases: tuple[Mapping[Key, Row], Mapping[Key, Row]],
    anchor: str,
) -> BlockView:
    rows = [_change(row, of["shifted"]) for row in of["metrics"]]
    headline = [(r, v) for r, v in zip(of["metrics"], rows, strict=True) if not v.of]
    left = [f"{of['errors_left_out']} pairs left out for errors"] if of["errors_left_out"] else []
    left += [f"{u['n']} cases only {side}" for side, u in of["unmatched"].items() if u["n"]]
    groups = f"{of['clusters']} groups of related cases, {len(of['families'])} families"
    counted = f"{of['pairs']} pairs of cases in {groups}"
    shifted = [f"Descriptions are not compared: {of['shifted']}."] if of["shifted"] else []
    return BlockView(
        modality=name.replace("_", " "),
        counted="; ".join([counted, *left]) + ".",
        notices=[*notices, *shifted],
        primary=[v for _, v in headline if v.primary],
        overall=[v for r, v in headline if r["pairs"]],
        by_family=[v for r, v in zip(of["metrics"], rows, strict=True) if r["family"] and r["pairs"]],
        by_kind=[v for r, v in zip(of["metrics"], rows, strict=True) if r["claim_kind"] and r["pairs"]],
        worst=[_pair(case, runs, cases, f"{anchor}-{i}") for i, case in enumerate(of["worst"])],
    )


def _change(row: Row, shifted: str | None) -> ChangeView:
    label = metrics.label(row["name"])
    ends = row["interval"]
    verdict = WORDS[row["verdict"]]
    p = row["p_adjusted"] if row["primary"] else row["p"]
    if row["verdict"].startswith("DRIFT") and row["direction"]:
        verdict += f": {row['direction']}"
    families = row.get("families_moved")
    change = ChangeView(
        label=label,
        condition=row["condition"] or "",
        of=row["family"] or row["claim_kind"] or "",
        before=_number(row["before"]),
        after=_number(row["after"]),
        change=_signed(row["difference"]),
        interval=f"{_signed(ends[0])} … {_signed(ends[1])}" if ends else "–",
        margin=f"{row['margin']:g}",
        p="–" if p is None else "< .001" if p < 0.001 else f"{p:.3f}",
        finds=_number(row["detectable"]),
        pairs=row["pairs"],
        primary=row["primary"],
        verdict=verdict,
        kind=_kind(row),
        families=f"{families['up']} up, {families['down']} down, {families['same']} same" if families else "",
        why=row["why"] or "",
        sentence="",
    )
    return replace(
        change, sentence=_sentence(change, row, row["p"] is None or bool(shifted and row["why"] == shifted))
    )


def _kind(row: Row) -> str:
    if row["verdict"] == "EQUIVALENT":
        return "good"
    if row["verdict"] == "INCONCLUSIVE":
        return "unknown"
    return {"better": "good", "worse": "bad"}.get(row["direction"] or "", "differs")


def _sentence(change: ChangeView, row: Row, barred: bool) -> str:
    """What a primary row says, for someone who reads no statistics. `barred`: `why` is why there is no verdict."""
    if row["difference"] is None:
        return f"not measured in both runs ({change.why})."
    moved = f"{change.before} before, {change.after} after ({change.change}"
    moved += f"; compatible with {change.interval})." if row["interval"] else ")."
    reasons = {
        "DRIFT": f"Beyond chance, and not shown to be within the margin of {change.margin}.",
        "DRIFT_WITHIN_MARGIN": f"Beyond chance, and shown to be smaller than the margin of {change.margin}.",
        "EQUIVALENT": f"Any change was shown to be smaller than the margin of {change.margin}.",
        "INCONCLUSIVE": f"These cases cannot tell: {change.why}."
        if barred
        else f"These cases cannot tell; they would find a change of {change.finds}, the margin is {change.margin}.",
    }
    return f"{moved} {reasons[row['verdict']]}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}".replace("-", MINUS)


def _signed(value: float | None) -> str:
    return "–" if value is None else f"{value:+.3f}".replace("-", MINUS)


def _pair(
    case: Row, runs: tuple[RunData, RunData], cases: tuple[Mapping[Key, Row], Mapping[Key, Row]], anchor: str
) -> PairView:
    key = (case["suite"], case["case"], case["sample"])
    views = [
        None if key not in found else _case(found[key], run, f"{anchor}-{side}")
        for run, found, side in zip(runs, cases, ("before", "after"), strict=True)
    ]
    known = next((view for view in views if view), None)
    conditions = [d.condition for view in views if view for d in view.descriptions]
    return PairView(
        id=case["case"] + (f" · sample {case['sample']}" if case["sample"] else ""),
        family=case["family"],
        instruction=known.instruction.text if known else "",
        moved=[
            (
                f"{metrics.label(m['name'])}{' ' + m['condition'] if m['condition'] else ''} "
                f"{m['before']:.2f} → {m['after']:.2f} ({m['direction']})",
                {"better": "good", "worse": "bad"}.get(m["direction"], "differs"),
            )
            for m in case["moved"]
        ],
        before=views[0],
        after=views[1],
        conditions=[c for c in metrics.CONDITIONS if c in conditions],
    )


def _case(record: Row, run: RunData, anchor: str) -> CaseView:
    stored = record["artifact"]
    data = run.artifacts.get(stored["sha256"]) if stored else None
    drawn = None if data is None else drawing(data)
    return case_view(record, anchor, drawn, run.instructions, run.relations.get(record["modality"], same))


def _rounds(name: str, of: Mapping[str, Any], rounds: int) -> RoundsView:
    curves = []
    for one in of["curves"]:
        meaning = metrics.MEANINGS.get(one["name"])
        scale = (meaning.scale if meaning else None) or SHARE
        label, slope = metrics.label(one["name"]), one["slope"]
        values = [_number(p["value"]) for p in one["points"]]
        title = f"{label} {one['condition'] or ''} by round: {', '.join(values)}"
        ends = slope["interval"]
        curves.append(
            CurveView(
                label=label,
                condition=one["condition"] or "",
                primary=one["primary"],
                charted=one["primary"] or (one["name"], one["condition"]) in CHARTED,
                chart=curve(title, one["points"], one["margin"], scale),
                values=values,
                slope=_signed(slope["estimate"])
                + (f" ({_signed(ends[0])} … {_signed(ends[1])})" if ends else ""),
                left="–" if one["left_margin"]["round"] is None else str(one["left_margin"]["round"]),
            )
        )
    flag = of["collusion"]["flag"]
    return RoundsView(
        modality=name.replace("_", " "),
        curves=sorted(curves, key=lambda c: not c.primary) if rounds > 2 else [],
        rounds=rounds,
        collusion=of["collusion"]["why"] if flag or rounds > 2 else "",
        flagged=bool(flag),
    )
