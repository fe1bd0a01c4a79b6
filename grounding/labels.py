"""Labelled files: what is known about artifacts and texts, one JSON object a line, for `grounding qualify`.

    {"id", "split", "fault", "of", "artifact", "labels": {claim: "holds" | "fails"}}     artifacts
    {"id", "source", "text", "statements": [{"claim", "polarity"}]}                        texts

A bad line is a LabelError `FILE:LINE: KEY: what is wrong`. Labels are never repaired: a set with a slip in it
would blame the checkers.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from grounding.claims import Claim, Polarity, Value
from grounding.errors import ClaimError, LabelError, Malformed
from grounding.modality import LabelledArtifact, LabelledText, Modality, claim_for

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Line = TypeVar("Line", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class ArtifactLine(_Strict):
    """A labelled artifact; `of` names the original that a fault was put into."""

    id: Name
    split: Literal["dev", "held_out"]
    fault: Name
    of: Name | None = None
    artifact: str
    labels: dict[str, Literal["holds", "fails"]] = Field(min_length=1)


class StatementLine(_Strict):
    claim: str
    polarity: Literal["asserted", "denied"]


class TextLine(_Strict):
    """A labelled text; no statement: it says nothing that could be checked."""

    id: Name
    source: str = ""
    text: str
    statements: list[StatementLine]


def artifacts(files: Iterable[Traversable], of: Modality) -> Iterator[LabelledArtifact]:
    """The labelled artifacts of the files of a text modality; an id stands in one of them. Raises LabelError."""
    found: dict[str, tuple[str, LabelledArtifact]] = {}
    for where, line in itertools.chain.from_iterable(_lines(file, ArtifactLine) for file in files):
        if line.id in found:
            raise LabelError(f"{where}: id: {line.id!r} stands twice")
        truths: dict[Claim, Value] = {}
        for text, value in line.labels.items():
            claim = _claim(of, text, f"{where}: labels")
            if claim in truths:
                raise LabelError(f"{where}: labels: {claim} is labelled twice")
            truths[claim] = value
        try:
            artifact = of.parse(line.artifact)
        except Malformed as malformed:
            raise LabelError(f"{where}: artifact: {malformed}") from malformed
        if artifact.text != line.artifact:
            raise LabelError(f"{where}: artifact: the parser stores it otherwise; write it as it is stored")
        found[line.id] = (
            where,
            LabelledArtifact(line.id, line.split, line.fault, artifact, truths, line.of),
        )
    for where, one in found.values():
        original = found.get(one.of or one.id)
        if original is None or original[1].of is not None:
            raise LabelError(f"{where}: of: {one.of!r} is no original")
        if original[1].split != one.split:
            raise LabelError(f"{where}: split: {one.split!r}, but its original is {original[1].split!r}")
        yield one


def texts(file: Traversable, split: str, of: Modality) -> Iterator[LabelledText]:
    """The labelled texts of a file, all of one split. Raises LabelError."""
    seen: set[str] = set()
    for where, line in _lines(file, TextLine):
        if line.id in seen:
            raise LabelError(f"{where}: id: {line.id!r} stands twice")
        seen.add(line.id)
        statements: list[tuple[Claim, Polarity]] = [
            (_claim(of, s.claim, f"{where}: statements"), s.polarity) for s in line.statements
        ]
        yield LabelledText(line.id, split, line.text, tuple(statements))


def _lines(file: Traversable, kind: type[Line]) -> Iterator[tuple[str, Line]]:
    """("FILE:LINE", the line) of each line that is not blank."""
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise LabelError(f"{file}: cannot be read: {error}") from error
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        where = f"{file}:{number}"
        try:
            given = json.loads(text, object_pairs_hook=_once)
        except (ValueError, RecursionError) as error:
            raise LabelError(f"{where}: no JSON object: {error}") from error
        if not isinstance(given, dict):
            raise LabelError(f"{where}: a JSON object, not {type(given).__name__}")
        try:
            yield where, kind.model_validate(given)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            message = "unknown key" if first["type"] == "extra_forbidden" else first["msg"]
            raise LabelError(f"{where}: {key}: {message}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object, if no key stands twice: json would keep the last label without a word."""
    made = dict(pairs)
    if len(made) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"{next(k for k in keys if keys.count(k) > 1)!r} stands twice")
    return made


def _claim(of: Modality, text: str, where: str) -> Claim:
    try:
        return claim_for(of, text)
    except ClaimError as error:
        raise LabelError(f"{where}: {error}") from error
