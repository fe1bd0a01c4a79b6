"""A dot with its interval on a fixed axis, the controls below it: inline SVG, readable without colour.

Every control has a shape and its name beside it; near ones share one label. Colours come from style.css.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from grounding.report.texts import inert, short

WIDTH, MARGIN = 340, 14
SCALE_Y, DOT_Y, AXIS_Y, CONTROL_Y, LABEL_Y, LANE = 10, 27, 41, 56, 75, 13
CHARACTER = 5.9  # estimated width of a label's character at its size of 11: only for placing labels
NEAR = 9  # pixels: markers closer than this share a label
STEP = 12  # pixels between markers that share one

# Shapes of 9 × 9 around (0, 0), told apart by outline alone. Unknown controls get the last one.
SHAPES = {
    "oracle": "M0-5 5 0 0 5-5 0Z",
    "honest": "M0-5 5 4-5 4Z",
    "echo": "M-4-4H4V4H-4Z",
    "always-yes": "M-1.5-5h3v3.5H5v3H1.5V5h-3V1.5H-5v-3h3.5Z",
    "always-no": "M-5-3-3-5 0-2 3-5 5-3 2 0 5 3 3 5 0 2-3 5-5 3-2 0Z",
    "silent": "M-5-1.5H5V1.5H-5Z",
    "": "M0 5 5-4-5-4Z",
}


@dataclass(frozen=True, slots=True)
class Scale:
    """The values at the ends of an axis."""

    low: float
    high: float

    def x(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(MARGIN + share * (WIDTH - 2 * MARGIN), 1)

    @property
    def ticks(self) -> tuple[float, ...]:
        return (self.low, (self.low + self.high) / 2, self.high)


def shape(control: str) -> Markup:
    """The control's marker as a small drawing of its own, for legends."""
    path = SHAPES.get(control, SHAPES[""])
    frame = '<svg class="shape" viewBox="-6 -6 12 12" aria-hidden="true"><path d="{}"/></svg>'
    return Markup(frame).format(path)


def dot_chart(
    title: str,
    value: float | None,
    interval: Sequence[float] | None,
    controls: Mapping[str, float],
    scale: Scale,
) -> Markup:
    """The chart. `title` is its text alternative; a value of None draws the controls alone."""
    parts = [_axis(scale)]
    if interval is not None:
        low, high = scale.x(interval[0]), scale.x(interval[1])
        caps = "".join(f"M{x} {DOT_Y - 5}v10" for x in (low, high))
        parts.append(f'<path class="interval" d="M{low} {DOT_Y}H{high}{caps}"/>')
    if value is not None:
        parts.append(f'<circle class="dot" cx="{scale.x(value)}" cy="{DOT_Y}" r="5"/>')
    drawn, lanes = _controls(controls, scale)
    parts += drawn
    height = LABEL_Y + LANE * (lanes - 1) + 5 if controls else AXIS_Y + 6
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, height, inert(title), Markup("".join(parts))
    )


def _axis(scale: Scale) -> str:
    out = [f'<path class="axis" d="M{MARGIN} {AXIS_Y}H{WIDTH - MARGIN}"/>']
    for tick, anchor in zip(scale.ticks, ("start", "middle", "end"), strict=True):
        x = scale.x(tick)
        edge = {"start": x - 4, "middle": x, "end": x + 4}[anchor]
        out.append(f'<path class="tick" d="M{x} {DOT_Y - 10}V{AXIS_Y}"/>')
        place = f'x="{edge}" y="{SCALE_Y}" text-anchor="{anchor}"'
        out.append(f'<text class="scale" {place}>{_tick(tick)}</text>')
    return "".join(out)


def _tick(value: float) -> str:
    return f"{value:g}".replace("-", "\u2212")


def _controls(controls: Mapping[str, float], scale: Scale) -> tuple[list[str], int]:
    """Markers, and labels in as many lanes as keep them apart."""
    groups: list[tuple[float, list[str]]] = []
    for name, value in sorted(controls.items(), key=lambda item: item[1]):
        x = scale.x(value)
        if groups and x - groups[-1][0] < NEAR:
            groups[-1][1].append(name)
        else:
            groups.append((x, [name]))
    out: list[str] = []
    ends: list[float] = []  # the right end of the last label in each lane
    for x, names in groups:
        # Markers of one value stand side by side under a short line at the value itself.
        out.append(f'<path class="lead" d="M{x} {AXIS_Y}v7"/>')
        half = (len(names) - 1) * STEP / 2
        middle = min(max(x, half + 7), WIDTH - half - 7)
        for i, name in enumerate(names):
            path = SHAPES.get(name, SHAPES[""])
            at = f"translate({middle - half + i * STEP:.1f} {CONTROL_Y})"
            out.append(f'<path class="control" transform="{at}" d="{path}"/>')
        label = ", ".join(short(inert(name), 24) for name in names)
        left = _left(x, len(label) * CHARACTER)
        lane = next((i for i, end in enumerate(ends) if end + 6 < left), len(ends))
        ends[lane : lane + 1] = [left + len(label) * CHARACTER]
        y = LABEL_Y + LANE * lane
        out.append(f'<text class="label" x="{left:.1f}" y="{y}">{escape(label)}</text>')
    return out, max(1, len(ends))


def _left(x: float, width: float) -> float:
    """The left end of a label centred on x, pushed inside the chart."""
    return max(2.0, min(x - width / 2, WIDTH - 2 - width))
