"""Literals in a text about a drawing: the words that the drawing spells, and the characters it is made of.

Both are quoted from the drawing, so no rule of grammar may look inside them: "it says NOT" denies nothing.
`literals` finds them among the plain words and closes each into one piece: `§t` a word spelled, `§c`
characters, `§f` a font's name, `§` + letters something else that is quoted.
"""

from __future__ import annotations

import re

from modalities.ascii_art.read_characters import CHAR_NOUNS, MADE, near
from modalities.ascii_art.read_words import Piece, pieces

_VERBS = {
    "says",
    "say",
    "saying",
    "reads",
    "read",
    "reading",
    "spells",
    "spell",
    "spelling",
    "spelled",
    "spelt",
}
# These need capitals or quotes behind them: "shows a cat" spells nothing.
_WEAK_VERBS = {
    "written", "writes", "wrote", "write", "typed", "prints", "printed", "displays", "shows", "showing",
    "contains",
    "drew", "drawn", "renders", "rendered", "said", "displaying", "depicts", "got", "forms", "forming",
    "form",
    "draws", "have", "has", "see", "displayed", "makes", "produced", "gives", "gave", "features",
}  # fmt: skip
_NOUNS = {
    "word", "words", "text", "letters", "letter", "name", "phrase", "message", "lettering", "initials",
    "string",
    "inscription", "acronym", "digits", "number", "greeting", "abbreviation", "wording", "texts",
}  # fmt: skip
_FILLERS = set(
    "out : = just simply only clearly actually now the is are was of as word words letters text again 1 "
    "capital "
    "block uppercase name phrase letter message large big giant bold capitals in really plainly instead "
    "there "
    "still exactly being like string lowercase".split()
)
_STOP = set(
    "that it the a an this there so to in on and or is something nothing anything what you i as with of "
    "for from "
    "like more much enough art font left right well easily clearly correctly fine better about upside "
    "backwards "
    "drawn appears appear appearing appeared written made spelled typed rendered itself can was were be "
    "being "
    "not none no yes count processor by at but which inside above below if are has have does do did looks "
    "formed displayed surrounded shown here they we he she out up down only just also one ? , . : ( ) - "
    "§ hollow "
    "framed filled centered centred box boxed file editor graphic graphics based size color colour look "
    "hidden "
    "someone longer shorter bigger smaller larger different wrong same missing absent unknown illegible "
    "unreadable when how why who where".split()
)
# Who may be the subject of "says" before a lower-case word.
_SUBJECTS = set(
    "it this that art text drawing picture image banner output word screen which and just clearly "
    "lettering they "
    "letters not does also now only artwork thing still definitely logo sign to , actually simply he must "
    "ascii graphic splash message totally literally".split()
)
_ACRONYMS = set(
    "ascii todo edit lol omg alt ok fyi tldr tl dr imo imho wip bug nb ps qa ai llm id url html css png "
    "jpg svg pdf "
    "wow yes nope hey regression fixme note update fail pass error warning ux ui api cli tv usa uk eu am "
    "pm rip "
    "btw wtf smh lmao rofl wcag aria utf unicode os ci cd pr idk tbh expected actual result steps i nah "
    "aka "
    "figlet ansi thanks please really so very all only never ever always still just any every must both "
    "too "
    "and but or the is are was it this that my your you me we do does did has have had not no none "
    "nothing a an "
    "definitely exactly clearly obviously what why how who where when look see again oh ah haha".split()
)
_CONTRAST = re.compile(
    r"(?:not|instead of|rather than|no longer|but|nor|got|gets|drew|asked for|expected|wanted|supposed "
    r"to (?:be|say|read|spell)|"
    r"should (?:be|say|read|spell)|should have been|draw|to|from|or|saw|than|be|yields|gives|unlike|shows"
    r"|see|prints|just|actual :|expected :|result :|got :|output :|wanted :|is|neither)"
)
_LETTERHEADS = {
    "a", "an", "square", "rectangle", "triangle", "diamond", "line", "circle", "squares", "lines", "circles",
    "hollow",
    "filled", "solid", "frame", "framed", "border", "box", "triangles", "diamonds", "rectangles", "empty",
    "symmetric",
    "face", "smiling", "width", "height", "font", "top", "bottom", "left", "right", "above", "below", "wide",
    "tall",
    "high", "columns", "rows", "asterisks", "hash", "happy", "sad", "frowning", "one", "vertical",
    "horizontal",
    "outline", "drawing", "picture", "shape", "wrong", "symmetrical", "great", "good", "nice", "perfect",
    "correct",
}  # fmt: skip


