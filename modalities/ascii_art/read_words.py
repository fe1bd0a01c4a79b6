"""Words before grammar: a text about a drawing becomes sentences of plain lower-case words.

Everything that can be spelled in several ways is made one: contractions ("isn't" -> "is not"), number words
("twenty-one" -> "21"), typing errors in the words of the domain ("traingle"), plural-preserving synonyms of
figures ("rhombus" -> "diamond"). Quoted strings become one word `§n`. Each word keeps its place in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from grounding.claims import Claim

# A description longer than this is not a description; what follows is not read.
MAX_TEXT = 20_000
# A sentence longer than this many words is cut: no rule looks that far.
MAX_SENTENCE = 400

_ALIKE = str.maketrans("’‘ʼ“”„«»–…×\u00a0\t\r‑", '\'\'\'"""""—.x  \n-')

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
# "one" is left a word: it is a pronoun as often as a number.
NUMBER = {w: n for n, w in enumerate(ONES) if n != 1} | {w: 20 + 10 * n for n, w in enumerate(TENS)}
_UNITS = {w: n for n, w in enumerate(ONES) if 0 < n < 10}

FIGURE = {
    "disc": "circle", "disk": "circle", "ring": "circle", "rhombus": "diamond", "lozenge": "diamond",
    "pyramid": "triangle", "oblong": "rectangle", "rhombi": "diamonds", "rhombuses": "diamonds",
    "discs": "circles", "disks": "circles", "rings": "circles", "lozenges": "diamonds",
    "pyramids": "triangles", "oblongs": "rectangles", "quadrat": "square", "rombus": "diamond",
}  # fmt: skip

# No apostrophe typed.
_BARE_CONTRACTION = {
    "thats": "that is", "theres": "there is", "whats": "what is", "heres": "here is", "youre": "you are",
    "im": "i am", "ive": "i have", "youve": "you have", "theyre": "they are", "cannot": "can not",
    "cant": "can not", "wont": "will not", "aint": "is not", "ain't": "is not", "can't": "can not",
    "won't": "will not", "lets": "let us", "let's": "let us", "dunno": "do not know", "gonna": "going to",
    "wanna": "want to", "alot": "a lot", "kinda": "kind of", "sorta": "sort of", "prob": "probably",
    "probs": "probably", "prolly": "probably", "idk": "do not know", "w/o": "without", "w/": "with",
    "bc": "because", "cuz": "because", "btw": "", "lookalike": "look alike", "itll": "it will",
    "tbh": "", "imo": "i think", "imho": "i think", "afaict": "", "y'all": "you", "cols": "columns",
    "col": "column", "chars": "characters", "char": "character", "wasn't": "was not", "dis": "this",
    "dat": "that", "ur": "your", "u": "you", "tho": "though", "wud": "would", "cud": "could",
}  # fmt: skip
_NT = re.compile(r"(is|are|was|were|do|does|did|has|have|had|could|would|should|must|need|might)n'?t")
_SUFFIX = {"'re": " are", "'ve": " have", "'d": " would", "'ll": " will", "'m": " am"}
_IS = {
    "it",
    "that",
    "this",
    "there",
    "here",
    "what",
    "he",
    "she",
    "who",
    "which",
    "where",
    "everything",
    "one",
}
# After "its" these say that "it's" was meant.
_AFTER_ITS = set(
    "a an the not just only clearly hollow filled solid framed empty like made obviously definitely all "
    "really "
    "actually totally completely unfilled outlined symmetric symmetrical still now supposed basically so "
    "also "
    "no nothing 2 3 4 5 6 7 8 9 10 11 12 13 14 15 20 exactly drawn square triangular surrounded probably "
    "maybe smiling frowning happy sad in".split()
)

KEYWORDS = (
    "square squares rectangle rectangles triangle triangles diamond diamonds circle circles hollow filled "
    "border frame framed symmetric symmetrical symmetry asterisk asterisks columns height width smiling "
    "frowning character characters outline horizontal vertical vertically horizontally rectangular "
    "triangular circular instead without underneath beneath picture drawing letters spells hyphens "
    "underscores slashes backslashes"
).split()
# One edit away from a keyword, yet words of their own.
_REAL = set(
    "follow hallow hollows killed billed felled filler fillers squire squired squares squared circled "
    "circler "
    "circus order border boarder frames framer frames farmed flamed framed frame freight weight heights "
    "with "
    "widths outlines outlined pictured pictures drawings better latter litter setters letter settlers "
    "lettered "
    "characters circles fame flame frame fram same tame came fire from form farm filed spell smells sells "
    "spelled smelling symmetric steady bordered borders broader boxer older holder columns column slashed "
    "lashes flashes clashes stashes splashes diamond rectangle triangle tangle frowning growing drowning "
    "crowning frowned smiling sailing failing mailing shells swells dwells hollowed spill spills fined "
    "find "
    "tilled milled willed pilled fillet filmed hallowed hollower strangles weights eight circlet blame "
    "frail grame "
    "asterism postures pictures mixture fixture dictum drawling brawling crawling sawing thawing "
    "drawings order "
    "symmetry asymmetric asymmetrical fills fill frame's drafting hello yellow bellow mellow fellow cello "
    "picked bolder folder colder height hight".split()
) - {"hight"}


