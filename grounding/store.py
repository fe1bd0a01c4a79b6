"""The run folder, read: a manifest, records a line each, artifacts by the sha256 of their bytes.

    DIR/run.json   DIR/records.jsonl   DIR/artifacts/SHA256.EXT   DIR/controls.json   DIR/.lock

It is written by `grounding.run_folder`. See docs/records.md for the fields, docs/reliability.md for faults.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from grounding.errors import RunFolderError
from grounding.modality import Artifact
from grounding.record_shape import controls_fault, manifest_fault, record_fault

SCHEMA = 1
FORMAT = "grounding-run"
MANIFEST, RECORDS, ARTIFACTS, CONTROLS, LOCK = (
    "run.json",
    "records.jsonl",
    "artifacts",
    "controls.json",
    ".lock",
)
# What must be equal for two halves of a run to be one run.
PINNED = ("suites", "subject", "checkers", "seed", "samples", "conditions", "settings", "listened")
STATUSES = ["ok", "malformed", "error"]
Record = dict[str, Any]


def read_manifest(folder: Path | str) -> dict[str, Any]:
    """The manifest. A folder that is none of ours, or of a later version: RunFolderError."""
    path = Path(folder) / MANIFEST
    try:
        manifest = _plain_json(path)
    except FileNotFoundError:
        raise RunFolderError(f"{folder}: no run folder (it has no {MANIFEST})") from None
    except (OSError, ValueError, RecursionError) as error:
        raise RunFolderError(f"{path}: not readable as a manifest: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise RunFolderError(f"{path}: not a manifest of a grounding run")
    if manifest.get("schema") != SCHEMA:
        raise RunFolderError(
            f"{path}: schema {manifest.get('schema')!r}, this version reads {SCHEMA}; "
            "use the version that wrote it"
        )
    if fault := manifest_fault(manifest):
        raise RunFolderError(f"{path}: not a manifest as docs/records.md has it: {fault}")
    return manifest


def lines(folder: Path | str) -> Iterator[tuple[int, Record]]:
    """The records with their line numbers, as they stand. A torn last line is left out; another bad line is
    a RunFolderError naming it."""
    path = Path(folder) / RECORDS
    if not path.exists():
        return
    _refuse_special(path)
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            whole = line.endswith(b"\n")
            try:
                record = json.loads(line, parse_constant=_refuse_constant)
                if not _is_record(record):
                    raise ValueError("not a record")
                if fault := record_fault(record):
                    raise ValueError(f"not a record as docs/records.md has it: {fault}")
            except (ValueError, RecursionError) as error:
                if not whole:
                    return
                raise RunFolderError(
                    f"{path}:{number}: {error}; remove the line (its case runs again with --resume)"
                ) from error
            if whole:
                yield number, record


def _is_record(record: Any) -> bool:
    return (
        isinstance(record, dict)
        and isinstance(record.get("case"), str)
        and type(record.get("sample")) is int
        and record.get("status") in STATUSES
    )


def read_records(folder: Path | str) -> Iterator[Record]:
    """The records of a run, streamed. Where a (case, sample) stands twice, the last one counts."""
    read_manifest(folder)
    last: dict[tuple[str, str, int], int] = {}
    repeated = False
    for number, record in lines(folder):
        repeated |= key(record) in last
        last[key(record)] = number
    for number, record in lines(folder):
        if not repeated or last[key(record)] == number:
            yield record


def key(record: Mapping[str, Any]) -> tuple[str, str, int]:
    return str(record.get("suite")), str(record["case"]), int(record["sample"])


def read_artifact(folder: Path | str, record: Mapping[str, Any]) -> Artifact | None:
    """The record's artifact, or None if it has none. RunFolderError for a path outside the folder or other bytes."""
    entry = record.get("artifact")
    if not entry:
        return None
    named = entry.get("path") if isinstance(entry, dict) else None
    if not isinstance(named, str) or "\0" in named:
        raise RunFolderError(f"{folder}: record of case {record.get('case')!r} names no artifact file")
    try:
        path = (Path(folder) / named).resolve()
        if path.parent != (Path(folder) / ARTIFACTS).resolve():
            raise RunFolderError(f"{folder}: artifact path {named[:200]!r} lies outside {ARTIFACTS}/")
        _refuse_special(path)
        artifact = Artifact(path.read_bytes(), path.suffix)
    except (OSError, RuntimeError, UnicodeEncodeError) as error:  # too long, a loop of links, lone surrogates
        why = f"artifact {named[:200]!r} not readable: {type(error).__name__}"
        raise RunFolderError(f"{folder}: {why}") from error
    if artifact.sha256 != entry.get("sha256"):
        raise RunFolderError(
            f"{path}: its bytes are not those that were judged (sha256 differs); restore the file"
        )
    return artifact


def read_controls(folder: Path | str) -> dict[str, Any] | None:
    """The controls' scores on the run's cases, or None."""
    path = Path(folder) / CONTROLS
    if not path.exists():
        return None
    try:
        controls = _plain_json(path)
    except (OSError, ValueError, RecursionError) as error:
        raise RunFolderError(f"{path}: not readable: {error}") from error
    if fault := controls_fault(controls):
        raise RunFolderError(f"{path}: not what controls score: {fault}")
    return dict(controls)


def _plain_json(path: Path) -> Any:
    """A file's JSON with finite numbers only: what is read is written again, as JSON that others can read."""
    _refuse_special(path)
    text = path.read_text("utf-8")
    return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:20]} is beyond every float")
    return number


def _refuse_special(path: Path) -> None:
    """A pipe or device in the place of a file would be read without end."""
    if path.exists() and not path.is_file():
        raise RunFolderError(f"{path}: not a plain file")


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What two manifests do not share, as "suite ascii_art: digest 12ab… here, 34cd… now"."""
    found = []
    for name in PINNED:
        unlike = _unlike(name, _pinned(old, name), _pinned(new, name))
        found += [f"{path}: {a} there, {b} now" for path, a, b in unlike]
    return found


def _pinned(manifest: Mapping[str, Any], name: str) -> Any:
    value = manifest.get(name)
    if name == "listened" and isinstance(value, Mapping):
        return {key: of for key, of in value.items() if key != "folder"}  # a folder may be moved
    return value


def _unlike(path: str, a: Any, b: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        for name in sorted({*a, *b}):
            yield from _unlike(f"{path}.{name}", a.get(name), b.get(name))
    elif a != b:
        yield path, json.dumps(a)[:80], json.dumps(b)[:80]


def encoded(record: Mapping[str, Any]) -> bytes:
    """A record as a line of JSON. ASCII only: lone surrogates and odd line ends stay inert. No NaN."""
    return (
        json.dumps(record, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"
    )
