"""Read words that are drawn in a figlet font, or typed: the set of all readings of an art.

A reading is exact: the font, in its layout, prints the word as this art, up to blank margins and trailing
spaces. Upper and lower case often look the same, O and 0 too: a reading has a set of characters at each
place.

Refused: nearest matches (right for 64% of unseen letters), several lines of words, words of signs only, one
row of signs without a letter or digit, letters that a font prints as blanks, and ragged letters (see
`glyphs`).

A font that does not push letters together by default has one layout, "full".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple
from unicodedata import normalize

from pyfiglet import Figlet

from modalities.ascii_art.figlet_index import SLOT_COLUMNS, Index, Strokes, index, slot_key, stroke_keys
from modalities.ascii_art.figlet_partial import Place, by_gaps, in_slots
from modalities.ascii_art.figlet_search import Budget, Canvas, Path, fits, full_width, pushed
from modalities.ascii_art.glyphs import MAX_HEIGHT, NO_BREAK, Font, Glyph

MAX_ROWS = 200  # larger arts are not read: no word is that large, and the work is bounded
MAX_COLUMNS = 2000
MAX_STEPS = 100_000  # look-ups for one art; a word takes some hundred, and this many about half a second
RENDER_WIDTH = 1_000_000  # columns: pyfiglet wraps silently at 80, so ask for more than any word needs
MAX_WORD = 1_000  # characters that `render` prints
FULL, DEFAULT = "full", "default"
LAYOUTS = (FULL, DEFAULT)
TERM = "term"  # the figlet font that prints letters as themselves
_TYPED = re.compile(r"[A-Za-z0-9 .\-_'!?]*")
_TELLING = re.compile(r"[A-Za-z0-9]")


def _same(char: str, chars: frozenset[str]) -> bool:
    return char in chars or char.lower() in chars or char.upper() in chars


@dataclass(frozen=True, slots=True)
class Letter:
    """One place of a reading: the characters it may be (none: unknown), and where its ink is.

    Both ends are included and count in the rows that were read; a space or unknown place has its whole room.
    """

    chars: frozenset[str]
    columns: tuple[int, int]
    rows: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Word:
    """A sequence of letters in a font, laid out at "full" width or as the font does by "default"."""

    letters: tuple[Letter, ...]
    font: str
    layout: str

    @property
    def text(self) -> str:
        """One spelling: capitals if all letters may be, else small letters if all may; "?" for unknown."""
        for prefer in (str.isupper, str.islower):
            if all(any(map(prefer, x.chars)) or not any(map(str.isalpha, x.chars)) for x in self.letters):
                break
        return "".join(min(x.chars, key=lambda c: (not prefer(c), c), default="?") for x in self.letters)

    def matches(self, word: str) -> bool:
        """Whether `word` is among the spellings; upper and lower case count as the same.

        In a partial reading an unknown place may be any characters, or stray ink and none, and spaces do not
        count: True then only says that no letter read for certain contradicts `word`.
        """
        letters = self.letters
        if not self.certain:
            word = word.replace(" ", "")
            letters = tuple(x for x in letters if " " not in x.chars)
        ends = {0}  # how much of `word` the letters so far may spell
        for letter in letters:
            if letter.chars:
                ends = {n + 1 for n in ends if n < len(word) and _same(word[n], letter.chars)}
            else:
                ends = set(range(min(ends), len(word) + 1))
            if not ends:
                return False
        return len(word) in ends

    @property
    def certain(self) -> bool:
        """Whether no place is unknown."""
        return all(x.chars for x in self.letters)


@dataclass(frozen=True, slots=True)
class Reading:
    """All readings of an art. `full` explains all ink; `partial` has unknown places between letters that are
    certain.

    `complete` is False when the search was cut short: then a word that is not here may be in the art all the
    same. `reason` says why there is no full reading ("" when there is one).
    """

    full: tuple[Word, ...] = ()
    partial: tuple[Word, ...] = ()
    complete: bool = True
    reason: str = ""

    def matches(self, word: str) -> bool:
        return any(w.matches(word) for w in self.full)

    def contradicts(self, word: str) -> bool:
        """Whether the art surely says something else: it has readings, and none can be `word`."""
        readings = self.full or self.partial
        return bool(readings) and self.complete and not any(w.matches(word) for w in readings)

    def fonts(self) -> frozenset[str]:
        return frozenset(w.font for w in self.full)


def read(rows: Sequence[str]) -> Reading:
    """The readings of an art: rows of text without line ends. Margins and trailing spaces do not matter."""
    if len(rows) > MAX_ROWS or any(len(row) > MAX_COLUMNS for row in rows):
        return Reading(complete=False, reason=f"larger than {MAX_ROWS} rows x {MAX_COLUMNS} columns")
    trimmed = _trimmed(rows)
    if not trimmed:
        return Reading(reason="no ink")
    canvas, top, left = trimmed
    if len(canvas.rows) == 1 and not any(map(str.isalnum, normalize("NFKC", canvas.rows[0]))):
        return Reading(reason="one row of signs: no letters")
    if len(canvas.rows) > index().height:
        return Reading(reason="higher than any font")
    budget = Budget(MAX_STEPS)
    typed = list(_typed(canvas, top, left))
    words, partial = _found(index(), canvas, (top, left), budget, bool(typed))
    # Some right-to-left fonts have the letters of left-to-right ones: HELLO in one is OLLEH in the other.
    # What a person sees decides.
    words = [w for w in words if w.font not in index().backwards] or words
    words = sorted({*typed, *words}, key=lambda w: (w.font, w.layout, w.text))
    partial.sort(key=lambda w: (w.font, w.layout, w.text))
    reason = "" if words else "no figlet font prints this"
    return Reading(tuple(words), tuple(partial), not budget.cut, reason)


def _trimmed(rows: Sequence[str]) -> tuple[Canvas, int, int] | None:
    """The art without margins, and how many rows and columns were taken off at the top and left."""
    clean = [row.replace(NO_BREAK, " ").rstrip(" ") for row in rows]
    inked = [n for n, row in enumerate(clean) if row]
    if not inked:
        return None
    clean = clean[inked[0] : inked[-1] + 1]
    left = min(len(row) - len(row.lstrip(" ")) for row in clean if row)
    width = max(map(len, clean)) - left
    return Canvas(tuple(row[left:].ljust(width) for row in clean), width), inked[0], left


def _typed(canvas: Canvas, top: int, left: int) -> Iterator[Word]:
    if len(canvas.rows) == 1 and _TYPED.fullmatch(canvas.rows[0]):
        letters = (
            Letter(frozenset(c), (left + n, left + n), (top, top)) for n, c in enumerate(canvas.rows[0])
        )
        yield Word(tuple(letters), TERM, FULL)


def _found(
    table: Index, canvas: Canvas, corner: tuple[int, int], budget: Budget, typed: bool
) -> tuple[list[Word], list[Word]]:
    """Full and partial figlet readings.

    First where both ends of the art point to a font; if there are none, where one end does. Partial ones are
    only looked for when there are no full ones.
    """
    signs = set(chain.from_iterable(canvas.rows))
    ends = (canvas.rows, tuple(row[::-1] for row in canvas.rows))
    words: list[Word] = []
    slots = [_packed(known, _slots(rows)) for known, rows in zip(table.slots, ends, strict=True)]
    for _, font, offset in _fitting(table, slots[0] & slots[1], canvas, signs, typed):
        words += _words(full_width(font, canvas, offset, budget), font, FULL, offset, corner, canvas)
    strokes = [_Ends.of(known, rows) for known, rows in zip(table.strokes, ends, strict=True)]
    places = [end.places() for end in strokes]
    for packed in (places[0] & places[1], places[0] ^ places[1]):
        for place, font, offset in _fitting(table, packed, canvas, signs, typed):
            first = _outer(font, canvas, offset, strokes[0].letters(place), False)
            last = first and _outer(font, canvas, offset, strokes[1].letters(place), True)
            if last:
                start = last if font.right_to_left else first
                paths = pushed(font, canvas, offset, start, budget)
                words += _words(paths, font, DEFAULT, offset, corner, canvas)
        if words or typed:
            return words, []
    partial: list[Word] = []
    for _, font, offset in _fitting(table, slots[0] | slots[1], canvas, None, typed):
        if not font.right_to_left:
            partial += _partly(in_slots(font, canvas, offset, budget), font, FULL, offset, corner, canvas)
    for place, font, offset in _fitting(table, places[0] | places[1], canvas, None, typed):
        if not font.right_to_left:
            left, right = (
                bool((known := end.letters(place)) and _outer(font, canvas, offset, known, bool(side)))
                for side, end in enumerate(strokes)
            )
            if left or right:
                gaps = by_gaps(font, canvas, offset, (left, right), budget)
                partial += _partly(gaps, font, DEFAULT, offset, corner, canvas)
    return [], partial


def _slots(rows: Sequence[str]) -> Iterator[tuple[str, int]]:
    return (slot_key(rows, n) for n in range(1, SLOT_COLUMNS + 1))


def _packed(known: Mapping[str, tuple[int, ...]], keys: Iterable[tuple[str, int]]) -> set[int]:
    """What the index knows under the keys of one end, as packed (font, offset + MAX_HEIGHT // 2)."""
    return {found + lead + MAX_HEIGHT // 2 for key, lead in keys for found in known.get(key, ())}


class _Ends(NamedTuple):
    """What the index knows of pushed letters at one end of the art; `shift` makes its numbers packed places."""

    known: Sequence[Mapping[int, str]]
    shift: int

    @staticmethod
    def of(strokes: Strokes, rows: Sequence[str]) -> _Ends:
        keys, lead = stroke_keys(rows)
        return _Ends([strokes[key] for key in keys if key in strokes], lead + MAX_HEIGHT // 2)

    def places(self) -> set[int]:
        return {place + self.shift for place in set().union(*self.known)}

    def letters(self, place: int) -> str:
        """The letters that may stand at this end; "": none is known."""
        return "".join([found.get(place - self.shift, "") for found in self.known])


def _fitting(
    table: Index, packed: Iterable[int], canvas: Canvas, signs: set[str] | None, typed: bool
) -> Iterator[tuple[int, Font, int]]:
    """Packed places with their fonts and offsets, where the font is high enough and has all `signs`."""
    for one in sorted(packed):
        number, row = divmod(one, MAX_HEIGHT)
        offset = row - MAX_HEIGHT // 2
        font = table.fonts[number]
        high = offset <= 0 and font.height + offset >= len(canvas.rows)
        known = signs is None or signs <= table.signs[number]
        if high and known and not (typed and font.name == TERM):
            yield one, font, offset


def _outer(font: Font, canvas: Canvas, offset: int, letters: str, last: bool) -> list[Glyph]:
    """The font's letters, of `letters` if the index knows some, that may stand at one end of the art."""
    inked = (
        [font.of[x] for x in letters if x in font.of] if letters else [g for g in font.glyphs if not g.blank]
    )
    if font.right_to_left:  # stored mirrored, and four fonts are not worth a mirrored test
        return inked
    return [glyph for glyph in inked if fits(canvas, offset, glyph, last)]


def _words(
    paths: Iterable[Path], font: Font, layout: str, offset: int, corner: tuple[int, int], canvas: Canvas
) -> Iterator[Word]:
    for path in paths:
        letters = []
        for glyph, x in path:
            first, last = x + glyph.edge, x + (glyph.width - 1 if glyph.blank else glyph.end)
            if font.right_to_left:
                first, last = canvas.width - 1 - last, canvas.width - 1 - first
            letters.append(_letter(glyph, first, last, offset, corner, canvas))
        if any(_TELLING.match(c) for x in letters for c in x.chars):
            yield Word(tuple(letters), font.name, layout)


def _partly(
    places: Sequence[Place], font: Font, layout: str, offset: int, corner: tuple[int, int], canvas: Canvas
) -> Iterator[Word]:
    if places:
        letters = (_letter(p.glyph, p.first, p.last, offset, corner, canvas) for p in places)
        yield Word(tuple(letters), font.name, layout)


def _letter(
    glyph: Glyph | None, first: int, last: int, offset: int, corner: tuple[int, int], canvas: Canvas
) -> Letter:
    """A letter in the columns `first` to `last` of the canvas; `corner` is where that lies in the rows."""
    top, left = corner
    inked = glyph is not None and not glyph.blank
    rows = (glyph.top + offset, glyph.bottom + offset) if glyph and inked else (0, len(canvas.rows) - 1)
    return Letter(
        glyph.chars if glyph else frozenset(),
        (left + max(0, first), left + min(last, canvas.width - 1)),
        (top + rows[0], top + rows[1]),
    )


def fonts() -> tuple[str, ...]:
    """The names of all fonts that can be read, sorted."""
    return tuple(font.name for font in index().fonts)


@lru_cache(maxsize=64)
def characters(name: str) -> frozenset[str]:
    """The ink characters of a font's letters, digits and signs. Raises ValueError for a name that is not known."""
    for font in index().fonts:
        if font.name == name:
            inks = {c for rows in font.pictures.values() for row in rows for c in row}
            return frozenset(inks - {" ", NO_BREAK, font.hard_blank})
    raise ValueError(f"font {name!r} is not one of the {len(fonts())} figlet fonts")


def render(word: str, font: str, layout: str = FULL) -> list[str]:
    """The rows pyfiglet prints for a word, without blank margins and trailing spaces.

    A character that the font does not have is left out, as pyfiglet does. Raises ValueError for a font or
    layout that is not known (a font is a name, never a path), for a word that is too long or has line breaks.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"layout {layout!r}: expected one of {', '.join(LAYOUTS)}")
    if len(word) > MAX_WORD or len(word.splitlines()) > 1 or "\n" in word:
        raise ValueError(f"a word is one line of at most {MAX_WORD} characters")
    text = str(_figlet(font, layout).renderText(word))
    trimmed = _trimmed(text.split("\n"))
    return [row.rstrip(" ") for row in trimmed[0].rows] if trimmed else []


@lru_cache(maxsize=64)
def _figlet(font: str, layout: str) -> Figlet:
    if font not in fonts():
        raise ValueError(f"font {font!r} is not one of the {len(fonts())} figlet fonts")
    made = Figlet(font=font, width=RENDER_WIDTH, justify="left")
    if layout == FULL:
        made.Font.smushMode = 0
    return made
