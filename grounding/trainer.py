"""`GroundingCallback`: evaluates a model while the transformers Trainer trains it, and can stop the training.

    callback = GroundingCallback("ascii_art", "runs/tuning", every_steps=100, n=40)
    callback.attach(trainer)

See docs/training.md. Importing this loads transformers, hence torch; `import grounding` does not.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from transformers import TrainerCallback

from grounding import store
from grounding.drift import policy as policies
from grounding.drift.comparison import compare
from grounding.drift.gate import gate
from grounding.errors import GroundingError
from grounding.evaluate import run
from grounding.metrics import named
from grounding.passes import CONDITIONS
from grounding.subject import Settings


class GroundingWarning(UserWarning):
    """An evaluation failed and the training goes on, or a training is stopped because of drift."""


class GroundingCallback(TrainerCallback):
    """Runs suites at the start, then every N steps or each epoch, and compares with the start.

    suite        names or paths of suites          out  folder of the run folders (step-000000, …)
    every_steps  None: at the end of each epoch    baseline  a finished run folder, in place of step 0
    policy       file of a gate's policy; without one, DRIFT to the worse of a primary metric fails
    stop         whether a failed gate ends the training
    on_error     "warn": a failed evaluation after the baseline does not end the training. Those at the start raise
    others       as in `grounding.run`

    Raises PolicyError for a policy that cannot be used, GroundingError for other wrong arguments.
    """

    def __init__(
        self,
        suite: str | Sequence[str],
        out: Path | str,
        *,
        every_steps: int | None = None,
        baseline: Path | str | None = None,
        policy: Path | str | None = None,
        stop: bool = True,
        on_error: Literal["warn", "raise"] = "warn",
        processing_class: Any = None,
        n: int | None = None,
        seed: int | None = None,
        conditions: Sequence[str] = CONDITIONS,
        settings: Settings | None = None,
        controls: bool = True,
        workers: int = 0,
    ):
        if every_steps is not None and every_steps < 1:
            raise GroundingError(f"every_steps is {every_steps}: it is at least 1, or None for each epoch")
        if on_error not in ("warn", "raise"):
            raise GroundingError(f"on_error is {on_error!r}: it is 'warn' or 'raise'")
        self.out, self.every_steps, self.stop, self.on_error = Path(out), every_steps, stop, on_error
        self.baseline = Path(baseline) if baseline is not None else None
        self.policy = policies.load(policy) if policy is not None else None
        self._processing_class, self._settings, self._controls = processing_class, settings, controls
        self._asked = {"n": n, "seed": seed, "conditions": conditions, "workers": workers}
        self._suite, self._trainer = suite, None
        self._reference: Path | None = None

    def attach(self, trainer: Any) -> GroundingCallback:
        """Adds itself to the trainer and logs through it, so that TensorBoard and others are told too."""
        self._trainer = trainer
        trainer.add_callback(self)
        return self

    def on_train_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        if not state.is_world_process_zero:
            return
        first = self.baseline or self.out / "step-000000"
        if self.baseline is None and state.global_step == 0:
            self._run(first, given, controls=self._controls)
        elif not store.read_manifest(first).get("finished"):
            raise GroundingError(f"{first} is not finished: there is nothing to compare with")
        self._reference = first

    def on_step_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        if self.every_steps and state.global_step % self.every_steps == 0:
            self._evaluate(state, control, given)

    def on_epoch_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        if self.every_steps is None:
            self._evaluate(state, control, given)

    def _evaluate(self, state: Any, control: Any, given: Mapping[str, Any]) -> None:
        if not state.is_world_process_zero or self._reference is None:
            return
        try:
            self._compare(state, control, given)
        except Exception as error:
            if self.on_error == "raise":
                raise
            why = f"step {state.global_step}: no evaluation: {type(error).__name__}: {error}"
            warnings.warn(why, GroundingWarning, stacklevel=2)

    def _compare(self, state: Any, control: Any, given: Mapping[str, Any]) -> None:
        folder = self.out / f"step-{state.global_step:06d}"
        self._run(folder, given, controls=False)
        asked = {"asked": policies.asked(self.policy)} if self.policy else {}
        assert self._reference is not None
        comparison = compare(self._reference, folder, **asked)
        text = json.dumps(comparison, ensure_ascii=False, indent=1)
        folder.with_suffix(".comparison.json").write_text(text + "\n", "utf-8")
        passed, reason = self._judged(comparison)
        self._log(state, {**logged(comparison), "grounding/passed": float(passed)})
        if not passed:
            ending = "; the training stops" if self.stop else ""
            state.log_history.append({"step": state.global_step, "grounding/reason": reason})
            control.should_training_stop = control.should_training_stop or self.stop
            warnings.warn(f"step {state.global_step}: {reason}{ending}", GroundingWarning, stacklevel=2)

    def _judged(self, comparison: Mapping[str, Any]) -> tuple[bool, str]:
        if self.policy:
            result = gate(self.policy, comparison)
            return bool(result["passed"]), str(result["reason"])
        worse = [
            f"{name}: {named(row['name'], row['condition'])}: DRIFT {row['before']:.3f} → {row['after']:.3f}"
            for name, row in _headline(comparison)
            if row["primary"] and row["verdict"] == "DRIFT" and row["direction"] == "worse"
        ]
        return not worse, "; ".join(worse)

    def _run(self, folder: Path, given: Mapping[str, Any], *, controls: bool) -> None:
        """The run folder of the live weights; one that is there is gone on with only if it is of the same weights."""
        from grounding.subjects.live import LiveLM, untouched

        model, tokenizer = given["model"], self._processing_class or given.get("processing_class")
        if tokenizer is None:
            raise GroundingError("no tokenizer: give processing_class to the Trainer or to the callback")
        settings = self._settings or Settings(device=str(model.device))
        with untouched(model, tokenizer):
            subject = LiveLM(model, tokenizer, settings)
            there = (folder / "run.json").exists()
            run(
                self._suite,
                subject,
                folder,
                settings=settings,
                controls=controls,
                resume=there,
                **self._asked,
            )  # type: ignore[arg-type]

    def _log(self, state: Any, values: dict[str, float]) -> None:
        if self._trainer is not None:
            self._trainer.log(values)
        else:
            state.log_history.append({"step": state.global_step, **values})


VERDICTS = {"DRIFT": 2.0, "DRIFT_WITHIN_MARGIN": 1.0, "EQUIVALENT": 0.0, "INCONCLUSIVE": -1.0}


def logged(comparison: Mapping[str, Any]) -> dict[str, float]:
    """Numbers for a log: each primary metric, its change, and its verdict as in `VERDICTS`."""
    values: dict[str, float] = {}
    for modality, row in _headline(comparison):
        if row["primary"] and row["difference"] is not None:
            key = f"grounding/{modality}/{named(row['name'], row['condition'])}"
            values[key], values[f"{key}_change"] = row["after"], row["difference"]
            values[f"{key}_verdict"] = VERDICTS[row["verdict"]]
    return values


def _headline(comparison: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [
        (name, row)
        for name, block in comparison["comparisons"][0]["modalities"].items()
        for row in block["metrics"]
        if row["claim_kind"] is None and row["family"] is None
    ]
