"""Scenes of the seven families: what there is to draw, what it implies, and how it is toggled.

A scene is a plain dict: `kind` and its properties, all of them definite. `demands` names the properties
that the instruction mentions; the rest is the drawer's choice. `implied` turns a scene into claims.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grounding.cases import Draw
from grounding.claims import Claim

Scene = dict[str, Any]

FAMILIES = ("word", "shape", "count", "frame", "face", "arrangement", "bars")
FONTS = ("3x5", "cybermedium", "contessa", "straight", "small")
CHARS = "#*@XO+"
SHAPES = ("square", "rectangle", "triangle", "diamond", "line", "circle")
COUNTED = ("square", "triangle", "diamond", "circle")
PLACED = ("square", "triangle", "diamond", "line", "circle")
BORDERS = "#*+"
EXPRESSIONS = ("smiling", "frowning", "neutral")
BOX_SIDE = 4  # a frame's two borders and the space beside each

WORDS = tuple(
    "ACE AGE AIR ANT APE ARM ART ASH BAG BAT BED BEE BIG BOX BUS CAB CAN CAP CAR CAT COW CUP DAY DIG DOG DOT "
    "EAR EEL EGG ELF ELK END EYE FAN FIG FIN FIX FLY FOG FOX FUN GAP GEM GOLD GUM HAM HAT HEN HIP HOP HUG HUT "
    "ICE INK IVY JAM JAR JET JOY KEY KID KIT LAB LAP LEG LID LIP LOG MAP MAT MIX MOON MUD MUG NAP NET NUT OAK "
    "OAR OIL OWL PAN PAW PEA PEN PET PIE PIG PIN POT RAM RAT RED ROW RUG RUN SAW SEA SIX SKY SUN TAP TEA TEN "
    "TIN TOE TOP TOY TUB VAN VET WAX WEB WET WIG YAK ZIP ZOO BIRD BLUE BOAT BOOK CAKE CITY CORN DEER DESK DOOR "
    "DUCK FARM FIRE FISH FROG GATE GIFT GOAT HAND HOME JUMP KITE LAKE LAMP LEAF LION MILK MINT NEST NOON OPEN "
    "PARK PINK PLUM POND RAIN RING ROAD ROCK ROSE SHIP SNOW SONG STAR TENT TREE WAVE WIND WOLF WOOD APPLE BREAD "
    "CLOUD DANCE EAGLE FLAME GRAPE HORSE JUICE LEMON MUSIC OCEAN PIANO QUEEN RIVER STONE TIGER WATER BRIDGE "
    "CANDLE GARDEN ISLAND JUNGLE PLANET ROCKET SILVER WINTER".split()
)


def word_scene(draw: Draw, level: str, words: tuple[str, ...] = WORDS) -> Scene:
    lengths = {"easy": (2, 3), "medium": (3, 4), "hard": (5, 6)}[level]
    word = draw.pick([w for w in words if lengths[0] <= len(w) <= lengths[1]])
    named = level != "easy"
    return {
        "kind": "word",
        "word": word,
        "font": draw.pick(FONTS) if named else FONTS[0],
        "demands": ["font"] if named else [],
    }


def shape_scene(draw: Draw, level: str) -> Scene:
    name = draw.pick(SHAPES)
    size = {"line": draw.between(4, 12), "diamond": draw.pick((5, 7)), "circle": draw.pick((5, 6, 7))}.get(
        name, draw.between(3, 7)
    )
    scene: Scene = {
        "kind": "shape",
        "items": [[name, 1]],
        "size": size,
        "char": draw.pick(CHARS),
        "hollow": name != "line" and draw.chance(0.5),
        "demands": {"easy": [], "medium": ["size"], "hard": ["size", "char"]}[level],
    }
    if name == "rectangle":
        # Never about twice as wide as high: such a rectangle looks square and no checker should have to say.
        scene["wide"] = draw.pick([w for w in range(size + 1, 13) if abs(w - 2 * size) > 1])
    return scene


def count_scene(draw: Draw, level: str) -> Scene:
    names = draw.shuffled(COUNTED)[: 2 if level == "hard" else 1]
    most = 4 if len(names) == 1 else 2
    return {
        "kind": "count",
        "items": [[name, draw.between(1 if len(names) == 2 else 2, most)] for name in names],
        "size": 5 if {"circle", "diamond"} & set(names) else 3,
        "char": draw.pick(CHARS),
        "hollow": draw.chance(0.5),
        "demands": {"easy": [], "medium": ["char"], "hard": ["fill"]}[level],
    }


def frame_scene(draw: Draw, level: str, words: tuple[str, ...] = WORDS) -> Scene:
    word = draw.pick([w for w in words if len(w) <= {"easy": 4, "medium": 5, "hard": 6}[level]])
    demands: dict[str, list[str]] = {"easy": [], "medium": ["width"], "hard": ["width", "height"]}
    # The same margin on both sides, so that the width's parity is the word's.
    return {
        "kind": "frame",
        "word": word,
        "border": draw.pick(BORDERS),
        "width": len(word) + BOX_SIDE + 2 * draw.between(0, 3),
        "demands": demands[level],
    }


def face_scene(draw: Draw, level: str) -> Scene:
    framed = level != "easy"
    return {
        "kind": "face",
        "expression": draw.pick(EXPRESSIONS),
        "eyes": draw.pick(("o", "O", "^", "*")),
        "border": draw.pick(BORDERS) if framed else "",
        "width": 3 + BOX_SIDE + 2 * draw.between(0, 4) if framed else 0,
        "demands": ["width"] if level == "hard" else [],
    }


def arrangement_scene(draw: Draw, level: str) -> Scene:
    a, b = draw.shuffled(PLACED)[:2]
    return {
        "kind": "arrangement",
        "items": [[a, 1], [b, 1]],
        "size": 5 if {"circle", "diamond"} & {a, b} else draw.pick((3, 5)),
        "char": draw.pick(CHARS),
        "hollow": draw.chance(0.5),
        "stacked": draw.chance(0.5),
        "demands": {
            "easy": [],
            "medium": ["char"],
            "hard": ["fill", "char"] if "line" not in (a, b) else ["char"],
        }[level],
    }


def bars_scene(draw: Draw, level: str) -> Scene:
    n = draw.between(*{"easy": (2, 3), "medium": (3, 4), "hard": (4, 5)}[level])
    values = [draw.between(1, 5)]
    while len(values) < n:
        # Neighbours differ, so that no two bars can be taken for one thick bar.
        values.append(draw.pick([v for v in range(1, 7) if v != values[-1]]))
    return {
        "kind": "bars",
        "values": values,
        "char": draw.pick(CHARS),
        "vertical": _staircase(values) or draw.chance(0.5),
        "demands": {"easy": [], "medium": ["char"], "hard": ["direction"]}[level],
    }


def _staircase(values: list[int]) -> bool:
    """Rising rows from one left edge could be read as columns too: such bars are drawn as columns, with gaps."""
    return values == sorted(values)


MAKERS = {
    "word": word_scene,
    "shape": shape_scene,
    "count": count_scene,
    "frame": frame_scene,
    "face": face_scene,
    "arrangement": arrangement_scene,
    "bars": bars_scene,
}


def implied(scene: Mapping[str, Any], everything: bool = False) -> list[Claim]:
    """The claims that the scene's instruction implies; `everything`: all that its right drawing makes true."""
    wanted = set(scene["demands"])

    def asked(demand: str) -> bool:
        return everything or demand in wanted

    return {
        "word": _word_claims,
        "frame": _frame_claims,
        "face": _face_claims,
        "bars": _bars_claims,
    }.get(scene["kind"], _figure_claims)(scene, asked)


