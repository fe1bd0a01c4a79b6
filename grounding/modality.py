"""What a modality is, and where modalities come from.

A modality is any object with the members of `Modality`. It is found under the entry-point group
`grounding.modalities` (name → a class without arguments, or an object), so that other packages can add
their own; nothing here knows one by name. Loading one must be cheap: heavy imports belong in its methods.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from grounding.cases import Case
from grounding.claims import Claim, Polarity, Relation, Statement, Value, Verdict
from grounding.errors import ClaimError, RegistryError

if TYPE_CHECKING:
    from PIL import Image

GROUP = "grounding.modalities"


@dataclass(frozen=True, slots=True)
class Artifact:
    """What was generated, parsed: its stored bytes, identified by their sha256, and the file's extension."""

    data: bytes
    ext: str

    @property
    def sha256(self) -> str:
        return sha256(self.data).hexdigest()

    @property
    def text(self) -> str:
        """The artifact of a text modality as text."""
        return self.data.decode("utf-8")


@dataclass(frozen=True, slots=True)
class Predicate:
    """A predicate of a modality's claims.

    args         what the arguments are, for people ("WORD", "N"); a last "…" allows any number more
    describable  whether a person could say it of the artifact (`width(5)` yes, `parses()` no)
    decidable    whether any checker ever decides it
    """

    name: str
    args: tuple[str, ...]
    doc: str
    describable: bool = True
    decidable: bool = True

    def takes(self, n: int) -> bool:
        if self.args and self.args[-1] == "…":
            return n >= len(self.args) - 1
        return n == len(self.args)


@dataclass(frozen=True, slots=True)
class LabelledArtifact:
    """An artifact with what is known about it: claims and whether each "holds" or "fails".

    split  "dev" (looked at while checkers are written) or "held_out" (only for measuring)
    fault  what was done to the original: "none", "missing row", …
    of     the id of the original that it was made from by a fault; None for an original
    """

    id: str
    split: str
    fault: str
    artifact: Artifact
    truths: Mapping[Claim, Value]
    of: str | None = None

    @property
    def cluster(self) -> str:
        """The id of the original: what a checker misreads in it, it is likely to misread in its mutants."""
        return self.of or self.id


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text about an artifact with the claims that a careful person finds asserted or denied in it."""

    id: str
    split: str
    text: str
    statements: Sequence[tuple[Claim, Polarity]]


@runtime_checkable
class Labelled(Protocol):
    """What a modality has besides if its checkers and reader can be qualified: see docs/qualify.md."""

    def labelled_artifacts(self) -> Iterator[LabelledArtifact]:
        """Artifacts with labels. Raises LabelError naming file and line."""

    def labelled_texts(self) -> Iterator[LabelledText]:
        """Texts with labels; none where the modality's reader was not measured."""

    def qualified(self) -> Mapping[str, Any] | None:
        """What `grounding qualify NAME --json` printed, stored beside the labels; None where it was not."""


