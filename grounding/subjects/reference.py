"""The embedded models: one tiny checkpoint per modality, `grounding/reference/MODALITY/VARIANT`.

Each is loaded by the ordinary adapter of its format, like anybody's checkpoint. `final` is the trained
model; `early` is the same model after a fifth of its training, a round that another can be compared with.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grounding.errors import SubjectError
from grounding.subject import Answer, Failure, Request, Settings, Subject
from grounding.subjects.transformers import digests, transformers

FOLDER = Path(__file__).parent.parent / "reference"
VARIANTS = ("final", "early")


def reference(argument: str, settings: Settings) -> Subject:
    """The embedded tiny models, offline and on one core: reference, or reference:early for an early round."""
    variant = argument or VARIANTS[0]
    if variant not in VARIANTS:
        raise SubjectError(f"unknown reference subject {argument!r}; known: {', '.join(VARIANTS)}")
    return Reference(variant, settings, FOLDER)


class Reference:
    """Hands each request to its modality's model, which is loaded when it is first asked."""

    def __init__(self, variant: str, settings: Settings, folder: Path):
        self.spec = "reference" if variant == VARIANTS[0] else f"reference:{variant}"
        self.batch_size = settings.batch_size
        self._variant = variant
        self._settings = settings
        self._folder = folder
        self._loaded: dict[str, Subject] = {}

    def fingerprint(self) -> dict[str, Any]:
        """Digests of every embedded model of the variant: which will be asked is not known beforehand."""
        chosen = self._settings
        return {
            "kind": "reference",
            "variant": self._variant,
            "models": {
                directory.parent.name: digests(directory)
                for directory in sorted(self._folder.glob(f"*/{self._variant}"))
                if directory.is_dir()
            },
            "settings": {
                "temperature": chosen.temperature,
                "top_p": chosen.top_p,
                "max_new_tokens": chosen.max_new_tokens,
                "describe_tokens": chosen.describe_tokens,
                "device": chosen.device,
            },
        }

    def generate(self, batch: Sequence[Request]) -> list[str | bytes | Failure]:
        return self._asked("generate", batch)

    def describe(self, batch: Sequence[Request]) -> list[str | Failure]:
        return self._asked("describe", batch)

    def probe(self, batch: Sequence[Request]) -> list[Answer | Failure]:
        return self._asked("probe", batch)

    def _asked(self, method: str, batch: Sequence[Request]) -> list[Any]:
        places: dict[str, list[int]] = {}
        for i, request in enumerate(batch):
            places.setdefault(request.case.modality, []).append(i)
        answers: list[Any] = [None] * len(batch)
        for modality, chosen in places.items():
            said = getattr(self._model(modality), method)([batch[i] for i in chosen])
            for i, answer in zip(chosen, said, strict=True):
                answers[i] = answer
        return answers

    def _model(self, modality: str) -> Subject:
        if modality not in self._loaded:
            directory = self._folder / modality / self._variant
            if not directory.is_dir():
                raise SubjectError(
                    f"no embedded {self._variant} model for modality {modality}: there is no {directory}; "
                    "choose another subject, for example transformers:DIR (see grounding list subjects)"
                )
            self._loaded[modality] = transformers(str(directory), self._settings)
        return self._loaded[modality]
