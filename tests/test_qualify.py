"""Error rates of checkers and reader: hand-computed, clustered, stored, corrected for, printed and refused."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from scipy.stats import beta

from grounding import qualify as q
from grounding.claims import (
    ASSERTED,
    DENIED,
    FAILS,
    HOLDS,
    UNKNOWN,
    Claim,
    Polarity,
    Statement,
    Value,
    Verdict,
)
from grounding.errors import GroundingError, LabelError
from grounding.labels import artifacts, texts
from grounding.modality import LabelledArtifact, LabelledText
from grounding.report.qualify_table import print_qualified
from grounding.rogan_gladen import LEAST_YOUDEN, corrected, solved
from grounding.score_errors import attach, formed
from grounding.score_record import Meaning
from grounding.score_table import Table
from grounding.stats import clustered, effective_n, share_interval
from modalities.ascii_art import AsciiArt

ROOT = Path(__file__).parents[1]


def judged(
    truth: Value,
    said: Value,
    cluster: str = "a",
    kind: str = "color",
    checker: str = "eye/1",
    fault: str = "none",
) -> q.Judged:
    verdict = Verdict(Claim(kind, ("red",)), said, checker, {"reason": "seen"})
    return q.Judged(f"{cluster}-{fault}", cluster, fault, truth, verdict)


# Of 5 that hold 4 are decided, 3 rightly; of 4 that fail 3 are decided, 2 rightly. 2 of 9 are unknown.
NINE = [
    judged(HOLDS, HOLDS, "a"),
    judged(HOLDS, HOLDS, "b"),
    judged(HOLDS, HOLDS, "c"),
    judged(HOLDS, FAILS, "d"),
    judged(HOLDS, UNKNOWN, "a"),
    judged(FAILS, FAILS, "a"),
    judged(FAILS, FAILS, "b"),
    judged(FAILS, HOLDS, "c"),
    judged(FAILS, UNKNOWN, "d"),
]


def test_rates_of_hand_counted_verdicts() -> None:
    """Sensitivity and specificity are of decided claims, abstention is of all, and apart for both truths."""
    row = q.rates(NINE)
    assert row["sensitivity"]["value"] == 3 / 4 and row["sensitivity"]["n"] == 4
    assert row["specificity"]["value"] == 2 / 3 and row["specificity"]["n"] == 3
    assert row["abstention"]["value"] == 2 / 9 and row["abstention"]["n"] == 9
    assert row["abstention_holds"]["value"] == 1 / 5
    assert row["abstention_fails"]["value"] == 1 / 4
    assert (row["n"], row["clusters"], row["wrong"]) == (9, 4, 2)
    assert row["below"] == ["sensitivity", "specificity", "abstention"]


@pytest.mark.parametrize(("right", "of", "missed"), [(97, 100, []), (96, 100, ["sensitivity"]), (0, 0, [])])
def test_expectations_at_their_edge(right: int, of: int, missed: list[str]) -> None:
    """A sensitivity of exactly .97 is enough, .96 is not, and none is no failure."""
    found = [judged(HOLDS, HOLDS if i < right else FAILS, str(i)) for i in range(of)]
    assert q.rates([*found, judged(FAILS, FAILS)])["below"] == missed


def test_no_decided_claim_is_no_rate() -> None:
    """Where all is unknown, sensitivity and specificity are null with the reason, abstention is 1."""
    row = q.rates([judged(HOLDS, UNKNOWN, "a"), judged(FAILS, UNKNOWN, "b")])
    assert row["sensitivity"]["value"] is None and "labelled as holding" in row["sensitivity"]["why_null"]
    assert row["specificity"]["value"] is None and "labelled as failing" in row["specificity"]["why_null"]
    assert row["abstention"]["value"] == 1 and row["below"] == ["abstention"]


def test_one_label_a_cluster_is_a_plain_proportion() -> None:
    """With one labelled claim an original the interval is Wilson's: 3 of 4 gives 0.301 to 0.954."""
    sensitivity = q.rates(NINE)["sensitivity"]
    assert sensitivity["method"] == "wilson"
    assert sensitivity["interval"] == pytest.approx([0.3006, 0.9544], abs=1e-4)


