"""How often checkers and reader err, measured on labelled artifacts and texts. See docs/qualify.md.

    qualify_all(name, split)        {"schema", "modalities": {M: block}}: what `grounding qualify --json` prints
    qualify(modality, split)        the block of one modality
    stored_rates(modality, used)    the stored block, if it was measured with these checkers on these labels

Over the labelled claims that a checker decides: sensitivity = P(says holds | it holds), specificity =
P(says fails | it fails); abstention = share `unknown` of all labelled claims. An artifact and the mutants
made from it are one cluster: what a checker misreads in one, it is likely to misread in all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from grounding.claims import ASSERTED, DENIED, ENTAILS, FAILS, HOLDS, UNKNOWN, Claim, Polarity, Value, Verdict
from grounding.errors import GroundingError
from grounding.modality import Labelled, LabelledArtifact, LabelledText, Modality, modalities, modality
from grounding.stats import clustered, estimate, share_interval

SCHEMA = 1
SPLITS = ("dev", "held_out", "all")
HONEST = "held_out"  # dev is what the rules were written on: its rates flatter
# What a checker is expected to reach. Specificity is the stricter: a wrong "holds" makes a subject look right.
FLOORS = {"sensitivity": 0.97, "specificity": 0.99}
NO_LABELS = "has no labelled artifacts; docs/qualify.md says how to add them"
MOST_ABSTENTION = 0.1  # beyond, what was decided is no longer typical of what was asked

Row = dict[str, Any]
Said = tuple[Claim, Polarity]


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled claim with the verdict on it; `cluster` is the id of the original artifact."""

    artifact: str
    cluster: str
    fault: str
    truth: Value
    verdict: Verdict

    @property
    def kind(self) -> str:
        return self.verdict.claim.name

    @property
    def wrong(self) -> bool:
        return self.verdict.decided and self.verdict.value != self.truth


def labelled(of: Modality) -> Labelled:
    """The modality as one that can be qualified. GroundingError if it has no labels."""
    if not isinstance(of, Labelled):
        raise GroundingError(f"{of.name}: {NO_LABELS}")
    return of


def qualify_all(name: str | None = None, split: str = HONEST) -> dict[str, Any]:
    """The blocks of one modality, or of all; of several, one without labels has {"why_null": …} only."""
    if split not in SPLITS:
        raise GroundingError(f"unknown split {split!r}; known: {', '.join(SPLITS)}")
    blocks: dict[str, Any] = {}
    for each in [name] if name else modalities():
        of = modality(each)
        if name is None and not isinstance(of, Labelled):
            blocks[of.name] = {"why_null": NO_LABELS}
        else:
            blocks[of.name] = qualify(of, split)
    return {"schema": SCHEMA, "modalities": blocks}


def qualify(of: Modality, split: str = HONEST) -> dict[str, Any]:
    """The error rates of a modality's checkers and reader on one split, or on all.

    Raises GroundingError where there is nothing labelled, LabelError for a bad label.
    """
    source = labelled(of)
    artifacts, texts = list(source.labelled_artifacts()), list(source.labelled_texts())
    chosen = [a for a in artifacts if split in (a.split, "all")]
    if not chosen:
        raise GroundingError(f"{of.name}: has no labelled artifacts in split {split!r}")
    found = judge(of, chosen)
    hopeless = {name for name, predicate in of.predicates.items() if not predicate.decidable}
    return {
        "checkers": dict(of.checkers),
        "labels": digest(artifacts, texts),
        "split": split,
        "artifacts": len(chosen),
        "originals": len({a.cluster for a in chosen}),
        "rows": rows(found, hopeless),
        "by_fault": fault_rows([j for j in found if j.kind not in hopeless]),
        "reader": reader_rows(of, [t for t in texts if in_split(t, split)]),
        "wrong": [_shown(j) for j in found if j.wrong],
    }


def in_split(text: LabelledText, split: str) -> bool:
    """Texts that no rule was written for are held out, whatever else their split is called."""
    return split == "all" or (text.split == "dev") == (split == "dev")


