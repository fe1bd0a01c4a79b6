"""`read(text)`: what an English text about a drawing asserts and denies, by the rules of docs/ascii_art.md.

    text -> plain words (read_words), short answers completed (read_answers), literals closed (read_text)
         -> sentences -> mentions (read_figures, read_places, read_sizes, read_looks, read_fonts,
         read_characters,
            read_depicts), each with its state in its clause (read_polarity)
         -> statements (read_whole)

Only the text is read, never the drawing or the instruction. No learned part and no randomness: the same text
always gives the same statements. Text beyond `MAX_TEXT` code points is not read.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace

from grounding.claims import ASSERTED, DENIED, Claim, Statement
from modalities.ascii_art import (
    read_answers,
    read_characters,
    read_depicts,
    read_figures,
    read_fonts,
    read_looks,
    read_places,
    read_sizes,
    read_text,
)
from modalities.ascii_art.read_figures import Figure
from modalities.ascii_art.read_places import Place, Side
from modalities.ascii_art.read_polarity import IS_SO, NOT_SO, Clauses
from modalities.ascii_art.read_whole import MAIN, Item, statements
from modalities.ascii_art.read_words import Mention, Sentence, pieces, sentences


@dataclass(slots=True)
class _Reading:
    """What has been read so far, sentence by sentence."""

    items: list[Item] = field(default_factory=list)
    related: set[str] = field(default_factory=set)  # kinds that an asserted relation mentions
    figures: list[Figure] = field(default_factory=list)
    sides: list[tuple[Side, str, int, tuple[int, int]]] = field(default_factory=list)
    last_place: Place | None = None
    last_number: Mention | None = None
    only: bool = False


def read(text: str) -> list[Statement]:
    """The statements of a text, in the order of their spans, each (claim, polarity) once."""
    found = read_text.literals(read_answers.answered(pieces(text)))
    parts = [s for s in sentences(found) if s.text.strip()]
    if not parts:
        return []
    words: set[str] = set().union(*(s.words for s in parts))
    reading = _Reading()
    context = _Context(words, len([s for s in parts if len(s.pieces) > 0]))
    question: list[Item] = []
    for i, sentence in enumerate(parts):
        before = len(reading.items)
        clauses = Clauses(sentence)
        _sentence(reading, sentence, clauses, i, context)
        new = reading.items[before:]
        if sentence.question:
            reading.items[before:] = []
            question = [] if " or " in sentence.text else new
        elif question:
            reading.items[before:before] = _answer(sentence, question, i)
            question = []
        _not_one(reading, sentence, i)
        _elsewise(reading, sentence, i)
    _pair_sides(reading)
    return statements(reading.items, reading.related, reading.only, parts)


@dataclass(slots=True)
class _Context:
    """What the whole text speaks of."""

    words: set[str]
    sentences: int

    @property
    def face(self) -> bool:
        return bool(
            self.words & {"face", "faces", "smiley", "smileys", "mouth", "emoticon", "emoji", "expression"}
        )

    @property
    def bars(self) -> bool:
        return bool(self.words & {"bar", "bars", "histogram", "barchart"})

    @property
    def spells(self) -> bool:
        return bool(self.words & {"§t", "word", "text", "letters"})


def _answer(sentence: Sentence, question: list[Item], i: int) -> list[Item]:
    """The question's mentions, settled by a yes or a no at the beginning of the answer."""
    settled = read_answers.settled(sentence)
    if settled is None:
        return []
    sure = [q for q in question if q.state != "none"]
    heads = [q for q in sure if q.claim is None or q.claim.name in MAIN]
    if not settled and len(sure) > 1 and heads:
        # "Is it a hollow square? No": the head is denied; which of the rest is wrong is not said.
        sure = heads if len(heads) == 1 else []
    return [replace(q, state=ASSERTED if settled else DENIED, sentence=i) for q in sure]


# ---- one sentence ----


