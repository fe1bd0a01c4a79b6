"""The modality as a whole: oracles, relations held against the checkers, near misses, words, pictures."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding import suites
from grounding.claims import ASSERTED, ENTAILS, EXCLUDES, Claim
from grounding.errors import ClaimError
from modalities.ascii_art import AsciiArt
from modalities.ascii_art.scenes import implied

ART = AsciiArt()
SUITES = ("ascii_art", "ascii_art_natural")
KINDS = ("square", "rectangle", "triangle", "diamond", "line", "circle")


def art(*rows):
    return ART.parse("```\n" + "\n".join(rows) + "\n```")


@pytest.mark.parametrize("family", ART.families)
def test_oracles_of_fresh_cases_hold(family):
    """On fresh seeds, every claim of a case holds on its oracle, and so does every true detail of its scene."""
    for case in ART.cases(family, 30, 20_26):
        artifact = ART.parse(ART.oracle(case))
        claims = [*case.expects, *implied(case.data["scene"], everything=True)]
        found = {str(v.claim): v.value for v in ART.check(artifact, claims, case)}
        assert set(found.values()) == {"holds"}, (case.instruction, found)


@pytest.mark.parametrize("name", SUITES)
def test_partners_oracles_fail_and_own_ones_do_not(name):
    """In the shipped suites no claim fails on its own oracle, and the partner's oracle fails at least one."""
    suite = suites.load(name)
    by_id = suite.by_id()
    for case in suite.cases:
        own = ART.check(ART.parse(ART.oracle(case)), case.expects, case)
        assert all(v.value == "holds" or v.claim.name == "depicts" for v in own), case.id
        other = ART.check(ART.parse(ART.oracle(by_id[case.partner])), case.expects, case)
        assert any(v.value == "fails" for v in other), case.id


def claims_about(case):
    near = [miss for claim in case.expects for miss in ART.near_misses(claim)]
    return [*case.expects, *near, *implied(case.data["scene"], everything=True)]


@pytest.mark.parametrize("family", ART.families)
def test_relations_agree_with_the_checkers(family):
    """a entails b and a holds: b does not fail. a excludes b: never both hold. On right and wrong drawings."""
    cases = ART.cases(family, 12, 5)
    claims = list(dict.fromkeys(c for case in cases for c in claims_about(case)))
    arts = [ART.parse(ART.oracle(case)) for case in cases[::3]]
    for artifact in arts:
        verdicts = {v.claim: v.value for v in ART.check(artifact, claims)}
        facts = [v.claim for v in ART.observe(artifact)]
        verdicts |= dict.fromkeys(facts, "holds")
        for a, b in itertools.product(verdicts, repeat=2):
            relation = ART.relation(a, b)
            if relation == ENTAILS and verdicts[a] == "holds":
                assert verdicts[b] != "fails", (str(a), str(b), artifact.text)
            if relation == EXCLUDES:
                assert not verdicts[a] == verdicts[b] == "holds", (str(a), str(b), artifact.text)


rows = st.lists(st.text("# */\\|-_+o()", min_size=1, max_size=9), min_size=1, max_size=6)
some_claims = st.one_of(
    st.sampled_from(KINDS).map(lambda k: Claim("shape", (k,))),
    st.tuples(st.sampled_from(KINDS), st.integers(0, 3)).map(lambda a: Claim("count", a)),
    st.permutations(KINDS).map(lambda k: Claim("left_of", tuple(k[:2]))),
    st.permutations(KINDS).map(lambda k: Claim("above", tuple(k[:2]))),
    st.sampled_from(["smiling", "frowning", "neutral"]).map(lambda e: Claim("face", (e,))),
    st.sampled_from([Claim("hollow"), Claim("filled"), Claim("framed")]),
    st.integers(1, 9).map(lambda n: Claim("width", (n,))),
    st.integers(1, 9).map(lambda n: Claim("height", (n,))),
)