def test_all_right_is_as_sure_as_the_number_of_clusters() -> None:
    """At a rate of 1 the interval is Clopper and Pearson's with clusters as n, however many claims there are."""
    found = [judged(HOLDS, HOLDS, str(i % 10)) for i in range(200)]
    sensitivity = q.rates(found)["sensitivity"]
    assert (sensitivity["n"], sensitivity["clusters"]) == (200, 10)
    assert sensitivity["interval"] == pytest.approx([0.025 ** (1 / 10), 1.0])


def test_errors_in_one_cluster_count_as_one() -> None:
    """The same errors, all in the mutants of one original, leave a wider interval than errors spread about."""
    spread = [judged(HOLDS, FAILS if i < 10 else HOLDS, str(i % 20)) for i in range(200)]
    heaped = [judged(HOLDS, FAILS if i % 20 == 0 else HOLDS, str(i % 20)) for i in range(200)]
    a, b = (q.rates(found)["sensitivity"] for found in (spread, heaped))
    assert a["value"] == b["value"] == 0.95
    assert b["interval"][0] < a["interval"][0]
    # All ten of one in twenty clusters: worth 19 items, a few less for their SE's degrees of freedom.
    c = clustered([float(not x.wrong) for x in heaped], [0] * 200, [x.cluster for x in heaped])
    n = effective_n(c)
    assert 16 < n < 19
    ends = beta.ppf(0.025, 0.95 * n, 0.05 * n + 1), beta.ppf(0.975, 0.95 * n + 1, 0.05 * n)
    assert b["interval"] == pytest.approx(ends)


def test_one_cluster_has_no_interval() -> None:
    """All labels on one original say nothing about others."""
    one = q.rates([judged(HOLDS, HOLDS), judged(HOLDS, HOLDS)])["sensitivity"]
    assert one["interval"] is None and one["why_null"] == "one cluster: no interval"


def test_intervals_of_shares_near_one_cover() -> None:
    """Over clusters of unequal size that err together, at least 93 of 100 intervals hold the true share."""
    draw = np.random.default_rng(11)
    hit = 0
    for _ in range(400):
        sizes = draw.integers(1, 10, size=60)
        right = draw.binomial(sizes, draw.beta(0.97 * 4, 0.03 * 4, size=60))
        values = [1.0] * 0 + [float(i < r) for size, r in zip(sizes, right, strict=True) for i in range(size)]
        names = [c for c, size in enumerate(sizes) for _ in range(size)]
        ends = share_interval(clustered(values, [0] * len(values), names)).ends
        assert ends is not None
        hit += ends[0] <= 0.97 <= ends[1]
    assert hit / 400 >= 0.93


def test_rows_by_checker_and_kind() -> None:
    """A row over all, one a checker, one a kind; a kind that is never decided stands alone and unblamed."""
    found = [
        judged(HOLDS, HOLDS, "a", "color"),
        judged(FAILS, HOLDS, "b", "size", "ruler/2"),
        judged(HOLDS, UNKNOWN, "a", "mood"),
        judged(FAILS, FAILS, "b", "size", "eye/1"),
    ]
    rows = q.rows(found, {"mood"})
    assert [(r["checker"], r["claim_kind"], r["n"]) for r in rows] == [
        (None, None, 3),
        ("eye/1", None, 2),
        ("ruler/2", None, 1),
        ("eye/1", "color", 1),
        ("eye/1, ruler/2", "size", 2),
        ("eye/1", "mood", 1),
    ]
    assert rows[-1]["below"] == [] and not rows[-1]["decidable"]
    assert rows[0]["abstention"]["value"] == 0