def literals(found: list[Piece]) -> list[Piece]:
    """The same words with every literal closed into one piece."""
    found = _fonts(found)
    found = _characters(found)
    found = _spelled(found)
    return _scare_quotes(found)


def _is_shouting(found: list[Piece]) -> bool:
    words = [p.raw for p in found if p.raw[:1].isalpha() and p.norm[:1] != "§"]
    capitals = sum(len(w) for w in words if w.isupper())
    return len(words) >= 3 and capitals > 0.7 * sum(map(len, words)) and len(words) >= 4


def _fonts(found: list[Piece]) -> list[Piece]:
    """Quoted names beside the word "font"."""
    for i, piece in enumerate(found):
        if piece.norm not in ("§", "§odd"):
            continue
        after = [p.norm for p in found[i + 1 : i + 3]]
        before = near(found, i, 4)
        named = re.search(
            r" (?:font|typeface)(?: (?:is|was|called|named|looks|like|:|=|not|the|figlet))* $", before
        )
        # "the '3x5' font", "the `banner` figlet font"
        if after[:1] in (["font"], ["typeface"]) or after in (["figlet", "font"], ["style", "font"]) or named:
            piece.norm = "§f"
    return found


def _characters(found: list[Piece]) -> list[Piece]:
    """Quoted characters: no letters inside, or one letter where characters are spoken of."""
    for i, piece in enumerate(found):
        if piece.norm == "." and i and found[i - 1].norm in ("and", "or"):
            piece.norm = "§c"  # "# and .": no sentence ends in "and"
        if piece.norm != "§":
            continue
        body = piece.raw.strip()
        after = found[i + 1].norm if i + 1 < len(found) else ""
        if body and not any(c.isalnum() for c in body):
            piece.norm = "§c"
        elif len(body) == 1 and (after in CHAR_NOUNS or MADE.search(near(found, i, 8))):
            if not re.search(r" letters? ", near(found, i, 2)) or MADE.search(near(found, i - 1, 5)):
                piece.norm = "§c"
        elif (
            len(body) == 1
            and i >= 2
            and found[i - 2].norm == "§c"
            and found[i - 1].norm in ("and", ",", "or")
        ):
            piece.norm = "§c"
    return found


def _spelled(found: list[Piece]) -> list[Piece]:
    """Words that the drawing spells."""
    shouting = _is_shouting(found)
    out: list[Piece] = []
    i, low = 0, False
    seen = False
    while i < len(found):
        piece = found[i]
        end = j = i
        if piece.norm in _VERBS or piece.norm in _WEAK_VERBS or piece.norm in _NOUNS:
            j, end = _after_trigger(found, i, shouting)
        if end > j:
            low = found[j].raw.islower() and found[j].norm[:1] != "§"
            out += found[i:j]
            out.append(_closed(found[j:end]))
            seen = True
            i = end
            continue
        end = _alone(found, i, out, shouting, seen, low)
        if end > i:
            out.append(_closed(found[i:end]))
            seen = True
            i = end
            continue
        out.append(piece)
        i += 1
    return out


def _closed(part: list[Piece]) -> Piece:
    """One literal made of pieces: letters of a list are joined, words keep a space between them."""
    raws: list[str] = []
    last = -1
    for p in part:
        if p.norm in (",", "and", "-", "&", "then") and len(part) > 1 and p.raw.lower() == p.norm:
            continue
        if p.start != last:
            raws.append(p.raw.strip())
        last = p.start
    joined = "".join(raws) if all(len(r) == 1 for r in raws) else " ".join(raws)
    return Piece("§t", joined, part[0].start, part[-1].end)


def _after_trigger(found: list[Piece], i: int, shouting: bool) -> tuple[int, int]:
    """The place [j, end) of the literal that the trigger at i introduces; empty if there is none."""
    trigger = found[i].norm
    passed: list[str] = []
    j = i + 1
    for j in range(i + 1, min(i + 7, len(found))):
        end = _literal(found, j, i, passed, shouting)
        if end > j:
            return j, end
        norm = found[j].norm
        if norm == "not" and trigger in _VERBS | _NOUNS and not shouting:
            passed.append(norm)
        elif (
            norm not in _FILLERS
            or (norm in ("is", "are", "was") and trigger not in _NOUNS)
            or norm == "in"
            and trigger not in _VERBS
        ):
            break
        else:
            passed.append(norm)
    return j, j


def _capital(piece: Piece, shouting: bool) -> bool:
    return (
        not shouting
        and piece.raw.isupper()
        and len(piece.raw) >= 2
        and piece.norm[:1] != "§"
        and piece.raw[0].isalpha()
    )


