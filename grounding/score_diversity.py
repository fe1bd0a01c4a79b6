"""Diversity of a run's artifacts by family: a subject can be right every time with ever the same drawing."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grounding.errors import Malformed, RunFolderError
from grounding.modality import Artifact, Modality
from grounding.score_table import Table
from grounding.stats import vendi

MOST = 500  # artifacts of a family that enter the Vendi score: its cost is cubic, 500 take 0.1 s
NAMES = ("diversity_vendi", "diversity_vendi_share", "distinct")
WHY = "a property of the whole set, no mean over clusters: no interval"


def diversity_rows(
    table: Table, of: Modality, artifact_of: Callable[[Mapping[str, Any]], Artifact | None] | None
) -> list[dict[str, Any]]:
    """Vendi score, Vendi score / n, share of distinct artifacts: per family, and their mean over families."""
    members: dict[int, list[int]] = defaultdict(list)
    for row in np.flatnonzero(table.ok()):
        members[int(table.family_of_cluster[table.cluster[row]])].append(int(row))
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in NAMES}
    for family, rows in sorted(members.items()):
        shas = [artifact[0] for row in rows if (artifact := table.artifacts[row])]
        clusters = len({int(table.cluster[row]) for row in rows})
        label = table.families[family]
        if shas:
            found["distinct"].append(_row("distinct", label, len(set(shas)) / len(shas), len(shas), clusters))
        vectors, gone = _features(table, of, artifact_of, rows) if artifact_of else ([], 0)
        if vectors:
            value, left = vendi(vectors), {"artifact not readable": gone} if gone else {}
            for name, shown in (("diversity_vendi", value), ("diversity_vendi_share", value / len(vectors))):
                found[name].append(_row(name, label, shown, len(vectors), clusters, left))
    out = []
    for name in NAMES:
        rows_of = found[name]
        mean = float(np.mean([r["value"] for r in rows_of])) if rows_of else None
        n, clusters = sum(r["n"] for r in rows_of), sum(r["clusters"] for r in rows_of)
        head = _row(name, None, mean, n, clusters)
        if mean is None:
            lacking = name != "distinct" and artifact_of is None and members
            head["why_null"] = "the artifacts' bytes are not at hand" if lacking else "no artifact"
        out += [head, *rows_of]
    return out


def _features(
    table: Table, of: Modality, artifact_of: Callable[[Mapping[str, Any]], Artifact | None], rows: list[int]
) -> tuple[list[Mapping[str, float]], int]:
    """Feature vectors of at most MOST artifacts, chosen by the hash of their place; and how many are gone."""
    chosen = sorted(
        rows,
        key=lambda row: hashlib.sha256("\0".join(table.key(row)).encode("utf-8", "surrogatepass")).digest(),
    )[:MOST]
    by_sha: dict[str, Mapping[str, float] | None] = {}
    for row in chosen:
        artifact = table.artifacts[row]
        if artifact and artifact[0] not in by_sha:
            try:
                stored = artifact_of({"artifact": {"sha256": artifact[0], "path": artifact[1]}})
                by_sha[artifact[0]] = of.features(stored) if stored else None
            except (Malformed, RunFolderError):
                by_sha[artifact[0]] = None
    read = [by_sha.get(a[0]) if (a := table.artifacts[row]) else None for row in chosen]
    vectors = [v for v in read if v is not None]
    return vectors, len(read) - len(vectors)


def _row(
    name: str,
    family: str | None,
    value: float | None,
    n: int,
    clusters: int,
    left: dict[str, int] | None = None,
) -> dict[str, Any]:
    return {
        "name": name,
        "condition": None,
        "claim_kind": None,
        "family": family,
        "value": value,
        "n": n,
        "clusters": clusters,
        "claims": n,
        "interval": None,
        "method": None,
        "why_null": WHY,
        "note": None,
        "left_out": left or {},
        "controls": {},
    }