def _sentence(reading: _Reading, s: Sentence, clauses: Clauses, i: int, context: _Context) -> None:
    mentions = [
        *_literals(s, any(x.claim and x.claim.name == "charset" for x in reading.items)),
        *read_fonts.fonts(s),
        *read_sizes.bars(s, context.bars),
        *read_sizes.sizes(s),
        *read_looks.fills(s),
        *read_looks.frames(s, context.spells),
        *read_looks.faces(s, context.face),
        *read_looks.symmetries(s),
    ]
    figures = read_figures.figures(s) if s.words & _FIGURE_WORDS else []
    framing = [(m.start, m.end) for m in mentions if m.claim.name == "framed"]
    figures = [f for f in figures if not any(a <= f.at < b for a, b in framing)]
    placed = [(m.start, m.end) for m in mentions if m.claim.name == "face"]
    figures = [f for f in figures if not any(a <= f.at < b for a, b in placed)]
    sized = [(m.start, m.end) for m in mentions if m.claim.name in ("width", "height")]
    figures = [
        f
        for f in figures
        if not (
            f.kind == "line" and s.text.startswith("lines", f.at) and any(a <= f.at < b for a, b in sized)
        )
    ]
    listed = [(m.start, m.end) for m in mentions if m.claim.name == "bars"]
    mentions = [m for m in mentions if m.claim.name == "bars" or not any(a <= m.at < b for a, b in listed)]
    numbered = [
        *mentions,
        *(Mention(Claim("count", (f.kind, f.number)), f.start, f.start, f.end) for f in figures if f.number),
    ]
    numbered.sort(key=lambda m: m.at)
    mentions += read_sizes.elliptical(s, numbered, reading.last_number)
    sizes = [m for m in numbered if m.claim.name in ("width", "height", "count")]
    reading.last_number = sizes[-1] if sizes else reading.last_number
    for m in mentions:
        state = m.fixed or clauses.state(m.at, end=m.end)
        if m.fixed and clauses.state(m.at, end=m.end) == "none":
            state = "none"
        reading.items.append(Item(m.claim, None, state, i, m.at, s.span(m.start, m.end), (m.start, m.end)))
    _figures(reading, s, clauses, i, figures)
    if s.words - _FIGURE_WORDS:
        alone = context.sentences == 1 or i > 0 and context.sentences == 2
        for m in read_depicts.depictions(s, alone):
            reading.items.append(
                Item(
                    m.claim,
                    None,
                    clauses.state(m.at, end=m.end),
                    i,
                    m.at,
                    s.span(m.start, m.end),
                    (m.start, m.end),
                )
            )


_FIGURE_WORDS = {
    "square", "squares", "rectangle", "rectangles", "triangle", "triangles", "diamond", "diamonds", "line",
    "lines",
    "circle", "circles", "triangular", "rectangular", "circular", "round", "box", "quadratic", "squared",
}  # fmt: skip


def _literals(s: Sentence, seen: bool) -> list[Mention]:
    out: list[Mention] = []
    marks = {p.norm for p in s.pieces}
    if "§t" in marks:
        for k, p in enumerate(s.pieces):
            if p.norm == "§t" and p.raw.strip():
                out.append(Mention(Claim("text", (" ".join(p.raw.split()),)), s.at(k), s.at(k), s.at(k) + 2))
    for chars, start, end in read_characters.charsets(s.pieces, seen):
        out.append(
            Mention(
                Claim("charset", (chars,)),
                s.at(start),
                s.at(start),
                s.at(end - 1) + len(s.pieces[end - 1].norm),
            )
        )
    return out


def _figures(reading: _Reading, s: Sentence, clauses: Clauses, i: int, figures: list[Figure]) -> None:
    """Figures of a sentence, and how they lie to each other."""
    placed: list[Place] = []
    sides: list[Side] = []
    if figures or reading.figures:
        placed, sides = read_places.places(s, figures, reading.figures[-3:], reading.last_place)
    chain = _chain(s, figures)
    if chain:
        placed, sides = chain, []
    used: set[int] = set()
    for place in placed:
        state = clauses.state(place.at, end=place.end)
        if (
            chain
            or re.search(r" (?:no|neither) (?:\w+ )?$", s.text[: place.subject.at][-16:])
            and place.subject in figures
        ):
            state = clauses.state(place.subject.at)
        reading.items.append(
            Item(
                Claim(place.name, place.kinds),
                None,
                state,
                i,
                place.at,
                s.span(place.start, place.end),
                (place.start, place.end),
            )
        )
        used |= {
            f.at for f in (place.subject, place.other)
            if f in figures and (state != DENIED or clauses.index(f.at) == clauses.index(place.at))
        }  # fmt: skip
        if state == ASSERTED:
            reading.related |= {place.subject.kind, place.other.kind}
        reading.last_place = place
    for side in sides:
        reading.sides.append(
            (
                side,
                clauses.state(side.at),
                i,
                s.span(min(side.figure.start, side.at), max(side.figure.end, side.at + 1)),
            )
        )
    for f in figures:
        state = clauses.state(f.at, end=f.end)
        if state == DENIED and f.definite and _NEITHER_IS.search(s.text):
            continue
        if f.at in used and (f.number is None or state != ASSERTED):
            continue
        reading.items.append(Item(None, f, state, i, f.at, s.span(f.start, f.end), (f.start, f.end)))
    reading.figures += figures
    reading.only = reading.only or _ONLY.search(s.text) is not None
    if reading.last_place and not placed and _REVERSED.search(s.text):
        last = reading.last_place
        turned = replace(last, subject=last.other, other=last.subject)
        reading.items.append(
            Item(Claim(turned.name, turned.kinds), None, ASSERTED, i, 1, s.span(1, len(s.text) - 1))
        )
        reading.related |= set(turned.kinds)
    elif placed and (other := _REVERSED.search(s.text)) and other.start() > placed[-1].at:
        last = placed[-1]
        turned = replace(last, subject=last.other, other=last.subject)
        reading.items.append(
            Item(
                Claim(turned.name, turned.kinds),
                None,
                ASSERTED,
                i,
                other.start(),
                s.span(other.start() + 1, other.end()),
            )
        )
        reading.related |= set(turned.kinds)


