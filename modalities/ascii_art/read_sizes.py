"""Numbers said of a drawing: `width`, `height`, and the lengths of `bars`.

A number that is approximate, or said of a part of the drawing, gives nothing.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from grounding.claims import Claim
from modalities.ascii_art.read_words import Mention, Sentence, mention


def _sized(pattern: str) -> re.Pattern[str]:
    """The pattern with each of its alternatives' groups n and key named apart: n0, n1, …"""
    turn = itertools.count()
    return re.compile(re.sub(r"\(\?P<(n|key)>", lambda m: f"(?P<{m.group(1)}{next(turn)}>", pattern))


def _n(m: re.Match[str], group: str = "n") -> tuple[int, int] | None:
    """The number that the match found, and its place; None without one."""
    for name, value in m.groupdict().items():
        if name[0] == group[0] and value is not None:
            return (_int(value) if group == "n" else 0), m.start(name)
    return None


_N = r"(?P<n>\d+|one)"
_UNIT = (
    r"(?:(?:characters?|columns?|cells?|symbols?|spaces?|units?|rows?|lines?|asterisks|stars|hashes|dots"
    r"|blocks|glyphs|hash|signs?|c|text|ascii|whole|full|pixels|points|letters) ){0,2}"
)
_OF = (
    r"(?:(?:of|is|are|was|:|=|equals?|equal|to|at|comes|being|measures|exactly|precisely|just|only|about "
    r"exactly|both|a|not|has|the|be|should|instead|by|,) ){0,4}"
)
_WIDTH = _sized(
    rf" {_N} {_UNIT}(?:wide|across|broad|in width|of width|width(?! [:=\d])|width wise|from left to "
    rf"right)(?= )"
    rf"| (?:width|breadth|columns?|wide)(?: (?:and|&) height)? (?P<key>{_OF}){_N}(?: characters| "
    rf"columns)?(?= )"
    rf"| {_N} (?:\w+ )?columns?(?= )"
)
_HEIGHT = _sized(
    rf" {_N} {_UNIT}(?:tall|high|deep|in height|of height|height(?! [:=\d])|from top to bottom|height "
    rf"wise)(?= )"
    rf"| (?:height|rows|tall|high)(?: (?:and|&) width)? (?P<key>{_OF}){_N}(?: characters| lines| "
    rf"rows)?(?= )"
    rf"| {_N} (?:\w+ )?rows?(?= )"
    rf"|(?:(?<=columns and)|(?<=columns by)|(?<=columns ,)|(?<=wide and)) {_N} lines(?= )"
    rf"|(?<=and) {_N} down(?= (?:$|,))"
    rf"| {_N} lines (?:of (?:text|output|characters?|ascii|art)|in total|total|altogether|long$)(?= )"
    rf"| (?:takes(?: up)?|spans|spanning|occupies|over|across|spread over|fills|has|is|comes to|uses"
    rf"|covers|printed on) {_N} lines(?= (?:$|[,.]|and|of|vertically|$))"
)
_BOTH = _sized(
    rf" {_N} {_UNIT}(?:wide )?by (?P<k>\d+|one)(?= )"
    rf"| side(?: length)? {_OF}{_N}(?= )| sides {_OF}(?:length )?{_OF}{_N}(?= )"
    rf"| (?:each|every|all|the) (?:side|edge)s? (?:of it )?(?:is|are|has|have|measures|measuring|being"
    rf"|with)(?: \w+ly)? {_N}(?= )"
    rf"| {_N} {_UNIT}(?:long )?(?:(?:on|at|per|for|along) (?:a|each|every|all|its|the) (?:side|edge)s?"
    rf"|per side|a side|to a side|in both directions)(?= )"
    rf"| (?:width and height|height and width|edge length|side size)s? {_OF}{_N}(?= )"
    rf"| {_N} {_UNIT}(?:both )?(?:wide and (?:tall|high)|tall and wide|in width and height|each way|both "
    rf"ways)(?= )"
)
_LONG = _sized(
    rf" {_N} (?:characters?|columns|symbols|units|cells|dashes|asterisks|stars|hashes|hyphens|hash signs"
    rf"|equals signs|underscores)? ?(?:long|in length)(?= )| length {_OF}{_N}(?= )"
)
_ROWS_OF = re.compile(r" (?P<n>\d+) (?:rows|lines) of (?:exactly )?(?P<k>\d+)(?= )")
_ABOUT = re.compile(
    r" (?:about|around|roughly|approximately|approx|nearly|almost|circa|at least|at most|(?:more|less"
    r"|fewer) than|over|"
    r"under|up to|maybe|between|near|close to|(?:\d+|one) (?:to|or|-|—)|first|last|top|bottom|next|other"
    r"|these|those|every|each|"
    r"like|~|say|something like|remaining|middle|ca|some|least|most|somewhere around|another|additional"
    r"|extra|guess)(?: (?:a|the|of|1))? $"
)
_ABOUT_AFTER = re.compile(
    r" (?:or so|ish|or \d|to \d+ |— \d|- \d|at least|at most|or more|or less|more|too|long bars|apart"
    r"|from the|away|off|later|of the|inside|gap|left|right|space|down|below|above|each)(?= |$)"
)
_PART = re.compile(
    r" (?:each|every|bars?|border|frame|letters? (?:is|are)|row \d+|column \d+|(?:top|bottom|first|last"
    r"|second|middle) (?:row|line|column|bar|side)|"
    r"gap|margin|indent|padding|stem|base is|screen|terminal|window|font size|page|eyes?|mouth|nose|line "
    r"is|lines are|space|stroke|strokes|longest|shortest|tallest|"
    r"step|steps|room|off by|shifted|by about|thick|border is) "
)