def _edits(word: str) -> set[str]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    cut = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    out = {a + b[1:] for a, b in cut if b} | {a + b[1] + b[0] + b[2:] for a, b in cut if len(b) > 1}
    out |= {a + c + b[1:] for a, b in cut if b for c in letters} | {
        a + c + b for a, b in cut for c in letters
    }
    return out


def _misspelled() -> dict[str, str]:
    fixed: dict[str, str] = {}
    for word in KEYWORDS:
        for wrong in _edits(word):
            if wrong not in KEYWORDS and wrong not in _REAL and wrong not in fixed:
                fixed[wrong] = word
    fixed |= {"sqare": "square", "rectange": "rectangle", "rectangel": "rectangle", "trangle": "triangle"}
    fixed |= {"assymetric": "asymmetric", "simetric": "symmetric", "simetrical": "symmetrical"}
    fixed |= {"symetrical": "symmetrical", "symetric": "symmetric", "symetry": "symmetry"}
    fixed |= {
        "hight": "height",
        "heigth": "height",
        "widht": "width",
        "astericks": "asterisks",
        "astrisk": "asterisk",
    }
    fixed |= {
        "smily": "smiley",
        "smilie": "smiley",
        "smilies": "smileys",
        "retangle": "rectangle",
        "cirle": "circle",
    }
    fixed |= {"its'": "its", "heart-shaped": "heart shaped", "infront": "in front", "collumns": "columns"}
    return fixed


_FIXED = _misspelled()

TOKEN = re.compile(
    r"""(?P<flag>(?<![\w-])--[A-Za-z][\w-]*(?:[= ][^\s.,;]+)?|https?://\S+
        |(?<![\w/-])[\w/-]{1,60}\.(?:txt|py|md|log|json|png|c|js)\b)
    |(?P<quote>"[^"\n]{1,80}"|`[^`\n]{1,80}`|(?<![\w'])'[^'\n]{1,60}'(?!\w))
    |(?P<emo>[:;=]-?[)(DP|\]](?![\w)])|[\u2639\u263a\U0001f600-\U0001f64f])
    |(?P<size>\d{1,4}[ ]?[xX*][ ]?\d{1,4}(?![\w]))
    |(?P<odd>\d+(?:[./:]\d+)+|[#]\d+|v\d[\w.]*|\d+%|\d+(?:st|nd|rd|th)\b|\d+-\d+\b)
    |(?P<num>\d{1,6}(?![A-WYZa-wyz\d]))
    |(?P<spell>\b(?:[A-Za-z]-){2,}[A-Za-z]\b|\b(?:[A-Z]\.){2,}[A-Z]\b\.?|\b[A-Z]-[A-Z]\b)
    |(?P<word>w/o\b|w/(?=\s)|[^\W\d_]+(?:'[^\W\d_]+)*|\d+[^\W\d_]+)
    |(?P<nl>[ ]*\n[ \n]*)
    |(?P<space>[ ]+)
    |(?P<sym>.)""",
    re.VERBOSE | re.DOTALL,
)
_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_BOLD = re.compile(r"(?<![\w*])(\*\*|\*|__|_|~~)(?=[^\W_])([^*_~\n]{0,200}?[^\W_][:.!,]?)\1(?![\w*])")
_BULLET = re.compile(r"^[ ]*(?:[-+•–—]|\*|\d{1,2}[.)]|[a-d]\)|#{1,6}|\[[ x]\])[ ]+(?=\S)", re.MULTILINE)
_CITED = re.compile(r"^[ ]*>.*$", re.MULTILINE)
_TABLE = re.compile(r"^[ ]*\|(.*)\|[ ]*$", re.MULTILINE)
_ASKED = re.compile(r"^[ ]*(?:Q|A|Question|Answer)[ ]?\d*[:.)][ ]*", re.MULTILINE)


@dataclass(slots=True)
class Piece:
    """One plain word: `norm` as grammar sees it, `raw` as typed, at [start, end) of the text."""

    norm: str
    raw: str
    start: int
    end: int


