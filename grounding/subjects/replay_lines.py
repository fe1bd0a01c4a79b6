"""The plain JSONL of `replay`: artifacts that were made elsewhere, and what was said about them.

    {"case": "word-7-0-a", "artifact": "…"}
    {"instruction": "Draw a circle.", "artifact_path": "art/1.txt", "sample": 0,
     "descriptions": {"blind": "A square.", "instructed": "A circle."},
     "probes": {"shape(circle)": "Yes."}, "success": "Yes."}

    case, instruction         at least one; an instruction is compared without the space around it
    artifact, artifact_path   exactly one: the reply as text, or a file inside this file's folder
    sample                    0 unless given
    descriptions              {condition: text} or [{"condition", "text"}]
    probes                    {claim: answer}, or [{"claim", "answer", "p_yes"?, "condition"?}]
    success                   an answer, or [{"answer", "p_yes"?, "condition"?}]

An answer is the words that were said. Without a condition it counts in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from grounding.claims import Claim
from grounding.errors import ClaimError, SubjectError
from grounding.subject import Answer
from grounding.subjects.replay import Key, Told, inside, numbered

KNOWN = (
    "case", "instruction", "sample", "artifact", "artifact_path", "descriptions", "probes", "success",
)  # fmt: skip
CONDITIONS = ("blind", "instructed", "swapped", "presented")


def told_by_lines(path: Path) -> tuple[dict[Key, list[Told]], str]:
    """What each line tells, and a digest of the file and of every artifact file that it names."""
    told: dict[Key, list[Told]] = {}
    data = path.read_bytes()
    digest = sha256(data)
    for where, line in numbered(path, data):
        unknown = [key if key.isidentifier() else repr(key[:60]) for key in sorted(set(line) - set(KNOWN))]
        if unknown:
            raise SubjectError(f"{where}: unknown key {', '.join(unknown)}; known: {', '.join(KNOWN)}")
        one = Told(
            where,
            _reply(path.parent, where, line),
            descriptions=_descriptions(where, line.get("descriptions")),
            probes=_probes(where, line.get("probes")),
            success=_success(where, line.get("success")),
        )
        if "artifact_path" in line:
            content = one.reply if isinstance(one.reply, bytes) else str(one.reply).encode()
            digest.update(sha256(content).digest())
        for key in _keys(where, line):
            if key in told:
                raise SubjectError(
                    f"{where}: {key[0]} {key[1]!r} sample {key[2]} stands at {told[key][0].where} too; "
                    'set "sample"'
                )
            told[key] = [one]
    return told, digest.hexdigest()


def _keys(where: str, line: Mapping[str, Any]) -> list[Key]:
    sample = line.get("sample", 0)
    if isinstance(sample, bool) or not isinstance(sample, int) or sample < 0:
        raise SubjectError(f"{where}: sample is a whole number from 0, got {sample!r}")
    keys = [
        (name, _text(where, name, line[name]).strip(), sample)
        for name in ("case", "instruction")
        if name in line
    ]
    if not keys:
        raise SubjectError(f'{where}: needs "case" or "instruction"')
    return keys


def _reply(folder: Path, where: str, line: Mapping[str, Any]) -> str | bytes:
    if ("artifact" in line) == ("artifact_path" in line):
        raise SubjectError(f'{where}: needs exactly one of "artifact" and "artifact_path"')
    if "artifact" in line:
        return _text(where, "artifact", line["artifact"])
    data = inside(folder, line["artifact_path"], where).read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:  # an image, say
        return data


def _descriptions(where: str, given: Any) -> dict[str, str]:
    pairs = list(given.items()) if isinstance(given, dict) else None
    if given is None:
        pairs = []
    elif isinstance(given, list):
        entries = [_entry(where, "descriptions", entry, ("condition", "text"), ()) for entry in given]
        pairs = [(entry["condition"], entry["text"]) for entry in entries]
    if pairs is None:
        raise SubjectError(f'{where}: descriptions is {{condition: text}} or [{{"condition", "text"}}]')
    found: dict[str, str] = {}
    for condition, text in pairs:
        if _condition(where, condition) in found:
            raise SubjectError(f"{where}: two {condition} descriptions")
        found[condition] = _text(where, f"the {condition} description", text)
    return found


def _probes(where: str, given: Any) -> dict[tuple[str | None, str], Answer]:
    if isinstance(given, dict):
        given = [{"claim": claim, "answer": answer} for claim, answer in given.items()]
    if not isinstance(given, list | None):
        raise SubjectError(f'{where}: probes is {{claim: answer}} or [{{"claim", "answer"}}]')
    found: dict[tuple[str | None, str], Answer] = {}
    for entry in given or []:
        _entry(where, "probes", entry, ("claim", "answer"), ("p_yes", "condition"))
        try:
            claim = str(Claim.parse(entry["claim"]))
        except ClaimError as error:
            raise SubjectError(f"{where}: probes: {error}") from error
        key = (_condition(where, entry.get("condition")), claim)
        if key in found:
            raise SubjectError(f"{where}: two answers on {claim}")
        found[key] = _answer(where, entry)
    return found


def _success(where: str, given: Any) -> dict[str | None, Answer]:
    if isinstance(given, str):
        given = [{"answer": given}]
    if not isinstance(given, list | None):
        raise SubjectError(f'{where}: success is an answer or [{{"answer", "condition"}}]')
    found: dict[str | None, Answer] = {}
    for entry in given or []:
        _entry(where, "success", entry, ("answer",), ("p_yes", "condition"))
        condition = _condition(where, entry.get("condition"))
        if condition in found:
            raise SubjectError(f"{where}: two answers on success")
        found[condition] = _answer(where, entry)
    return found


def _entry(
    where: str, of: str, entry: Any, needed: tuple[str, ...], allowed: tuple[str, ...]
) -> dict[str, Any]:
    keys = set(entry) if isinstance(entry, dict) else set()
    if not isinstance(entry, dict) or set(needed) - keys or keys - {*needed, *allowed}:
        optional = f" and may have {', '.join(allowed)}" if allowed else ""
        raise SubjectError(f"{where}: an entry of {of} has {', '.join(needed)}{optional}")
    return entry


def _condition(where: str, given: Any) -> Any:
    if given is not None and given not in CONDITIONS:
        raise SubjectError(f"{where}: unknown condition {given!r}; known: {', '.join(CONDITIONS)}")
    return given


def _answer(where: str, entry: Mapping[str, Any]) -> Answer:
    p_yes = entry.get("p_yes")
    if p_yes is not None and (
        isinstance(p_yes, bool) or not isinstance(p_yes, int | float) or not 0 <= p_yes <= 1
    ):
        raise SubjectError(f"{where}: p_yes is a number from 0 to 1, got {p_yes!r}")
    return Answer(_text(where, "an answer", entry["answer"]), p_yes)


def _text(where: str, what: str, value: Any) -> str:
    if not isinstance(value, str):
        raise SubjectError(f"{where}: {what} is text, found {type(value).__name__}")
    return value
