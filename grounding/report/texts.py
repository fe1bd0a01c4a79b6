"""Text from models and files, made safe to look at: inert, clipped, and cut at the spans of statements.

Escaping for HTML is the template's work (autoescape). Here is what escaping leaves: characters that move a
cursor, reverse the reading direction, hide, or are too many.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

# Letters by category that nevertheless show nothing: Hangul fillers. They can make two texts look the same.
BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0")
# Marks on one letter: Vietnamese and Thai need two, pointed Hebrew three; a pile covers its neighbours.
MAX_MARKS = 4
TAB_AND_NEWLINE = "\t\n"
STAND_IN = "\ufffd"  # in a drawing: one column for one hidden character; fonts have it


def inert(text: str) -> str:
    """The text with every invisible or layout-changing character as a visible escape, for example `\\x1b`.

    Escaped are controls (but tab and newline), format characters (bidi, zero width, tags), surrogates,
    private and unassigned ones, line and paragraph separators, and combining marks beyond four in a row.
    """
    if text.isascii() and text.isprintable():
        return text
    out: list[str] = []
    marks = 0
    for char in text:
        kind = _kind(char)
        marks = marks + 1 if kind == "mark" else 0
        out.append(_escape(char) if kind == "hidden" or marks > MAX_MARKS else char)
    return "".join(out)


def cell(char: str) -> str:
    """One visible character for one code point of a drawing, so that columns stay where they are."""
    if _kind(char) == "plain" and char not in TAB_AND_NEWLINE:
        return char
    return STAND_IN


@cache
def _kind(char: str) -> str:
    if char in TAB_AND_NEWLINE:
        return "plain"
    category = unicodedata.category(char)
    if category[0] == "C" or category in ("Zl", "Zp") or char in BLANK_LETTERS:
        return "hidden"
    return "mark" if category in ("Mn", "Me") else "plain"


def _escape(char: str) -> str:
    code = ord(char)
    if char == "\r":
        return "\\r"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


@dataclass(frozen=True, slots=True)
class Clipped:
    """The beginning of a text and a note on what is missing; the note is "" where nothing is."""

    text: str
    note: str = ""


def clipped(text: str, limit: int) -> Clipped:
    """At most `limit` characters of the text."""
    if len(text) <= limit:
        return Clipped(text)
    return Clipped(text[:limit], f"{len(text) - limit:,} more characters; the full text is in the run folder")


def short(text: str, limit: int) -> str:
    """One line of at most `limit` characters, an ellipsis where it was cut."""
    line = " ".join(text[: 4 * limit].split())
    return line if len(line) <= limit and len(text) <= 4 * limit else line[: limit - 1].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text, the spans (by index) that cover it, and those that end with it."""

    text: str
    covering: tuple[int, ...]
    ending: tuple[int, ...]


def segments(text: str, spans: Sequence[tuple[int, int]]) -> list[Segment]:
    """The text cut wherever a span begins or ends; spans may overlap, nest or lie outside (ignored)."""
    inside = {i: (max(0, a), min(b, len(text))) for i, (a, b) in enumerate(spans)}
    kept = {i: (a, b) for i, (a, b) in inside.items() if a < b}
    cuts = sorted({0, len(text), *(at for span in kept.values() for at in span)})
    return [
        Segment(
            text[start:end],
            tuple(i for i, (a, b) in kept.items() if a <= start and end <= b),
            tuple(i for i, (_, b) in kept.items() if b == end),
        )
        for start, end in pairwise(cuts)
    ]
