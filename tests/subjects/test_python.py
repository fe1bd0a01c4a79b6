"""Subjects of one's own, imported by name."""

import itertools
import sys

import pytest

from grounding.errors import SubjectError
from grounding.subject import Answer, Failure, Settings, subject

MODEL = """
from grounding.subject import Answer

class Model:
    def __init__(self, settings=None):
        self.settings = settings
    def fingerprint(self):
        return {"weights": "abc"}
    def generate(self, batch):
        return [f"{request.messages[-1]['content']} {self.settings is not None}" for request in batch]
    def describe(self, batch):
        return ["seen"] * len(batch)
    def probe(self, batch):
        return [Answer("Yes.", 0.5)] * len(batch)

class Bare(Model):
    def __init__(self):
        super().__init__()

class Nested:
    inner = Bare()

def talk(messages):
    if "fail" in messages[-1]["content"]:
        raise RuntimeError("no words")
    return messages[-1]["content"].upper()

class Needy(Model):
    def __init__(self, weights):
        pass

class Half:
    def generate(self, batch):
        return []

class Wrong(Model):
    def generate(self, batch):
        return ["one too many"] * (len(batch) + 1)
    def describe(self, batch):
        return [3] * len(batch)
    def fingerprint(self):
        return {"a set": {1}}

number = 3
"""
counter = itertools.count()


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Makes the subject of an object in a module of the current directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    name = f"own_model_{next(counter)}"  # modules stay imported
    (tmp_path / f"{name}.py").write_text(MODEL)
    return lambda path: subject(f"python:{name}:{path}", Settings(batch_size=3))


def test_a_class_is_made_with_the_settings(own, ask):
    """A class that takes `settings` gets them."""
    assert own("Model").generate([ask("Go.")]) == ["Go. True"]


@pytest.mark.parametrize("path", ["Bare", "Nested.inner"])
def test_other_objects(own, ask, path):
    """A class that takes none is made without; an instance, by a dotted path, is taken as it is."""
    made = own(path)
    assert made.generate([ask("Go.")]) == ["Go. False"]
    assert made.describe([ask("Go.")]) == ["seen"]
    assert made.probe([ask("Go.")]) == [Answer("Yes.", 0.5)]
    assert made.batch_size == 3


def test_a_function_from_messages_to_text(own, ask):
    """It generates, describes and answers, without a probability; what it raises fails one request."""
    made = own("talk")
    assert made.generate([ask("go"), ask("fail")]) == ["GO", Failure("RuntimeError: no words")]
    assert made.describe([ask("a", "b", "c")]) == ["C"]
    assert made.probe([ask("yes?"), ask("fail")]) == [Answer("YES?"), Failure("RuntimeError: no words")]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("Nothing", "has no 'Nothing'"),
        ("Nested.outer", "'outer' is not there"),
        ("Needy", "cannot be made: TypeError: .*weights"),
        ("Half", "lacks describe, probe and cannot be called"),
        ("number", "lacks generate, describe, probe and cannot be called"),
        ("", "needs MODULE:OBJECT"),
    ],
)
def test_what_cannot_be_a_subject(own, path, message):
    """Each is one clear error."""
    with pytest.raises(SubjectError, match=message):
        own(path)


def test_modules_that_cannot_be_imported(tmp_path, monkeypatch):
    """A missing module, and one that fails, are told by name and cause."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "own_broken.py").write_text("1 / 0")
    for name, cause in [("own_missing", "ModuleNotFoundError"), ("own_broken", "ZeroDivisionError")]:
        with pytest.raises(SubjectError, match=f"module '{name}' cannot be imported: {cause}"):
            subject(f"python:{name}:x")


def test_answers_are_checked(own, ask):
    """A wrong number or kind of answers is the subject's error, by its method."""
    made = own("Wrong")
    with pytest.raises(SubjectError, match="generate gave 2 answers to 1 requests"):
        made.generate([ask("Go.")])
    with pytest.raises(SubjectError, match="describe gave int, expected str or Failure"):
        made.describe([ask("Go.")])
    with pytest.raises(SubjectError, match="not JSON-able"):
        made.fingerprint()


def test_fingerprint(own, tmp_path):
    """The module's source and the object's own fingerprint are in it."""
    first = own("Model").fingerprint()
    assert first["own"] == {"weights": "abc"}
    assert "own" not in own("talk").fingerprint()
    source = next(tmp_path.glob("own_model_*.py"))
    source.write_text(MODEL + "# changed\n")
    assert own("Model").fingerprint()["source"] != first["source"]
