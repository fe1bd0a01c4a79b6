"""Words in pyfiglet fonts, typed words and words in frames, with their single-fault mutants.

The truth is by construction: the word that was rendered is what the art says. Words that a font draws
alike, and letters that are commonly drawn alike, are never set against each other.
"""

from __future__ import annotations

from itertools import pairwise

import pyfiglet

from modalities.ascii_art.labelled import pictures as p
from modalities.ascii_art.labelled.figure_labels import Drawn, Family
from modalities.ascii_art.labelled.scene_labels import face, framed_picture

ALIKE = (
    "O0QDU",
    "IL1J",
    "S5",
    "Z2",
    "VUY",
    "MNW",
    "CG",
    "EF",
    "PR",
    "B8",
)  # never set against each other
FONTS = (
    *("standard", "banner", "big", "block", "slant", "doom", "small", "digital", "bubble", "lean", "mini"),
    *("script", "3-d", "shadow", "ogre", "roman", "colossal", "univers", "larry3d", "smslant", "straight"),
    *("speed", "graffiti", "epic", "starwars", "contessa", "rectangles", "bell", "puffy", "stop", "chunky"),
)
NEAR_FONTS = ("banner", "standard", "block", "slant", "doom", "mini", "big", "3-d")
WORDS = (
    *("CAT", "HOME", "STAR", "FISH", "BLUE", "TREE", "CODE", "WAVE", "RAIN", "KITE", "JUMP", "BOX", "GRID"),
    *(
        "LAMP",
        "FROG",
        "NORTH",
        "YES",
        "ZEBRA",
        "HELLO",
        "MOON",
        "TENT",
        "WOW",
        "PIXEL",
        "QUIZ",
        "DOVE",
        "SKY",
    ),
    *("HAND", "MAMA", "RIVER", "GOLD", "TAXI"),
)
REPLACEMENT = "XKTAHRB"  # tried in this order for a wrong or an added letter


def render(word: str, font: str, *, wide: bool) -> p.Rows:
    """The word in pyfiglet's font, in its default layout or at full width (no letters pushed together)."""
    figlet = pyfiglet.Figlet(font=font, width=400)
    if wide:
        figlet.Font.smushMode = 0
    return p.normal(figlet.renderText(word).split("\n"))


def other_font(word: str, font: str, start: int) -> str:
    """A font in which every letter of the word looks different from this font."""
    for step in range(len(NEAR_FONTS)):
        name = NEAR_FONTS[(start + step) % len(NEAR_FONTS)]
        if name != font and all(render(c, name, wide=True) != render(c, font, wide=True) for c in set(word)):
            return name
    raise ValueError(f"no font draws {word} unlike {font}")


def fresh_letter(word: str, old: str) -> str:
    """A letter that is not in the word and is not drawn like the old one."""
    for letter in REPLACEMENT:
        if letter not in word and not any(letter in group and old in group for group in ALIKE):
            return letter
    raise ValueError(f"no letter for {word}")


def changed_words(word: str, at: int) -> dict[str, str]:
    """The word with one letter exchanged, missing, added, and with two neighbours swapped."""
    at = at % len(word)
    new = fresh_letter(word, word[at])
    words = {
        "wrong letter": word[:at] + new + word[at + 1 :],
        "letter missing": word[:at] + word[at + 1 :],
        "letter added": word[: at + 1] + new + word[at + 1 :],
    }
    for i, (a, b) in enumerate(pairwise(word)):
        if a != b and not any(a in group and b in group for group in ALIKE):
            words["two letters swapped"] = word[:i] + b + a + word[i + 2 :]
    return {fault: changed for fault, changed in words.items() if changed != word}


def word_family(index: int) -> list[Drawn]:
    """A word in one font, the words that it is mistaken for, and the same word in another font."""
    font, word = FONTS[index], WORDS[index]
    wide = index % 3 == 1
    away = other_font(word, font, index)
    no_frame = "" if font in ("digital", "rectangles", "bubble") else " -framed()"
    changed = changed_words(word, index)
    near = list(changed.values())[index % len(changed)]
    drawn = [
        (
            "none",
            render(word, font, wide=wide),
            f"+text({word}) -text({near}) +font({font}) -font({away}){no_frame}",
        )
    ]
    for i, (fault, new) in enumerate(changed.items()):
        rows = render(new, font, wide=wide)
        if rows == drawn[0][1]:
            raise ValueError(f"{font} draws {word} and {new} alike")
        fonts = f"+font({font}) -font({away})" if i % 2 else f"+font({font})"
        drawn.append((fault, rows, f"+text({new}) -text({word}) {fonts}"))
    drawn.append(
        (
            "another font",
            render(word, away, wide=wide),
            f"+text({word}) -text({near}) +font({away}) -font({font})",
        )
    )
    layout = "default layout for full width" if wide else "full width for default layout"
    loose = render(word, font, wide=not wide)
    if loose != drawn[0][1]:
        drawn.append((layout, loose, f"+text({word}) -text({near}) +font({font}) -font({away})"))
    if font not in ("digital", "bubble") and len(drawn[0][1]) > 4:
        drawn.append(("missing row", p.without_row(drawn[0][1], 2), f"-face(smiling){no_frame}"))
    return drawn


TYPED = ("HELLO", "W O R L D", "cat", "M O M", "Orbit", "PLANET", "s u n", "WATER", "OTTO", "H A T")


def typed_family(index: int) -> list[Drawn]:
    """A word typed on one line, close or spaced, and its neighbours."""
    typed = TYPED[index]
    word = typed.replace(" ", "").upper()

    def written(letters: str) -> p.Rows:
        spaced = " ".join(letters) if " " in typed else letters
        return [spaced.lower() if typed.islower() else spaced]

    changed = changed_words(word, index + 1)
    near = next(iter(changed.values()))
    drawn = [
        (
            "none",
            [typed],
            f"+text({word}) -text({near}) -font(banner) -framed() -face(neutral) -bars(3,5)",
        )
    ]
    for fault, new in changed.items():
        drawn.append((fault, written(new), f"+text({new}) -text({word}) -font(standard)"))
    return drawn


def _framed_pictures() -> list[tuple[p.Rows, str]]:
    pictures: list[tuple[p.Rows, str]] = []
    for word, near in (("HELLO", "HELP"), ("STOP", "SHOP"), ("NORTH", "SOUTH"), ("TEA", "SEA")):
        pictures.append(([word], f"+text({word}) -text({near})"))
    for word, near, font in (("CAT", "CAR", "standard"), ("HI", "HA", "banner"), ("SUN", "FUN", "small")):
        pictures.append((render(word, font, wide=False), f"+text({word}) -text({near})"))
    pictures.append((render("BOX", "big", wide=True), "+text(BOX) -text(FOX) -text(BOXES)"))
    for index, (own, wrong) in ((0, ("smiling", "frowning")), (1, ("frowning", "smiling"))):
        pictures.append((face(index)[0][1], f"+face({own}) -face({wrong})"))
    pictures.append((p.pyramid(4, "*", hollow=False), "-shape(circle) -shape(diamond) -text(TRIANGLE)"))
    pictures.append((p.rhombus(4, "#", hollow=False), "-shape(circle) -shape(triangle)"))
    return pictures


def families() -> list[Family]:
    """Words in fonts, typed words and framed pictures with their mutants, by kind."""
    found: list[Family] = [("word", word_family(i)) for i in range(len(FONTS))]
    found += [("typed", typed_family(i)) for i in range(len(TYPED))]
    found += [
        ("framed", framed_picture(i, rows, inner)) for i, (rows, inner) in enumerate(_framed_pictures())
    ]
    return found
