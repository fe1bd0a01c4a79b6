"""The cheapest modality there can be, to see what the engine costs by itself: tally marks in pairs of cases.

The modality is the one of tests/data/tally_marks, seen as an installed package would be (an entry point);
its cases come in clusters of two that are each other's partner, so that any number of them can be made.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "data" / "tally_marks"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tally_marks import Tally

from grounding.cases import Case
from grounding.claims import Claim

HERE = Path(__file__).resolve().parent


class Pairs(Tally):
    """Tally marks; case 2 i and case 2 i + 1 ask for one mark more or less."""

    def cases(self, family: str, n: int, seed: int) -> list[Case]:
        return [self._case(i, family, 1 + (i + seed) // 2 % 8 + i % 2) for i in range(n)]

    def _case(self, i: int, family: str, marks: int) -> Case:
        expects = (Claim("marks", (marks,)),)
        name, partner = f"t{i}", f"t{i ^ 1}"
        told = f"Make {marks} marks."
        return Case(name, "tally", told, expects, family, f"k{i // 2}", partner=partner, data={"k": marks})


def installed(folder: Path, n: int) -> Path:
    """Make Pairs known in this process and its workers, and write a suite of n cases; returns its path."""
    info = folder / "tally_pairs-0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tally-pairs\nVersion: 0\n")
    (info / "entry_points.txt").write_text("[grounding.modalities]\ntally = tallies:Pairs\n")
    for path in (str(folder), str(HERE)):
        sys.path.append(path)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), str(HERE), str(HERE.parent)])
    suite = folder / "tallies.yaml"
    suite.write_text(f"name: tallies\nmodality: tally\nfamilies: [{{family: plain, n: {n}}}]\n")
    return suite
