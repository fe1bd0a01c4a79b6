"""Do the statistics of comparisons keep what docs/statistics.md says? Simulated runs with a known truth.

python bench/drift_simulation.py [--quick] [--n N] [--seed S]     a table; rows(quick) joins that of run_all.py

An experiment is two runs of the same cases. Each record's (before, after) is drawn from a table of chances of its
family; variants of a cluster share one draw with chance TOGETHER each, so their differences correlate by TOGETHER².
Cluster sizes are skewed (1 to 12 records), families are of unequal size, some pairs are missing. Because the chances
are known, so is the true difference. Most experiments are made in memory as the paired columns that `compare` makes of
run folders; `folders` writes some as run.json and records.jsonl, and both ways must agree exactly.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from measuring import Row

from grounding.drift.paired import ALPHA, Difference, adjusted, compare
from grounding.stats import Clustered

Cells = Sequence[tuple[float, float, float]]  # (before, after, chance)

TOGETHER = 0.7
SIZES = (8, 12, 30, 100)
MARGIN = 0.03
MISSING = 0.05


def turns(share: float, up: float = 0.5, large: float = 1.0) -> Cells:
    """Yes or no: a share of the records turns, `up` of these from no to yes, by `large`."""
    stay = (1 - share) / 2
    return [
        (0.0, 0.0, stay), (1.0, 1.0, stay), (0.0, large, share * up), (large, 0.0, share * (1 - up)),
    ]  # fmt: skip


THIRDS: Cells = [
    (1 / 3, 2 / 3, 0.2),
    (2 / 3, 1 / 3, 0.2),
    (2 / 3, 2 / 3, 0.3),
    (1.0, 2 / 3, 0.15),
    (2 / 3, 1.0, 0.15),
]
SKEW: Cells = [(1.0, 0.0, 0.05), (0.5, 0.25, 0.05), (0.5, 0.5, 0.6), (0.5, 0.75, 0.25), (0.0, 0.5, 0.05)]
NOISE: Cells = [(1.0, 0.0, 0.03), (0.5, 0.45, 0.3), (0.5, 0.5, 0.37), (0.5, 0.55, 0.3)]
UNEVEN = (0.4, 0.3, 0.2, 0.1)


@dataclass(frozen=True)
class World:
    """A family's share of the clusters and its chances, family by family; `size` fixes the records of a cluster."""

    name: str
    shares: tuple[float, ...]
    cells: tuple[Cells, ...]
    size: int | None = None

    @property
    def truth(self) -> float:
        return float(np.mean([sum((a - b) * p for b, a, p in cells) for cells in self.cells]))

    def clusters(self, total: int) -> list[int]:
        """Clusters by family: at least one each."""
        found = [max(1, round(share * total)) for share in self.shares]
        while sum(found) != total:
            found[int(np.argmax(found))] += 1 if sum(found) < total else -1
        return found


def alike(name: str, cells: Cells, shares: tuple[float, ...] = UNEVEN, size: int | None = None) -> World:
    return World(name, shares, tuple([cells] * len(shares)), size)


NULLS = (
    alike("yes or no, 30 % turn", turns(0.3)),
    World("families of unlike variance", UNEVEN, (turns(0.05), turns(0.2), turns(0.5), turns(0.6))),
    alike("rare: 4 % turn", turns(0.04)),
    alike("thirds", THIRDS),
    alike("families of one cluster", turns(0.3), (0.5, 0.3, 0.01, 0.01)),
    alike("ten small families", turns(0.3), (0.1,) * 10),
)
WORLDS = (
    *NULLS,
    alike("rare: 3 % turn, all down", turns(0.03, 0.0)),
    alike("rare: 8 % turn, all down, one record a cluster", turns(0.08, 0.0), size=1),
    alike("rare: 3 % down, one family, one record a cluster", turns(0.03, 0.0), (1.0,), 1),
    alike("skewed: small gains, large losses", SKEW),
)
HIDDEN = alike("small noise, and 3 % fall all the way", NOISE, (0.5, 0.5))
AT_MARGIN = (
    (alike("3 % turn, all down", turns(0.03, 0.0), (1.0,), 1), (99, 110, 130, 144, 160, 195, 300)),
    (alike("the same, four uneven families, skewed clusters", turns(0.03, 0.0)), (100, 150, 300, 600)),
    (World("12 % fall in the smallest family alone", UNEVEN, (turns(0.0),) * 3 + (turns(0.12, 0.0),), 1),
     (100, 150, 250, 400)),
    (World("the same, noise in the others", UNEVEN, (THIRDS,) * 3 + (turns(0.12, 0.0),)), (150, 300, 600)),
    (alike("noise, and 3 % fall all the way", NOISE, (1.0,), 1), (100, 144, 195)),
    (alike("10 % turn, 3.5 up, 6.5 down", turns(0.1, 0.35)), (100, 300, 1000)),
)  # fmt: skip


