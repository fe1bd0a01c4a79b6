"""The labelled artifacts: the stored file is what the script writes, and no label contradicts another."""

import json
from pathlib import Path

import pytest

from grounding.claims import Claim
from modalities.ascii_art.labelled import make_artifacts

STORED = [json.loads(line) for line in make_artifacts.OUT.read_text(encoding="utf-8").splitlines()]
ONE_TRUTH = ("width", "height", "charset", "face", "bars", "text")


def test_the_stored_file_is_what_the_script_writes() -> None:
    """Whoever runs the script again gets the same artifacts, labels and splits."""
    assert make_artifacts.artifacts() == STORED


def test_every_label_is_canonical_and_decided() -> None:
    """A label is a claim in canonical form and holds or fails, never unknown."""
    for made in STORED:
        for claim, truth in made["labels"].items():
            assert str(Claim.parse(claim)) == claim
            assert truth in ("holds", "fails")


@pytest.mark.parametrize("name", ONE_TRUTH)
def test_what_can_have_one_value_has_one(name: str) -> None:
    """No artifact is labelled to have two widths, two faces, two words and so on."""
    for made in STORED:
        true = [c for c, truth in made["labels"].items() if truth == "holds" and Claim.parse(c).name == name]
        assert len(true) <= 1, made["id"]


def test_mutants_stand_in_the_half_of_their_original() -> None:
    """Nothing about a held-out drawing can be learnt from a mutant of it in dev."""
    halves = {made["id"]: made["split"] for made in STORED}
    for made in STORED:
        if made["of"] in halves:
            assert made["split"] == halves[made["of"]]


def test_ids_and_drawings_are_unique() -> None:
    """No drawing is counted twice, in one half or across both."""
    assert len({made["id"] for made in STORED}) == len(STORED)
    assert len({made["artifact"] for made in STORED}) == len(STORED)


def test_drawings_are_stored_as_the_parser_stores_them() -> None:
    """No trailing spaces, no blank margins, no common indent."""
    for made in STORED:
        rows = made["artifact"].split("\n")
        assert rows[0] and rows[-1] and all(row == row.rstrip() for row in rows)
        assert any(row[:1].strip() for row in rows)


def test_the_readme_counts_are_those_of_the_file() -> None:
    """The table of counts in the README is that of the stored file."""
    readme = Path(make_artifacts.OUT).with_name("README.md").read_text(encoding="utf-8")
    for row in make_artifacts.counts(STORED):
        assert row in readme
