"""One record as the template shows it: everything decided, cut and put into words; nothing of HTML."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grounding.claims import ASSERTED, FAILS, HOLDS
from grounding.report import marks
from grounding.report.drawing import Drawing, Marked, marked, places, where
from grounding.report.marks import Record, Relate
from grounding.report.texts import Clipped, clipped, segments, short

TEXT = 4_000  # characters of an instruction, a description or a raw reply that are put into the page
REASON = 400  # characters of a reason or of one item of evidence
LIST = 60  # statements, verdicts or probes of one list
EVIDENCE_VIEWS = 8  # drawings with marked evidence in one case
# The worst mark wins where statements overlap.
SEVERITY = (marks.CONTRADICTED, marks.UNDECIDED, marks.SUPPORTED)
WORDS = {"holds": "holds", "fails": "fails"}


@dataclass(frozen=True, slots=True)
class VerdictView:
    """A verdict in words. `stances` maps conditions to says/denies/silent; `view` is the marked drawing."""

    claim: str
    value: str
    checker: str
    evidence: str
    leaked: bool
    undescribable: bool
    stances: Mapping[str, str]
    view: Marked | None


@dataclass(frozen=True, slots=True)
class StatementView:
    """A statement with its number in the text, its mark and the evidence in words."""

    number: int
    claim: str
    polarity: str
    status: str
    echoed: bool
    verdict: str
    evidence: str


@dataclass(frozen=True, slots=True)
class SegmentView:
    """A stretch of a description: the mark it carries ("" for none), and the statements that end with it."""

    text: str
    status: str
    echoed: bool
    title: str
    ends: tuple[StatementView, ...]


@dataclass(frozen=True, slots=True)
class DescriptionView:
    """A description in one condition."""

    condition: str
    context: str
    instruction: str
    segments: tuple[SegmentView, ...]
    note: str
    statements: tuple[StatementView, ...]
    more_statements: int
    tally: Mapping[str, int]
    success: str


@dataclass(frozen=True, slots=True)
class ProbeView:
    """One yes/no question: what is right, and the answer in each condition with whether it is right."""

    claim: str
    cell: str
    right: str
    answers: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class CaseView:
    """A record, ready for the template."""

    anchor: str
    id: str
    sample: int
    family: str
    suite: str
    level: str
    status: str
    group: int
    badges: tuple[tuple[str, str], ...]
    flags: str
    short_instruction: str
    instruction: Clipped
    reason: str
    drawing: Drawing | None
    reply: Clipped | None
    pulled: tuple[str, ...]
    expected: tuple[VerdictView, ...]
    observed: tuple[VerdictView, ...]
    more_observed: int
    conditions: tuple[str, ...]
    descriptions: tuple[DescriptionView, ...]
    probes: tuple[ProbeView, ...]
    timing: str


def case_view(
    record: Record,
    anchor: str,
    drawing: Drawing | None,
    instructions: Mapping[str, str],
    relate: Relate,
) -> CaseView:
    """The record's view. `instructions` maps case ids to instructions, for the partner's."""
    group = marks.group(record, relate)
    pulled = marks.pulled(record, relate)
    conditions = tuple(d["condition"] for d in record["descriptions"])
    return CaseView(
        anchor=anchor,
        id=record["case"],
        sample=record["sample"],
        family=record["family"],
        suite=record["suite"],
        level=record.get("level") or "",
        status=record["status"],
        group=group,
        badges=_badges(record, group, pulled),
        flags=_flags(record, group),
        short_instruction=short(record["instruction"], 150),
        instruction=clipped(record["instruction"], TEXT),
        reason=short(record["reason"] or "", REASON),
        drawing=drawing,
        reply=_reply(record, drawing),
        pulled=tuple(pulled),
        expected=_verdicts(record["expected"], record, drawing, relate),
        observed=tuple(_verdict(v, {}, None) for v in record["observed"][:LIST]),
        more_observed=max(0, len(record["observed"]) - LIST),
        conditions=conditions,
        descriptions=tuple(_description(d, record, instructions, relate) for d in record["descriptions"]),
        probes=_probes(record["descriptions"]),
        timing=_timing(record.get("timing") or {}),
    )


def evidence_words(evidence: Any) -> str:
    """Evidence in words: the reason, then places, then whatever else it names."""
    if not isinstance(evidence, Mapping):
        return short("" if evidence is None else str(evidence), REASON)
    parts = [str(evidence["reason"])] if evidence.get("reason") else []
    spot = where(places(evidence))
    parts += [spot] if spot else []
    for key, value in evidence.items():
        if key not in ("reason", "cells", "boxes") and value not in (None, "", [], {}):
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
            parts.append(f"{key}: {short(shown, 120)}")
    return short("; ".join(parts), REASON)


def _badges(record: Record, group: int, pulled: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(kind, words) of the marks on a case's line; the template adds the kind's symbol."""
    expected = record["expected"]
    fails = sum(e["verdict"] == FAILS for e in expected)
    holds = sum(e["verdict"] == HOLDS for e in expected)
    badges: list[tuple[str, str]] = []
    if group == marks.ERROR:
        badges.append(("error", "error, not scored"))
    elif group == marks.MALFORMED:
        badges.append(("bad", "malformed"))
    elif fails:
        badges.append(("bad", f"{fails} of {len(expected)} {'fails' if fails == 1 else 'fail'}"))
    elif group == marks.OPEN:
        badges.append(("unknown", f"undecided, {holds} of {len(expected)} hold"))
    else:
        badges.append(("good", "as asked"))
    if pulled:
        badges.append(("pull", "pulled"))
    elif marks.differs(record):
        badges.append(("differs", "instructed differs from blind"))
    return tuple(badges)


