"""Tally marks: the smallest modality there can be, and a subject that makes them. An artifact is "|||"."""

import re
from pathlib import Path

from grounding.cases import Case, Draw, with_partners
from grounding.claims import Claim, Statement, Verdict
from grounding.errors import Malformed
from grounding.modality import Artifact, Predicate
from grounding.subject import Answer


class Tally:
    name = "tally"
    extension = ".txt"
    predicates = {"marks": Predicate("marks", ("N",), "there are N marks")}
    families = ("plain",)
    checkers = {"counter": "1"}
    describe_question = "How many marks are there?"
    success_question = "Is that what was asked? Answer yes or no."

    def cases(self, family, n, seed):
        draw = Draw("tally", seed)
        numbers = [draw.between(1, 9) for _ in range(n)]
        cases = [
            Case(
                f"t{i}", "tally", f"Make {k} marks.", (Claim("marks", (k,)),), family, f"k{k}", data={"k": k}
            )
            for i, k in enumerate(numbers)
        ]
        return with_partners(cases, self.relation, seed)

    def oracle(self, case):
        return case.oracle or "|" * case.data["k"]

    def parse(self, reply, case=None):
        text = reply.strip()
        if not text or set(text) != {"|"}:
            raise Malformed("not only marks")
        return Artifact(text.encode(), self.extension)

    def load(self, path):
        return self.parse(Path(path).read_text())

    def observe(self, artifact):
        return self.check(artifact, [Claim("marks", (len(artifact.text),))])

    def check(self, artifact, claims, case=None):
        n = len(artifact.text)
        return [
            Verdict(c, "holds" if c.args[0] == n else "fails", "counter/1", {"reason": f"{n} marks"})
            for c in claims
        ]

    def relation(self, a, b):
        return "entails" if a == b else "excludes"

    def near_misses(self, claim):
        return [Claim("marks", (claim.args[0] + 1,))]

    def words(self, artifact):
        return ""

    def read(self, text):
        return [
            Statement(Claim("marks", (int(m.group()),)), "asserted", m.span())
            for m in re.finditer(r"\d{1,9}", text)
        ]

    def say(self, claims):
        return " ".join(f"There are {c.args[0]} marks." for c in claims)

    def show(self, artifact, verdicts=()):
        from PIL import Image

        return Image.new("RGB", (10 * len(artifact.text), 20))

    def request(self, instruction, case):
        return instruction or "Make some marks."

    def shown(self, artifact):
        return artifact.text

    def probe_question(self, claim):
        return f"Are there {claim.args[0]} marks?"

    def features(self, artifact):
        return {str(len(artifact.text)): 1.0}


class Scribe:
    """Makes one mark too many for odd numbers, and repeats what it was asked."""

    spec = "scribe"
    batch_size = 4

    def fingerprint(self):
        return {"kind": "scribe"}

    def generate(self, batch):
        asked = [int(re.search(r"\d+", r.messages[0]["content"]).group()) for r in batch]
        return ["|" * (k + k % 2) for k in asked]

    def describe(self, batch):
        return [r.messages[0]["content"] for r in batch]

    def probe(self, batch):
        return [Answer("Yes", 1.0) for _ in batch]


def scribe(argument, settings):
    """A scribe that cannot count to odd numbers."""
    return Scribe()
