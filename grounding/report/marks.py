"""What a text says of each claim, how its statements are marked, and which group a record belongs to.

supported      asserted and holds, or denied and fails
contradicted   asserted and fails, or denied and holds
unknown        the checkers could not decide
echoed         besides: asserted, and entailed by a claim of the instruction that was in context
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from grounding.claims import ASSERTED, ENTAILS, EXCLUDES, FAILS, HOLDS, NONE, Claim
from grounding.errors import ClaimError, RegistryError

Record = Mapping[str, Any]
Relate = Callable[[str, str], str]  # two canonical claims → "entails" | "excludes" | "none"

SUPPORTED, CONTRADICTED, UNDECIDED = "supported", "contradicted", "unknown"
SAYS, DENIES, SILENT = "says", "denies", "silent"

# The groups of cases in the order in which they are read, with their words.
PULLED, WRONG, MALFORMED, OPEN, RIGHT, ERROR = range(6)
GROUPS = {
    PULLED: "repeats a failed demand only when it sees it",
    WRONG: "artifact differs from the instruction",
    MALFORMED: "malformed",
    OPEN: "undecided",
    RIGHT: "as asked",
    ERROR: "errors (not scored)",
}


def same(a: str, b: str) -> str:
    """The relation that needs no modality: a claim entails itself."""
    return ENTAILS if a == b else NONE


def relate_by(name: str) -> Relate:
    """The relation of the modality of that name, over canonical text; `same` where it is not installed."""
    from grounding.modality import claim_for, modality

    try:
        of = modality(name)
    except RegistryError:
        return same

    @cache
    def parsed(text: str) -> Claim | None:
        try:
            return claim_for(of, text)
        except ClaimError:
            return None

    @cache
    def relate(a: str, b: str) -> str:
        first, second = parsed(a), parsed(b)
        return same(a, b) if first is None or second is None else of.relation(first, second)

    return relate


def statement_status(statement: Mapping[str, Any]) -> str:
    """supported, contradicted or unknown."""
    if statement["verdict"] not in (HOLDS, FAILS):
        return UNDECIDED
    fits = (statement["verdict"] == HOLDS) == (statement["polarity"] == ASSERTED)
    return SUPPORTED if fits else CONTRADICTED


def context_of(record: Record, description: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The claims of the instruction in context: the case's own, the partner's, or none."""
    context = description["context"]
    if context is None or description["condition"] == "blind":
        return ()
    if context == record["case"]:
        return record["expected"]  # type: ignore[no-any-return]
    return record["context_claims"] if context == record["partner"] else ()


def echoed(statement: Mapping[str, Any], context: Iterable[Mapping[str, Any]], relate: Relate) -> bool:
    """Whether the statement asserts what a claim of the instruction in context entails."""
    if statement["polarity"] != ASSERTED:
        return False
    return any(relate(claim["claim"], statement["claim"]) == ENTAILS for claim in context)


def stance(claim: str, statements: Iterable[Mapping[str, Any]], relate: Relate) -> str:
    """What a text says of a claim: says, denies or silent. Saying wins over denying where it does both."""
    denied = False
    for statement in statements:
        if statement["polarity"] == ASSERTED:
            relation = relate(statement["claim"], claim)
            if relation == ENTAILS:
                return SAYS
            denied |= relation == EXCLUDES
        else:
            denied |= relate(claim, statement["claim"]) == ENTAILS
    return DENIES if denied else SILENT


def described(record: Record, condition: str) -> Mapping[str, Any] | None:
    """The description in that condition, or None."""
    return next((d for d in record["descriptions"] if d["condition"] == condition), None)


def pulled(record: Record, relate: Relate) -> list[str]:
    """Failed, describable, unleaked demands that the text repeats when instructed and not when blind."""
    blind, instructed = described(record, "blind"), described(record, "instructed")
    if blind is None or instructed is None:
        return []
    return [
        e["claim"]
        for e in record["expected"]
        if e["verdict"] == FAILS
        and e.get("describable", True)
        and not e.get("leaked", False)
        and stance(e["claim"], instructed["statements"], relate) == SAYS
        and stance(e["claim"], blind["statements"], relate) != SAYS
    ]


def differs(record: Record) -> bool:
    """Whether the instructed description states other things than the blind one."""
    blind, instructed = described(record, "blind"), described(record, "instructed")
    if blind is None or instructed is None:
        return False
    return _stated(blind) != _stated(instructed)


def _stated(description: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {(s["claim"], s["polarity"]) for s in description["statements"]}


def group(record: Record, relate: Relate) -> int:
    """The group of a record: PULLED, WRONG, MALFORMED, OPEN, RIGHT or ERROR."""
    if record["status"] == "error":
        return ERROR
    if record["status"] == "malformed":
        return MALFORMED
    verdicts = [e["verdict"] for e in record["expected"]]
    if FAILS in verdicts:
        return PULLED if pulled(record, relate) else WRONG
    return RIGHT if all(v == HOLDS for v in verdicts) else OPEN
