"""What one claim says about another, and the claims that a careless eye would mistake it for."""

from __future__ import annotations

from grounding.claims import ENTAILS, EXCLUDES, NONE, Claim, Relation

SHAPES = ("square", "rectangle", "triangle", "diamond", "line", "circle")
EXPRESSIONS = ("smiling", "frowning", "neutral")
# What else a figure of this kind is: a square has all that a rectangle needs.
ALSO = {"square": {"square", "rectangle"}}

# A one-valued property: two different values cannot both hold. `text` is compared without case.
SINGLE = {"width", "height", "face", "bars"}

# Characters that one glyph often stands for: 59 of pyfiglet's fonts draw O as 0, 26 I as L, 13 S as 5, 5 Z as 2.
# Words that differ in these alone do not exclude one another.
ALIKE = str.maketrans("01i52", "ollsz")
# Letters that are mistaken for one another, for near misses of a word; never for one that is ALIKE.
LETTERS = {
    "A": "R", "B": "D", "C": "G", "D": "O", "E": "F", "F": "E", "G": "C", "H": "N", "I": "T", "J": "U",
    "K": "X", "L": "T", "M": "N", "N": "M", "O": "D", "P": "R", "Q": "O", "R": "P", "S": "Z", "T": "I",
    "U": "V", "V": "U", "W": "V", "X": "K", "Y": "V", "Z": "S",
}  # fmt: skip
# Fonts that look alike at a glance.
FONTS = ("standard", "small", "banner", "3x5", "cybermedium", "contessa", "straight", "big", "mini")
THINGS = ("cat", "dog", "house", "tree", "face", "car", "fish", "heart", "star", "flower")


def relation(a: Claim, b: Claim) -> Relation:
    """Whether a, if true, makes b true (entails) or false (excludes). By meaning alone, no artifact."""
    if _same(a, b):
        return ENTAILS
    if a.name == b.name:
        return _within(a, b)
    return _across(a, b)


def _same(a: Claim, b: Claim) -> bool:
    if a.name != b.name:
        return False
    if a.name == "text":
        return _word(a) == _word(b)  # a space more or less is the same word, drawn wider
    if a.name == "charset":
        return set(str(a.args[0])) == set(str(b.args[0]))
    return a == b


def _word(claim: Claim) -> str:
    return str(claim.args[0]).casefold().replace(" ", "")


def alike(word: str) -> str:
    """The word without case and spaces, characters that glyphs share made one: equal for words that no drawing
    tells apart (T I G E R at full width is TIGER set wider)."""
    return word.casefold().replace(" ", "").translate(ALIKE)


def _kinds(kind: object) -> set[str]:
    return ALSO.get(str(kind), {str(kind)})


def _within(a: Claim, b: Claim) -> Relation:
    """Two different claims of one predicate."""
    name = a.name
    if name == "text":
        return NONE if alike(str(a.args[0])) == alike(str(b.args[0])) else EXCLUDES
    if name in SINGLE or name == "charset":
        return EXCLUDES
    if name == "shape" and a.args[0] in SHAPES and b.args[0] in SHAPES:
        if b.args[0] in _kinds(a.args[0]):
            return ENTAILS
        return NONE if a.args[0] in _kinds(b.args[0]) else EXCLUDES
    if name == "count":
        (kind_a, n_a), (kind_b, n_b) = a.args, b.args
        if kind_a == kind_b:
            return EXCLUDES
        # Every square is counted among the rectangles too.
        if _number(n_a) and _number(n_b):
            if kind_b in _kinds(kind_a) and n_b < n_a:
                return EXCLUDES
            if kind_a in _kinds(kind_b) and n_a < n_b:
                return EXCLUDES
    if name in ("left_of", "above") and a.args == b.args[::-1] and a.args[0] != a.args[1]:
        return EXCLUDES
    return NONE


def _number(n: object) -> bool:
    return isinstance(n, int) and not isinstance(n, bool)


def _across(a: Claim, b: Claim) -> Relation:
    """Two claims of different predicates."""
    names = {a.name, b.name}
    if names == {"hollow", "filled"}:
        return EXCLUDES
    if names == {"shape", "hollow"}:
        shape = a if a.name == "shape" else b
        return EXCLUDES if shape.args[0] == "line" else NONE
    if names == {"shape", "count"}:
        return _shape_count(a, b)
    if names == {"shape", "face"} and (a if a.name == "shape" else b).args[0] in SHAPES:
        return EXCLUDES
    placed = a if a.name in ("left_of", "above") else b
    other = b if placed is a else a
    if placed.name in ("left_of", "above"):
        return _placed(placed, other, forward=placed is a)
    return NONE


