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
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from grounding.claims import Claim
from modalities.ascii_art.labelled import figure_labels, pictures, scene_labels, text_labels

OUT = Path(__file__).with_name("artifacts.jsonl")
ORIGINALS = Path(__file__).with_name("originals.txt")
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
    exchanged = {pair[i]: pair[1 - i] for pair in MIRROR[axis] for i in (0, 1)}
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
    if len(set(mirror.values())) == 1 and "fails" in mirror.values():
        mirror = dict(list(mirror.items())[: turn % 2])  # few failing axes: the claims are to be balanced
    sizes = {f"width({wide})": "holds", f"height({near_high})": "fails"}
    if turn % 2:
        sizes = {f"width({near_wide})": "fails", f"height({high})": "holds"}
    characters = {charset(wrong): "fails"} if (turn // 2) % 2 else {charset(ink): "holds"}
    parts = [sizes, mirror, characters]
    start = turn % 3
    return {claim: truth for part in parts[start:] + parts[:start] for claim, truth in part.items()}


def chosen(kind: str, family: list[figure_labels.Drawn], index: int) -> list[figure_labels.Drawn]:
    """The original and its mutants; of the many faults of figures and words a rotating two thirds, and every layout."""
    if kind not in SINGLE_FIGURES and kind != "word":
        return family
    return family[:1] + [
        drawn for j, drawn in enumerate(family[1:]) if (j + index) % 3 or "layout" in drawn[0]
    ]


def hand_drawn() -> list[tuple[str, list[tuple[str, figure_labels.Drawn]]]]:
    """The blocks of `originals.txt`, grouped as (kind, [(id, drawn), ...]) with each original before its mutants."""
    groups: dict[str, tuple[str, list[tuple[str, figure_labels.Drawn]]]] = {}
    for block in ORIGINALS.read_text(encoding="utf-8").split("\n== ")[1:]:
        head, *rest = block.rstrip().split("\n")
        name, kind, fault, original = head.split(" | ")
        rows, labels = rest[:-1], rest[-1].removeprefix("=> ")
        key = name if original == "-" else original
        groups.setdefault(key, (kind, []))[1].append((name, (fault, rows, labels)))
    return list(groups.values())


def artifacts() -> list[dict[str, Any]]:
    """All labelled artifacts in order."""
    found: list[dict[str, Any]] = []
    seen: set[str] = set()
    numbers: dict[str, int] = defaultdict(int)

    def add(name: str, index: int, original: str, whole: pictures.Rows, drawn: figure_labels.Drawn) -> None:
        fault, unpolished, text = drawn
        rows = pictures.normal(unpolished)
        art = "\n".join(rows)
        if art in seen:
            return
        seen.add(art)
        labels = dict(list(structural(text).items())[:MOST_STRUCTURAL])
        for claim, truth in measured(rows, whole, len(found)).items():
            if len(labels) < MOST_LABELS:
                labels.setdefault(claim, truth)
        of = None if fault == "none" else original
        split = ("dev", "held_out")[index % 2]
        found.append(
            {"id": name, "split": split, "fault": fault, "of": of, "artifact": art, "labels": labels}
        )

    for kind, family in [*figure_labels.families(), *scene_labels.families(), *text_labels.families()]:
        index = numbers[kind]
        numbers[kind] += 1
        original = f"{kind}-{index + 1}"
        names: dict[str, int] = defaultdict(int)
        for drawn in chosen(kind, family, index):
            name = original if drawn[0] == "none" else f"{original}-{drawn[0].replace(' ', '-')}"
            names[name] += 1
            numbered = name if names[name] == 1 else f"{name}-{names[name]}"
            add(numbered, index, original, pictures.normal(family[0][1]), drawn)
    for kind, members in hand_drawn():
        index = numbers[kind]
        numbers[kind] += 1
        for name, drawn in members:
            add(name, index, members[0][0], pictures.normal(members[0][1][1]), drawn)
    return found


def counts(made: list[dict[str, Any]]) -> list[str]:
    """The rows of the README's tables: labels per claim kind, artifacts per kind, artifacts per fault."""
    labels: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    faults: dict[str, Counter[str]] = defaultdict(Counter)
    for artifact in made:
        half = artifact["split"]
        kinds[kind_of(artifact["of"] or artifact["id"])][half] += 1
        faults[artifact["fault"]][half] += 1
        for claim, truth in artifact["labels"].items():
            labels[Claim.parse(claim).name][half, truth] += 1
    halves = ("dev", "held_out")
    rows = [
        f"| `{name}` | "
        + " | ".join(str(seen[half, truth]) for half in halves for truth in ("holds", "fails"))
        + " |"
        for name, seen in sorted(labels.items())
    ]
    for table in (kinds, faults):
        rows += [f"| {name} | {seen['dev']} | {seen['held_out']} |" for name, seen in sorted(table.items())]
    return rows


def kind_of(original: str) -> str:
    """The kind in an original's id: "square-hollow" of "square-hollow-7"."""
    return original.rsplit("-", 1)[0]


def main() -> None:
    """Write the file; with --show also print every artifact with its labels, for reading by eye."""
    made = artifacts()
    OUT.write_text("".join(json.dumps(a, ensure_ascii=False) + "\n" for a in made), encoding="utf-8")
    if "--show" in sys.argv:
        for a in made:
            signs = " ".join(
                ("+" if truth == "holds" else "-") + claim for claim, truth in a["labels"].items()
            )
            sys.stdout.write(f"=== {a['id']} [{a['split']}] {a['fault']}\n{a['artifact']}\n  {signs}\n\n")


if __name__ == "__main__":
    main()