def judge(of: Modality, artifacts: Iterable[LabelledArtifact]) -> list[Judged]:
    """Every labelled claim with the verdict that the modality's checkers give without knowing the label.

    A checker that breaks down is a GroundingError naming the artifact: leaving it out would flatter the rates.
    """
    found = []
    for a in artifacts:
        try:
            verdicts = of.check(a.artifact, list(a.truths))
        except Exception as error:  # a third party's checker can fail in any way
            raise GroundingError(
                f"{of.name}: checking the labelled artifact {a.id!r} broke down: {type(error).__name__}: {error}"
            ) from error
        found += [
            Judged(a.id, a.cluster, a.fault, truth, verdict)
            for truth, verdict in zip(a.truths.values(), verdicts, strict=True)
        ]
    return found


def rows(found: Sequence[Judged], hopeless: Iterable[str] = ()) -> list[Row]:
    """A row over all claims, one a checker, one a claim kind.

    Kinds that no checker ever decides (`hopeless`) have a row of their own and are in no other: their
    abstention is meant.
    """
    never = set(hopeless)
    counted = [j for j in found if j.kind not in never]
    made = [rates(counted)]
    made += [
        rates([j for j in counted if j.verdict.checker == checker]) | {"checker": checker}
        for checker in sorted({j.verdict.checker for j in counted})
    ]
    for kind in sorted({j.kind for j in found}, key=lambda k: (k in never, k)):
        mine = [j for j in found if j.kind == kind]
        checkers = ", ".join(sorted({j.verdict.checker for j in mine}))
        row = rates(mine) | {"checker": checkers, "claim_kind": kind, "decidable": kind not in never}
        made.append(row if row["decidable"] else row | {"below": []})
    return made


def fault_rows(found: Sequence[Judged]) -> list[Row]:
    """A row for each kind of fault, over all claims: descriptive, for one fault is often of one kind of claim."""
    return [
        rates([j for j in found if j.fault == fault]) | {"fault": fault}
        for fault in sorted({j.fault for j in found}, key=lambda f: (f != "none", f))
    ]


def rates(found: Sequence[Judged]) -> Row:
    """The error rates of verdicts on labelled claims, and which of them miss what is expected of a checker."""
    true, false = ([j for j in found if j.truth == value] for value in (HOLDS, FAILS))
    decided_true, decided_false = ([j for j in part if j.verdict.decided] for part in (true, false))
    row: Row = {
        "checker": None,
        "claim_kind": None,
        "decidable": True,
        "n": len(found),
        "clusters": len({j.cluster for j in found}),
        "sensitivity": rate(
            decided_true, lambda j: j.verdict.value == HOLDS, "no decided claim that is labelled as holding"
        ),
        "specificity": rate(
            decided_false, lambda j: j.verdict.value == FAILS, "no decided claim that is labelled as failing"
        ),
        "abstention": rate(found, _unknown, "no labelled claim"),
        "abstention_holds": rate(true, _unknown, "no claim labelled as holding"),
        "abstention_fails": rate(false, _unknown, "no claim labelled as failing"),
        "wrong": sum(j.wrong for j in found),
    }
    return row | {"below": missed(row)}


def _unknown(j: Judged) -> bool:
    return j.verdict.value == UNKNOWN


def missed(row: Mapping[str, Any]) -> list[str]:
    """Which of sensitivity, specificity and abstention are not what is expected of a checker."""
    below = [name for name, floor in FLOORS.items() if (v := row[name]["value"]) is not None and v < floor]
    abstention = row["abstention"]["value"]
    return [*below, "abstention"] if abstention is not None and abstention > MOST_ABSTENTION else below


def rate(items: Sequence[Any], hit: Callable[[Any], bool], why_null: str) -> Row:
    """A share of items that have a `cluster`, with its interval over clusters."""
    if not items:
        return {"value": None, "n": 0, "clusters": 0, "interval": None, "method": None, "why_null": why_null}
    c = clustered([float(hit(i)) for i in items], [0] * len(items), [i.cluster for i in items])
    interval = share_interval(c)
    return {
        "value": estimate(c),
        "n": c.n,
        "clusters": len(c.sums),
        "interval": list(interval.ends) if interval.ends else None,
        "method": interval.method,
        "why_null": interval.why_null,
    }


def _shown(j: Judged) -> Row:
    return {
        "artifact": j.artifact,
        "fault": j.fault,
        "claim": str(j.verdict.claim),
        "truth": j.truth,
        "verdict": j.verdict.value,
        "checker": j.verdict.checker,
        "reason": str(j.verdict.evidence.get("reason", "")),
    }


