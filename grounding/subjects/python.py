"""A subject of one's own: python:MODULE:OBJECT, a class, an object or a function.

    an object with generate, describe and probe   is asked as a subject (grounding.subject.Subject)
    a class of such objects                       is made first, with `settings` if it takes that
    any other callable                            is given the messages of one request and returns a text

It runs in a process of its own (`grounding.subjects.own_process`), so that one that hangs, exits or runs out
of memory costs its batch and not the run. It is trusted as much as any code that one imports. The current
directory is importable, as with `python -m`.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import sys
from collections.abc import Callable, Sequence
from hashlib import sha256
from types import ModuleType
from typing import Any

from grounding.asking import said
from grounding.errors import SubjectError
from grounding.subject import Answer, Failure, Request, Settings, Subject, keeps_time

METHODS = ("generate", "describe", "probe")


@keeps_time
def python(argument: str, settings: Settings) -> Subject:
    """A class, object or function of one's own: python:MODULE:OBJECT."""
    from grounding.subjects.own_process import OwnProcess

    return OwnProcess(argument, settings)


def here(argument: str, settings: Settings) -> Wrapped:
    """The subject in this process. Raises SubjectError."""
    module_name, _, path = argument.partition(":")
    if not module_name or not path:
        raise SubjectError(
            f"python needs MODULE:OBJECT, for example python:my_models:Model, got {argument!r}"
        )
    module = imported(module_name)
    found = made(named(module, path), settings, argument)
    source = source_digest(module)
    if all(callable(getattr(found, method, None)) for method in METHODS):
        return Wrapped(found, argument, source, settings)
    if callable(found):
        return Wrapped(Texts(found), argument, source, settings)
    missing = [method for method in METHODS if not callable(getattr(found, method, None))]
    raise SubjectError(f"{argument} is no subject: it lacks {', '.join(missing)} and cannot be called")


class Wrapped:
    """A foreign object as a Subject: number and types of its answers are checked."""

    def __init__(self, inner: Any, name: str, source: str | None, settings: Settings):
        self.spec = f"python:{name}"
        self.batch_size: int = getattr(inner, "batch_size", settings.batch_size)
        self._inner = inner
        self._fingerprint = {"kind": "python", "object": name, "source": source}

    def fingerprint(self) -> dict[str, Any]:
        """The digest of the module's source file (null: it has none), and the object's own fingerprint."""
        own = getattr(self._inner, "fingerprint", None)
        if not callable(own):
            return dict(self._fingerprint)
        said = own()
        try:
            json.dumps(said)
        except (TypeError, ValueError) as error:
            raise SubjectError(f"{self.spec}: fingerprint() is not JSON-able: {error}") from error
        return {**self._fingerprint, "own": said}

    def generate(self, batch: Sequence[Request]) -> list[str | bytes | Failure]:
        return self._asked("generate", batch, (str, bytes, Failure))

    def describe(self, batch: Sequence[Request]) -> list[str | Failure]:
        return self._asked("describe", batch, (str, Failure))

    def probe(self, batch: Sequence[Request]) -> list[Answer | Failure]:
        return self._asked("probe", batch, (Answer, Failure))

    def _asked(self, method: str, batch: Sequence[Request], kinds: tuple[type, ...]) -> list[Any]:
        answers = list(getattr(self._inner, method)(batch))
        if len(answers) != len(batch):
            raise SubjectError(f"{self.spec}: {method} gave {len(answers)} answers to {len(batch)} requests")
        for answer in answers:
            if not isinstance(answer, kinds):
                wanted = " or ".join(kind.__name__ for kind in kinds)
                raise SubjectError(f"{self.spec}: {method} gave {type(answer).__name__}, expected {wanted}")
        return answers


class Texts:
    """A callable from messages to text in the three roles. What it raises fails its one request only."""

    def __init__(self, call: Callable[[list[dict[str, Any]]], Any]):
        self._call = call

    def generate(self, batch: Sequence[Request]) -> list[Any]:
        return [self._text(request) for request in batch]

    describe = generate

    def probe(self, batch: Sequence[Request]) -> list[Any]:
        texts = (self._text(request) for request in batch)
        return [Answer(text) if isinstance(text, str) else text for text in texts]

    def _text(self, request: Request) -> Any:
        try:
            return self._call([dict(message) for message in request.messages])
        except (Exception, SystemExit) as error:  # noqa: BLE001  foreign code: its failure is recorded, the batch goes on
            return Failure(said(error))


def imported(name: str) -> ModuleType:
    """The module of that name, the current directory included. Raises SubjectError."""
    here = os.getcwd()
    if here not in sys.path:
        sys.path.insert(0, here)
    importlib.invalidate_caches()
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:  # an import runs foreign code, which can fail in any way
        raise SubjectError(f"module {name!r} cannot be imported: {said(error)}") from error


def named(module: ModuleType, path: str) -> Any:
    """The object of a dotted path in the module. Raises SubjectError naming the part that is missing."""
    found: Any = module
    for part in path.split("."):
        if not hasattr(found, part):
            raise SubjectError(f"{module.__name__} has no {path!r}: {part!r} is not there")
        found = getattr(found, part)
    return found


def made(found: Any, settings: Settings, name: str) -> Any:
    """An instance of a class, with `settings` if it takes that; any other object as it is."""
    if not isinstance(found, type):
        return found
    try:
        takes = inspect.signature(found).parameters
    except ValueError:  # a class written in C may have no signature
        takes = {}  # type: ignore[assignment]
    try:
        return found(settings=settings) if "settings" in takes else found()
    except (Exception, SystemExit) as error:
        raise SubjectError(f"{name} cannot be made: {said(error)}") from error


def source_digest(module: ModuleType) -> str | None:
    """sha256 of the module's source file; None where it has none."""
    try:
        file = inspect.getsourcefile(module)
        return sha256(open(file, "rb").read()).hexdigest() if file else None
    except (TypeError, OSError):
        return None