def _word_claims(scene: Mapping[str, Any], asked: Any) -> list[Claim]:
    claims = [Claim("text", (scene["word"],))]
    return claims + ([Claim("font", (scene["font"],))] if asked("font") else [])


def _figure_claims(scene: Mapping[str, Any], asked: Any) -> list[Claim]:
    kind, items = scene["kind"], scene["items"]
    claims: list[Claim] = []
    if kind == "shape":
        claims.append(Claim("shape", (items[0][0],)))
    elif kind == "count":
        claims += [Claim("count", (name, n)) for name, n in items]
    else:
        claims.append(Claim("above" if scene["stacked"] else "left_of", (items[0][0], items[1][0])))
    lines = any(name == "line" for name, _ in items)
    if not lines and (asked("fill") or kind == "shape"):
        claims.append(Claim("hollow" if scene["hollow"] else "filled"))
    if kind == "shape" and asked("size"):
        claims += _size(scene)
    if asked("char"):
        claims.append(Claim("charset", (scene["char"],)))
    return claims


def _size(scene: Mapping[str, Any]) -> list[Claim]:
    name, size = scene["items"][0][0], scene["size"]
    if name == "line":
        return [Claim("width", (size,))]
    if name == "square":
        return [Claim("width", (size,)), Claim("height", (size,))]
    if name == "rectangle":
        return [Claim("width", (scene["wide"],)), Claim("height", (size,))]
    return [Claim("height", (size,))]


