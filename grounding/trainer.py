"""`GroundingCallback`: evaluates a model while the transformers Trainer trains it, and can stop the training.

    GroundingCallback("ascii_art", "runs/tuning", every_steps=100, n=40).attach(trainer)

See docs/training.md. Importing this loads transformers, hence torch; `import grounding` does not.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from transformers import TrainerCallback

from grounding import store
from grounding.drift import policy as policies
from grounding.drift.comparison import compare
from grounding.drift.gate import gate
from grounding.drift.paired import LEAST_CLUSTERS
from grounding.drift.plan import Asked
from grounding.errors import GroundingError
from grounding.evaluate import Questions, carry_out, manifest_of, model_of, questions_of
from grounding.listening import listen as listened_to
from grounding.metrics import named
from grounding.passes import CONDITIONS
from grounding.subject import Settings, Subject
from grounding.subjects.live import live

VERDICTS = {"DRIFT": 2.0, "DRIFT_WITHIN_MARGIN": 1.0, "EQUIVALENT": 0.0, "INCONCLUSIVE": -1.0}


class GroundingWarning(UserWarning):
    """A training is stopped or judged worse, an evaluation failed, or can decide nothing."""


class GroundingCallback(TrainerCallback):
    """Runs suites at the start, then every N steps or each epoch, and compares with the start.

    suite        names or paths of suites          out  folder of the run folders (step-000000, …)
    every_steps  None: at the end of each epoch    baseline  a finished run folder, in place of step 0
    policy       file of a gate's policy; without one, DRIFT to the worse of a primary metric fails
    stop         whether a failed gate ends the training
    listen       whether the baseline's artifacts are described again each time, to compare descriptions of the same
    on_error     "warn": a later evaluation with a GroundingError or OSError is left out; "raise": it ends the training
    others       as in `grounding.run`; the device is the model's

    Raises PolicyError for a policy that cannot be used, GroundingError for other wrong arguments: those that
    need the model, the suite or the baseline when the training begins.
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
        listen: bool = False,
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
        if settings and settings.timeout is not None:
            raise GroundingError(
                "no timeout here: an answer that is given up would go on beside the training"
            )
        self.out, self.every_steps, self.stop, self.on_error = Path(out), every_steps, stop, on_error
        self.baseline = Path(baseline) if baseline is not None else None
        self.policy = policies.load(policy) if policy is not None else None
        self._listen, self._controls, self._workers = listen, controls, workers
        self._processing_class, self._settings = processing_class, settings or Settings()
        self._suite, self._n, self._seed, self._conditions = suite, n, seed, conditions
        self._trainer: Any = None
        self._questions: Questions | None = None
        self._first: Path | None = None

    def attach(self, trainer: Any) -> GroundingCallback:
        """Adds itself to the trainer and logs through it, so that TensorBoard and others are told too."""
        self._trainer = trainer
        if self not in trainer.callback_handler.callbacks:
            trainer.add_callback(self)
        return self

    # --- events -------------------------------------------------------------------------------------------

    def on_train_begin(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        _refuse_many(args)
        self._questions = questions_of(
            self._suite, n=self._n, seed=self._seed, conditions=self._conditions, settings=self._settings
        )
        first = self.baseline or self.out / "step-000000"
        with self._subject(given) as subject:
            if self.baseline is None and state.global_step == 0:
                self._run(subject, first, controls=self._controls)
            else:
                _refuse_other(first, self._questions, subject)
        self._first = first
        self._rehearse()
        if self._trainer is None and args.report_to:
            told = ", ".join(args.report_to)
            _warn(f"{told}: not told of the evaluations, which need callback.attach(trainer) for that")

    def on_step_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        if self.every_steps and state.global_step % self.every_steps == 0:
            self._evaluate(state, control, given)

    def on_epoch_end(self, args: Any, state: Any, control: Any, **given: Any) -> None:
        if self.every_steps is None:
            self._evaluate(state, control, given)

    # --- one evaluation -----------------------------------------------------------------------------------

    def _evaluate(self, state: Any, control: Any, given: Mapping[str, Any]) -> None:
        try:
            comparison = self._compared(state.global_step, given)
            passed, reason = self._judged(comparison)
        except (GroundingError, OSError) as error:
            if self.on_error == "raise":
                raise
            _warn(f"step {state.global_step}: no evaluation: {error}")
            return
        values = {**logged(comparison), "grounding/passed": float(passed)}
        if not passed:
            values["grounding/reason"] = reason
            control.should_training_stop = control.should_training_stop or self.stop
            _warn(f"step {state.global_step}: {reason}{'; the training stops' if self.stop else ''}")
        self._log(state, control, values)

    def _compared(self, step: int, given: Mapping[str, Any]) -> dict[str, Any]:
        assert self._first is not None
        folder = self.out / f"step-{step:06d}"
        heard = []
        with self._subject(given) as subject:
            self._run(subject, folder, controls=False)
            if self._listen:
                heard = [folder.with_name(f"{folder.name}.listened")]
                there = _is_run(heard[0])
                listened_to(
                    self._first, subject, heard[0], batch_size=subject.batch_size, workers=self._workers,
                    resume=there, controls=False,
                )  # fmt: skip
        comparison = compare(self._first, folder, listened=heard, asked=self._asked())
        text = json.dumps(comparison, ensure_ascii=False, indent=1)
        folder.with_name(f"{folder.name}.comparison.json").write_text(text + "\n", "utf-8")
        return comparison

    def _asked(self) -> Asked | None:
        return policies.asked(self.policy) if self.policy else None

    def _judged(self, comparison: Mapping[str, Any]) -> tuple[bool, str]:
        if self.policy:
            result = gate(self.policy, comparison)
            return bool(result["passed"]), str(result["reason"])
        worse = [
            f"{modality}: {named(row['name'], row['condition'])}: "
            f"DRIFT: {row['before']:.3f} → {row['after']:.3f} ({row['difference']:+.3f}, margin {row['margin']})"
            for modality, row in _primary(comparison)
            if row["verdict"] == "DRIFT" and row["direction"] == "worse"
        ]
        return not worse, "; ".join(worse)

    def _rehearse(self) -> None:
        """The start compared with itself: a rule that nothing measures is known before the training."""
        assert self._first is not None
        comparison = compare(self._first, self._first, asked=self._asked())
        if self.policy:
            for entry in gate(self.policy, comparison)["rules"]:
                if "metric" in entry["rule"] and entry["verdict"] is None:
                    raise GroundingError(f"the policy cannot judge this training: {entry['reason']}")
        most = max((row["clusters"] for _, row in _primary(comparison)), default=0)
        if most < LEAST_CLUSTERS:
            _warn(
                f"{self._first}: {most} clusters with a value decide nothing, {LEAST_CLUSTERS} may: raise n"
            )

    @contextmanager
    def _subject(self, given: Mapping[str, Any]) -> Iterator[Subject]:
        model, tokenizer = given["model"], self._processing_class or given.get("processing_class")
        if tokenizer is None:
            raise GroundingError("no tokenizer: give processing_class to the Trainer or to the callback")
        settings = replace(self._settings, device=str(model.device))
        with live(model, tokenizer, settings) as subject:
            yield model_of(subject, settings)

    def _run(self, subject: Subject, folder: Path, *, controls: bool) -> None:
        """The run folder of the weights as they are; one that is there is gone on with if it is of the same."""
        assert self._questions is not None
        there = _is_run(folder)
        if there and store.read_manifest(folder)["subject"]["fingerprint"] != _plain(subject.fingerprint()):
            raise GroundingError(
                f"{folder}: holds a run of other weights or settings; remove it, or give another out"
            )
        scored = (folder / store.CONTROLS).exists()
        carry_out(
            self._questions, subject, folder, workers=self._workers, resume=there, controls=controls and not scored
        )  # fmt: skip

    def _log(self, state: Any, control: Any, values: dict[str, Any]) -> None:
        if self._trainer is None:
            state.log_history.append({**values, "epoch": state.epoch, "step": state.global_step})
            return
        due = (
            control.should_log
        )  # the Trainer takes its own line of this step for written once anything is logged
        self._trainer.log(values)
        control.should_log = due


def logged(comparison: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers for a log: each primary metric, its change, and its verdict as in `VERDICTS`."""
    values: dict[str, Any] = {}
    for modality, row in _primary(comparison):
        if row["difference"] is not None:
            key = f"grounding/{modality}/{named(row['name'], row['condition'])}"
            values[key], values[f"{key}_change"] = row["after"], row["difference"]
            values[f"{key}_verdict"] = VERDICTS[row["verdict"]]
    return values


def _primary(comparison: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    return [
        (name, row)
        for name, block in comparison["comparisons"][0]["modalities"].items()
        for row in block["metrics"]
        if row["primary"] and row["claim_kind"] is None and row["family"] is None
    ]


def _refuse_many(args: Any) -> None:
    """Several processes would have to agree on stopping, and shards are no model that can be asked."""
    if args.world_size > 1 or args.deepspeed or args.fsdp:
        raise GroundingError(
            "GroundingCallback works in trainings of one process, without DeepSpeed and FSDP; "
            "evaluate this one's checkpoints with `grounding run` and `grounding compare`"
        )


def _refuse_other(first: Path, questions: Questions, subject: Subject) -> None:
    """A baseline must be there, finished, and made with the same questions."""
    if not _is_run(first):
        raise GroundingError(f"{first}: no run to compare with; give baseline=FOLDER")
    there = store.read_manifest(first)
    if not there.get("finished"):
        raise GroundingError(f"{first}: the run is not finished, so there is nothing to compare with")
    now = _plain(manifest_of(questions, subject)) | {"subject": there["subject"]}
    if unlike := store.differences(there, now):
        raise GroundingError(f"{first}: was asked otherwise than this training: {'; '.join(unlike)}")


def _is_run(folder: Path) -> bool:
    return (folder / store.MANIFEST).exists()


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))


def _warn(line: str) -> None:
    warnings.warn(line, GroundingWarning, stacklevel=3)