def draws(rng: np.random.Generator, world: World, total: int) -> tuple[Any, Any, Any, Any]:
    """(before, after, cluster, family of each cluster) of one experiment's pairs; every cluster has one or more."""
    family = np.repeat(np.arange(len(world.cells)), world.clusters(total))
    k = len(family)
    sizes = np.full(k, world.size) if world.size else rng.geometric(0.35, k).clip(max=12)
    cluster = np.repeat(np.arange(k), sizes)
    shared, own = rng.random(k)[cluster], rng.random(len(cluster))
    u = np.where(rng.random(len(cluster)) < TOGETHER, shared, own)
    before, after = np.empty(len(u)), np.empty(len(u))
    for f, cells in enumerate(world.cells):
        mine = family[cluster] == f
        table = np.array(cells)
        at = np.searchsorted(table[:, 2].cumsum(), u[mine]).clip(max=len(table) - 1)
        before[mine], after[mine] = table[at, 0], table[at, 1]
    first = np.r_[True, cluster[1:] != cluster[:-1]]
    kept = first | (rng.random(len(u)) >= MISSING)
    return before[kept], after[kept], cluster[kept], family


def column(before: Any, after: Any, cluster: Any, family: Any) -> Clustered:
    k = len(family)
    counts = np.bincount(cluster, minlength=k).astype(float)
    return Clustered(np.bincount(cluster, weights=after - before, minlength=k), counts, family, counts)


def experiments(world: World, total: int, n: int, seed: int) -> list[Difference]:
    rng = np.random.default_rng([seed, total, *world.name.encode()])
    return compare([column(*draws(rng, world, total)) for _ in range(n)], [MARGIN] * n)


def share(what: str, hits: Sequence[bool], floor: tuple[str, float] | None = None) -> Row:
    value, n = float(np.mean(hits)), len(hits)
    return Row(what, value, "", n, floor, f"± {np.sqrt(value * (1 - value) / n):.4f}")


def type_one(n: int, seed: int) -> list[Row]:
    return [
        share(f"A/A, {w.name}, {k} clusters: p ≤ .05", [d.p <= ALPHA for d in experiments(w, k, n, seed)], ("<=", 0.06))
        for w in NULLS for k in SIZES if k > len(w.shares)
    ]  # fmt: skip


def coverage(n: int, seed: int) -> list[Row]:
    found = []
    for world in (*WORLDS, HIDDEN):
        for k in SIZES:
            if k <= len(world.shares):
                continue
            held = [
                d.interval[0] - 1e-12 <= world.truth <= d.interval[1] + 1e-12
                for d in experiments(world, k, n, seed)
                if d.interval is not None
            ]
            found.append(share(f"interval holds, {world.name}, {k} clusters", held, (">=", 0.93)))
    return found


def false_equivalence(n: int, seed: int) -> list[Row]:
    return [
        share(f"EQUIVALENT at the margin, {w.name}, {k} clusters", [d.p_margin <= ALPHA for d in
              experiments(w, k, n, seed)],
              ("<=", 0.06))
        for w, sizes in AT_MARGIN for k in sizes
    ]  # fmt: skip


def power(n: int, seed: int) -> list[Row]:
    """Of a drift of 0.1 among 20 % that turn; of one as large as the detectable effect that an A/A run prints."""
    found = []
    for k in (*SIZES, 300):
        world = alike("drift of 0.1", turns(0.2, 0.75))
        found.append(
            share(f"drift of 0.1 found, {k} clusters", [d.p <= ALPHA for d in experiments(world, k, n, seed)])
        )
    for k in (30, 100):
        for rate in (0.0, 0.04, 0.3):
            null = alike("a", turns(rate), size=1)
            printed = float(np.median([d.detectable for d in experiments(null, k, 200, seed)]))
            planted = alike("planted", turns(rate + printed, (rate / 2 + printed) / (rate + printed)), size=1)
            hits = [d.p <= ALPHA for d in experiments(planted, k, n, seed)]
            found.append(
                share(f"drift of the printed {printed:.3f} found, {rate:.0%} turn, {k} clusters", hits)
            )
    return found


def discoveries(n: int, seed: int, many: int = 20) -> list[Row]:
    """Share of false among what is found: BH over 20 metrics of one comparison, all null, and a mix; a chain."""
    rng = np.random.default_rng([seed, 7])
    null, real = alike("null", turns(0.2)), alike("real", turns(0.3, 0.9))
    found = []
    for drifting in (0, 5, 15):
        columns = [
            column(*draws(rng, real if i < drifting else null, 30)) for _ in range(n) for i in range(many)
        ]
        p = [d.p for d in compare(columns, [MARGIN] * len(columns))]
        rates, hits = [], []
        for i in range(n):
            named = np.array(adjusted(p[i * many : (i + 1) * many], "fdr_bh")) <= ALPHA
            rates.append(named[drifting:].sum() / max(1, named.sum()))
            hits.append(named[:drifting].mean() if drifting else 0.0)
        note = f"± {np.std(rates) / np.sqrt(n):.4f}; of the true ones {np.mean(hits):.2f} found"
        what = f"false among DRIFT, {many} metrics of which {drifting} drift"
        found.append(Row(what, float(np.mean(rates)), "", n, ("<=", 0.06), note))
    return [*found, _chain(n, rng)]