@given(rows, st.lists(some_claims, min_size=2, max_size=8))
@settings(max_examples=200, deadline=None)
def test_relations_agree_on_scribbles(lines, claims):
    """The same on random little drawings, with the facts observed there."""
    if not any(line.strip() for line in lines):
        return
    artifact = art(*lines)
    verdicts = {v.claim: v.value for v in ART.check(artifact, claims)}
    verdicts |= {v.claim: v.value for v in ART.observe(artifact)}
    for a, b in itertools.product(verdicts, repeat=2):
        if ART.relation(a, b) == ENTAILS and verdicts[a] == "holds":
            assert verdicts[b] != "fails", (str(a), str(b))
        if ART.relation(a, b) == EXCLUDES:
            assert not verdicts[a] == verdicts[b] == "holds", (str(a), str(b))


@pytest.mark.parametrize("family", ART.families)
def test_near_misses_are_not_entailed_and_mostly_fail(family):
    """A near miss is another claim, not entailed by the claim, and on the right drawing it hardly ever holds."""
    held = total = 0
    for case in ART.cases(family, 30, 9):
        artifact = ART.parse(ART.oracle(case))
        for claim in case.expects:
            misses = ART.near_misses(claim)
            assert misses or claim.name == "framed"
            assert all(m != claim and ART.relation(claim, m) != ENTAILS for m in misses)
            held += sum(v.value == "holds" for v in ART.check(artifact, misses))
            total += len(misses)
    assert held <= 0.05 * total


def test_what_is_said_is_read_back():
    """`say` and the reader, written apart, agree: every describable claim said is read as asserted."""
    suite = suites.load("ascii_art")
    natural = suites.load("ascii_art_natural")
    for case in [*suite.cases, *natural.cases]:
        claims = [*case.expects, *(implied(case.data["scene"], True) if case.data else ())]
        read = list(ART.read(ART.say(claims)))
        for claim in claims:
            assert any(s.polarity == ASSERTED and ART.relation(s.claim, claim) == ENTAILS for s in read), (
                str(claim), ART.say([claim]), [str(s.claim) for s in read])  # fmt: skip
        assert all(
            any(ART.relation(c, s.claim) == ENTAILS for c in claims) for s in read if s.polarity == ASSERTED
        )


def test_observed_facts_can_be_said_and_read_back():
    """Every fact that is observed on an oracle survives being said and read."""
    for family in ART.families:
        for case in ART.cases(family, 9, 77):
            facts = [v.claim for v in ART.observe(ART.parse(ART.oracle(case)))]
            read = [s.claim for s in ART.read(ART.say(facts)) if s.polarity == ASSERTED]
            missing = [str(f) for f in facts if not any(ART.relation(r, f) == ENTAILS for r in read)]
            assert not missing, (missing, ART.say(facts))


def test_unknown_predicates_and_arities_are_errors_and_odd_arguments_unknown():
    """shape() and colour(red) raise ClaimError; shape(heptagon) and font(nosuch) are unknown with the reason."""
    square = art("###", "###", "###")
    for text in ("shape()", "colour(red)", "count(square)"):
        with pytest.raises(ClaimError):
            ART.check(square, [Claim.parse(text)])
    for text in (
        "shape(heptagon)",
        "font(nosuch)",
        "count(heptagon, 2)",
        "width(wide)",
        "symmetric(diagonal)",
        "depicts(cat)",
    ):
        (verdict,) = ART.check(square, [Claim.parse(text)])
        assert verdict.value == "unknown" and verdict.evidence["reason"], text


def test_words_typed_into_the_art_are_found():
    """Captions are words; runs of one letter and strokes are drawing."""
    assert ART.words(art("ooo", "XXX", "\\_/")) == ""
    assert "smiling face" in ART.words(art(" o o ", " \\_/ ", "a smiling face"))


def test_show_draws_the_art_and_marks_evidence():
    """The picture is as large as the art needs, and marks change pixels."""
    square = art("#####", "#   #", "#####")
    plain = ART.show(square)
    marked = ART.show(square, ART.check(square, [Claim("filled"), Claim("shape", ("square",))]))
    assert plain.size == marked.size and plain.height > 3 * 16
    assert len(plain.getcolors(100_000)) > 2 and plain.tobytes() != marked.tobytes()


def verdict(artifact, claim):
    return ART.check(artifact, [Claim.parse(claim)])[0].value


def test_a_word_is_read_inside_a_border_that_is_not_closed():
    """A badly drawn frame fails framed(), and the word typed in it is read all the same."""
    broken = art("##########", "#   PET    #", "#########")
    assert verdict(broken, "framed()") == "fails"
    assert verdict(broken, "text(PET)") == "holds" and verdict(broken, "text(PEN)") == "fails"