def _flags(record: Record, group: int) -> str:
    flags = {marks.PULLED: "wrong", marks.WRONG: "wrong", marks.MALFORMED: "malformed", marks.ERROR: "error"}
    return " ".join([flags.get(group, ""), "differs" if marks.differs(record) else ""]).strip()


def _reply(record: Record, drawing: Drawing | None) -> Clipped | None:
    """The raw reply where it says more than the drawing: wrapped, malformed or an error."""
    reply = record["reply"]
    if not reply or (drawing and drawing.text == reply.strip("\n")):
        return None
    return clipped(reply, TEXT)


def _verdicts(
    verdicts: Sequence[Mapping[str, Any]], record: Record, drawing: Drawing | None, relate: Relate
) -> tuple[VerdictView, ...]:
    views, out = 0, []
    for verdict in verdicts[:LIST]:
        stances = {
            d["condition"]: marks.stance(verdict["claim"], d["statements"], relate)
            for d in record["descriptions"]
        }
        view = _verdict(verdict, stances, drawing if views < EVIDENCE_VIEWS else None)
        views += view.view is not None
        out.append(view)
    return tuple(out)


def _verdict(verdict: Mapping[str, Any], stances: Mapping[str, str], drawing: Drawing | None) -> VerdictView:
    evidence = verdict["evidence"]
    cells = places(evidence) if isinstance(evidence, Mapping) else frozenset()
    return VerdictView(
        claim=short(verdict["claim"], 200),
        value=WORDS.get(verdict["verdict"], "unknown"),
        checker=short(verdict["checker"] or "", 60),
        evidence=evidence_words(evidence),
        leaked=bool(verdict.get("leaked", False)),
        undescribable=not verdict.get("describable", True),
        stances=stances,
        view=marked(drawing, cells) if drawing and cells else None,
    )


def _description(
    description: Mapping[str, Any], record: Record, instructions: Mapping[str, str], relate: Relate
) -> DescriptionView:
    context = marks.context_of(record, description)
    statements = tuple(
        StatementView(
            number=i,
            claim=short(s["claim"], 200),
            polarity=s["polarity"],
            status=marks.statement_status(s),
            echoed=marks.echoed(s, context, relate),
            verdict=WORDS.get(s["verdict"], "unknown"),
            evidence=evidence_words(s["evidence"]),
        )
        for i, s in enumerate(description["statements"][:LIST], start=1)
    )
    shown = clipped(description["text"], TEXT)
    cut = segments(shown.text, [tuple(s["span"]) for s in description["statements"][:LIST]])
    tally = {status: sum(s.status == status for s in statements) for status in SEVERITY[::-1]}
    tally["echoed"] = sum(s.echoed for s in statements)
    success = description["success"]
    return DescriptionView(
        condition=description["condition"],
        context=description["context"] or "",
        instruction=_instruction(description, record, instructions),
        segments=tuple(
            _segment(c.text, [statements[i] for i in c.covering], [statements[i] for i in c.ending])
            for c in cut
        ),
        note=shown.note,
        statements=statements,
        more_statements=max(0, len(description["statements"]) - LIST),
        tally=tally,
        success=_answer(success) if success else "",
    )


def _instruction(description: Mapping[str, Any], record: Record, instructions: Mapping[str, str]) -> str:
    """The instruction that was in context, as far as the run folder tells it."""
    context = description["context"]
    if context is None or description["condition"] == "blind":
        return ""
    if context == record["case"]:
        return short(record["instruction"], 200)
    claims = ", ".join(c["claim"] for c in record["context_claims"])
    return short(instructions.get(context) or f"of case {context}: {claims}", 200)


def _segment(text: str, covering: list[StatementView], ending: list[StatementView]) -> SegmentView:
    status = next((s for s in SEVERITY if any(c.status == s for c in covering)), "")
    return SegmentView(
        text=text,
        status=status,
        echoed=any(c.echoed for c in covering),
        title="; ".join(f"{c.number} {_said(c)}: {c.status}" for c in covering),
        ends=tuple(ending),
    )


def _said(statement: StatementView) -> str:
    return statement.claim if statement.polarity == ASSERTED else f"not {statement.claim}"


def _answer(answer: Mapping[str, Any]) -> str:
    p = answer["p_yes"]
    return f"{answer['answer']} (P(yes) {p:.2f})" if isinstance(p, int | float) else str(answer["answer"])


def _probes(descriptions: Sequence[Mapping[str, Any]]) -> tuple[ProbeView, ...]:
    """A row for each probe, its answers by condition."""
    merged: dict[tuple[str, str], dict[str, tuple[str, str]]] = {}
    for description in descriptions:
        for probe in description["probes"][:LIST]:
            right = "yes" if str(probe["cell"]).startswith("holds") else "no"
            mark = {right: "right", "unclear": "unclear"}.get(probe["answer"], "wrong")
            answers = merged.setdefault((probe["claim"], probe["cell"]), {})
            answers[description["condition"]] = _answer(probe), mark
    return tuple(
        ProbeView(
            short(claim, 120),
            str(cell).replace("_", ", "),
            "yes" if str(cell).startswith("holds") else "no",
            answers,
        )
        for (claim, cell), answers in merged.items()
    )


def _timing(timing: Mapping[str, Any]) -> str:
    times = {k: v for k, v in timing.items() if isinstance(v, int | float)}
    return ", ".join(f"{name} {seconds:.2f} s" for name, seconds in times.items())
