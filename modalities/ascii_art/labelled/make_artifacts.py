"""Writes `artifacts.jsonl`: labelled ASCII art, the same bytes every time.

    python -m modalities.ascii_art.labelled.make_artifacts [--show]

Structural labels come from `figure_labels`, `scene_labels` and `text_labels`. This file adds what is a matter
of definition (width, height, characters, mirror symmetry), computed here from the claim table alone, picks the
mutants by a fixed rotation, and splits: the even originals of a kind are "dev", the odd ones "held_out", and
mutants stand in the half of their original.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from grounding.claims import Claim
from modalities.ascii_art.labelled import figure_labels, pictures, scene_labels, text_labels

OUT = Path(__file__).with_name("artifacts.jsonl")
MOST_LABELS = 9
MOST_STRUCTURAL = 7  # so that every artifact has some labels of size, characters or symmetry too
MIRROR = {"vertical": ("/\\", "()", "<>", "[]", "{}"), "horizontal": ("/\\",)}
SAME_IN_MIRROR = {"vertical": "#*@oOX0x+-|=_.^ ", "horizontal": "#*@oOX0x+-|= "}
SINGLE_FIGURES = (
    "square-hollow",
    "square-filled",
    "rectangle-hollow",
    "rectangle-filled",
    "triangle",
    "diamond",
)

Labels = dict[str, str]


def structural(text: str) -> Labels:
    """The labels written as "+claim -claim", in canonical form; a contradiction is an error."""
    labels: Labels = {}
    for token in text.split():
        claim, truth = str(Claim.parse(token[1:])), {"+": "holds", "-": "fails"}[token[0]]
        if labels.setdefault(claim, truth) != truth:
            raise ValueError(f"{claim} is labelled both ways in {text!r}")
    return labels


def symmetric(rows: pictures.Rows, axis: str) -> str | None:
    """holds, fails, or None where the ink agrees and it is open whether its characters do."""
    grid = pictures.padded(rows)
    turned = [row[::-1] for row in grid] if axis == "vertical" else grid[::-1]
    if any(
        (a == " ") != (b == " ") for x, y in zip(grid, turned, strict=True) for a, b in zip(x, y, strict=True)
    ):
        return "fails"
    exchanged = {a: b for pair in MIRROR[axis] for a, b in (pair, pair[::-1])}
    known = set(exchanged) | set(SAME_IN_MIRROR[axis])
    if not set("".join(grid)) <= known:
        return None
    back = ["".join(exchanged.get(c, c) for c in row) for row in turned]
    return "holds" if back == grid else None


def charset(characters: set[str]) -> str:
    """The claim that the ink is exactly these characters."""
    return str(Claim("charset", ("".join(sorted(characters)),)))


def measured(rows: pictures.Rows, whole: pictures.Rows, turn: int) -> Labels:
    """Sizes, characters and symmetry, true and nearly true in turn; `whole` is the original of a mutant."""
    wide, high = pictures.width(rows), len(rows)
    near_wide = pictures.width(whole) if pictures.width(whole) != wide else wide + (1 if turn % 4 < 2 else -1)
    near_high = len(whole) if len(whole) != high else high + (-1 if turn % 4 < 2 and high > 1 else 1)
    ink = set("".join(rows)) - {" "}
    extra = next(c for c in "*#+o" if c not in ink)
    wrong = ink - {max(ink)} if len(ink) > 1 and turn % 4 < 2 else ink | {extra}
    axes = ("vertical", "horizontal") if turn % 3 else ("horizontal", "vertical")
    mirror = {f"symmetric({axis})": truth for axis in axes if (truth := symmetric(rows, axis))}
    sizes = {f"width({wide})": "holds", f"height({near_high})": "fails"}
    if turn % 2:
        sizes = {f"width({near_wide})": "fails", f"height({high})": "holds"}
    characters = {charset(wrong): "fails"} if (turn // 2) % 2 else {charset(ink): "holds"}
    parts = [sizes, mirror, characters]
    start = turn % 3
    return {claim: truth for part in parts[start:] + parts[:start] for claim, truth in part.items()}


def chosen(kind: str, family: list[figure_labels.Drawn], index: int) -> list[figure_labels.Drawn]:
    """The original and its mutants; of the many faults of single figures a rotating two thirds."""
    if kind not in SINGLE_FIGURES and kind != "word":
        return family
    return family[:1] + [drawn for j, drawn in enumerate(family[1:]) if (j + index) % 3]


def artifacts() -> list[dict[str, Any]]:
    """All labelled artifacts in order."""
    found: list[dict[str, Any]] = []
    seen: set[str] = set()
    numbers: dict[str, int] = defaultdict(int)
    for kind, family in [*figure_labels.families(), *scene_labels.families(), *text_labels.families()]:
        index = numbers[kind]
        numbers[kind] += 1
        original = f"{kind}-{index + 1}"
        whole = pictures.normal(family[0][1])
        for fault, drawn, text in chosen(kind, family, index):
            rows = pictures.normal(drawn)
            art = "\n".join(rows)
            if art in seen:
                continue
            seen.add(art)
            labels = dict(list(structural(text).items())[:MOST_STRUCTURAL])
            for claim, truth in measured(rows, whole, len(found)).items():
                if len(labels) < MOST_LABELS:
                    labels.setdefault(claim, truth)
            same = sum(a["id"].startswith(f"{original}-{fault.replace(' ', '-')}") for a in found)
            name = (
                original
                if fault == "none"
                else f"{original}-{fault.replace(' ', '-')}" + ("-2" if same else "")
            )
            found.append(
                {
                    "id": name,
                    "split": ("dev", "held_out")[index % 2],
                    "fault": fault,
                    "of": None if fault == "none" else original,
                    "artifact": art,
                    "labels": labels,
                }
            )
    return found


def main() -> None:
    """Write the file; with --show also print every artifact with its labels, for reading by eye."""
    made = artifacts()
    OUT.write_text("".join(json.dumps(a, ensure_ascii=False) + "\n" for a in made), encoding="utf-8")
    if "--show" in sys.argv:
        for a in made:
            signs = " ".join(
                ("+" if truth == "holds" else "-") + claim for claim, truth in a["labels"].items()
            )
            print(f"=== {a['id']} [{a['split']}] {a['fault']}\n{a['artifact']}\n  {signs}\n")


if __name__ == "__main__":
    main()
