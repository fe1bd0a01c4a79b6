"""A scripted subject, and run folders looked at and changed from outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from grounding.store import read_manifest, read_records
from grounding.subject import Answer, Failure

N = 6
HAND = """\
name: mine
modality: ascii_art
cases:
  - {id: a, instruction: "A hollow square.", expects: ["shape(square)", "hollow()"], family: f}
  - {id: b, instruction: "A triangle.", expects: ["shape(triangle)"], family: f}
  - {id: c, instruction: "A circle.", expects: ["shape(circle)"], family: f}
  - {id: d, instruction: "A diamond.", expects: ["shape(diamond)"], family: f}
"""
SQUARE = "####\n#  #\n#  #\n####"


class Scripted:
    """Gives each case its reply, and describes everything as a square."""

    spec, batch_size = "scripted", 4

    def __init__(self, **replies: str | Failure):
        self.replies = replies

    def fingerprint(self) -> dict[str, Any]:
        return {}

    def generate(self, batch: Any) -> list[Any]:
        return [self.replies.get(request.case.id, SQUARE) for request in batch]

    def describe(self, batch: Any) -> list[Any]:
        return ["It is a square."] * len(batch)

    def probe(self, batch: Any) -> list[Any]:
        return [Answer("Yes.", 0.75)] * len(batch)


class Mute(Scripted):
    """Must not be asked to make anything."""

    def generate(self, batch: Any) -> list[Any]:
        raise AssertionError("a listener was asked to generate")


def content(folder: Path) -> dict[tuple[str, int], dict[str, Any]]:
    return {(r["case"], r["sample"]): {**r, "timing": None} for r in read_records(folder)}


def settled(folder: Path) -> dict[str, Any]:
    """The manifest without what only one of two equal runs has."""
    return {k: v for k, v in read_manifest(folder).items() if k not in ("started", "finished", "listened")}


def changed(folder: Path, case: str, **fields: Any) -> None:
    path = folder / "records.jsonl"
    records = [json.loads(line) for line in path.open()]
    path.write_text("".join(json.dumps(r | (fields if r["case"] == case else {})) + "\n" for r in records))


def manifest_with(folder: Path, **fields: Any) -> None:
    path = folder / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))
