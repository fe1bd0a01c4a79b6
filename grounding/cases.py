"""Cases and suites: what is asked, and what the asking implies.

A Case is one instruction with the claims that it implies. A Suite is a named list of cases: hand-written
ones and seeded families. The same (family, seed, n) gives the same cases on every machine and Python: all
choices come from `Draw`, which is SHA-256 in counter mode and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from grounding.claims import EXCLUDES, Claim, Relation

T = TypeVar("T")
LEVELS = ("easy", "medium", "hard")


@dataclass(frozen=True, slots=True)
class Case:
    """One instruction and what it implies.

    id       unique within its suite          family   the template: a fixed stratum in statistics
    cluster  cases of a family that share their key content: the unit of resampling
    partner  id of another case of the family, minimally different, whose instruction serves the swapped
             condition; None where no case of the family excludes one of this case's claims
    oracle   a right reply, where one is known (the controls need it)
    data     what the modality itself needs (a scene, a test's id); JSON-able
    """

    id: str
    modality: str
    instruction: str
    expects: tuple[Claim, ...]
    family: str
    cluster: str
    level: str = "easy"
    partner: str | None = None
    suite: str = ""
    oracle: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "modality": self.modality,
            "instruction": self.instruction,
            "expects": [str(c) for c in self.expects],
            "family": self.family,
            "cluster": self.cluster,
            "level": self.level,
            "partner": self.partner,
            "oracle": self.oracle,
            "data": dict(self.data),
        }


@dataclass(frozen=True, slots=True)
class Suite:
    """A named list of cases of one modality. `digest` follows the cases' whole content.

    primary  metrics that a comparison of runs decides on, fixed before there are runs ("faithfulness/instructed")
    margins  of metrics: differences up to so much do not matter
    """

    name: str
    modality: str
    cases: tuple[Case, ...]
    seed: int = 0
    description: str = ""
    primary: tuple[str, ...] = ()
    margins: tuple[tuple[str, float], ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of {"cases": [...], "modality": ..., "name": ...} as JSON, never whole in memory."""
        sha = hashlib.sha256(b'{"cases": [')
        for i, case in enumerate(self.cases):
            sha.update((", " * (i > 0) + json.dumps(case.json(), sort_keys=True)).encode())
        sha.update(f'], "modality": {json.dumps(self.modality)}, "name": {json.dumps(self.name)}}}'.encode())
        return sha.hexdigest()

    def by_id(self) -> dict[str, Case]:
        return {case.id: case for case in self.cases}


class Draw:
    """Seeded choices that are the same everywhere: SHA-256 of the seed and a counter.

    Python's `random` keeps `random()` stable between versions but not every method on top of it.
    """

    def __init__(self, *seed: object):
        self._seed = json.dumps([str(s) for s in seed]).encode()
        self._count = 0

    def below(self, n: int) -> int:
        """A whole number in [0, n). 64 bits from the hash: the bias of the remainder is under n / 2^64."""
        self._count += 1
        digest = hashlib.sha256(self._seed + self._count.to_bytes(8, "big")).digest()
        return int.from_bytes(digest[:8], "big") % n

    def between(self, low: int, high: int) -> int:
        """A whole number in [low, high], both included."""
        return low + self.below(high - low + 1)

    def chance(self, p: float) -> bool:
        return self.below(1 << 32) < p * (1 << 32)

    def pick(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def shuffled(self, items: Iterable[T]) -> list[T]:
        left = list(items)
        return [left.pop(self.below(len(left))) for _ in range(len(left))]


def with_partners(
    cases: Sequence[Case], relation: Callable[[Claim, Claim], Relation], seed: int
) -> list[Case]:
    """The cases, each with the partner that differs least.

    A partner is of the same family and another instruction, and has a claim that excludes one of this
    case's. The own cluster comes first (its toggled demand is the minimal difference), then fewest differing
    claims, then the same level; ties fall by a hash of (seed, ids). A partner that is set already is kept;
    without any candidate: None.
    """
    families: dict[str, list[Case]] = defaultdict(list)
    clusters: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        families[case.family].append(case)
        clusters[case.family, case.cluster].append(case)
    memo: dict[tuple[Claim, Claim], bool] = {}

    def excludes(a: Claim, b: Claim) -> bool:
        if (a, b) not in memo:
            memo[a, b] = EXCLUDES in (relation(a, b), relation(b, a))
        return memo[a, b]

    def distance(case: Case, other: Case) -> tuple[int, bool, str]:
        differing = len(set(case.expects) ^ set(other.expects))
        tie = hashlib.sha256(f"{seed}|{case.id}|{other.id}".encode()).hexdigest()
        return differing, case.level != other.level, tie

    def nearest(case: Case, among: Sequence[Case]) -> Case | None:
        fitting = [
            other
            for other in among
            if other.id != case.id
            and other.instruction != case.instruction
            and any(excludes(a, b) for a in other.expects for b in case.expects)
        ]
        return min(fitting, key=lambda other: distance(case, other), default=None)

    done = []
    for case in cases:
        if case.partner is None:
            # Families are large: the whole one is only looked through for a case that its cluster leaves alone.
            best = nearest(case, clusters[case.family, case.cluster]) or nearest(case, families[case.family])
            case = replace(case, partner=best.id if best else None)
        done.append(case)
    return done


def select(cases: Sequence[Case], n: int | None) -> list[Case]:
    """At most n cases, dealt evenly from the families in turn, in the order of the suite."""
    if n is None or n >= len(cases):
        return list(cases)
    queues: dict[str, list[int]] = defaultdict(list)
    for i, case in enumerate(cases):
        queues[case.family].append(i)
    chosen: list[int] = []
    depth = 0
    while len(chosen) < n:
        chosen += [queue[depth] for queue in queues.values() if depth < len(queue)][: n - len(chosen)]
        depth += 1
    return [cases[i] for i in sorted(chosen)]
