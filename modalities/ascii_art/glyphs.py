"""Figlet fonts: their files read into glyphs, and the tables that searching for letters needs.

pyfiglet's own parser spends 1.5 s on all fonts, most of it on characters outside ASCII; this one reads only
what a reading needs. That both give the same glyphs is tested for every font.

Words used here: the *rows* of a glyph are raw, with the font's hard blanks (they take room when letters are
pushed together, and print as a space); what can be seen of them is *visible*. *Ink* is anything but a space.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

# The characters a word may have. Every further sign adds readings of plain strokes as signs; these occur in
# words.
ALPHABET = string.ascii_letters + string.digits + " .,:;!?'\"-_+&@#%$*/()="
FIRST_CODE = 32  # a font file lists the characters from the space on, in ASCII order
LAST_CODE = 126
SEEN_CELLS = 9  # cells of a row's ink compared at once to choose letters; the rest is compared afterwards
MERGED_CELLS = 3  # the same after a smushed cell; few, as each combination is remembered
PROBES = 4  # rows of a letter compared for its column before it is placed
MAX_MASKS = 10_000  # combinations remembered per font, so that odd arts do not fill the memory
MAX_HEIGHT = 64  # rows; the highest font has 25. Bounds the offsets packed with the font's number

# Layout bits of the figlet format (figfont.txt, "FULL LAYOUT PARAMETER").
EQUAL, LOWLINE, HIERARCHY, PAIR, BIGX, HARDBLANK, KERN, SMUSH = 1, 2, 4, 8, 16, 32, 64, 128
RULES = EQUAL | LOWLINE | HIERARCHY | PAIR | BIGX | HARDBLANK
_OVERLAPS = (("_", r"|/\[]{}()<>"),)
_LEVELS = (
    ("|", r"/\[]{}()<>"),
    (r"\/", "[]{}()<>"),
    ("[]", "{}()<>"),
    ("{}", "()<>"),
    ("()", "<>"),
)

_MAGIC = re.compile(r"^[tf]lf2.")
_SEPARATORS = re.compile("[\u0085\u2028\u2029]")  # pyfiglet reads these as spaces, not as line ends
_LAST = re.compile(r"(.)\s*$")
NO_BREAK = "\xa0"  # one font draws with it; it cannot be seen, so it is no ink in an art


class Stroke(NamedTuple):
    """The ink of a row of a letter, cut as the search compares it with an art.

    `lead` and `last` are the columns of the first and last raw ink, `first` and `final` their raw signs;
    `most` is what can be seen without the last cell, `middle` without the first and last.
    """

    row: int
    lead: int
    last: int
    first: str
    final: str
    most: str
    middle: str


@dataclass(frozen=True, slots=True)
class Glyph:
    """One picture of a font and all the characters it stands for.

    `strokes` has one entry per row with raw ink, `ink` is how many cells of it can be seen. `edge` and `end`
    are the first and last visible ink columns (0 and -1 when the glyph is blank), `raw_edge` the first raw
    one; `top` and `bottom` the visible ink rows. `heads` has for each row with visible ink what stays of it,
    from `edge` on, whatever stands to the right (see `Font.unsettled`); `tails` the same seen from the other
    side. `probes` has up to four of these rows with their first visible column.
    """

    chars: frozenset[str]
    rows: tuple[str, ...]
    width: int
    ink: int
    strokes: tuple[Stroke, ...]
    edge: int
    end: int
    raw_edge: int
    top: int
    bottom: int
    heads: tuple[tuple[int, str], ...]
    tails: tuple[tuple[int, str], ...]
    probes: tuple[tuple[int, int], ...]

    @property
    def blank(self) -> bool:
        return self.end < 0


def _aligned(ink: str, other: str, height: int) -> bool:
    """Whether whole columns of `other` are `ink`, both being columns of `height` cells one after another."""
    at = other.find(ink)
    while at >= 0 and at % height:
        at = other.find(ink, at + 1)
    return at >= 0


_Longer = tuple[tuple[int, Mapping[str, int]], ...]


class _Beginnings(NamedTuple):
    """Bit sets of the glyphs whose ink in one row may begin with certain cells; those without ink there always.

    By the number of cells that a neighbour cannot change: `none` where the art has no cell, `zero` for
    glyphs without a settled cell, `one` (with them) for those with one by that cell, `two` (with all these)
    by the first two cells, with the tables by more cells for glyphs that go on.
    """

    none: int
    zero: int
    one: Mapping[str, int]
    two: Mapping[str, tuple[int, _Longer]]


def _beginnings(cores: Sequence[str], unsettled: int) -> _Beginnings:
    """The table of one row, where the last `unsettled` cells of a core may be changed by a neighbour."""
    none = 0
    starts: dict[str, int] = {}
    for bit, core in enumerate(cores):
        if not core:
            none |= 1 << bit
            continue
        settled = core[: min(len(core) - unsettled, SEEN_CELLS - 1)]
        starts[settled] = starts.get(settled, 0) | 1 << bit
    zero = none | starts.get("", 0)
    one = {cells: zero | mask for cells, mask in starts.items() if len(cells) == 1}
    sizes: dict[str, dict[int, dict[str, int]]] = {}
    for cells, mask in starts.items():
        if len(cells) > 1:
            sizes.setdefault(cells[:2], {}).setdefault(len(cells), {})[cells] = mask
    two = {}
    for cells, by_size in sizes.items():
        mask = one.get(cells[0], zero) | by_size.pop(2, {}).get(cells, 0)
        two[cells] = mask, tuple(sorted(by_size.items()))
    return _Beginnings(none, zero, one, two)


def fitting(known: _Beginnings, seen: str) -> int:
    """Bit set of glyphs whose ink in a row may begin with the cells `seen`, not touching what is before it.

    A row without ink always fits.
    """
    if not seen:
        return known.none
    start = known.two.get(seen[:2])
    if start is None:
        return known.one.get(seen[0], known.zero)
    mask, longer = start
    for size, same in longer:
        mask |= same.get(seen[:size], 0)
    return mask


@dataclass
class Font:
    """A font's glyphs as the file has them, and tables derived from them on first use.

    `pictures` maps a character of ALPHABET to its raw rows; a character the font leaves out is not there.
    `mode` holds the layout bits; 0 in KERN | SMUSH means that letters are set at full width by default.
    """

    name: str
    height: int
    hard_blank: str
    mode: int
    right_to_left: bool
    pictures: Mapping[str, tuple[str, ...]]
    _masks: dict[tuple[object, ...], int] = field(default_factory=dict, repr=False)
    _smushed: dict[str, str | None] = field(default_factory=dict, repr=False)

    @property
    def full_width_only(self) -> bool:
        return not self.mode & (KERN | SMUSH)

    @cached_property
    def unsettled(self) -> int:
        """How many cells at an end of a row's ink may change when letters are pushed together: 0 or 1.

        0 where nothing is smushed, or only equal signs are.
        """
        equals_only = self.mode & RULES and not self.mode & (LOWLINE | HIERARCHY | PAIR | BIGX)
        return 0 if not self.smushes or equals_only else 1

    @property
    def smushes(self) -> bool:
        return bool(self.mode & SMUSH)

    def visible(self, text: str) -> str:
        return text.replace(self.hard_blank, " ").replace(NO_BREAK, " ")

    @cached_property
    def glyphs(self) -> tuple[Glyph, ...]:
        """The distinct pictures. A right-to-left font is stored mirrored, so that all searches go one way.

        Left out: pictures of width 0 (they print nothing), letters and signs printed as blanks (60 fonts
        have some: nobody can read them), and ragged pictures (rows of unequal width shift all rows to their
        right; 40 fonts have one, mostly a sign).
        """
        together: dict[tuple[str, ...], list[str]] = {}
        for char, rows in self.pictures.items():
            seen = char == " " or self.visible("".join(rows)).strip(" ")
            if seen and rows[0] and len(set(map(len, rows))) == 1:
                turned = tuple(r[::-1] for r in rows) if self.right_to_left else rows
                together.setdefault(turned, []).append(char)
        return tuple(self._glyph(rows, chars) for rows, chars in together.items())

    def _glyph(self, rows: tuple[str, ...], chars: Iterable[str]) -> Glyph:
        strokes = []
        for number, row in enumerate(rows):
            core = row.strip(" ")
            if core:
                lead = len(row) - len(row.lstrip(" "))
                seen = self.visible(core)
                last = lead + len(core) - 1
                strokes.append(Stroke(number, lead, last, core[0], core[-1], seen[:-1], seen[1:-1]))
        shown = [self.visible(row).rstrip(" ") for row in rows]
        inked = [n for n, row in enumerate(shown) if row]
        bare = [row.lstrip(" ") for row in shown]
        probed = {inked[len(inked) * part // PROBES] for part in range(PROBES)} if inked else set()
        edge = min((len(shown[n]) - len(bare[n]) for n in inked), default=0)
        end = max((len(shown[n]) for n in inked), default=0) - 1
        return Glyph(
            chars=frozenset(chars),
            rows=rows,
            width=len(rows[0]),
            ink=sum(len(row) - row.count(" ") for row in bare),
            strokes=tuple(strokes),
            edge=edge,
            end=end,
            raw_edge=min((s.lead for s in strokes), default=len(rows[0])),
            top=inked[0] if inked else 0,
            bottom=inked[-1] if inked else -1,
            heads=tuple((n, shown[n][edge : len(shown[n]) - self.unsettled]) for n in inked),
            probes=tuple((n, len(shown[n]) - len(bare[n])) for n in sorted(probed)),
            tails=tuple((n, bare[n][self.unsettled :] + " " * (end + 1 - len(shown[n]))) for n in inked),
        )

    @cached_property
    def full(self) -> dict[str, Glyph]:
        """Full-width lookup: the visible columns of a picture, top to bottom, left to right -> its glyph."""
        found: dict[str, Glyph] = {}
        for glyph in self.glyphs:
            key = "".join(map("".join, zip(*map(self.visible, glyph.rows), strict=True)))
            twin = found.get(key)
            if twin:  # differs in invisible hard blanks only
                glyph = self._glyph(twin.rows, twin.chars | glyph.chars)
            found[key] = glyph
        return found

    @cached_property
    def whole(self) -> frozenset[Glyph]:
        """Glyphs of `full` whose inked columns are no piece of another: I is a piece of H in many fonts."""
        high = self.height
        inked = {key[g.edge * high : (g.end + 1) * high]: g for key, g in self.full.items() if not g.blank}
        return frozenset(
            g
            for ink, g in inked.items()
            if not any(ink in other and _aligned(ink, other, high) for other in inked if other is not ink)
        )

    @cached_property
    def widths(self) -> tuple[int, ...]:
        return tuple(sorted({g.width for g in self.glyphs}))

    @cached_property
    def starts(self) -> tuple[tuple[int, int], ...]:
        """The distinct (width, first visible column) of glyphs with ink: how a word may begin."""
        return tuple(sorted({(g.width, g.edge) for g in self.glyphs if not g.blank}))

    @cached_property
    def cores(self) -> tuple[tuple[str, ...], ...]:
        """Per row, per glyph: the row's visible ink without the blanks around it."""
        return tuple(
            tuple(self.visible(g.rows[r]).strip(" ") for g in self.glyphs) for r in range(self.height)
        )

    @cached_property
    def inked(self) -> int:
        """Bit set of glyphs that are not blank."""
        return sum(1 << bit for bit, glyph in enumerate(self.glyphs) if not glyph.blank)

    @cached_property
    def blanks(self) -> int:
        """Bit set of the glyphs that are blank: they fit anywhere."""
        return (1 << len(self.glyphs)) - 1 & ~self.inked

    @cached_property
    def beginnings(self) -> tuple[_Beginnings, ...]:
        """Per row, what its ink begins with."""
        return tuple(_beginnings(cores, self.unsettled) for cores in self.cores)

    @cached_property
    def of(self) -> Mapping[str, Glyph]:
        """The glyph of each character that has one."""
        return {char: glyph for glyph in self.glyphs for char in glyph.chars}

    def merging(self, row: int, left: str, cell: str, after: str) -> int:
        """Bit set of glyphs whose first ink in `row` may melt with `left` into `cell`, before `after`."""
        key = (row, left, cell, after)
        mask = self._masks.get(key)
        if mask is None:
            mask = 0
            for bit, core in enumerate(self.cores[row]):
                made = self.smush(left, core[0]) if core else None
                if made is None:
                    continue
                size = min(len(core) - 2, len(after))  # cells between the first and the last
                changes = size < 0 and self.unsettled  # by the letter after it
                if changes or (made == cell and core[1 : 1 + max(0, size)] == after[: max(0, size)]):
                    mask |= 1 << bit
            if len(self._masks) >= MAX_MASKS:
                self._masks.clear()
            self._masks[key] = mask
        return mask

    @cached_property
    def hidden(self) -> str:
        """Raw signs other than the space that cannot be seen in print."""
        return self.hard_blank + NO_BREAK

    def smush(self, left: str, right: str) -> str | None:
        """What two raw cells become when they are laid over each other; None where they may not be."""
        pair = left + right
        if pair not in self._smushed:
            # A right-to-left font is stored mirrored: what is left here is right in the file's terms.
            first, second = (right, left) if self.right_to_left else (left, right)
            self._smushed[pair] = _smush(first, second, self)
        return self._smushed[pair]


