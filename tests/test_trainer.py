"""GroundingCallback in real short Trainer runs on the reference model."""

import json
import shutil
import warnings
from pathlib import Path

import pytest

pytest.importorskip("accelerate")
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainerCallback, TrainingArguments

from grounding import store
from grounding.errors import GroundingError, PolicyError
from grounding.subject import Settings
from grounding.subjects.live import weights_digest
from grounding.trainer import GroundingCallback, GroundingWarning

FINAL = Path(__file__).parents[1] / "grounding/reference/ascii_art/final"
# Drawings that the reference model gets right, and that garbage certainly is not: of a face it could be undecided.
# Three cases a cluster: the 30 cases of `callback` are ten.
SUITE = """
name: watched
modality: ascii_art
seed: 1
primary: [strict]
families: [{family: count, n: 15}, {family: arrangement, n: 15}]
"""
STRICT = "grounding/ascii_art/strict"


@pytest.fixture(autouse=True)
def one_thread():
    """A tiny model is trained faster on one thread than on two that share a machine with others."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


class Told(TrainerCallback):
    """A reporter like TensorBoard's: it stands before the user's callbacks and keeps what it is told."""

    def __init__(self):
        self.logs = []

    def on_log(self, args, state, control, logs=None, **given):
        self.logs.append(dict(logs))


def trainer_of(folder: Path, rate: float, callbacks=(), **arguments) -> Trainer:
    """A Trainer on shuffled targets: what a high rate ruins, a tiny one leaves as it was."""
    tokenizer = AutoTokenizer.from_pretrained(FINAL)
    model = AutoModelForCausalLM.from_pretrained(FINAL, dtype=torch.float32, attention_dropout=0.1)
    draw = torch.Generator().manual_seed(0)
    ids = [torch.randint(4, 200, (48,), generator=draw) for _ in range(32)]
    data = [{"input_ids": row, "labels": row[torch.randperm(48, generator=draw)]} for row in ids]
    usual = {
        "max_steps": 4, "learning_rate": rate, "per_device_train_batch_size": 2, "lr_scheduler_type": "constant",
        "report_to": [], "save_strategy": "no", "use_cpu": True, "disable_tqdm": True, "logging_steps": 2,
    }  # fmt: skip
    args = TrainingArguments(output_dir=str(folder / "trainer"), **{**usual, **arguments})
    return Trainer(
        model=model, args=args, train_dataset=data, processing_class=tokenizer, callbacks=list(callbacks)
    )


def callback(folder: Path, **given) -> GroundingCallback:
    suite = folder / "watched.yaml"
    suite.write_text(SUITE)
    usual = {
        "every_steps": 2, "n": 30, "conditions": ["blind"], "controls": False,
        "settings": Settings(max_new_tokens=150, describe_tokens=24),
    }  # fmt: skip
    return GroundingCallback(str(suite), folder / "runs", **{**usual, **given})


@pytest.fixture(scope="module")
def baseline(tmp_path_factory) -> Path:
    """The start of every training here, evaluated once: what `step-000000` of each would be."""
    folder = tmp_path_factory.mktemp("baseline")
    torch.set_num_threads(1)
    watching = callback(folder, every_steps=100)
    trainer_of(folder, 0.0, [watching], max_steps=1).train()
    return folder / "runs/step-000000"


def with_baseline(folder: Path, baseline: Path) -> Path:
    """The folder, in which the baseline was evaluated already."""
    shutil.copytree(baseline, folder / "runs/step-000000")
    return folder


def test_a_training_off_the_rails_is_stopped(tmp_path, baseline):
    """A high rate on shuffled targets: DRIFT to the worse stops it; reason and folders are left to look at."""
    trainer = trainer_of(tmp_path, 1e-2, [told := Told()])
    callback(with_baseline(tmp_path, baseline)).attach(trainer)
    with pytest.warns(GroundingWarning, match=r"step 2: ascii_art: strict: DRIFT: .*; the training stops"):
        trainer.train()
    assert trainer.state.global_step == 2 < trainer.args.max_steps
    [entry] = [e for e in trainer.state.log_history if STRICT in e]
    assert entry["step"] == 2 and entry["grounding/passed"] == 0
    assert entry[f"{STRICT}_change"] < -0.5 and entry[f"{STRICT}_verdict"] == 2
    assert "strict: DRIFT: " in entry["grounding/reason"]
    assert [logs[STRICT] for logs in told.logs if STRICT in logs] == [entry[STRICT]]
    assert any("loss" in logs for logs in told.logs)  # the Trainer's own line of the same step is not lost
    comparison = json.loads((tmp_path / "runs/step-000002.comparison.json").read_text())
    assert [run["folder"][-11:] for run in comparison["runs"]] == ["step-000000", "step-000002"]
    assert store.read_manifest(tmp_path / "runs/step-000002")["finished"]


def test_a_training_on_the_rails_ends_by_itself_with_the_same_weights(tmp_path, baseline):
    """A tiny rate: nothing fails, all steps are taken, and the weights are those of a run without callback.

    The weights move, so their digests differ from the start's; dropout draws from the random state.
    """
    watched = trainer_of(tmp_path, 1e-6, [callback(with_baseline(tmp_path, baseline))])
    with warnings.catch_warnings():
        warnings.simplefilter("error", GroundingWarning)
        watched.train()
    assert watched.state.global_step == watched.args.max_steps == 4
    entries = [e for e in watched.state.log_history if STRICT in e]
    assert [e["step"] for e in entries] == [2, 4]
    assert all(e["grounding/passed"] == 1 and e[f"{STRICT}_verdict"] != 2 for e in entries)
    alone = trainer_of(tmp_path, 1e-6)
    start = weights_digest(alone.model)
    alone.train()
    assert weights_digest(watched.model) == weights_digest(alone.model) != start


def test_an_unknown_suite_raises_before_the_first_step(tmp_path):
    """Wrong arguments are no passing failure."""
    trainer = trainer_of(tmp_path, 0.0, [GroundingCallback("no_such_suite", tmp_path / "runs")])
    with pytest.raises(GroundingError, match="no_such_suite"):
        trainer.train()
    assert trainer.state.global_step == 0


def test_wrong_arguments_raise_when_they_are_given(tmp_path):
    """What needs neither model nor suite is refused at once."""
    for wrong in ({"every_steps": 0}, {"on_error": "ignore"}, {"settings": Settings(timeout=5)}):
        with pytest.raises(GroundingError):
            callback(tmp_path, **wrong)
    (tmp_path / "policy.yaml").write_text("rules: [{metric: strictness}]")
    with pytest.raises(PolicyError, match="did you mean strict"):
        callback(tmp_path, policy=tmp_path / "policy.yaml")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"n": 24}, r"asked otherwise than this training: suites\.watched\.cases: 30 there, 24 now"),
        (
            {"settings": Settings(max_new_tokens=32, describe_tokens=24)},
            r"settings\.max_new_tokens: 150 there",
        ),
        ({"baseline": "no/such/folder"}, r"no/such/folder: no run to compare with"),
    ],
)
def test_a_baseline_that_was_asked_otherwise_raises_before_the_first_step(tmp_path, baseline, given, why):
    """A comparison that would be refused, or would mean nothing, is refused before anything is trained."""
    trainer = trainer_of(tmp_path, 0.0, [callback(tmp_path, **{"baseline": baseline, **given})])
    with pytest.raises(GroundingError, match=why):
        trainer.train()


def test_a_rule_that_nothing_measures_raises_before_the_first_step(tmp_path, baseline):
    """Only blind descriptions are asked for, so a rule about instructed ones would stop any training."""
    (tmp_path / "policy.yaml").write_text("rules: [{metric: faithfulness/instructed}]")
    watching = callback(tmp_path, baseline=baseline, policy=tmp_path / "policy.yaml")
    with pytest.raises(GroundingError, match=r"policy cannot judge this training: .*faithfulness/instructed"):
        trainer_of(tmp_path, 0.0, [watching]).train()


@pytest.mark.parametrize(("at_most", "passed"), [(1.0, 1), (0.5, 0)])
def test_a_policy_decides_instead_of_drift(tmp_path, baseline, at_most, passed):
    """The same weights pass one policy and fail another; without `stop` the training goes on all the same."""
    (tmp_path / "policy.yaml").write_text(
        f"rules: [{{metric: strict, at_most: {at_most}, inconclusive: pass}}]"
    )
    watching = callback(
        with_baseline(tmp_path, baseline), policy=tmp_path / "policy.yaml", stop=False, every_steps=1
    )
    shutil.copytree(baseline, tmp_path / "runs/step-000001")  # weights that do not change are not asked again
    trainer = trainer_of(tmp_path, 0.0, [watching], max_steps=2)
    shutil.copytree(baseline, tmp_path / "runs/step-000002")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", GroundingWarning)
        trainer.train()
    assert [e["grounding/passed"] for e in trainer.state.log_history if STRICT in e] == [passed] * 2
    lines = [str(w.message) for w in caught if w.category is GroundingWarning]
    assert all("above at_most 0.5" in line and "stops" not in line for line in lines)
    assert len(lines) == (0 if passed else 2) and trainer.state.global_step == 2


def test_a_leftover_of_other_weights_is_refused(tmp_path, baseline):
    """At the start it raises; later it is a failed evaluation: a warning, or the end if that is asked for."""
    with_baseline(tmp_path, baseline)
    manifest = json.loads((baseline / "run.json").read_text())
    manifest["subject"]["fingerprint"]["weights"] = "0" * 64
    shutil.copytree(baseline, tmp_path / "runs/step-000001")
    (tmp_path / "runs/step-000001/run.json").write_text(json.dumps(manifest))
    trainer = trainer_of(tmp_path, 0.0, [callback(tmp_path, every_steps=1)], max_steps=1)
    with pytest.warns(GroundingWarning, match="no evaluation: .*step-000001: holds a run of other weights"):
        trainer.train()
    assert trainer.state.global_step == 1
    strict = trainer_of(tmp_path, 0.0, [callback(tmp_path, every_steps=1, on_error="raise")], max_steps=1)
    with pytest.raises(GroundingError, match="other weights"):
        strict.train()
    (tmp_path / "runs/step-000000/run.json").write_text(json.dumps(manifest))
    with pytest.raises(GroundingError, match="step-000000: holds a run of other weights"):
        trainer_of(tmp_path, 0.0, [callback(tmp_path)]).train()
