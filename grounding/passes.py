"""The passes: generate, check, describe, probe, read. Each takes a batch and returns a batch.

    trials ─ generate → replies ─ check → Checked ─ describe, probe → Described ─ read → records

They know nothing of files, progress bars or processes; `grounding.engine` decides where they run. A reply
that is no artifact ends after `check` as `malformed`; a Failure of our side ends wherever it happens as
`error`. The reader never sees the instruction, the checker never sees where a claim came from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

from grounding.asking import (
    ALL_CONDITIONS,
    ASKED_SUCCESS,
    CONDITIONS,
    SWAPPED,
    Trial,
    answered,
    asked,
    generation_request,
    prepared,
    trials,
)
from grounding.cases import Case, Draw
from grounding.claims import ASSERTED, ENTAILS, FAILS, HOLDS, UNKNOWN, Claim, Verdict
from grounding.errors import Malformed
from grounding.modality import Artifact, Modality
from grounding.subject import Answer, Failure, Request, Subject

PROBES_PER_CELL = 2
CELLS = ("holds_named", "holds_unnamed", "fails_named", "fails_unnamed")
# "Yes or no" and "No idea" begin with the words and answer nothing.
_YES_NO = re.compile(
    r"[\W_]*(?:(?:the |my )?answer(?: is)?\W*)?(yes|no)\b"
    r"(?!\W*(?:or|and|/)\W*(?:yes|no)\b)(?! (?:idea|clue|way to)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checkers found about one reply. `status` is "ok", "malformed" or "error"."""

    trial: Trial
    reply: str | bytes | None
    status: str
    reason: str | None = None
    artifact: Artifact | None = None
    expected: tuple[Mapping[str, Any], ...] = ()
    context_claims: tuple[Mapping[str, Any], ...] = ()
    observed: tuple[Verdict, ...] = ()
    probes: tuple[tuple[Claim, str], ...] = ()  # claim and cell


@dataclass(frozen=True, slots=True)
class Described:
    """What the subject said of one artifact in one condition; `text` None: nothing is on record."""

    condition: str
    context: str | None
    text: str | None
    probes: tuple[Mapping[str, Any], ...] = ()
    success: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Spoken:
    """Everything a subject said about one Checked; `failure` where our side or the network failed."""

    checked: Checked
    descriptions: list[Described] = field(default_factory=list)
    failure: str | None = None


# --- generating -------------------------------------------------------------------------------------


def generate(subject: Subject, modality: Modality, trials: Sequence[Trial]) -> list[str | bytes | Failure]:
    """One reply or Failure a trial."""
    requests = [prepared("request", generation_request, modality, trial) for trial in trials]
    return [
        reply if isinstance(reply, str | bytes | Failure) else Failure(f"subject gave {type(reply).__name__}")
        for reply in answered(subject.generate, requests, max(1, len(requests)))
    ]


# --- checking ---------------------------------------------------------------------------------------


def check(
    modality: Modality, trials: Sequence[Trial], replies: Sequence[str | bytes | Failure]
) -> list[Checked]:
    """Parse each reply and judge its case's claims, its partner's, and everything observable."""
    return [_check(modality, trial, reply) for trial, reply in zip(trials, replies, strict=True)]


def _check(modality: Modality, trial: Trial, reply: str | bytes | Failure) -> Checked:
    case = trial.case
    if isinstance(reply, Failure):
        return Checked(trial, None, "error", reply.reason)
    try:
        artifact = modality.parse(reply, case)
    except Malformed as malformed:
        reason = str(malformed)
        unknown = [Verdict(claim, UNKNOWN, "parse", {"reason": reason}) for claim in case.expects]
        return Checked(trial, reply, "malformed", reason, expected=_annotated(modality, unknown, frozenset()))
    verdicts = modality.check(artifact, case.expects, case)
    context = modality.check(artifact, trial.partner.expects, case) if trial.partner else []
    leaked = leaks(modality, artifact, [*case.expects, *(trial.partner.expects if trial.partner else ())])
    observed = modality.observe(artifact)
    return Checked(
        trial,
        reply,
        "ok",
        artifact=artifact,
        expected=_annotated(modality, verdicts, leaked),
        context_claims=_annotated(modality, context, leaked),
        observed=tuple(v for v in observed if v.value == HOLDS),
        probes=tuple(probe_list(modality, trial, artifact, verdicts, observed)),
    )


def _annotated(
    modality: Modality, verdicts: Sequence[Verdict], leaked: frozenset[Claim]
) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        {
            **verdict.json(),
            "describable": modality.predicates[verdict.claim.name].describable,
            "leaked": verdict.claim in leaked,
        }
        for verdict in verdicts
    )