@runtime_checkable
class Modality(Protocol):
    """One kind of artifact: its claims, families, parser, checkers, reader and words.

    All methods are pure: no files (but `load`), clocks, randomness or state. They run in worker processes.
    """

    name: str
    extension: str
    predicates: Mapping[str, Predicate]
    families: Sequence[str]
    checkers: Mapping[str, str]  # name → version; a changed version makes verdicts incomparable

    def cases(self, family: str, n: int, seed: int) -> list[Case]:
        """n cases of a family, the same everywhere for the same arguments, partners assigned."""

    def oracle(self, case: Case) -> str | bytes | None:
        """A right reply to the case, or None where none is known."""

    def parse(self, reply: str | bytes, case: Case | None = None) -> Artifact:
        """The artifact in a reply. Raises Malformed with the reason."""

    def load(self, path: Path | str) -> Artifact:
        """The artifact in a file. Raises Malformed with the reason."""

    def observe(self, artifact: Artifact) -> list[Verdict]:
        """Every fact that the checkers can establish without being asked."""

    def check(self, artifact: Artifact, claims: Sequence[Claim], case: Case | None = None) -> list[Verdict]:
        """A verdict for each claim, in the claims' order."""

    def relation(self, a: Claim, b: Claim) -> Relation:
        """Whether a entails or excludes b, by meaning alone."""

    def near_misses(self, claim: Claim) -> list[Claim]:
        """Claims that differ from this one as little as a careless eye would miss; best first."""

    def words(self, artifact: Artifact) -> str:
        """Words inside the artifact that could give its instruction away; "" where there are none."""

    def read(self, text: str) -> list[Statement]:
        """The statements of a text about an artifact. It never sees the instruction."""

    def say(self, claims: Sequence[Claim]) -> str:
        """The claims in plain English."""

    def show(self, artifact: Artifact, verdicts: Sequence[Verdict] = ()) -> Image.Image:
        """A picture of the artifact for people, evidence of the verdicts marked."""

    def request(self, instruction: str | None, case: Case) -> str:
        """The user's turn that asks for the artifact; instruction None: the neutral, blind request."""

    def shown(self, artifact: Artifact) -> str | list[dict[str, Any]]:
        """The artifact as the content of a chat message."""

    @property
    def describe_question(self) -> str:
        """The describing question, the same in all conditions; it names no claim."""

    def probe_question(self, claim: Claim) -> str:
        """A yes/no question whether the claim is true of the artifact."""

    @property
    def success_question(self) -> str:
        """A yes/no question whether the artifact does what was asked."""

    def features(self, artifact: Artifact) -> Mapping[str, float]:
        """A sparse vector of the artifact's looks, for diversity."""


def found(group: str) -> dict[str, EntryPoint]:
    """The entry points of a group by name. Two packages with one name: RegistryError naming both."""
    known: dict[str, EntryPoint] = {}
    for point in entry_points(group=group):
        if point.name in known and known[point.name].value != point.value:
            raise RegistryError(
                f"two packages register {point.name!r} under {group}: "
                f"{known[point.name].value} and {point.value}; uninstall one"
            )
        known[point.name] = point
    return known


def load_registered(group: str, name: str, kind: str) -> Any:
    """What is registered under the name. Unknown or not loadable: RegistryError naming what is known."""
    known = found(group)
    if name not in known:
        raise RegistryError(f"unknown {kind} {name!r}; known: {', '.join(sorted(known)) or 'none'}")
    try:
        return known[name].load()
    except Exception as error:  # a third party's import can fail in any way; it must not be ours to crash
        raise RegistryError(
            f"{kind} {name!r} ({known[name].value}) does not load: {type(error).__name__}: {error}"
        ) from error


def modalities() -> list[str]:
    """The names of all registered modalities, sorted."""
    return sorted(found(GROUP))


@cache
def modality(name: str) -> Modality:
    """The modality of that name. Raises RegistryError if it is unknown, does not load or lacks a member."""
    loaded = load_registered(GROUP, name, "modality")
    made = loaded() if isinstance(loaded, type) else loaded
    missing = [m for m in _members() if not hasattr(made, m)]
    if missing:
        raise RegistryError(f"modality {name!r} lacks {', '.join(missing)} (see grounding.modality.Modality)")
    return made  # type: ignore[no-any-return]


def _members() -> list[str]:
    declared = [m for m in vars(Modality) if not m.startswith("_")]
    return sorted({*declared, *Modality.__annotations__})


def validated(of: Modality, claim: Claim) -> Claim:
    """The claim, if the modality has its predicate with so many arguments. Otherwise ClaimError."""
    predicate = of.predicates.get(claim.name)
    if predicate is None:
        raise ClaimError(
            f"unknown predicate {claim.name!r} for {of.name}, position 0; known: {', '.join(of.predicates)}",
            0,
        )
    if not predicate.takes(len(claim.args)):
        at = len(claim.name)
        raise ClaimError(
            f"{claim.name} takes ({', '.join(predicate.args)}), got {len(claim.args)} arguments, position {at}",
            at,
        )
    return claim


def claim_for(of: Modality, text: str) -> Claim:
    """Parse and validate. Raises ClaimError with the position."""
    return validated(of, Claim.parse(text))