def test_rows_by_fault() -> None:
    """A row for each fault, the originals first."""
    rows = q.fault_rows([judged(HOLDS, HOLDS, fault="gap"), judged(HOLDS, FAILS), judged(FAILS, FAILS)])
    assert [(r["fault"], r["n"], r["wrong"]) for r in rows] == [("none", 2, 1), ("gap", 1, 0)]


# --- a small modality of our own ----------------------------------------------------------------------


def labelled(number: int, split: str, truths: dict[str, Value], of: str | None = None) -> LabelledArtifact:
    square = AsciiArt().parse("\n".join(["#" * number] * number))
    return LabelledArtifact(
        f"s{number}",
        split,
        "grown" if of else "none",
        square,
        {Claim.parse(c): v for c, v in truths.items()},
        of,
    )


class Squares(AsciiArt):
    """ASCII art with three labelled squares; one label is wrong on purpose."""

    name = "squares"
    stored: Mapping[str, Any] | None = None

    def labelled_artifacts(self) -> Iterator[LabelledArtifact]:
        yield labelled(3, "dev", {"width(3)": HOLDS})
        yield labelled(4, "held_out", {"width(4)": HOLDS, "height(5)": FAILS, "depicts(a box)": HOLDS})
        yield labelled(5, "held_out", {"width(5)": HOLDS, "filled()": FAILS}, "s4")

    def labelled_texts(self) -> Iterator[LabelledText]:
        wide: tuple[tuple[Claim, Polarity], ...] = ((Claim("width", (4,)), ASSERTED),)
        yield LabelledText("t", "held_out", "It is 4 columns wide.", wide)

    def qualified(self) -> Mapping[str, Any] | None:
        return self.stored


def test_qualify_a_split() -> None:
    """Only artifacts of the split are judged; a wrong verdict is listed with all that is needed to look at it."""
    block = q.qualify(Squares())
    assert (block["split"], block["artifacts"], block["originals"]) == ("held_out", 2, 1)
    (total, *_) = block["rows"]
    assert total["n"] == 4 and total["sensitivity"]["value"] == 1 and total["specificity"]["value"] == 1 / 2
    (wrong,) = block["wrong"]
    assert (wrong["artifact"], wrong["claim"], wrong["truth"], wrong["verdict"]) == (
        "s5", "filled()", FAILS, HOLDS,
    )  # fmt: skip
    assert wrong["reason"] and wrong["fault"] == "grown"
    assert q.qualify(Squares(), "all")["artifacts"] == 3
    assert q.qualify(Squares(), "dev")["reader"] == []


def test_a_checker_that_breaks_down_is_not_left_out() -> None:
    """An exception of a checker names the artifact instead of flattering the rates."""

    class Breaks(Squares):
        def check(self, *args: Any, **kwargs: Any) -> list[Verdict]:
            raise ZeroDivisionError("half a row")

    with pytest.raises(GroundingError, match="'s4' broke down: ZeroDivisionError: half a row"):
        q.qualify(Breaks())


class Scripted(Squares):
    """A reader that says what it is told to."""

    def __init__(self, *said: tuple[str, Polarity]):
        self.said = said

    def read(self, text: str) -> list[Statement]:
        return [Statement(Claim.parse(claim), polarity, (0, 1)) for claim, polarity in self.said]


def reader(labels: list[tuple[str, Polarity]], *said: tuple[str, Polarity]) -> tuple[Any, Any, int]:
    """Precision, recall and polarity errors on one text."""
    statements = [(Claim.parse(claim), polarity) for claim, polarity in labels]
    (row,) = q.reader_rows(Scripted(*said), [LabelledText("t", "dev", "…", statements)])
    return row["precision"]["value"], row["recall"]["value"], row["polarity_errors"]


def test_reader_rates() -> None:
    """Precision counts what was read, recall what is labelled, and a polarity error says the opposite."""
    labels: list[tuple[str, Polarity]] = [("width(4)", ASSERTED), ("hollow()", DENIED)]
    assert reader(labels, ("width(4)", ASSERTED), ("hollow()", ASSERTED)) == (1 / 2, 1 / 2, 1)
    assert reader(labels, ("width(5)", ASSERTED)) == (0, 0, 0)
    assert reader(labels) == (None, 0, 0)
    assert reader([], ("width(5)", ASSERTED)) == (0, None, 0)


