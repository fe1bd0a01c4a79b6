"""ASCII art: text blocks, their claims, checkers, reader and families. See docs/ascii_art.md."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grounding.cases import Case
from grounding.claims import Claim, Relation, Statement, Verdict
from grounding.errors import Malformed
from grounding.modality import Artifact, LabelledArtifact, LabelledText, Predicate, validated

if TYPE_CHECKING:
    from PIL import Image

_PREDICATES = (
    Predicate("text", ("WORD",), "the art reads WORD, upper and lower case alike"),
    Predicate("font", ("NAME",), "it is set in pyfiglet's font NAME"),
    Predicate(
        "shape", ("KIND",), "all its figures are of KIND: square, rectangle, triangle, diamond, line, circle"
    ),
    Predicate("hollow", (), "every figure is an outline around empty space"),
    Predicate("filled", (), "every figure is filled"),
    Predicate("width", ("N",), "the ink is N columns wide"),
    Predicate("height", ("N",), "the ink is N rows tall"),
    Predicate("charset", ("CHARACTERS",), "the ink consists of exactly these characters"),
    Predicate("count", ("KIND", "N"), "exactly N figures are of KIND"),
    Predicate(
        "symmetric",
        ("AXIS",),
        "its halves mirror each other: vertical is left to right, horizontal top to bottom",
    ),
    Predicate("face", ("EXPRESSION",), "a face: smiling, frowning or neutral"),
    Predicate("framed", (), "a closed border runs round everything else"),
    Predicate("bars", ("N", "…"), "bars of these lengths, in this order"),
    Predicate("left_of", ("A", "B"), "every figure of kind A lies left of every one of kind B"),
    Predicate("above", ("A", "B"), "every figure of kind A lies above every one of kind B"),
    Predicate("depicts", ("PHRASE",), "it is a picture of PHRASE; never decided", decidable=False),
)
# Words typed into the art: at least three letters, not all the same ("ooo" and "XXXX" are drawing).
_TYPED = re.compile(r"[A-Za-z]{3,}(?:['-][A-Za-z]+)*|\b(?:a|an|is|of|in|no|by|I|A)\b")
MAX_BYTES = 2_000_000


class AsciiArt:
    """The modality; its rooms are the modules beside this file, loaded when they are needed."""

    name = "ascii_art"
    extension = ".txt"
    predicates: Mapping[str, Predicate] = {p.name: p for p in _PREDICATES}
    families: Sequence[str] = ("word", "shape", "count", "frame", "face", "arrangement", "bars")
    checkers: Mapping[str, str] = {"figlet": "2", "geometry": "2"}

    def cases(self, family: str, n: int, seed: int) -> list[Case]:
        from modalities.ascii_art.cases import cases

        return cases(family, n, seed)

    def oracle(self, case: Case) -> str | None:
        from modalities.ascii_art.cases import oracle

        return oracle(case)

    def parse(self, reply: str | bytes, case: Case | None = None) -> Artifact:
        """The art in a reply, by the rules in parse.py. Raises Malformed."""
        from modalities.ascii_art.parse import rows_of

        if isinstance(reply, bytes):
            raise Malformed("the reply is binary, not text")
        return Artifact("\n".join(rows_of(reply)).encode("utf-8"), self.extension)

    def load(self, path: Path | str) -> Artifact:
        """The art in a text file: the same rules as for a reply. Raises Malformed."""
        raw = Path(path).read_bytes()
        if len(raw) > MAX_BYTES:
            raise Malformed(f"the file has {len(raw)} bytes; at most {MAX_BYTES} are read")
        try:
            return self.parse(raw.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise Malformed(f"the file is not UTF-8 at byte {error.start}") from error

    def observe(self, artifact: Artifact) -> list[Verdict]:
        from modalities.ascii_art.check import observe

        return observe(_rows(artifact))

    def check(self, artifact: Artifact, claims: Sequence[Claim], case: Case | None = None) -> list[Verdict]:
        """Verdicts in the claims' order. Raises ClaimError for a claim outside the vocabulary."""
        from modalities.ascii_art.check import check

        return check(_rows(artifact), [validated(self, claim) for claim in claims])

    def relation(self, a: Claim, b: Claim) -> Relation:
        from modalities.ascii_art.relate import relation

        return relation(a, b)

    def near_misses(self, claim: Claim) -> list[Claim]:
        from modalities.ascii_art.relate import near_misses

        return near_misses(claim)

    def words(self, artifact: Artifact) -> str:
        """Words typed in the art, row by row: captions and labels."""
        rows = []
        for row in artifact.text.split("\n"):
            found = [w for w in _TYPED.findall(row) if len(set(w.lower())) > 1 or len(w) == 1]
            if any(len(w) > 2 for w in found):
                rows.append(" ".join(found))
        return "\n".join(rows)

    def read(self, text: str) -> list[Statement]:
        from modalities.ascii_art.read import read

        return read(text)

    def say(self, claims: Sequence[Claim]) -> str:
        from modalities.ascii_art.prompts import say

        return say(claims)

    def show(self, artifact: Artifact, verdicts: Sequence[Verdict] = ()) -> Image.Image:
        from modalities.ascii_art.show import show

        return show(_rows(artifact), verdicts)

    def request(self, instruction: str | None, case: Case) -> str:
        from modalities.ascii_art.prompts import NEUTRAL

        return NEUTRAL if instruction is None else instruction

    def shown(self, artifact: Artifact) -> str:
        return artifact.text

    @property
    def describe_question(self) -> str:
        from modalities.ascii_art.prompts import DESCRIBE

        return DESCRIBE

    def probe_question(self, claim: Claim) -> str:
        from modalities.ascii_art.prompts import probe_question

        return probe_question(claim)

    @property
    def success_question(self) -> str:
        from modalities.ascii_art.prompts import SUCCESS

        return SUCCESS

    def features(self, artifact: Artifact) -> Mapping[str, float]:
        """Counts of each character with its right and lower neighbour: what is drawn, wherever it stands."""
        rows = _rows(artifact)
        width = max(map(len, rows)) + 1
        grid = [row.ljust(width) for row in (*rows, "")]
        counts: Counter[str] = Counter()
        for upper, lower in itertools.pairwise(grid):
            for i in range(width - 1):
                if upper[i] != " ":
                    counts[upper[i] + upper[i + 1] + lower[i]] += 1
        return {key: float(n) for key, n in counts.items()}

    def labelled_artifacts(self) -> Iterator[LabelledArtifact]:
        from modalities.ascii_art.labels import artifacts

        return artifacts(self)

    def labelled_texts(self) -> Iterator[LabelledText]:
        from modalities.ascii_art.labels import texts

        return texts(self)

    def qualified(self) -> Mapping[str, Any] | None:
        from modalities.ascii_art.labels import qualified

        return qualified()


def _rows(artifact: Artifact) -> tuple[str, ...]:
    return tuple(artifact.text.split("\n"))
