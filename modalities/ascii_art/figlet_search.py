"""Search for the letter sequences that a figlet font prints as a given art, at full width or pushed together.

Both searches place letters from left to right and give back every way to explain all ink (up to a bound).
Nothing is matched approximately: a path found here prints, by the font's own rules, exactly the art it was
found in.

Full width: letters stand in slots of their own width, so a slot's columns are looked up in a table.

Pushed together ("default" layout of fonts that kern or smush): the next letter moves left until it touches,
and with smushing one cell per row may melt into one sign. So of what is printed, per row only the last ink
cell can still change; a state of the search is the place of that cell in each row, its sign, and the printed
width.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from modalities.ascii_art.glyphs import MERGED_CELLS, SEEN_CELLS, Font, Glyph, fitting

PLACING = 3  # steps that placing one letter is worth, a step being one look-up
ANYWHERE = 1 << 30  # a column beyond any art
MAX_PATHS = 16  # readings of one art in one font and layout; a word of real letters has one or two
# Glyphs with the column of their left border; mirrored for a right-to-left font.
Path = tuple[tuple[Glyph, int], ...]
_Chain = tuple[Glyph, int, "_Chain"] | None  # a path from some point on: glyph, column, the rest
# Printed width, column of the last ink per row, its sign, whether the last letter is wider than 1.
_State = tuple[int, tuple[int, ...], tuple[str, ...], bool]


@dataclass
class Budget:
    """How much work is left, in table look-ups. `cut` tells that something was left out."""

    steps: int
    cut: bool = False

    def take(self, steps: int) -> bool:
        self.steps -= steps
        if self.steps < 0:
            self.cut = True
        return self.steps >= 0


@dataclass
class Canvas:
    """An art with margins removed: rows of equal length `width`, ink in the first and last row and column."""

    rows: tuple[str, ...]
    width: int
    _flat: dict[tuple[int, int, bool], str] = field(default_factory=dict)

    def lines(self, height: int, offset: int, mirrored: bool) -> list[str]:
        """The art in a band of `height` rows, its top at row -offset, each row `width` long."""
        blank = " " * self.width
        rows = [row[::-1] for row in self.rows] if mirrored else list(self.rows)
        return [blank] * -offset + rows + [blank] * (height - len(rows) + offset)

    def flat(self, height: int, offset: int, mirrored: bool) -> str:
        """The same band column by column, each from top to bottom."""
        key = (height, offset, mirrored)
        if key not in self._flat:
            columns = zip(*self.lines(height, offset, mirrored), strict=True)
            self._flat[key] = "".join(map("".join, columns))
        return self._flat[key]


def full_width(font: Font, canvas: Canvas, offset: int, budget: Budget) -> list[Path]:
    """All paths of letters in their own slots that print the canvas, whose top is the font's row -offset."""
    height, width = font.height, canvas.width
    flat = canvas.flat(height, offset, font.right_to_left) + " " * (height * font.widths[-1])
    table = font.full
    first: list[tuple[Glyph, int]] = []
    for room, edge in font.starts:  # the left margin of the first letter is gone from the art
        glyph = table.get(" " * (edge * height) + flat[: (room - edge) * height])
        if glyph and not glyph.blank and glyph.edge == edge:
            first.append((glyph, -edge))
    if not first:
        return []
    edges: dict[int, list[Glyph]] = {}
    todo = [x + glyph.width for glyph, x in first]
    while todo:
        at = todo.pop()
        if at in edges or at >= width:
            continue
        if not budget.take(len(font.widths)):
            return []
        found = [table.get(flat[at * height : (at + room) * height]) for room in font.widths]
        edges[at] = [glyph for glyph in found if glyph]
        todo += [at + glyph.width for glyph in edges[at]]
    rest: dict[int, list[_Chain]] = {}
    for at in sorted(edges, reverse=True):
        rest[at] = list(_onward([(glyph, at) for glyph in edges[at]], rest, width, budget))
    return [_unlinked(chain) for chain in _onward(first, rest, width, budget)]


def _onward(
    steps: Sequence[tuple[Glyph, int]], rest: dict[int, list[_Chain]], width: int, budget: Budget
) -> Iterator[_Chain]:
    """Chains that begin with one of `steps`, given the chains from each later column; at most MAX_PATHS."""
    count = 0
    for glyph, at in steps:
        after = at + glyph.width
        for chain in [None] if after >= width else rest.get(after, []):
            if count == MAX_PATHS:
                budget.cut = True
                return
            count += 1
            yield glyph, at, chain