def _shape_count(a: Claim, b: Claim) -> Relation:
    shape, count = (a, b) if a.name == "shape" else (b, a)
    kind, (counted, n) = shape.args[0], count.args
    if kind not in SHAPES or counted not in SHAPES or not _number(n):
        return NONE
    if n == 0:
        return EXCLUDES if counted in _kinds(kind) else NONE
    if n < 0:
        return NONE
    if counted not in _kinds(kind) and kind not in _kinds(counted):
        return EXCLUDES  # all figures are of one kind, yet there is one of another
    return ENTAILS if count is a and kind in _kinds(counted) else NONE


def _placed(placed: Claim, other: Claim, forward: bool) -> Relation:
    """A relation between figures says that there is at least one of each."""
    mentioned = set(placed.args)
    if other.name == "shape" and other.args[0] in SHAPES:
        fitting = [kind for kind in mentioned if other.args[0] in _kinds(kind)]
        if forward and fitting:
            return ENTAILS
        if not fitting and all(kind in SHAPES for kind in mentioned):
            return NONE if any(kind in _kinds(other.args[0]) for kind in mentioned) else EXCLUDES
        return NONE
    if other.name == "count" and other.args[0] in mentioned and other.args[1] == 0:
        return EXCLUDES
    return NONE


def near_misses(claim: Claim) -> list[Claim]:
    """Claims that differ as little as a careless eye would miss; the nearest first, never the claim itself."""
    name, args = claim.name, claim.args
    if name in ("text", "charset", "depicts", "font"):
        return [Claim(name, (w,)) for w in _near_words(name, str(args[0]))]
    if name == "shape":
        return [Claim(name, (kind,)) for kind in _near_shapes(str(args[0]))]
    if name in ("hollow", "filled"):
        return [Claim("filled" if name == "hollow" else "hollow")]
    if name in ("width", "height") and _number(args[0]):
        return [Claim(name, (n,)) for n in (args[0] + 1, args[0] - 1, args[0] + 2) if n > 0]
    if name == "count" and _number(args[1]):
        others = [Claim(name, (args[0], n)) for n in (args[1] + 1, args[1] - 1) if n >= 0]
        return others + [Claim(name, (kind, args[1])) for kind in _near_shapes(str(args[0]))[:1]]
    if name == "symmetric":
        return [Claim(name, ("horizontal" if args[0] == "vertical" else "vertical",))]
    if name == "face":
        return [Claim(name, (e,)) for e in EXPRESSIONS if e != args[0]]
    if name == "bars":
        return _near_bars(args)
    if name in ("left_of", "above"):
        other = "above" if name == "left_of" else "left_of"
        swapped = [Claim(name, args[::-1])] if args[0] != args[1] else []
        return [*swapped, Claim(other, args)]
    return []


def _near_words(name: str, word: str) -> list[str]:
    if name == "text":
        changed = [
            word[:i] + LETTERS[c.upper()] + word[i + 1 :] for i, c in enumerate(word) if c.upper() in LETTERS
        ]
        return [w for w in [*changed[::-1], word + "S", word[:-1]] if w and w != word]
    if name == "charset":
        return [c for c in ("#", "*", "@", word + "*", word[:-1]) if c and set(c) != set(word)]
    return [w for w in (FONTS if name == "font" else THINGS) if w != word]


def _near_shapes(kind: str) -> list[str]:
    near = {
        "square": ("rectangle", "diamond", "circle"),
        "rectangle": ("square", "triangle", "circle"),
        "triangle": ("diamond", "square"),
        "diamond": ("circle", "triangle", "square"),
        "line": ("rectangle", "triangle"),
        "circle": ("diamond", "square"),
    }.get(kind, SHAPES)
    # What the claim itself entails is no miss: a square is a rectangle.
    return [other for other in near if other not in _kinds(kind)]


def _near_bars(args: tuple[object, ...]) -> list[Claim]:
    changed = []
    for i in reversed(range(len(args))):
        n = args[i]
        if isinstance(n, int):
            changed.append(Claim("bars", (*args[:i], n + 1, *args[i + 1 :])))
    return [*changed, *([Claim("bars", args[::-1])] if args != args[::-1] else [])]
