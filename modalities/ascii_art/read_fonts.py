"""`font(NAME)`: which of figlet's fonts a text says a word is written in.

"the slant font", "the font is slant" and "in slant" name one; "a big font" and "the same font" name none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grounding.claims import Claim
from modalities.ascii_art.read_words import Mention, Sentence

_GENERIC = set(
    "big large small nice same different bold fancy this that what which another monospace monospaced "
    "right wrong default readable blocky "
    "a an any good cool new other pixel huge tiny ascii the figlet your my its some one no clear plain "
    "simple beautiful great typical "
    "legible thick thin decorative stylish stylized retro chunky larger smaller bigger used certain "
    "particular given computer terminal "
    "similar requested correct chosen exact original actual whole named custom standard-looking unusual "
    "weird strange funny kind of in not or and is , : ( 3d".split()
) - {"big", "small", "standard"}
_FONT_NAME = r"(?P<name>§f|[a-z0-9§][\w§]*(?: by \d+)?)"
_FONT = (
    re.compile(
        r" (?P<the>(?:the|figlet|in|its) )?(?P<two>(?:[a-z]\w+ )?)(?P<name>§f|\d+ by \d+|[a-z0-9]\w*)(?: "
        r"style)?(?: figlet)? "
        r"(?:font|typeface)(?= )"
    ),
    re.compile(
        r" (?:font|typeface)(?: (?:is|was|used|name|called|named|:|=|here|looks|like|seems|appears|to be"
        r"|the|not|no longer|"
        r"actually|clearly|figlet|should|instead|of|are))+ (?P<name>§f|\d+ by \d+|[a-z0-9]\w*)(?= )"
    ),
    re.compile(
        r" (?:font|figlet (?:font )?(?:in |style )?) ?(?P<name>§f)(?= )| (?:figlet|font) (?:font )?(?:in "
        r"|style |, |: )?"
        r"(?P<fig>standard|banner|slant|small|big|block|mini|script|shadow|ogre|doom|digital|bubble"
        r"|lean)(?= )"
    ),
)
_KNOWN_FONTS = (
    "standard banner slant big small block mini script shadow ogre doom digital bubble lean smslant "
    "isometric1 larry3d roman graffiti speed starwars"
).split()
_SPECIAL_FONTS = "|".join(f for f in _KNOWN_FONTS if f not in ("big", "small", "block", "mini", "standard"))
_IN_KNOWN = re.compile(
    rf" in (?:the )?(?:figlet )?(?P<name>{_SPECIAL_FONTS}|§f)(?: style| lettering| letters)?(?= (?:$"
    rf"|[,.()]|and|with|not|rather|instead|but|"
    r"style|lettering))| (?:is|are|but|set|written|drawn|not|done) in (?P<plain>standard|big|small)(?= "
    r"(?:$|[,.]))"
)
_NOT_FONT = set(
    "is the a not unclear unknown used very nice hard clear too large in of readable and but looks "
    "different same wrong right bold i you it that this what "
    "which sans monospace blocky legible correct good fine big? easy one none yes no here also just "
    "really thing so".split()
)
_FONT_CONTRAST = re.compile(
    r" (?:not|never|instead of|rather than|but|no longer|not in|nor|and not) (?:in )?(?:the )?(?P<name>§f"
    r"|[a-z]\w+)(?= (?:$|[,.()]|one|font))"
)


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
    if (
        name in _GENERIC | {"not", "is"}
        or name.endswith(("er", "est"))
        or article in ("a", "an", "any", "some", "this", "no", "another", "very")
    ):
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
