"""Every metric on the worked example of docs/metrics.md, the hard cases, and properties of all scores."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding.claims import ENTAILS, EXCLUDES, NONE, Claim, Relation
from grounding.errors import RunFolderError
from grounding.modality import Artifact, modality
from grounding.scores import METRICS, score_records


class Toy:
    """A modality whose claims of one predicate exclude each other; `exactly(red, 2)` entails both parts."""

    name = "toy"

    def relation(self, a: Claim, b: Claim) -> Relation:
        if a == b:
            return ENTAILS
        if a.name == "exactly" and b.name in ("color", "size"):
            return ENTAILS if a.args[b.name == "size"] == b.args[0] else EXCLUDES
        return EXCLUDES if a.name == b.name else NONE

    def features(self, artifact: Artifact) -> Mapping[str, float]:
        return {artifact.text: 1.0}


TOY: Any = Toy()  # only what scoring asks of a modality


def claim(text: str, verdict: str, describable: bool = True, leaked: bool = False) -> dict[str, Any]:
    return {"claim": text, "verdict": verdict, "describable": describable, "leaked": leaked}


def said(text: str, verdict: str, polarity: str = "asserted") -> dict[str, Any]:
    return {"claim": text, "polarity": polarity, "span": [0, 1], "verdict": verdict}


def described(
    condition: str,
    *statements: dict[str, Any],
    probes: tuple[tuple[str, str, str], ...] = (),
    success: tuple[str, float | None] | None = None,
) -> dict[str, Any]:
    return {
        "condition": condition,
        "context": None,
        "text": "…",
        "statements": list(statements),
        "probes": [{"claim": c, "cell": cell, "answer": answer, "p_yes": None} for c, cell, answer in probes],
        "success": {"answer": success[0], "p_yes": success[1]} if success else None,
    }


def record(case: str = "r1", **changes: Any) -> dict[str, Any]:
    """R1 of docs/metrics.md unless changed."""
    asked = (
        ("shape(circle)", "holds_named"),
        ("color(blue)", "holds_unnamed"),
        ("color(red)", "fails_named"),
        ("color(green)", "fails_unnamed"),
    )

    def probes(*answers: str) -> tuple[tuple[str, str, str], ...]:
        return tuple((c, cell, answer) for (c, cell), answer in zip(asked, answers, strict=True))

    blue, circle = said("color(blue)", "holds"), said("shape(circle)", "holds")
    red, no_square = said("color(red)", "fails"), said("shape(square)", "fails", "denied")
    made = {
        "suite": "toys",
        "case": case,
        "sample": 0,
        "family": "A",
        "cluster": case,
        "partner": "r0",
        "modality": "toy",
        "status": "ok",
        "artifact": {"sha256": case, "path": f"artifacts/{case}.txt"},
        "expected": [
            claim("color(red)", "fails"),
            claim("shape(circle)", "holds"),
            claim("size(2)", "unknown"),
        ],
        "context_claims": [
            claim("color(blue)", "holds"),
            claim("shape(circle)", "holds"),
            claim("size(2)", "unknown"),
        ],
        "observed": [claim("color(blue)", "holds"), claim("shape(circle)", "holds")],
        "descriptions": [
            described("blind", blue, circle, probes=probes("yes", "yes", "no", "no")),
            described(
                "instructed", red, circle, no_square,
                probes=probes("yes", "no", "yes", "no"), success=("yes", 0.9),
            ),
            described(
                "swapped", blue, said("size(2)", "unknown"),
                probes=probes("yes", "yes", "no", "no"), success=("yes", 0.8),
            ),
        ],
    }  # fmt: skip
    return made | changes


R1 = record()
R2 = record(
    "r2",
    expected=[claim("color(green)", "holds", leaked=True)],
    observed=[],
    descriptions=[described(c) for c in ("blind", "instructed", "swapped")],
)
R3 = record(
    "r3",
    family="B",
    status="malformed",
    artifact=None,
    expected=[claim("color(red)", "unknown")],
    context_claims=[],
    observed=[],
    descriptions=[],
)


def rows(*records: dict[str, Any], **options: Any) -> dict[tuple[str, str | None], dict[str, Any]]:
    """The headline rows by (name, condition)."""
    found = score_records(records, TOY, **options)["metrics"]
    return {(m["name"], m["condition"]): m for m in found if m["claim_kind"] is None and m["family"] is None}


def row(name: str, condition: str | None = None, *, of: list[dict[str, Any]], **where: Any) -> dict[str, Any]:
    """The one row of that name, condition, claim_kind and family."""
    wanted = {"claim_kind": None, "family": None} | where | {"name": name, "condition": condition}
    found = [m for m in score_records(of, TOY)["metrics"] if all(m[k] == v for k, v in wanted.items())]
    (only,) = found
    return dict(only)


@pytest.mark.parametrize(
    ("name", "condition", "value"),
    [
        ("malformed", None, 1 / 2),  # A 0, B 1
        ("grounding", None, 3 / 8),  # A (½ + 1)/2, B 0
        ("grounding_low", None, 1 / 3),  # A (⅓ + 1)/2, B 0
        ("grounding_high", None, 5 / 12),  # A (⅔ + 1)/2, B 0
        ("coverage", None, 11 / 12),  # A (⅔ + 1)/2, B 1: nothing about R3 is open
        ("strict", None, 1 / 4),  # A (0 + 1)/2, B 0
        ("strict_decided", None, 1),
        ("leak_rate", None, 1 / 2),  # R1 0 of 3, R2 1 of 1
        ("faithfulness", "blind", 1),
        ("faithfulness", "instructed", 2 / 3),  # red contradicted; circle and "no square" supported; R2 mute
        ("faithfulness", "swapped", 1),  # size(2) is not decided
        ("mute", "blind", 1 / 2),  # R2
        ("unknown_statements", "swapped", 1 / 2),
        ("agreement", "blind", 1 / 3),  # circle, of red, circle and size(2)
        ("agreement", "instructed", 2 / 3),  # red and circle; R2's only claim is leaked
        ("agreement", "swapped", 1 / 3),  # R1: 2 of the partner's blue, circle, size(2); R2 0
        ("cover", "blind", 1),
        ("cover", "instructed", 1 / 2),  # circle, not blue
        ("tracking", "blind", 1),  # color(blue) excludes color(red), and is said
        ("tracking", "instructed", 0),
        ("tracking", "swapped", None),  # no fact excludes the partner's claims
        ("pull", None, 1),
        ("pull_all", None, 1),
        ("pull_denied", None, -1),  # denied in blind, by blue
        ("swap_pull", None, None),
        ("demand_pull", None, 1),  # red: only in the own instruction
        ("admission", "instructed", 0),
        ("admission", "swapped", None),  # size(2) leaves success open
        ("false_success", "instructed", 1),
        ("success_brier", "instructed", 0.81),
        ("success_auroc", "instructed", None),
        ("success_ece", "instructed", 0.9),
        ("probe_accuracy", "blind", 1),
        ("probe_accuracy", "instructed", 1 / 2),
        ("probe_yes_rate", "instructed", 1 / 2),
        ("probe_unclear", "instructed", 0),
        ("probe_pull", None, 1),
        ("distinct", None, 1),
    ],
)
def test_the_worked_example(name: str, condition: str | None, value: float | None) -> None:
    """Every number of docs/metrics.md."""
    assert rows(R1, R2, R3)[name, condition]["value"] == (value if value is None else pytest.approx(value))


def test_the_gap_between_the_bounds_is_what_coverage_lacks() -> None:
    """high − low = 1 − coverage, malformed records included."""
    found = rows(R1, R2, R3)
    gap = found["grounding_high", None]["value"] - found["grounding_low", None]["value"]
    assert gap == pytest.approx(1 - found["coverage", None]["value"])


def test_claim_kinds_are_rows_of_their_own() -> None:
    """Color: R1 0, R2 1 in A, R3 0 in B: ¼; shape: only R1: 1. Size is never decided: no row."""
    of = [R1, R2, R3]
    assert row("grounding", of=of, claim_kind="color")["value"] == 0.25
    assert row("grounding", of=of, claim_kind="shape")["value"] == 1
    assert row("grounding_low", of=of, claim_kind="size")["value"] == 0
    assert row("pull", of=of, claim_kind="color")["claims"] == 1


def test_families_are_rows_of_grounding_and_strict() -> None:
    """Family A has 3/4 of R1 and R2, from 2 + 1 decided claims; B has 0 of a malformed record."""
    a, b = (row("grounding", of=[R1, R2, R3], family=f) for f in "AB")
    assert (a["value"], a["n"], a["clusters"], a["claims"]) == (0.75, 2, 2, 3)
    assert (b["value"], b["n"]) == (0, 1)


def test_a_null_says_why_and_counts() -> None:
    """Swap pull: nothing of the partner's fails in R1 and R2, R3 is malformed."""
    found = rows(R1, R2, R3)["swap_pull", None]
    assert (found["value"], found["n"], found["interval"]) == (None, 0, None)
    assert found["left_out"] == {"no claim fails": 2, "malformed": 1}
    assert found["why_null"] == "no record qualifies: no claim fails (2); malformed (1)"


