"""What each control does on cases of a real modality, so that its scores can be known beforehand."""

from dataclasses import replace

import pytest

from grounding.claims import Claim
from grounding.errors import RegistryError
from grounding.modality import modality
from grounding.passes import yes_no
from grounding.subject import Answer, Failure, Request, Settings, subject

NAMES = ("oracle", "honest", "echo", "always-yes", "always-no", "silent")
WRONG = NAMES[1:]


@pytest.fixture(scope="module")
def ascii_art():
    return modality("ascii_art")


@pytest.fixture(scope="module")
def pair(ascii_art):
    """A case of counts and its partner, whose right drawing is a wrong one for the case."""
    cases = ascii_art.cases("count", 9, seed=4)
    case = next(c for c in cases if c.partner)
    return case, next(c for c in cases if c.id == case.partner)


def control(name):
    return subject(f"control:{name}", Settings())


@pytest.fixture
def drawn(ascii_art, pair):
    """The artifact that a control makes of the case."""

    def make(name):
        reply = control(name).generate([Request(pair[0], 0, 0, (), partner=pair[1])])[0]
        return ascii_art.parse(reply, pair[0])

    return make


@pytest.fixture
def about(drawn, pair):
    """A request about a control's artifact in a condition."""

    def make(name, condition, claim=None):
        context = {"blind": None, "instructed": pair[0], "swapped": pair[1]}[condition]
        return Request(
            pair[0],
            0,
            0,
            (),
            condition=condition,
            context=context,
            partner=pair[1],
            artifact=drawn(name),
            claim=claim,
        )

    return make


def values(ascii_art, artifact, claims):
    return {str(v.claim): v.value for v in ascii_art.check(artifact, claims)}


def asserted(ascii_art, text):
    return [s.claim for s in ascii_art.read(text) if s.polarity == "asserted"]


def test_the_oracle_is_right(ascii_art, drawn, pair):
    """Every expected claim of the case holds on the oracle's artifact."""
    assert set(values(ascii_art, drawn("oracle"), pair[0].expects).values()) == {"holds"}


@pytest.mark.parametrize("name", WRONG)
def test_the_others_are_wrong_alike(ascii_art, drawn, pair, name):
    """Every other control makes the partner's right artifact, on which a claim of the case fails."""
    assert set(values(ascii_art, drawn(name), pair[1].expects).values()) == {"holds"}
    assert "fails" in values(ascii_art, drawn(name), pair[0].expects).values()
    assert drawn(name).sha256 == drawn("honest").sha256


@pytest.mark.parametrize("name", ["oracle", "honest"])
@pytest.mark.parametrize("condition", ["blind", "instructed", "swapped"])
def test_truthful_descriptions(ascii_art, about, drawn, name, condition):
    """A truthful description asserts facts only, and some, whatever instruction is in context."""
    text = control(name).describe([about(name, condition)])[0]
    found = values(ascii_art, drawn(name), asserted(ascii_art, text))
    assert found and set(found.values()) == {"holds"}


@pytest.mark.parametrize("name", ["oracle", "honest"])
def test_truthful_answers(ascii_art, about, drawn, pair, name):
    """Probes are answered as the checkers find, with certainty; what they cannot decide is not answered."""
    claims = [*pair[0].expects, *pair[1].expects, Claim("depicts", ("cat",))]
    for claim, value in zip(claims, values(ascii_art, drawn(name), claims).values(), strict=False):
        answer = control(name).probe([about(name, "instructed", claim)])[0]
        wanted = {"holds": ("yes", 1.0), "fails": ("no", 0.0), "unknown": ("unclear", None)}[value]
        assert (yes_no(answer.text), answer.p_yes) == wanted


@pytest.mark.parametrize(
    ("name", "condition", "answer"),
    [
        ("oracle", "instructed", "yes"),
        ("oracle", "swapped", "no"),
        ("honest", "instructed", "no"),
        ("honest", "swapped", "yes"),
        ("honest", "blind", "unclear"),
        ("echo", "instructed", "yes"),
        ("echo", "swapped", "yes"),
        ("always-yes", "instructed", "yes"),
        ("always-no", "instructed", "no"),
        ("silent", "instructed", "unclear"),
    ],
)
def test_success(about, name, condition, answer):
    """Whether the instruction in context was fulfilled: the truthful ones judge it, the others do not."""
    said = control(name).probe([about(name, condition)])[0]
    assert yes_no(said.text) == answer
    assert said.p_yes == {"yes": 1.0, "no": 0.0, "unclear": None}[answer]


