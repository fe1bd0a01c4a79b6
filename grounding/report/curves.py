"""Values along rounds with their intervals, as inline SVG: readable without colour, its numbers stand in a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from grounding.report.chart import Scale
from grounding.report.texts import inert

WIDTH, HEIGHT = 340, 150
LEFT, RIGHT, TOP, BOTTOM = 34, 12, 10, 24
LABELS = 12  # rounds that are numbered on the axis


def curve(title: str, points: Sequence[Mapping[str, Any]], margin: float, scale: Scale) -> Markup:
    """A line over the rounds, a bar for each interval, and the margin around the first round's value as a band.

    A round without a value is a gap. `title` is the text alternative.
    """
    known = [(i, p["value"]) for i, p in enumerate(points) if p["value"] is not None]
    parts = [_frame(len(points), scale)]
    if known and known[0][0] == 0:
        high, low = (_y(known[0][1] + sign * margin, scale) for sign in (1, -1))
        band = f'<rect class="margin" x="{LEFT}" y="{high}" width="{WIDTH - LEFT - RIGHT}" height="{low - high:.1f}"/>'
        parts.append(band)
    line = ""
    for i, point in enumerate(points):
        if point["value"] is None:
            continue
        x, y = _x(i, len(points)), _y(point["value"], scale)
        joined = i > 0 and points[i - 1]["value"] is not None
        line += f"{'L' if joined else 'M'}{x} {y}"
        if point["interval"]:
            low, high = (_y(end, scale) for end in point["interval"])
            parts.append(f'<path class="interval" d="M{x} {low}V{high}M{x - 3} {low}h6M{x - 3} {high}h6"/>')
        parts.append(f'<circle class="dot" cx="{x}" cy="{y}" r="3.5"/>')
    parts.append(f'<path class="line" d="{line}"/>')
    frame = '<svg class="chart curve" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    return Markup(frame).format(WIDTH, HEIGHT, inert(title), Markup("".join(parts)))


def _x(i: int, rounds: int) -> float:
    return round(LEFT + 8 + (WIDTH - LEFT - RIGHT - 16) * i / max(1, rounds - 1), 1)


def _y(value: float, scale: Scale) -> float:
    share = (min(max(value, scale.low), scale.high) - scale.low) / (scale.high - scale.low)
    return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP), 1)


def _frame(rounds: int, scale: Scale) -> str:
    out = []
    for tick in scale.ticks:
        y = _y(tick, scale)
        name = f"{tick:g}".replace("-", "\u2212")
        out.append(f'<path class="tick" d="M{LEFT} {y}H{WIDTH - RIGHT}"/>')
        out.append(f'<text class="scale" x="{LEFT - 5}" y="{y + 4}" text-anchor="end">{name}</text>')
    step = -(-rounds // LABELS)
    out += [
        f'<text class="scale" x="{_x(i, rounds)}" y="{HEIGHT - 8}" text-anchor="middle">{i}</text>'
        for i in range(0, rounds, step)
    ]
    return "".join(out)
