"""The entries of many records in columns: 100,000 records fit in a few hundred megabytes.

Records are added one by one and may come again: several for one (case, sample) are attempts, and the last
counts. `freeze()` then puts what remains in an order that does not depend on how the records came.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grounding.errors import ClaimError, RunFolderError
from grounding.score_record import Entry, Meaning, Record, Value, entries, kind_of
from grounding.stats import Clustered, Ints

Key = tuple[str, str | None, str | None]  # metric, condition, claim kind
STATUSES = ("ok", "malformed", "error")
PENDING = 1 << 20  # entries that wait to be sorted into columns


class Shares:
    """The distinct (value, claims under it) of all columns, numbered: shares of a few claims are few."""

    __slots__ = ("_codes",)

    def __init__(self) -> None:
        self._codes: dict[tuple[float, int], int] = {}

    def code(self, value: float, items: int) -> int:
        return self._codes.setdefault((value, items), len(self._codes))

    def decoded(self) -> tuple[NDArray[np.float64], Ints]:
        """Values and items, by code."""
        return np.array([v for v, _ in self._codes], np.float64), np.array(
            [n for _, n in self._codes], np.int64
        )


class Column:
    """One metric, condition and kind: record numbers, and codes of values and how many claims are under each.

    A column of what has no value has the code 0 throughout.
    """

    __slots__ = ("codes", "rows")

    def __init__(self) -> None:
        self.rows, self.codes = array("I"), array("I")

    def extend(self, rows: Ints, codes: Ints) -> None:
        self.rows.frombytes(rows.astype(self.rows.typecode).tobytes())
        self.codes.frombytes(codes.astype(self.codes.typecode).tobytes())


class Entries(dict[Entry, int]):
    """Entries numbered as they come, and the same entry again by the same number."""

    def __init__(self) -> None:
        self.seen: list[Entry] = []

    def __missing__(self, entry: Entry) -> int:
        number = len(self.seen)
        self.seen.append(entry)
        self[entry] = number
        return number


class Table:
    """Records of one modality, reduced. Add with `add`, then `freeze`, then ask."""

    def __init__(self, modality: str, meaning: Meaning):
        self.modality = modality
        self.columns: dict[Key, Column] = defaultdict(Column)
        self._shares = Shares()
        self.left: dict[Key, Column] = defaultdict(Column)  # metric, condition, reason
        self.salient: dict[str, set[str]] = defaultdict(set)  # family → kinds that its instructions name
        self.artifacts: list[tuple[str, str] | None] = []  # per record: (sha256, path)
        self._meaning = meaning
        self._frozen = False
        self._waiting = Entries()
        self._numbers = array("I")  # of the entries that wait
        self._counts: list[int] = []  # how many of them each of the last records has
        self._keys: list[tuple[str, str, str, str, str]] = []  # family, cluster, suite, case, sample
        self._status: list[str] = []
        self._partnered = array("b")
        self._latest: dict[tuple[str, str, str], int] = {}

    def add(self, record: Record) -> None:
        """Reduce one record. RunFolderError if it lacks a field or is of another modality."""
        try:
            if record["modality"] != self.modality:
                raise RunFolderError(
                    f"a record of {record['modality']!r} among those of {self.modality!r}: score them apart"
                )
            self._add(record)
        except (KeyError, ClaimError) as error:
            where = f"record {len(self._keys) + 1} (case {record.get('case')!r})"
            fault = f"lacks {error}; see docs/records.md" if isinstance(error, KeyError) else f"holds {error}"
            raise RunFolderError(f"{where} {fault}") from error

    def _add(self, record: Record) -> None:
        self._frozen = False
        status = record["status"]
        if status not in STATUSES:
            raise RunFolderError(f"case {record['case']!r}: status {status!r}, not {' or '.join(STATUSES)}")
        names = (record["family"], record["cluster"], record["suite"], record["case"], record["sample"])
        key = (str(names[0]), str(names[1]), str(names[2]), str(names[3]), f"{names[4]:>9}")
        found = entries(record, self._meaning) if status != "error" else []
        row = len(self._keys)
        self._keys.append(key)
        self._status.append(status)
        self._partnered.append(record["partner"] is not None)
        self._latest[key[2:]] = row
        artifact = record["artifact"]
        self.artifacts.append((artifact["sha256"], artifact["path"]) if artifact else None)
        if status == "ok":
            found.append(
                Value("_leaked", None, None, float(sum(bool(e["leaked"]) for e in record["expected"])), 1)
            )
        if found:
            self.salient[key[0]].update(kind_of(e["claim"]) for e in record["expected"])
        # Some 150 entries a record: what is done to each is most of the time of scoring.
        self._numbers.extend(map(self._waiting.__getitem__, found))
        self._counts.append(len(found))
        if len(self._numbers) >= PENDING:
            self._settle_entries()

    def _settle_entries(self) -> None:
        """Put the entries that wait into their columns."""
        places: dict[tuple[type[Entry], Key], int] = {}
        place = np.array(
            [places.setdefault((type(e), e[:3]), len(places)) for e in self._waiting.seen], np.int64
        )
        code = np.array([self._code(e) for e in self._waiting.seen], np.int64)
        last = len(self._keys)
        rows = np.repeat(np.arange(last - len(self._counts), last), self._counts)
        numbers = np.array(self._numbers, np.int64)
        order = np.argsort(place[numbers], kind="stable")
        ends = np.bincount(place[numbers], minlength=len(places)).cumsum()
        for ((kind, key), _), some in zip(places.items(), np.split(order, ends[:-1]), strict=True):
            (self.columns if kind is Value else self.left)[key].extend(rows[some], code[numbers[some]])
        self._waiting, self._numbers, self._counts = Entries(), array("I"), []

    def _code(self, entry: Entry) -> int:
        return self._shares.code(entry.value, entry.items) if isinstance(entry, Value) else 0

    def freeze(self) -> None:
        """Drop superseded attempts, settle the order, and find each record's salient facts."""
        if self._frozen:
            return
        self._frozen = True
        if self._numbers:
            self._settle_entries()
        total = len(self._keys)
        order = sorted(range(total), key=lambda row: (self._keys[row], row))
        self.rank = np.zeros(total, np.int64)
        self.rank[order] = np.arange(total)
        self.alive = np.zeros(total, bool)
        self.alive[list(self._latest.values())] = True
        self.status = np.array(self._status, dtype="U9")
        self.scored = self.alive & (self.status != "error")
        rows = [row for row in order if self.scored[row]]
        self.families = sorted({self._keys[row][0] for row in rows})
        names = sorted({self._keys[row][:2] for row in rows})
        family_number = {name: i for i, name in enumerate(self.families)}
        number = {name: i for i, name in enumerate(names)}
        self.family_of_cluster = np.array([family_number[f] for f, _ in names], np.int64)
        self.cluster = np.full(total, -1, np.int64)
        for row in rows:
            self.cluster[row] = number[self._keys[row][:2]]
        self.partnered = np.array(self._partnered, bool)
        self._settle_cover()

    def _settle_cover(self) -> None:
        """Keep cover of the kinds that the family's instructions name, and give each record its mean."""
        shares, counts = self._shares.decoded()
        number = {family: i for i, family in enumerate(self.salient)}
        family = np.array([number.get(key[0], -1) for key in self._keys], np.int64)
        kept: dict[str | None, list[tuple[Ints, Ints]]] = defaultdict(list)
        for key in [k for k in self.columns if k[0] == "cover"]:
            column = self.columns.pop(key)
            named = [i for f, i in number.items() if key[2] in self.salient[f]]
            rows, codes = (np.array(of, np.int64) for of in (column.rows, column.codes))
            some = np.isin(family[rows], named)
            if some.any():
                self.columns[key].extend(rows[some], codes[some])
                kept[key[1]].append((rows[some], codes[some]))
        for condition, parts in kept.items():
            rows, codes = (np.concatenate(of) for of in zip(*parts, strict=True))
            facts = np.bincount(rows, weights=counts[codes])
            asserted = np.bincount(rows, weights=shares[codes] * counts[codes]).round()
            told = np.flatnonzero(facts)
            pairs = zip(
                (asserted[told] / facts[told]).tolist(), facts[told].astype(int).tolist(), strict=True
            )
            code = np.array([self._shares.code(*pair) for pair in pairs], np.int64)
            self.columns["cover", condition, None].extend(told, code)
        self._values, self._items = self._shares.decoded()

    def rows(self, key: Key) -> tuple[Ints, NDArray[np.float64], Ints]:
        """(record numbers, values, items) of the scored records in the settled order."""
        if key not in self.columns:
            return np.empty(0, np.int64), np.empty(0), np.empty(0, np.int64)
        column = self.columns[key]
        rows = np.array(column.rows, np.int64)
        order = np.argsort(self.rank[rows])
        order = order[self.scored[rows[order]]]
        codes = np.array(column.codes, np.int64)[order]
        return rows[order], self._values[codes], self._items[codes]

    def clustered(self, key: Key) -> Clustered:
        rows, values, items = self.rows(key)
        cluster = self.cluster[rows]
        k = len(self.family_of_cluster)
        sums = np.bincount(cluster, weights=values, minlength=k).astype(np.float64)
        counts = np.bincount(cluster, minlength=k).astype(np.float64)
        tally = np.bincount(cluster, weights=items, minlength=k).astype(np.float64)
        some = counts > 0
        return Clustered(sums[some], counts[some], self.family_of_cluster[some], tally[some])

    def dense(self, key: Key) -> NDArray[np.float64]:
        """A value for each record number, NaN where the record is not scored or has none."""
        values = np.full(len(self._keys), np.nan)
        rows, found, _ = self.rows(key)
        values[rows] = found
        return values

    def cases(self) -> dict[tuple[str, str, str], int]:
        """The record number of each (suite, case, sample): its last attempt."""
        return dict(self._latest)

    def left_out(self, name: str, condition: str | None) -> dict[str, int]:
        """Scored records by the reason why they have no value."""
        counts = {
            str(reason): int(self.scored[np.array(column.rows, np.int64)].sum())
            for (metric, at, reason), column in self.left.items()
            if (metric, at) == (name, condition)
        }
        return {reason: n for reason, n in sorted(counts.items()) if n}

    def kinds(self, name: str, condition: str | None) -> list[str]:
        return sorted(kind for n, c, kind in self.columns if (n, c) == (name, condition) and kind is not None)

    def conditions(self) -> dict[str, int]:
        """Descriptions by condition."""
        found = sorted(str(condition) for name, condition, _ in self.columns if name == "mute")
        return {condition: len(self.rows(("mute", condition, None))[0]) for condition in found}

    def key(self, row: int) -> tuple[str, ...]:
        """Family, cluster, suite, case and sample of a record."""
        return self._keys[row]

    def ok(self) -> NDArray[np.bool_]:
        ok: NDArray[np.bool_] = self.scored & (self.status == "ok")
        return ok

    def counts(self) -> dict[str, Any]:
        """What the block's `counts` says about records, cases and descriptions."""
        alive = [self._keys[row] for row in np.flatnonzero(self.alive)]
        scored = [self._keys[row] for row in np.flatnonzero(self.scored)]
        by_status = Counter(self.status[self.alive].tolist())
        conditions = {c: n for c, n in self.conditions().items() if n}
        return {
            "records": len(alive),
            **{status: by_status.get(status, 0) for status in STATUSES},
            "superseded": len(self._keys) - len(alive),
            "cases": len({key[2:4] for key in alive}),
            "samples": len({key[4] for key in alive}),
            "families": len(self.families),
            "clusters": len({key[:2] for key in scored}),
            "undecided_strict": self.left_out("strict", None).get("undecided", 0),
            "leaked_claims": int(self.rows(("_leaked", None, None))[1].sum()),
            "conditions": conditions,
            "missing_descriptions": self._missing(conditions),
        }

    def _missing(self, conditions: Iterable[str]) -> dict[str, int]:
        """Ok records without a description in a condition that others have, where one could be."""
        missing = {}
        for condition in conditions:
            wanted = self.ok() & (self.partnered if condition == "swapped" else True)
            if condition == "inline":  # words in the artifact itself: not every artifact has any
                continue
            have = np.zeros(len(wanted), bool)
            have[self.rows(("mute", condition, None))[0]] = True
            missing[condition] = int((wanted & ~have).sum())
        return {condition: n for condition, n in missing.items() if n}
