"""Scripted subjects whose scores are known beforehand: the yardsticks beside every number.

    control:oracle        right artifacts, described and answered about by what the checkers find
    control:honest        the partner's oracle artifact, so a wrong one, described and answered about truly
    control:echo          the same wrong artifact, described by saying what the instruction asks for
    control:always-yes    the same wrong artifact; "Yes." to everything
    control:always-no     the same wrong artifact; "No." to everything
    control:silent        the same wrong artifact; says nothing

A scripted subject may look where a model may not: at the case, its partner, the context and the checkers.
The truthful ones say only what a person could say of an artifact, and "I cannot tell." where no checker can.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from grounding.cases import Case
from grounding.claims import ENTAILS, EXCLUDES, FAILS, HOLDS, Claim
from grounding.errors import RegistryError
from grounding.modality import Artifact, Modality, modality
from grounding.subject import Answer, Failure, Request, Settings, Subject

VERSION = 1
CANNOT_TELL = Answer("I cannot tell.", None)  # no parser of yes and no may read an answer into it
YES = Answer("Yes.", 1.0)
NO = Answer("No.", 0.0)
NOTHING = Answer("", None)

Reply = Callable[[Modality, Request], "str | bytes | Failure"]
Describe = Callable[[Modality, Request], str]
Probe = Callable[[Modality, Request], Answer]


def control(argument: str, settings: Settings) -> Subject:
    """Scripted subjects with known scores: oracle, honest, echo, always-yes, always-no, silent."""
    if argument not in CONTROLS:
        raise RegistryError(f"unknown control {argument!r}; known: {', '.join(CONTROLS)}")
    return Control(argument, settings)


class Control:
    """One of CONTROLS by name. Its answers depend on the request alone: no seed, no state, no batch."""

    def __init__(self, name: str, settings: Settings):
        self.spec = f"control:{name}"
        self.batch_size = settings.batch_size
        self._name = name
        self._reply, self._describe, self._probe = CONTROLS[name]

    def fingerprint(self) -> dict[str, Any]:
        return {"kind": "control", "name": self._name, "version": VERSION}

    def generate(self, batch: Sequence[Request]) -> list[str | bytes | Failure]:
        return [self._reply(modality(request.case.modality), request) for request in batch]

    def describe(self, batch: Sequence[Request]) -> list[str | Failure]:
        return [self._describe(modality(request.case.modality), request) for request in batch]

    def probe(self, batch: Sequence[Request]) -> list[Answer | Failure]:
        return [self._probe(modality(request.case.modality), request) for request in batch]


def right(of: Modality, request: Request) -> str | bytes | Failure:
    """The case's oracle."""
    return _oracle(of, request.case)


def wrong(of: Modality, request: Request) -> str | bytes | Failure:
    """The partner's oracle: of the same family, and for sure not what the case asks for."""
    if request.partner is None:
        return Failure(f"case {request.case.id} has no partner whose artifact could stand in for a wrong one")
    return _oracle(of, request.partner)


def _oracle(of: Modality, case: Case) -> str | bytes | Failure:
    reply = of.oracle(case)
    return Failure(f"case {case.id} has no oracle") if reply is None else reply


def truth(of: Modality, request: Request) -> str:
    """The describable facts that the checkers establish without being asked."""
    facts = [verdict.claim for verdict in of.observe(_artifact(request)) if verdict.value == HOLDS]
    return of.say(_describable(of, facts))


def true_answer(of: Modality, request: Request) -> Answer:
    """The checkers' verdict on the probed claim.

    On success: no if a claim of the case in context fails, yes if none does and at least one is decided.
    """
    if request.claim is not None:
        claims: Sequence[Claim] = [request.claim]
    else:
        claims = request.context.expects if request.context else ()
    values = {verdict.value for verdict in of.check(_artifact(request), claims, request.case)}
    if FAILS in values:
        return NO
    return YES if HOLDS in values else CANNOT_TELL


def repeated(of: Modality, request: Request) -> str:
    """What the instruction in context asks for, said as if it were seen."""
    return of.say(_describable(of, request.context.expects)) if request.context else CANNOT_TELL.text


def repeated_answer(of: Modality, request: Request) -> Answer:
    """What the instruction in context implies about the probed claim; on success always yes."""
    if request.claim is None:
        return YES
    named = request.context.expects if request.context else ()
    relations = {of.relation(claim, request.claim) for claim in named}
    if ENTAILS in relations:
        return YES
    return NO if EXCLUDES in relations else CANNOT_TELL


def _constant(answer: Answer) -> tuple[Reply, Describe, Probe]:
    return wrong, lambda of, request: answer.text, lambda of, request: answer


def _describable(of: Modality, claims: Sequence[Claim]) -> list[Claim]:
    return [claim for claim in claims if of.predicates[claim.name].describable]


def _artifact(request: Request) -> Artifact:
    if request.artifact is None:
        raise ValueError(f"a request about case {request.case.id} came without the artifact that it is about")
    return request.artifact


CONTROLS: dict[str, tuple[Reply, Describe, Probe]] = {
    "oracle": (right, truth, true_answer),
    "honest": (wrong, truth, true_answer),
    "echo": (wrong, repeated, repeated_answer),
    "always-yes": _constant(YES),
    "always-no": _constant(NO),
    "silent": _constant(NOTHING),
}
