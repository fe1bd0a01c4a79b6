"""Suite files: YAML, loaded safely, refused with the file, line and key that are wrong. See docs/suites.md.

A suite is named by its file (a path) or by the name of one that is shipped.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from grounding.cases import Case, Suite, select, with_partners
from grounding.claims import EXCLUDES
from grounding.errors import ClaimError, RegistryError, SuiteError
from grounding.metrics import MARGINS, PRIMARY
from grounding.modality import Modality, claim_for, modality
from grounding.plain_yaml import Source, model

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")]
Margin = Annotated[float, Field(gt=0, le=1)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]


def _metric_of(known: Collection[str]) -> AfterValidator:
    def check(name: str) -> str:
        if name not in known:
            raise ValueError(f"unknown metric {name!r}; known: {', '.join(sorted(known))}")
        return name

    return AfterValidator(check)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class FamilyEntry(_Strict):
    """A seeded family of the modality and how many of its cases."""

    family: Name
    n: int = Field(ge=1, le=1_000_000)


class CaseEntry(_Strict):
    """A hand-written case."""

    id: Name
    instruction: Text
    expects: list[Text] = Field(min_length=1)
    family: Name = "cases"
    cluster: Name | None = None
    level: Literal["easy", "medium", "hard"] = "easy"
    partner: Name | None = None
    oracle: str | None = None
    data: dict[str, Any] = Field(default_factory=dict)


class SuiteFile(_Strict):
    """The keys of a suite file."""

    name: Name
    modality: Name
    description: str = ""
    seed: int = 0
    primary: list[Annotated[str, _metric_of(PRIMARY)]] = Field(default_factory=list)
    margins: dict[Annotated[str, _metric_of(MARGINS)], Margin] = Field(default_factory=dict)
    families: list[FamilyEntry] = Field(default_factory=list)
    cases: list[CaseEntry] = Field(default_factory=list)


def folder() -> Path:
    """Where the shipped suites lie: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / "suites_shipped"
    return inside if inside.is_dir() else package.parent / "suites"


def shipped() -> dict[str, Path]:
    """The shipped suites by name."""
    return {path.stem: path for path in sorted(folder().glob("*.yaml"))}


def find(name: str) -> Path:
    """The file of a suite given by path or shipped name. Raises SuiteError naming what is known."""
    path = Path(name)
    if path.suffix in (".yaml", ".yml"):
        if path.is_file():
            return path
        raise SuiteError(f"{name}: no such suite file")
    known = shipped()
    if name not in known:
        raise SuiteError(
            f"unknown suite {name!r}; shipped: {', '.join(known) or 'none'}; or give a .yaml file"
        )
    return known[name]


def load(name: str, n: int | None = None, seed: int | None = None) -> Suite:
    """The suite of a name or path.

    n     at most so many cases in all, dealt evenly over its families; families grow if it takes more
    seed  other than the file's: fresh cases from the seeded families

    Raises SuiteError as `FILE:LINE: KEY: what is wrong`, RegistryError for an unknown modality.
    """
    path = find(name)
    source = Source(path, SuiteError, "suite", "suites")
    spec = model(source, SuiteFile)
    try:
        of = modality(spec.modality)
    except RegistryError as error:
        raise SuiteError(f"{path}:{source.line(('modality',))}: modality: {error}") from error
    chosen_seed = spec.seed if seed is None else seed
    return _suite(source, spec, of, n, chosen_seed)


def _suite(source: Source, spec: SuiteFile, of: Modality, n: int | None, seed: int) -> Suite:
    hand = [_hand_written(source, i, entry, of) for i, entry in enumerate(spec.cases)]
    hand = with_partners(hand, of.relation, seed)
    cases = [*_seeded(source, spec, of, n, seed, len({c.family for c in hand})), *hand]
    if not cases:
        raise SuiteError(f"{source.path}:1: families, cases: the suite has no case")
    _check_ids(source, spec, cases)
    _check_partners(source, spec, cases, of)
    named = tuple(replace(case, suite=spec.name) for case in cases)
    plan = tuple(spec.primary), tuple(sorted(spec.margins.items()))
    return Suite(spec.name, spec.modality, named, seed, spec.description, *plan)


def _check_ids(source: Source, spec: SuiteFile, cases: Sequence[Case]) -> None:
    seen = {case.id for case in cases[: len(cases) - len(spec.cases)]}
    for i, entry in enumerate(spec.cases):
        if entry.id in seen:
            raise SuiteError(
                f"{source.path}:{source.line(('cases', i, 'id'))}: id: {entry.id!r} stands twice"
            )
        seen.add(entry.id)


def _check_partners(source: Source, spec: SuiteFile, cases: Sequence[Case], of: Modality) -> None:
    """A partner set by hand is of the same family and has a claim that excludes one of the case's."""
    by_id = {case.id: case for case in cases}
    for i, entry in enumerate(spec.cases):
        if entry.partner is None:
            continue
        where = f"{source.path}:{source.line(('cases', i, 'partner'))}: partner"
        other, case = by_id.get(entry.partner), by_id[entry.id]
        if other is None or other is case:
            raise SuiteError(f"{where}: no other case {entry.partner!r}")
        if other.family != case.family:
            raise SuiteError(f"{where}: {other.id!r} is of family {other.family}, not {case.family}")
        if not any(
            EXCLUDES in (of.relation(a, b), of.relation(b, a)) for a in other.expects for b in case.expects
        ):
            raise SuiteError(f"{where}: no claim of {other.id!r} excludes one of {case.id!r}")


def chosen(suite: Suite, n: int | None) -> list[Case]:
    """The cases to run: all, or n dealt evenly over the families. Partners may lie outside."""
    return select(suite.cases, n)


def _seeded(
    source: Source,
    spec: SuiteFile,
    of: Modality,
    n: int | None,
    seed: int,
    others: int,
) -> list[Case]:
    each = -(-(n or 0) // max(1, len(spec.families) + others))  # an even share, rounded up
    cases: list[Case] = []
    for i, entry in enumerate(spec.families):
        if any(entry.family == other.family for other in spec.families[:i]):
            where = f"{source.path}:{source.line(('families', i, 'family'))}: family"
            raise SuiteError(f"{where}: {entry.family!r} stands twice; give one entry a larger n")
        if entry.family not in of.families:
            raise SuiteError(
                f"{source.path}:{source.line(('families', i, 'family'))}: family: "
                f"{of.name} has no family {entry.family!r}; known: {', '.join(of.families)}"
            )
        cases += of.cases(entry.family, max(entry.n, each), seed)
    return cases


def _hand_written(source: Source, i: int, entry: CaseEntry, of: Modality) -> Case:
    expects = []
    for j, text in enumerate(entry.expects):
        try:
            expects.append(claim_for(of, text))
        except ClaimError as error:
            raise SuiteError(
                f"{source.path}:{source.line(('cases', i, 'expects', j))}: expects: {error}"
            ) from error
    return Case(
        id=entry.id,
        modality=of.name,
        instruction=entry.instruction,
        expects=tuple(dict.fromkeys(expects)),
        family=entry.family,
        cluster=entry.cluster or entry.id,
        level=entry.level,
        partner=entry.partner,
        oracle=entry.oracle,
        data=entry.data,
    )
