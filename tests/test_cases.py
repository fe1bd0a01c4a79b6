"""Cases, draws, partners and selection."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding import modality
from grounding.cases import Case, Draw, Suite, select, with_partners
from grounding.claims import EXCLUDES, NONE, Claim
from modalities.ascii_art import AsciiArt

ART = AsciiArt()


def case(identity, *claims, family="f", cluster=None, instruction=None):
    expects = tuple(Claim.parse(c) for c in claims)
    return Case(identity, "ascii_art", instruction or identity, expects, family, cluster or identity)


def test_draws_are_pinned():
    """The draws of a seed are these numbers on every machine and Python."""
    draw = Draw("a", 1)
    assert [draw.below(1000) for _ in range(6)] == [693, 611, 583, 633, 324, 468]


@given(st.integers(1, 1000), st.integers())
def test_below_stays_below(n, seed):
    """A draw below n is in [0, n)."""
    assert 0 <= Draw(seed).below(n) < n


@given(st.lists(st.integers(), max_size=20), st.integers())
def test_shuffled_keeps_everything(items, seed):
    """Shuffling loses and adds nothing."""
    assert Counter(Draw(seed).shuffled(items)) == Counter(items)


def test_partner_is_the_nearest_that_excludes():
    """The partner shares the most claims among those with a claim that excludes one of the case's."""
    cases = [
        case("a", "shape(square)", "hollow()"),
        case("b", "shape(square)", "filled()"),
        case("c", "shape(circle)", "filled()"),
        case("d", "depicts(cat)"),
    ]
    partners = {c.id: c.partner for c in with_partners(cases, ART.relation, 0)}
    assert partners["a"] == "b" and partners["b"] in ("a", "c") and partners["d"] is None


def test_selection_deals_evenly():
    """n cases are dealt over the families in turn, in the suite's order."""
    cases = [case(f"{f}{i}", "hollow()", family=f) for f in "xyz" for i in range(4)]
    chosen = select(cases, 7)
    assert Counter(c.family for c in chosen) == {"x": 3, "y": 2, "z": 2}
    assert [c.id for c in chosen] == sorted(c.id for c in chosen)


@pytest.mark.parametrize("family", ART.families)
def test_families_are_the_same_everywhere_and_have_partners(family):
    """The same (family, seed, n) gives the same cases; every partner excludes a describable claim."""
    cases = ART.cases(family, 60, 3)
    assert cases == ART.cases(family, 60, 3) and cases != ART.cases(family, 60, 4)
    by_id = {c.id: c for c in cases}
    assert len(by_id) == 60
    for c in cases:
        partner = by_id[c.partner]
        assert partner.family == c.family and partner.instruction != c.instruction
        assert any(ART.relation(a, b) == EXCLUDES for a in partner.expects for b in c.expects)
    assert {c.level for c in cases} == {"easy", "medium", "hard"}
    assert max(Counter(c.cluster for c in cases).values()) == 3


def test_every_family_has_five_unlike_phrasings():
    """Instructions of one scene differ in more than a word, in at least five ways."""
    from modalities.ascii_art.prompts import PHRASINGS

    for family in ART.families:
        assert len({p.split("{")[0][:12] + p[-12:] for p in PHRASINGS[family]}) >= 5


def test_families_do_not_repeat_instructions_much():
    """Sixty fresh cases of a family are mostly different requests."""
    for family in ART.families:
        cases = ART.cases(family, 60, 5)
        assert len({c.instruction for c in cases}) >= 40, family


def test_digest_follows_content():
    """Two suites share a digest only if every case is equal."""
    one, two = case("a", "hollow()"), case("a", "filled()")
    assert Suite("s", "m", (one,)).digest == Suite("s", "m", (one,)).digest != Suite("s", "m", (two,)).digest


def test_digest_of_a_family_is_pinned():
    """The cases of (shape, 12, seed 1) are these, on every machine and Python."""
    assert Suite("s", "ascii_art", tuple(ART.cases("shape", 12, 1))).digest[:16] == "810aa9efaa2909c4"


def test_registry_gives_the_modality():
    """`grounding.modality(name)` finds the registered modality."""
    assert modality("ascii_art").name == "ascii_art" and NONE == "none"