def test_an_entailed_statement_is_borne_out_in_the_right_direction() -> None:
    """A square is a rectangle; no rectangle is no square; and not the other way round."""
    assert reader([("shape(square)", ASSERTED)], ("shape(rectangle)", ASSERTED))[:2] == (1, 0)
    assert reader([("shape(rectangle)", DENIED)], ("shape(square)", DENIED))[:2] == (1, 0)
    assert reader([("shape(square)", DENIED)], ("shape(rectangle)", DENIED))[:2] == (0, 1)


# --- stored rates -------------------------------------------------------------------------------------


def stored(**changes: Any) -> Squares:
    of = Squares()
    of.stored = {"schema": 1, "modalities": {"squares": q.qualify(of) | changes}}
    return of


def test_stored_rates_are_those_that_were_measured() -> None:
    """What was stored comes back, without its lists of cases."""
    of = stored()
    found = q.stored_rates(of, of.checkers)
    assert found["rows"] == q.qualify(of)["rows"] and "wrong" not in found


def test_rates_of_other_checkers_are_refused() -> None:
    """Verdicts of one version are not corrected by the error rates of another."""
    found = q.stored_rates(stored(), {"figlet": "0", "geometry": "1"})
    assert "the verdicts of figlet/0, geometry/1" in found["why_null"] and "rows" not in found
    assert "unnamed checkers" in q.stored_rates(stored(), {})["why_null"]
    assert "of old/1" in q.stored_rates(stored(checkers={"old": "1"}))["why_null"]


def test_rates_on_other_labels_are_refused() -> None:
    """One changed label makes the stored rates stale."""

    class Relabelled(Squares):
        def labelled_artifacts(self) -> Iterator[LabelledArtifact]:
            yield labelled(3, "dev", {"width(3)": FAILS})

    of = Relabelled()
    of.stored = stored().stored
    assert "the labels have changed" in q.stored_rates(of)["why_null"]


@pytest.mark.parametrize(
    ("what", "why"),
    [
        (None, "no stored error rates"),
        ({}, "no stored error rates"),
        ({"modalities": {"squares": {}}}, "another form"),
        ({"modalities": []}, "another form"),
    ],
)
def test_what_is_no_stored_rate_is_refused(what: Any, why: str) -> None:
    """Nothing stored, or something else, is a reason and no crash."""
    of = Squares()
    of.stored = what
    assert why in q.stored_rates(of)["why_null"]


# --- correction ---------------------------------------------------------------------------------------


def rates(sens: float, spec: float, half: float = 0.0) -> dict[str, Any]:
    def rate(v: float) -> dict[str, Any]:
        return {"value": v, "interval": [max(v - half, 0), min(v + half, 1)], "why_null": None}

    return {"sensitivity": rate(sens), "specificity": rate(spec)}


def test_rogan_gladen_by_hand() -> None:
    """0.6 observed at sensitivity .9 and specificity .8: (.6 + .8 − 1) / (.9 + .8 − 1) = 4/7."""
    found = corrected(0.6, (0.5, 0.7), rates(0.9, 0.8))
    assert found["value"] == pytest.approx(4 / 7) and not found["clipped"]
    # the error rates being certain, the interval is the observed one's, corrected alike
    assert found["interval"] == pytest.approx([3 / 7, 5 / 7])


