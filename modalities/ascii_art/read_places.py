"""How the figures of a sentence lie to each other: left of, above, and their opposites.

A `Place` is one such word with the figures on either side of it; a pronoun or an ellipsis ("it is below it",
"not above but below") takes its figures from what was said before. A figure that only has a side ("a circle
on
the left") is returned apart, for the text as a whole to pair.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from modalities.ascii_art.read_figures import Figure
from modalities.ascii_art.read_words import Sentence


@dataclass(slots=True)
class Place:
    """`subject` lies left of / above `other`, or the other way round; `at` is the deciding word."""

    name: str
    subject: Figure
    other: Figure
    reverse: bool
    at: int
    start: int
    end: int

    @property
    def kinds(self) -> tuple[str, str]:
        """The claim's arguments: what lies first (left or above), then what lies second."""
        pair = (self.subject.kind, self.other.kind)
        return (pair[1], pair[0]) if self.reverse else pair


@dataclass(slots=True)
class Side:
    """A figure that lies on a side ("left", "right", "top", "bottom") of the drawing."""

    side: str
    figure: Figure
    at: int


_SIDE = r"(?:hand )?(?:side )?"
_THING = r"(?:one|figure|shape|part|half|item|thing|object|element)"
_LAID = (
    r"(?:sits|sitting|stands|standing|rests|resting|stacked|balanced|lies|lying|placed|perched|balancing"
    r"|put|drawn|"
    r"positioned|is|are)"
)
_REL = re.compile(
    rf" (?:(?P<leftof>(?:(?:to|on|at|in) )?(?:the )?left {_SIDE}(?:of|from|to))"
    rf"|(?P<rightof>(?:(?:to|on|at|in) )?(?:the )?right {_SIDE}(?:of|from|to))"
    rf"|(?P<above>above(?: of)?|over(?: the top of)?|(?:(?:on|at) )?(?:the )?top of|atop|higher than|upon|"
    rf"{_LAID} on(?! (?:the |its )?(?:left|right|top|bottom))|on top|crowning|topping)"
    rf"|(?P<below>below|beneath|under(?: of)?|underneath|lower than|(?:at |on )?the bottom of|supporting)"
    rf"|(?P<then>(?:is |are )?(?:then )?followed by|comes before|precedes|preceding|then comes|, then"
    rf"|and then|before)"
    rf"|(?P<after>comes after|is preceded by|preceded by|after)"
    rf"|(?P<itsleft>(?:on|to|at) its left(?: side)?)|(?P<itsright>(?:on|to|at) its right(?: side)?)"
    rf"|(?P<left>(?:on|to|at|in) (?:the |its )?(?:far )?left(?: hand)?(?: side| half| part| end)?|(?<= "
    rf"[,:] )left|(?<= not )left|(?<= nor )left|"
    rf"(?<=^ )left(?= [:(=])|(?:the )?left (?:{_THING}|side)|leftmost(?: {_THING})?)"
    rf"|(?P<right>(?:on|to|at|in) (?:the |its )?(?:far )?right(?: hand)?(?: side| half| part| end)?|(?<= "
    rf"[,:] )right|(?<= not )right|(?<= nor )right|"
    rf"(?<=^ )right(?= [:(=])|(?:the )?right (?:{_THING}|side)|rightmost(?: {_THING})?)"
    rf"|(?P<top>(?:at|on|in) (?:the )?(?:very )?top(?: part| half)?|top(?= [:=])|(?:the )?(?:top|upper) "
    rf"{_THING}|up top|top)"
    rf"|(?P<bottom>(?:at|on|in) (?:the )?(?:very )?bottom(?: part| half)?|bottom(?= [:=])|(?:the "
    rf")?(?:bottom|lower) {_THING}|bottom))(?= )"
)
_MEANS = {
    "leftof": ("left_of", False), "rightof": ("left_of", True), "above": ("above", False),
    "below": ("above", True), "itsleft": ("left_of", False), "itsright": ("left_of", True),
    "then": ("left_of", False), "after": ("left_of", True),
}  # fmt: skip
_AS_SIDE = {
    "leftof": "left",
    "rightof": "right",
    "above": "top",
    "below": "bottom",
    "itsleft": "left",
    "itsright": "right",
}
# What may stand between a place and the figure it puts there: "below it there is a line".
_INTRODUCES = re.compile(
    r"^(?: (?:is|are|was|there|we|you|i|see|find|sits|stands|lies|comes|be|has|have|can|will|appears"
    r"|another|,|:|=|—|-|\(|"
    r"placed|located|drawn|one|the|an?|it|single|of|them|goes|only|just|and))* ?$"
)
_PRONOUN = re.compile(
    r" (?:it|them|that|this|that one|the (?:first|former|other|latter|second)(?: one)?)(?= )"
)
_EMPTY = re.compile("")
_SUBJECT_VERBS = (
    r"(?: (?:is|are|sits?|stays?|lies|stands?|appears?|comes|goes|was|placed|located|positioned|actually"
    r"|not|directly|just|"
    r"really|never|does|do|must|exactly|right|but|rather|instead|clearly|be|drawn|found|to|should|will"
    r"|also|immediately|"
    r"can|seen|which|that|who|resting|sitting|standing|lying|put|being|now|there|here|inside|hollow"
    r"|filled|empty|wholly|"
    r"entirely|completely|well|far|in|up|stacked|first|second|all|both|somewhere|slightly|the|picture"
    r"|drawing))*"
)
_LINKED = re.compile(rf"^(?: [,(][^,():;]{{1,30}}[,)])?(?: ,)?{_SUBJECT_VERBS}(?: ,)? ?$")
_IT = re.compile(rf" (?:it|this one|that|the former|the first(?: one)?){_SUBJECT_VERBS} ?$")
_SAME = re.compile(
    r"^(?: (?:,|and|but|rather|not|instead|of|it|is|are|also|than|or|directly|just|sits|sit|on|at|to|nor"
    r"|—|actually|lies))* ?$"
)