# --- the reader ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Matched:
    """A statement, read or labelled, and whether the other side bears it out; `cluster` is the text's id."""

    cluster: str
    right: bool
    flipped: bool = False


def borne_out(of: Modality, one: Said, by: Iterable[Said]) -> bool:
    """Whether a statement of the same polarity says as much: asserted ones entail, denied ones are entailed."""
    claim, polarity = one
    alike = (other for other, p in by if p == polarity)
    if polarity == ASSERTED:
        return any(of.relation(other, claim) == ENTAILS for other in alike)
    return any(of.relation(claim, other) == ENTAILS for other in alike)


def reader_rows(of: Modality, texts: Iterable[LabelledText]) -> list[Row]:
    """Precision, recall and polarity errors of the reader for each split of texts.

    precision: share of the statements read that a labelled one bears out; recall: share of the labelled ones
    that one read bears out; polarity errors: statements read of which the label says the opposite.
    """
    by_split: dict[str, list[LabelledText]] = {}
    for text in texts:
        by_split.setdefault(text.split, []).append(text)
    return [_reader_row(of, split, mine) for split, mine in by_split.items()]


def _reader_row(of: Modality, split: str, texts: Sequence[LabelledText]) -> Row:
    said: list[Matched] = []
    meant: list[Matched] = []
    for text in texts:
        statements: list[Said] = [(s.claim, s.polarity) for s in of.read(text.text)]
        for claim, polarity in statements:
            right = borne_out(of, (claim, polarity), text.statements)
            opposite = DENIED if polarity == ASSERTED else ASSERTED
            flipped = not right and borne_out(of, (claim, opposite), text.statements)
            said.append(Matched(text.id, right, flipped))
        meant += [Matched(text.id, borne_out(of, label, statements)) for label in text.statements]
    return {
        "split": split,
        "texts": len(texts),
        "precision": rate(said, lambda m: m.right, "no statement was read"),
        "recall": rate(meant, lambda m: m.right, "no statement is labelled"),
        "polarity_errors": sum(m.flipped for m in said),
    }


# --- stored rates -------------------------------------------------------------------------------------


def digest(artifacts: Iterable[LabelledArtifact], texts: Iterable[LabelledText]) -> str:
    """sha256 of all that is labelled: rates measured on other labels are not taken for these."""
    labels = [
        [a.id, a.split, a.fault, a.of, a.artifact.sha256, sorted((str(c), v) for c, v in a.truths.items())]
        for a in artifacts
    ]
    read = [[t.id, t.split, t.text, sorted((str(c), p) for c, p in t.statements)] for t in texts]
    return sha256(json.dumps([labels, read]).encode()).hexdigest()


def stored_rates(of: Modality, used: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The rates stored with the modality, without their lists of cases, or {"why_null": …}.

    Nothing is measured here: rates of other checkers than `used` (those of a run; by default the modality's), or
    on other labels than there are, are refused with the reason. Scores must not wait, nor be silently wrong.
    """
    try:
        source = labelled(of)
        found = (source.qualified() or {}).get("modalities", {}).get(of.name)
        if found is None:
            return {"why_null": f"no stored error rates; {_again(of)}"}
        judges = of.checkers if used is None else used
        if dict(judges) != dict(found["checkers"]):
            stored = f"the stored error rates are of {_named(found['checkers'])}"
            return {"why_null": f"{stored}, the verdicts of {_named(judges) or 'unnamed checkers'}"}
        if digest(source.labelled_artifacts(), source.labelled_texts()) != found["labels"]:
            return {"why_null": f"the labels have changed since the error rates were stored; {_again(of)}"}
        kept = ("split", "checkers", "artifacts", "originals", "rows", "reader")
        return {key: found[key] for key in kept}
    except GroundingError as error:
        return {"why_null": str(error)}
    except (KeyError, TypeError, AttributeError) as error:
        return {"why_null": f"the stored error rates are of another form ({error!r}); {_again(of)}"}


def _again(of: Modality) -> str:
    return f"store what grounding qualify {of.name} --json prints"


def _named(checkers: Mapping[str, str]) -> str:
    return ", ".join(f"{name}/{version}" for name, version in checkers.items())


def kind_row(found: Mapping[str, Any], kind: str) -> Row | None:
    """The row of a claim kind, or None."""
    return next((row for row in found.get("rows", ()) if row["claim_kind"] == kind), None)
