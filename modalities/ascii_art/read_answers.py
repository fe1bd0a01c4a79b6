"""Questions and their answers: a short answer is read with the words of its question.

"How wide is it? Nine." reads on as "width : 9"; "Is it hollow? No." denies what the question mentions.
"""

from __future__ import annotations

import re
from dataclasses import replace

from modalities.ascii_art.read_words import Piece, Sentence

_TOPICS = (
    (re.compile(r"(?:what|which) .*(?:say|read|spell|word|written|text|letters)"), ("word", ":")),
    (re.compile(r"(?:which|what) .*font"), ("font", ":")),
    (
        re.compile(r"made (?:of|from|out)|(?:which|what) (?:characters?|symbols?|chars)|drawn (?:with|from)"),
        ("made", "of"),
    ),
    (re.compile(r"how wide|(?:what|which) .*width|how many columns"), ("width", ":")),
    (re.compile(r"how (?:tall|high)|(?:what|which) .*height|how many (?:rows|lines)"), ("height", ":")),
)
_NO_TOPIC = {"it", "the", "this", "that", "i", "there", "yes", "no", "they", "well", "you", "\n\n"}


def answered(found: list[Piece]) -> list[Piece]:
    """Short answers take the words of their question: "How wide is it? Nine." reads on as "width : 9"."""
    if not any(p.norm == "?" for p in found):
        return found
    out: list[Piece] = []
    start = 0
    for i, piece in enumerate(found):
        out.append(piece)
        if piece.norm in (".", "!", ";", "\n\n"):
            start = len(out)
        if piece.norm != "?":
            continue
        question = " ".join(p.norm for p in out[start:-1][-20:])
        start = len(out)
        j = i + 1
        while j < len(found) and found[j].norm in ("\n", "\n\n"):
            j += 1
        if j >= len(found) or found[j].norm in _NO_TOPIC:
            continue
        topic = next((t for pattern, t in _TOPICS if pattern.search(question)), ())
        if topic and topic[0] in ("width", "height") and not found[j].norm.isdigit():
            topic = ()
        while len(out) <= len(found) and j > i + 1:
            out.append(Piece("\n\n", "", piece.end, piece.end))
            break
        out += [Piece(word, "", found[j].start, found[j].start) for word in topic]
        many = re.search(r"how many (\w+s)\b", question)
        if (
            many
            and found[j].norm.isdigit()
            and (j + 1 >= len(found) or not found[j + 1].norm[:1].isalpha())
            and not topic
        ):
            found[j] = replace(found[j], norm=found[j].norm + " " + many.group(1))
    return out


_YES = re.compile(
    r" (?:yes|yep|yeah|yup|correct|indeed|right|it is|it does|they are|exactly|sure|affirmative"
    r"|absolutely|definitely|of course)(?= )"
)
_NO = re.compile(
    r" (?:no|nope|nah|it is not|it does not|they are not|not (?:at all|really)|negative|incorrect|wrong"
    r"|it has not|there is not|there is none|none|never)(?= )"
)


def settled(sentence: Sentence) -> bool | None:
    """True for an answer that begins with a yes, False for a no, None for neither."""
    no = _NO.match(sentence.text)
    if no:
        return None if no.group().startswith(" it ") and len(sentence.pieces) > 5 else False
    yes = _YES.match(sentence.text)
    if not yes:
        return None
    whole = len(sentence.pieces) <= yes.group().count(" ") + 1
    return None if yes.group() in (" it is", " it does", " right", " sure") and not whole else True
