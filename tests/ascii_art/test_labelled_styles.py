"""The second hand's labelled artifacts: unique over both files, canonical, true of sizes, halves kept apart."""

import json
from collections import Counter

import pytest

import grounding
from grounding.claims import Claim
from grounding.errors import LabelError
from modalities.ascii_art import labels

FILES = [
    [json.loads(line) for line in labels.FOLDER.joinpath(name).read_text(encoding="utf-8").splitlines()]
    for name in labels.ARTIFACT_FILES
]
MADE = FILES[1]
ONE_TRUTH = {"width", "height", "charset", "face", "bars", "text"}


def test_the_loader_reads_both_files() -> None:
    """Error rates are measured on the drawings of both hands."""
    assert [one.id for one in labels.artifacts(grounding.modality("ascii_art"))] == [
        made["id"] for file in FILES for made in file
    ]


def test_no_id_and_no_drawing_stands_twice_over_both_files() -> None:
    """No drawing counts twice, and none is in one half of one file and the other half of the other."""
    for key in ("id", "artifact"):
        assert max(Counter(made[key] for file in FILES for made in file).values()) == 1


def test_an_id_in_both_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids tell clusters apart, so a second file that repeats one is an error naming it."""
    monkeypatch.setattr(labels, "ARTIFACT_FILES", (labels.ARTIFACT_FILES[1],) * 2)
    with pytest.raises(LabelError, match="'circle-round-1' stands twice"):
        list(labels.artifacts(grounding.modality("ascii_art")))


def test_every_label_is_canonical_and_no_drawing_has_two_truths() -> None:
    """Three to eight claims a drawing, in canonical form; at most one width, word, face and so on is true."""
    for made in MADE:
        assert 3 <= len(made["labels"]) <= 8, made["id"]
        true = Counter(Claim.parse(c).name for c, truth in made["labels"].items() if truth == "holds")
        assert all(str(Claim.parse(claim)) == claim for claim in made["labels"])
        assert all(true[name] <= 1 for name in ONE_TRUTH), made["id"]


def test_labelled_sizes_are_those_of_the_drawing() -> None:
    """Widths and heights are definitions: a label that says otherwise is a slip."""
    for made in MADE:
        rows = made["artifact"].split("\n")
        size = {"width": max(map(len, rows)), "height": len(rows)}
        for text, truth in made["labels"].items():
            claim = Claim.parse(text)
            if claim.name in size:
                assert (claim.args == (size[claim.name],)) == (truth == "holds"), made["id"]


def test_the_readme_counts_are_those_of_the_file() -> None:
    """The table of counts in the README is that of the stored file."""
    readme = labels.FOLDER.joinpath("README.md").read_text(encoding="utf-8")
    found = Counter(
        (Claim.parse(claim).name, made["split"], truth)
        for made in MADE
        for claim, truth in made["labels"].items()
    )
    for name in {name for name, _, _ in found}:
        cells = (str(found[name, s, t]) for s in ("dev", "held_out") for t in ("holds", "fails"))
        assert f"| `{name}` | {' | '.join(cells)} |" in readme