def test_the_interval_adds_up_in_quadrature() -> None:
    """Each of the three uncertainties shifts the estimate by what it does alone; shifts add like legs."""
    found = corrected(0.6, (0.5, 0.7), rates(0.9, 0.8, 0.1))
    at = 4 / 7
    up = [solved(0.7, 0.9, 0.8), solved(0.6, 0.8, 0.8), solved(0.6, 0.9, 0.9)]
    assert found["interval"][1] == pytest.approx(at + sum((u - at) ** 2 for u in up) ** 0.5)
    down = [solved(0.5, 0.9, 0.8), solved(0.6, 1.0, 0.8), solved(0.6, 0.9, 0.7)]
    assert found["interval"][0] == pytest.approx(at - sum((d - at) ** 2 for d in down) ** 0.5)


def test_perfect_checkers_change_nothing() -> None:
    """At sensitivity and specificity 1, known for certain, corrected is observed."""
    assert corrected(0.25, (0.1, 0.4), rates(1, 1)) == {
        "value": 0.25, "interval": [0.1, 0.4], "clipped": False, "why_null": None,
    }  # fmt: skip


@pytest.mark.parametrize(("observed", "end"), [(0.05, 0.0), (0.95, 1.0)])
def test_beyond_the_ends_is_clipped_and_said(observed: float, end: float) -> None:
    """Fewer holds than false alarms alone would give is 0, and it says that it was put there."""
    found = corrected(observed, (observed, observed), rates(0.9, 0.9))
    assert found["value"] == end and found["clipped"]


def test_malformed_replies_are_no_error_of_the_checker() -> None:
    """Half malformed, all others said to hold by a checker with a tenth of false alarms: solved for that half."""
    assert corrected(0.5, None, rates(1.0, 0.9), 0.5)["value"] == pytest.approx(0.5)
    assert corrected(0.05, None, rates(1.0, 0.9), 0.5)["value"] == pytest.approx(0.0)
    assert solved(0.05, 1.0, 0.9) == pytest.approx(-0.05 / 0.9)  # as if every reply had been checked


def test_not_identified() -> None:
    """A checker near chance, one too little measured, an unlabelled kind: null, each with its reason."""
    assert "may be as low as 0.20" in corrected(0.5, (0.4, 0.6), rates(0.6, 0.6))["why_null"]
    shaky = corrected(0.5, (0.4, 0.6), rates(0.95, 0.95, 0.3))
    assert shaky["value"] is None and "not identified" in shaky["why_null"]
    no_n = rates(0.9, 0.9) | {
        "sensitivity": {"value": None, "interval": None, "why_null": "no decided claim …"}
    }
    assert corrected(0.5, (0.4, 0.6), no_n)["why_null"] == "not identified: no decided claim …"
    assert "not qualified for this kind" in corrected(0.5, (0.4, 0.6), None)["why_null"]
    assert corrected(None, None, rates(1, 1))["why_null"] == "no decided claim"


def test_identified_at_the_edge() -> None:
    """At exactly the least information the rate is given, just below it is not."""
    half = (1 + LEAST_YOUDEN) / 2
    assert corrected(0.5, (0.4, 0.6), rates(half, half))["value"] is not None
    assert corrected(0.5, (0.4, 0.6), rates(half - 0.01, half))["value"] is None


@pytest.mark.parametrize(("true", "sens", "spec"), [(0.6, 0.9, 0.95), (0.1, 0.95, 0.9), (0.95, 0.9, 0.97)])
def test_a_simulation_finds_the_true_rate(true: float, sens: float, spec: float) -> None:
    """Over simulated labels and runs the corrected rate is unbiased, the raw one is not, and intervals cover."""
    draw = np.random.default_rng(5)

    def measured(hits: Any) -> dict[str, Any]:
        interval = share_interval(clustered(hits.astype(float), [0] * len(hits), range(len(hits))))
        return {"value": float(hits.mean()), "interval": interval.ends, "why_null": None}

    off, raw, hit = [], [], 0
    for _ in range(400):
        error_rates = {
            "sensitivity": measured(draw.random(100) < sens),
            "specificity": measured(draw.random(100) < spec),
        }
        truth = draw.random(300) < true
        seen = measured(np.where(truth, draw.random(300) < sens, draw.random(300) > spec))
        found = corrected(seen["value"], seen["interval"], error_rates)
        off.append(found["value"] - true)
        raw.append(seen["value"] - true)
        hit += found["interval"][0] <= true <= found["interval"][1]
    assert abs(np.mean(off)) < 0.01 < abs(np.mean(raw))
    assert hit / 400 >= 0.92


