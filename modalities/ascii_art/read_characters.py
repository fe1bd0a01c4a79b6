"""The characters a drawing is said to be made of: `charset`.

A list of characters counts where the text says that the drawing is made of them; "a star for a nose" and
"the border
is made of dashes" speak of a part, and "four stars" of something else.
"""

from __future__ import annotations

import re

from modalities.ascii_art.read_words import Piece

CHAR_NOUNS = {
    "sign",
    "signs",
    "symbol",
    "symbols",
    "mark",
    "marks",
    "character",
    "characters",
    "key",
    "keys",
    "glyph",
    "glyphs",
}
# Names that can mean nothing but a character, and names that need a "made of" before them.
_STRONG = {
    "hash": "#", "hashes": "#", "hashtag": "#", "hashtags": "#", "octothorpe": "#", "octothorpes": "#",
    "asterisk": "*",
    "asterisks": "*", "ampersand": "&", "ampersands": "&", "underscore": "_", "underscores": "_",
    "backslash": "\\",
    "backslashes": "\\", "tilde": "~", "tildes": "~", "hyphens": "-", "hyphen": "-", "pound sign": "#",
    "at sign": "@",
    "number sign": "#", "plus sign": "+", "minus sign": "-", "equal sign": "=", "equals sign": "=",
    "dollar sign": "$",
    "percent sign": "%", "hash sign": "#", "hash mark": "#", "exclamation mark": "!", "question mark": "?",
    "exclamation point": "!", "forward slash": "/", "back slash": "\\", "full stop": ".",
    "percentage sign": "%", "tilde sign": "~", "pound symbol": "#", "at symbol": "@", "plus symbol": "+",
    "exclamation sign": "!", "star sign": "*", "star symbol": "*", "star character": "*",
    "pound character": "#",
    "at character": "@", "plus character": "+", "dot character": ".", "dash character": "-",
    "period character": ".",
    "hash symbol": "#", "hash character": "#", "pipe character": "|", "pipe symbol": "|",
    "equals character": "=",
    "dollar symbol": "$", "percent symbol": "%", "minus symbol": "-", "equals symbol": "=",
    "number symbol": "#",
}  # fmt: skip
_WEAK = {
    "star": "*", "stars": "*", "dot": ".", "dots": ".", "dash": "-", "dashes": "-", "period": ".",
    "periods": ".",
    "slash": "/", "slashes": "/", "pipe": "|", "pipes": "|", "colon": ":", "colons": ":", "comma": ",",
    "commas": ",",
    "pluses": "+", "plusses": "+", "equals": "=", "carets": "^", "caret": "^", "zeros": "0", "zeroes": "0",
    "ats": "@",
    "semicolons": ";", "semicolon": ";", "plus": "+", "parentheses": "()", "brackets": "[]", "dollars": "$",
    "pounds": "#",
    "apostrophes": "'", "percents": "%", "minuses": "-", "ones": "1", "hash": "#",
}  # fmt: skip
_SYMBOLS = set("#*@+=-_/\\|~^$%&<>█▓▒░■●")
_SKIP = {
    "the",
    "plain",
    "only",
    "just",
    "simple",
    "ascii",
    "capital",
    "uppercase",
    "lowercase",
    "letter",
    "letters",
    "character",
    "symbol",
    "all",
    "both",
    "keyboard",
    "regular",
    "many",
    "little",
    "small",
    "ordinary",
    "lots",
    "of",
    "repeated",
    "single",
    "good",
    "old",
    "typed",
}
MADE = re.compile(
    r" (?:made|built|composed|constructed|drawn|formed|created|assembled|consisting|consists?|comprised"
    r"|comprises|"
    r"comprising|filled|uses?|using|used|typed|printed|rendered|written|painted|done|fill|characters?"
    r"|charset|symbols?|"
    r"glyphs?|ink|set|made|contains?|outlined|laid|constructed|drew|draws|depicted|out|render|with"
    r"|material|entirely|all|only|but|traced|executed|it is|they are|the art is|solely)"
    r"(?: (?:up|out|entirely|only|solely|exclusively|just|completely|purely|all|of|from|with|in|by|using"
    r"|the|plain|1|"
    r"repeated|nothing|but|is|are|:|=|not|neither|was|were|used|here|both|it|by|any|many|no|more|other"
    r"|than|than|two|2|3|set|symbols|characters|character|symbol|different|kinds|types|sorts|simply"
    r"|totally|instead|rather|letter|lots|row|rows|as|longer))* $"
)
_EVERY = re.compile(
    r" (?:every|each|the only|all|1)(?: of the| the| single)? (?:characters?|symbols?|cells?|glyphs?"
    r"|one)(?: used| here| in it)?(?: is| are| being|,)+(?: an| a| the| all)* $"
)
_AGAINST = re.compile(
    r" (?:not|instead of|rather than|no longer|no|nor|but|got|found|saw|actual :|expected|wanted|asked "
    r"for|and not|should be)(?: (?:of|with|from|the|just|only|using|in))* $"
)
_PARTS = re.compile(
    r" (?:border|frame|eyes?|mouth|nose|sides?|corners?|edges?|tip|roof|base|row|column|inside|interior"
    r"|outside|"
    r"middle|center|centre|line|background|ears?|outline|perimeter|box|door|window|tail|except|mostly"
    r"|mainly|some|"
    r"few|extra|stray|top|bottom|left|right|bars?|contains? a|also|missing|another|each|first|last|space"
    r"|spaces) "
)


def near(found: list[Piece], i: int, back: int) -> str:
    return " " + " ".join(p.norm for p in found[max(i - back, 0) : i]) + " "


# More lists of characters than this in one sentence are a drawing, not words about one.
_MOST_LISTS = 40