def _frame_claims(scene: Mapping[str, Any], asked: Any) -> list[Claim]:
    claims = [Claim("text", (scene["word"],)), Claim("framed")]
    claims += [Claim("width", (scene["width"],))] if asked("width") else []
    return claims + ([Claim("height", (3,))] if asked("height") else [])


def _face_claims(scene: Mapping[str, Any], asked: Any) -> list[Claim]:
    claims = [Claim("face", (scene["expression"],))]
    claims += [Claim("framed")] if scene["border"] else []
    return claims + ([Claim("width", (scene["width"],))] if asked("width") and scene["border"] else [])


def _bars_claims(scene: Mapping[str, Any], asked: Any) -> list[Claim]:
    claims = [Claim("bars", tuple(scene["values"]))]
    if asked("direction"):
        longest = max(scene["values"])
        claims.append(Claim("height" if scene["vertical"] else "width", (longest,)))
    return claims + ([Claim("charset", (scene["char"],))] if asked("char") else [])


def toggled(draw: Draw, scene: Scene, words: tuple[str, ...] = WORDS) -> Scene:
    """The scene with one demand changed, so that a claim of each excludes one of the other."""
    kind = scene["kind"]
    if kind in ("word", "frame"):
        near = sorted(
            (w for w in words if w != scene["word"]), key=lambda w: _letters_apart(w, scene["word"])
        )[:3]
        near = [w for w in near if len(w) == len(scene["word"])] or near
        word = draw.pick(near)
        change: Scene = {"word": word}
        if kind == "frame":
            change["width"] = scene["width"] + len(word) - len(scene["word"])
        return {**scene, **change}
    if kind == "face":
        return {**scene, "expression": draw.pick([e for e in EXPRESSIONS if e != scene["expression"]])}
    if kind == "bars":
        values = _other_bars(draw, scene["values"])
        return {**scene, "values": values, "vertical": scene["vertical"] or _staircase(values)}
    if kind == "count":
        (name, n), *rest = scene["items"]
        return {**scene, "items": [[name, n + 1 if n < 2 or draw.chance(0.5) and n < 4 else n - 1], *rest]}
    if kind == "arrangement":
        return {**scene, "items": scene["items"][::-1]}
    if scene["items"][0][0] == "line":
        return {**scene, "items": [["triangle", 1]], "size": min(max(scene["size"], 3), 7)}
    return {**scene, "hollow": not scene["hollow"]}


def _other_bars(draw: Draw, values: list[int]) -> list[int]:
    at = draw.below(len(values))
    beside = {values[i] for i in (at - 1, at + 1) if 0 <= i < len(values)}
    other = draw.pick([v for v in range(1, 7) if v != values[at] and v not in beside])
    return [*values[:at], other, *values[at + 1 :]]


def _letters_apart(a: str, b: str) -> tuple[int, str]:
    """How unlike two words are: letters that differ in place, a different length counting double."""
    apart = sum(x != y for x, y in zip(a, b, strict=False)) + 2 * abs(len(a) - len(b))
    return apart, a