@dataclass(slots=True)
class Sentence:
    """Words of one sentence: `text` is their norms joined by single spaces, with one space at either end."""

    pieces: list[Piece]
    question: bool = False
    text: str = ""
    words: set[str] = field(default_factory=set)
    _at: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        at = 1
        for piece in self.pieces:
            self._at.append(at)
            at += len(piece.norm) + 1
        self.text = " " + " ".join(p.norm for p in self.pieces) + " "
        self.words = set(self.text.split())

    def at(self, i: int) -> int:
        """Where piece i begins in `self.text`."""
        return self._at[i]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original text of [start, end) of `self.text`."""
        first = max(bisect_right(self._at, start) - 1, 0)
        last = max(bisect_right(self._at, max(end - 1, start)) - 1, first)
        return self.pieces[first].start, self.pieces[last].end


@dataclass(slots=True)
class Mention:
    """A claim mentioned at [start, end) of a sentence; `at` is its deciding word.

    `fixed`: the state is already known ("denied"), whatever the clause says.
    """

    claim: Claim
    at: int
    start: int
    end: int
    fixed: str = ""


def mention(claim: Claim, m: re.Match[str], at: int | None = None, fixed: str = "") -> Mention:
    return Mention(claim, m.start() + 1 if at is None else at, m.start() + 1, m.end(), fixed)


def _blank(match: re.Match[str]) -> str:
    return "".join("\n" if c == "\n" else " " for c in match.group())


def _bold(match: re.Match[str]) -> str:
    mark = " " * len(match.group(1))
    return mark + match.group(2) + mark


def _row(match: re.Match[str]) -> str:
    inner = match.group(1)
    if not any(c.isalnum() for c in inner):
        return " " + " " * len(inner) + match.group()[len(inner) + 1 :].replace("|", "\x1f")
    head = match.group().index("|")
    return match.group()[:head] + "\x1f" + inner.replace("|", ":", 1).replace("|", ",") + "\x1f"


def _plain(text: str) -> str:
    """The text without its markup, every character still in its place. \\x1f stands for a hard break."""
    text = text[:MAX_TEXT].translate(_ALIKE)
    if "```" in text:
        text = _FENCE.sub(_blank, text)
    if "|" in text:
        text = _TABLE.sub(_row, text)
    if ">" in text:
        text = _CITED.sub(_blank, text)
    if "*" in text or "_" in text or "~~" in text:
        text = _BOLD.sub(_bold, text)
    text = _BULLET.sub(lambda m: "\x1f" + " " * (len(m.group()) - 1), text)
    return _ASKED.sub(lambda m: "\x1f" + " " * (len(m.group()) - 1), text)


def _word(raw: str, following: str) -> str:
    """The plain form of one typed word; several words if it stands for several, none if it says nothing."""
    low = raw.lower()
    if low in _BARE_CONTRACTION:
        return _BARE_CONTRACTION[low]
    negated = _NT.fullmatch(low)
    if negated:
        return negated.group(1) + " not"
    if low == "its":
        return "it is" if following.lower() in _AFTER_ITS else "its"
    if "'" in low:
        head, tail = low[: low.index("'")], low[low.index("'") :]
        if tail == "'s":
            return head + " is" if head in _IS else _word(head, "")
        if tail == "'d" and following.lower().endswith("ed"):
            return head + " had"
        return head + _SUFFIX.get(tail, "")
    if low in NUMBER:
        return str(NUMBER[low])
    low = _FIXED.get(low, low)
    return FIGURE.get(low, low)


def pieces(text: str) -> list[Piece]:
    """The text as plain words and marks; quoted strings are one piece with the norm "§"."""
    plain = _plain(text)
    found = [(m.lastgroup, m.group(), m.start(), m.end()) for m in TOKEN.finditer(plain)]
    out: list[Piece] = []
    previous = ""
    for i, (kind, raw, start, end) in enumerate(found):
        if kind == "space":
            previous = "space"
            continue
        if kind == "word":
            following = next((f[1] for f in found[i + 1 : i + 3] if f[0] != "space"), "")
            out.extend(Piece(norm, raw, start, end) for norm in _word(raw, following).split())
        elif kind == "num":
            out.append(Piece(str(int(raw)), raw, start, end))
        elif kind == "size":
            a, b = re.findall(r"\d+", raw)
            out += [Piece(n, raw, start, end) for n in (str(int(a)), "by", str(int(b)))]
        elif kind == "quote":
            out.append(Piece("§", raw[1:-1], start, end))
        elif kind == "odd" and raw.count("/") > 1:
            out += [Piece(n, raw, start, end) for n in ", ".join(raw.split("/")).replace(",", " ,").split()]
        elif kind == "odd":
            out.append(Piece("§odd", raw, start, end))
        elif kind == "spell":
            out.append(Piece("§spell", "".join(c for c in raw if c.isalpha()), start, end))
        elif kind == "emo":
            out.append(Piece(_mood(raw[-1]), raw, start, end))
        elif kind == "nl":
            out.append(Piece("\n\n" if raw.count("\n") > 1 else "\n", raw, start, end))
        elif kind == "sym":
            nearby = i + 1 < len(found) and found[i + 1][0] in ("word", "num", "size")
            if raw == "-" and previous in ("word", "num", "spell", "quote") and nearby:
                continue  # a hyphen inside a word
            if raw == "/" and previous == "space" and _between_words(out, found[i + 1 : i + 3]):
                raw = ","  # "no border / no fill"
            out.append(Piece({"\x1f": "\n\n"}.get(raw, raw), raw, start, end))
        previous = kind or ""
    return _numbers(out)


def _mood(last: str) -> str:
    """The plain word for an emoticon, by its mouth or its emoji."""
    return "§sad" if last in "(☹😞😢😟🙁😠😡😭" else "§flat" if last in "|😐😑" else "§happy"


def _between_words(before: list[Piece], after: list[tuple[str | None, str, int, int]]) -> bool:
    """Whether words stand on both sides of a mark, none of them one that introduces or joins characters."""
    if (
        not before
        or len(after) < 2
        or after[0][0] != "space"
        or after[1][0] not in ("word", "num", "size", "quote")
    ):
        return False
    joining = {
        "of",
        "and",
        "with",
        "are",
        "uses",
        "using",
        "from",
        "or",
        "is",
        "character",
        "characters",
        "symbol",
        "in",
        "only",
    }
    return (
        before[-1].norm[:1].isalnum()
        and before[-1].norm not in joining
        and after[1][1].lower() not in joining
    )


def _numbers(found: list[Piece]) -> list[Piece]:
    """Numbers of several words made one: "twenty one", "a dozen", "a pair of", "a single"."""
    out: list[Piece] = []
    i = 0
    while i < len(found):
        norms = [p.norm for p in found[i : i + 4]] + [""] * 4
        n, used = _number(norms, found[i].raw.lower())
        if used:
            out.append(Piece(n, found[i].raw, found[i].start, found[i + used - 1].end))
            i += used
        else:
            out.append(found[i])
            i += 1
    return out


_GROUP = {"pair": "2", "couple": "2", "trio": "3", "duo": "2", "quartet": "4"}


def _number(norms: list[str], raw: str) -> tuple[str, int]:
    a, b, c, _d = norms[:4]
    if raw in TENS and b in _UNITS | {"one": 1} or (raw in TENS and b.isdigit() and 0 < int(b) < 10):
        return str(int(a) + (1 if b == "one" else int(b))), 2
    if a == "half" and b == "a" and c == "dozen":
        return "6", 3
    if b == "dozen" and (a in ("a", "one") or a.isdigit()):
        return str(12 * (int(a) if a.isdigit() else 1)), 2 + (c == "of")
    if a in ("a", "one", "the") and b in _GROUP and c == "of":
        return _GROUP[b], 3
    if a == "a" and b in ("single", "lone", "sole", "lonely", "solitary"):
        return "1", 2
    if a in ("one", "just") and b == "single":
        return "1", 2
    if a in ("single", "lone", "sole"):
        return "1", 1
    if a in ("both", "all") and b == "1":
        return a, 1
    return "", 0


_ABBREVIATION = {"e", "g", "i", "approx", "vs", "etc", "mr", "mrs", "ms", "dr", "fig", "incl", "ca"}


def sentences(found: list[Piece]) -> list[Sentence]:
    """The words parted at full stops, semicolons, blank lines and list items; a lone newline is a comma."""
    out: list[Sentence] = []
    now: list[Piece] = []

    def close(question: bool) -> None:
        if now:
            out.append(Sentence(list(now), question))
            now.clear()

    for piece in found:
        norm = piece.norm
        if norm in ("?", "!", ";", "\n\n") or norm == "." and not (now and now[-1].norm in _ABBREVIATION):
            if norm == "?" and not now and out and not out[-1].question:
                continue
            close(norm == "?")
        elif norm == "\n":
            if now and now[-1].norm in (":", ","):
                continue
            if now:
                now.append(Piece(",", piece.raw, piece.start, piece.end))
        else:
            now.append(piece)
            if len(now) >= MAX_SENTENCE:
                close(False)
    close(False)
    return out