def _smush(left: str, right: str, font: Font) -> str | None:
    hard = font.hard_blank
    mode = font.mode
    if not mode & SMUSH:
        return None
    if not mode & RULES:  # "universal": the later letter in the text wins, hard blanks lose
        if left == hard:
            return right
        if right == hard:
            return left
        return left if font.right_to_left else right
    if mode & HARDBLANK and left == right == hard:
        return left
    if hard in (left, right):
        return None
    if mode & EQUAL and left == right:
        return left
    ranks = (_OVERLAPS if mode & LOWLINE else ()) + (_LEVELS if mode & HIERARCHY else ())
    for low, high in ranks:
        if left in low and right in high:
            return right
        if right in low and left in high:
            return left
    if mode & PAIR and {left + right, right + left} & {"[]", "{}", "()"}:
        return "|"
    if mode & BIGX:
        return {"/\\": "|", "\\/": "Y", "><": "X"}.get(left + right)
    return None


def parse(name: str, data: str) -> Font:
    """Read the text of a font file as pyfiglet does. Raises ValueError or IndexError when it is malformed."""
    lines = _SEPARATORS.sub(" ", data).splitlines()
    if not lines or not _MAGIC.search(lines[0]):
        raise ValueError(f"{name}: not a figlet font")
    header = _MAGIC.sub("", lines[0]).split()
    height, old, comments = int(header[1]), int(header[4]), int(header[5])
    if not 0 < height < MAX_HEIGHT // 2:
        raise ValueError(f"{name}: height {height}")
    mode = int(header[7]) if len(header) > 7 else 64 if old == 0 else 0 if old < 0 else old & 31 | 128
    pictures = {}
    at = 1 + comments
    for code in range(FIRST_CODE, LAST_CODE + 1):
        block = lines[at : at + height]
        at += height
        if len(block) < height:
            raise IndexError(f"{name}: ends inside the character {code}")
        if chr(code) in ALPHABET:
            rows = _unmarked(block)
            if any(rows):
                pictures[chr(code)] = rows
    return Font(name, height, header[0], mode, len(header) > 6 and int(header[6]) == 1, pictures)


def _unmarked(block: Sequence[str]) -> tuple[str, ...]:
    """The rows of a picture without end marks: the last sign of the first row, once or twice on each row."""
    mark = _LAST.search(block[0])
    if not mark:
        raise ValueError("a row without an end mark")
    end = mark.group(1)
    if end.isspace():
        pattern = re.compile(re.escape(end) + r"{1,2}\s*$")
        return tuple(pattern.sub("", line) for line in block)
    rows = []
    for line in block:
        bare = line.rstrip()
        if bare.endswith(end):
            line = bare[:-1].removesuffix(end)
        rows.append(line)
    return tuple(rows)
