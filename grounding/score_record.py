"""What one record says about every metric: pure functions from a record to entries.

An entry is a `Value` (the record's mean over the claims, statements, facts or probes that qualify, and how
many those are) or a `LeftOut` (why the record has none). `entries(record, meaning)` has at most one of
both per (metric, condition), and beside the headline (kind None) a value per claim kind. The formulas are
in docs/metrics.md.

Hard cases:
- A claim with the verdict `unknown` is never counted as 0 or 1; where it decides, the record is left out.
- A malformed record scores 0 for grounding and strict, with both bounds 0, and has nothing else.
- A text may assert and deny one claim. Both then count, each in its own metric.
- A claim asserted twice in one text is two statements (faithfulness) but one asserted claim (pull, cover).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from grounding.claims import ASSERTED, ENTAILS, EXCLUDES, FAILS, HOLDS, UNKNOWN, Claim, Relation
from grounding.stats import brier

Record = Mapping[str, Any]
Valued = list[tuple[str, float]]  # (claim kind, value) of each claim that qualifies

CELLS = ("holds_named", "holds_unnamed", "fails_named", "fails_unnamed")
HELD = CELLS[:2]  # what is asked there is true
MEMO = 1 << 18  # relations remembered: about 60 MB when full


class Value(NamedTuple):
    """A record's value for a metric: mean over `items` claims (or statements, facts, probes)."""

    name: str
    condition: str | None
    kind: str | None
    value: float
    items: int


class LeftOut(NamedTuple):
    """Why a record has no value for a metric."""

    name: str
    condition: str | None
    reason: str


Entry = Value | LeftOut


class Text(NamedTuple):
    """A description reduced to what it asserts and denies: distinct claims as written."""

    asserted: tuple[str, ...]
    denied: tuple[str, ...]


class Meaning:
    """What a text asserts and denies, by a modality's relation; parsing and relations are remembered."""

    def __init__(self, relation: Callable[[Claim, Claim], Relation]):
        parse = lru_cache(maxsize=MEMO)(Claim.parse)

        @lru_cache(maxsize=MEMO)
        def related(a: str, b: str) -> Relation:
            return relation(parse(a), parse(b))

        self.related = related

    def asserts(self, text: Text, claim: str) -> bool:
        """Whether an asserted statement entails the claim (its own words do)."""
        return claim in text.asserted or any(self.related(s, claim) == ENTAILS for s in text.asserted)

    def denies(self, text: Text, claim: str) -> bool:
        """Whether a denied statement is entailed by the claim, or an asserted one excludes it."""
        return any(self.related(claim, s) == ENTAILS for s in text.denied) or any(
            self.related(s, claim) == EXCLUDES for s in text.asserted
        )


@lru_cache(maxsize=MEMO >> 2)
def kind_of(claim: str) -> str:
    """A claim's predicate: `count(red circle, 2)` → `count`."""
    return claim.partition("(")[0]


def entries(record: Record, meaning: Meaning) -> list[Entry]:
    """Everything that a record with status ok or malformed says about the metrics."""
    malformed = record["status"] == "malformed"
    found: list[Entry] = [Value("malformed", None, None, float(malformed), 1)]
    found += grounding(record["expected"], malformed)
    if malformed:
        return found
    found += leaks(record["expected"])
    described = {d["condition"]: d for d in record["descriptions"]}
    texts = {condition: text_of(d["statements"]) for condition, d in described.items()}
    observed = record["observed"]
    against = against_own = excluding(observed, record["expected"], meaning)
    if "swapped" in described:
        against = excluding(observed, record["context_claims"], meaning)
    found += pulls(record, texts, meaning)
    for condition, description in described.items():
        in_context = record["context_claims"] if condition == "swapped" else record["expected"]
        found += faithfulness(condition, description["statements"])
        found += agreement(condition, texts[condition], in_context, meaning)
        found += cover(condition, texts[condition], observed, meaning)
        found += tracking(
            condition, texts[condition], against if condition == "swapped" else against_own, meaning
        )
        found += success(condition, description.get("success"), in_context)
        found += probes(condition, description["probes"])
    found += probe_pull(described)
    return found


def text_of(statements: Sequence[Mapping[str, Any]]) -> Text:
    asserted = dict.fromkeys(s["claim"] for s in statements if s["polarity"] == ASSERTED)
    denied = dict.fromkeys(s["claim"] for s in statements if s["polarity"] != ASSERTED)
    return Text(tuple(asserted), tuple(denied))


