"""Recorded replies, given again: an old run for new checkers, or artifacts that were made elsewhere.

    replay:RUN          a run folder (docs/records.md): its replies, descriptions and answers
    replay:FILE.jsonl   one artifact a line, by case id or by instruction

Where there is no description or answer on record the Failure is `absent`: it is left out of the new record,
which stays `ok`. A missing reply is an error like any other. What was recorded about an artifact counts for
exactly its bytes, and for the instruction that was in context: where a changed parser makes another artifact
of the reply, or a suite gives the case another partner, nothing is on record.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from grounding.errors import SubjectError
from grounding.subject import Answer, Failure, Request, Settings, Subject

RECORDS = "records.jsonl"
# An answer is recorded as what it was read as; these texts are read as that again.
SPOKEN = {"yes": "Yes.", "no": "No.", "unclear": ""}


@dataclass(frozen=True, slots=True)
class Told:
    """What is on record about one reply.

    where         file and line, for messages        reason    why there is no reply; None where there is one
    artifact      sha256 of what it was about; None: of whatever the reply is parsed to
    contexts      by condition: the id of the case that was shown; no entry: not on record
    descriptions  by condition                       success   by condition; under None: for every other one
    probes        by (condition, claim); condition None: for every other one
    """

    where: str
    reply: str | bytes | None
    reason: str | None = None
    suite: str | None = None
    artifact: str | None = None
    contexts: Mapping[str, str | None] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    probes: Mapping[tuple[str | None, str], Answer] = field(default_factory=dict)
    success: Mapping[str | None, Answer] = field(default_factory=dict)


Key = tuple[str, str, int]  # "case" or "instruction", its id or stripped text, sample


def replay(argument: str, settings: Settings) -> Subject:
    """Recorded replies again: replay:RUN (a run folder) or replay:FILE.jsonl (one artifact a line)."""
    from grounding.subjects.replay_lines import told_by_lines

    path = Path(argument).expanduser()
    if argument and path.is_dir():
        path = path / RECORDS
    if not argument or not path.is_file():
        raise SubjectError(
            f"replay needs a run folder or a JSONL file; there is none at {argument or '(nothing)'}"
        )
    told, digest = (told_by_run if path.name == RECORDS else told_by_lines)(path)
    return Replay(told, digest, settings, f"replay:{argument}")


class Replay:
    """Looks up each request by (case, sample), else by (instruction, sample); asks no model."""

    def __init__(self, told: Mapping[Key, Sequence[Told]], digest: str, settings: Settings, spec: str):
        self.spec = spec
        self.batch_size = settings.batch_size
        self._told = told
        self._digest = digest

    def fingerprint(self) -> dict[str, Any]:
        return {"kind": "replay", "digest": self._digest}

    def generate(self, batch: Sequence[Request]) -> list[str | bytes | Failure]:
        return [self._reply(request) for request in batch]

    def describe(self, batch: Sequence[Request]) -> list[str | Failure]:
        return [self._description(request) for request in batch]

    def probe(self, batch: Sequence[Request]) -> list[Answer | Failure]:
        return [self._answer(request) for request in batch]

    def _find(self, request: Request) -> Told | None:
        case = request.case
        for key in (
            ("case", case.id, request.sample),
            ("instruction", case.instruction.strip(), request.sample),
        ):
            found = self._told.get(key, ())
            # Case ids are unique within a suite; the suite decides where a run holds several.
            for told in found:
                if told.suite == case.suite or len(found) == 1:
                    return told
        return None

    def _reply(self, request: Request) -> str | bytes | Failure:
        told = self._find(request)
        if told is None:
            return Failure(f"replay has no reply for case {request.case.id} sample {request.sample}")
        return Failure(f"{told.where}: {told.reason}") if told.reply is None else told.reply

    def _about(self, request: Request) -> Told | Failure:
        """What is on record about this very artifact with this very instruction in context."""
        told, condition = self._find(request), request.condition or ""
        name = f"case {request.case.id} sample {request.sample}"
        if told is None:
            return Failure(f"replay has nothing on {name}", absent=True)
        if told.artifact and request.artifact and told.artifact != request.artifact.sha256:
            return Failure(
                f"{told.where}: what is on record for {name} is about another artifact", absent=True
            )
        shown = request.context.id if request.context else None
        if told.contexts.get(condition, shown) != shown:
            return Failure(
                f"{told.where}: {name} was described with {told.contexts[condition]} in context, not {shown}",
                absent=True,
            )
        return told

    def _description(self, request: Request) -> str | Failure:
        told, condition = self._about(request), request.condition or ""
        if isinstance(told, Failure):
            return told
        if condition not in told.descriptions:
            return Failure(f"{told.where}: no {condition} description", absent=True)
        return told.descriptions[condition]

    def _answer(self, request: Request) -> Answer | Failure:
        told, condition = self._about(request), request.condition or ""
        if isinstance(told, Failure):
            return told
        if request.claim is None:
            answer = told.success.get(condition, told.success.get(None))
        else:
            claim = str(request.claim)
            answer = told.probes.get((condition, claim), told.probes.get((None, claim)))
        if answer is None:
            return Failure(
                f"{told.where}: no {condition} answer on {request.claim or 'success'}", absent=True
            )
        return answer


# --- run folders --------------------------------------------------------------------------------------


def told_by_run(path: Path) -> tuple[dict[Key, list[Told]], str]:
    """The records of a run folder, and the digest of their bytes. A torn last line is left out."""
    told: dict[Key, list[Told]] = {}
    data = path.read_bytes()
    for where, record in numbered(path, data, torn_end=True):
        try:
            key: Key = ("case", str(record["case"]), int(record["sample"]))
            one = _from_record(path.parent, where, record)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SubjectError(f"{where}: not a record: {type(error).__name__}: {error}") from error
        # A retried record comes later in the file and counts.
        told[key] = [other for other in told.get(key, []) if other.suite != one.suite] + [one]
    return told, sha256(data).hexdigest()


def _from_record(folder: Path, where: str, record: Mapping[str, Any]) -> Told:
    described = {entry["condition"]: entry for entry in record.get("descriptions") or []}
    reply: str | bytes | None = record["reply"]
    stored = record.get("artifact")
    if reply is None and stored:  # a reply in bytes is not in the record; its parsed form is beside it
        reply = inside(folder, stored["path"], where).read_bytes()
    return Told(
        where,
        reply,
        reason=None if reply is not None else f"the record holds no reply ({record.get('reason')})",
        suite=record.get("suite"),
        artifact=stored["sha256"] if stored else None,
        contexts={condition: entry.get("context") for condition, entry in described.items()},
        descriptions={condition: entry["text"] for condition, entry in described.items()},
        probes={
            (condition, probe["claim"]): _answer(probe)
            for condition, entry in described.items()
            for probe in entry.get("probes") or []
        },
        success={
            condition: _answer(entry["success"])
            for condition, entry in described.items()
            if entry.get("success")
        },
    )


def _answer(recorded: Mapping[str, Any]) -> Answer:
    return Answer(SPOKEN[recorded["answer"]], recorded.get("p_yes"))


# --- reading lines ------------------------------------------------------------------------------------


def numbered(path: Path, data: bytes, torn_end: bool = False) -> Iterable[tuple[str, dict[str, Any]]]:
    """Each line's "FILE:LINE" and JSON object; empty lines are skipped. Raises SubjectError at a bad one.

    torn_end: a last line without its newline is what an interrupted writer left, and is dropped.
    """
    *lines, last = data.split(b"\n")
    if not torn_end:
        lines.append(last)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            value = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
            raise SubjectError(f"{where}: not JSON in UTF-8: {error}") from error
        if not isinstance(value, dict):
            raise SubjectError(f"{where}: expected a JSON object, found {type(value).__name__}")
        yield where, value


def inside(folder: Path, name: object, where: str) -> Path:
    """The file of that relative path, if it lies inside the folder by every link. Otherwise SubjectError."""
    if not isinstance(name, str) or not name or "\0" in name:
        raise SubjectError(f"{where}: a path is text, relative to {folder}")
    try:
        real = (folder / name).resolve()
        leaves = Path(name).is_absolute() or not real.is_relative_to(folder.resolve())
        missing = not real.is_file()
    except (OSError, RuntimeError, UnicodeEncodeError) as error:  # too long, a loop of links, lone surrogates
        raise SubjectError(f"{where}: {name[:200]!r} cannot be followed: {error}") from error
    if leaves:
        raise SubjectError(f"{where}: {name!r} leads out of {folder}; it must stay inside")
    if missing:
        raise SubjectError(f"{where}: no file {name!r} in {folder}")
    return real
