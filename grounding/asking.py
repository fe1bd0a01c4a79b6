"""Asking a subject: trials, the chats that they become, and what becomes of answers that do not come.

A subject and a modality are foreign code. Whatever they do wrong about one request becomes a Failure in the
place of its answer, with the reason; only Ctrl-C passes through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from grounding.cases import Case, Suite
from grounding.claims import Claim
from grounding.errors import SubjectError, TimedOut
from grounding.modality import Artifact, Modality
from grounding.subject import Failure, Message, Request

BLIND, INSTRUCTED, SWAPPED, PRESENTED = "blind", "instructed", "swapped", "presented"
CONDITIONS = (BLIND, INSTRUCTED, SWAPPED)
ALL_CONDITIONS = (*CONDITIONS, PRESENTED)
ASKED_SUCCESS = (INSTRUCTED, SWAPPED)  # where an instruction is in the chat

REASON = 500  # characters kept of an error


@dataclass(frozen=True, slots=True)
class Trial:
    """One sample of one case: the unit of work. `seed` is the run's."""

    case: Case
    partner: Case | None
    sample: int
    seed: int

    def seed_for(self, *purpose: object) -> int:
        """The seed of one question of this trial: 63 bits that depend on nothing else."""
        parts = (self.seed, self.case.suite, self.case.id, self.sample, *purpose)
        return int.from_bytes(sha256(repr([str(p) for p in parts]).encode()).digest()[:8], "big") >> 1


def trials(suite: Suite, cases: Sequence[Case], samples: int, seed: int) -> Iterator[Trial]:
    """Every sample of every case, with its partner looked up in the whole suite."""
    by_id = suite.by_id()
    for sample in range(samples):
        for case in cases:
            yield Trial(case, by_id.get(case.partner or ""), sample, seed)


# --- chats ------------------------------------------------------------------------------------------


def generation_request(modality: Modality, trial: Trial) -> Request:
    """The chat that asks for the artifact of a trial."""
    message = {"role": "user", "content": modality.request(trial.case.instruction, trial.case)}
    return Request(trial.case, trial.sample, trial.seed_for("generate"), (message,), partner=trial.partner)


def context_of(trial: Trial, condition: str) -> Case | None:
    """The case whose instruction a condition shows; None where it shows none."""
    return {INSTRUCTED: trial.case, SWAPPED: trial.partner}.get(condition)


def shown_in(modality: Modality, trial: Trial, artifact: Artifact, condition: str) -> tuple[Message, ...]:
    """The chat up to and without the question: it differs between conditions in the instruction only."""
    if condition == PRESENTED:
        return ({"role": "user", "content": modality.shown(artifact)},)
    context = context_of(trial, condition)
    request = modality.request(context.instruction if context else None, trial.case)
    return (
        {"role": "user", "content": request},
        {"role": "assistant", "content": modality.shown(artifact)},
    )


def asked(
    modality: Modality,
    trial: Trial,
    artifact: Artifact,
    condition: str,
    question: str,
    claim: Claim | None = None,
) -> Request:
    """A question about an artifact in a condition."""
    chat = shown_in(modality, trial, artifact, condition)
    messages: tuple[Message, ...] = (*chat, {"role": "user", "content": question})
    if condition == PRESENTED:
        messages = ({"role": "user", "content": _joined(chat[0]["content"], question)},)
    return Request(
        trial.case,
        trial.sample,
        trial.seed_for(condition, question),
        messages,
        condition=condition,
        context=context_of(trial, condition),
        partner=trial.partner,
        artifact=artifact,
        claim=claim,
    )


def _joined(content: Any, question: str) -> Any:
    if isinstance(content, str):
        return f"{content}\n\n{question}"
    return [*content, {"type": "text", "text": question}]


# --- asking -----------------------------------------------------------------------------------------


def prepared(part: str, make: Callable[..., Request], *args: Any) -> Request | Failure:
    """The request that `make` gives; where the modality's words for it raise, a Failure that names the part."""
    try:
        return make(*args)
    except (Exception, SystemExit) as error:  # noqa: BLE001  a modality is foreign code, and this is one trial of many
        return Failure(f"{part}: {said(error)}")


def answered(method: Any, requests: Sequence[Request | Failure], size: int) -> list[Any]:
    """A subject's method on requests in batches of `size`; a Failure among the requests is its own answer."""
    asked = [request for request in requests if isinstance(request, Request)]
    found = iter(
        [
            reply
            for start in range(0, len(asked), size)
            for reply in answers(method, asked[start : start + size])
        ]
    )
    return [next(found) if isinstance(request, Request) else request for request in requests]


def answers(method: Any, batch: Sequence[Request]) -> list[Any]:
    """A subject's method on a batch; whatever goes wrong in it becomes Failures, one entry a request.

    A batch that raises, or whose answers cannot be told apart by their number, is asked again one by one, so
    that one bad request does not cost its neighbours. A batch that timed out is not: each could take as long.
    """
    if not batch:
        return []
    try:
        replies = method(batch)
    except TimedOut as error:
        return [Failure(str(error)) for _ in batch]
    except (Exception, SystemExit) as error:  # noqa: BLE001  a subject is foreign code: its failures are recorded, not ours to crash on
        why = said(error)
    else:
        if isinstance(replies, list | tuple) and len(replies) == len(batch):
            return [_with_words(reply) for reply in replies]
        got = f"{len(replies)} answers" if isinstance(replies, list | tuple) else type(replies).__name__
        why = f"subject gave {got} for a batch of {len(batch)}"
    if len(batch) == 1:
        return [Failure(why)]
    return [answers(method, [request])[0] for request in batch]


def _with_words(reply: Any) -> Any:
    """The reply; a Failure whose reason is no text, with its reason as text: reasons stand in records."""
    if isinstance(reply, Failure) and not isinstance(reply.reason, str):
        return Failure(repr(reply.reason)[:REASON], reply.absent)
    return reply


def said(error: BaseException) -> str:
    """An exception as the reason of a record: its type and message; ours are sentences by themselves."""
    try:
        words = str(error)
    except Exception:  # noqa: BLE001  a foreign exception may fail to say what it is
        words = "(without words)"
    return (words if isinstance(error, SubjectError) else f"{type(error).__name__}: {words}")[:REASON]
