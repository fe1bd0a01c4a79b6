"""Partial readings: letters of one font that are certain, with something unknown between or beside them.

A letter is certain when its picture stands there exactly and it is no piece of the unknown thing beside it:
next to unknown ink only a picture counts that no other letter of the font contains ("I" is a piece of many).
A partial reading needs strong evidence:

- at least MIN_DISTINCT different letters or digits are certain, each with MIN_INK cells of ink or more, and
- the certain letters are at least MIN_SHARE of all; unknown ink counts as many letters as have room in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from modalities.ascii_art.figlet_search import Budget, Canvas, fits, pushed
from modalities.ascii_art.glyphs import Font, Glyph

MIN_DISTINCT = 2  # one letter repeated may be a pattern
MIN_SHARE = 0.5  # below, more is guessed than read
MAX_GAPS = 12  # blank columns tried from each end: unknown ink has fewer in a word that is mostly read
MIN_INK = 5  # cells: dots and short strokes occur in any drawing


@dataclass(frozen=True)
class Place:
    """A letter, or unknown ink (`glyph` is None), in the columns `first` to `last` of the canvas."""

    glyph: Glyph | None
    first: int
    last: int


def in_slots(font: Font, canvas: Canvas, offset: int, budget: Budget) -> list[Place]:
    """The full-width reading that leaves the fewest columns unknown; [] when its evidence is weak."""
    height, width = font.height, canvas.width
    if not budget.take(width * len(font.widths)):
        return []
    widest = font.widths[-1]
    flat = " " * (height * widest) + canvas.flat(height, offset, False) + " " * (height * widest)
    # best[x] = (columns unknown so far, where the last step began, its glyph); a word starts at any x <= 0
    best: list[tuple[int, int, Glyph | None]] = [(0, -1, None)] * (widest + 1)
    best += [(width + 1, -1, None)] * (width + widest)
    for x in range(width + widest):
        lost = best[x][0]
        if lost > width:
            continue
        if x >= widest and lost + 1 < best[x + 1][0]:
            best[x + 1] = (lost + 1, x, None)
        for room in font.widths:
            glyph = font.full.get(flat[x * height : (x + room) * height]) if x + room < len(best) else None
            if glyph and x < widest and (glyph.blank or x + glyph.edge < widest):
                continue  # nothing but the first letter's margin lies before the art
            if glyph and lost < best[x + room][0] and x + room > widest:
                best[x + room] = (lost, x, glyph)
    end = min(range(width + widest, len(best)), key=lambda x: best[x][0])
    places = []
    inked = _inked(canvas)
    while end > widest:
        _, start, glyph = best[end]
        if glyph is None and inked[start - widest]:
            places.append(Place(None, start - widest, end - 1 - widest))
        elif glyph and not glyph.blank:
            places.append(Place(glyph, start + glyph.edge - widest, start + glyph.end - widest))
        elif glyph:
            places.append(Place(glyph, start - widest, end - 1 - widest))
        end = start
    return _strong(font, _certain(font, places[::-1]))


def by_gaps(font: Font, canvas: Canvas, offset: int, ends: tuple[bool, bool], budget: Budget) -> list[Place]:
    """The longest pushed-together readings from both ends up to a blank column; [] when their evidence is
    weak.

    `ends` tells at which ends, left and right, the art shows a letter of the font at all. Letters that touch
    unknown ink are never certain, so only fonts whose letters keep apart are read like this.
    """
    inked = _inked(canvas)
    gaps = [x for x in range(1, canvas.width) if not inked[x]]
    before = [x for x in gaps if inked[x - 1]][: -MAX_GAPS - 1 : -1]  # longest first
    after = [x + 1 for x in gaps if inked[x + 1]][:MAX_GAPS]
    head = next(filter(None, (_read(font, canvas, offset, 0, x, budget) for x in before if ends[0])), [])
    low = head[-1].last + 1 if head else 0
    tails = (_read(font, canvas, offset, x, canvas.width, budget) for x in after if ends[1] and x > low)
    tail = next(filter(None, tails), [])
    high = tail[0].first - 1 if tail else canvas.width - 1
    unknown = [x for x in range(low, high + 1) if inked[x]]
    if not unknown:
        return []
    return _strong(font, _certain(font, [*head, Place(None, unknown[0], unknown[-1]), *tail]))


def _read(font: Font, canvas: Canvas, offset: int, low: int, high: int, budget: Budget) -> list[Place]:
    if not budget.take(2 * len(font.glyphs)):
        return []
    part = Canvas(tuple(row[low:high] for row in canvas.rows), high - low)
    first = [g for g in font.glyphs if not g.blank and fits(part, offset, g, False)]
    paths = pushed(font, part, offset, first, budget) if first else []
    if len(paths) != 1:  # none, or not certain
        return []
    return [Place(g, low + x + g.edge, low + x + (g.width - 1 if g.blank else g.end)) for g, x in paths[0]]


def _inked(canvas: Canvas) -> list[bool]:
    return [any(cell != " " for cell in column) for column in zip(*canvas.rows, strict=True)]


def _certain(font: Font, places: Sequence[Place]) -> list[Place]:
    """The places: letters that may be a piece of unknown ink made unknown, unknown neighbours made one."""
    known = [place.glyph is not None for place in places]
    doubtful = [not (p.glyph and (p.glyph.blank or p.glyph in font.whole)) for p in places]
    order = range(len(places))
    for way in (order, reversed(order)):  # doubt spreads from unknown ink to both sides
        before = True
        for n in way:
            known[n] = known[n] and (before or not doubtful[n])
            before = known[n]
    return list(_joined(places, known))


def _joined(places: Sequence[Place], known: Sequence[bool]) -> Iterator[Place]:
    first = last = -1
    for place, sure in zip(places, known, strict=True):
        if not sure:
            first, last = place.first if first < 0 else first, place.last
            continue
        if first >= 0:
            yield Place(None, first, last)
            first = -1
        yield place
    if first >= 0:
        yield Place(None, first, last)


def _strong(font: Font, places: list[Place]) -> list[Place]:
    """The places if there is something unknown and the evidence is strong, else []."""
    usual = median(g.width for g in font.glyphs)
    unknown = sum(max(1, round((p.last - p.first + 1) / usual)) for p in places if p.glyph is None)
    certain = [p.glyph for p in places if p.glyph and _telling(p.glyph)]
    distinct = {g.chars for g in certain}
    share = len(certain) / max(1, len(certain) + unknown)
    return places if unknown and len(distinct) >= MIN_DISTINCT and share >= MIN_SHARE else []


def _telling(glyph: Glyph) -> bool:
    return glyph.ink >= MIN_INK and any(map(str.isalnum, glyph.chars))