def _chain(n: int, rng: np.random.Generator, rounds: int = 5) -> Row:
    """Five rounds against one baseline whose luck they share, nothing drifts."""
    columns = []
    for _ in range(n):
        family = np.repeat(np.arange(4), [12, 9, 6, 3])
        chance = rng.beta(1, 1, 30)
        first, *later = (rng.binomial(3, chance).astype(float) for _ in range(rounds + 1))
        columns += [Clustered(x - first, np.full(30, 3.0), family, np.full(30, 3.0)) for x in later]
    p = [d.p for d in compare(columns, [MARGIN] * len(columns))]
    wrong = [min(adjusted(p[i * rounds : (i + 1) * rounds], "holm")) <= ALPHA for i in range(n)]
    return share(f"any false DRIFT in a chain of {rounds} rounds, shared baseline, Holm", wrong, ("<=", 0.06))


def records(
    before: Any, after: Any, cluster: Any, family: Any
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The experiment's records, three claims each, as docs/records.md has them: `grounding` is the drawn value."""
    sides: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([], [])
    for i in range(len(before)):
        for side, value in zip(sides, (before[i], after[i]), strict=True):
            holding = round(float(value) * 3)
            side.append({
                "suite": "drawn", "case": f"c{i}", "sample": 0, "seed": 0, "family": f"f{family[cluster[i]]}",
                "cluster": f"k{cluster[i]:04}", "level": None, "partner": None, "modality": "ascii_art",
                "instruction": "Make marks.", "reply": "|", "status": "ok", "reason": None,
                "artifact": {"sha256": "0" * 64, "path": "artifacts/0.txt"},
                "expected": [
                    {"claim": f"text({'ABC'[j]})", "verdict": "holds" if j < holding else "fails",
                     "checker": "drawn/1", "evidence": {}, "describable": True, "leaked": False}
                    for j in range(3)
                ],
                "context_claims": [], "observed": [], "descriptions": [],
                "timing": {"generate": 0.0, "check": 0.0, "describe": 0.0},
            })  # fmt: skip
    return sides


def write(folder: Path, name: str, lines: Sequence[dict[str, Any]]) -> Path:
    """A run folder of the records, by a subject called `name`."""
    manifest = {
        "format": "grounding-run", "schema": 1, "subject": {"kind": name}, "seed": 0, "samples": 1,
        "suites": {"drawn": {"digest": "0" * 64, "modality": "ascii_art", "primary": ["grounding"]}},
        "checkers": {"ascii_art": {"drawn": "1"}}, "conditions": [], "counts": {"ok": len(lines)},
        "started": None, "finished": None,
    }  # fmt: skip
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps(manifest))
    (folder / "records.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


def compared(folder: Path, drawn: Sequence[Any]) -> list[dict[str, Any]]:
    """The rows that `compare` makes of run folders with these pairs."""
    from grounding.drift.comparison import compare as of_folders

    before, after = records(*drawn)
    result = of_folders(write(folder / "a", "a", before), write(folder / "b", "b", after))
    found: list[dict[str, Any]] = result["comparisons"][0]["modalities"]["ascii_art"]["metrics"]
    return found


def agreement(n: int, seed: int) -> list[Row]:
    """Run folders and columns made in memory give one result, to the last digit but rounding."""
    worst = 0.0
    for i in range(n):
        world = WORLDS[i % 4]  # their values are thirds
        drawn = draws(np.random.default_rng([seed, i]), world, SIZES[i % 4])
        (found,) = compare([column(*drawn)], [MARGIN])
        with TemporaryDirectory() as folder:
            rows = compared(Path(folder), drawn)
        row = next(r for r in rows if r["name"] == "grounding" and r["claim_kind"] is r["family"] is None)
        pairs = ((found.estimate, row["difference"]), (found.p, row["p"]), (found.p_margin, row["p_margin"]))
        ends = zip(found.interval or (), row["interval"], strict=True)
        worst = max(worst, *(abs(a - b) for a, b in (*pairs, *ends)))
    return [Row("run folders against columns in memory, largest difference", worst, "", n, ("<=", 1e-9))]


def rows(quick: bool, seed: int = 1, n: int | None = None) -> list[Row]:
    n = n or (400 if quick else 4_000)
    return [
        *agreement(40, seed), *type_one(n, seed), *coverage(n, seed), *false_equivalence(n, seed), *power(n // 2, seed),
        *discoveries(n // 4, seed),
    ]  # fmt: skip


def main() -> None:
    from run_all import line

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="400 experiments a row instead of 4,000")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--n", type=int, help="experiments a row")
    args = parser.parse_args()
    print("| what | value | floor | met | n | standard error |\n|---|---|---|---|---|---|")
    print(*map(line, rows(args.quick, args.seed, args.n)), sep="\n")


if __name__ == "__main__":
    main()
