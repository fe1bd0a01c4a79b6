"""Which fonts an art may be in: an index from what both ends of an art show to fonts and letters.

All fonts are read on first use, in about a second, once per process.
"""

from __future__ import annotations

import importlib.resources
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from modalities.ascii_art.glyphs import MAX_HEIGHT, Font, parse

SLOT_COLUMNS = 5  # columns of a letter's end used to find fonts: few fonts share so many
STROKE_CELLS = 3  # cells after the first, in two rows: (3 + 1)^2 look-ups per end
PRODUCTS = "|YX"  # signs that smushing two other signs can make
Strokes = Mapping[str, Mapping[int, str]]  # key of an end → packed number → the letters that have it


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

    `slots` and `strokes` map an end of a letter, seen from the left (0) or the right (1), to packed numbers:
    font number * MAX_HEIGHT - the row of the glyph in which that end's first ink is (adding the row in the
    art gives the offset); `strokes` also tells the letters. `slots` has the ends that a letter shows in its
    own slot (see `slot_key`), `strokes` what stays of them when other letters are pushed against it (see
    `stroke_keys`). `signs` holds per font every visible sign its letters can show. `skipped` names the fonts
    that could not be read, with the reason.

    Tuples, texts and dicts of them, not sets: the garbage collector does not walk what cannot hold a cycle.
    """

    fonts: tuple[Font, ...]
    slots: tuple[Mapping[str, tuple[int, ...]], Mapping[str, tuple[int, ...]]]
    strokes: tuple[Strokes, Strokes]
    signs: tuple[frozenset[str], ...]
    skipped: Mapping[str, str]

    @cached_property
    def height(self) -> int:
        """Rows of the highest font."""
        return max(font.height for font in self.fonts)

    @cached_property
    def backwards(self) -> frozenset[str]:
        """The names of the right-to-left fonts."""
        return frozenset(font.name for font in self.fonts if font.right_to_left)


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
    return _indexed(fonts, skipped)


def _indexed(fonts: Sequence[Font], skipped: Mapping[str, str]) -> Index:
    slots: tuple[dict[str, set[int]], ...] = ({}, {})
    strokes: tuple[dict[str, dict[int, str]], dict[str, dict[int, str]]] = ({}, {})
    signs = []
    for number, font in enumerate(fonts):
        base = number * MAX_HEIGHT
        seen = set(PRODUCTS if font.smushes else "")
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
                slots[side].setdefault(key, set()).add(base - lead)
                if not font.full_width_only:
                    key, lead = _stroke_key(shown, font.unsettled)
                    letters = strokes[side].setdefault(key, {})
                    letters[base - lead] = letters.get(base - lead, "") + char
        signs.append(frozenset(seen - {"\n"}))
    return Index(
        tuple(fonts),
        (_frozen(slots[0]), _frozen(slots[1])),
        strokes,
        tuple(signs),
        skipped,
    )


def slot_key(rows: Sequence[str], columns: int) -> tuple[str, int]:
    """The first `columns` columns without the blank rows above and below, and how many rows are above."""
    block = [row[:columns].ljust(columns) for row in rows]
    inked = [n for n, row in enumerate(block) if row.strip(" ")]
    return "\n".join(block[inked[0] : inked[-1] + 1]), inked[0]


def _stroke_key(rows: Sequence[str], unsettled: int) -> tuple[str, int]:
    """A glyph's own key among `stroke_keys`: of a row's ink the last `unsettled` cells may change."""
    column, lead, tail = _edge(rows)
    upper, lower = (
        row[1 : max(1, len(row) - unsettled)][:STROKE_CELLS]
        for row in (rows[lead].rstrip(" "), rows[tail].rstrip(" ") if tail > lead else "")
    )
    return f"{column}\n{upper}\n{lower}", lead


def stroke_keys(rows: Sequence[str]) -> tuple[list[str], int]:
    """All keys that a pushed letter at this end of an art may have, and the row of the first ink in the
    first column.

    A key is the first column's ink and what follows it in the upper- and lowermost of its rows, as far as
    other letters cannot change it; how far that is, the art does not tell.
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


def _frozen(sides: dict[str, set[int]]) -> dict[str, tuple[int, ...]]:
    return {column: tuple(found) for column, found in sides.items()}
