"""The whole text: from mentions in their sentences to statements about the drawing.

Here it is settled what a figure comes to (`shape`, or `count` beside other kinds), what is said of one
figure among
several only, and whether what was wanted is ruled out by what is there.
"""

from __future__ import annotations

from dataclasses import dataclass

from grounding.claims import ASSERTED, DENIED, ENTAILS, EXCLUDES, Claim, Statement
from modalities.ascii_art.read_figures import Figure
from modalities.ascii_art.read_words import Sentence
from modalities.ascii_art.relate import relation

# Of one figure among several these say nothing about the whole drawing.
_OF_THE_WHOLE = {"width", "height", "hollow", "filled", "charset"}
_WHOLE = {
    "both",
    "all",
    "each",
    "every",
    "whole",
    "entire",
    "overall",
    "total",
    "everything",
    "altogether",
    "together",
}
# What a drawing is: where something else is there, what was wanted is not.
MAIN = {"shape", "count", "text", "depicts", "face", "bars", "left_of", "above"}
_SAME_KIND = {"shape", "text", "depicts", "face", "bars", "font", "width", "height", "charset"}


@dataclass(slots=True)
class Item:
    """A mention in its sentence: a claim, or a figure whose claim depends on the rest of the text."""

    claim: Claim | None
    figure: Figure | None
    state: str
    sentence: int
    at: int
    span: tuple[int, int]
    extent: tuple[int, int] = (0, 0)


def statements(items: list[Item], related: set[str], only: bool, parts: list[Sentence]) -> list[Statement]:
    """The statements of a text.

    `related`: the kinds of figures that an asserted relation mentions; `only`: the text says that nothing
    else is drawn.
    """
    figures = [x for x in items if x.figure and x.state == ASSERTED and x.figure.number != 0]
    kinds = {x.figure.kind for x in figures if x.figure} | related
    several = len(kinds) > 1 and not (
        kinds == {"square", "rectangle"} and not related and not _joined(figures, parts)
    )
    counted = {x.figure.kind for x in figures if x.figure and x.figure.number}
    out: list[tuple[Item, Claim, str]] = []
    for item in items:
        if item.figure:
            out += [
                (item, claim, state) for claim, state in _of_figure(item, several, counted, related, only)
            ]
        elif item.claim:
            out.append((item, item.claim, item.state))
    out = _without_parts(out, several, parts)
    out = _without_modifiers(out, items)
    asserted = [(item, claim) for item, claim, state in out if state == ASSERTED]
    final: list[tuple[Item, Claim, str]] = []
    for item, claim, state in out:
        if state in (ASSERTED, DENIED):
            final.append((item, claim, state))
        elif state == "wanted" and _contradicted(item, claim, asserted):
            final.append((item, claim, DENIED))
    return _unique(final)


def _joined(figures: list[Item], parts: list[Sentence]) -> bool:
    """Whether two figures stand side by side in one sentence ("a square and a rectangle")."""
    by_sentence: dict[int, set[str]] = {}
    for x in figures:
        if x.figure:
            by_sentence.setdefault(x.sentence, set()).add(x.figure.kind)
    return any(
        len(kinds) > 1 and parts[i].words & {"and", "next", "beside", "with", "plus"}
        for i, kinds in by_sentence.items()
    )


def _of_figure(
    item: Item, several: bool, counted: set[str], related: set[str], only: bool
) -> list[tuple[Claim, str]]:
    """The claims of a figure, given what else the text names."""
    f = item.figure
    assert f is not None
    shape, state = Claim("shape", (f.kind,)), item.state
    if state == DENIED:
        if f.number and f.number > 1:
            return [(Claim("count", (f.kind, f.number)), DENIED)]
        return [(shape, DENIED)]
    if f.number == 0:
        return [(shape, DENIED)] if state == ASSERTED else []
    if f.number:
        claims = [(Claim("count", (f.kind, f.number)), state)]
        if state == ASSERTED and not several and only:
            claims.append((shape, state))
        return claims
    if state == ASSERTED and (f.kind in counted or f.kind in related):
        return []
    if state == ASSERTED and several:
        return [] if f.plural else [(Claim("count", (f.kind, 1)), state)]
    return [(shape, state)]


def _without_parts(
    out: list[tuple[Item, Claim, str]], several: bool, parts: list[Sentence]
) -> list[tuple[Item, Claim, str]]:
    """Without what is said of one figure among several."""
    if not several:
        return out
    figured = {
        item.sentence
        for item, claim, state in out
        if claim.name in ("count", "left_of", "above", "shape") and state == ASSERTED
    }
    return [
        x for x in out
        if x[1].name not in _OF_THE_WHOLE
        or x[0].sentence not in figured
        or parts[x[0].sentence].words & _WHOLE
    ]  # fmt: skip


def _without_modifiers(
    out: list[tuple[Item, Claim, str]], items: list[Item]
) -> list[tuple[Item, Claim, str]]:
    """ "Not a hollow square" denies the square; or only "hollow", if a square is asserted beside it."""
    kept = list(out)
    asserted = {
        claim.args[0] for _, claim, state in out if claim.name in ("shape", "count") and state == ASSERTED
    }
    for item in items:
        f = item.figure
        if not f or item.state != DENIED:
            continue
        inside = [
            x for x in kept
            if x[0].sentence == item.sentence and x[1].name in _OF_THE_WHOLE and x[2] == DENIED
            and f.start <= x[0].at < f.end
        ]  # fmt: skip
        if not inside:
            continue
        drop = [item] if f.kind in asserted else [x[0] for x in inside]
        kept = [x for x in kept if not any(x[0] is d for d in drop)]
    return kept


def _contradicted(item: Item, claim: Claim, asserted: list[tuple[Item, Claim]]) -> bool:
    """Whether what was wanted is ruled out by what is there."""
    others = [c for _, c in asserted]
    if any(relation(c, claim) == ENTAILS for c in others):
        return False
    if any(relation(c, claim) == EXCLUDES or (c.name == claim.name and c.name in _SAME_KIND) for c in others):
        return True
    if claim.name == "count" and any(
        c.name in ("shape", "count") and c.args[0] == claim.args[0] for c in others
    ):
        return any(c.name == "count" and c.args[0] == claim.args[0] and c != claim for c in others)
    return claim.name in MAIN and any(
        c.name in MAIN - {claim.name} and 0 <= x.sentence - item.sentence <= 1 for x, c in asserted
    )


def _unique(found: list[tuple[Item, Claim, str]]) -> list[Statement]:
    """Each (claim, polarity) once, at its first place; of both polarities of a claim the later stays."""
    last: dict[Claim, tuple[int, int, str]] = {}
    there = {claim for _, claim, state in found if state == ASSERTED and claim.name in ("width", "height")}
    found = [x for x in found if x[2] == ASSERTED or x[1] not in there]  # "5x4, not 5x5" denies no width
    for item, claim, state in found:
        place = (item.sentence, item.at, state)
        last[claim] = max(last.get(claim, place), place)
    out: dict[Claim, Statement] = {}
    for item, claim, state in found:
        if last[claim][2] != state:
            continue
        start, end = item.span
        statement = Statement(claim, ASSERTED if state == ASSERTED else DENIED, (start, max(end, start)))
        if claim not in out or statement.span < out[claim].span:
            out[claim] = statement
    return sorted(out.values(), key=lambda s: (s.span, str(s.claim), s.polarity))