def sizes(s: Sentence) -> Iterator[Mention]:
    """Widths and heights; numbers that are approximate or speak of a part give none."""
    if not any(w.isdigit() or w == "one" for w in s.words) or not s.words & _SIZE_WORDS:
        return
    taken: list[tuple[int, int]] = []
    for name, pattern in (
        ("both", _BOTH),
        ("grid", _ROWS_OF),
        ("width", _WIDTH),
        ("height", _HEIGHT),
        ("long", _LONG),
    ):
        for m in pattern.finditer(s.text):
            if any(m.start() + 1 < b and m.end() > a for a, b in taken):
                continue
            found = _size(s, name, m)
            if found or name == "both":
                taken.append((m.start() + 1, m.end()))
            yield from found


def _size(s: Sentence, name: str, m: re.Match[str]) -> list[Mention]:
    """The sizes that one match of the pattern for `name` gives."""
    text, number = s.text, _n(m)
    if number is None or not _exact(text, m, number[1], name != "both"):
        return []
    n, at = number
    second = m.groupdict().get("k")
    if name == "both":
        if text.startswith(" font ", m.end()) or re.search(r" font (?:is )?$", text[: m.start() + 1][-10:]):
            return []
        w, h = (n, _int(second)) if second else (n, n)
        if second and re.match(r" (?:rows?|lines?|tall|high) ", text[m.start() + 1 + len(str(n)) :]):
            w, h = h, w
        return [mention(Claim("width", (w,)), m, at), mention(Claim("height", (h,)), m, at)]
    if name == "grid":
        return [
            mention(Claim("height", (n,)), m, at),
            mention(Claim("width", (_int(second or "1"),)), m, m.start("k")),
        ]
    if name == "long":
        if not s.words & {"line", "horizontal", "vertical", "characters", "columns"} or s.words & {
            "word",
            "text",
        }:
            return []
        return [mention(Claim("height" if "vertical" in s.words else "width", (n,)), m, at)]
    first = m.group().split()[0]
    if first in ("columns", "column", "rows", "wide", "tall", "high") and not re.search(
        r" [:=] | (?:wide|tall|high) of ", m.group()
    ):
        return []  # "row 4", "columns 1 and 2" are places, not sizes
    return [mention(Claim(name, (n,)), m, at)]


_SIZE_WORDS = set(
    "side sides by edge edges width wide tall both each across broad columns column breadth high deep "
    "height rows row "
    "lines long length".split()
)


def _int(word: str) -> int:
    return 1 if word == "one" else int(word)


def _exact(text: str, m: re.Match[str], n_at: int, whole: bool = True) -> bool:
    """Whether the number at n_at is exact and, if asked, speaks of the whole art."""
    if _ABOUT.search(text[max(0, n_at - 26) : n_at]) or _ABOUT_AFTER.match(text[m.end() : m.end() + 14]):
        return False
    if not whole:
        return True
    before = text[max(0, n_at - 40) : n_at]
    clause = re.split(r" (?:,|:|but|and|it|with) ", before)[-1]
    return not _PART.search(" " + clause.strip() + " ")