def leaks(modality: Modality, artifact: Artifact, claims: Sequence[Claim]) -> frozenset[Claim]:
    """The claims that words inside the artifact assert: they spoil the blind condition."""
    words = modality.words(artifact)
    if not words:
        return frozenset()
    said = [s.claim for s in modality.read(words) if s.polarity == ASSERTED]
    return frozenset(c for c in claims if any(modality.relation(s, c) == ENTAILS for s in said))


def probe_list(
    modality: Modality,
    trial: Trial,
    artifact: Artifact,
    verdicts: Sequence[Verdict],
    observed: Sequence[Verdict],
) -> list[tuple[Claim, str]]:
    """Up to two claims per cell of {holds, fails} × {named by the instruction, near miss not named}.

    Unnamed candidates are near misses of the instruction's claims, then facts of the same predicates, then
    other facts: alike to the named ones, so that a difference in answers is not one in kind.
    """
    expects = trial.case.expects
    draw = Draw("probes", trial.seed_for("probes"))
    cells: dict[str, list[Claim]] = {cell: [] for cell in CELLS}
    for verdict in draw.shuffled(verdicts):
        if verdict.decided and modality.predicates[verdict.claim.name].describable:
            cells[f"{verdict.value}_named"].append(verdict.claim)
    named = {claim.name for claim in expects}
    facts = [v.claim for v in observed if v.value == HOLDS]
    near = draw.shuffled([miss for claim in expects for miss in modality.near_misses(claim)])
    alike = draw.shuffled([fact for fact in facts if fact.name in named])
    rest = draw.shuffled([fact for fact in facts if fact.name not in named])
    unnamed = [
        claim
        for claim in dict.fromkeys([*near, *alike, *rest])
        if modality.predicates[claim.name].describable
        and not any(modality.relation(e, claim) == ENTAILS for e in expects)
    ]
    for verdict in modality.check(artifact, unnamed, trial.case):
        if verdict.decided:
            cells[f"{verdict.value}_unnamed"].append(verdict.claim)
    return [(claim, cell) for cell in CELLS for claim in cells[cell][:PROBES_PER_CELL]]


# --- describing and probing -------------------------------------------------------------------------


def describe(
    subject: Subject, modality: Modality, checked: Sequence[Checked], conditions: Sequence[str]
) -> list[Spoken]:
    """A description of every ok artifact in every condition; swapped only where there is a partner."""
    spoken = [Spoken(c) for c in checked]
    jobs = [(s, condition) for s in spoken for condition in _conditions(s.checked, conditions)]
    requests = [prepared("request", _described_request, modality, s.checked, c) for s, c in jobs]
    texts = answered(subject.describe, requests, subject.batch_size)
    for (s, condition), request, text in zip(jobs, requests, texts, strict=True):
        context = request.context.id if isinstance(request, Request) and request.context else None
        if isinstance(text, str):
            s.descriptions.append(Described(condition, context, text))
        elif isinstance(text, Failure) and text.absent:
            s.descriptions.append(Described(condition, context, None))
        else:
            s.failure = s.failure or f"describe, {condition}: {_why(text)}"
    return spoken


def probe(subject: Subject, modality: Modality, spoken: Sequence[Spoken]) -> list[Spoken]:
    """Ask every probe, and whether the instruction was fulfilled, in every described condition.

    Each is a fresh continuation of the chat, without the description.
    """
    jobs: list[tuple[int, int, Claim | None, str]] = []
    requests: list[Request | Failure] = []
    for i, s in enumerate(spoken):
        for j, described in enumerate(s.descriptions):
            if s.failure or described.text is None:
                continue
            asks: list[tuple[Claim | None, str]] = list(s.checked.probes)
            if described.condition in ASKED_SUCCESS:
                asks.append((None, "success"))
            for claim, cell in asks:
                jobs.append((i, j, claim, cell))
                requests.append(
                    prepared("request", _probe_request, modality, s.checked, described.condition, claim)
                )
    found: dict[tuple[int, int], list[tuple[Claim | None, str, Answer]]] = {}
    given = answered(subject.probe, requests, subject.batch_size)
    for (i, j, claim, cell), answer in zip(jobs, given, strict=True):
        if isinstance(answer, Answer):
            found.setdefault((i, j), []).append((claim, cell, answer))
        elif not (isinstance(answer, Failure) and answer.absent):
            condition = spoken[i].descriptions[j].condition
            spoken[i].failure = spoken[i].failure or f"probe, {condition}: {_why(answer)}"
    return [_with_answers(i, s, found) for i, s in enumerate(spoken)]


