"""The passes on real controls: what a subject sees in each condition, leaks, probes, seeds and answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from grounding import modality, passes, suites
from grounding.cases import Case
from grounding.claims import ENTAILS, Claim
from grounding.passes import ALL_CONDITIONS, CELLS, Trial
from grounding.subject import Answer, Request, Settings, Subject, subject

ART = modality("ascii_art")
SUITE = suites.load("ascii_art", 14)
CASES = suites.chosen(SUITE, 14)
SQUARE = "#####\n#   #\n#   #\n#####"


class Watched:
    """A control that keeps every request that it was asked."""

    batch_size = 8

    def __init__(self, name: str = "echo"):
        self.inner: Subject = subject(f"control:{name}", Settings())
        self.asked: dict[str, list[Request]] = {"generate": [], "describe": [], "probe": []}

    def generate(self, batch: Sequence[Request]) -> list[Any]:
        self.asked["generate"] += batch
        replies = self.inner.generate(batch)
        return [f"Here is your drawing.\n\n```\n{reply}\n```\nI hope that you like it!" for reply in replies]

    def describe(self, batch: Sequence[Request]) -> list[Any]:
        self.asked["describe"] += batch
        return self.inner.describe(batch)

    def probe(self, batch: Sequence[Request]) -> list[Any]:
        self.asked["probe"] += batch
        return self.inner.probe(batch)


def trial(case: Case, seed: int = 0, sample: int = 0) -> Trial:
    return Trial(case, SUITE.by_id().get(case.partner or ""), sample, seed)


def made(
    instruction: str = "Draw a square.", expects: Sequence[str] = ("shape(square)",), partner: Any = None
) -> Trial:
    case = Case("c", "ascii_art", instruction, tuple(map(Claim.parse, expects)), "f", "k", suite="s")
    return Trial(case, partner, 0, 0)


def taken_through(
    model: Any, trials: Sequence[Trial], conditions: Sequence[str] = ALL_CONDITIONS
) -> list[dict[str, Any]]:
    checked = passes.check(ART, trials, passes.generate(model, ART, trials))
    return passes.read(ART, passes.probe(model, ART, passes.describe(model, ART, checked, conditions)))


@pytest.fixture(scope="module")
def run() -> tuple[Watched, list[dict[str, Any]]]:
    model = Watched()
    return model, taken_through(model, [trial(c) for c in CASES])


def texts(request: Request) -> list[str]:
    return [message["content"] for message in request.messages]


def test_conditions_differ_in_the_instruction_only(run: tuple[Watched, list[dict[str, Any]]]) -> None:
    """Blind, instructed and swapped: one chat, but for the string of the first user turn."""
    model, _ = run
    by_case: dict[str, dict[str, Request]] = {}
    for request in model.asked["describe"]:
        by_case.setdefault(request.case.id, {})[request.condition or ""] = request
    assert len(by_case) == len(CASES)
    for case in CASES:
        asked, partner = by_case[case.id], SUITE.by_id()[case.partner or ""]
        chats = {condition: texts(asked[condition]) for condition in passes.CONDITIONS}
        assert chats["blind"][0] == "Make a piece of ASCII art."
        assert chats["instructed"][0] == case.instruction
        assert chats["swapped"][0] == partner.instruction
        assert chats["blind"][1:] == chats["instructed"][1:] == chats["swapped"][1:]
        roles = [[m["role"] for m in asked[c].messages] for c in passes.CONDITIONS]
        assert roles == [["user", "assistant", "user"]] * 3
        contexts = [asked[c].context for c in passes.CONDITIONS]
        assert contexts == [None, case, partner]


def test_the_artifact_is_shown_and_never_the_raw_reply(run: tuple[Watched, list[dict[str, Any]]]) -> None:
    """The assistant's turn is the parsed artifact, byte for byte, without the talk around it."""
    model, records = run
    by_id = {record["case"]: record for record in records}
    for request in [*model.asked["describe"], *model.asked["probe"]]:
        assert request.artifact is not None
        assert request.artifact.sha256 == by_id[request.case.id]["artifact"]["sha256"]
        assert "hope" in by_id[request.case.id]["reply"] and not any(
            "hope" in text for text in texts(request)
        )
        if request.condition != "presented":
            assert request.messages[1]["content"].encode() == request.artifact.data


