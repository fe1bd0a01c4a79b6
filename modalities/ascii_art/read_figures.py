"""Figures named in a sentence: noun phrases whose head is one of the six kinds.

"two hollow squares" is a `Figure` of kind square with the number 2. What only sounds like a figure ("line
12",
"square brackets", "full circle") is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from modalities.ascii_art.read_words import Sentence

_KIND = re.compile(
    r" (?P<kind>square|rectangle|triangle|diamond|line|circle)(?P<plural>s?)(?: shaped?)?(?= )"
    r"|(?: (?P<adj>triangular|rectangular|circular|round|diamond shaped|quadratic|squared)(?= (?:shape"
    r"|figure|form|outline|pattern|object|block|thing|ascii|art)s? |"
    r" $| [,.] | in shape ))"
    r"| (?:is|are) (?:a |an |not )?(?P<pred>triangular|rectangular|circular)(?= )"
    r"| (?P<box>(?:hollow|solid|empty|filled|unfilled|plain|\d+ by \d+) box)(?= )"
)
_ADJ = {
    "triangular": "triangle",
    "rectangular": "rectangle",
    "circular": "circle",
    "round": "circle",
    "diamond shaped": "diamond",
    "quadratic": "square",
    "squared": "square",
}

# After a kind these make something else of it ("square brackets", "circle back").
_NOT_BEFORE = re.compile(
    r"(?:frames?|borders?|box|boxes|brackets?|roots?|meal|one|meters?|metres?|inch|inches|feet|miles?"
    r"|deal|dance|pegs?|"
    r"in the rough|drawings?|of life|of friends|of trust|back|around to|up (?:to|with)|away|off|number"
    r"|pixels?|"
    r"mirror|necklace|jewels?|earrings?|wedding|mine|mines|anniversary|head|heads|inch|cm|wave|jaw"
    r"|shoulders|enix|"
    r"of text|of code|of output|of input|of the (?:log|file|code|text|output|poem)|by line|breaks?"
    r"|endings?|feed|art\b(?! of)|"
    r"spacing|numbers?|graphs?|height|length|limit|up|manager|between|in (?:the )?(?:sand|log|file|code"
    r"|script|output)|"
    r"\d+(?! (?:\w+ ){0,2}(?:rows|columns|characters|wide|tall|long|high|by))|tall|high|deep|in height"
    r"|of defen[sc]e|cook|segments?|characters?|wrap\w*|count|thickness|width|editor|item|§odd|"
    r"s? ?of (?:dialogue|verse|poetry|reasoning|work|thought|sight))(?= )"
)
# Before "line" these speak of rows of text or of ways of speaking.
_LINE_AFTER = re.compile(
    r" (?:first|last|top|bottom|each|every|per|same|new|next|final|blank|empty|command|time|dead|on|see"
    r"|bottom|"
    r"status|trailing|leading|in|by|tag|punch|off|story|along|cross|the|header|stack|finish|assembly|of"
    r"|across|over|spans|"
    r"takes|occupies|fill|contour|third|fourth|error|log|output|whole|entire|which|straight|sub|guide"
    r"|draw the|cut) $"
)
_OTHERS = re.compile(
    r" (?:(?:square|rectangle|triangle|diamond|circle)s? |horizontal|vertical|(?:characters|columns) "
    r"(?:long|wide|across))"
)
_LINE_ADJ = {
    "horizontal",
    "vertical",
    "diagonal",
    "straight",
    "solid",
    "flat",
    "long",
    "short",
    "dashed",
    "dotted",
    "thin",
}
_LINES_ADJ = set(
    "no of horizontal vertical straight diagonal parallel and , separate short long any not see with "
    "several are nor or "
    "the by both above below are".split()
) - {"the", "are", "by"}
_IDIOM = re.compile(
    r" (?:back to|times|vicious|love|bermuda|inner|full|friends?|come|comes|crop|traffic|trafalgar|red"
    r"|bike|win|town|market|"
    r"public|fair and|black|dress|drama|family|perfect(?= circle of)|in|run in|going in|go in|think "
    r"outside the|set|"
    r"hip to be|wedding|drum|social|boxing|wrestling|bottom|dead|neil|legs in a) $"
)
# Words that end the noun phrase to the left of the head.
_STOP = set(
    "is are was were be been it that this has have had of in on at with and or not no to from by but for "
    "as than like "
    "says reads shows show contains see draw drew drawn made using uses , : ( ) | — / - = § §t §c §f "
    "without neither nor "
    "there then left right above below called because so if also now rather instead called appears "
    "depicts does do "
    "only just both all either forms form forming you i we can one".split()
) - {"one"}
_UNITS = {
    "wide",
    "tall",
    "high",
    "row",
    "rows",
    "column",
    "columns",
    "unit",
    "units",
    "character",
    "characters",
    "line",
    "by",
    "sided",
    "x",
    "cell",
    "cells",
    "pixel",
    "long",
    "point",
    "layer",
    "deep",
}
_LOOSE = {
    "several",
    "some",
    "many",
    "few",
    "multiple",
    "various",
    "these",
    "those",
    "all",
    "row",
    "bunch",
    "series",
}


@dataclass(slots=True)
class Figure:
    """A noun phrase for a figure at [start, end) of its sentence; `at` is its head."""

    kind: str
    start: int
    at: int
    end: int
    number: int | None
    plural: bool
    definite: bool
    modified: bool


def figures(sentence: Sentence) -> list[Figure]:
    """The figures that a sentence names, left to right."""
    text = sentence.text
    out: list[Figure] = []
    for m in _KIND.finditer(text):
        kind = m.group("kind") or _ADJ.get(m.group("adj") or m.group("pred") or "", "rectangle")
        at, end = m.start() + 1, m.end()
        if kind == "line" and m.group("kind") and _ordinary_line(text, m):
            continue
        if m.group("kind") and kind != "line" and _IDIOM.search(text[max(0, m.start() - 24) : at]):
            continue
        if _NOT_BEFORE.match(text, end + 1) and not (m.group("plural") and kind != "line"):
            continue
        if m.group("box") and re.search(r" (?:in|inside|within) (?:a|an|the) $", text[: m.start() + 1][-14:]):
            continue
        out.append(_phrase(text, kind, at, end, bool(m.group("plural"))))
    return out


def _ordinary_line(text: str, m: re.Match[str]) -> bool:
    """Whether "line" is a line of text, not a figure."""
    before = text[max(0, m.start() - 30) : m.start() + 1]
    last = before.split()[-1] if before.split() else ""
    others = _OTHERS.search(text) is not None
    if not m.group("plural"):
        if last in _LINE_ADJ:
            return False
        if last == "the":
            return not others
        if last in ("1", "one", "a") and re.search(
            r" (?:on|in|over|across|into|as|in just|fits on) (?:1|one|a) $", before
        ):
            return not others or not re.search(r" (?:over|across) a $", before)
        if last in ("below", "above", "of", "under") and others:
            return False
        return _LINE_AFTER.search(before) is not None
    if re.search(
        r" (?:on|in|over|across|spans|takes(?: up)?|fills|occupies) (?:\d+|all|both)(?: \w+)? $", before
    ):
        return True
    return last not in _LINES_ADJ and not last.isdigit() and not (last == "the" and others)


def _phrase(text: str, kind: str, at: int, end: int, plural: bool) -> Figure:
    """The noun phrase around a head at [at, end): its number and whether it is definite."""
    start, number, definite, modified = at, None, False, False
    first_unit = False
    for _ in range(5):
        space = text.rfind(" ", 0, start - 1)
        word = text[space + 1 : start - 1]
        if not word or word.startswith("§"):
            break
        if word in _UNITS:
            first_unit, modified = True, True
            start = space + 1
            continue
        if word == "one" or word.isdigit():
            earlier = text[max(0, space - 8) : space + 1]
            if (
                first_unit
                or earlier.endswith(" by ")
                or (
                    re.search(
                        r" (?:by|x|size|side|width|row|line|column|step|figure|answer|option|part|#) $",
                        earlier,
                    )
                )
            ):
                start, modified, first_unit = space + 1, True, False
                continue
            start = space + 1
            if re.search(
                r" (?:least|most|about|around|roughly|some|nearly|almost|than|maybe|over|or|like|to"
                r"|approximately|up to) $",
                earlier,
            ) and (plural):
                break
            if (
                re.search(
                    r" (?:no|not|not even|this|that|the|which|another) $", " " + earlier.split(" ", 1)[-1]
                )
                and word == "one"
            ):
                break
            if not plural and word.isdigit() and int(word) != 1:
                break
            number = 1 if word == "one" else int(word)
            break
        if word in ("a", "an", "another", "any"):
            start = space + 1
            break
        if word in ("the", "this", "that", "its", "your", "my", "both", "their"):
            start, definite = space + 1, True
            break
        if word in _LOOSE:
            plural = True
            break
        if word in _STOP or not word[0].isalpha():
            break
        start, modified = space + 1, True
    return Figure(kind, start, at, end, number, plural, definite, modified)
