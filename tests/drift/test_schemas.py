"""The published JSON Schemas hold for what is really read and printed."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from grounding.drift.comparison import compare
from grounding.drift.gate import gate
from grounding.drift.policy import Policy, Rule, asked
from grounding.evaluate import run
from grounding.listening import listen


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        files("grounding.drift").joinpath(f"schemas/{name}.schema.json").read_text("utf-8")
    )
    Draft202012Validator.check_schema(found)
    return found


def test_the_policy_schema_is_that_of_the_loader() -> None:
    """A key that the loader learns is published."""
    published = schema("policy")
    published.pop("$schema")
    assert published == Policy.model_json_schema()


def test_a_gated_comparison_is_valid(tmp_path: Path) -> None:
    """What compare and gate return, as JSON."""
    for control in ("honest", "echo"):
        run("ascii_art", f"control:{control}", tmp_path / control, n=84)
    policy = Policy(rules=[Rule(metric="strict"), Rule(metric="pull_common")])
    result = compare(tmp_path / "honest", tmp_path / "echo", asked=asked(policy))
    printed = json.loads(json.dumps(result | {"gate": gate(policy, result)}))
    Draft202012Validator(schema("comparison")).validate(printed)


def test_a_chain_and_what_was_listened_to_are_valid(tmp_path: Path) -> None:
    """Three runs, descriptions of the first one's artifacts, too few cases for some values: every key is published."""
    for control in ("honest", "echo", "oracle"):
        run("ascii_art", f"control:{control}", tmp_path / control, n=21)
    heard = [listen(tmp_path / "honest", f"control:{c}", tmp_path / f"h-{c}") for c in ("echo", "oracle")]
    result = compare(tmp_path / "honest", tmp_path / "echo", tmp_path / "oracle", listened=heard)
    printed = json.loads(json.dumps(result, allow_nan=False))
    Draft202012Validator(schema("comparison")).validate(printed)
    assert printed["rounds"]["ascii_art"]["curves"]
