"""Chains of runs: curves, slopes, the round that left the margin, and descriptions that part from the facts."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from grounding.drift.comparison import compare
from grounding.evaluate import run
from grounding.store import read_records

ROUNDS = 4
Record = dict[str, Any]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of three controls on the same 84 cases."""
    folder = tmp_path_factory.mktemp("runs")
    for control in ("honest", "echo", "oracle"):
        run("ascii_art", f"control:{control}", folder / control, n=84)
    return folder


def mixed(out: Path, first: Path, second: Path, share: float) -> Path:
    """A run folder with the second run's records for a share of the cases, in every family, and else the first's."""
    manifest = json.loads((first / "run.json").read_text("utf-8"))
    manifest["subject"] = {"spec": f"mixed:{share}", "fingerprint": {"share": share}}
    out.mkdir()
    (out / "run.json").write_text(json.dumps(manifest), "utf-8")
    other = {record["case"]: record for record in read_records(second)}
    records = sorted(read_records(first), key=lambda record: record["case"])
    chosen = [
        other[record["case"]] if (i * 7 % len(records)) < share * len(records) else record
        for i, record in enumerate(records)
    ]
    (out / "records.jsonl").write_text("".join(json.dumps(r) + "\n" for r in chosen), "utf-8")
    return out


def chain(folder: Path, first: Path, second: Path, shares: Sequence[float]) -> dict[str, Any]:
    """The comparison of runs in which ever more cases are the second subject's."""
    folders = [mixed(folder / f"round-{i}", first, second, share) for i, share in enumerate(shares)]
    return compare(*folders)


def curve(result: dict[str, Any], name: str, condition: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = next(
        c for c in result["rounds"]["ascii_art"]["curves"] if (c["name"], c["condition"]) == (name, condition)
    )
    return found


def test_words_part_from_facts(runs: Path, tmp_path: Path) -> None:
    """Honest turning to echo on the same wrong artifacts: agreement climbs, grounding is flat, the flag is up."""
    result = chain(tmp_path, runs / "honest", runs / "echo", [0, 1 / 3, 2 / 3, 1])
    agreement, grounding = curve(result, "agreement", "instructed"), curve(result, "grounding")
    values = [point["value"] for point in agreement["points"]]
    assert values == sorted(values) and values[-1] == 1.0
    assert agreement["slope"]["interval"][0] > 0 and agreement["left_margin"]["round"] == 1
    assert grounding["slope"]["estimate"] == 0 and grounding["left_margin"]["round"] is None
    found = result["rounds"]["ascii_art"]["collusion"]
    assert found["flag"] is True and "agree more with the instruction" in found["why"]


def test_a_pair_of_runs_is_flagged_too(runs: Path) -> None:
    """Two runs are a chain of two."""
    found = compare(runs / "honest", runs / "echo")["rounds"]["ascii_art"]["collusion"]
    assert found["flag"] is True and found["agreement"]["difference"] > 0.5


def test_better_artifacts_are_no_collusion(runs: Path, tmp_path: Path) -> None:
    """Where what is made comes to fit the instruction, so may the words."""
    result = chain(tmp_path, runs / "honest", runs / "oracle", [0, 0.5, 1])
    found = result["rounds"]["ascii_art"]["collusion"]
    assert found["flag"] is False and "what is made rose too" in found["why"]
    assert curve(result, "grounding")["slope"]["direction"] == "better"


def test_nothing_changes(runs: Path) -> None:
    """The same run again and again: no slope, no round outside the margin, no flag."""
    result = compare(*[runs / "honest"] * 3)
    for one in result["rounds"]["ascii_art"]["curves"]:
        assert one["slope"]["estimate"] in (0, None) and one["left_margin"]["round"] is None
    assert result["rounds"]["ascii_art"]["collusion"]["flag"] is False
    words = {
        row["verdict"] for one in result["comparisons"] for row in one["modalities"]["ascii_art"]["metrics"]
    }
    assert words <= {"EQUIVALENT", "INCONCLUSIVE"}


def test_the_slope_is_that_of_least_squares(runs: Path, tmp_path: Path) -> None:
    """Of strict over 0, 1/2, 1 by thirds of the cases: the change per round, by hand from the curve."""
    result = chain(tmp_path, runs / "honest", runs / "oracle", [0, 0.5, 1])
    points = [point["value"] for point in curve(result, "strict")["points"]]
    # With three rounds and no gap the slope is half the way from the first to the last.
    assert curve(result, "strict")["slope"]["estimate"] == pytest.approx((points[2] - points[0]) / 2)


def unlike(of: Callable[[Record, int], Record | None]) -> Callable[[Path, Path], Path]:
    """A spoiled copy of a run: each record changed, or left out."""

    def spoiled(source: Path, out: Path) -> Path:
        out.mkdir()
        (out / "run.json").write_text((source / "run.json").read_text("utf-8"), "utf-8")
        made = [of(json.loads(json.dumps(r)), i) for i, r in enumerate(read_records(source))]
        (out / "records.jsonl").write_text("".join(json.dumps(r) + "\n" for r in made if r), "utf-8")
        return out

    return spoiled


def one_cluster(record: Record, _: int) -> Record:
    return {**record, "family": "f", "cluster": "c"}


def all_unknown(record: Record, _: int) -> Record:
    for key in ("expected", "context_claims"):
        record[key] = [{**claim, "verdict": "unknown"} for claim in record[key]]
    for description in record["descriptions"]:
        description["statements"] = [{**s, "verdict": "unknown"} for s in description["statements"]]
    return record


def undescribed(record: Record, _: int) -> Record:
    return {**record, "descriptions": []}


@pytest.mark.parametrize(
    "spoil",
    [
        unlike(lambda record, i: record if i == 0 else None),
        unlike(one_cluster),
        unlike(all_unknown),
        unlike(undescribed),
        unlike(lambda record, i: {**record, "status": "error"} if i else record),
    ],
    ids=["one case", "one cluster", "all unknown", "no descriptions", "all but one failed"],
)
def test_what_cannot_be_told(runs: Path, tmp_path: Path, spoil: Callable[[Path, Path], Path]) -> None:
    """Too little to compare: no drift, no flag, a reason in every place, and no NaN."""
    folders = [spoil(runs / name, tmp_path / f"{i}") for i, name in enumerate(("honest", "echo", "honest"))]
    result = compare(*folders)
    json.dumps(result, allow_nan=False)
    for one in result["comparisons"]:
        for row in one["modalities"]["ascii_art"]["metrics"]:
            if row["primary"]:
                assert row["verdict"] == "INCONCLUSIVE" or row["pairs"] > 1
            assert row["interval"] is not None or row["why"]
    assert result["rounds"]["ascii_art"]["collusion"]["flag"] is not True
    assert result["rounds"]["ascii_art"]["collusion"]["why"]


def test_runs_without_a_common_case(runs: Path, tmp_path: Path) -> None:
    """Every case unmatched: counted and listed, and nothing compared."""
    even = unlike(lambda record, i: record if i % 2 else None)(runs / "honest", tmp_path / "even")
    odd = unlike(lambda record, i: None if i % 2 else record)(runs / "honest", tmp_path / "odd")
    block = compare(even, odd)["comparisons"][0]["modalities"]["ascii_art"]
    assert block["pairs"] == 0 and block["unmatched"]["before"]["n"] == 42
    assert all(row["verdict"] == "INCONCLUSIVE" for row in block["metrics"])
