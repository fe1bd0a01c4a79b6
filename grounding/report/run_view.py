"""One run as the template shows it: its summary sentence, its tables, its cases in order."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grounding.report import marks, metrics
from grounding.report.case_view import CaseView, case_view
from grounding.report.drawing import drawing
from grounding.report.error_rates import ErrorRates, error_rates
from grounding.report.metrics import Row
from grounding.report.run_data import RunData
from grounding.report.texts import short

DIGEST = 12  # characters of a digest that people compare


@dataclass(frozen=True, slots=True)
class ModalityView:
    """The metrics of one modality."""

    name: str
    counts: Sequence[tuple[str, str]]
    headline: Sequence[Row]
    headline_controls: Sequence[str]
    overall: Sequence[Row]
    by_kind: Sequence[Row]
    by_family: Sequence[Row]
    controls: Sequence[str]
    error_rates: ErrorRates | None  # None: scores without any, which other programs may write


@dataclass(frozen=True, slots=True)
class RunView:
    """A run, ready for the template."""

    name: str
    anchor: str
    summary: str
    reference: bool
    facts: Sequence[tuple[str, str]]
    groups: Sequence[tuple[str, int]]
    modalities: Sequence[ModalityView]
    cases: Sequence[CaseView]
    left_out: int
    folder: str


def run_view(run: RunData, number: int, limit: int) -> RunView:
    """The view of a run; `number` counts runs from 1 and keeps their anchors apart."""
    ranked = sorted(run.records, key=lambda record: marks.group(record, _relation(run, record)))
    shown = ranked[: max(0, limit)]
    anchors = Anchors("case" if number == 1 else f"run{number}-case")
    groups = run.groups or Counter(marks.group(r, _relation(run, r)) for r in run.records)
    spec = subject_of(run.manifest)
    return RunView(
        name=short(f"{spec} · {run.folder.rstrip('/').rsplit('/', 1)[-1]}", 60),
        anchor=f"run-{number}",
        summary=_summary(run, spec),
        reference=spec.split(":")[0] == "reference",
        facts=_facts(run),
        groups=[(words, groups.get(key, 0)) for key, words in marks.GROUPS.items()],
        modalities=[_modality(name, of) for name, of in (run.score.get("modalities") or {}).items()],
        cases=[_case(record, run, anchors) for record in shown],
        left_out=run.left_out + len(ranked) - len(shown),
        folder=run.folder,
    )


class Anchors:
    """Hands out fragment names that are unique in the page and safe in an address."""

    def __init__(self, prefix: str):
        self._prefix = prefix
        self._given: Counter[str] = Counter()

    def of(self, case: str, sample: int) -> str:
        """The anchor of a case's sample, for example case-word-7-0-a-0."""
        name = f"{self._prefix}-{re.sub(r'[^A-Za-z0-9_.-]', '_', case)[:120]}-{sample}"
        self._given[name] += 1
        return name if self._given[name] == 1 else f"{name}--{self._given[name]}"


def subject_of(manifest: Mapping[str, Any]) -> str:
    """The subject's spec."""
    subject = manifest.get("subject")
    return str((subject.get("spec") if isinstance(subject, Mapping) else subject) or "unknown subject")


def fingerprint_of(manifest: Mapping[str, Any]) -> str:
    """A short digest of the subject's fingerprint: equal digests, equal fingerprints; "" without one."""
    subject = manifest.get("subject")
    found = subject.get("fingerprint") if isinstance(subject, Mapping) else None
    if not found:
        return ""
    return hashlib.sha256(json.dumps(found, sort_keys=True, default=str).encode()).hexdigest()[:DIGEST]


def _relation(run: RunData, record: marks.Record) -> marks.Relate:
    return run.relations.get(record["modality"], marks.same)


def _case(record: marks.Record, run: RunData, anchors: Anchors) -> CaseView:
    stored = record["artifact"]
    data = run.artifacts.get(stored["sha256"]) if stored else None
    return case_view(
        record,
        anchors.of(record["case"], record["sample"]),
        None if data is None else drawing(data),
        run.instructions,
        _relation(run, record),
    )


def _modality(name: str, of: Mapping[str, Any]) -> ModalityView:
    table = of.get("metrics") or []
    overall = metrics.rows(m for m in table if metrics.overall(m))
    restricted = metrics.rows(m for m in table if not metrics.overall(m))
    headline = metrics.headline(table)
    return ModalityView(
        name=name.replace("_", " "),
        counts=metrics.counts(of.get("counts") or {}),
        headline=headline,
        headline_controls=metrics.controls_of(headline),
        overall=overall,
        by_kind=[r for r in restricted if r.restricted[0]],
        by_family=[r for r in restricted if r.restricted[1] and not r.restricted[0]],
        controls=metrics.controls_of([*overall, *restricted]),
        error_rates=error_rates(of["error_rates"], table) if "error_rates" in of else None,
    )


def _summary(run: RunData, spec: str) -> str:
    """One sentence on what was run, without a judgement."""
    cases = run.cases or len({r["case"] for r in run.records})
    samples = run.samples or len({r["sample"] for r in run.records})
    suites = [str(s) for s in run.manifest.get("suites") or sorted({r["suite"] for r in run.records})]
    what = f"{cases:,} {'case' if cases == 1 else 'cases'}"
    if samples > 1:
        what += f" with {samples} samples each"
    named = " and ".join([", ".join(suites[:-1]), suites[-1]]) if len(suites) > 1 else "".join(suites)
    sentence = f"{what} of {'suites' if len(suites) > 1 else 'suite'} {named or '(unnamed)'} put to {spec}"
    if listened := run.manifest.get("listened"):
        sentence += f", about artifacts that {subject_of(listened)} had made,"
    when = moment(run.manifest.get("started"))
    sentence += f" on {when}" if when else ""
    digest = fingerprint_of(run.manifest)
    return sentence + (f"; fingerprint {digest}." if digest else ".")


def moment(stamp: Any) -> str:
    """An ISO time stamp as "23 Nov 2025, 14:02 UTC"; other text as it stands, "" for none."""
    if not stamp:
        return ""
    try:
        at = datetime.fromisoformat(str(stamp))
    except ValueError:
        return short(str(stamp), 40)
    zone = f" {at.tzname()}" if at.tzname() else ""
    return f"{at:%-d %b %Y, %H:%M}{zone}"


def _facts(run: RunData) -> list[tuple[str, str]]:
    """What the manifest says, for the reader who wants to repeat the run."""
    out = [("Run folder", run.folder)]
    for key, value in run.manifest.items():
        if value in (None, "", [], {}):
            continue
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        out.append((str(key).replace("_", " ").capitalize(), short(shown, 600)))
    return out
