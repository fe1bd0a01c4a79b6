"""Checkers' error rates beside the scores of a run: as they are, and the grounding rates corrected for them."""

from __future__ import annotations

from typing import Any

import numpy as np

from grounding.qualify import kind_row
from grounding.rogan_gladen import corrected, none
from grounding.score_table import Key, Table


def attach(block: dict[str, Any], table: Table, found: dict[str, Any]) -> None:
    """Put `error_rates` into a modality's block, and `corrected` into each grounding row of one claim kind.

    found  what `grounding.qualify.stored_rates` returns: rates, or {"why_null"} for all of them
    """
    block["error_rates"] = found
    for row in block["metrics"]:
        kind = row["claim_kind"]
        if row["name"] != "grounding" or kind is None or row["family"] is not None:
            continue
        if "why_null" in found:
            row["corrected"] = none(found["why_null"])
            continue
        rates, share = kind_row(found, kind), formed(table, (row["name"], row["condition"], kind))
        row["corrected"] = corrected(row["value"], row["interval"], rates, share, row["why_null"])


def formed(table: Table, key: Key) -> float:
    """Share of well-formed records among those with a value: families weigh as in the value itself."""
    rows, _, _ = table.rows(key)
    if not len(rows):
        return 1.0
    family, ok = table.family_of_cluster[table.cluster[rows]], table.ok()[rows]
    return float(np.mean([ok[family == f].mean() for f in np.unique(family)]))
