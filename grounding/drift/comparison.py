"""Runs of the same cases compared: what changed since the first, in verdict words with their numbers.

    compare(before, after, ...)  ->  {"schema", "alpha", "allowed", "runs", "comparisons", "rounds"}

A comparison per later run, each against the first: {"before": 0, "after": i, "same_subject", "modalities": {M: block}}.
A block: pairs, unmatched, errors, a row per metric, condition, claim kind and family, and the cases that changed most.
Primary rows (named by the suites, headline only) carry verdicts adjusted for their number; all other rows are
descriptive. Procedures and their sources: docs/statistics.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from grounding import store
from grounding.drift.comparable import differing
from grounding.drift.paired import ALPHA, adjusted, verdict
from grounding.drift.pairs import Pairs, paired
from grounding.drift.plan import Asked, Plan, plan
from grounding.drift.rounds import rounds
from grounding.drift.rows import Row, described, headline, rows_of
from grounding.drift.worst import worst
from grounding.errors import GroundingError
from grounding.metrics import COMMON, METRICS
from grounding.score_table import Table
from grounding.scores import read_tables

SCHEMA = 1
LISTED = 20  # unmatched cases that are named; all are counted
SHIFTED = ("malformed", "strict_decided")  # if these move, descriptions are of other artifacts
MADE = frozenset(m.name for m in (*METRICS, *COMMON) if not described(m))
RUN = ("subject", "suites", "checkers", "seed", "samples", "conditions", "finished", "listened")

Tables = Mapping[str, Table]


def compare(
    *folders: Path | str,
    alpha: float = ALPHA,
    allow: Collection[str] = (),
    listened: Sequence[Path | str] = (),
    asked: Asked | None = None,
) -> dict[str, Any]:
    """Compare run folders, case by case: the later ones with the first.

    alpha     of every verdict
    allow     of "suites", "conditions", "checkers": what may differ; it is recorded in the result
    listened  what `listen` wrote for the later runs' subjects on the first run's artifacts, one for each later run:
              descriptions are then compared on the same artifacts
    asked     margins and primary metrics besides those of the suites

    Raises RunFolderError if a folder cannot be read, GroundingError if the runs must not be compared.
    """
    if len(folders) < 2:
        raise GroundingError("a comparison needs two run folders or more")
    if listened and len(listened) != len(folders) - 1:
        raise GroundingError(
            f"{len(listened)} listened folders for {len(folders) - 1} later runs: give one for each, in their order"
        )
    if not 0 < alpha < 0.5:
        raise GroundingError(f"alpha is {alpha}: it is a probability of error above 0 and below 0.5")
    manifests = [store.read_manifest(folder) for folder in folders]
    allowed = differing(folders, manifests, allow)
    words = _listened(folders, manifests, listened, allow)
    tables = [read_tables(folder) for folder in folders]
    shared = sorted(set.intersection(*(set(t) for t in tables)))
    if not shared:
        names = " and ".join(map(str, folders))
        raise GroundingError(f"{names} have no modality with records in common")
    plans = {name: plan(manifests[0], name, asked) for name in shared}
    comparisons = []
    for i in range(1, len(folders)):
        if manifests[i].get("listened"):
            chosen = {n: Plan(frozenset(p.primary) - MADE, p.margins, p.margin) for n, p in plans.items()}
        else:
            chosen = plans
        spoken = read_tables(words[i - 1]) if words else {}
        blocks = {
            name: _block(folders[0], tables[0][name], tables[i][name], chosen[name], spoken.get(name))
            for name in shared
        }
        same = manifests[0]["subject"] == manifests[i]["subject"]
        comparisons.append({"before": 0, "after": i, "same_subject": same, "modalities": blocks})
    _decide(comparisons, alpha)
    return {
        "schema": SCHEMA,
        "alpha": alpha,
        "allowed": allowed,
        "runs": [
            {"folder": str(folder), **{field: manifest.get(field) for field in RUN}}
            for folder, manifest in zip(folders, manifests, strict=True)
        ],
        "comparisons": comparisons,
        "rounds": {
            name: rounds(
                [of[name] for of in tables],
                [c["modalities"][name] for c in comparisons],
                plans[name],
                alpha,
            )
            for name in shared
        },
    }


def _listened(
    folders: Sequence[Path | str],
    manifests: Sequence[Mapping[str, Any]],
    listened: Sequence[Path | str],
    allow: Collection[str],
) -> Sequence[Path | str]:
    """The listened folders, each shown to be what its later run's subject said of the first run's artifacts."""
    for folder, run, manifest in zip(listened, folders[1:], manifests[1:], strict=False):
        heard = store.read_manifest(folder)
        differing([folders[0], folder], [manifests[0], heard], allow)
        source = heard.get("listened")
        if not source:
            raise GroundingError(f"{folder}: not written by `listen`; compare it as a run of its own")
        if heard["subject"] != manifest["subject"]:
            raise GroundingError(f"{folder}: its subject is not that of {run}")
        if source.get("subject") != manifests[0]["subject"]:
            raise GroundingError(
                f"{folder}: it is about artifacts of another subject than that of {folders[0]}"
            )
    return listened


def _block(folder: Path | str, before: Table, after: Table, chosen: Plan, spoken: Table | None) -> Row:
    before.freeze()
    after.freeze()
    pairs, heard = paired(before, after), None
    if spoken is not None:
        spoken.freeze()
        heard = paired(before, spoken)
        _same_artifacts(heard, folder)
    rows = rows_of(pairs, chosen, heard)
    return {
        "pairs": len(pairs),
        "clusters": len(pairs.family),
        "families": list(pairs.families),
        "errors_left_out": pairs.errors,
        "unmatched": {
            side: {"n": len(cases), "cases": ["/".join(case) for case in cases[:LISTED]]}
            for side, cases in zip(("before", "after"), pairs.only, strict=True)
        },
        "shifted": _shifted(rows) if heard is None else None,
        "metrics": rows,
        "worst": worst(pairs, rows),
    }


def _same_artifacts(pairs: Pairs, folder: Path | str) -> None:
    for before, after in pairs.rows.T:
        if pairs.before.artifacts[before] != pairs.after.artifacts[after]:
            raise GroundingError(
                f"what was listened to is not what lies in {folder}: {'/'.join(pairs.before.key(int(before))[2:])} "
                "has another artifact there; listen again"
            )


def _shifted(rows: Sequence[Row]) -> str | None:
    """Why descriptions cannot be compared: other artifacts are described after than before."""
    for row in headline(rows):
        if row["name"] in SHIFTED and abs(row["difference"] or 0.0) > row["margin"]:
            return (
                f"{row['name']} moved by {row['difference']:+.3f}, more than the margin {row['margin']}: "
                "other artifacts are described; compare with `listen`"
            )
    return None


def _decide(comparisons: Sequence[Mapping[str, Any]], alpha: float) -> None:
    """A word for every row. Primary rows: Benjamini–Hochberg within a comparison, then Holm along the chain."""
    chain: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for comparison in comparisons:
        primary = [
            ((name, row["name"], row["condition"]), row)
            for name, block in comparison["modalities"].items()
            for row in block["metrics"]
            if row["primary"] and row["p"] is not None
        ]
        for (key, row), p in zip(primary, adjusted([r["p"] for _, r in primary], "fdr_bh"), strict=True):
            row["p_adjusted"] = p
            chain[key].append(row)
    for along in chain.values():
        for row, p in zip(along, adjusted([r["p_adjusted"] for r in along], "holm"), strict=True):
            row["p_adjusted"] = p
    of = {m.name: m for m in (*METRICS, *COMMON)}
    for comparison in comparisons:
        for block in comparison["modalities"].values():
            for row in block["metrics"]:
                row.setdefault("p_adjusted", None)
                if block["shifted"] and described(of[row["name"]]):
                    row["verdict"], row["why"] = "INCONCLUSIVE", block["shifted"]
                else:
                    p = row["p_adjusted"] if row["primary"] else row["p"]
                    row["verdict"] = verdict(p, row["p_margin"], alpha)
                row["direction"] = _direction(row)


def _direction(row: Row) -> str | None:
    """ "better", "worse", "up" or "down"; None where nothing moved or nothing is known."""
    moved = row["difference"]
    if not moved:
        return None
    if not row["better"]:
        return "up" if moved > 0 else "down"
    return "better" if (moved > 0) == (row["better"] > 0) else "worse"