def places(
    sentence: Sentence, known: list[Figure], earlier: list[Figure], last: Place | None
) -> tuple[list[Place], list[Side]]:
    """The relations of a sentence, and its figures that only have a side.

    `known` are the sentence's figures, `earlier` the last ones of the sentences before it, `last` the
    relation
    said last: what a pronoun may stand for.
    """
    text = sentence.text
    found: list[Place] = []
    sides: list[Side] = []
    reached = -1  # where the last relation of this sentence ends
    for m in _REL.finditer(text):
        kind = m.lastgroup or ""
        before = (
            [f for f in known[-8:] if f.end <= m.start() + 1] if len(known) <= 8 else _close(known, m.start())
        )
        after = [f for f in known if m.end() <= f.start <= m.end() + 90][:2]
        previous = found[-1] if found else None
        placed: tuple[Figure, Figure] | None = None
        if kind in _MEANS:
            placed = _placed(text, m, kind, before, after, earlier, previous, last, reached)
        if placed and placed[0] is not placed[1]:
            name, reverse = _MEANS[kind]
            subject, other = placed
            if kind in ("then", "after") and " bottom " in text:
                name = "above"
            inside = [f for f in placed if f in known]
            end = max([m.end(), *(f.end for f in inside)])
            start = min([m.start() + 1, *(f.start for f in inside)])
            found.append(Place(name, subject, other, reverse, m.start() + 1, start, end))
            reached = max([m.end(), *(f.end for f in inside if f.start >= m.end())])
            continue
        side = _AS_SIDE.get(kind, kind)
        if side not in ("left", "right", "top", "bottom"):
            continue
        if previous is None and not known and last and _IT.search(text[: m.start() + 1]):
            previous, reached = last, m.start() + 1
        if previous and reached > 0 and _SAME.match(text[reached : m.start() + 1]):
            name, reverse = _MEANS[
                {"left": "leftof", "right": "rightof", "top": "above", "bottom": "below"}[side]
            ]
            found.append(
                Place(name, previous.subject, previous.other, reverse, m.start() + 1, m.start() + 1, m.end())
            )
            reached = m.end()
            continue
        figure = _beside(text, m, before, after, {s.figure.at for s in sides})
        if figure is not None:
            sides.append(Side(side, figure, m.start() + 1))
    return found, sides


def _close(known: list[Figure], at: int) -> list[Figure]:
    return [f for f in known if at - 120 <= f.end <= at + 1]