def _unlinked(chain: _Chain) -> Path:
    path = []
    while chain:
        path.append(chain[:2])
        chain = chain[2]
    return tuple(path)


def pushed(font: Font, canvas: Canvas, offset: int, first: Iterable[Glyph], budget: Budget) -> list[Path]:
    """All paths of letters pushed together by the font's rules that print the canvas, beginning with one of
    `first`.

    The canvas' top is the font's row -offset.
    """
    pad = font.widths[-1] + 1  # a first letter's margin lies left of the art
    blank = " " * pad
    art = [blank + row + blank for row in canvas.lines(font.height, offset, font.right_to_left)]
    last_ink = tuple(len(row.rstrip(" ")) - 1 for row in art)
    effort = len(art) * (1 + canvas.width // 200)  # in wide arts even stripping a row takes time
    seen: dict[_State, list[tuple[_State | None, Glyph, int]]] = {}
    todo: list[_State] = []
    ends: list[_State] = []
    for glyph, x, state in _firsts(font, art, pad, first):
        if state not in seen:
            seen[state] = []
            todo.append(state)
        _add(seen[state], None, glyph, x)
    right = pad + canvas.width - 1
    while todo:
        state = todo.pop()
        if state[0] > right and _explained(font, art, state, last_ink):
            ends.append(state)
            continue
        if not budget.take(effort):
            return []
        for glyph, x, after in _nexts(font, art, state, right, budget):
            if after == state:  # a blank that takes no room: any number of them prints the same
                continue
            if after not in seen:
                seen[after] = []
                todo.append(after)
            _add(seen[after], state, glyph, x)
    paths: list[Path] = []
    for state in ends:
        _trace(state, None, seen, paths, budget)
    return [tuple((glyph, x - pad) for glyph, x in path) for path in paths]


def _add(ways: list[tuple[_State | None, Glyph, int]], before: _State | None, glyph: Glyph, x: int) -> None:
    """Remember a way into a state; letters that lead there alike from the same state are one glyph."""
    for n, (other, twin, at) in enumerate(ways):
        if at == x and (twin.edge, twin.end) == (glyph.edge, glyph.end) and other == before:
            ways[n] = (other, replace(twin, chars=twin.chars | glyph.chars), at)
            return
    ways.append((before, glyph, x))


def _trace(
    state: _State,
    tail: _Chain,
    seen: dict[_State, list[tuple[_State | None, Glyph, int]]],
    paths: list[Path],
    budget: Budget,
) -> None:
    """Append the ways from the beginning to `state`, followed by `tail`, up to MAX_PATHS in all."""
    todo: list[tuple[_State | None, _Chain]] = [(state, tail)]
    while todo:
        here, chain = todo.pop()
        if here is None:
            paths.append(_unlinked(chain))
            continue
        for before, glyph, x in seen[here]:
            if len(paths) + len(todo) >= MAX_PATHS:
                budget.cut = True
                break
            todo.append((before, (glyph, x, chain)))


def fits(canvas: Canvas, offset: int, glyph: Glyph, last: bool) -> bool:
    """Whether a letter may stand first (or last) in the canvas, by what its neighbours cannot change."""
    rows = canvas.rows
    if glyph.top + offset < 0 or glyph.bottom + offset >= len(rows):
        return False
    if last:
        for n, ink in glyph.tails:  # noqa: SIM110  a generator costs twice as much, here and below
            if not rows[n + offset].endswith(ink):
                return False
        return True
    for n, ink in glyph.heads:  # noqa: SIM110
        if not rows[n + offset].startswith(ink):
            return False
    return True


def _firsts(
    font: Font, art: Sequence[str], pad: int, first: Iterable[Glyph]
) -> Iterator[tuple[Glyph, int, _State]]:
    """Letters that stand first: their visible ink begins in the first column of the art."""
    for glyph in first:
        x = pad - glyph.edge
        start = (0, (x + glyph.raw_edge - 1,) * len(art), ("",) * len(art), False)
        after = _placed(font, art, start, glyph, x)
        if after:
            yield glyph, x, after


def _nexts(
    font: Font, art: Sequence[str], state: _State, right: int, budget: Budget
) -> Iterator[tuple[Glyph, int, _State]]:
    """Letters that may come next, where pushing puts them, none beyond the last column `right`."""
    length, ends, signs, wide = state
    aligned = _aligned(font, *_ahead(font, art, state), ends)
    budget.take(PLACING * len(aligned))
    for glyph, one, other in aligned:
        x = length - glyph.width
        farthest = max(one, other)
        if x > farthest:
            continue
        melts = wide and glyph.width > 1 and font.smushes
        for row, lead, _, begin, *_ in glyph.strokes:
            least = ends[row] + 1 - lead
            if least > x:
                if melts and signs[row] and font.smush(signs[row], begin) is not None:
                    least -= 1
                x = max(x, least)
                if x > farthest:
                    break
        else:
            if x + glyph.edge <= right and (glyph.blank or x in (one, other)):
                after = _placed(font, art, state, glyph, x)
                if after:
                    yield glyph, x, after


def _ahead(font: Font, art: Sequence[str], state: _State) -> tuple[int, list[int]]:
    """Bit set of letters that may come next by the next ink of each row, and its columns, if there is any."""
    _, ends, signs, wide = state
    smushes, hidden, beginnings = font.smushes, font.hidden, font.beginnings
    mask = font.inked
    inks = []
    for row, line in enumerate(art):
        end, sign = ends[row], signs[row]
        unseen = sign and sign in hidden  # may itself be overprinted, so ink may begin on it
        rest = line[end if unseen else end + 1 :].lstrip(" ")
        inks.append(len(line) - len(rest))
        may = fitting(beginnings[row], rest[:SEEN_CELLS])
        if sign and wide and smushes and not unseen:
            may |= font.merging(row, sign, line[end], line[end + 1 : end + 1 + MERGED_CELLS])
        mask &= may
        if not mask:
            break
    return mask, inks


def _aligned(font: Font, mask: int, inks: Sequence[int], ends: Sequence[int]) -> list[tuple[Glyph, int, int]]:
    """The letters of `mask` of which some rows agree on one column, and the two columns that they may be in.

    A letter's ink begins in each row at the art's next, or melts with its last. A blank may always come next,
    anywhere.
    """
    glyphs = font.glyphs
    mask |= font.blanks
    found = []
    while mask:
        low = mask & -mask
        mask ^= low
        glyph = glyphs[low.bit_length() - 1]
        if glyph.end < 0:
            found.append((glyph, ANYWHERE, ANYWHERE))
            continue
        row, lead = glyph.probes[0]
        one, other = inks[row] - lead, ends[row] - lead
        for row, lead in glyph.probes[1:]:
            near, far = ends[row] - lead, inks[row] - lead
            if far != one and near != one and far != other and near != other:
                break
        else:
            found.append((glyph, one, other))
    return found


def _placed(font: Font, art: Sequence[str], state: _State, glyph: Glyph, x: int) -> _State | None:
    """The state after printing `glyph` at column x, or None if a cell that is now final is not the art's."""
    _, ends, signs, _ = state
    hidden, settled = font.hidden, not font.unsettled
    finals = []  # what the last cell of each row with ink is now
    for row, lead, last, first, final, most, middle in glyph.strokes:
        line, begin, finish = art[row], x + lead, x + last
        end, sign = ends[row], signs[row]
        if sign and begin <= end:
            made = font.smush(sign, first)
            if made is None:
                return None
            if begin == finish:
                final = made
            elif line[end] != (" " if made in hidden else made) or line[begin + 1 : finish] != middle:
                return None
        elif (
            line[begin:finish] != most
            or (sign and line[end] != (" " if sign in hidden else sign))
            or (begin > end + 1 and line[end + 1 : begin].strip(" "))
        ):
            return None
        if final not in hidden and (line[finish] != final if settled else line[finish] == " "):
            return None  # smushing may change signs, but ink stays ink
        finals.append(final)
    new_ends, new_signs = [*ends], [*signs]
    for stroke, final in zip(glyph.strokes, finals, strict=True):
        new_ends[stroke.row], new_signs[stroke.row] = x + stroke.last, final
    return x + glyph.width, tuple(new_ends), tuple(new_signs), glyph.width > 1


def _explained(font: Font, art: Sequence[str], state: _State, last_ink: Sequence[int]) -> bool:
    """Whether the print of `state`, with nothing after it, is the whole art."""
    for row, (end, sign) in enumerate(zip(state[1], state[2], strict=True)):
        shown = font.visible(sign)
        if shown.strip(" "):
            if last_ink[row] != end or art[row][end] != shown:
                return False
        elif last_ink[row] >= end and last_ink[row] >= 0:
            return False
    return True
