"""Which runs may be compared: the same questions, put in the same way, judged by the same checkers."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from grounding.errors import GroundingError, RunFolderError
from grounding.record_shape import comparable_fault

REFUSED = ("suites", "conditions", "checkers")  # what must be equal, unless it is allowed by name
Manifest = Mapping[str, Any]


def differing(
    folders: Sequence[Path | str], manifests: Sequence[Manifest], allow: Collection[str] = ()
) -> list[str]:
    """What differs between the first run and the others and is allowed; GroundingError for what is not."""
    if unknown := sorted(set(allow) - set(REFUSED)):
        raise GroundingError(
            f"allow: {', '.join(unknown)} is nothing that can differ; known: {', '.join(REFUSED)}"
        )
    for folder, manifest in zip(folders, manifests, strict=True):
        if fault := comparable_fault(manifest):
            raise RunFolderError(f"{folder}/run.json: lacks what a comparison needs: {fault}")
    allowed: list[str] = []
    for folder, manifest in zip(folders[1:], manifests[1:], strict=True):
        found = _unlike_parts(manifests[0], manifest)
        wrong = {name: why for name, why in found.items() if name not in allow}
        if wrong:
            what = "; ".join(f"{name} differ ({why})" for name, why in wrong.items())
            raise GroundingError(
                f"{folders[0]} and {folder} are not comparable: {what}. To judge an old run with today's checkers: "
                f"grounding run SUITE --subject replay:{folders[0]}; to compare all the same: --allow "
                + " --allow ".join(wrong)
            )
        where = f" ({folder})" if len(folders) > 2 else ""
        allowed += [f"{name}{where}: {why}" for name, why in found.items()]
    return allowed


def _unlike_parts(first: Manifest, second: Manifest) -> dict[str, str]:
    found = {
        "suites": _unlike(_digests(first), _digests(second)),
        "conditions": _unlike(*(dict.fromkeys(m["conditions"], "asked") for m in (first, second))),
        "checkers": _unlike(*(_flat(m["checkers"]) for m in (first, second))),
    }
    return {name: why for name, why in found.items() if why}


def _digests(manifest: Manifest) -> dict[str, str]:
    """Each suite's cases and plan, shortened: what is decided on must not change between two runs either."""
    found = {}
    for name, suite in manifest["suites"].items():
        chosen = json.dumps([suite.get("primary", []), suite.get("margins", {})], sort_keys=True)
        planned = sha256(chosen.encode()).hexdigest()[:6]
        found[name] = f"{str(suite.get('digest'))[:12]}-{planned}"
    return found


def _flat(checkers: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {f"{m}/{name}": str(version) for m, of in checkers.items() for name, version in of.items()}


def _unlike(first: Mapping[str, str], second: Mapping[str, str]) -> str:
    parts = [
        f"{name} {first.get(name, 'absent')} → {second.get(name, 'absent')}"
        for name in sorted(first.keys() | second.keys())
        if first.get(name) != second.get(name)
    ]
    return ", ".join(parts)