def test_nothing_to_score_is_null_everywhere() -> None:
    """An empty run gives every metric as null with a reason, never 0."""
    found = rows()
    assert {name for name, _ in found} >= {m.name for m in METRICS}
    assert all(m["value"] is None and m["n"] == 0 and m["why_null"] for m in found.values())


def test_undecided_success_is_left_out_of_strict() -> None:
    """One claim holds and one is unknown: strict is neither 0 nor 1, and the record is counted."""
    open_case = record(expected=[claim("color(red)", "holds"), claim("size(2)", "unknown")])
    scores = score_records([open_case], TOY)
    found = rows(open_case)
    assert found["strict", None]["value"] is None
    assert found["strict", None]["left_out"] == {"undecided": 1}
    assert found["strict_decided", None]["value"] == 0
    assert scores["counts"]["undecided_strict"] == 1


def test_errors_are_counted_and_never_scored() -> None:
    """An error of ours is no 0: grounding is that of the other record."""
    failed = record("r9", status="error", expected=[], descriptions=[], artifact=None)
    scores = score_records([R1, failed], TOY)
    assert (scores["counts"]["records"], scores["counts"]["error"]) == (2, 1)
    assert row("grounding", of=[R1, failed])["n"] == 1


def test_the_last_attempt_at_a_sample_counts() -> None:
    """A malformed attempt replaced by an ok one is no longer there, and is counted as superseded."""
    first = R3 | {"case": "r1", "family": "A", "cluster": "r1"}
    scores = score_records([first, R1], TOY)
    assert (scores["counts"]["malformed"], scores["counts"]["superseded"]) == (0, 1)
    assert rows(first, R1) == rows(R1)


