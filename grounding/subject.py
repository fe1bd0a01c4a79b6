"""What a subject is, and where subjects come from.

A subject is the model under evaluation: any object with the members of `Subject`. A spec is
`NAME` or `NAME:ARGUMENT`; NAME is found under the entry-point group `grounding.subjects`, whose value is
called with the argument and the settings (`factory(argument, settings) -> Subject`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, runtime_checkable

from grounding.cases import Case
from grounding.claims import Claim
from grounding.errors import SubjectError
from grounding.modality import Artifact, found, load_registered

GROUP = "grounding.subjects"
Factory = TypeVar("Factory", bound=Callable[..., Any])
Message = Mapping[str, Any]  # {"role": "user" | "assistant", "content": text, or parts for images}


@dataclass(frozen=True, slots=True)
class Settings:
    """How a subject generates. They are part of a run's fingerprint, but for the last three: those shape what it
    costs, not what is replied.

    temperature  0 is greedy. Descriptions and probes are always greedy: they are measurements
    timeout      seconds that one batch may take; None: any time. An endpoint: one request
    """

    temperature: float = 0.0
    top_p: float = 1.0
    max_new_tokens: int = 1024
    describe_tokens: int = 256
    batch_size: int = 32
    device: str = "cpu"
    timeout: float | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One thing asked of a subject.

    messages   the chat so far, ending with a user turn: all that a real model may see
    seed       of this very question: results must depend on it and never on the batch
    condition  None while generating, otherwise "blind", "instructed" or "swapped"
    context    the case whose instruction is in the chat; None when blind
    partner    the case's partner; artifact, claim: what is described, what is probed (None: success)

    Everything but `messages` and `seed` is for scripted controls and replays.
    """

    case: Case
    sample: int
    seed: int
    messages: tuple[Message, ...]
    condition: str | None = None
    context: Case | None = None
    partner: Case | None = None
    artifact: Artifact | None = None
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a yes/no question: its words, and the probability of yes among yes and no if known."""

    text: str
    p_yes: float | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """In the place of one reply: our side or the network failed. Recorded as `error`, retried on resume.

    absent: there is nothing to ask (a replay without this description or answer). It is left out of the
    record, which stays `ok`; for a reply it is an error like any other.
    """

    reason: str
    absent: bool = False


@runtime_checkable
class Subject(Protocol):
    """The model under evaluation. Each method answers a batch in its order, one entry a request."""

    spec: str
    batch_size: int

    def fingerprint(self) -> dict[str, Any]:
        """JSON-able: digest of the weights' bytes and the settings that shape replies."""

    def generate(self, batch: Sequence[Request]) -> list[str | bytes | Failure]: ...

    def describe(self, batch: Sequence[Request]) -> list[str | Failure]: ...

    def probe(self, batch: Sequence[Request]) -> list[Answer | Failure]: ...


@dataclass(frozen=True, slots=True)
class SubjectInfo:
    """For `grounding list subjects`."""

    name: str
    value: str
    doc: str = field(default="")


def subjects() -> list[SubjectInfo]:
    """The registered subjects, sorted by name; documentation is the factory's first line where it loads."""
    infos = []
    for name, point in sorted(found(GROUP).items()):
        try:
            doc = (point.load().__doc__ or "").strip().splitlines()[:1]
        except Exception as error:  # noqa: BLE001  listing must survive a broken third party, and say what is broken
            doc = [f"does not load: {error}"]
        infos.append(SubjectInfo(name, point.value, doc[0] if doc else ""))
    return infos


def keeps_time(factory: Factory) -> Factory:
    """Marks a factory whose subjects see to `Settings.timeout` themselves; others are left in their thread."""
    factory.keeps_time = True  # type: ignore[attr-defined]
    return factory


def gone(subject: Subject) -> str | None:
    """Why the subject can be asked no more, or None. A subject may have the attribute `gone` to say so."""
    why = getattr(subject, "gone", None)
    return why if isinstance(why, str) else None


def in_time(subject: Subject, settings: Settings) -> Subject:
    """A subject that somebody made, held to the timeout. It cannot be made again: one timeout is the last."""
    from grounding.patience import Patient

    return subject if settings.timeout is None else Patient(lambda: subject, settings.timeout, again=False)


def subject(spec: str, settings: Settings | None = None) -> Subject:
    """The subject of a spec, for example "reference", "control:echo", "transformers:./checkpoint".

    Raises RegistryError for an unknown name, SubjectError for one that cannot be loaded.
    """
    name, _, argument = spec.partition(":")
    factory = load_registered(GROUP, name, "subject")
    settings = settings or Settings()
    if settings.timeout is not None and not settings.timeout > 0:
        raise SubjectError(f"timeout is a number of seconds above 0, got {settings.timeout}")

    def make() -> Subject:
        made = factory(argument, settings)
        if not isinstance(made, Subject):
            raise SubjectError(f"subject {spec!r} lacks a member of grounding.subject.Subject")
        made.spec = spec
        return made

    if settings.timeout is None or getattr(factory, "keeps_time", False):
        return make()
    from grounding.patience import Patient

    return Patient(make, settings.timeout)
