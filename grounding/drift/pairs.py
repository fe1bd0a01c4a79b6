"""Two runs' records of one modality side by side: which pair, which do not, and each metric's differences.

A pair is a case and sample that both runs have. It counts where neither run failed on our side (`error`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grounding.score_table import Key, Table
from grounding.stats import Clustered, Floats, Ints

Case = tuple[str, str, str]  # suite, case, sample


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows of two tables that belong together, in an order that does not depend on how records came.

    before, after    both tables, frozen
    rows             [2, pairs]: the row of each pair in each table
    cluster          of each pair: its cluster's number
    family           of each cluster: its family's number in `families`
    only             cases that one run alone has: (before's, after's)
    errors           pairs left out because a run has an error there
    """

    before: Table
    after: Table
    rows: Ints
    cluster: Ints
    family: Ints
    families: tuple[str, ...]
    only: tuple[tuple[Case, ...], tuple[Case, ...]]
    errors: int

    def __len__(self) -> int:
        return int(self.rows.shape[1])

    def case(self, pair: int) -> tuple[str, ...]:
        """Family, cluster, suite, case and sample of a pair."""
        return self.before.key(int(self.rows[0, pair]))

    def values(self, key: Key) -> tuple[Floats, Floats]:
        """A metric's value of each pair in both runs, NaN where a run has none."""
        return self.before.dense(key)[self.rows[0]], self.after.dense(key)[self.rows[1]]

    def clustered(self, differences: Floats) -> Clustered:
        """Differences of pairs (NaN: none) by cluster."""
        some = np.flatnonzero(~np.isnan(differences))
        k, at = len(self.family), self.cluster[some]
        sums = np.bincount(at, weights=differences[some], minlength=k).astype(np.float64)
        counts = np.bincount(at, minlength=k).astype(np.float64)
        kept = counts > 0
        return Clustered(sums[kept], counts[kept], self.family[kept], counts[kept])


def paired(before: Table, after: Table) -> Pairs:
    """The pairs of two tables that all records were added to and that were frozen."""
    there, here = before.cases(), after.cases()
    both = [(there[case], here[case]) for case in sorted(there.keys() & here.keys())]
    usable = [(b, a) for b, a in both if before.scored[b] and after.scored[a]]
    rows = np.array(usable, np.int64).reshape(-1, 2).T
    names = [before.key(b)[:2] for b, _ in usable]
    clusters = sorted(set(names))
    families = sorted({family for family, _ in clusters})
    number = {name: i for i, name in enumerate(clusters)}
    of_family = {name: i for i, name in enumerate(families)}
    return Pairs(
        before,
        after,
        rows,
        np.array([number[name] for name in names], np.int64),
        np.array([of_family[family] for family, _ in clusters], np.int64),
        tuple(families),
        (tuple(sorted(there.keys() - here.keys())), tuple(sorted(here.keys() - there.keys()))),
        len(both) - len(usable),
    )


def over_common(pairs: Pairs, name: str) -> tuple[Floats, Floats]:
    """A metric that stands claim by claim (`_pull_at`), averaged per pair over the claims that both runs have.

    Pull is defined on claims that fail: two runs that fail on other claims would be compared on other questions.
    """
    size = len(pairs)
    sums, counts = np.zeros((2, size)), np.zeros(size)
    places = {key for table in (pairs.before, pairs.after) for key in table.columns if key[0] == name}
    for key in sorted(places, key=str):
        before, after = pairs.values(key)
        both: NDArray[np.bool_] = ~np.isnan(before) & ~np.isnan(after)
        sums[0, both] += before[both]
        sums[1, both] += after[both]
        counts += both
    counts[counts == 0] = np.nan
    return sums[0] / counts, sums[1] / counts
