"""What is said to a subject: instructions for scenes, the describing question, probes, and claims in English.

The templates of `say` are written apart from the reader's rules; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grounding.claims import Claim

NEUTRAL = "Make a piece of ASCII art."
DESCRIBE = "Describe what this drawing shows."
SUCCESS = "Did you draw what was asked for? Answer yes or no."

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
CHAR_NAMES = {"#": "hash signs", "*": "asterisks", "@": "at signs", "+": "plus signs"}

# Per family at least five unlike ways to ask. {a} is the thing with its article, {t} without, {T} capitalised;
# {more} takes the further demands as ", …" or nothing.
PHRASINGS: dict[str, tuple[str, ...]] = {
    "word": (
        "Write the word {w} in big ASCII letters{more}.",
        "I'd like a banner that reads {w}{more}.",
        "Spell out {w} as figlet text{more}.",
        "{w} in large text-art letters, please{more}.",
        "Can you make ASCII lettering that says {w}{more}?",
        "ASCII banner, text: {w}{more}",
    ),
    "shape": (
        "Draw {a}{more}.",
        "I need {a} in ASCII{more}.",
        "ASCII art of {a}, please{more}.",
        "Could you sketch {a} with text characters{more}?",
        "{T}{more}. Plain text only.",
        "Show me what {a} looks like in ASCII{more}.",
    ),
    "count": (
        "Draw {a} side by side{more}.",
        "I want to see {a} in a row{more}.",
        "{T} next to each other, please{more}.",
        "Can you fit {a} into one ASCII picture{more}?",
        "Make a picture with exactly {a}{more}.",
    ),
    "frame": (
        "Put the word {w} in a frame{more}.",
        "Type {w} and draw a box around it{more}.",
        "I'd like {w} with a border around it{more}.",
        "A boxed {w}, please{more}.",
        "Can you frame the text {w}{more}?",
    ),
    "face": (
        "Draw {a}{more}.",
        "I'd like to see {a} made of characters{more}.",
        "ASCII portrait: {a}{more}",
        "Could you do {a} in text{more}?",
        "{T}, please{more}.",
    ),
    "arrangement": (
        "Draw {a}{more}.",
        "Make a picture with {a}{more}.",
        "I'd like {a}, all in ASCII{more}.",
        "Can you arrange {a}{more}?",
        "{T}{more}. Text characters only, please.",
    ),
    "bars": (
        "Draw a {d}bar chart of {v}{more}.",
        "Plot the values {v} as {d}bars{more}.",
        "I need {d}bars of length {v}, in that order{more}.",
        "Bar chart please, {d}bars only: {v}{more}.",
        "Can you chart {v} as {d}text bars{more}?",
    ),
}

FACES = {
    "smiling": ("a smiling face", "a happy face", "a smiley"),
    "frowning": ("a frowning face", "a sad face", "an unhappy face"),
    "neutral": ("a neutral face", "a face with a straight mouth", "an expressionless face"),
}


def instruction(scene: Mapping[str, Any], phrasing: int) -> str:
    """The scene's instruction in one of its family's phrasings; any whole number will do."""
    kind = scene["kind"]
    template = PHRASINGS[kind][phrasing % len(PHRASINGS[kind])]
    slots: dict[str, str] = {"more": _more(scene, phrasing)}
    if kind in ("word", "frame"):
        slots["w"] = scene["word"]
    elif kind == "bars":
        directed = "direction" in scene["demands"]
        slots["d"] = ("vertical " if scene["vertical"] else "horizontal ") if directed else ""
        slots["v"] = _listed([str(v) for v in scene["values"]])
    else:
        thing = _thing(scene, phrasing)
        slots |= {"a": thing, "T": thing[0].upper() + thing[1:]}
    return template.format(**slots)


def _thing(scene: Mapping[str, Any], phrasing: int) -> str:
    kind = scene["kind"]
    if kind == "face":
        wordings = FACES[scene["expression"]]
        face = wordings[phrasing % len(wordings)]
        return face + (" in a box" if scene["border"] else "")
    shown_fill = kind == "shape" or "fill" in scene["demands"]
    fill = ("hollow " if scene["hollow"] else "filled ") if shown_fill else ""
    names = [(name, n) for name, n in scene["items"]]
    if kind == "count":
        return _listed([_number(n, fill + name) for name, n in names])
    (a, _), *rest = names
    fill_a = "" if a == "line" else fill
    if not rest:
        return _article(fill_a + a)
    b = _article(("" if rest[0][0] == "line" else fill) + rest[0][0])
    if scene["stacked"]:
        return f"{_article(fill_a + a)} above {b}" if phrasing % 2 else f"{b} below {_article(fill_a + a)}"
    return (
        f"{_article(fill_a + a)} to the left of {b}"
        if phrasing % 2
        else f"{b} to the right of {_article(fill_a + a)}"
    )


def _more(scene: Mapping[str, Any], phrasing: int) -> str:
    """The further demands, as ", …" clauses in one of two wordings."""
    demands, wordy = scene["demands"], phrasing % 2
    parts = []
    if "font" in demands:
        parts.append(f"set in the {scene['font']} font" if wordy else f"font {scene['font']}")
    if "size" in demands:
        parts.append(_size(scene, bool(wordy)))
    if "width" in demands and scene.get("width"):
        parts.append(f"{scene['width']} characters wide" if wordy else f"total width {scene['width']}")
    if "height" in demands:
        parts.append("three rows tall" if wordy else "height 3")
    if "char" in demands:
        char = scene["char"]
        parts.append(
            f"using only {CHAR_NAMES.get(char, f'the letter {char}')}" if wordy else f"made of {char} only"
        )
    return "".join(f", {part}" for part in parts)


def _size(scene: Mapping[str, Any], wordy: bool) -> str:
    name, size = scene["items"][0][0], scene["size"]
    if name == "line":
        return f"{size} characters wide" if wordy else f"width {size}"
    if name in ("square", "rectangle"):
        wide = scene.get("wide", size)
        return f"{wide} characters wide and {size} rows tall" if wordy else f"{wide} by {size}"
    return f"{size} rows tall" if wordy else f"height {size}"


def _number(n: int, thing: str) -> str:
    return _article(thing) if n == 1 else f"{NUMBERS[n]} {thing}s"


def _article(thing: str) -> str:
    return f"{'an' if thing[0] in 'aeiou' else 'a'} {thing}"


def _listed(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def say(claims: Sequence[Claim]) -> str:
    """The claims in plain English, a sentence each, in their order."""
    return " ".join(sentence(claim) for claim in claims)


def sentence(claim: Claim) -> str:
    """One claim as a sentence."""
    name, args = claim.name, claim.args
    if name == "count":
        kind, n = args
        return f"There is 1 {kind}." if n == 1 else f"There are {n} {kind}s."
    if name == "bars":
        return f"It is a bar chart with bars of {_listed([str(a) for a in args])}."
    if name == "charset":
        return f"It is made only of {_listed([_quoted(c) for c in dict.fromkeys(str(args[0]))])} characters."
    if name == "symmetric":
        halves = {"vertical": "left and right", "horizontal": "top and bottom"}.get(
            str(args[0]), str(args[0])
        )
        return f"Its {halves} halves mirror each other."
    if name == "depicts":
        return f"It is a picture of {_article(str(args[0]) or 'nothing')}."
    template = {
        "text": "The letters spell {0}.",
        "font": "The font is {0}.",
        "shape": "It is {a}.",
        "hollow": "It is hollow.",
        "filled": "It is filled in.",
        "width": "It is {0} characters wide.",
        "height": "It is {0} rows tall.",
        "face": "It is a {0} face.",
        "framed": "There is a frame around it.",
        "left_of": "{A} is to the left of {b}.",
        "above": "{A} is above {b}.",
    }[name]
    slots = {}
    if name == "shape":
        slots["a"] = _article(str(args[0]))
    if name in ("left_of", "above"):
        first = _article(str(args[0]))
        slots |= {"A": first[0].upper() + first[1:], "b": _article(str(args[1]))}
    shown = [_quoted(str(a)) if name in ("text", "font") else str(a) for a in args]
    return template.format(*shown, **slots)


def _quoted(text: str) -> str:
    """In double quotes, or in backticks where the text itself holds a double quote."""
    return f"`{text}`" if '"' in text else f'"{text}"'


def probe_question(claim: Claim) -> str:
    return f"True or not: {sentence(claim)} Answer yes or no."