def charsets(found: list[Piece], seen: bool) -> list[tuple[str, int, int]]:
    """(characters, first piece, past the last piece) of each list of characters in a sentence.

    `seen`: the text before it spoke of the drawing's characters, so that a contrast ("found # and *") does
    too.
    """
    out: list[tuple[str, int, int]] = []
    i = lists = 0
    while i < len(found):
        start = i
        if not _could_be_character(found[i]):
            i += 1
            continue
        chars, end, strong = _character_list(found, i)
        if not chars:
            i += 1
            continue
        i, lists = end, lists + 1
        if lists > _MOST_LISTS:
            break
        before = near(found, start, 12)
        # "letter" and the like belong to the name of the character, not to what stands before it
        before = re.sub(
            r"(?: (?:letter|letters|character|symbol|plain|the|1|a|an|capital|uppercase|lowercase|only"
            r"|regular|simple))+ $",
            " ",
            before,
        )
        after = found[end].norm if end < len(found) else ""
        clause = re.split(r" (?:,|but|and (?=\w+ (?:is|are))|:|it) ", before)[-1]
        counted = re.search(
            r" (?:\d+|a|an|one|extra|this|another|second)(?: \w+)? $", near(found, start, 2)
        ) and not re.search(r" letter ", near(found, start, 2))
        made = MADE.search(before) or _EVERY.search(before) or MADE.search(near(found, start, 12))
        if _PARTS.search(" " + clause.strip() + " ") and not _EVERY.search(before):
            continue
        if (
            after in ("for", "as", "eyes")
            or after == "in"
            and " ".join(p.norm for p in found[end : end + 3])
            in ("in the middle", "in the center", "in the corner")
        ):
            continue
        if counted and not made:
            continue
        if made and re.search(r" (?:with|but) (?:a|an) $", before):
            continue
        against = _AGAINST.search(before)
        only = after in ("only", "everywhere", "throughout", "alone")
        weak = made and made.group().split()[0] in ("with", "but") and not strong
        if (
            made
            and not weak
            or strong
            or only
            or (weak and not against)
            or out
            or (against and (seen or out))
        ):
            out.append((chars, start, end))
    return out


def _could_be_character(piece: Piece) -> bool:
    norm = piece.norm
    if norm == "§c" or (norm in _SYMBOLS and norm == piece.raw) or norm in _STRONG or norm in _WEAK:
        return True
    return (
        norm
        in (
            "pound",
            "at",
            "number",
            "minus",
            "equal",
            "dollar",
            "percent",
            "exclamation",
            "question",
            "vertical",
            "forward",
            "back",
            "full",
            "percentage",
        )
        or (len(piece.raw) == 1 and piece.raw.isalnum() and norm[:1] != "§")
        or re.fullmatch(r"[A-Z]s|[A-Za-z]'s", piece.raw) is not None
    )


def _character_list(found: list[Piece], i: int) -> tuple[str, int, bool]:
    chars, end, strong = _character(found, i)
    if not chars:
        return "", i, False
    while end < len(found):
        at = end
        while (
            at < len(found)
            and found[at].norm in (",", "and", "&", "or", "then", "plus", "with")
            and at < end + 2
            and found[at].norm != "or"
        ):
            at += 1
        while at < len(found) and found[at].norm in _SKIP and at < end + 5 and at > end:
            at += 1
        more, stop, sure = _character(found, at) if at < len(found) else ("", at, False)
        if (
            not more
            and at > end
            and at < len(found)
            and len(chars) == 1 == len(found[at].raw)
            and chars.isalnum()
            and found[at].raw.isalpha()
        ):
            more, stop, sure = found[at].raw, at + 1, True
        if not more or (at == end and not (strong and found[at].norm in _SYMBOLS | {"§c"})):
            break
        if found[end].norm == "with" or (found[at - 1].norm in ("a", "an")):
            break
        chars, end, strong = chars + more, stop, strong or sure
    return "".join(dict.fromkeys(chars)), end, strong


def _character(found: list[Piece], i: int) -> tuple[str, int, bool]:
    """One character named at i: the characters, the next piece, and whether it can mean nothing else."""
    piece = found[i]
    following = found[i + 1].norm if i + 1 < len(found) else ""
    noun = 1 if following in CHAR_NOUNS else 0
    previous = found[i - 1].norm if i else ""
    if piece.norm == "§c":
        return "".join(dict.fromkeys(piece.raw.replace(" ", ""))), i + 1 + noun, bool(noun)
    if (
        piece.norm == "vertical"
        and following in ("bar", "bars")
        and (i + 2 >= len(found) or found[i + 2].norm not in ("chart", "graph", "of"))
    ):
        return "|", i + 2, False
    pair = f"{piece.norm} {following.removesuffix('s')}"
    if pair in _STRONG:
        return _STRONG[pair], i + 2, True
    if piece.norm in _SYMBOLS and piece.norm == piece.raw:
        return piece.norm, i + 1 + noun, bool(noun)
    if piece.norm in _WEAK and piece.norm not in _STRONG:
        return _WEAK[piece.norm], i + 1 + noun, bool(noun)
    if piece.norm in _STRONG:
        return _STRONG[piece.norm], i + 1 + noun, True
    if (
        len(piece.raw) == 1
        and piece.raw.isalnum()
        and piece.norm[:1] != "§"
        and (
            noun or previous in ("letter", "character", "symbol", "digit", "letters", "characters", "symbols")
        )
        and not (piece.norm == "a" and previous != "letter")
        and not piece.raw.isdigit()
    ):
        return piece.raw, i + 1 + noun, True
    if re.fullmatch(r"[A-Z]s|[A-Za-z]'s", piece.raw) and piece.raw not in ("As", "Is", "Us"):
        return piece.raw[0], i + 1, False
    return "", i, False
