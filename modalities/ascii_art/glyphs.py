"""Figlet font files, read into glyph tables, and an index from the edge columns of an art to the fonts it may be in.

pyfiglet's own parser spends 1.5 s on all fonts, most of it on characters outside ASCII; this one reads only what a
reading needs. That both give the same glyphs is tested for every font.

Words used here: the *rows* of a glyph are raw, with the font's hard blanks (they take room when letters are pushed
together, and print as a space); what can be seen of them is *visible*. *Ink* is anything but a space.
"""

from __future__ import annotations

import importlib.resources
import io
import re
import string
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

# The characters a word may have. Every further sign adds readings of plain strokes as signs; these occur in words.
ALPHABET = string.ascii_letters + string.digits + " .,:;!?'\"-_+&@#%$*/()="
FIRST_CODE = 32  # a font file lists the characters from the space on, in ASCII order
LAST_CODE = 126
SLOT_COLUMNS = 5  # columns of a letter's end used to find fonts: letters of different fonts rarely share so many
STROKE_CELLS = 3  # cells after the first, in two rows: (3 + 1)^2 look-ups per end
SEEN_CELLS = 9  # cells of a row's ink compared at once to choose letters; the rest is compared afterwards
MERGED_CELLS = 3  # the same after a smushed cell; few, as each combination is remembered
MAX_MASKS = 10_000  # combinations remembered per font, so that odd arts do not fill the memory
CODES = 128  # more than LAST_CODE: to pack a character
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
_PRODUCTS = "|YX"  # signs that smushing two other signs can make

_MAGIC = re.compile(r"^[tf]lf2.")
_SEPARATORS = re.compile("[\u0085\u2028\u2029]")  # pyfiglet reads these as spaces, not as line ends
_LAST = re.compile(r"(.)\s*$")
NO_BREAK = "\xa0"  # one font draws with it; it cannot be seen, so it is no ink in an art


@dataclass(frozen=True)
class Glyph:
    """One picture of a font and all the characters it stands for.

    `strokes` has one entry per row with raw ink: (row, lead, last, core, visible core); lead and last are the columns
    of the row's first and last raw ink. `edge` and `end` are the first and last visible ink columns (0 and -1 when
    the glyph is blank), `raw_edge` the first raw one; `top` and `bottom` the visible ink rows. `heads` has for each
    row with visible ink what stays of it, from `edge` on, whatever stands to the right: all but its last cell;
    `tails` the same seen from the other side.
    """

    chars: frozenset[str]
    rows: tuple[str, ...]
    width: int
    strokes: tuple[tuple[int, int, int, str, str], ...]
    edge: int
    end: int
    raw_edge: int
    top: int
    bottom: int
    heads: tuple[tuple[int, str], ...]
    tails: tuple[tuple[int, str], ...]

    @property
    def blank(self) -> bool:
        return self.end < 0


def _aligned(ink: str, other: str, height: int) -> bool:
    """Whether whole columns of `other` are `ink`, both being columns of `height` cells one after another."""
    at = other.find(ink)
    while at >= 0 and at % height:
        at = other.find(ink, at + 1)
    return at >= 0


# The bit set of glyphs without ink in a row; then for each number of cells, the glyphs whose ink there begins with
# these cells and one more (their last, which the neighbour may still change, or the one where comparing stops).
_Beginnings = tuple[int, tuple[tuple[int, Mapping[str, int]], ...]]


def _beginnings(cores: Sequence[str]) -> _Beginnings:
    none = 0
    starts: dict[int, dict[str, int]] = {}
    for bit, core in enumerate(cores):
        if not core:
            none |= 1 << bit
            continue
        size = min(len(core), SEEN_CELLS) - 1
        same = starts.setdefault(size, {})
        same[core[:size]] = same.get(core[:size], 0) | 1 << bit
    return none, tuple(sorted(starts.items()))