def test_the_describing_question_is_one_and_names_no_claim(run: tuple[Watched, list[dict[str, Any]]]) -> None:
    """All conditions end with the same question, in which the reader finds no statement."""
    model, _ = run
    assert {t[-1] for t in map(texts, model.asked["describe"]) if len(t) == 3} == {ART.describe_question}
    assert ART.read(ART.describe_question) == []


def test_presented_shows_no_request(run: tuple[Watched, list[dict[str, Any]]]) -> None:
    """In `presented` one user turn holds the artifact and the question, and nothing of any request."""
    model, _ = run
    presented = [r for r in model.asked["describe"] if r.condition == "presented"]
    assert len(presented) == len(CASES)
    for request in presented:
        assert [m["role"] for m in request.messages] == ["user"] and request.context is None
        assert texts(request) == [f"{request.artifact.text}\n\n{ART.describe_question}"]


def test_probes_are_fresh_continuations(run: tuple[Watched, list[dict[str, Any]]]) -> None:
    """A probe's chat is that of its condition with the probe as question: no description, no other probe."""
    model, records = run
    shown = {(r.case.id, r.condition): r.messages[:-1] for r in model.asked["describe"]}
    for request in model.asked["probe"]:
        assert request.messages[:-1] == shown[request.case.id, request.condition]
    said = {d["text"] for record in records for d in record["descriptions"]}
    assert not said & {text for r in model.asked["probe"] for text in texts(r)}


def test_success_is_asked_where_an_instruction_is_shown(run: tuple[Watched, list[dict[str, Any]]]) -> None:
    """Instructed and swapped have an answer on success, blind and presented have null."""
    _, records = run
    for record in records:
        asked = {d["condition"]: d["success"] is not None for d in record["descriptions"]}
        assert asked == {"blind": False, "instructed": True, "swapped": True, "presented": False}


def test_probe_lists(run: tuple[Watched, list[dict[str, Any]]]) -> None:
    """At most two a cell, one list for all conditions, cells as the checkers and the instruction have it."""
    _, records = run
    cells: set[str] = set()
    for record, case in zip(records, CASES, strict=True):
        lists = [[(p["claim"], p["cell"]) for p in d["probes"]] for d in record["descriptions"]]
        assert all(probes == lists[0] for probes in lists)
        assert len({claim for claim, _ in lists[0]}) == len(lists[0])
        artifact = ART.parse(record["reply"], case)
        for text, cell in lists[0]:
            claim = Claim.parse(text)
            value, named = cell.split("_")
            assert ART.check(artifact, [claim], case)[0].value == value
            assert (claim in case.expects) == (named == "named")
            assert named == "named" or not any(ART.relation(e, claim) == ENTAILS for e in case.expects)
            assert ART.predicates[claim.name].describable
        for cell in CELLS:
            assert sum(c == cell for _, c in lists[0]) <= 2
        cells |= {cell for _, cell in lists[0]}
    assert cells == set(CELLS)


def test_without_a_partner_there_is_no_swapped_condition() -> None:
    """A case without a partner is described in the other conditions, and has no context claims."""
    record = taken_through(Watched("oracle"), [Trial(CASES[0], None, 0, 0)])[0]
    assert [d["condition"] for d in record["descriptions"]] == ["blind", "instructed", "presented"]
    assert record["context_claims"] == []


def test_context_claims_are_the_partners(run: tuple[Watched, list[dict[str, Any]]]) -> None:
    """The partner's claims are checked on this artifact: echo draws the partner's, so that they hold."""
    _, records = run
    for record, case in zip(records, CASES, strict=True):
        partner = SUITE.by_id()[case.partner or ""]
        assert [c["claim"] for c in record["context_claims"]] == [str(c) for c in partner.expects]
        assert {c["verdict"] for c in record["context_claims"]} <= {"holds", "unknown"}


def test_malformed_replies_get_no_description_pass() -> None:
    """A reply without art ends after the check: unknown claims by "parse", nothing described or probed."""
    model, t = Watched(), made()
    checked = passes.check(ART, [t], ["I am sorry, but I cannot draw that."])
    record = passes.read(ART, passes.probe(model, ART, passes.describe(model, ART, checked, ALL_CONDITIONS)))[
        0
    ]
    assert (record["status"], record["artifact"], record["descriptions"]) == ("malformed", None, [])
    assert "nothing but sentences" in record["reason"]
    assert [(c["claim"], c["verdict"], c["checker"]) for c in record["expected"]] == [
        ("shape(square)", "unknown", "parse")
    ]
    assert record["expected"][0]["evidence"] == {"reason": record["reason"]}
    assert model.asked["describe"] == model.asked["probe"] == []


