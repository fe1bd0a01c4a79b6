"""GroundingCallback in real short Trainer runs on the reference model."""

import warnings
from pathlib import Path

import pytest

pytest.importorskip("accelerate")
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments

from grounding.errors import GroundingError
from grounding.subject import Settings
from grounding.subjects.live import weights_digest
from grounding.trainer import GroundingCallback, GroundingWarning

FINAL = Path(__file__).parents[1] / "grounding/reference/ascii_art/final"
SETTINGS = Settings(max_new_tokens=80, describe_tokens=30)


def trained(folder: Path, rate: float, callback: GroundingCallback | None, steps: int = 8):
    """A Trainer after training on garbage at the rate; what a high rate ruins, a tiny one leaves as it was."""
    tokenizer = AutoTokenizer.from_pretrained(FINAL)
    model = AutoModelForCausalLM.from_pretrained(FINAL, dtype=torch.float32, attention_dropout=0.1)
    draw = torch.Generator().manual_seed(0)
    data = [
        {"input_ids": (ids := torch.randint(4, 200, (48,), generator=draw)), "labels": ids} for _ in range(32)
    ]
    args = TrainingArguments(
        output_dir=str(folder / "t"), max_steps=steps, learning_rate=rate, per_device_train_batch_size=4,
        lr_scheduler_type="constant", report_to=[], save_strategy="no", use_cpu=True, disable_tqdm=True,
    )  # fmt: skip
    trainer = Trainer(model=model, args=args, train_dataset=data, processing_class=tokenizer)
    if callback:
        callback.attach(trainer)
    trainer.train()
    return trainer


def callback(folder: Path, **given) -> GroundingCallback:
    usual = {"every_steps": 4, "n": 16, "conditions": ["blind"], "settings": SETTINGS, "controls": False}
    return GroundingCallback("ascii_art", folder / "runs", **{**usual, **given})


def test_a_training_off_the_rails_is_stopped(tmp_path):
    """Garbage at a high rate: DRIFT to the worse, a reason in log and warning, the folders left to look at."""
    with pytest.warns(GroundingWarning, match="strict: DRIFT.*the training stops"):
        trainer = trained(tmp_path, 1e-2, callback(tmp_path))
    assert trainer.state.global_step == 4
    entry = next(e for e in trainer.state.log_history if "grounding/ascii_art/strict" in e)
    assert entry["grounding/ascii_art/strict_change"] < 0 and entry["grounding/passed"] == 0
    assert any("DRIFT" in e.get("grounding/reason", "") for e in trainer.state.log_history)
    assert (tmp_path / "runs/step-000000/run.json").exists() and (
        tmp_path / "runs/step-000004/run.json"
    ).exists()


def test_a_training_on_the_rails_ends_by_itself_with_the_same_weights(tmp_path):
    """A tiny rate: no gate fails, all steps are taken, and the weights are those of a run without callback."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", GroundingWarning)
        watched = trained(tmp_path, 1e-9, callback(tmp_path))
    assert watched.state.global_step == 8
    assert [e["grounding/passed"] for e in watched.state.log_history if "grounding/passed" in e] == [1, 1]
    assert weights_digest(watched.model) == weights_digest(trained(tmp_path, 1e-9, None).model)


def test_an_unknown_suite_raises_before_the_first_step(tmp_path):
    """Wrong arguments are no transient failure."""
    wrong = GroundingCallback("no_such_suite", tmp_path / "runs", every_steps=4)
    with pytest.raises(GroundingError, match="no_such_suite"):
        trained(tmp_path, 1e-9, wrong)