# --- in the scores ------------------------------------------------------------------------------------


def record(case: str, family: str, status: str, *verdicts: tuple[str, str]) -> dict[str, Any]:
    expected = [{"claim": c, "verdict": v, "describable": True, "leaked": False} for c, v in verdicts]
    return {
        "suite": "s", "case": case, "sample": 0, "family": family, "cluster": case, "partner": None,
        "modality": "squares", "status": status, "artifact": None, "expected": expected,
        "context_claims": [], "observed": [], "descriptions": [],
    }  # fmt: skip


def test_scores_carry_error_rates_and_corrected_rates() -> None:
    """The grounding row of a claim kind has the corrected rate, other rows do not; the share of well-formed
    replies weighs families as the rate does."""
    from grounding.scores import block

    table = Table("squares", Meaning(AsciiArt().relation))
    for i in range(10):
        table.add(record(f"a{i}", "A", "ok", ("width(4)", "holds" if i < 6 else "fails")))
    for i in range(4):
        table.add(record(f"b{i}", "B", "ok" if i else "malformed", ("width(4)", "holds")))
    scored = block(table, Squares())
    found = {"rows": [rates(0.9, 0.95) | {"claim_kind": "width"}]}
    attach(scored, table, found)
    assert scored["error_rates"] is found
    with_it = [row for row in scored["metrics"] if "corrected" in row]
    assert [(row["name"], row["claim_kind"], row["family"]) for row in with_it] == [
        ("grounding", "width", None)
    ]
    (row,) = with_it
    share = formed(table, ("grounding", None, "width"))
    assert share == pytest.approx((1 + 3 / 4) / 2)
    assert row["value"] == pytest.approx((0.6 + 0.75) / 2)
    assert row["corrected"]["value"] == pytest.approx(solved(row["value"], 0.9, 0.95, share))
    attach(scored, table, {"why_null": "stale"})
    assert row["corrected"] == {"value": None, "interval": None, "clipped": False, "why_null": "stale"}


# --- labelled files -----------------------------------------------------------------------------------

GOOD = {
    "id": "a", "split": "dev", "fault": "none", "of": None, "artifact": "##\n##", "labels": {"width(2)": "holds"},
}  # fmt: skip


def changed(**changes: Any) -> str:
    return json.dumps({k: v for k, v in (GOOD | changes).items() if v != "gone"})


BAD_ARTIFACTS = {
    "{": "no JSON object",
    "[1]": "a JSON object, not list",
    changed(split="test"): "split: Input should be 'dev' or 'held_out'",
    changed(split="gone"): "split: Field required",
    changed(note="x"): "note: unknown key",
    changed(id=""): "id: String should have at least 1 character",
    changed(labels={}): "labels: Dictionary should have at least 1 item",
    changed(labels={"width(2)": "unknown"}): "labels.width(2): Input should be 'holds' or 'fails'",
    changed(labels={"width(2": "holds"}): "labels: claim 'width(2', position 7",
    changed(labels={"colour(red)": "holds"}): "labels: unknown predicate 'colour' for ascii_art",
    changed(labels={"width()": "holds"}): "labels: width takes (N), got 0 arguments",
    changed(labels={"width(2)": "holds", "width( 2 )": "fails"}): "labels: width(2) is labelled twice",
    changed().replace('"holds"}', '"holds", "width(2)": "fails"}'): "'width(2)' stands twice",
    changed(artifact="  "): "artifact: ",
    changed(artifact="  ##  "): "artifact: the parser stores it otherwise",
    changed(of="b"): "of: 'b' is no original",
    changed(id="z"): "id: 'z' stands twice",
}