@pytest.mark.parametrize(
    ("caption", "leaked"),
    [("", False), ("a square", True), ("no square", False), ("a circle", False), ("###", False)],
)
def test_leaks_are_stored(caption: str, leaked: bool) -> None:
    """A caption typed into the art that asserts an expected claim marks that claim as leaked."""
    other = made("Draw a circle.", ["shape(circle)"]).case
    checked = passes.check(ART, [made(partner=other)], [f"```\n{SQUARE}\n\n{caption}\n```"])[0]
    assert [c["leaked"] for c in checked.expected] == [leaked]
    assert [c["leaked"] for c in checked.context_claims] == [caption == "a circle"]


def test_seeds_depend_on_the_question_only() -> None:
    """Run seed, suite, case, sample and purpose, and nothing else, decide a seed."""
    base = made()
    assert (
        base.seed_for("a") == made("Another instruction.", ["hollow()"]).seed_for("a") == base.seed_for("a")
    )
    unlike = [
        base.seed_for("a"), base.seed_for("b"), base.seed_for("a", "b"),
        Trial(base.case, None, 1, 0).seed_for("a"), Trial(base.case, None, 0, 1).seed_for("a"),
        Trial(CASES[0], None, 0, 0).seed_for("a"),
    ]  # fmt: skip
    assert len(set(unlike)) == len(unlike) and all(0 <= seed < 2**63 for seed in unlike)


def test_seeds_of_requests_are_their_own(run: tuple[Watched, list[dict[str, Any]]]) -> None:
    """No two questions of a run share a seed, and another run seed changes each of them."""
    model, _ = run
    seeds = [r.seed for asked in model.asked.values() for r in asked]
    assert len(set(seeds)) == len(seeds)
    again = Watched()
    taken_through(again, [trial(c, seed=7) for c in CASES[:2]])
    assert not {r.seed for asked in again.asked.values() for r in asked} & set(seeds)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Yes.", "yes"), ("no", "no"), ("  **No**, it is not.", "no"), ("YES", "yes"), ('"Yes"', "yes"),
        ("Answer: yes", "yes"), ("The answer is no.", "no"), ("My answer is: Yes", "yes"), ("No, no.", "no"),
        ("Yes, yes it is", "yes"), ("No, but yes in part", "no"), ("No circle is visible.", "no"),
        ("I cannot tell.", "unclear"), ("Maybe yes", "unclear"), ("Not really", "unclear"),
        ("Nope", "unclear"), ("", "unclear"),
        ("Yesterday", "unclear"), ("I think yes", "unclear"), ("Yes or no", "unclear"), ("yes/no", "unclear"),
        ("Answer yes or no.", "unclear"), ("Yes and no.", "unclear"), ("No idea.", "unclear"),
        ("no way to say", "unclear"), ("x" * 300 + " yes", "unclear"), ("ja", "unclear"),
    ],
)  # fmt: skip
def test_yes_and_no_are_read_strictly(text: str, answer: str) -> None:
    """Only an answer that begins with one of the two words counts; a question repeated is no answer."""
    assert passes.yes_no(text) == answer


@pytest.mark.parametrize("p", [float("nan"), float("inf"), -0.1, 1.1, "0.5", None, [1]])
def test_a_probability_that_is_none_is_null(p: Any) -> None:
    """p_yes outside [0, 1] or of another type is stored as null; the words still count."""
    assert answered(Answer("Yes", p)) == {"answer": "yes", "p_yes": None}


def test_numbers_of_numpy_are_probabilities() -> None:
    """A p_yes that is a 32-bit float of numpy is a number like any other."""
    numpy = pytest.importorskip("numpy")
    assert answered(Answer("No", numpy.float32(0.25))) == {"answer": "no", "p_yes": 0.25}


def answered(answer: Answer) -> dict[str, Any]:
    model = Watched("oracle")
    model.probe = lambda batch: [answer] * len(batch)  # type: ignore[method-assign]
    record = taken_through(model, [trial(CASES[0])], ["instructed"])[0]
    return record["descriptions"][0]["success"]
