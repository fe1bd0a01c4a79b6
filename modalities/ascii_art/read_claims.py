"""What one sentence mentions about a drawing, apart from its figures: sizes, fill, frame, face, symmetry and so on.

Each finder takes a sentence and yields `Mention`s: a claim, the place of the word that decides its polarity, and
its extent. Whether it is asserted or denied is settled later, from the clause it stands in.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from grounding.claims import Claim
from modalities.ascii_art.read_words import Sentence


@dataclass(slots=True)
class Mention:
    """A claim mentioned at [start, end) of a sentence; `at` is its deciding word.

    `fixed`: the state is already known ("denied"), whatever the clause says. `part`: said of a part of the art.
    """

    claim: Claim
    at: int
    start: int
    end: int
    fixed: str = ""


def _mention(claim: Claim, m: re.Match[str], at: int | None = None, fixed: str = "") -> Mention:
    return Mention(claim, m.start() + 1 if at is None else at, m.start() + 1, m.end(), fixed)


# ---- sizes ----

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
_UNIT = r"(?:(?:characters?|columns?|cells?|symbols?|spaces?|units?|rows?|lines?|asterisks|stars|hashes|dots|blocks|glyphs|hash|signs?|c|text|ascii|whole|full|pixels|points|letters) ){0,2}"
_OF = r"(?:(?:of|is|are|was|:|=|equals?|equal|to|at|comes|being|measures|exactly|precisely|just|only|about exactly|both|a|not|has|the|be|should|instead|by|,) ){0,4}"
_WIDTH = _sized(
    rf" {_N} {_UNIT}(?:wide|across|broad|in width|of width|width(?! [:=\d])|width wise|from left to right)(?= )"
    rf"| (?:width|breadth|columns?|wide)(?: (?:and|&) height)? (?P<key>{_OF}){_N}(?: characters| columns)?(?= )"
    rf"| {_N} (?:\w+ )?columns?(?= )"
)
_HEIGHT = _sized(
    rf" {_N} {_UNIT}(?:tall|high|deep|in height|of height|height(?! [:=\d])|from top to bottom|height wise)(?= )"
    rf"| (?:height|rows|tall|high)(?: (?:and|&) width)? (?P<key>{_OF}){_N}(?: characters| lines| rows)?(?= )"
    rf"| {_N} (?:\w+ )?rows?(?= )"
    rf"|(?:(?<=columns and)|(?<=columns by)|(?<=columns ,)|(?<=wide and)) {_N} lines(?= )"
    rf"|(?<=and) {_N} down(?= (?:$|,))"
    rf"| {_N} lines (?:of (?:text|output|characters?|ascii|art)|in total|total|altogether|long$)(?= )"
    rf"| (?:takes(?: up)?|spans|spanning|occupies|over|across|spread over|fills|has|is|comes to|uses|covers|printed on) {_N} lines(?= (?:$|[,.]|and|of|vertically|$))"
)
_BOTH = _sized(
    rf" {_N} {_UNIT}(?:wide )?by (?P<k>\d+|one)(?= )"
    rf"| side(?: length)? {_OF}{_N}(?= )| sides {_OF}(?:length )?{_OF}{_N}(?= )"
    rf"| (?:each|every|all|the) (?:side|edge)s? (?:of it )?(?:is|are|has|have|measures|measuring|being|with)(?: \w+ly)? {_N}(?= )"
    rf"| {_N} {_UNIT}(?:long )?(?:(?:on|at|per|for|along) (?:a|each|every|all|its|the) (?:side|edge)s?|per side|a side|to a side|in both directions)(?= )"
    rf"| (?:width and height|height and width|edge length|side size)s? {_OF}{_N}(?= )"
    rf"| {_N} {_UNIT}(?:both )?(?:wide and (?:tall|high)|tall and wide|in width and height|each way|both ways)(?= )"
)
_LONG = _sized(rf" {_N} (?:characters?|columns|symbols|units|cells|dashes|asterisks|stars|hashes|hyphens|hash signs|equals signs|underscores)? ?(?:long|in length)(?= )| length {_OF}{_N}(?= )")
_ROWS_OF = re.compile(r" (?P<n>\d+) (?:rows|lines) of (?:exactly )?(?P<k>\d+)(?= )")
_ABOUT = re.compile(
    r" (?:about|around|roughly|approximately|approx|nearly|almost|circa|at least|at most|(?:more|less|fewer) than|over|"
    r"under|up to|maybe|between|near|close to|(?:\d+|one) (?:to|or|-|—)|first|last|top|bottom|next|other|these|those|every|each|"
    r"like|~|say|something like|remaining|middle|ca|some|least|most|somewhere around|another|additional|extra|guess)(?: (?:a|the|of|1))? $"
)
_ABOUT_AFTER = re.compile(r" (?:or so|ish|or \d|to \d+ |— \d|- \d|at least|at most|or more|or less|more|too|long bars|apart|from the|away|off|later|of the|inside|gap|left|right|space|down|below|above|each)(?= |$)")
_PART = re.compile(
    r" (?:each|every|bars?|border|frame|letters? (?:is|are)|row \d+|column \d+|(?:top|bottom|first|last|second|middle) (?:row|line|column|bar|side)|"
    r"gap|margin|indent|padding|stem|base is|screen|terminal|window|font size|page|eyes?|mouth|nose|line is|lines are|space|stroke|strokes|longest|shortest|tallest|"
    r"step|steps|room|off by|shifted|by about|thick|border is) "
)


def sizes(s: Sentence) -> Iterator[Mention]:
    """Widths and heights; numbers that are approximate or speak of a part give none."""
    if not any(w.isdigit() or w == "one" for w in s.words) or not s.words & _SIZE_WORDS:
        return
    taken: list[tuple[int, int]] = []
    for name, pattern in (("both", _BOTH), ("grid", _ROWS_OF), ("width", _WIDTH), ("height", _HEIGHT), ("long", _LONG)):
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
        return [_mention(Claim("width", (w,)), m, at), _mention(Claim("height", (h,)), m, at)]
    if name == "grid":
        return [_mention(Claim("height", (n,)), m, at), _mention(Claim("width", (_int(second or "1"),)), m, m.start("k"))]
    if name == "long":
        if not s.words & {"line", "horizontal", "vertical", "characters", "columns"} or s.words & {"word", "text"}:
            return []
        return [_mention(Claim("height" if "vertical" in s.words else "width", (n,)), m, at)]
    first = m.group().split()[0]
    if first in ("columns", "column", "rows", "wide", "tall", "high") and not re.search(r" [:=] | (?:wide|tall|high) of ", m.group()):
        return []  # "row 4", "columns 1 and 2" are places, not sizes
    return [_mention(Claim(name, (n,)), m, at)]


_SIZE_WORDS = set(
    "side sides by edge edges width wide tall both each across broad columns column breadth high deep height rows row "
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
    r" (?:not|instead of|rather than|but|but rather|and not|no longer|got|actually|only|it is|yours is|is|mine is|was|now|not the|than|it has|has|have|there are) (?:only |just |actually |really |exactly |it is |the )?(?P<n>\d+)(?= (?:$|[,.()—]| ?(?:like|as|this|now|here|though|instead|rather|and|but|any) ))"
)
_LEFT_ELLIPSIS = re.compile(r" (?P<n>\d+) (?:, )?(?:not|instead of|rather than|and not|but|but rather) (?P<k>\d+)(?= )")


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
        if (near := ([p for p in pool if p.end <= at][-1:] or [earlier])[0]) and not any(p.start <= at < p.end for p in pool):
            yield Mention(_with_number(near.claim, int(m.group("n"))), at, at, at + len(m.group("n")))
    for m in _LEFT_ELLIPSIS.finditer(s.text):
        at = m.start("n")
        behind = [p for p in pool if p.start <= m.start("k") < p.end and not p.start <= at < p.end]
        if behind and not any(p.start <= at < p.end for p in pool):
            yield Mention(_with_number(behind[0].claim, int(m.group("n"))), at, at, at + len(m.group("n")))


def _with_number(claim: Claim, n: int) -> Claim:
    return Claim("count", (claim.args[0], n)) if claim.name == "count" else Claim(claim.name, (n,))


_EXPECTED = re.compile(r" (?P<n>\d+) (?:was|were|is|are|had been) (?:expected|requested|wanted|asked for|needed|required|correct)(?= )")


# ---- fill ----

_HOLLOW = re.compile(
    r" (?:hollow(?:ed(?: out)?)?|unfilled|outlined(?! (?:in|above|below|by|the))|see through|"
    r"(?:only|just|merely|simply) (?:the |an |its )?(?:outlines?|edges?|perimeter|contours?)|(?:outlines?|edges|contours?) only|"
    r"(?<!as i )(?:an |the |in )?outlines?(?: form)?(?! (?:for|is made|are made|are drawn|is drawn|your|my|a plan|the|what|how|with|seems|looks|made))|"
    r"(?:is|are|it|completely|totally|all|an?|,|entirely|left|both|and|of|the|looks|stays|not|one|two|2|3|not) empty(?! (?:string|output|line|lines|space|spaces|file|canvas|page|row|rows|response|message|reply|word|promise|seat|handed))|"
    r"(?:empty|blank|hollow|nothing|vacant|void) (?:on the |in the |in |at the |there )?(?:inside|in there|within|in it|in them|middle|center|centre|interior)|"
    r"(?:nothing|no characters?|no ink|only spaces?|(?:only )?(?:blank|empty|white) space|blank|blanks) (?:is |are |drawn )?(?:on the |in the |at the )?(?:inside|in there|within|in it|in the (?:middle|center|centre)|middle|interior)|"
    r"(?:inside|interior|middle|center|centre)(?: of \w+(?: \w+)?)?(?: it| there| is| are| :| =| stays| was| has been)*(?: left| completely| totally| entirely| all| just| actually| not)* (?:empty|blank|hollow|void|vacant|nothing)|"
    r"(?:with )?no fill|fill (?::|=|is) (?:no|none|empty|off)|without (?:a |any )?fill(?:ing)?|empty (?=square|rectangle|triangle|diamond|circle|shape|figure)|"
    r"(?<=,) empty(?= [,.)]| $)|(?<=^) empty(?= [,.)]| $))(?= )"
)
_FILLED = re.compile(
    r" (?:filled(?: in| up| out)?(?! (?:the|out|your|my|me|a form|joy|love|by hand))|solid(?:ly)?(?! (?:work|effort|job|start|attempt|choice|piece of work|understanding|grasp|foundation|advice|progress|"
    r"result|performance|reasons?|evidence|b|a|ground|line|lines|border|frame|character|block of|try|work) )|shaded(?: in)?|coloured in|colored in|completely full|no (?:empty|blank) space(?:s)?(?: \w+)? ?(?:inside|within|in it)?|"
    r"no (?:gaps?|holes?|hollow \w+)(?: in(?:side)? it| in the middle| inside| anywhere)?|fully filled|(?:fill|filled) [:=] (?:yes|solid|full|true)|not a hole)(?= )"
)
_FILLED_WITH = re.compile(r" (?:with (?:joy|love|hope|meaning|emotion|life|details?|charm|wonder|energy|character|personality|errors|bugs|typos)|screen|in the (?:form|survey|blank))")


def fills(s: Sentence) -> Iterator[Mention]:
    """`hollow()` and `filled()`."""
    text = s.text
    last = -1
    for m in _HOLLOW.finditer(text):
        body = m.group()
        if _inner_part(text, m):
            continue
        # the claim's own "no" or "nothing" is part of the phrase and denies nothing
        at = m.start() + 1
        if re.match(r" (?:inside|interior|middle|cent)", body):
            at = m.end() - 2
        if re.search(r" not (?:\w+ )?(?:empty|blank|hollow|nothing|void)", body):
            at = m.end() - 1
        if body.startswith((" the outline", " an outline", " outline")) and re.search(r" (?:the|frame|its|thick|an?) outline ", body + " ") and re.match(r" (?:is|has|of the letters)", text[m.end() :]):
            continue
        if body.startswith(" not "):
            at = m.start() + 5
        elif re.match(r" (?:no|nothing|without|only|just) ", body):
            at = m.start()
        last = m.start()
        yield Mention(Claim("hollow"), at, m.start() + 1, m.end())
    for m in _FILLED.finditer(text):
        if m.start() == last or _FILLED_WITH.match(text, m.end()) or _inner_part(text, m):
            continue
        if re.search(r" (?:fill) [:=] (?:no|none|hollow)", text[m.start() : m.end() + 10]):
            continue
        yield _mention(Claim("filled"), m, m.start() if m.group().startswith((" no ", " not ")) else None)


def _inner_part(text: str, m: re.Match[str]) -> bool:
    """Fill that is said of lines, feelings or a part, not of the drawing."""
    before = text[max(0, m.start() - 28) : m.start() + 1]
    after = text[m.end() : m.end() + 24]
    return bool(
        re.search(r" (?:i feel|i am|feel|feels|output is|file is|canvas is|screen is|page is|row is|line is|response is|input is|letters are|rock|pretty|string is|eyes are|result is|on) $", before)
        or re.match(r" (?:work|effort|job|start|attempt|choice|understanding|grasp|foundation|advice|line|lines|border|frame|string|promises?|victory|letters|characters?|blocks? of text|head|with (?:joy|love|hope|detail))\b", after)
    )


# ---- frame ----

_FRAME_NOUN = r"(?:frames?|borders?|box|bounding box|boundary|enclosure)"
_FRAMED = re.compile(
    rf" (?:framed|boxed(?: in)?|bordered|(?:frames?|borders?|bounding box)(?! (?:of reference|rate|rates|line|lines|work|between|case|cases|collie|control|and))|"
    rf"(?:in|inside|within|into|enclosed (?:in|by|within)|surrounded by|encased in|bounded by|inside of|contained (?:in|within|by)|encloses?|wrapped in|set in|put in|has|with|sits in) (?:of )?(?:a|an|the|its own|one|1|some kind of|neat|little)(?: (?!and )\w+){{0,2}}? (?:{_FRAME_NOUN}|rectangular border)|"
    rf"(?:a |the |no |any |1 )(?:\w+ )?box (?:\w+ )?(?:around|round|surrounds|surrounding|encloses|enclosing|all around|about)|box(?:es)? (?:[:=]|around|round)|boxed)(?= )"
)
_FRAMED_RECT = re.compile(r" (?:(?:in|inside|within|by|around by) (?:of )?(?:a|an|the|one)(?: \w+)? (?:rectangle|square)|(?:a|the) (?:\w+ )?(?:rectangle|square) (?:around|surrounding|surrounds|encloses|enclosing|round)(?: (?:it|the (?:word|text|letters|whole \w+)|§t|this|all|everything))?)(?= )")
_UNFRAMED = re.compile(r" (?:unframed|borderless|frameless|unboxed)(?= )")


def frames(s: Sentence, spells: bool) -> Iterator[Mention]:
    """`framed()`; `spells`: the text speaks of a word, which a rectangle around it frames."""
    text = s.text
    if s.words & {"framed", "boxed", "bordered", "frame", "border", "frames", "borders", "box", "boundary", "boxes", "enclosure"}:
        for m in _FRAMED.finditer(text):
            before = text[max(0, m.start() - 24) : m.start() + 1]
            if re.search(r" (?:time|check|text|picture|tick|tool|phone|lunch|mail|key|door|window|match|inner|this|comment|next|fabulously|search|message|dialog|list|in the box|black) $", before) or re.search(
                r"(?:text|check|tick|comment|input|search|reply|message|dialog|mail|inner|white|match|edit|outside the|outside of the|of the) box $|box below|in this frame", m.group() + " "
            ):
                continue
            if re.match(r" (?:below|above\b(?! and)|provided|of chocolates|is (?:ticked|checked|next)|stands)", text[m.end() :]) and "box" in m.group():
                continue
            word = re.search(r"(?:frame|border|box|boundary|enclosure)\w*", m.group())
            at = m.start() + 1 + (0 if m.group().startswith((" in ", " inside", " within")) else 0)
            if word and m.group().split()[0] in ("a", "the", "no", "any", "has", "with"):
                at = m.start() + word.start()
            yield Mention(Claim("framed"), at, m.start() + 1, m.end())
    if s.words & {"unframed", "borderless", "frameless", "unboxed"}:
        for m in _UNFRAMED.finditer(text):
            yield _mention(Claim("framed"), m, fixed="denied")
    if spells and s.words & {"rectangle", "square"}:
        for m in _FRAMED_RECT.finditer(text):
            yield _mention(Claim("framed"), m)


# ---- face ----

_HAPPY = r"(?:happy|smiling|smiley|cheerful|grinning|joyful|glad|laughing|beaming|smirking|delighted|content|jolly|merry|cheery|§happy)"
_SAD = r"(?:sad|frowning|frowny|unhappy|gloomy|glum|sorrowful|upset|downcast|miserable|grumpy|unsmiling frowning|crying|dejected|melancholy|§sad)"
_FLAT = r"(?:neutral|straight|expressionless|blank|deadpan|poker|emotionless|indifferent|unsmiling|§flat|flat|level|impassive|meh)"
_HEAD = r"(?:face|faces|expression|emoji|emoticon|emote|one|look|mouth|smiley|mood|guy|man|person|character|mouthed|faced)"
_FACE = re.compile(
    rf" (?:(?P<flat1>{_FLAT}(?: (?:line )?(?:{_HEAD}))|(?:mouth|lips|expression|face)(?: \w+)?(?: (?:is|are|:|=|being|shown|drawn|as))+(?: (?:a|an|just|perfectly|completely|simply|not|neither|quite))* (?:neutral|straight|flat|level|horizontal|expressionless|blank|deadpan|emotionless)(?: line)?|neutral|expressionless|deadpan|poker faced|no expression)"
    rf"|(?P<happy>{_HAPPY}(?: {_HEAD})?|smiles?|smiled|smile face|grins?|grin|smileys?|happiness|smiling mouth|(?:mouth|corners?|ends)(?: \w+){{0,3}} (?:curves?|turns?|turned|curved|curving|turning|points?|pointing|goes|bends|going|curls|curled|curling) up(?:wards?)?|u shaped mouth|upturned mouth)"
    rf"|(?P<sad>{_SAD}(?: {_HEAD})?|frowns?|frowned|frown|sadness|pout\w*|upside down smile|(?:mouth|corners?|ends)(?: \w+){{0,3}} (?:curves?|turns?|turned|curved|curving|turning|points?|pointing|goes|bends|going|droop\w*|curls|curled|curling) (?:down(?:wards?)?)|(?:down ?turned|drooping) mouth|mouth turned down|sad))(?= )"
)
_FACE_IDIOM = re.compile(
    r" (?:on|to|of|in|for) (?:my|your|our|his|her|their|everyone|someone|s) face|face (?:value|to face|it|the)|made (?:me|us) |(?:i am|i was|i would be|we are|"
    r"so|very|more than|be|also|really) (?:happy|glad|delighted|sad|content|upset)(?: to| that| with| for| about|,|$)| (?:happy|glad|delighted|content|sad) (?:to|that|with|about|birthday|accident|holidays?|coding|new year|ending|you|i|news|path|state of)|put(?:s|ting)? a smile|bring(?:s)? a smile|brought a smile|make(?:s)? (?:me|us|you|people|everyone) |i am "
)
_FACE_WORDS = set(
    "smiling smile smiles smiley smileys happy sad frowning frown frowns frowned neutral face mouth straight expressionless frowny unhappy grin grins "
    "grinning cheerful gloomy glum deadpan flat blank smiled grumpy §happy §sad §flat laughing beaming pout pouting joyful poker corners jolly merry miserable upset crying emotionless".split()
)
_SURE = {"smiling", "smiley", "frowning", "frowny", "smileys", "frowns", "frowned", "frown", "smiles", "grinning"}


def faces(s: Sentence, has_face: bool) -> Iterator[Mention]:
    """`face(…)`; `has_face`: the text speaks of a face, so that "it is sad" speaks of it too."""
    if not s.words & _FACE_WORDS or _FACE_IDIOM.search(s.text) and not re.search(r" (?:smiling|smiley|frowning|happy|sad|neutral) face ", s.text):
        return
    for m in _FACE.finditer(s.text):
        expression = {"happy": "smiling", "sad": "frowning", "flat1": "neutral"}[m.lastgroup or "happy"]
        words = m.group().split()
        before = s.text[max(0, m.start() - 30) : m.start() + 1]
        if words[0] in ("§happy", "§sad", "§flat") and len(words) == 1:
            if not re.search(r" (?:a|an|is|like|shows|of|the|says|not|drew|got|:) $", before):
                continue
        headed = len(words) > 1 and words[-1] in ("face", "faces", "expression", "emoji", "emoticon", "mouth", "mouthed", "faced", "smiley")
        headed = headed or len(words) > 1 and words[0] in ("mouth", "face", "lips", "expression", "corners", "corner")
        said = re.search(r" (?:it|face|he|she|that|which|mouth|drawing|picture|and|looks?|seems?|appears?|is|nor|neither|expression|not|or|a|but|than|of|with|,|:|wearing|has|no|any|without|expected|wanted) (?:\w+ly |really |still |not |very |quite |a bit |rather |a |to be |big |wide )*$", before)
        if not (headed or has_face and (said or words[0] in _SURE or "mouth" in s.words) or words[0] in _SURE and (said or len(s.words) <= 4 or "smiley" in words[0])
                or (said and re.search(r" (?:looks?|is|seems?|appears?) ", before) and words[0] in ("happy", "sad", "cheerful", "unhappy", "glum", "gloomy", "grumpy") and " it " in s.text)):
            continue
        if not headed and expression == "neutral" and not has_face:
            continue
        at = m.start() + 1
        if words[0] in ("mouth", "corners", "corner", "ends", "lips", "expression", "face"):
            at = m.end() - 2
        yield Mention(Claim("face", (expression,)), at, m.start() + 1, m.end())


# ---- symmetry ----

_TRIGGER = re.compile(
    r" (?P<no>asymmetric\w*|asymmetry|lopsided|unsymmetric\w*|differ|differs|different|unequal|mismatch\w*|nonsymmetric\w*)(?= )"
    r"| (?:symmetr\w*|mirror\w*|reflect\w*|identical|same|match\w*|equal|palindrom\w*|flip\w*|alike|fold\w*|line up|lines up)(?= )"
)
_LEFTRIGHT = re.compile(r" left(?: \w+){0,8} right(?= )| right(?: \w+){0,8} left(?= )| sideways(?= )| side to side(?= )| both sides(?= )")
_TOPDOWN = re.compile(
    r" (?:top|upper)(?: \w+){0,8} (?:bottom|lower)(?= )| (?:bottom|lower)(?: \w+){0,8} (?:top|upper)(?= )| (?:top|up) (?:and|to|over|versus|vs) down(?= )| upside down(?= )| up and down(?= )"
)
_AXIS = re.compile(r" (?P<v>vertical(?:ly)?)(?= )| (?P<h>horizontal(?:ly)?)(?= )")
_BOTHWAYS = re.compile(r" (?:in |along |about |on |across |over )?(?:both|two|2) (?:axes|axis|directions|ways|dimensions)(?= )| (?:either|each) (?:axis|way|direction)(?= )")
_CUT = re.compile(r" (?:,|but|while|whereas|although|though|yet|:|and not|—|so|because)(?= )")


def symmetries(s: Sentence) -> Iterator[Mention]:
    """`symmetric(…)`: a word of sameness with a direction in its clause; a clause without the word borrows it."""
    text = s.text
    triggers = list(_TRIGGER.finditer(text)) if re.search(r" (?:a?symm|unsymm|nonsymm|mirror|reflect|identic|same|match|equal|palindr|flip|alike|differ|lopsided|unequal|mismatch|fold|line)", text) else []
    if not triggers:
        return
    cuts = [0, *(m.start() for m in _CUT.finditer(text)), len(text)]
    for a, b in zip(cuts, cuts[1:], strict=False):
        clause = text[a:b] + " "
        mine = [m for m in triggers if a <= m.start() < b]
        vertical, horizontal, both = _LEFTRIGHT.search(clause), _TOPDOWN.search(clause), _BOTHWAYS.search(clause)
        strong = any(re.match(r" (?:a?symm|mirror|reflect|palindr|unsymm|nonsymm|lopsided)", m.group()) for m in mine)
        found: dict[str, re.Match[str]] = {}
        if vertical and not (vertical.group() == " both sides" and not strong):
            found["vertical"] = vertical
        if horizontal and (strong or mine or not vertical):
            found["horizontal"] = horizontal
        if not found and (strong or not mine):
            for m in _AXIS.finditer(clause):
                found[("vertical" if m.group("v") else "horizontal")] = m
            if both and strong:
                found = {"vertical": both, "horizontal": both}
        if not mine and not (found and re.search(r"^ [:=(]| (?:do|does|are|is|it|they|not|also|too|but|yes|no)(?: not)? ", clause)):
            continue
        if not mine and not any(re.match(r" (?:a?symm|mirror|reflect|match|identic|palindr)", m.group()) for m in triggers):
            continue
        if not mine and re.search(r" (?:square|triangle|circle|diamond|rectangle) ", clause):
            continue
        for axis, m in found.items():
            last = mine[0] if mine else None
            if last and not strong and last.group().strip() in ("flip", "flips", "fold", "folds", "fold", "equal") and not re.search(r" (?:same|identical|equal|unchanged|match|matches)", text):
                continue
            at = a + m.start() + 1
            if last:
                at = max(at, last.start() + 1) if not strong else last.start() + 1
            end = a + m.end()
            fixed = ""
            denied = any(t.group("no") for t in mine)
            if denied:
                fixed = "denied" if not re.search(r" (?:not|no) ", clause) else ""
                if not fixed:
                    continue
            elif re.search(r" (?:do|does|are|is) not(?: \w+)?\s*$| no\s*$", clause) or re.search(r" not (?=(?:top|left|from|vertical|horizontal|about|the|up))", clause[: m.start() + 2]):
                fixed = "denied"
            yield Mention(Claim("symmetric", (axis,)), at, min(a + m.start() + 1, at), max(end, at + 1), fixed)


# ---- bars ----

_LIST = re.compile(r" \d+(?:(?: ,)?(?: (?:and|then|,|-|/|&|by|followed by))* \d+)+(?= )")
_EACH = re.compile(
    r" (?:first|second|third|fourth|fifth|1st|2nd|left|middle|right|next|last|other|top|bottom)(?: (?:one|bar|column))?(?: (?:is|has|reaches|being|measures|=|:|of|goes|stands|a|at|one|length|height))* (?P<n>\d+)(?= )"
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
        if re.search(r" (?:rows?|columns?|build|version|page|step|test|issue|steps|pages|\d+ by|bars? (?:number )?(?=\d)|by) $", before) and "bars " not in before[-6:]:
            continue
        if re.match(r" (?:by|wide|squares?|circles?)", after) or " by " in m.group():
            continue
        found = True
        yield _mention(Claim("bars", tuple(numbers)), m)
    each = list(_EACH.finditer(s.text)) if not found else []
    if len(each) >= 2:
        numbers = [int(m.group("n") or m.group("m")) for m in each]
        yield Mention(Claim("bars", tuple(numbers)), each[0].start() + 1, each[0].start() + 1, each[-1].end())


# ---- fonts ----

_GENERIC = set(
    "big large small nice same different bold fancy this that what which another monospace monospaced right wrong default readable blocky "
    "a an any good cool new other pixel huge tiny ascii the figlet your my its some one no clear plain simple beautiful great typical "
    "legible thick thin decorative stylish stylized retro chunky larger smaller bigger used certain particular given computer terminal "
    "similar requested correct chosen exact original actual whole named custom standard-looking unusual weird strange funny kind of in not or and is , : ( 3d".split()
) - {"big", "small", "standard"}
_FONT_NAME = r"(?P<name>§f|[a-z0-9§][\w§]*(?: by \d+)?)"
_FONT = (
    re.compile(
        r" (?P<the>(?:the|figlet|in|its) )?(?P<two>(?:[a-z]\w+ )?)(?P<name>§f|\d+ by \d+|[a-z0-9]\w*)(?: style)?(?: figlet)? "
        r"(?:font|typeface)(?= )"
    ),
    re.compile(
        r" (?:font|typeface)(?: (?:is|was|used|name|called|named|:|=|here|looks|like|seems|appears|to be|the|not|no longer|"
        r"actually|clearly|figlet|should|instead|of|are))+ (?P<name>§f|\d+ by \d+|[a-z0-9]\w*)(?= )"
    ),
    re.compile(
        r" (?:font|figlet (?:font )?(?:in |style )?) ?(?P<name>§f)(?= )| (?:figlet|font) (?:font )?(?:in |style |, |: )?"
        r"(?P<fig>standard|banner|slant|small|big|block|mini|script|shadow|ogre|doom|digital|bubble|lean)(?= )"
    ),
)
_KNOWN_FONTS = "standard banner slant big small block mini script shadow ogre doom digital bubble lean smslant isometric1 larry3d roman graffiti speed starwars".split()
_SPECIAL_FONTS = "|".join(f for f in _KNOWN_FONTS if f not in ("big", "small", "block", "mini", "standard"))
_IN_KNOWN = re.compile(
    rf" in (?:the )?(?:figlet )?(?P<name>{_SPECIAL_FONTS}|§f)(?: style| lettering| letters)?(?= (?:$|[,.()]|and|with|not|rather|instead|but|"
    r"style|lettering))| (?:is|are|but|set|written|drawn|not|done) in (?P<plain>standard|big|small)(?= (?:$|[,.]))"
)
_NOT_FONT = set(
    "is the a not unclear unknown used very nice hard clear too large in of readable and but looks different same wrong right bold i you it that this what "
    "which sans monospace blocky legible correct good fine big? easy one none yes no here also just really thing so".split()
)
_FONT_CONTRAST = re.compile(r" (?:not|never|instead of|rather than|but|no longer|not in|nor|and not) (?:in )?(?:the )?(?P<name>§f|[a-z]\w+)(?= (?:$|[,.()]|one|font))")


def fonts(s: Sentence) -> Iterator[Mention]:
    """`font(…)`, its name in lower case."""
    text = s.text
    out: list[Mention] = []
    if s.words & {"font", "typeface", "figlet"}:
        for k, pattern in enumerate(_FONT):
            for m in pattern.finditer(text):
                found = _font_before(m) if k == 0 else _font_after(m)
                if found and not any(o.start <= found[1] < o.end for o in out):
                    name, at = found
                    out.append(Mention(Claim("font", (_name(s, name, at),)), at, m.start() + 1, m.end()))
    for m in _IN_KNOWN.finditer(text):
        group = "name" if m.group("name") else "plain"
        at = m.start(group)
        if not any(o.start <= at < o.end for o in out):
            out.append(Mention(Claim("font", (_name(s, m.group(group), at),)), at, m.start() + 1, m.end()))
    if out:
        for m in _FONT_CONTRAST.finditer(text):
            at, name = m.start("name"), m.group("name")
            known = name == "§f" or name in _KNOWN_FONTS
            if known and not any(o.start <= at < o.end for o in out):
                out.append(Mention(Claim("font", (_name(s, name, at),)), at, m.start() + 1, m.end()))
    yield from out


def _font_before(m: re.Match[str]) -> tuple[str, int] | None:
    """The name in "the X font"; None for "a big font", "the same font"."""
    name, two, the = m.group("name"), m.group("two").strip(), (m.group("the") or "").strip()
    at = m.start("name")
    if name == "§f" or name in _KNOWN_FONTS and name not in ("big", "small", "block", "mini"):
        return name, at
    article = two or the
    if name in ("big", "small", "block", "mini"):
        return (name, at) if article in ("the", "figlet") else None
    if name in _GENERIC | {"not", "is"} or name.endswith(("er", "est")) or article in ("a", "an", "any", "some", "this", "no", "another", "very"):
        return None
    if two and the == "the" and two not in _GENERIC | {"figlet", "popular", "classic"}:
        return f"{two} {name}", m.start("two")
    return name, at


def _font_after(m: re.Match[str]) -> tuple[str, int] | None:
    """The name in "the font is X"."""
    group = "name" if m.group("name") else "fig"
    name = m.group(group)
    if name in _NOT_FONT or name in _GENERIC - {"3d"}:
        return None
    return name, m.start(group)


def _name(s: Sentence, name: str, at: int) -> str:
    if name == "§f":
        i = next((i for i, p in enumerate(s.pieces) if p.norm == "§f" and s.at(i) == at), None)
        return s.pieces[i].raw.strip().lower() if i is not None else ""
    if re.fullmatch(r"\d+ by \d+", name):
        return name.replace(" by ", "x")
    return name