def _letter(piece: Piece) -> bool:
    return (
        len(piece.raw) == 1
        and piece.raw.isalnum()
        and piece.norm[:1] != "§"
        or (piece.norm == "§" and len(piece.raw) == 1)
    )


def _literal(found: list[Piece], j: int, i: int, passed: list[str], shouting: bool) -> int:
    """Where a literal that begins at j ends; j if none does."""
    piece, trigger = found[j], found[i].norm
    nouns = trigger in _NOUNS or bool(set(passed) & _NOUNS)
    letters = trigger in ("letters", "letter", "initials", "digits") or bool(
        {"letters", "letter"} & set(passed)
    )
    strong = trigger in _VERBS or nouns
    if letters and trigger != "letters" and MADE.search(near(found, i, 5)) and trigger not in _VERBS:
        return j
    if piece.norm == "§spell":
        return j + 1
    if _letter(piece) and (piece.raw.isupper() or letters or piece.norm == "§") and strong and not shouting:
        end = _letter_list(found, j)
        after = found[end].norm if end < len(found) else ""
        if (
            end > j + 1
            or piece.norm == "§"
            or (
                after not in CHAR_NOUNS
                and (piece.raw != "A" or after in ("", ".", ",", "in", "and", "!", ")", "?", ";", "\n"))
            )
        ) and (end > j + 1 or trigger not in ("words",)):
            return end
        return j
    if piece.norm == "§":
        body = piece.raw
        # "shows a 'square'": quotes around an ordinary word spell nothing.
        if strong or (body.isupper() and len(body) > 1):
            return j + 1 if found[j + 1 : j + 2] == [] or found[j + 1].norm not in CHAR_NOUNS or nouns else j
        return j
    if _capital(piece, shouting):
        if not strong and (
            piece.norm in _ACRONYMS or piece.norm in _LETTERHEADS or "the" in passed or "as" in passed
        ):
            return j
        if trigger in _VERBS and piece.norm in ("not",) and _capital_at(found, j + 1, shouting):
            return j
        if trigger == "number" or piece.norm in ("ascii", "ansi", "todo") and trigger in ("text", "letters"):
            return j
        end = j
        while end < len(found) and (
            _capital(found[end], shouting) or (end > j and _letter(found[end]) and found[end].raw.isupper())
        ):
            if end > j and found[end].norm in ("not", "but"):
                break
            end += 1
        return end
    if piece.norm.isdigit() and piece.raw.isdigit():
        after = found[j + 1].norm if j + 1 < len(found) else ""
        if (
            trigger in ("says", "say", "reads", "number", "digits", "saying") or "number" in passed
        ) and not re.match(
            r"(?:wide|tall|by|rows?|columns?|characters?|lines?|bars?|letters?|times|high|of|squares?"
            r"|circles?|symbols?)$",
            after,
        ):
            if trigger == "number" and ":" in passed:
                return j
            return j + 1
        return j
    return _lower(found, j, i, passed, shouting)


def _capital_at(found: list[Piece], j: int, shouting: bool) -> bool:
    return j < len(found) and _capital(found[j], shouting)


def _lower(found: list[Piece], j: int, i: int, passed: list[str], shouting: bool) -> int:
    """A word without capitals or quotes: only right after "it says", "the word", "word:"."""
    piece, trigger = found[j], found[i].norm
    if (
        not piece.raw[:1].isalpha()
        or piece.norm[:1] == "§"
        or piece.norm in _STOP
        or piece.norm.endswith("ly")
    ):
        return j
    if piece.norm in ("not", *CHAR_NOUNS):
        return j
    noun = "word" if trigger == "word" or (passed and passed[-1] == "word") else ""
    key = trigger in ("text", "message", "word", "lettering", "phrase", "letters") and passed[-1:] in (
        [":"],
        ["="],
    )
    verb = trigger in (
        "says",
        "say",
        "reads",
        "spells",
        "saying",
        "spell",
        "spelling",
        "reading",
        "spelled",
    ) or (trigger == "read" and i >= 1 and found[i - 1].norm in ("to", "not", "you", "can", "should"))
    title = piece.raw[0].isupper() and piece.raw[1:].islower()
    if verb and not noun:
        subject = found[i - 1].norm if i else ""
        able = (
            i == 0
            or subject in _SUBJECTS
            or subject.endswith("ly")
            or subject in (":", ".", "\n", "\n\n", "!", ";", "letters")
        )
        if not able or (
            set(passed) - {"out", "just", "only", "clearly", "simply", "actually", "now", ":", "still"}
        ):
            return j
        if trigger == "reading" or (trigger == "reads" and piece.norm in _LETTERHEADS):
            return j
    elif noun:
        # "the word is clear" and "the word beta" differ in the verb between.
        if {"is", "was"} & set(passed) and (
            piece.norm in _LETTERHEADS or piece.raw.endswith(("ed", "able", "ible"))
        ):
            return j
        if set(passed) - {"is", "was", ":", "=", "the", "word", "of", "out", "just", "1", "now", "not"}:
            return j
        if (
            i
            and found[i - 1].norm in ("other", "a", "in", "every", "each", "final", "last", "no")
            and trigger == "word"
            and ":" not in passed
            and "is" not in passed
        ):
            return j
    elif not key:
        return j
    end = j + 1
    if title:
        while (
            end < len(found)
            and found[end].raw[:1].isupper()
            and found[end].raw[1:].islower()
            and found[end].raw.isalpha()
        ):
            end += 1
    elif key:
        while end < len(found) and found[end].raw.isalpha() and end < j + 3 and found[end].norm not in _STOP:
            end += 1
    return end