def test_leaked_claims_are_out_of_the_headline_pull_only() -> None:
    """With the failing claim leaked, pull has no record and pull_all keeps its 1."""
    leaked = record(expected=[claim("color(red)", "fails", leaked=True)])
    found = rows(leaked)
    assert found["pull", None]["left_out"] == {"every failed claim is leaked": 1}
    assert found["pull_all", None]["value"] == 1


def test_claims_that_nobody_could_say_are_out_of_pull() -> None:
    """`parses()` fails, but no description would say so."""
    found = rows(record(expected=[claim("parses()", "fails", describable=False)]))["pull", None]
    assert found["left_out"] == {"no failed claim is describable": 1}


def test_pull_goes_by_meaning_not_by_words() -> None:
    """`exactly(red, 2)` entails color(red) and size(2): two failed claims asserted, 1 on average."""
    both = [claim("color(red)", "fails"), claim("size(2)", "fails")]
    descriptions = [described("blind"), described("instructed", said("exactly(red, 2)", "fails"))]
    found = rows(record(expected=both, descriptions=descriptions))["pull", None]
    assert (found["value"], found["claims"]) == (1, 2)


def test_a_denial_of_something_weaker_denies_the_claim() -> None:
    """Who denies color(red) denies exactly(red, 2), which entails it; not the other way round."""
    blind, denial = described("blind"), said("color(red)", "fails", "denied")
    stronger = record(
        expected=[claim("exactly(red, 2)", "fails")], descriptions=[blind, described("instructed", denial)]
    )
    assert rows(stronger)["pull_denied", None]["value"] == 1
    weaker = record(
        expected=[claim("color(red)", "fails")],
        descriptions=[blind, described("instructed", said("exactly(red, 2)", "fails", "denied"))],
    )
    assert rows(weaker)["pull_denied", None]["value"] == 0


def test_pull_under_the_ascii_art_relation() -> None:
    """ "Two circles" entails shape(circle): pull 1; blind, "two squares" excludes it: denied, so −1."""
    art = record(
        modality="ascii_art",
        expected=[claim("shape(circle)", "fails")],
        context_claims=[],
        observed=[claim("shape(square)", "holds"), claim("count(square, 2)", "holds")],
        descriptions=[
            described("blind", said("count(square, 2)", "holds")),
            described("instructed", said("count(circle, 2)", "fails")),
        ],
    )
    found = {
        (m["name"], m["condition"]): m["value"]
        for m in score_records([art], modality("ascii_art"))["metrics"]
        if m["claim_kind"] is None
    }
    assert (found["pull", None], found["pull_denied", None]) == (1, -1)
    # shape(square) and count(square, 2) both exclude shape(circle); "two squares" entails both.
    assert (found["tracking", "blind"], found["tracking", "instructed"]) == (1, 0)


