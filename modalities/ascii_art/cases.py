"""Seeded families: clusters of cases that share a scene, in other phrasings and with one demand toggled."""

from __future__ import annotations

from dataclasses import replace

from grounding.cases import LEVELS, Case, Draw, with_partners
from grounding.errors import RegistryError
from modalities.ascii_art.draw import scene_rows
from modalities.ascii_art.prompts import instruction
from modalities.ascii_art.relate import relation
from modalities.ascii_art.scenes import FAMILIES, MAKERS, Scene, implied, toggled

MODALITY = "ascii_art"
TRIES = 50  # scenes drawn before a repeated one is accepted: small families run out of different scenes


def cases(family: str, n: int, seed: int) -> list[Case]:
    """n cases: clusters of three (two phrasings, one toggled demand), levels in turn, partners assigned."""
    if family not in FAMILIES:
        raise RegistryError(f"unknown family {family!r} of {MODALITY}; known: {', '.join(FAMILIES)}")
    made: list[Case] = []
    seen: set[str] = set()
    number = 0
    while len(made) < n:
        level = LEVELS[number % len(LEVELS)]
        draw = Draw(MODALITY, family, seed, number)
        scene = MAKERS[family](draw, level)
        for _ in range(TRIES):
            if str(scene) not in seen:
                break
            scene = MAKERS[family](draw, level)
        seen.add(str(scene))
        made += _cluster(family, f"{family}-{seed}-{number}", level, scene, draw)
        number += 1
    return with_partners(made[:n], relation, seed)


def _cluster(family: str, name: str, level: str, scene: Scene, draw: Draw) -> list[Case]:
    first = draw.below(1000)
    base = Case(
        id=f"{name}-a",
        modality=MODALITY,
        instruction=instruction(scene, first),
        expects=tuple(implied(scene)),
        family=family,
        cluster=name,
        level=level,
        data={"scene": scene},
    )
    again = replace(base, id=f"{name}-b", instruction=instruction(scene, first + draw.between(1, 4)))
    other = toggled(draw, scene)
    third = replace(
        base,
        id=f"{name}-c",
        instruction=instruction(other, first),
        expects=tuple(implied(other)),
        data={"scene": other},
    )
    return [base, again, third]


def oracle(case: Case) -> str | None:
    """The right drawing of a case: the hand-written one, or its scene drawn."""
    if case.oracle is not None:
        return case.oracle
    scene = case.data.get("scene")
    return "\n".join(scene_rows(scene)) if scene else None
