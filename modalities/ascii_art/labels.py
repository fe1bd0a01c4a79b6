"""The labelled artifacts and texts of ASCII art, and the error rates that were measured on them.

They lie under `labelled/`: artifacts.jsonl, artifacts_styles.jsonl (another hand, other styles),
texts_SPLIT.jsonl, and qualified.json, which is what
`grounding qualify ascii_art --json` printed for them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from grounding import labels
from grounding.errors import LabelError
from grounding.modality import LabelledArtifact, LabelledText, Modality

FOLDER = files("modalities.ascii_art").joinpath("labelled")
ARTIFACT_FILES = ("artifacts.jsonl", "artifacts_styles.jsonl")
TEXT_SPLITS = ("dev", "held_out", "model_outputs")


def artifacts(of: Modality) -> Iterator[LabelledArtifact]:
    """Those of all files in turn; an id stands once over all of them. Raises LabelError."""
    return labels.artifacts([FOLDER.joinpath(name) for name in ARTIFACT_FILES], of)


def texts(of: Modality) -> Iterator[LabelledText]:
    for split in TEXT_SPLITS:
        yield from labels.texts(FOLDER.joinpath(f"texts_{split}.jsonl"), split, of)


def qualified() -> Mapping[str, Any] | None:
    """The stored error rates; None where none are stored. Raises LabelError if they are no JSON object."""
    file = FOLDER.joinpath("qualified.json")
    if not file.is_file():
        return None
    try:
        stored = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise LabelError(f"{file}:1: no JSON: {error}; write it anew with grounding qualify") from error
    if not isinstance(stored, dict):
        raise LabelError(f"{file}:1: a JSON object, not {type(stored).__name__}")
    return stored