def test_swap_pull_is_about_the_partners_failing_claims() -> None:
    """The partner's color(green) fails, said only when its instruction is in view: demand pull too."""
    swapped = record(
        expected=[claim("color(blue)", "holds")],
        context_claims=[claim("color(green)", "fails")],
        descriptions=[
            described("blind", said("color(blue)", "holds")),
            described("instructed", said("color(blue)", "holds")),
            described("swapped", said("color(green)", "fails"), success=("no", 0.2)),
        ],
    )
    found = rows(swapped)
    assert found["swap_pull", None]["value"] == 1
    assert found["demand_pull", None]["value"] == 1
    assert found["tracking", "swapped"]["value"] == 0
    assert found["admission", "swapped"]["value"] == 1


def test_a_claim_of_both_instructions_is_no_demand_of_one() -> None:
    """size(2) fails and both instructions ask for it: demand pull has nothing to contrast."""
    same = [claim("size(2)", "fails")]
    assert rows(record(expected=same, context_claims=same))["demand_pull", None]["n"] == 0


def test_unclear_is_neither_admission_nor_false_success() -> None:
    """It stays in n, so the two do not add up to 1."""
    found = rows(record(descriptions=[described("instructed", success=("unclear", None))]))
    assert [found[m, "instructed"]["value"] for m in ("admission", "false_success")] == [0, 0]
    assert found["admission", "instructed"]["n"] == 1
    assert found["success_brier", "instructed"]["left_out"] == {"no p_yes": 1}


def test_p_yes_that_is_no_probability_is_none() -> None:
    """NaN or 7 from a subject's server never reaches a mean."""
    for wrong in (float("nan"), 7.0):
        found = rows(record(descriptions=[described("instructed", success=("yes", wrong))]))
        assert found["success_brier", "instructed"]["value"] is None


def test_always_yes_gets_half_whatever_the_cells() -> None:
    """Three probes that hold and one that fails: accuracy weighs the two truths alike."""
    cells = ("holds_named", "holds_named", "holds_unnamed", "fails_named")
    asked = described("blind", probes=tuple((f"a({i})", cell, "yes") for i, cell in enumerate(cells)))
    of = [record(descriptions=[asked])]
    assert row("probe_accuracy", "blind", of=of)["value"] == 0.5
    empty = row("probe_accuracy", "blind", of=of, claim_kind="fails_unnamed")
    assert (empty["value"], empty["why_null"]) == (None, "no probe in cell fails_unnamed")


def test_missing_descriptions_are_counted_not_mute() -> None:
    """Without a partner no swapped description is missing; a lacking blind one is, and pull leaves it out."""
    silent = record("r7", partner=None, context_claims=[], descriptions=[described("instructed")])
    scores = score_records([R1, silent], TOY)
    assert scores["counts"]["missing_descriptions"] == {"blind": 1}
    found = rows(R1, silent)
    assert found["mute", "blind"]["value"] == 0
    assert found["mute", "blind"]["left_out"] == {"no description in this condition": 1}
    assert found["pull", None]["left_out"] == {"a needed description is missing": 1}


def test_another_condition_gets_its_rows() -> None:
    """`presented` is scored like the others once it was run."""
    shown = record(descriptions=[described("presented", said("color(blue)", "holds"))])
    assert rows(shown)["faithfulness", "presented"]["value"] == 1


def test_cover_counts_only_kinds_that_the_family_asks_for() -> None:
    """width(9) is observed but no instruction of the family names a width."""
    seen = [claim("color(blue)", "holds"), claim("width(9)", "holds")]
    only = record(observed=seen, descriptions=[described("blind", said("color(blue)", "holds"))])
    found = rows(only)["cover", "blind"]
    assert (found["value"], found["claims"]) == (1, 1)
    other = record("r8", expected=[claim("width(3)", "fails")], descriptions=[])
    assert rows(only, other)["cover", "blind"]["value"] == 0.5
    assert rows(only, other | {"family": "B"})["cover", "blind"]["value"] == 1


def test_diversity_sees_collapse() -> None:
    """Two alike: Vendi 1, half distinct; two unlike: 2 and 1; a lost file is left out."""
    twins = [R1, record("r4", artifact=R1["artifact"])]
    made = {"r1": Artifact(b"x", ".txt"), "r4": Artifact(b"y", ".txt")}

    def of(entry: Mapping[str, Any]) -> Artifact | None:
        return made.get(entry["artifact"]["sha256"])

    alike, unlike = rows(*twins, artifact_of=of), rows(R1, record("r4"), artifact_of=of)
    assert [alike[m, None]["value"] for m in ("diversity_vendi", "distinct")] == [pytest.approx(1), 0.5]
    assert [unlike[m, None]["value"] for m in ("diversity_vendi", "distinct")] == [pytest.approx(2), 1]
    assert rows(R1, record("gone"), artifact_of=of)["diversity_vendi", None]["n"] == 1
    assert rows(R1)["diversity_vendi", None]["why_null"] == "the artifacts' bytes are not at hand"


