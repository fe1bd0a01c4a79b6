"""How often the checkers and the reader err, beside a run's rates as they were found and as corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grounding.qualify import FLOORS, MOST_ABSTENTION
from grounding.report.metrics import NOTHING, number

EXPECTED = {name: f"below {floor}" for name, floor in FLOORS.items()}
EXPECTED["abstention"] = f"above {MOST_ABSTENTION}"
RATES = ("sensitivity", "specificity", "abstention")


@dataclass(frozen=True, slots=True)
class Cell:
    """A rate as text. `missed` says in words what is expected of it where it is not reached; `why` it is null."""

    value: str
    interval: str
    n: int | None = None
    missed: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class KindRow:
    """A row of the table: all claims, those of a checker, or those of a claim kind."""

    label: str
    kind: bool
    checker: str
    rates: Sequence[Cell]
    labelled: int
    originals: int
    wrong: int
    raw: Cell | None
    corrected: Cell | None


@dataclass(frozen=True, slots=True)
class ReaderRow:
    split: str
    texts: int
    precision: Cell
    recall: Cell
    polarity_errors: int


@dataclass(frozen=True, slots=True)
class ErrorRates:
    """The section; with `why` there are no rates, for that reason."""

    why: str
    lead: str
    rows: Sequence[KindRow]
    reader: Sequence[ReaderRow]


def error_rates(found: Mapping[str, Any], table: Sequence[Mapping[str, Any]]) -> ErrorRates:
    """The section from a modality's `error_rates` and the metric rows of the run."""
    if "why_null" in found:
        return ErrorRates(str(found["why_null"]), "", (), ())
    raw = {
        m["claim_kind"]: m
        for m in table
        if m["name"] == "grounding" and m["claim_kind"] is not None and m["family"] is None
    }
    checkers = ", ".join(f"{name} {version}" for name, version in found["checkers"].items())
    lead = (
        f"{found['artifacts']} labelled artifacts, made from {found['originals']} originals, "
        f"split {str(found['split']).replace('_', ' ')}; checkers {checkers}."
    )
    rows = [_row(row, raw.get(row["claim_kind"])) for row in found["rows"]]
    return ErrorRates("", lead, rows, [_reader(row) for row in found["reader"]])


def _row(row: Mapping[str, Any], raw: Mapping[str, Any] | None) -> KindRow:
    kind = row["claim_kind"]
    name = kind or (f"all of {row['checker']}" if row["checker"] else "all kinds")
    return KindRow(
        label=name if row["decidable"] else f"{name} (never decided)",
        kind=kind is not None,
        checker=row["checker"] or "",
        rates=[_rate(row[r], EXPECTED[r] if r in row["below"] else "") for r in RATES],
        labelled=row["n"],
        originals=row["clusters"],
        wrong=row["wrong"],
        raw=_share(raw) if raw else None,
        corrected=_share(raw["corrected"]) if raw and "corrected" in raw else None,
    )


def _reader(row: Mapping[str, Any]) -> ReaderRow:
    return ReaderRow(
        row["split"].replace("_", " "),
        row["texts"],
        _rate(row["precision"]),
        _rate(row["recall"]),
        row["polarity_errors"],
    )


def _rate(given: Mapping[str, Any], missed: str = "") -> Cell:
    """Three decimals, for .997 and 1 are far apart here; four where a rate just misses what is expected."""
    if given["value"] is None:
        return Cell(NOTHING, "", given["n"], why=str(given["why_null"]))
    ends = given["interval"]
    between = f"{ends[0]:.3f} to {ends[1]:.3f}" if ends else ""
    return Cell(f"{given['value']:.{4 if missed else 3}f}", between, given["n"], missed)


def _share(given: Mapping[str, Any]) -> Cell:
    if given["value"] is None:
        return Cell(NOTHING, "", why=str(given["why_null"]))
    ends = given["interval"]
    between = f"{number(ends[0])} to {number(ends[1])}" if ends else ""
    return Cell(
        number(given["value"]), between, given.get("n"), "put to the end" if given.get("clipped") else ""
    )
