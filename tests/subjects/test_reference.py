"""The embedded subject: whatever checkpoints stand in its folder, by modality."""

import shutil

import pytest

from grounding.errors import SubjectError
from grounding.subject import Settings
from grounding.subjects import reference as module
from grounding.subjects.transformers import transformers

SETTINGS = Settings(max_new_tokens=20, describe_tokens=20)


@pytest.fixture
def embedded(llama, gpt2, tmp_path, monkeypatch):
    """Two modalities with a final model, one of them with an early one too."""
    shutil.copytree(llama, tmp_path / "ascii_art" / "final")
    shutil.copytree(gpt2, tmp_path / "ascii_art" / "early")
    shutil.copytree(gpt2, tmp_path / "hums" / "final")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    return tmp_path


def test_each_modality_has_its_model(embedded, llama, gpt2, ask):
    """A mixed batch is answered in its order, each request by its modality's model."""
    batch = [ask("Go.", case={"modality": name}) for name in ("hums", "ascii_art", "hums")]
    asked = module.reference("", SETTINGS)
    by = {"hums": transformers(str(gpt2), SETTINGS), "ascii_art": transformers(str(llama), SETTINGS)}
    for method in ("generate", "describe", "probe"):
        expected = [getattr(by[request.case.modality], method)([request])[0] for request in batch]
        assert getattr(asked, method)(batch) == expected


def test_early(embedded, gpt2, ask):
    """reference:early asks the early models."""
    expected = transformers(str(gpt2), SETTINGS).generate([ask("Go.")])
    assert module.reference("early", SETTINGS).generate([ask("Go.")]) == expected


def test_a_modality_without_a_model(embedded, ask):
    """The error names the modality and says what to do."""
    with pytest.raises(
        SubjectError, match=r"no embedded early model for modality hums.*choose another subject"
    ):
        module.reference("early", SETTINGS).generate([ask("Go.", case={"modality": "hums"})])


def test_unknown_variant():
    """A variant that is none is answered with those that are."""
    with pytest.raises(SubjectError, match="unknown reference subject 'latest'; known: final, early"):
        module.reference("latest", SETTINGS)


def test_fingerprint(embedded):
    """It holds the digests of every model that could be asked, and follows their bytes."""
    before = module.reference("", SETTINGS).fingerprint()
    assert set(before["models"]) == {"ascii_art", "hums"}
    assert set(module.reference("early", SETTINGS).fingerprint()["models"]) == {"ascii_art"}
    shutil.copy(embedded / "ascii_art" / "final" / "model.safetensors", embedded / "hums" / "final")
    after = module.reference("", SETTINGS).fingerprint()
    assert after["models"]["hums"]["weights"] != before["models"]["hums"]["weights"]
    assert after["models"]["ascii_art"] == before["models"]["ascii_art"]
