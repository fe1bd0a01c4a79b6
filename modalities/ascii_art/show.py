"""A picture of the art: crisp monospaced text, evidence of verdicts marked on demand.

The font is a subset of DejaVu Sans Mono (its licence lies beside it), so that the picture is the same everywhere.
Marks differ in form as well as colour: a full frame round evidence of `holds`, a crossed one of `fails`, a dashed
one of `unknown`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from grounding.claims import Verdict

FONT = Path(__file__).with_name("DejaVuSansMono-subset.ttf")
SIZE = 20  # points; a cell is then 12 × 24 pixels
CELL = (12, 24)
MARGIN = 16
PAPER, INK = (255, 255, 255), (17, 17, 17)
MARKS = {"holds": (0, 112, 60), "fails": (190, 30, 45), "unknown": (110, 110, 110)}
MOST = (400, 200)  # columns, rows: a larger art is cut, its picture would be too large to look at


def show(rows: Sequence[str], verdicts: Sequence[Verdict] = ()) -> Image.Image:
    """The art as an RGB image; each verdict's `cells` and `boxes` are framed."""
    columns = min(MOST[0], max(map(len, rows), default=1))
    shown = [row[: MOST[0]] for row in rows[: MOST[1]]]
    size = (2 * MARGIN + CELL[0] * columns, 2 * MARGIN + CELL[1] * max(1, len(shown)))
    image = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(image)
    for r, row in enumerate(shown):
        for c, char in enumerate(row):
            if char != " ":
                pen.text((MARGIN + c * CELL[0], MARGIN + r * CELL[1]), char, fill=INK, font=_font())
    for verdict in verdicts:
        for box in _boxes(verdict.evidence):
            _mark(pen, box, verdict.value)
    return image


@cache
def _font() -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), SIZE)


def _boxes(evidence: Any) -> Iterator[tuple[int, int, int, int]]:
    """The evidence's places as boxes: top, left, bottom, right, in cells, both ends included."""
    for cell in evidence.get("cells", ()):
        yield cell[0], cell[1], cell[0], cell[1]
    for box in evidence.get("boxes", ()):
        yield box[0], box[1], box[2], box[3]


def _mark(pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], value: str) -> None:
    top, left, bottom, right = box
    x0, y0 = MARGIN + left * CELL[0] - 2, MARGIN + top * CELL[1] - 1
    x1, y1 = MARGIN + (right + 1) * CELL[0] + 1, MARGIN + (bottom + 1) * CELL[1]
    colour = MARKS[value]
    if value == "unknown":
        for x in range(x0, x1, 8):
            pen.line([(x, y0), (min(x + 4, x1), y0)], fill=colour, width=2)
            pen.line([(x, y1), (min(x + 4, x1), y1)], fill=colour, width=2)
        return
    pen.rectangle([x0, y0, x1, y1], outline=colour, width=2)
    if value == "fails":
        pen.line([(x0, y1), (x1, y0)], fill=colour, width=2)