def fitting(known: _Beginnings, seen: str) -> int:
    """Bit set of glyphs whose ink in a row may begin with the cells `seen`, not touching what is before it.

    The last cell of a row is left open: the next letter may still change it. A row without ink always fits.
    """
    mask, starts = known
    room = len(seen)
    for size, same in starts:
        if size >= room:
            break
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

    @property
    def smushes(self) -> bool:
        return bool(self.mode & SMUSH)

    def visible(self, text: str) -> str:
        return text.replace(self.hard_blank, " ").replace(NO_BREAK, " ")

    @cached_property
    def glyphs(self) -> tuple[Glyph, ...]:
        """The distinct pictures. A right-to-left font is stored mirrored, so that all searches go one way.

        Left out: pictures of width 0 (they print nothing), letters and signs printed as blanks (60 fonts have some:
        nobody can read them), and ragged pictures (rows of unequal width shift all rows to their right; 40 fonts
        have one, mostly a sign).
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
                strokes.append((number, lead, lead + len(core) - 1, core, self.visible(core)))
        seen = [self.visible(row).rstrip(" ") for row in rows]
        inked = [n for n, row in enumerate(seen) if row]
        edge = min((len(seen[n]) - len(seen[n].lstrip(" ")) for n in inked), default=0)
        end = max((len(seen[n]) for n in inked), default=0) - 1
        return Glyph(
            chars=frozenset(chars),
            rows=rows,
            width=len(rows[0]),
            strokes=tuple(strokes),
            edge=edge,
            end=end,
            raw_edge=min((s[1] for s in strokes), default=len(rows[0])),
            top=inked[0] if inked else 0,
            bottom=inked[-1] if inked else -1,
            heads=tuple((n, seen[n][edge:-1]) for n in inked),
            tails=tuple((n, seen[n].lstrip(" ")[1:] + " " * (end + 1 - len(seen[n]))) for n in inked),
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
        """Glyphs of `full` whose inked columns are no piece of another glyph: I is a piece of H in many fonts."""
        inked = {
            key[g.edge * self.height : (g.end + 1) * self.height]: g for key, g in self.full.items() if not g.blank
        }
        return frozenset(
            g
            for ink, g in inked.items()
            if not any(ink in other and _aligned(ink, other, self.height) for other in inked if other is not ink)
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
        return tuple(_beginnings(cores) for cores in self.cores)

    @cached_property
    def of(self) -> Mapping[str, Glyph]:
        """The glyph of each character that has one."""
        return {char: glyph for glyph in self.glyphs for char in glyph.chars}

    def merging(self, row: int, left: str, cell: str, after: str) -> int:
        """Bit set of glyphs whose first ink in `row` may be smushed with `left` into `cell`, followed by `after`."""
        key = (row, left, cell, after)
        mask = self._masks.get(key)
        if mask is None:
            mask = 0
            for bit, core in enumerate(self.cores[row]):
                made = self.smush(left, core[0]) if core else None
                if made is None:
                    continue
                size = min(len(core) - 2, len(after))  # cells between the first and the last
                if size < 0 or (made == cell and core[1 : 1 + size] == after[:size]):
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
        """What two touching raw cells become when they are laid over each other; None where they may not be."""
        pair = left + right
        if pair not in self._smushed:
            # A right-to-left font is stored mirrored: what is left here is right in the file's terms.
            self._smushed[pair] = _smush(right, left, self) if self.right_to_left else _smush(left, right, self)
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
    """The rows of a picture without their end marks: the last sign of the first row, once or twice on each row."""
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


def _files() -> dict[str, bytes]:
    """The font files that come with pyfiglet, by font name. Fonts a user added elsewhere are not read."""
    found: dict[str, bytes] = {}
    for entry in importlib.resources.files("pyfiglet.fonts").iterdir():
        name, _, kind = entry.name.rpartition(".")
        if kind == "tlf" or (kind == "flf" and name not in found):  # of two files, pyfiglet takes the tlf
            found[name] = entry.read_bytes()
    return found


def _text(data: bytes) -> str:
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            data = packed.read(packed.namelist()[0])
    return data.decode("utf-8", "replace")


@dataclass(frozen=True)
class Index:
    """All fonts, and where the two ends of an art lead.

    `slots` and `strokes` map an end of a letter, seen from the left (0) or the right (1), to packed (font number, row):
    number * MAX_HEIGHT + row of the glyph in which that end's first ink is; in `strokes` this is times CODES, plus the
    code of the letter. `slots` has the ends that a letter shows in its own slot (see `slot_key`), `strokes` what
    stays of them when other letters are pushed against it (see `stroke_keys`). `signs` holds per font every visible sign its letters can show. `skipped` names the fonts that
    could not be read, with the reason.
    """

    fonts: tuple[Font, ...]
    slots: tuple[Mapping[str, frozenset[int]], Mapping[str, frozenset[int]]]
    strokes: tuple[Mapping[str, frozenset[int]], Mapping[str, frozenset[int]]]
    signs: tuple[frozenset[str], ...]
    skipped: Mapping[str, str]

    @cached_property
    def height(self) -> int:
        """Rows of the highest font."""
        return max(font.height for font in self.fonts)


@lru_cache(maxsize=1)
def index() -> Index:
    """Read all fonts and build the index, once per process."""
    fonts: list[Font] = []
    skipped: dict[str, str] = {}
    for name, data in sorted(_files().items()):
        try:
            fonts.append(parse(name, _text(data)))
        except (ValueError, IndexError, zipfile.BadZipFile) as error:
            skipped[name] = str(error)
    slots: tuple[dict[str, set[int]], ...] = ({}, {})
    strokes: tuple[dict[str, set[int]], ...] = ({}, {})
    signs = []
    for number, font in enumerate(fonts):
        base = number * MAX_HEIGHT
        seen = set(_PRODUCTS if font.smushes else "")
        for picture, char in {rows: char for char, rows in font.pictures.items()}.items():
            text = font.visible("\n".join(picture))
            seen.update(text)
            rows = text.split("\n")
            ends = [len(row.rstrip(" ")) for row in rows]
            if not any(ends):
                continue
            width, last = len(rows[0]), max(ends)
            first = min(len(row) - len(row.lstrip(" ")) for row, end in zip(rows, ends, strict=True) if end)
            for side in (0, 1):
                shown = [row[last - 1 :: -1] for row in rows] if side else [row[first:] for row in rows]
                room = last if side else width - first
                key, lead = slot_key(shown, min(room, SLOT_COLUMNS))
                slots[side].setdefault(key, set()).add(base + lead)
                if not font.full_width_only:
                    key, lead = _stroke_key(shown)
                    strokes[side].setdefault(key, set()).add((base + lead) * CODES + ord(char))
        signs.append(frozenset(seen - {"\n"}))
    return Index(
        tuple(fonts),
        (_frozen(slots[0]), _frozen(slots[1])),
        (_frozen(strokes[0]), _frozen(strokes[1])),
        tuple(signs),
        skipped,
    )


def slot_key(rows: Sequence[str], columns: int) -> tuple[str, int]:
    """The first `columns` columns without the blank rows above and below, and how many rows are above."""
    block = [row[:columns].ljust(columns) for row in rows]
    inked = [n for n, row in enumerate(block) if row.strip(" ")]
    return "\n".join(block[inked[0] : inked[-1] + 1]), inked[0]


def _stroke_key(rows: Sequence[str]) -> tuple[str, int]:
    """A glyph's own key among `stroke_keys`: of a row's ink all but the last cell stays as it is."""
    column, lead, tail = _edge(rows)
    upper = rows[lead].rstrip(" ")[1:-1][:STROKE_CELLS]
    lower = rows[tail].rstrip(" ")[1:-1][:STROKE_CELLS] if tail > lead else ""
    return f"{column}\n{upper}\n{lower}", lead


def stroke_keys(rows: Sequence[str]) -> tuple[list[str], int]:
    """All keys that a pushed letter at this end of an art may have, and the row of the first ink in the first column.

    A key is the first column's ink and what follows it in the upper- and lowermost of its rows, as far as other
    letters cannot change it; how far that is, the art does not tell.
    """
    column, lead, tail = _edge(rows)
    upper = [rows[lead][1 : 1 + n] for n in range(STROKE_CELLS + 1)]
    lower = [rows[tail][1 : 1 + n] for n in range(STROKE_CELLS + 1)] if tail > lead else [""]
    return [f"{column}\n{u}\n{low}" for u in upper for low in lower], lead


def _edge(rows: Sequence[str]) -> tuple[str, int, int]:
    column = "".join([row[:1] or " " for row in rows])
    bare = column.rstrip(" ")
    ink = bare.lstrip(" ")
    return ink, len(bare) - len(ink), len(bare) - 1


def _frozen(sides: dict[str, set[int]]) -> dict[str, frozenset[int]]:
    return {column: frozenset(found) for column, found in sides.items()}
