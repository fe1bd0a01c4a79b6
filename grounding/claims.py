"""The words of the domain: Claim, Verdict, Statement, and how two claims can be related.

    claim = name "(" [arg *("," arg)] ")"          name = [a-z][a-z0-9_]*
    arg   = claim | int | JSON string | bare       bare = words of [A-Za-z0-9_.-] joined by one space

The canonical form (`str(claim)`) puts ", " between arguments and quotes only what is not bare or would
read as an int. `Claim.parse(str(c)) == c` for every claim.

Which predicates exist, with how many arguments, is a modality's business (`grounding.modality`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from grounding.errors import ClaimError

Value = Literal["holds", "fails", "unknown"]
Polarity = Literal["asserted", "denied"]
Relation = Literal["entails", "excludes", "none"]
Arg = "Claim | int | str"

HOLDS: Value = "holds"
FAILS: Value = "fails"
UNKNOWN: Value = "unknown"
ASSERTED: Polarity = "asserted"
DENIED: Polarity = "denied"
ENTAILS: Relation = "entails"
EXCLUDES: Relation = "excludes"
NONE: Relation = "none"

MAX_LENGTH = 10_000  # characters: longer text is no claim that a person wrote, and bounds the parser's work
MAX_DEPTH = 16  # nested claims: `before(did(pickup(x)), …)` needs 3; a bound keeps hostile text off the stack
MAX_DIGITS = 100  # any honest number, and well below where a float overflows or Python refuses to convert

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_BARE = re.compile(r"[A-Za-z0-9_.\-]+(?: [A-Za-z0-9_.\-]+)*")
_INT = re.compile(r"-?[0-9]+")
_SPACE = re.compile(r"[ \t]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')


@dataclass(frozen=True, slots=True)
class Claim:
    """An atomic checkable statement, for example `Claim("count", ("red circle", 2))`.

    `args` holds claims, ints and strings. `str(claim)` is canonical; equality and hash follow the fields.
    """

    name: str
    args: tuple[Any, ...] = ()

    @staticmethod
    def parse(text: str) -> Claim:
        """Read one claim. Raises ClaimError with the position of the first character that does not fit."""
        if not isinstance(text, str):
            raise ClaimError(f"a claim is text, not {type(text).__name__}", 0)
        if len(text) > MAX_LENGTH:
            raise ClaimError(f"a claim has at most {MAX_LENGTH} characters, this has {len(text)}", MAX_LENGTH)
        start = _space(text, 0)
        claim, end = _claim(text, start, 0)
        end = _space(text, end)
        if end != len(text):
            raise _wrong(text, end, "the end of the claim")
        return claim

    def __str__(self) -> str:
        return f"{self.name}({', '.join(_written(a) for a in self.args)})"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a checker found about a claim on an artifact.

    value     "holds", "fails" or "unknown"; unknown is an honest answer and never counts as 0 or 1
    checker   "name/version" of the checker that decided
    evidence  JSON-able, for a person: `reason` (one line) and places, for example `cells` [[row, column], …]
    """

    claim: Claim
    value: Value
    checker: str
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def decided(self) -> bool:
        return self.value != UNKNOWN

    def json(self) -> dict[str, Any]:
        """The verdict as the contract's JSON object."""
        return {
            "claim": str(self.claim),
            "verdict": self.value,
            "checker": self.checker,
            "evidence": dict(self.evidence),
        }


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim read from a text: asserted or denied, at `span` = (start, end) in code points."""

    claim: Claim
    polarity: Polarity
    span: tuple[int, int]

    def json(self) -> dict[str, Any]:
        return {"claim": str(self.claim), "polarity": self.polarity, "span": list(self.span)}


def _written(arg: Any) -> str:
    if isinstance(arg, Claim | int):
        return str(arg)
    if _BARE.fullmatch(arg) and not _INT.fullmatch(arg):
        return str(arg)
    # Readable where printable; what could move a cursor or break UTF-8 (controls, bidi, surrogates) is escaped.
    return "".join(
        c if c.isprintable() or c == " " else json.dumps(c)[1:-1] for c in json.dumps(arg, ensure_ascii=False)
    )


def _wrong(text: str, at: int, wanted: str) -> ClaimError:
    found = repr(text[at : at + 12]) if at < len(text) else "the end"
    return ClaimError(f"claim {text[:60]!r}, position {at}: expected {wanted}, found {found}", at)


def _space(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]


def _claim(text: str, at: int, depth: int) -> tuple[Claim, int]:
    if depth > MAX_DEPTH:
        raise ClaimError(f"claim nested deeper than {MAX_DEPTH} at position {at}", at)
    name = _NAME.match(text, at)
    if not name:
        raise _wrong(text, at, "a predicate name ([a-z][a-z0-9_]*)")
    at = name.end()
    if text[at : at + 1] != "(":
        raise _wrong(text, at, '"("')
    at = _space(text, at + 1)
    args: list[Any] = []
    if text[at : at + 1] != ")":
        while True:
            arg, at = _arg(text, at, depth)
            args.append(arg)
            at = _space(text, at)
            if text[at : at + 1] == ")":
                break
            if text[at : at + 1] != ",":
                raise _wrong(text, at, '"," or ")"')
            at = _space(text, at + 1)
    return Claim(name.group(), tuple(args)), at + 1


def _arg(text: str, at: int, depth: int) -> tuple[Any, int]:
    if text[at : at + 1] == '"':
        string = _STRING.match(text, at)
        if not string:
            raise _wrong(text, at, "a JSON string")
        return json.loads(string.group()), string.end()
    name = _NAME.match(text, at)
    if name and text[name.end() : name.end() + 1] == "(":
        return _claim(text, at, depth + 1)
    bare = _BARE.match(text, at)
    if not bare:
        raise _wrong(text, at, "an argument (a claim, an int, a JSON string or bare words)")
    word = bare.group()
    if not _INT.fullmatch(word):
        return word, bare.end()
    if len(word.lstrip("-")) > MAX_DIGITS:
        raise ClaimError(f"an int in a claim has at most {MAX_DIGITS} digits, position {at}", at)
    return int(word), bare.end()
