"""The run folder, written: records are appended and flushed batch by batch, what is mended is replaced whole.

A kill loses at most the batches in flight. On resume a torn last line is dropped, and the records of errors and
of artifacts that are no longer there make way for their retry. See docs/reliability.md for every fault.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import warnings
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from grounding.errors import RepairWarning, RunFolderError
from grounding.modality import Artifact
from grounding.store import (
    ARTIFACTS,
    CONTROLS,
    FORMAT,
    LOCK,
    MANIFEST,
    RECORDS,
    SCHEMA,
    Record,
    differences,
    encoded,
    key,
    lines,
    read_artifact,
    read_manifest,
)

Key = tuple[str, str, int]
NAMED = 5  # damaged artifacts that are named one by one
ROOM = "make room and use --resume"
_HALF = re.compile(r"[0-9a-f]{64}\.\w+\.new")


class RunFolder:
    """A run folder that is being written; a context manager that holds its lock.

    expected  the keys that the run's records may have; None: any
    done      the keys of finished records after a resume; errors are not among them
    """

    def __init__(
        self,
        folder: Path | str,
        manifest: Mapping[str, Any],
        resume: bool = False,
        expected: Collection[Key] | None = None,
    ):
        """Raises RunFolderError when the folder holds another run, is locked, or cannot be written.

        A folder that is none of ours is left as it is.
        """
        self.path = Path(folder)
        # As JSON gives it back: a tuple in a fingerprint must equal the list that it is on disk.
        self.manifest = json.loads(json.dumps({"format": FORMAT, "schema": SCHEMA, **manifest}))
        self.done: set[Key] = set()
        self.counts: Counter[str] = Counter()
        self._file: IO[bytes] | None = None
        self._stored: set[str] = set()
        try:
            self._refuse_foreign()
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = (self.path / LOCK).open("a+b")
        except OSError as error:
            raise _unwritable(self.path, error) from error
        try:
            self._take_lock()
            self._open(resume, expected)
        except OSError as error:
            self._lock.close()
            raise _unwritable(self.path, error) from error
        except BaseException:
            self._lock.close()
            raise

    def _refuse_foreign(self) -> Mapping[str, Any] | None:
        """The manifest that is there, None without one."""
        if (self.path / MANIFEST).exists():
            return read_manifest(self.path)
        if (self.path / RECORDS).exists():
            raise RunFolderError(f"{self.path}: has {RECORDS} but no {MANIFEST}: not a run folder of ours")
        return None

    def _take_lock(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunFolderError(
                f"{self.path}: another process is writing this run; wait or use another --out"
            ) from None

    def _open(self, resume: bool, expected: Collection[Key] | None) -> None:
        old = self._refuse_foreign()  # once more: now nobody else can make it
        if old is not None:
            if not resume:
                raise RunFolderError(f"{self.path}: holds a run already; use --resume, or another --out")
            unlike = differences(old, self.manifest)
            if unlike:
                raise RunFolderError(f"{self.path}: was made otherwise, not resumed: {'; '.join(unlike)}")
            self.manifest["started"] = old.get("started", self.manifest.get("started"))
            self._mend(surveyed(self.path, expected))
        (self.path / ARTIFACTS).mkdir(exist_ok=True)
        for name in os.listdir(self.path / ARTIFACTS):
            if _HALF.fullmatch(name):  # a kill left it half written
                (self.path / ARTIFACTS / name).unlink()
        self._write_manifest()
        self._file = (self.path / RECORDS).open("ab")

    def _mend(self, kept: Kept) -> None:
        self.done, self.counts = set(kept.numbers), kept.counts
        path, new = self.path / RECORDS, self.path / f"{RECORDS}.new"
        for note in kept.notes:
            warnings.warn(note, RepairWarning, stacklevel=5)
        if kept.torn is not None:
            os.truncate(path, kept.torn)
        if not kept.whole:
            wanted = set(kept.numbers.values())
            with _removed_if_failed(new), new.open("wb") as file, path.open("rb") as old:
                file.writelines(line for number, line in enumerate(old, 1) if number in wanted)
                _synced(file)
            new.replace(path)

    def add(self, records: Iterable[Record], artifacts: Iterable[Artifact]) -> None:
        """Append a batch: the artifacts first, so that no record names one that is not there."""
        assert self._file is not None
        for artifact in artifacts:
            self._store(artifact)
        batch = list(records)
        try:
            self._file.write(b"".join(encoded(record) for record in batch))
            self._file.flush()
        except OSError as error:
            raise RunFolderError(
                f"{self.path}: records cannot be written ({error.strerror or error}); {ROOM}"
            ) from error
        self.counts.update(str(record["status"]) for record in batch)

    def _store(self, artifact: Artifact) -> None:
        name = f"{artifact.sha256}{artifact.ext}"
        if name in self._stored:
            return
        path = self.path / ARTIFACTS / name
        new = path.with_name(f"{name}.new")
        try:
            if not (path.is_file() and path.read_bytes() == artifact.data):
                with _removed_if_failed(new):
                    new.write_bytes(artifact.data)
                    new.replace(path)
        except OSError as error:
            raise RunFolderError(
                f"{path}: artifact cannot be written ({error.strerror or error}); {ROOM}"
            ) from error
        self._stored.add(name)

    def finish(self, finished: str | None) -> None:
        """Write the manifest with the counts by status, and the time if the run came to its end.

        Without a time something else has stopped the run, and is to be reported: what fails here is not.
        """
        self.manifest |= {"finished": finished, "counts": dict(sorted(self.counts.items()))}
        if finished is None:
            with suppress(RunFolderError):
                self._write_manifest()
            return
        assert self._file is not None
        _synced(self._file)
        self._write_manifest()

    def write_controls(self, controls: Mapping[str, Any]) -> None:
        _replace(self.path / CONTROLS, json.dumps(controls, indent=1))

    def _write_manifest(self) -> None:
        _replace(self.path / MANIFEST, json.dumps(self.manifest, indent=1, sort_keys=True))

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            with suppress(
                OSError
            ):  # all of worth was flushed; what a full disk refused is refused again here
                self._file.close()
        self._lock.close()


# --- what is kept of a run that is resumed ----------------------------------------------------------


@dataclass
class Kept:
    """What a resumed run builds on.

    numbers  the line of each finished record         torn   where a torn last line begins, None without one
    whole    whether these are all lines there are    notes  a line for people on each damage
    """

    numbers: dict[Key, int] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    torn: int | None = None
    whole: bool = True
    notes: list[str] = field(default_factory=list)


def surveyed(folder: Path, expected: Collection[Key] | None) -> Kept:
    """The finished records. The last line of a (case, sample) counts, as everywhere; an error is not finished,
    nor is a record whose artifact is not there as it was judged.

    Raises RunFolderError naming a line that is no record, or none of this run's.
    """
    kept, path = Kept(), folder / RECORDS
    last: dict[Key, tuple[int, str]] = {}
    sound: set[str] = set()  # artifacts that were read
    total = 0
    for number, record in lines(folder):
        total = number
        if expected is not None and key(record) not in expected:
            raise RunFolderError(
                f"{path}:{number}: case {record['case']!r}, sample {record['sample']}, of suite "
                f"{record.get('suite')!r} is not of this run; remove the line"
            )
        fault = _artifact_fault(folder, record, sound)
        if fault:
            kept.notes.append(f"{path}:{number}: {fault}; its case runs again")
        last[key(record)] = number, "error" if fault else record["status"]
    if len(kept.notes) > NAMED:
        kept.notes[NAMED:] = [f"{path}: {len(kept.notes) - NAMED} more of their artifacts likewise"]
    for name, (number, status) in last.items():
        if status != "error":
            kept.numbers[name] = number
            kept.counts[status] += 1
    kept.whole = len(kept.numbers) == total
    kept.torn = _torn(path)
    if kept.torn is not None:
        kept.notes.append(f"{path}:{total + 1}: the last line is torn and dropped; its case runs again")
    return kept


def _artifact_fault(folder: Path, record: Record, sound: set[str]) -> str | None:
    """Why the record's artifact is not as it was judged; None if it is, or if there is none."""
    entry = record.get("artifact")
    if record["status"] == "error" or not entry or entry.get("sha256") in sound:
        return None
    try:
        read_artifact(folder, record)
    except RunFolderError as error:
        return str(error)
    sound.add(entry["sha256"])
    return None


def _torn(path: Path) -> int | None:
    """Where the last line begins if it has no end."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        at = 0
        for line in file:
            if not line.endswith(b"\n"):
                return at
            at += len(line)
    return None


# --- writing ----------------------------------------------------------------------------------------


def _replace(path: Path, text: str) -> None:
    new = path.with_name(path.name + ".new")
    try:
        with _removed_if_failed(new):
            with new.open("w", encoding="utf-8") as file:
                file.write(text + "\n")
                _synced(file)
            new.replace(path)
    except OSError as error:
        raise RunFolderError(f"{path}: cannot be written ({error.strerror or error}); {ROOM}") from error


def _synced(file: IO[Any]) -> None:
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def _removed_if_failed(path: Path) -> Iterator[None]:
    """Takes a half-written file away when writing it failed."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def _unwritable(path: Path, error: OSError) -> RunFolderError:
    return RunFolderError(f"{path}: cannot be written: {error.strerror or error}")
