"""An artifact as the report shows it: drawn characters, or a small picture, and where the evidence lies."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from grounding.report.texts import STAND_IN, cell

MAX_ROWS = 120  # a larger drawing is cut: the page stays readable, the file in the run folder is whole
MAX_COLUMNS = 400
MAX_PICTURE = 400_000  # bytes of an image that is put into the page
MAX_NAMED = 8  # kinds of hidden characters that a note names
MAX_PLACES = 20_000  # cells that one verdict may mark
PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
TICK = 10  # columns between the numbers of the ruler

Cells = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is shown of an artifact: `rows` of visible characters, or `picture` as a data address."""

    rows: tuple[str, ...] = ()
    picture: str = ""
    caption: str = ""
    note: str = ""

    @property
    def text(self) -> str:
        return "\n".join(self.rows)

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)


def drawing(data: bytes) -> Drawing:
    """The drawing of stored bytes: a picture if they begin as PNG or JPEG, otherwise text."""
    for magic, kind in PICTURES.items():
        if data.startswith(magic) and len(data) > MAX_PICTURE:
            return Drawing(
                note=f"an image of {len(data):,} bytes, too large for this page; see the run folder"
            )
        if data.startswith(magic):
            return Drawing(picture=f"data:{kind};base64,{b64encode(data).decode()}")
    lines = data.decode("utf-8", errors="replace").split("\n")
    height, width = len(lines), max(map(len, lines))
    rows = tuple("".join(map(cell, line[:MAX_COLUMNS])) for line in lines[:MAX_ROWS])
    cut = height > MAX_ROWS or width > MAX_COLUMNS
    size = f"{MAX_ROWS} rows and {MAX_COLUMNS} columns"
    notes = [f"cut to {size}; the whole is in the run folder"] if cut else []
    notes += _hidden("".join(line[:MAX_COLUMNS] for line in lines[:MAX_ROWS]))
    rows_word, columns_word = "row" if height == 1 else "rows", "column" if width == 1 else "columns"
    return Drawing(rows, caption=f"{height} {rows_word} × {width} {columns_word}", note="; ".join(notes))


def _hidden(text: str) -> list[str]:
    """A note on the characters that a drawing shows by a stand-in, [] without any."""
    found = Counter(char for char in text if cell(char) != char)
    named = ", ".join(f"U+{ord(char):04X} × {n}" for char, n in sorted(found.items())[:MAX_NAMED])
    more = " …" if len(found) > MAX_NAMED else ""
    return [f"characters that show nothing stand as {STAND_IN}: {named}{more}"] if found else []


def places(evidence: Mapping[str, Any]) -> Cells:
    """The cells (row, column) that the evidence names: `cells`, and `boxes` with both ends included."""
    found: set[tuple[int, int]] = set()
    for place in _lists(evidence.get("cells"), 2):
        found.add((place[0], place[1]))
    for top, left, bottom, right in _lists(evidence.get("boxes"), 4):
        bottom, right = min(bottom, MAX_ROWS), min(right, MAX_COLUMNS)
        found.update((r, c) for r in range(max(0, top), bottom + 1) for c in range(max(0, left), right + 1))
        if len(found) > MAX_PLACES:
            break
    return frozenset(found)


def _lists(value: Any, length: int) -> list[list[int]]:
    if not isinstance(value, list | tuple):
        return []
    whole = [p for p in value[:MAX_PLACES] if isinstance(p, list | tuple) and len(p) == length]
    return [list(p) for p in whole if all(isinstance(n, int) for n in p)]


@dataclass(frozen=True, slots=True)
class MarkedRow:
    """A row of the evidence view: the gutter (row number, ">" where something is marked) and its parts."""

    gutter: str
    parts: tuple[tuple[str, bool], ...]  # (text, whether it is marked)


@dataclass(frozen=True, slots=True)
class Marked:
    """The drawing with evidence marked in characters as well as by style.

    `ruler` numbers the columns, `pointers` has "v" above each column with a marked cell.
    """

    ruler: str
    pointers: str
    rows: tuple[MarkedRow, ...]


def marked(drawing: Drawing, cells: Cells) -> Marked | None:
    """The evidence view, or None where no cell lies on the drawing."""
    width = drawing.width
    on = {(r, c) for r, c in cells if 0 <= r < len(drawing.rows) and 0 <= c < width}
    if not on:
        return None
    columns = {c for _, c in on}
    digits = len(str(len(drawing.rows) - 1))
    indent = " " * (digits + 3)
    return Marked(
        ruler=indent + "".join(f"{c:<{TICK}}" for c in range(0, width, TICK)).rstrip(),
        pointers=indent + "".join("v" if c in columns else " " for c in range(width)).rstrip(),
        rows=tuple(_row(row, i, {c for r, c in on if r == i}, digits) for i, row in enumerate(drawing.rows)),
    )


def _row(row: str, number: int, columns: set[int], digits: int) -> MarkedRow:
    padded = row.ljust(max(columns) + 1) if columns else row
    parts = []
    for is_marked, group in groupby(enumerate(padded), key=lambda at: at[0] in columns):
        text = "".join(char for _, char in group)
        parts.append((text.replace(" ", "·") if is_marked else text, is_marked))
    return MarkedRow(f"{number:>{digits}} {'>' if columns else ' '} ", tuple(parts))


def where(cells: Cells) -> str:
    """The places in words, for example "rows 0–4, columns 2–6 (12 cells)"; "" without any."""
    if not cells:
        return ""
    rows, columns = [r for r, _ in cells], [c for _, c in cells]
    count = "1 cell" if len(cells) == 1 else f"{len(cells):,} cells"
    return f"{_range('row', rows)}, {_range('column', columns)} ({count})"


def _range(word: str, numbers: list[int]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{word} {low}" if low == high else f"{word}s {low}–{high}"