def _placed(
    text: str, m: re.Match[str], kind: str, before: list[Figure], after: list[Figure], earlier: list[Figure],
    previous: Place | None, last: Place | None, reached: int,
) -> tuple[Figure, Figure] | None:  # fmt: skip
    """(subject, other) of the relation word at m, or None where it relates no two figures."""
    head = text[: m.start() + 1][-80:]
    pronoun = _EMPTY.match(text, m.end()) if kind.startswith("its") else _PRONOUN.match(text, m.end())
    it = _IT.search(head)
    subject: Figure | None = None
    if before and _LINKED.match(text[before[-1].end : m.start() + 1]):
        subject = before[-1]
    if (
        previous
        and reached > 0
        and _SAME.match(text[reached : m.start() + 1])
        and (previous.other is subject or subject is None)
    ):
        subject = previous.subject
    near = after[:1] if after and not kind.startswith("its") and _touches(text, m.end(), after[0]) else []
    if near:
        if subject is None and it:
            subject = _antecedent(before, earlier, previous or last, near[0])
        if subject is None and len(after) > 1 and _INTRODUCES.match(text[near[0].end : after[1].start]):
            subject = after[1]
        return (subject, near[0]) if subject else None
    if pronoun:
        return _with_pronoun(
            text,
            pronoun.end(),
            before,
            after,
            earlier,
            previous or last,
            subject if not it else None,
            it is not None,
        )
    if previous and reached > 0 and _SAME.match(text[reached : m.start() + 1]):
        return previous.subject, previous.other
    if it and last and not before and not after:
        return last.subject, last.other
    if kind in ("above", "below"):
        return _adverb(text, m, before, after, earlier)
    return None


def _touches(text: str, at: int, figure: Figure) -> bool:
    return len(text[at : figure.start].split()) <= 1 and "," not in text[at : figure.start]


def _antecedent(
    before: list[Figure], earlier: list[Figure], last: Place | None, other: Figure
) -> Figure | None:
    """The figure that "it" stands for beside `other`."""
    if last and last.subject.kind != other.kind:
        return last.subject
    candidates = [f for f in [*earlier, *before] if f.kind != other.kind]
    return candidates[-1] if candidates else None


def _with_pronoun(
    text: str, at: int, before: list[Figure], after: list[Figure], earlier: list[Figure], last: Place | None,
    subject: Figure | None, it: bool,
) -> tuple[Figure, Figure] | None:  # fmt: skip
    """ "below it": the pronoun is the other figure; `at` is where the pronoun ends."""
    if it:
        return (last.subject, last.other) if last else None
    pool = [*earlier, *before]
    if subject is None and after and _INTRODUCES.match(text[at : after[0].start]) and pool:
        return after[0], pool[-1]
    if subject is None:
        return None
    others = [f for f in pool if f is not subject]
    return (subject, others[-1]) if others else None


def _adverb(
    text: str, m: re.Match[str], before: list[Figure], after: list[Figure], earlier: list[Figure]
) -> tuple[Figure, Figure] | None:
    """ "a circle with a line below", "a circle, and below a line"."""
    pool = [*earlier[-1:], *before]
    if after and before and _INTRODUCES.match(text[m.end() : after[0].start]) and m.lastgroup == "below":
        return after[0], before[-1]
    if len(pool) >= 2 and before and len(text[before[-1].end : m.start() + 1].split()) <= 2:
        linked = re.search(
            r" (?:with|and|,|has)(?: \w+){0,2} $", text[max(0, before[-1].start - 24) : before[-1].start]
        )
        if linked:
            return before[-1], pool[-2]
    return None


def _beside(
    text: str, m: re.Match[str], before: list[Figure], after: list[Figure], taken: set[int]
) -> Figure | None:
    """The figure that a word such as "on the left" places: right before it, or introduced by it."""
    if before and before[-1].at not in taken:
        between = text[before[-1].end : m.start() + 1]
        if (
            _LINKED.match(between)
            or len(between.split()) <= 1
            and "and" not in between
            and "," not in between
        ) and not (between.strip() == "," and after and _INTRODUCES.match(text[m.end() : after[0].start])):
            return before[-1]
    if after and _INTRODUCES.match(text[m.end() : after[0].start]):
        return after[0]
    return None