@pytest.mark.parametrize(("line", "message"), BAD_ARTIFACTS.items(), ids=range(len(BAD_ARTIFACTS)))
def test_a_bad_labelled_artifact_is_named_with_file_and_line(line: str, message: str, tmp_path: Path) -> None:
    """A slip in a label is an error that says where and what, never a label that is guessed or dropped."""
    file = tmp_path / "artifacts.jsonl"
    file.write_text(changed(id="z") + "\n\n" + line + "\n", encoding="utf-8")
    with pytest.raises(LabelError) as error:
        list(artifacts([file], AsciiArt()))
    assert str(error.value).startswith(f"{file}:3: ") and message in str(error.value)


def test_mutants_stay_with_their_original(tmp_path: Path) -> None:
    """A mutant of a mutant, or one in the other split than its original, would leak between the splits."""
    file = tmp_path / "artifacts.jsonl"
    second = changed(id="b", of="a", fault="gap")
    file.write_text("\n".join([changed(), second, changed(id="c", of="b", fault="gap")]), encoding="utf-8")
    with pytest.raises(LabelError, match=":3: of: 'b' is no original"):
        list(artifacts([file], AsciiArt()))
    file.write_text("\n".join([changed(), changed(id="b", of="a", split="held_out")]), encoding="utf-8")
    with pytest.raises(LabelError, match=":2: split: 'held_out', but its original is 'dev'"):
        list(artifacts([file], AsciiArt()))
    file.write_text("\n".join([changed(), second]), encoding="utf-8")
    original, mutant = artifacts([file], AsciiArt())
    assert (original.of, mutant.of, mutant.fault) == (None, "a", "gap")
    assert mutant.truths == {Claim("width", (2,)): HOLDS}


def test_a_bad_labelled_text(tmp_path: Path) -> None:
    """The same for texts; a file that is not there or no UTF-8 is an error of the same kind."""
    file = tmp_path / "texts.jsonl"
    line = {"id": "a", "text": "A square.", "statements": [{"claim": "shape(square)", "polarity": "said"}]}
    file.write_text(json.dumps(line))
    with pytest.raises(
        LabelError, match=r":1: statements\.0\.polarity: Input should be 'asserted' or 'denied'"
    ):
        list(texts(file, "dev", AsciiArt()))
    file.write_bytes(b"\xff")
    with pytest.raises(LabelError, match="cannot be read"):
        list(texts(file, "dev", AsciiArt()))
    with pytest.raises(LabelError, match="cannot be read"):
        list(texts(tmp_path / "nowhere", "dev", AsciiArt()))


def test_the_shipped_labels_are_read_whole() -> None:
    """The shipped files are read whole: both splits of artifacts, all splits of texts."""
    of = AsciiArt()
    found = list(of.labelled_artifacts())
    assert {a.split for a in found} == {"dev", "held_out"}
    assert {a.cluster for a in found} == {a.id for a in found if a.of is None}
    assert {t.split for t in of.labelled_texts()} == {"dev", "held_out", "model_outputs"}


# --- the command --------------------------------------------------------------------------------------


def command(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "grounding.cli", "qualify", *args], capture_output=True, text=True, check=False
    )


def rounded(value: Any) -> Any:
    """Numbers to nine digits: the last ones are the processor's."""
    if isinstance(value, float):
        return round(value, 9)
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return [rounded(v) for v in value] if isinstance(value, list) else value


