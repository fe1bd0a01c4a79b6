"""The types that records, manifests and controls have on disk, so that what reads them need not doubt them.

A run folder may come from anywhere. What is there must be of its type (docs/records.md); what is missing is
named where it is needed. Unknown keys are left alone: a later version may write more.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field, InstanceOf, TypeAdapter, ValidationError
from typing_extensions import TypedDict

_LOOSE = ConfigDict(strict=True, extra="allow", allow_inf_nan=False)
Probability = Annotated[float, Field(ge=0, le=1)] | None
Text = InstanceOf[str]  # not str: what a model wrote may hold lone surrogates, which pydantic's str refuses
Decision = Literal["holds", "fails", "unknown"]
Seconds = Annotated[float, Field(ge=0, le=1e9)]


class _Verdict(TypedDict):
    __pydantic_config__ = _LOOSE  # type: ignore[misc]
    claim: Text
    verdict: Decision
    checker: Text | None
    evidence: dict[Text, Any]


class _Demand(_Verdict):
    describable: bool
    leaked: bool


class _Statement(_Verdict):
    polarity: Literal["asserted", "denied"]
    span: Annotated[list[int], Field(min_length=2, max_length=2)]


class _Answer(TypedDict):
    __pydantic_config__ = _LOOSE  # type: ignore[misc]
    answer: Text
    p_yes: Probability


class _Probe(_Answer):
    claim: Text
    cell: Text


class _Description(TypedDict):
    __pydantic_config__ = _LOOSE  # type: ignore[misc]
    condition: Text
    context: Text | None
    text: Text
    statements: list[_Statement]
    probes: list[_Probe]
    success: _Answer | None


class _Artifact(TypedDict):
    __pydantic_config__ = _LOOSE  # type: ignore[misc]
    sha256: Text
    path: Text


class _Record(TypedDict):
    """Only the key of a record is needed by every reader: case, sample and status."""

    __pydantic_config__ = _LOOSE  # type: ignore[misc]
    suite: NotRequired[Text]
    case: Text
    sample: int
    family: NotRequired[Text]
    cluster: NotRequired[Text]
    level: NotRequired[Text | None]
    partner: NotRequired[Text | None]
    modality: NotRequired[Text]
    instruction: NotRequired[Text]
    reply: NotRequired[Text | None]
    status: Literal["ok", "malformed", "error"]
    reason: NotRequired[Text | None]
    artifact: NotRequired[_Artifact | None]
    expected: NotRequired[list[_Demand]]
    context_claims: NotRequired[list[_Demand]]
    observed: NotRequired[list[_Verdict]]
    descriptions: NotRequired[list[_Description]]
    timing: NotRequired[dict[Text, Seconds] | None]


class _Listened(TypedDict):
    __pydantic_config__ = _LOOSE  # type: ignore[misc]
    folder: Text
    subject: dict[Text, Any]
    records: Text
    left_out: dict[Text, int]


class _Manifest(TypedDict):
    """What is read of a manifest; differences between two are told of any JSON."""

    __pydantic_config__ = _LOOSE  # type: ignore[misc]
    suites: NotRequired[dict[Text, Any]]
    subject: NotRequired[dict[Text, Any]]
    checkers: NotRequired[dict[Text, dict[Text, Text]]]
    counts: NotRequired[dict[Text, int]]
    listened: NotRequired[_Listened]
    started: NotRequired[Text | None]
    finished: NotRequired[Text | None]


class _Suite(TypedDict):
    __pydantic_config__ = _LOOSE  # type: ignore[misc]
    modality: Text
    digest: Text
    primary: NotRequired[list[Text]]
    margins: NotRequired[dict[Text, Annotated[float, Field(gt=0, le=2)]]]


class _Comparable(TypedDict):
    """What a comparison needs of a manifest."""

    __pydantic_config__ = _LOOSE  # type: ignore[misc]
    suites: dict[Text, _Suite]
    subject: dict[Text, Any]
    checkers: dict[Text, dict[Text, Text]]
    conditions: list[Text]


class _Row(TypedDict):
    __pydantic_config__ = _LOOSE  # type: ignore[misc]
    name: Text
    condition: Text | None
    claim_kind: Text | None
    family: Text | None
    value: float | None
    n: int


class _Controls(TypedDict):
    __pydantic_config__ = _LOOSE  # type: ignore[misc]
    cases: NotRequired[dict[Text, dict[Text, Any]]]
    modalities: NotRequired[dict[Text, dict[Text, list[_Row]]]]


_RECORD: TypeAdapter[_Record] = TypeAdapter(_Record)
_MANIFEST: TypeAdapter[_Manifest] = TypeAdapter(_Manifest)
_COMPARABLE: TypeAdapter[_Comparable] = TypeAdapter(_Comparable)
_CONTROLS: TypeAdapter[_Controls] = TypeAdapter(_Controls)


def record_fault(record: object) -> str | None:
    """What is wrong with a record, as "descriptions.0.text: expected …"; None where nothing is."""
    return _fault(_RECORD, record)


def manifest_fault(manifest: object) -> str | None:
    """What is wrong with the types of a manifest, or None."""
    return _fault(_MANIFEST, manifest)


def comparable_fault(manifest: object) -> str | None:
    """What a manifest lacks or has wrong for its run to be compared with another, or None."""
    return _fault(_COMPARABLE, manifest)


def controls_fault(controls: object) -> str | None:
    """What is wrong with the content of controls.json, or None."""
    return _fault(_CONTROLS, controls)


def _fault(shape: TypeAdapter[Any], value: object) -> str | None:
    try:
        shape.validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        # A key may be any text: shown as it is only where it is a plain name.
        names = (str(part) if str(part).isidentifier() else repr(part)[:60] for part in first["loc"])
        key = ".".join(names)
        return f"{key}: {first['msg']}" if key else first["msg"]
    return None
