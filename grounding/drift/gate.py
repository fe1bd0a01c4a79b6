"""A policy applied to a comparison: pass or fail, with a line of reason. What no run measured fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grounding.drift.policy import Policy, Rule
from grounding.errors import GroundingError
from grounding.metrics import named

Outcome = tuple[str | None, str, str]  # verdict, outcome, reason


def gate(policy: Policy, comparison: Mapping[str, Any]) -> dict[str, Any]:
    """{"passed", "reason", "rules": an entry for every rule, modality and comparison}.

    An entry's verdict is None where there was no pair to give one.

    Raises GroundingError if the comparison was not made with `asked(policy)`.
    """
    comparisons = list(enumerate(comparison["comparisons"]))
    entries = []
    for i, one in comparisons if policy.rounds == "all" else comparisons[-1:]:
        runs = [comparison["runs"][one[side]] for side in ("before", "after")]
        for rule in policy.rules:
            for name in [rule.modality] if rule.modality else _modalities(one, runs):
                verdict, outcome, reason = _judged(
                    rule, one["modalities"].get(name), runs[1], comparison["alpha"]
                )
                entries.append(_entry(rule.model_dump(exclude_none=True), name, i, verdict, outcome, reason))
    entries += _collusion(policy, comparison.get("rounds") or {})
    failed = [entry for entry in entries if entry["outcome"] == "fail"]
    warned = sum(entry["outcome"] == "warn" for entry in entries)
    reason = f"{len(entries)} checks passed" + (f", {warned} with a warning" if warned else "")
    if failed:
        reason = f"{len(failed)} of {len(entries)} checks failed; first: {failed[0]['reason']}"
    return {"passed": not failed, "reason": " ".join(reason.split()), "rules": entries}


def _modalities(one: Mapping[str, Any], runs: list[Mapping[str, Any]]) -> list[str]:
    """Those compared and those a run's suites name: one that vanished must not pass by its absence."""
    planned = {s.get("modality") for run in runs for s in (run.get("suites") or {}).values()}
    return sorted({*one["modalities"], *(planned - {None})})


def _entry(
    rule: Mapping[str, Any], name: str, i: int | None, verdict: str | None, outcome: str, reason: str
) -> dict[str, Any]:
    line = " ".join(f"{name}: {rule.get('metric', 'collusion')}: {reason}".split())
    return {
        "rule": dict(rule),
        "modality": name,
        "comparison": i,
        "verdict": verdict,
        "outcome": outcome,
        "reason": line,
    }


def _judged(rule: Rule, block: Mapping[str, Any] | None, run: Mapping[str, Any], alpha: float) -> Outcome:
    wanted = (rule.metric, rule.family, rule.claim_kind)
    for row in block["metrics"] if block else ():
        if (named(row["name"], row["condition"]), row["family"], row["claim_kind"]) == wanted:
            break
    else:
        return None, "fail", "the comparison has no such modality, metric, family or claim kind"
    headline = rule.family is None and rule.claim_kind is None
    unadjusted = headline and not row["primary"] and not run.get("listened")
    if unadjusted or rule.margin not in (None, row["margin"]):
        raise GroundingError(f"{rule.metric}: the comparison was not made for this policy; compare again")
    if row["difference"] is None or row["after"] is None:
        return None, "fail", f"not measured: {row['why'] or 'no value'}"
    beyond = _beyond(rule, row["after"])
    if beyond:
        return row["verdict"], "fail", beyond
    told = block is None or not block.get("shifted") or row["why"] != block["shifted"]
    return _moved(rule, row, alpha if told else 0.0)


def _beyond(rule: Rule, after: float) -> str | None:
    if rule.at_least is not None and after < rule.at_least:
        return f"{after:.3f} after, below at_least {rule.at_least}"
    if rule.at_most is not None and after > rule.at_most:
        return f"{after:.3f} after, above at_most {rule.at_most}"
    return None


def _moved(rule: Rule, row: Mapping[str, Any], alpha: float) -> Outcome:
    """alpha  0 where descriptions of other artifacts stand side by side: nothing can then be shown."""
    moved, verdict = row["difference"], row["verdict"]
    text = f"{verdict}: {row['before']:.3f} → {row['after']:.3f} ({moved:+.3f}, margin {row['margin']})"
    if verdict == "DRIFT":
        return verdict, "fail" if any(moved * sign > 0 for sign in rule.fails) else "pass", text
    if verdict in ("EQUIVALENT", "DRIFT_WITHIN_MARGIN") or _shown(rule, row, alpha):
        return verdict, "pass", text
    return verdict, rule.inconclusive, f"{text}{': ' + row['why'] if row['why'] else ''}"


def _shown(rule: Rule, row: Mapping[str, Any], alpha: float) -> bool:
    """Whether a failing movement of the margin or more is ruled out: non-inferiority, on one side."""
    if row["verdict"] != "INCONCLUSIVE" or row["p_beyond"] is None or len(rule.fails) > 1:
        return False
    return bool(row["p_beyond"][rule.fails[0] > 0] <= alpha)


def _collusion(policy: Policy, rounds: Mapping[str, Any]) -> list[dict[str, Any]]:
    if policy.collusion == "ignore":
        return []
    entries = []
    for name, found in rounds.items():
        flag = (found.get("collusion") or {}).get("flag")
        rule = {"collusion": policy.collusion}
        if flag:
            entries.append(_entry(rule, name, None, None, policy.collusion, found["collusion"]["why"]))
        elif flag is None:
            why = (found.get("collusion") or {}).get("why") or "not judged in these rounds"
            entries.append(_entry(rule, name, None, None, "warn", why))
        else:
            entries.append(_entry(rule, name, None, None, "pass", "none seen"))
    return entries