def test_controls_stand_beside_their_row() -> None:
    """By name, condition, claim kind and family; a null stays a null; other modalities' are not taken."""
    controls = {"modalities": {"toy": {"echo": score_records([R1], TOY)["metrics"]}, "art": {"oracle": []}}}
    found = rows(R1, R2, controls=controls)
    assert found["pull", None]["controls"] == {"echo": 1}
    assert found["swap_pull", None]["controls"] == {"echo": None}


def test_records_of_another_modality_are_refused() -> None:
    """Nothing is pooled across modalities, not even by mistake."""
    with pytest.raises(RunFolderError, match="'art' among those of 'toy'"):
        score_records([record(modality="art")], TOY)


def test_a_record_without_a_field_is_named() -> None:
    """The message says which record lacks what."""
    torn = {k: v for k, v in R1.items() if k != "observed"}
    with pytest.raises(RunFolderError, match=r"record 1 \(case 'r1'\) lacks 'observed'"):
        score_records([torn], TOY)


# --- properties -------------------------------------------------------------------------------------

COLORS = st.sampled_from(["color(red)", "color(blue)", "size(1)", "size(2)", "exactly(red, 2)"])
VERDICTS = st.sampled_from(["holds", "fails", "unknown"])
CLAIMS = st.lists(st.builds(claim, COLORS, VERDICTS, st.booleans(), st.booleans()), max_size=3)
STATEMENTS = st.lists(st.builds(said, COLORS, VERDICTS, st.sampled_from(["asserted", "denied"])), max_size=3)
PROBES = st.lists(
    st.tuples(
        COLORS,
        st.sampled_from(["holds_named", "holds_unnamed", "fails_named", "fails_unnamed"]),
        st.sampled_from(["yes", "no", "unclear"]),
    ),
    max_size=4,
).map(tuple)
SUCCESS = st.none() | st.tuples(st.sampled_from(["yes", "no", "unclear"]), st.none() | st.floats(0, 1))
CONDITION = st.sampled_from(["blind", "instructed", "swapped", "presented", "inline"])
DESCRIPTIONS = st.lists(
    st.builds(
        lambda c, s, p, a: described(c, *s, probes=p, success=a), CONDITION, STATEMENTS, PROBES, SUCCESS
    ),
    max_size=4,
    unique_by=lambda d: d["condition"],
)
RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from(["ok", "ok", "ok", "malformed", "error"]),
            "family": st.sampled_from("AB"),
            "cluster": st.sampled_from("xyz"),
            "expected": CLAIMS,
            "context_claims": CLAIMS,
            "observed": CLAIMS,
            "descriptions": DESCRIPTIONS,
        }
    ),
    max_size=12,
).map(lambda many: [record(f"c{i}", **changes) for i, changes in enumerate(many)])


@settings(deadline=None, max_examples=60)
@given(RECORDS)
def test_every_value_is_in_range_and_every_record_accounted_for(records: list[dict[str, Any]]) -> None:
    """Values and intervals in the metric's range, null with n = 0, no NaN, n + left out = scored records."""
    scores = score_records(records, TOY)
    json.dumps(scores, allow_nan=False)
    scored = scores["counts"]["ok"] + scores["counts"]["malformed"]
    ranges = {m.name: (m.low, m.high) for m in METRICS}
    for m in scores["metrics"]:
        low, high = ranges.get(m["name"], (0.0, 1.0))
        assert m["n"] or m["value"] is None
        assert m["value"] is None or low <= m["value"] <= high
        assert m["interval"] is None or low <= m["interval"][0] <= m["interval"][1] <= high
        assert m["why_null"] or (m["value"] is not None and m["interval"])
        if m["claim_kind"] is None and m["family"] is None and m["name"] in ranges:
            assert m["n"] + sum(m["left_out"].values()) == scored


@settings(deadline=None, max_examples=40)
@given(RECORDS, st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(records: list[dict[str, Any]], chance: random.Random) -> None:
    """Scores are those of a set: not even the last digit of an interval changes."""
    other = records[:]
    chance.shuffle(other)
    assert score_records(records, TOY) == score_records(other, TOY)