def averaged(name: str, condition: str | None, valued: Valued, reason: str) -> tuple[Entry, ...]:
    """The mean, and the mean of each claim kind; with nothing to average, left out for the reason."""
    return _averaged(name, condition, tuple(valued), reason)


@lru_cache(maxsize=MEMO >> 2)  # a few kinds with 0, 1 or −1 each come again and again
def _averaged(
    name: str, condition: str | None, valued: tuple[tuple[str, float], ...], reason: str
) -> tuple[Entry, ...]:
    if not valued:
        return (LeftOut(name, condition, reason),)
    sums: dict[str, float] = {}
    counts: dict[str, int] = {}
    for kind, value in valued:  # 0, 1 or −1: sums are exact in any order
        sums[kind] = sums.get(kind, 0.0) + value
        counts[kind] = counts.get(kind, 0) + 1
    whole = Value(name, condition, None, sum(sums.values()) / len(valued), len(valued))
    return whole, *(Value(name, condition, kind, sums[kind] / n, n) for kind, n in counts.items())


def grounding(expected: Sequence[Mapping[str, Any]], malformed: bool) -> Iterator[Entry]:
    """Share of expected claims that hold, its bounds, coverage, strict. Malformed: 0, and nothing is open."""
    verdicts = [(kind_of(e["claim"]), FAILS if malformed else e["verdict"]) for e in expected]
    none = "no expected claim"
    decided = [(k, float(v == HOLDS)) for k, v in verdicts if v != UNKNOWN]
    yield from averaged("grounding", None, decided, "no expected claim decided" if verdicts else none)
    yield from averaged("grounding_low", None, [(k, float(v == HOLDS)) for k, v in verdicts], none)
    yield from averaged("grounding_high", None, [(k, float(v != FAILS)) for k, v in verdicts], none)
    yield from averaged("coverage", None, [(k, float(v != UNKNOWN)) for k, v in verdicts], none)
    if not verdicts:
        yield LeftOut("strict", None, none)
        yield LeftOut("strict_decided", None, none)
        return
    kinds: dict[str | None, list[str]] = defaultdict(list)
    for kind, verdict in verdicts:
        kinds[None].append(verdict)
        kinds[kind].append(verdict)
    for group, values in kinds.items():
        truth = all_hold(values)
        yield Value("strict_decided", None, group, float(truth is not None), len(values))
        if truth is not None:
            yield Value("strict", None, group, float(truth), len(values))
        elif group is None:
            yield LeftOut("strict", None, "undecided")


def all_hold(verdicts: Sequence[str]) -> bool | None:
    """True: all hold; False: any fails; None: undecided, also where there is no verdict."""
    if FAILS in verdicts:
        return False
    return True if verdicts and UNKNOWN not in verdicts else None


def leaks(expected: Sequence[Mapping[str, Any]]) -> Iterator[Entry]:
    """Share of the describable expected claims that words inside the artifact give away."""
    valued = [(kind_of(e["claim"]), float(e["leaked"])) for e in expected if e["describable"]]
    yield from averaged("leak_rate", None, valued, "no describable expected claim")


def faithfulness(condition: str, statements: Sequence[Mapping[str, Any]]) -> Iterator[Entry]:
    """Supported share of the decided statements, whether there is none (mute), share of unknown ones."""
    decided = [
        (kind_of(s["claim"]), float((s["verdict"] == HOLDS) == (s["polarity"] == ASSERTED)))
        for s in statements
        if s["verdict"] != UNKNOWN
    ]
    yield from averaged("faithfulness", condition, decided, "no decided statement")
    yield Value("mute", condition, None, float(not decided), 1)
    unknown = [(kind_of(s["claim"]), float(s["verdict"] == UNKNOWN)) for s in statements]
    yield from averaged("unknown_statements", condition, unknown, "no statement")


def agreement(
    condition: str, text: Text, in_context: Sequence[Mapping[str, Any]], meaning: Meaning
) -> Iterator[Entry]:
    """Asserted share of the claims of the instruction in context, whatever the checkers say of them."""
    valued = [
        (kind_of(e["claim"]), float(meaning.asserts(text, e["claim"])))
        for e in in_context
        if e["describable"] and not e["leaked"]
    ]
    yield from averaged("agreement", condition, valued, "no describable, unleaked claim of the instruction")