# A number without its unit, after a contrast: "5 wide, not 6".
_ELLIPSIS = re.compile(
    r" (?:not|instead of|rather than|but|but rather|and not|no longer|got|actually|only|it is|yours is|is"
    r"|mine is|was|now|not the|than|it has|has|have|there are) (?:only |just |actually |really |exactly "
    r"|it is |the )?(?P<n>\d+)(?= (?:$|[,.()—]| ?(?:like|as|this|now|here|though|instead|rather|and|but"
    r"|any) ))"
)
_LEFT_ELLIPSIS = re.compile(
    r" (?P<n>\d+) (?:, )?(?:not|instead of|rather than|and not|but|but rather) (?P<k>\d+)(?= )"
)


def elliptical(s: Sentence, numbered: list[Mention], earlier: Mention | None) -> Iterator[Mention]:
    """Numbers that take what they measure from a size or a count near them."""
    if not any(w.isdigit() for w in s.words):
        return
    pool = [m for m in numbered if m.claim.name in ("width", "height", "count")]
    for m in _ELLIPSIS.finditer(s.text):
        at = m.start("n")
        if any(p.start <= at < p.end for p in pool):
            continue
        before = [p for p in pool if p.end <= at]
        near = before[-1] if before else earlier
        if near and not _ABOUT.search(s.text[max(0, at - 24) : at]):
            yield Mention(_with_number(near.claim, int(m.group("n"))), at, at, m.end())
    for m in _EXPECTED.finditer(s.text):
        at = m.start("n")
        before = [p for p in pool if p.end <= at]
        near = before[-1] if before else earlier
        if near and not any(p.start <= at < p.end for p in pool):
            yield Mention(_with_number(near.claim, int(m.group("n"))), at, at, at + len(m.group("n")))
    for m in _LEFT_ELLIPSIS.finditer(s.text):
        at = m.start("n")
        behind = [p for p in pool if p.start <= m.start("k") < p.end and not p.start <= at < p.end]
        if behind and not any(p.start <= at < p.end for p in pool):
            yield Mention(_with_number(behind[0].claim, int(m.group("n"))), at, at, at + len(m.group("n")))


def _with_number(claim: Claim, n: int) -> Claim:
    return Claim("count", (claim.args[0], n)) if claim.name == "count" else Claim(claim.name, (n,))


_EXPECTED = re.compile(
    r" (?P<n>\d+) (?:was|were|is|are|had been) (?:expected|requested|wanted|asked for|needed|required"
    r"|correct)(?= )"
)


# ---- bars ----

_LIST = re.compile(r" \d+(?:(?: ,)?(?: (?:and|then|,|-|/|&|by|followed by))* \d+)+(?= )")
_EACH = re.compile(
    r" (?:first|second|third|fourth|fifth|1st|2nd|left|middle|right|next|last|other|top|bottom)(?: (?:one"
    r"|bar|column))?(?: (?:is|has|reaches|being|measures|=|:|of|goes|stands|a|at|one|length|height))* "
    r"(?P<n>\d+)(?= )"
    r"| bar (?:\d )?(?:of|with)(?: (?:length|height|size))?(?: of)? (?P<m>\d+)(?= )"
)


def bars(s: Sentence, has_bars: bool) -> Iterator[Mention]:
    """`bars(…)`: lists of at least two numbers where the text speaks of bars."""
    if not has_bars or not any(w.isdigit() for w in s.words):
        return
    found = False
    for m in _LIST.finditer(s.text):
        numbers = [int(n) for n in re.findall(r"\d+", m.group())]
        before, after = s.text[max(0, m.start() - 24) : m.start() + 1], s.text[m.end() : m.end() + 12]
        if (
            re.search(
                r" (?:rows?|columns?|build|version|page|step|test|issue|steps|pages|\d+ by|bars? (?:number "
                r")?(?=\d)|by) $",
                before,
            )
            and "bars " not in before[-6:]
        ):
            continue
        if re.match(r" (?:by|wide|squares?|circles?)", after) or " by " in m.group():
            continue
        found = True
        yield mention(Claim("bars", tuple(numbers)), m)
    each = list(_EACH.finditer(s.text)) if not found else []
    if len(each) >= 2:
        numbers = [int(m.group("n") or m.group("m")) for m in each]
        yield Mention(Claim("bars", tuple(numbers)), each[0].start() + 1, each[0].start() + 1, each[-1].end())