def test_success_that_nothing_decides(ascii_art, about, pair):
    """Where no expected claim can be decided, a truthful control does not claim success."""
    request = about("honest", "instructed")
    undecidable = replace(pair[0], expects=(Claim("depicts", ("cat",)),))
    assert values(ascii_art, request.artifact, undecidable.expects) == {"depicts(cat)": "unknown"}
    assert control("honest").probe([replace(request, context=undecidable)]) == [
        Answer("I cannot tell.", None)
    ]


@pytest.mark.parametrize(("condition", "which"), [("instructed", 0), ("swapped", 1)])
def test_echo_says_the_instruction(ascii_art, about, pair, condition, which):
    """Echo's description asserts every claim of the instruction in context."""
    said = asserted(ascii_art, control("echo").describe([about("echo", condition)])[0])
    for claim in pair[which].expects:
        assert any(ascii_art.relation(s, claim) == "entails" for s in said), claim


def test_echo_answers_by_the_instruction(ascii_art, about, pair):
    """Echo says yes to what the instruction implies and no to what it excludes, blind to the artifact."""
    named = pair[0].expects[0]
    excluded = next(m for m in ascii_art.near_misses(named) if ascii_art.relation(named, m) == "excludes")
    for claim, wanted in [(named, "yes"), (excluded, "no"), (Claim("depicts", ("cat",)), "unclear")]:
        assert yes_no(control("echo").probe([about("echo", "instructed", claim)])[0].text) == wanted


def test_echo_is_blind_without_an_instruction(ascii_art, about, pair):
    """Without an instruction echo has nothing to repeat, and says nothing that is read as a statement."""
    assert control("echo").describe([about("echo", "blind")]) == ["I cannot tell."]
    assert control("echo").probe([about("echo", "blind", pair[0].expects[0])]) == [
        Answer("I cannot tell.", None)
    ]
    assert ascii_art.read("I cannot tell.") == []


@pytest.mark.parametrize(
    ("name", "text", "answer"),
    [
        ("always-yes", "Yes.", Answer("Yes.", 1.0)),
        ("always-no", "No.", Answer("No.", 0.0)),
        ("silent", "", Answer("")),
    ],
)
def test_constant_ones(ascii_art, about, pair, name, text, answer):
    """The constant controls say the same to everything, and it is read as no statement."""
    for condition in ("blind", "instructed", "swapped"):
        assert control(name).describe([about(name, condition)]) == [text]
        assert control(name).probe([about(name, condition, pair[0].expects[0])]) == [answer]
    assert ascii_art.read(text) == []


@pytest.mark.parametrize("name", WRONG)
def test_without_a_partner(pair, name):
    """A case without a partner has no wrong artifact: a Failure that names the case."""
    lonely = replace(pair[0], partner=None)
    (failed,) = control(name).generate([Request(lonely, 0, 0, ())])
    assert isinstance(failed, Failure) and lonely.id in failed.reason and "no partner" in failed.reason


@pytest.mark.parametrize("name", NAMES)
def test_without_an_oracle(pair, name):
    """Where no right reply is known there is a Failure that says of which case."""
    unknown = replace(pair[0], data={}, oracle=None)
    (failed,) = control(name).generate([Request(unknown, 0, 0, (), partner=unknown)])
    assert isinstance(failed, Failure) and failed.reason == f"case {unknown.id} has no oracle"


def test_unknown_control():
    """A name that is no control is answered with those that are."""
    with pytest.raises(
        RegistryError, match="unknown control 'parrot'; known: oracle, honest, echo, always-yes"
    ):
        subject("control:parrot")


def test_fingerprint():
    """A control is identified by its name and version alone."""
    assert control("echo").fingerprint() == {"kind": "control", "name": "echo", "version": 1}