def cover(
    condition: str, text: Text, observed: Sequence[Mapping[str, Any]], meaning: Meaning
) -> Iterator[Entry]:
    """Asserted share of the observed facts, by kind only: which kinds are salient is known per family."""
    valued = [(kind_of(o["claim"]), float(meaning.asserts(text, o["claim"]))) for o in observed]
    for entry in averaged("cover", condition, valued, ""):
        if isinstance(entry, Value) and entry.kind is not None:
            yield entry


def excluding(
    observed: Sequence[Mapping[str, Any]], in_context: Sequence[Mapping[str, Any]], meaning: Meaning
) -> list[str]:
    """The observed facts that exclude a claim of the instruction in context."""
    demands = [e["claim"] for e in in_context]
    return [
        fact
        for fact in [o["claim"] for o in observed]
        if any(meaning.related(fact, demand) == EXCLUDES for demand in demands)
    ]


def tracking(condition: str, text: Text, facts: Sequence[str], meaning: Meaning) -> Iterator[Entry]:
    """Asserted share of the observed facts that exclude a claim of the instruction in context."""
    valued = [(kind_of(fact), float(meaning.asserts(text, fact))) for fact in facts]
    yield from averaged("tracking", condition, valued, "no observed fact excludes a claim of the instruction")


def pulls(record: Record, texts: Mapping[str, Text], meaning: Meaning) -> Iterator[Entry]:
    """Pull of the own instruction, of the swapped one, and of a demand that one of both makes."""
    says, denies = meaning.asserts, meaning.denies
    expected, context = record["expected"], record["context_claims"]
    own = (texts.get("instructed"), texts.get("blind"))
    swapped = (texts.get("swapped"), texts.get("blind"))
    yield from contrast("pull", qualifying(expected), *own, says)
    yield from contrast("pull_denied", qualifying(expected), *own, denies)
    yield from contrast("pull_all", qualifying(expected, also_leaked=True), *own, says)
    yield from contrast("swap_pull", qualifying(context), *swapped, says)
    yield from demand_pull(expected, context, texts, meaning)
    yield from claim_by_claim("_pull_at", expected, *own, says)
    yield from claim_by_claim("_swap_pull_at", context, *swapped, says)


def claim_by_claim(
    name: str,
    claims: Sequence[Mapping[str, Any]],
    shown: Text | None,
    hidden: Text | None,
    says: Callable[[Text, str], bool],
) -> Iterator[Entry]:
    """The contrast of each qualifying claim by its place: two runs are compared on claims that fail in both."""
    fitting = qualifying(claims)
    if isinstance(fitting, str) or shown is None or hidden is None:
        return
    for place, claim in enumerate(claims):
        if claim["claim"] in fitting:
            contrast = float(says(shown, claim["claim"])) - float(says(hidden, claim["claim"]))
            yield Value(name, None, str(place), contrast, 1)


def qualifying(claims: Sequence[Mapping[str, Any]], also_leaked: bool = False) -> list[str] | str:
    """The failing, describable, unleaked claims; or why there is none."""
    if not claims:
        return "no claim of that instruction"
    failing = [c for c in claims if c["verdict"] == FAILS]
    describable = [c for c in failing if c["describable"]]
    unleaked = [c["claim"] for c in describable if also_leaked or not c["leaked"]]
    if unleaked:
        return unleaked
    if describable:
        return "every failed claim is leaked"
    return "no failed claim is describable" if failing else "no claim fails"


def contrast(
    name: str,
    claims: list[str] | str,
    shown: Text | None,
    hidden: Text | None,
    says: Callable[[Text, str], bool],
) -> Iterator[Entry]:
    """Mean over the claims of [said with the instruction shown − said with it hidden]."""
    if isinstance(claims, str):
        yield LeftOut(name, None, claims)
    elif shown is None or hidden is None:
        yield LeftOut(name, None, "a needed description is missing")
    else:
        valued = [(kind_of(c), float(says(shown, c)) - float(says(hidden, c))) for c in claims]
        yield from averaged(name, None, valued, "")