def test_the_shipped_rates_are_those_of_this_code() -> None:
    """What is stored for ASCII art is what its checkers and its reader do now. If it is not:
    grounding qualify ascii_art --json > rates.json && mv rates.json modalities/ascii_art/labelled/qualified.json
    """
    done = command("ascii_art", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert rounded(json.loads(done.stdout)) == rounded(AsciiArt().qualified())


def test_the_command_errs_in_one_line() -> None:
    """An unknown modality or split is one line and exit code 2."""
    for args, line in (
        (("opera",), "grounding: unknown modality 'opera'; known: ascii_art"),
        (("--split", "test"), "grounding: unknown split 'test'; known: dev, held_out, all"),
    ):
        done = command(*args)
        assert (done.returncode, done.stderr.strip(), done.stdout) == (2, line, "")


def printed(found: Mapping[str, Any], wrong: bool = False, width: int = 200) -> str:
    out = io.StringIO()
    print_qualified(found, wrong, Console(file=out, width=width))
    return out.getvalue()


def test_the_table_says_in_words_what_is_missed() -> None:
    """A rate beneath what is expected carries a word; wrong verdicts are counted, and listed when asked for."""
    found = {"schema": 1, "modalities": {"squares": q.qualify(Squares())}}
    table = printed(found)
    assert "squares: 2 labelled artifacts from 1 original, split held_out" in table
    (line,) = [line for line in table.splitlines() if line.lstrip().startswith("filled")]
    assert "0.0000 below n=1" in line and line.split()[-1] == "1"
    assert "depicts (never decided)" in table and "wrong verdicts" not in table
    listed = printed(found, wrong=True)
    assert "1 wrong verdict" in listed and "s5  filled()" not in listed and "s5 filled()" in listed


def test_a_narrow_terminal_cuts_no_number() -> None:
    """At 80 columns the parts of a rate stand below one another; nothing ends in an ellipsis."""
    found = {"modalities": {"ascii_art": (AsciiArt().qualified() or {})["modalities"]["ascii_art"]}}
    narrow = printed(found, width=80)
    assert not [word for word in narrow.split() if word.endswith("…")]
    assert max(map(len, narrow.splitlines()[1:])) <= 80


def test_kinds_stand_under_their_checker() -> None:
    """All claims first, each checker with its kinds below, kinds of several checkers last, named with them."""
    found = [
        judged(HOLDS, HOLDS, kind="color"),
        judged(HOLDS, HOLDS, kind="size"),
        judged(FAILS, FAILS, kind="size", checker="ruler/2"),
    ]
    block = q.qualify(Squares()) | {"rows": q.rows(found)}
    table = printed({"modalities": {"squares": block}}).splitlines()
    labels = [line[: line.index("  ", 3)].rstrip() for line in table[4:9]]
    assert labels == [" all kinds", " eye/1", "   color", " ruler/2", "   size of eye/1, ruler/2"]


def test_a_terminal_cannot_be_attacked_by_labels() -> None:
    """Control characters in ids and reasons are shown as escapes."""
    block = q.qualify(Squares())
    block["wrong"][0]["artifact"] = "\x1b[2J"
    block["by_fault"][0]["fault"] = "\x1b[31m"
    out = printed({"modalities": {"squares": block}}, wrong=True)
    assert "\x1b" not in out and r"\x1b[2J" in out and r"\x1b[31m" in out


def test_a_modality_without_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for by name it is an error; among others it is one clear line; its scores say so too."""

    class Bare:
        name = "bare"
        checkers: Mapping[str, str] = {}

    known: dict[str, Any] = {"bare": Bare(), "squares": Squares()}
    monkeypatch.setattr(q, "modality", known.get)
    monkeypatch.setattr(q, "modalities", lambda: sorted(known))
    with pytest.raises(GroundingError, match=r"^bare: has no labelled artifacts; docs/qualify\.md"):
        q.qualify_all("bare")
    found = q.qualify_all()
    assert list(found["modalities"]) == ["bare", "squares"]
    assert "bare: has no labelled artifacts" in printed(found).splitlines()[0]
    assert "has no labelled artifacts" in q.stored_rates(known["bare"])["why_null"]


def test_nothing_labelled_in_a_split() -> None:
    """A split without artifacts is an error, not a table of nothing."""

    class Empty(Squares):
        def labelled_artifacts(self) -> Iterator[LabelledArtifact]:
            yield labelled(3, "dev", {"width(3)": HOLDS})

    with pytest.raises(GroundingError, match="no labelled artifacts in split 'held_out'"):
        q.qualify(Empty())