def _described_request(modality: Modality, checked: Checked, condition: str) -> Request:
    return _about(modality, checked, condition, modality.describe_question)


def _probe_request(modality: Modality, checked: Checked, condition: str, claim: Claim | None) -> Request:
    question = modality.success_question if claim is None else modality.probe_question(claim)
    return _about(modality, checked, condition, question, claim)


def _about(
    modality: Modality, checked: Checked, condition: str, question: str, claim: Claim | None = None
) -> Request:
    assert checked.artifact is not None  # only ok artifacts are asked about
    return asked(modality, checked.trial, checked.artifact, condition, question, claim)


def _with_answers(
    i: int, spoken: Spoken, found: Mapping[tuple[int, int], list[tuple[Claim | None, str, Answer]]]
) -> Spoken:
    descriptions = []
    for j, d in enumerate(spoken.descriptions):
        given = found.get((i, j), [])
        probes = tuple({"claim": str(c), "cell": cell, **_answer(a)} for c, cell, a in given if c is not None)
        success = next((_answer(a) for c, _, a in given if c is None), None)
        descriptions.append(Described(d.condition, d.context, d.text, probes, success))
    return Spoken(spoken.checked, descriptions, spoken.failure)


def _conditions(checked: Checked, conditions: Sequence[str]) -> list[str]:
    if checked.status != "ok":
        return []
    return [c for c in conditions if c != SWAPPED or checked.trial.partner is not None]


def _why(answer: Any) -> str:
    return answer.reason if isinstance(answer, Failure) else f"subject gave {type(answer).__name__}"


def _answer(answer: Answer) -> dict[str, Any]:
    p = answer.p_yes
    usable = isinstance(p, Real) and 0.0 <= p <= 1.0  # also refuses NaN; Real: numpy's floats too
    return {"answer": yes_no(answer.text), "p_yes": round(float(p), 6) if usable and p is not None else None}


def yes_no(text: str) -> str:
    """Read "yes" or "no" where the answer begins with the word; anything else is "unclear"."""
    match = _YES_NO.match(text[:200]) if isinstance(text, str) else None
    return match.group(1).lower() if match else "unclear"


# --- reading ----------------------------------------------------------------------------------------


def read(modality: Modality, spoken: Sequence[Spoken]) -> list[dict[str, Any]]:
    """Read each description into statements, judge them on the artifact, and write the records."""
    return [_record(modality, s) for s in spoken]


def _record(modality: Modality, spoken: Spoken) -> dict[str, Any]:
    checked, trial = spoken.checked, spoken.checked.trial
    case = trial.case
    status, reason = checked.status, checked.reason
    if spoken.failure:
        status, reason = "error", spoken.failure
    artifact = checked.artifact
    ok = status == "ok" and artifact is not None
    return {
        "suite": case.suite,
        "case": case.id,
        "sample": trial.sample,
        "seed": trial.seed,
        "family": case.family,
        "cluster": case.cluster,
        "level": case.level,
        "partner": case.partner,
        "modality": case.modality,
        "instruction": case.instruction,
        "reply": checked.reply if isinstance(checked.reply, str) else None,
        "status": status,
        "reason": reason,
        "artifact": {"sha256": artifact.sha256, "path": f"artifacts/{artifact.sha256}{artifact.ext}"}
        if artifact
        else None,
        "expected": list(checked.expected),
        "context_claims": list(checked.context_claims),
        "observed": [v.json() for v in checked.observed],
        "descriptions": [
            _described(modality, artifact, case, d)
            for d in spoken.descriptions
            if ok and artifact and d.text is not None
        ],
        "timing": {},
    }


def _described(modality: Modality, artifact: Artifact, case: Case, described: Described) -> dict[str, Any]:
    statements = modality.read(described.text or "")
    verdicts = modality.check(artifact, [s.claim for s in statements], case)
    return {
        "condition": described.condition,
        "context": described.context,
        "text": described.text,
        "statements": [
            {**s.json(), "verdict": v.value, "checker": v.checker, "evidence": dict(v.evidence)}
            for s, v in zip(statements, verdicts, strict=True)
        ],
        "probes": [dict(p) for p in described.probes],
        "success": described.success,
    }


__all__ = [
    "ALL_CONDITIONS", "CELLS", "CONDITIONS", "FAILS", "Checked", "Described", "Spoken", "Trial",
    "check", "describe", "generate", "probe", "read", "trials", "yes_no",
]  # fmt: skip
