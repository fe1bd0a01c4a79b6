"""What an ASCII drawing shows, and which claims about it hold: everything but words and fonts.

    describe(rows)            -> Geometry         once per art
    decide(claim, geometry)   -> (value, evidence)
    facts(geometry)           -> claims that hold

Decides shape, hollow, filled, width, height, charset, count, symmetric, face, framed, bars, left_of and above
as docs/ascii_art.md defines them. Refuses ("unknown", with the reason) where figures are drawn so that fair
eyes differ: a box about twice as wide as high (a square on a screen), an outline with a fault, ink that comes
near a figure without being one, bars that can be read in two ways, a mouth that says nothing clear, and arts
above the size limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grounding.claims import HOLDS, Claim, Value
from modalities.ascii_art.bars import bar_readings
from modalities.ascii_art.faces import EXPRESSIONS, Face, find_face
from modalities.ascii_art.figures import Figure, Stray, drawn_rows
from modalities.ascii_art.frames import broken_border
from modalities.ascii_art.grid import Box, Grid, read_grid
from modalities.ascii_art.no_face import no_face
from modalities.ascii_art.outline_kinds import KINDS
from modalities.ascii_art.regions import Scene, read_scene
from modalities.ascii_art.symmetry import symmetric
from modalities.ascii_art.verdicts import DECIDERS, unknown

MAX_ROWS, MAX_COLUMNS = 200, 400  # a large terminal, twice over; bounds the time for one art to seconds
MAX_COMPONENTS = 1_000  # separate figures and strays that are looked at, for the same reason

Evidence = dict[str, Any]


@dataclass(frozen=True)
class Geometry:
    """What was found in an art. Cells and boxes count from the top left of the ink's bounding box.

    width, height  columns and rows of the ink
    charset        its characters, sorted
    figures        recognised figures, from top left to bottom right
    strays         ink that no figure explains, each with the kinds it comes near
    frames         borders around all (other) ink, outermost first
    broken_frame   where there is none: a border with a gap, or without its first or last row
    no_face        why the art is no face for certain; "" where a face was found or nothing is certain
    readings       bars' lengths in each way to read them; `bar_style` says in words how they stand
    too_large      why figures were not looked for; "" where they were
    """

    width: int
    height: int
    charset: str
    figures: tuple[Figure, ...] = ()
    strays: tuple[Stray, ...] = ()
    frames: tuple[Box, ...] = ()
    broken_frame: Box | None = None
    face: Face | None = None
    no_face: str = ""
    readings: frozenset[tuple[int, ...]] = frozenset()
    bar_style: str = ""
    mirrors: tuple[tuple[str, Value, str, tuple[tuple[int, int], ...]], ...] = ()
    too_large: str = ""

    @property
    def unrecognised(self) -> tuple[Box, ...]:
        """Boxes of ink that no figure explains."""
        return tuple(stray.box for stray in self.strays)


def describe(rows: Sequence[str]) -> Geometry:
    """Read an art given as rows of text; blank margins do not matter."""
    grid = read_grid(rows)
    charset = "".join(sorted({c for row in grid.rows for c in row} - {" "}))
    if grid.height > MAX_ROWS or grid.width > MAX_COLUMNS:
        size = f"{grid.height} rows × {grid.width} columns"
        why = f"the art has {size}; figures are looked for in up to {MAX_ROWS} × {MAX_COLUMNS}"
        return Geometry(grid.width, grid.height, charset, too_large=why)
    if not charset:
        return Geometry(0, 0, "", mirrors=_mirrors(grid))
    scene = read_scene(grid, MAX_COMPONENTS)
    if scene is None:
        why = f"the art has more than {MAX_COMPONENTS} separate pieces of ink"
        return Geometry(grid.width, grid.height, charset, mirrors=_mirrors(grid), too_large=why)
    return _described(grid, charset, scene)


def _described(grid: Grid, charset: str, scene: Scene) -> Geometry:
    inner = read_grid(drawn_rows(grid.chars, scene.ink)) if scene.frames else grid
    readings, style = bar_readings(inner)
    broken = None if scene.frames else broken_border(grid.chars, grid.ink)
    inks = [np.asarray(scene.ink)] + ([broken.inner] if broken else [])
    face = next((face for ink in inks if (face := find_face(grid, ink)) is not None), None)
    return Geometry(
        width=grid.width,
        height=grid.height,
        charset=charset,
        figures=scene.figures,
        strays=scene.strays,
        frames=scene.frames,
        broken_frame=broken.box if broken else None,
        face=face,
        no_face="" if face else next(filter(None, (no_face(grid, ink) for ink in inks)), ""),
        readings=frozenset(readings),
        bar_style=style,
        mirrors=_mirrors(grid),
    )


def _mirrors(grid: Grid) -> tuple[tuple[str, Value, str, tuple[tuple[int, int], ...]], ...]:
    found = []
    for axis in ("vertical", "horizontal"):
        value, reason, cells = symmetric(grid, axis)
        found.append((axis, value, reason, tuple(cells)))
    return tuple(found)


def decide(claim: Claim, geometry: Geometry) -> tuple[Value, Evidence]:
    """Whether a claim holds, fails or stays unknown, with a `reason` and places ("cells" or "boxes").

    Never raises on a claim: a predicate or an argument outside the lists is unknown, and the reason names the
    known.
    """
    decider = DECIDERS.get(claim.name)
    if decider is None:
        return unknown(f"{claim.name}(…) is not decided by geometry; known: {', '.join(DECIDERS)}")
    return decider(claim.args, geometry)


def facts(geometry: Geometry) -> list[Claim]:
    """Every claim that can be established as holding, in a fixed order."""
    claims = [Claim("width", (geometry.width,)), Claim("height", (geometry.height,))]
    if geometry.charset:
        claims.append(Claim("charset", (geometry.charset,)))
    present = [kind for kind in KINDS if any(kind in figure.kinds for figure in geometry.figures)]
    claims += [Claim("shape", (kind,)) for kind in present]
    for kind in present:
        number = sum(kind in figure.kinds for figure in geometry.figures)
        claims.append(Claim("count", (kind, number)))
    claims += [Claim(name) for name in ("hollow", "filled", "framed")]
    claims += [Claim("symmetric", (axis,)) for axis in ("vertical", "horizontal")]
    claims += [Claim("face", (expression,)) for expression in EXPRESSIONS]
    claims += [Claim("bars", reading) for reading in sorted(geometry.readings)]
    claims += [
        Claim(name, (a, b)) for name in ("left_of", "above") for a in present for b in present if a != b
    ]
    return [claim for claim in claims if decide(claim, geometry)[0] == HOLDS]
