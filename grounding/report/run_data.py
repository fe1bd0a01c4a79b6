"""What the report is drawn from, and how it is read from a run folder in two passes.

The first pass ranks every record and remembers its line; the second keeps the chosen ones. So a run of a
million records needs memory for a million small tuples and for the cases that are shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from grounding import store
from grounding.errors import RunFolderError
from grounding.report.marks import Record, Relate, group, relate_by
from grounding.report.texts import short

NEEDED = (
    "suite", "family", "partner", "modality", "instruction", "reply", "reason", "artifact", "expected",
    "context_claims", "observed", "descriptions",
)  # fmt: skip
MAX_CONTEXT = 200  # characters kept of the instruction that was in context


@dataclass(frozen=True, slots=True)
class RunData:
    """One run, as `render` takes it.

    score         the score dictionary of the run folder, {} where there is none
    records       the records to show, in any order; `left_out` more exist in `folder`
    groups        how many records of each group there are, shown or not; {}: count the records
    artifacts     sha256 → stored bytes
    instructions  case id → instruction, to name what was in context when a partner's was
    relations     modality → relation over canonical claims; without one, a claim entails itself only
    cases, samples   how many there are in the whole run; 0: count the records
    """

    folder: str
    manifest: Mapping[str, Any]
    score: Mapping[str, Any]
    records: Sequence[Record]
    artifacts: Mapping[str, bytes] = field(default_factory=dict)
    instructions: Mapping[str, str] = field(default_factory=dict)
    relations: Mapping[str, Relate] = field(default_factory=dict)
    groups: Mapping[int, int] = field(default_factory=dict)
    left_out: int = 0
    cases: int = 0
    samples: int = 0


def read_run(folder: Path, limit: int, score: Callable[[Path], Mapping[str, Any]]) -> RunData:
    """The run in the folder with its first `limit` records in the report's order.

    Of several records of one case and sample the last counts. Raises RunFolderError for a folder that cannot
    be read or a record that lacks a field.
    """
    manifest = store.read_manifest(folder)
    relations: dict[str, Relate] = {}
    instructions: dict[str, str] = {}
    last: dict[tuple[str, str, int], tuple[int, int]] = {}  # (suite, case, sample) → (group, line)
    for number, record in store.lines(folder):
        try:
            missing = next((field for field in NEEDED if field not in record), None)
            if missing:
                raise KeyError(missing)
            name = record["modality"]
            if name not in relations:
                relations[name] = relate_by(name)
            last[store.key(record)] = group(record, relations[name]), number
            instructions.setdefault(record["case"], short(record["instruction"], MAX_CONTEXT))
        except KeyError as error:
            raise RunFolderError(f"{folder}: record {number} lacks {error}; see docs/records.md") from error
    chosen = sorted(last.values())[: max(0, limit)]
    wanted = {number for _, number in chosen}
    kept = {number: record for number, record in store.lines(folder) if number in wanted}
    records = [kept[number] for _, number in chosen]
    return RunData(
        folder=str(folder),
        manifest=manifest,
        score=score(folder),
        records=records,
        artifacts=_artifacts(folder, records),
        instructions=instructions,
        relations=relations,
        groups=Counter(group for group, _ in last.values()),
        left_out=len(last) - len(chosen),
        cases=len({key[:2] for key in last}),
        samples=len({key[2] for key in last}),
    )


def read_cases(
    folder: Path | str, keys: Collection[tuple[str, str, int]]
) -> dict[tuple[str, str, int], Record]:
    """The records of some cases by (suite, case, sample); of several attempts the last."""
    found: dict[tuple[str, str, int], Record] = {}
    for _, record in store.lines(folder):
        if store.key(record) in keys:
            found[store.key(record)] = record
    return found


def with_artifacts(run: RunData, records: Sequence[Record]) -> RunData:
    """The run with the artifacts of these records too."""
    return replace(run, artifacts={**run.artifacts, **_artifacts(Path(run.folder), records)})


def _artifacts(folder: Path, records: Sequence[Record]) -> dict[str, bytes]:
    """The stored artifacts of the records; one that cannot be read is left out: the report says so there."""
    found: dict[str, bytes] = {}
    for record in records:
        try:
            artifact = store.read_artifact(folder, record)
        except RunFolderError:
            continue
        if artifact is not None:
            found[record["artifact"]["sha256"]] = artifact.data
    return found