def demand_pull(
    expected: Sequence[Mapping[str, Any]],
    context: Sequence[Mapping[str, Any]],
    texts: Mapping[str, Text],
    meaning: Meaning,
) -> Iterator[Entry]:
    """Failing claims of only one of the two instructions: asserted where it is shown − where the other is."""
    names = {c["claim"] for c in expected} & {c["claim"] for c in context}
    own, partner = texts.get("instructed"), texts.get("swapped")
    if not context or own is None or partner is None:
        yield LeftOut("demand_pull", None, "no partner" if not context else "a needed description is missing")
        return
    valued: Valued = []
    for claims, shown, hidden in ((expected, own, partner), (context, partner, own)):
        fitting = qualifying([c for c in claims if c["claim"] not in names])
        for claim in fitting if isinstance(fitting, list) else []:
            valued.append(
                (kind_of(claim), float(meaning.asserts(shown, claim)) - float(meaning.asserts(hidden, claim)))
            )
    yield from averaged("demand_pull", None, valued, "no failing claim that only one instruction makes")


def success(
    condition: str, answer: Mapping[str, Any] | None, in_context: Sequence[Mapping[str, Any]]
) -> Iterator[Entry]:
    """Admission and false success on failures; Brier score of p_yes where the truth is decided."""
    if condition not in ("instructed", "swapped"):
        return
    truth = all_hold([c["verdict"] for c in in_context])
    said, p_yes = (answer or {}).get("answer"), probability((answer or {}).get("p_yes"))
    for name, wanted in (("admission", "no"), ("false_success", "yes")):
        if said is None:
            yield LeftOut(name, condition, "not asked")
        elif truth is None:
            yield LeftOut(name, condition, "success is undecided")
        elif truth:
            yield LeftOut(name, condition, "the instruction was fulfilled")
        else:
            yield Value(name, condition, None, float(said == wanted), 1)
    if p_yes is None or truth is None:
        yield LeftOut("success_brier", condition, "no p_yes" if p_yes is None else "success is undecided")
        return
    yield Value("success_brier", condition, None, brier(p_yes, truth), 1)
    yield Value("_p_yes", condition, None, p_yes, 1)
    yield Value("_truth", condition, None, float(truth), 1)


def probability(value: Any) -> float | None:
    """The value if it is a probability, else None: a subject may send anything."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        return None
    return float(value)


def probes(condition: str, asked: Sequence[Mapping[str, Any]]) -> Iterator[Entry]:
    """Accuracy, yes-rate, unclear share, per cell and overall; overall accuracy weighs both truths alike."""
    answers = [(probe["cell"], probe["answer"]) for probe in asked]
    right = [(cell, float(answer == ("yes" if cell in HELD else "no"))) for cell, answer in answers]
    true, false = ([value for cell, value in right if (cell in HELD) == truth] for truth in (True, False))
    if true and false:
        balanced = (_mean(true) + _mean(false)) / 2
        yield Value("probe_accuracy", condition, None, balanced, len(asked))
    else:
        reason = "only one truth among its probes" if asked else "no probe"
        yield LeftOut("probe_accuracy", condition, reason)
    for entry in averaged("probe_accuracy", condition, right, ""):
        if isinstance(entry, Value) and entry.kind is not None:
            yield entry
    for name, wanted in (("probe_yes_rate", "yes"), ("probe_unclear", "unclear")):
        valued = [(cell, float(answer == wanted)) for cell, answer in answers]
        yield from averaged(name, condition, valued, "no probe")


def probe_pull(described: Mapping[str, Mapping[str, Any]]) -> Iterator[Entry]:
    """[yes(instructed) − yes(blind)] on failing claims that the instruction names − on near misses."""
    if "instructed" not in described or "blind" not in described:
        yield LeftOut("probe_pull", None, "a needed description is missing")
        return
    blind = {p["claim"]: p["answer"] == "yes" for p in described["blind"]["probes"]}
    moved: dict[str, list[float]] = defaultdict(list)
    for probe in described["instructed"]["probes"]:
        if probe["claim"] in blind:
            moved[probe["cell"]].append(float(probe["answer"] == "yes") - float(blind[probe["claim"]]))
    named, unnamed = moved["fails_named"], moved["fails_unnamed"]
    if named and unnamed:
        yield Value("probe_pull", None, None, _mean(named) - _mean(unnamed), len(named) + len(unnamed))
        return
    empty = [cell for cell in ("fails_named", "fails_unnamed") if not moved[cell]]
    yield LeftOut("probe_pull", None, f"no probe in {' and '.join(empty)}")


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