# "Neither the square nor the circle is filled" denies no figure.
_NEITHER_IS = re.compile(r" neither the .* (?:is|are|has|have) (?!present|there|shown|drawn|visible|in )")
_REVERSED = re.compile(
    r" (?:the )?(?:other way (?:a)?round|opposite way|vice versa|the opposite|reversed|the reverse)(?= )"
)
_ONLY = re.compile(
    r" (?:nothing else|that is (?:it|all)|nothing more|and no more|no other|and nothing but|only (?:\d+"
    r"|one) \w+|just (?:\d+|one) \w+|"
    r"(?:consists?|made up|composed) of (?:exactly |only )?\d+ \w+)(?= )"
)
_ORDER = re.compile(
    r" (?:from )?(?:(?P<lr>left to right|left to the right)|(?P<rl>right to left)|(?P<tb>top to (?:the "
    r")?bottom|top down)|(?P<bt>bottom to top|bottom up))(?= )"
)


def _chain(s: Sentence, figures: list[Figure]) -> list[Place]:
    """ "From left to right: a square, a circle and a line"."""
    order = _ORDER.search(s.text) if len(figures) >= 2 else None
    if not order or re.search(r" (?:a?symm|mirror)", s.text):
        return []
    row = [f for f in figures if f.start >= order.end()] or [f for f in figures if f.end <= order.start() + 1]
    name = "left_of" if order.lastgroup in ("lr", "rl") else "above"
    reverse = order.lastgroup in ("rl", "bt")
    return [
        Place(name, a, b, reverse, b.at, a.start, b.end)
        for a, b in itertools.pairwise(row)
        if a.kind != b.kind
    ]


def _pair_sides(reading: _Reading) -> None:
    """ "A circle on the left, a square on the right", also in two sentences."""
    for low, high, name in (("left", "right", "left_of"), ("top", "bottom", "above")):
        first = [x for x in reading.sides if x[0].side == low]
        second = [x for x in reading.sides if x[0].side == high]
        if len(first) != 1 or len(second) != 1 or first[0][0].figure is second[0][0].figure:
            continue
        states = {first[0][1], second[0][1]}
        if states != {ASSERTED}:
            continue
        a, b = first[0], second[0]
        span = (min(a[3][0], b[3][0]), max(a[3][1], b[3][1]))
        kinds = (a[0].figure.kind, b[0].figure.kind)
        reading.items.append(Item(Claim(name, kinds), None, ASSERTED, max(a[2], b[2]), 0, span))
        reading.related |= set(kinds)


_NOT_ONE = re.compile(
    r" (?:it|this|that) (?:is|was) (?:\w+ly )?not (?:really )?one(?= (?:$|[,.]|though|at all|of))"
)


def _not_one(reading: _Reading, s: Sentence, i: int) -> None:
    """ "One might take it for a circle. It isn't one.": the figure named last is denied."""
    found = _NOT_ONE.search(s.text)
    if found and reading.figures:
        kind = reading.figures[-1].kind
        reading.items.append(
            Item(
                Claim("shape", (kind,)),
                None,
                DENIED,
                i,
                found.start() + 1,
                s.span(found.start() + 1, found.end()),
            )
        )


def _elsewise(reading: _Reading, s: Sentence, i: int) -> None:
    """ "It should be hollow, but it isn't": what was wanted in this sentence or the one before is denied."""
    clauses = re.split(r"(?= (?:but|and|yet|,|though|—) )", s.text.rstrip() + " ")
    last = "".join(clauses[-1:]).rstrip() + " "
    two = "".join(clauses[-2:]).rstrip() + " "
    state = next(
        (
            x
            for x, p in ((DENIED, NOT_SO), (ASSERTED, IS_SO))
            if p.fullmatch(last) or (len(clauses) > 1 and p.fullmatch(two))
        ),
        None,
    )
    if state is None:
        return
    near = (
        i
        if len(clauses) > 1 and any(x.state == "wanted" and x.sentence == i for x in reading.items)
        else i - 1
    )
    if near != i and len(s.text.split()) > 7:
        return
    for item in reading.items:
        if item.state == "wanted" and item.sentence == near:
            item.state = state