def _letter_list(found: list[Piece], j: int) -> int:
    """The end of "C, A and T" or "C A T" from j on."""
    end = j + 1
    upper = found[j].raw.isupper()
    while end < len(found):
        at = end
        while at < len(found) and found[at].norm in (",", "and", "-", "&", "then") and at < end + 2:
            at += 1
        if at >= len(found) or not _letter(found[at]) or (upper and found[at].raw.islower()):
            break
        if at == end and found[at].raw.islower() and found[at].norm in ("a", "i"):
            break
        end = at + 1
    return end


def _alone(found: list[Piece], i: int, before: list[Piece], shouting: bool, seen: bool, low: bool) -> int:
    """The end of a literal that no word announces: quotes, capitals in a contrast, "HELLO in slant"."""
    piece = found[i]
    last = [p.norm for p in before[-3:]]
    close = " ".join(last)
    contrast = bool(_CONTRAST.search(close) and re.search(rf"(?:^| )(?:{_CONTRAST.pattern})$", close))
    after = [p.norm for p in found[i + 1 : i + 4]]
    if piece.norm == "§spell":
        return i + 1
    if piece.norm == "§":
        if last[-1:] and last[-1] in (
            "called",
            "named",
            "titled",
            "file",
            "option",
            "button",
            "field",
            "command",
            "signed",
            "labelled",
            "labeled",
        ):
            return i
        if len(piece.raw) > 1 and piece.raw.upper() == piece.raw and any(c.isalpha() for c in piece.raw):
            return i + 1
        return i + 1 if contrast and seen and last[-1] != "is" else i
    if shouting:
        return i
    if (
        low
        and contrast
        and last[-1] != "is"
        and piece.raw.islower()
        and piece.norm not in _STOP | _LETTERHEADS
        and last[-1] in ("not", "of", "than", "longer")
        and (not after or not after[0][:1].isalpha())
    ):
        return i + 1
    if seen and last[-1:] in (["but"], ["not"]) and _letter(piece) and piece.raw.isupper():
        end = _letter_list(found, i)
        return end if end > i + 1 else i
    if not _capital(piece, shouting):
        return i
    if piece.norm in ("yes", "no") and seen and contrast and after[:1] in ([], ["."], [","], ["either"]):
        return i + 1
    if piece.norm in _ACRONYMS:
        return i
    end = i + 1
    while end < len(found) and _capital(found[end], shouting) and found[end].norm not in _ACRONYMS:
        end += 1
    follows = [p.norm for p in found[end : end + 4]]
    in_font = follows[:1] == ["in"] and bool(
        set(follows)
        & {"font", "letters", "lettering", "ascii", "block", "figlet", "style", "slant", "capitals", "big"}
    )
    if piece.norm in _LETTERHEADS and not (contrast and seen) and not in_font:
        return i
    if in_font or (contrast and (len(piece.raw) > 2 or seen)):
        return end
    first = not before or before[-1].norm in ("\n\n", ".", "?", "!", ";", ":")
    if (
        first
        and len(piece.raw) > 1
        and (not follows or follows[0] in (",", ".", "in", "(", "\n", "\n\n", "!", ";"))
    ):
        return end
    return i


def _scare_quotes(found: list[Piece]) -> list[Piece]:
    """What is quoted and was not a literal is read as ordinary words; a nested quote is not opened again."""
    out: list[Piece] = []
    for piece in found:
        if piece.norm != "§":
            out.append(piece)
            continue
        if " --" in piece.raw:
            continue  # a command
        inner = pieces(piece.raw)
        out += [
            Piece(p.norm, p.raw, piece.start + 1 + p.start, piece.start + 1 + p.end)
            for p in inner
            if p.norm not in "§\n"
        ]
    return out
