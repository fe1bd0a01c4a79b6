"""What a drawing is said to be a picture of: `depicts(noun phrase)`.

"A drawing of", "depicts", "looks like" name anything; "is a", "got a",
"not a" name it only if the noun is a thing
that people draw (`_THINGS`): "this is a great effort" depicts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from grounding.claims import Claim
from modalities.ascii_art.read_words import Mention, Sentence

_STRONG = re.compile(
    r" (?:(?P<of>(?:drawing|picture|image|rendering|depiction|illustration|sketch|portrait|representation"
    r"|silhouette|doodle|"
    r"art|artwork|likeness|figure|profile|photo|cartoon|outline|version|drawn|shape|form|view|pic"
    r"|drawings|scene) of)"
    r"|(?P<verb>depicts?|depicting|portrays?|portraying|represents?|representing|resembles?|resemble"
    r"|resembling|illustrates?|"
    r"looks?(?: \w+ly| just| a lot| kind of| more| exactly| a bit| much| most| quite| something| a little"
    r"| rather| to me){0,2} like|"
    r"looking like|shaped like|styled like|reads as|passes for|came out (?:as|like)|(?:subject|depicts"
    r"|picture|motif|object|scene|content) [:=])"
    r"|(?P<article>shows?|showing|features?|featuring|see|recogni[sz]e|displays?|displaying|spot"
    r"|contains?|presents?)(?= (?:a|an|the|what|two|some|\d+) ))(?= )"
)
_WEAK = re.compile(
    r" (?:(?:is|are|was|be|not|got|drew|draw|drawn|draws|did|make|makes|spotted|up|gave me|for|expected"
    r"|expecting|wanted|want|instead of|rather than|but|than|see|like|as|actually|into|"
    r"become|became|just|clearly|definitely|of|made|produced|produces|renders|rendered|returned|delivered"
    r"|get|gets|to be|nor|neither|or|unlike|"
    r"far from|nothing like|more like|included|include|has|have|:) (?:clearly |really |just |actually "
    r"|obviously |definitely |only |even |either |exactly |still )?)?(?P<det>a|an|the|no|any|another"
    r"|one) (?=[a-z])"
)
_STOP = set(
    "with in on at sitting standing that which who wearing and or to though but from made drawn using is "
    "are was were has have had "
    "it its , . : ( ) — - = / not no for by as of out lying walking flying facing holding running eating "
    "seen while because "
    "rendered created composed built formed done against near beside next below above under over inside "
    "outside left right "
    "instead rather than this these those you i we he she they me my your so if then here there what "
    "looking smiling sleeping?"
    " does do did can could would will may might should must composed § §t §c §f using via into onto "
    "like nor without also too "
    "anymore really now today right all at surrounded consisting saying says nothing either maybe "
    "perhaps probably i'd yet | about "
    "swimming? waving whose when where haha lol lmao imo either appears seems lies sits stands looks "
    "hanging nested framed made".split()
)
_BAD = set(
    "square squares rectangle rectangles triangle triangles diamond diamonds circle circles line lines "
    "shape shapes figure figures "
    "face faces smiley smileys word words text letters letter font frame border box bar bars chart "
    "histogram graph drawing picture "
    "image art artwork ascii piece work mess grid pattern patterns design something nothing anything "
    "everything someone thing things "
    "it this that you they one ones lot bit effort attempt job start arrangement composition characters "
    "character symbols symbol "
    "geometric abstract outline border rows row columns column way example kind type sort style version "
    "result output figure's "
    "same different number size side sides width height top bottom left right half halves part middle "
    "center centre inside effect "
    "name title message greeting phrase letters lettering banner-like banner error bug problem question "
    "answer point idea joke fill "
    "interpretation problem prompt description background space spaces what issue signs sign? asterisk "
    "asterisks hash hashes stars "
    "dots dashes placeholder change test sample copy block blocks crowd? symmetry form object objects "
    "item items element elements "
    "pixel pixels terminal screen console code file hollow solid filled good great nice best me him her "
    "them us how whether "
    "expression smile frown emoticon emoji mouth eyes corner corners edge edges gap caption label logo? "
    "log build version steps step "
    "garbage gibberish junk nonsense crap keyboard noise jumble random bunch series set sequence mirror "
    "reflection "
    "plain stick? vertical horizontal diagonal single double triple first second third last next fill "
    "real true little? charm "
    "fun pleasure trap blank empty rest whole other typo combination mix variety collection tribute case "
    "look feel exercise task".split()
) - {"sign?", "logo?", "crowd?", "stick?", "little?"}
_EVALUATIVE = set(
    "cute lovely nice beautiful simple adorable charming basic crude great pretty stylised stylized cool "
    "funny stunning neat very really "
    "recognizable recognisable plain lil rough quick detailed intricate minimal minimalist perfect "
    "amazing gorgeous typical ascii "
    "clear wonderful delightful classic weird bad good proper actual real".split()
)
_THINGS = set(
    "cat kitten dog puppy owl bird duck fish whale shark dolphin horse pony cow pig sheep goat rabbit "
    "bunny mouse rat bear panda "
    "lion tiger elephant giraffe monkey gorilla snake turtle tortoise frog toad crab lobster octopus "
    "squid spider bee butterfly ant fly bug "
    "beetle snail worm bat fox wolf deer moose camel llama kangaroo koala penguin chicken hen rooster "
    "swan goose eagle parrot "
    "pigeon crow dove dragon dinosaur unicorn dinosaurs hedgehog squirrel hamster seal walrus otter "
    "beaver raccoon crocodile alligator lizard "
    "house home cabin hut castle tower church building skyscraper bridge lighthouse windmill barn tent "
    "igloo temple fence gate door window "
    "tree flower rose tulip cactus plant leaf bush mushroom pumpkin apple banana pear cherry cake "
    "cupcake cookie pizza burger sandwich "
    "ice-cream egg mug cup teapot bottle glass bowl fork knife spoon plate candle lamp lightbulb bulb "
    "clock watch key lock book pen "
    "pencil paintbrush scissors hammer sword shield gun axe arrow anchor flag balloon kite gift present "
    "bell guitar piano drum trumpet violin "
    "car truck bus train tram plane airplane aeroplane helicopter rocket spaceship ufo ship boat "
    "sailboat submarine bicycle bike motorcycle "
    "tractor wagon skateboard sled computer laptop phone robot camera tv television radio keyboardist "
    "rocketship satellite "
    "sun moon star planet earth cloud rainbow mountain mountains volcano island river wave beach sea "
    "ocean snowflake raindrop fire flame lightning "
    "heart cross skull ghost witch vampire zombie alien angel devil pirate king queen princess knight "
    "ninja wizard mermaid fairy santa "
    "snowman person man woman boy girl baby child stickman hand foot eye ear nose skeleton clown cowboy "
    "soldier astronaut chef "
    "chair table bed sofa desk hat cap crown shoe boot shirt dress glasses umbrella bag backpack "
    "ring-box necklace tie sock glove "
    "pineapple strawberry watermelon carrot tomato potato corn cheese donut doughnut bread coffee tea "
    "beer wine martini cocktail "
    "chess-piece pawn rook bishop dice die puzzle trophy medal ball football basketball baseball globe "
    "map compass telescope microscope "
    "spiral maze hourglass jellyfish starfish seahorse ladybug dragonfly caterpillar scorpion hippo "
    "rhino zebra donkey mule ox bull "
    "yacht canoe ferry tank van taxi ambulance firetruck jeep spacecraft shuttle rake shovel ladder "
    "bucket broom "
    "landscape sunset forest garden village city skyline pyramid-of-giza sphinx tiger cub kitty doggy "
    "piggy teddy bear cat's snowflakes swordfish".split()
)
_DETERMINERS = {"a", "an", "the", "some", "my", "your", "another", "any", "no", "one", "its", "what"}
_LEAD = re.compile(
    r" (?:(?:what (?:looks|appears|seems) (?:like|to be)|either|clearly|simply|basically|actually|not"
    r"|just|really|either) )?"
)


def depictions(s: Sentence, alone: bool) -> Iterator[Mention]:
    """What a sentence says is drawn; `alone`: it is the whole text or an answer ("A snowman.")."""
    text = s.text
    taken: set[int] = set()
    for m in _STRONG.finditer(text):
        at = m.end() + 1
        lead = re.match(
            r"(?:(?:what (?:looks|appears|seems) (?:like|to be)|either|clearly|just|actually|simply|not"
            r"|basically) )+",
            text[at : at + 60],
        )
        at += lead.end() if lead else 0
        for name, where, end in _phrases(text, at):
            if where in taken or name.split()[-1] in _BAD:
                break
            taken.add(where)
            yield Mention(Claim("depicts", (name,)), where, m.start() + 1 if where == at else where, end)
    for m in _WEAK.finditer(text):
        found = next(_phrases(text, m.start("det")), None)
        if (
            not found
            or found[1] in taken
            or not m.group()[1:].split(" ")[0]
            or found[0].split()[-1] not in _THINGS
        ):
            continue
        short = len(s.pieces) <= 6 and not re.search(
            r" (?:is|are|was|has|like|in|on|of|at|with|for|to) ", text[: m.start() + 1]
        )
        if m.start("det") == m.start() + 1 and not (
            short or m.start() == 0 or text[m.start() - 1] in ",:(" or m.group("det") == "no"
        ):
            continue
        taken.add(found[1])
        yield Mention(Claim("depicts", (found[0],)), found[1], m.start() + 1, found[2])
    if alone and not taken:
        bare = re.fullmatch(r" (?:a|an|the|it is a|it is an|yes , a) (?P<np>(?:[a-z]+ ){0,2}[a-z]+) ", text)
        if bare and not set(bare.group("np").split()) & (_BAD | _STOP):
            yield Mention(Claim("depicts", (_strip(bare.group("np")),)), 1, 1, len(text) - 1)
        elif (word := text.strip()) in _THINGS:
            yield Mention(Claim("depicts", (word,)), 1, 1, len(text) - 1)


def _strip(name: str) -> str:
    words = name.split()
    while len(words) > 1 and words[0] in _EVALUATIVE:
        words.pop(0)
    return " ".join(words)


def _phrases(text: str, at: int) -> Iterator[tuple[str, int, int]]:
    """(normal form, start, end) of the noun phrase at `at` and of those joined to it by "and"."""
    for _ in range(6):
        words: list[str] = []
        start, plural = at, False
        while len(words) < 5 and at < len(text):
            space = text.find(" ", at)
            word = text[at:space]
            if not words and (word in _DETERMINERS or word.isdigit()):
                plural = plural or (word.isdigit() and word != "1")
                at = space + 1
                continue
            if word in _STOP or not word or not word.isalpha():
                break
            words.append(word)
            at = space + 1
        if (
            not words
            or len(words) > 4
            or set(words[:-1]) & (_BAD - {"little", "stick", "plain"})
            or words[-1] in _BAD
        ):
            return
        name = _strip(" ".join(words))
        yield (_singular(name) if plural else name), start, at - 1
        joined = re.match(r"(?:and|, and|,) (?=(?:a|an|the|two|\d+) )", text[at : at + 12])
        if not joined:
            return
        at += joined.end()


def _singular(name: str) -> str:
    if name.endswith(("ses", "xes", "ches", "shes")) and not name.endswith(("oses", "uses")):
        return name[:-2]
    if name.endswith("ies"):
        return name[:-3] + "y"
    return (
        name[:-1]
        if name.endswith("s") and not name.endswith("ss")
        else {"fishes": "fish", "mice": "mouse"}.get(name, name)
    )
