"""How a drawing looks, by one sentence: `hollow`, `filled`, `framed`, `face`, `symmetric`.

Each finder takes a sentence and yields `Mention`s. Whether one is asserted or denied is settled later, from the
clause it stands in.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from grounding.claims import Claim
from modalities.ascii_art.read_words import Mention, Sentence, mention

# After these words alone, "happy" is what the drawing is called.
_NAMES = re.compile(r" (?:a|an|is|like|shows|of|the|says|not|drew|got|:) $")

# ---- fill ----

_HOLLOW = re.compile(
    r" (?:hollow(?:ed(?: out)?)?|unfilled|outlined(?! (?:in|above|below|by|the))|see through|"
    r"(?:only|just|merely|simply) (?:the |an |its )?(?:outlines?|edges?|perimeter|contours?)|(?:outlines?"
    r"|edges|contours?) only|"
    r"(?<!as i )(?:an |the |in )?outlines?(?: form)?(?! (?:for|is made|are made|are drawn|is drawn|your"
    r"|my|a plan|the|what|how|with|seems|looks|made))|"
    r"(?:is|are|it|completely|totally|all|an?|,|entirely|left|both|and|of|the|looks|stays|not|one|two|2|3"
    r"|not) empty(?! (?:string|output|line|lines|space|spaces|file|canvas|page|row|rows|response|message"
    r"|reply|word|promise|seat|handed))|"
    r"(?:empty|blank|hollow|nothing|vacant|void) (?:on the |in the |in |at the |there )?(?:inside|in "
    r"there|within|in it|in them|middle|center|centre|interior)|"
    r"(?:nothing|no characters?|no ink|only spaces?|(?:only )?(?:blank|empty|white) space|blank|blanks) "
    r"(?:is |are |drawn )?(?:on the |in the |at the )?(?:inside|in there|within|in it|in the (?:middle"
    r"|center|centre)|middle|interior)|"
    r"(?:inside|interior|middle|center|centre)(?: of \w+(?: \w+)?)?(?: it| there| is| are| :| =| stays| "
    r"was| has been)*(?: left| completely| totally| entirely| all| just| actually| not)* (?:empty|blank"
    r"|hollow|void|vacant|nothing)|"
    r"(?:with )?no fill|fill (?::|=|is) (?:no|none|empty|off)|without (?:a |any )?fill(?:ing)?|empty "
    r"(?=square|rectangle|triangle|diamond|circle|shape|figure)|"
    r"(?<=,) empty(?= [,.)]| $)|(?<=^) empty(?= [,.)]| $))(?= )"
)
_FILLED = re.compile(
    r" (?:filled(?: in| up| out)?(?! (?:the|out|your|my|me|a form|joy|love|by hand))|solid(?:ly)?(?! "
    r"(?:work|effort|job|start|attempt|choice|piece of work|understanding|grasp|foundation|advice"
    r"|progress|"
    r"result|performance|reasons?|evidence|b|a|ground|line|lines|border|frame|character|block of|try"
    r"|work) )|shaded(?: in)?|coloured in|colored in|completely full|no (?:empty|blank) space(?:s)?(?: "
    r"\w+)? ?(?:inside|within|in it)?|"
    r"no (?:gaps?|holes?|hollow \w+)(?: in(?:side)? it| in the middle| inside| anywhere)?|fully filled"
    r"|(?:fill|filled) [:=] (?:yes|solid|full|true)|not a hole)(?= )"
)
_FILLED_WITH = re.compile(
    r" (?:with (?:joy|love|hope|meaning|emotion|life|details?|charm|wonder|energy|character|personality"
    r"|errors|bugs|typos)|screen|in the (?:form|survey|blank))"
)


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
        if (
            body.startswith((" the outline", " an outline", " outline"))
            and re.search(r" (?:the|frame|its|thick|an?) outline ", body + " ")
            and re.match(r" (?:is|has|of the letters)", text[m.end() :])
        ):
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
        yield mention(Claim("filled"), m, m.start() if m.group().startswith((" no ", " not ")) else None)


def _inner_part(text: str, m: re.Match[str]) -> bool:
    """Fill that is said of lines, feelings or a part, not of the drawing."""
    before = text[max(0, m.start() - 28) : m.start() + 1]
    after = text[m.end() : m.end() + 24]
    return bool(
        re.search(
            r" (?:i feel|i am|feel|feels|output is|file is|canvas is|screen is|page is|row is|line is"
            r"|response is|input is|letters are|rock|pretty|string is|eyes are|result is|on) $",
            before,
        )
        or re.match(
            r" (?:work|effort|job|start|attempt|choice|understanding|grasp|foundation|advice|line|lines"
            r"|border|frame|string|promises?|victory|letters|characters?|blocks? of text|head|with (?:joy"
            r"|love|hope|detail))\b",
            after,
        )
    )


# ---- frame ----

_FRAME_NOUN = r"(?:frames?|borders?|box|bounding box|boundary|enclosure)"
_FRAMED = re.compile(
    rf" (?:framed|boxed(?: in)?|bordered|(?:frames?|borders?|bounding box)(?! (?:of reference|rate|rates"
    rf"|line|lines|work|between|case|cases|collie|control|and))|"
    rf"(?:in|inside|within|into|enclosed (?:in|by|within)|surrounded by|encased in|bounded by|inside of"
    rf"|contained (?:in|within|by)|encloses?|wrapped in|set in|put in|has|with|sits in) (?:of )?(?:a|an"
    rf"|the|its own|one|1|some kind of|neat|little)(?: (?!and )\w+){{0,2}}? (?:{_FRAME_NOUN}|rectangular "
    rf"border)|"
    rf"(?:a |the |no |any |1 )(?:\w+ )?box (?:\w+ )?(?:around|round|surrounds|surrounding|encloses"
    rf"|enclosing|all around|about)|box(?:es)? (?:[:=]|around|round)|boxed)(?= )"
)
_FRAMED_RECT = re.compile(
    r" (?:(?:in|inside|within|by|around by) (?:of )?(?:a|an|the|one)(?: \w+)? (?:rectangle|square)|(?:a"
    r"|the) (?:\w+ )?(?:rectangle|square) (?:around|surrounding|surrounds|encloses|enclosing|round)(?: "
    r"(?:it|the (?:word|text|letters|whole \w+)|§t|this|all|everything))?)(?= )"
)
_UNFRAMED = re.compile(r" (?:unframed|borderless|frameless|unboxed)(?= )")


def frames(s: Sentence, spells: bool) -> Iterator[Mention]:
    """`framed()`; `spells`: the text speaks of a word, which a rectangle around it frames."""
    text = s.text
    if s.words & {
        "framed",
        "boxed",
        "bordered",
        "frame",
        "border",
        "frames",
        "borders",
        "box",
        "boundary",
        "boxes",
        "enclosure",
    }:
        for m in _FRAMED.finditer(text):
            before = text[max(0, m.start() - 24) : m.start() + 1]
            if re.search(
                r" (?:time|check|text|picture|tick|tool|phone|lunch|mail|key|door|window|match|inner|this"
                r"|comment|next|fabulously|search|message|dialog|list|in the box|black) $",
                before,
            ) or re.search(
                r"(?:text|check|tick|comment|input|search|reply|message|dialog|mail|inner|white|match"
                r"|edit|outside the|outside of the|of the) box $|box below|in this frame",
                m.group() + " ",
            ):
                continue
            if (
                re.match(
                    r" (?:below|above\b(?! and)|provided|of chocolates|is (?:ticked|checked|next)|stands)",
                    text[m.end() :],
                )
                and "box" in m.group()
            ):
                continue
            word = re.search(r"(?:frame|border|box|boundary|enclosure)\w*", m.group())
            at = m.start() + 1
            if word and m.group().split()[0] in ("a", "the", "no", "any", "has", "with"):
                at = m.start() + word.start()
            yield Mention(Claim("framed"), at, m.start() + 1, m.end())
    if s.words & {"unframed", "borderless", "frameless", "unboxed"}:
        for m in _UNFRAMED.finditer(text):
            yield mention(Claim("framed"), m, fixed="denied")
    if spells and s.words & {"rectangle", "square"}:
        for m in _FRAMED_RECT.finditer(text):
            yield mention(Claim("framed"), m)


# ---- face ----

_HAPPY = (
    r"(?:happy|smiling|smiley|cheerful|grinning|joyful|glad|laughing|beaming|smirking|delighted|content"
    r"|jolly|merry|cheery|§happy)"
)
_SAD = (
    r"(?:sad|frowning|frowny|unhappy|gloomy|glum|sorrowful|upset|downcast|miserable|grumpy|unsmiling "
    r"frowning|crying|dejected|melancholy|§sad)"
)
_FLAT = (
    r"(?:neutral|straight|expressionless|blank|deadpan|poker|emotionless|indifferent|unsmiling|§flat|flat"
    r"|level|impassive|meh)"
)
_HEAD = (
    r"(?:face|faces|expression|emoji|emoticon|emote|one|look|mouth|smiley|mood|guy|man|person|character"
    r"|mouthed|faced)"
)
_FACE = re.compile(
    rf" (?:(?P<flat1>{_FLAT}(?: (?:line )?(?:{_HEAD}))|(?:mouth|lips|expression|face)(?: \w+)?(?: (?:is"
    rf"|are|:|=|being|shown|drawn|as))+(?: (?:a|an|just|perfectly|completely|simply|not|neither|quite))* "
    rf"(?:neutral|straight|flat|level|horizontal|expressionless|blank|deadpan|emotionless)(?: line)?"
    rf"|neutral|expressionless|deadpan|poker faced|no expression)"
    rf"|(?P<happy>{_HAPPY}(?: {_HEAD})?|smiles?|smiled|smile face|grins?|grin|smileys?|happiness|smiling "
    rf"mouth|(?:mouth|corners?|ends)(?: \w+){{0,3}} (?:curves?|turns?|turned|curved|curving|turning"
    rf"|points?|pointing|goes|bends|going|curls|curled|curling) up(?:wards?)?|u shaped mouth|upturned "
    rf"mouth)"
    rf"|(?P<sad>{_SAD}(?: {_HEAD})?|frowns?|frowned|frown|sadness|pout\w*|upside down smile|(?:mouth"
    rf"|corners?|ends)(?: \w+){{0,3}} (?:curves?|turns?|turned|curved|curving|turning|points?|pointing"
    rf"|goes|bends|going|droop\w*|curls|curled|curling) (?:down(?:wards?)?)|(?:down ?turned|drooping) "
    rf"mouth|mouth turned down|sad))(?= )"
)
_FACE_IDIOM = re.compile(
    r" (?:on|to|of|in|for) (?:my|your|our|his|her|their|everyone|someone|s) face|face (?:value|to face|it"
    r"|the)|made (?:me|us) |(?:i am|i was|i would be|we are|"
    r"so|very|more than|be|also|really) (?:happy|glad|delighted|sad|content|upset)(?: to| that| with| for"
    r"| about|,|$)| (?:happy|glad|delighted|content|sad) (?:to|that|with|about|birthday|accident"
    r"|holidays?|coding|new year|ending|you|i|news|path|state of)|put(?:s|ting)? a smile|bring(?:s)? a "
    r"smile|brought a smile|make(?:s)? (?:me|us|you|people|everyone) |i am "
)
_FACE_WORDS = set(
    "smiling smile smiles smiley smileys happy sad frowning frown frowns frowned neutral face mouth "
    "straight expressionless frowny unhappy grin grins "
    "grinning cheerful gloomy glum deadpan flat blank smiled grumpy §happy §sad §flat laughing beaming "
    "pout pouting joyful poker corners jolly merry miserable upset crying emotionless".split()
)
_SURE = {
    "smiling",
    "smiley",
    "frowning",
    "frowny",
    "smileys",
    "frowns",
    "frowned",
    "frown",
    "smiles",
    "grinning",
}


def faces(s: Sentence, has_face: bool) -> Iterator[Mention]:
    """`face(…)`; `has_face`: the text speaks of a face, so that "it is sad" speaks of it too."""
    if (
        not s.words & _FACE_WORDS
        or _FACE_IDIOM.search(s.text)
        and not re.search(r" (?:smiling|smiley|frowning|happy|sad|neutral) face ", s.text)
    ):
        return
    for m in _FACE.finditer(s.text):
        expression = {"happy": "smiling", "sad": "frowning", "flat1": "neutral"}[m.lastgroup or "happy"]
        words = m.group().split()
        before = s.text[max(0, m.start() - 30) : m.start() + 1]
        if words[0] in ("§happy", "§sad", "§flat") and len(words) == 1 and not _NAMES.search(before):
            continue
        headed = len(words) > 1 and words[-1] in (
            "face",
            "faces",
            "expression",
            "emoji",
            "emoticon",
            "mouth",
            "mouthed",
            "faced",
            "smiley",
        )
        headed = (
            headed
            or len(words) > 1
            and words[0] in ("mouth", "face", "lips", "expression", "corners", "corner")
        )
        said = re.search(
            r" (?:it|face|he|she|that|which|mouth|drawing|picture|and|looks?|seems?|appears?|is|nor"
            r"|neither|expression|not|or|a|but|than|of|with|,|:|wearing|has|no|any|without|expected"
            r"|wanted) (?:\w+ly |really |still |not |very |quite |a bit |rather |a |to be |big |wide )*$",
            before,
        )
        if not (
            headed
            or has_face
            and (said or words[0] in _SURE or "mouth" in s.words)
            or words[0] in _SURE
            and (said or len(s.words) <= 4 or "smiley" in words[0])
            or (
                said
                and re.search(r" (?:looks?|is|seems?|appears?) ", before)
                and words[0] in ("happy", "sad", "cheerful", "unhappy", "glum", "gloomy", "grumpy")
                and " it " in s.text
            )
        ):
            continue
        if not headed and expression == "neutral" and not has_face:
            continue
        at = m.start() + 1
        if words[0] in ("mouth", "corners", "corner", "ends", "lips", "expression", "face"):
            at = m.end() - 2
        yield Mention(Claim("face", (expression,)), at, m.start() + 1, m.end())


# ---- symmetry ----

_TRIGGER = re.compile(
    r" (?P<no>asymmetric\w*|asymmetry|lopsided|unsymmetric\w*|differ|differs|different|unequal"
    r"|mismatch\w*|nonsymmetric\w*)(?= )"
    r"| (?:symmetr\w*|mirror\w*|reflect\w*|identical|same|match\w*|equal|palindrom\w*|flip\w*|alike"
    r"|fold\w*|line up|lines up)(?= )"
)
_LEFTRIGHT = re.compile(
    r" left(?: \w+){0,8} right(?= )| right(?: \w+){0,8} left(?= )| sideways(?= )| side to side(?= )| "
    r"both sides(?= )"
)
_TOPDOWN = re.compile(
    r" (?:top|upper)(?: \w+){0,8} (?:bottom|lower)(?= )| (?:bottom|lower)(?: \w+){0,8} (?:top|upper)(?= )"
    r"| (?:top|up) (?:and|to|over|versus|vs) down(?= )| upside down(?= )| up and down(?= )"
)
_AXIS = re.compile(r" (?P<v>vertical(?:ly)?)(?= )| (?P<h>horizontal(?:ly)?)(?= )")
_BOTHWAYS = re.compile(
    r" (?:in |along |about |on |across |over )?(?:both|two|2) (?:axes|axis|directions|ways"
    r"|dimensions)(?= )| (?:either|each) (?:axis|way|direction)(?= )"
)
_CUT = re.compile(r" (?:,|but|while|whereas|although|though|yet|:|and not|—|so|because)(?= )")


def symmetries(s: Sentence) -> Iterator[Mention]:
    """`symmetric(…)`: a word of sameness with a direction; a clause without such a word borrows it."""
    text = s.text
    triggers = (
        list(_TRIGGER.finditer(text))
        if re.search(
            r" (?:a?symm|unsymm|nonsymm|mirror|reflect|identic|same|match|equal|palindr|flip|alike|differ"
            r"|lopsided|unequal|mismatch|fold|line)",
            text,
        )
        else []
    )
    if not triggers:
        return
    cuts = [0, *(m.start() for m in _CUT.finditer(text)), len(text)]
    for a, b in itertools.pairwise(cuts):
        clause = text[a:b] + " "
        mine = [m for m in triggers if a <= m.start() < b]
        vertical, horizontal, both = (
            _LEFTRIGHT.search(clause),
            _TOPDOWN.search(clause),
            _BOTHWAYS.search(clause),
        )
        strong = any(
            re.match(r" (?:a?symm|mirror|reflect|palindr|unsymm|nonsymm|lopsided)", m.group()) for m in mine
        )
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
        if not mine and not (
            found
            and re.search(r"^ [:=(]| (?:do|does|are|is|it|they|not|also|too|but|yes|no)(?: not)? ", clause)
        ):
            continue
        if not mine and not any(
            re.match(r" (?:a?symm|mirror|reflect|match|identic|palindr)", m.group()) for m in triggers
        ):
            continue
        if not mine and re.search(r" (?:square|triangle|circle|diamond|rectangle) ", clause):
            continue
        for axis, m in found.items():
            last = mine[0] if mine else None
            if (
                last
                and not strong
                and last.group().strip() in ("flip", "flips", "fold", "folds", "fold", "equal")
                and not re.search(r" (?:same|identical|equal|unchanged|match|matches)", text)
            ):
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
            elif re.search(r" (?:do|does|are|is) not(?: \w+)?\s*$| no\s*$", clause) or re.search(
                r" not (?=(?:top|left|from|vertical|horizontal|about|the|up))", clause[: m.start() + 2]
            ):
                fixed = "denied"
            yield Mention(
                Claim("symmetric", (axis,)), at, min(a + m.start() + 1, at), max(end, at + 1), fixed
            )