def test_a_word_is_read_between_rules():
    """Rules of one sign above and below a word, or one of them, are no part of it."""
    for rows in (["------", " WORD ", "------"], ["WORD", "===="], ["****", "WORD"]):
        assert verdict(art(*rows), "text(WORD)") == "holds" and verdict(art(*rows), "text(WARD)") == "fails"


def test_signs_on_both_sides_are_decoration():
    """The same signs before and after a typed word are no part of it; a sign between letters is."""
    for row in ("*** WORD ***", ">>> WORD <<<", "~ WORD ~"):
        assert verdict(art(row), "text(WORD)") == "holds" and verdict(art(row), "text(WARD)") == "fails"
    assert verdict(art("WO*RD"), "text(WORD)") != "holds"


def test_two_letters_of_a_strange_font_decide_nothing():
    """Hand-made letters that a few glyphs of some font happen to match contradict no word."""
    cat = art(
        " ####    ##   #####",
        "#       #  #    #",
        "#       ####    #",
        "#       #  #    #",
        " ####   #  #    #",
    )
    assert verdict(cat, "text(CAT)") == "unknown"


def test_letters_as_eyes_are_no_word():
    """An unclear mouth under two typed letters leaves the face open."""
    assert verdict(art("o     o", "", "vvvvvvv"), "face(smiling)") == "unknown"


def test_a_word_with_signs_beside_it_stays_open():
    """An odd sign in the frame is neither letter nor border: the word may be meant alone."""
    boxed = art("==========", "= HELLO ==", "==========")
    assert verdict(boxed, "text(HELLO)") == "unknown" and verdict(boxed, "text(HELP)") == "fails"


def test_a_figlet_word_in_a_frame_with_a_gap_is_read():
    """The frame is none, the word in it is there all the same."""
    word = [
        "@   ____    _  _____  @",
        "@  / ___|  / \\|_   _| @",
        "@ | |     / _ \\ | |",
        "@ | |___ / ___ \\| |   @",
    ]
    rows = ["@" * 23, *word, "@  \\____/_/   \\_\\_|   @", "@" * 23]
    assert verdict(art(*rows), "framed()") == "fails" and verdict(art(*rows), "text(CAT)") == "holds"


def test_a_chart_is_no_word():
    """Bars of clear lengths that no font prints are no word of two letters or more."""
    chart = art("  #", "# #", "# # #", "# # #")
    assert verdict(chart, "bars(3, 4, 2)") == "holds" and verdict(chart, "text(BARS)") == "fails"


def test_a_face_in_a_box_is_no_word():
    """Eyes made of letters are not read as text: the art is a face."""
    boxed = art("+-------+", "|  o o  |", "|  ---  |", "+-------+")
    assert verdict(boxed, "face(neutral)") == "holds" and verdict(boxed, "text(CAT)") == "fails"


def test_typed_letters_are_no_cipher():
    """Typed VET reads VET, though the font rot13 prints IRG so; case and letter-spacing do not count."""
    typed = art("VET")
    assert verdict(typed, "text(IRG)") == "fails"
    for word in ("VET", "vet", "V E T"):
        assert Claim("text", (word,)) and ART.check(typed, [Claim("text", (word,))])[0].value == "holds"


def test_a_font_without_the_arts_characters_fails():
    """Scribbled hashes are in no font whose letters have no hash; in one that has, font and word stay unknown."""
    scribble = art("### ### ###", "# # # # #", "### ### #", "### # # #", "### ### ###")
    assert verdict(scribble, "font(straight)") == "fails"
    assert verdict(scribble, "font(3x5)") == verdict(scribble, "text(WEB)") == "unknown"


def test_glyphs_that_stand_for_two_words_leave_both_unknown():
    """Where a font draws U like IJ, neither reading is taken for the truth."""
    from modalities.ascii_art.figlet import render

    shared = art(*render("CLOUD", "short"))
    assert verdict(shared, "text(CLOUD)") == verdict(shared, "text(CLOIJD)") == "unknown"
    assert verdict(shared, "text(STORM)") == "fails"
