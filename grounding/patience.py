"""A subject in this process held to a timeout: asked in a thread of its own, which is left behind when it hangs.

A call that hangs cannot be stopped from outside, only abandoned: its thread, and the model that it uses, stay
until the process ends. So the subject is made anew for the next batch, and only a few times; one that cannot
be made anew (an object that was passed in) is not asked again, and the run ends.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any

from grounding.asking import said
from grounding.errors import TimedOut
from grounding.subject import Request, Subject

ABANDONED = 3  # calls left behind, each with a model in memory and perhaps a core, before the run ends


class Patient:
    """`make` gives the subject. Raises TimedOut from a call that takes more than `seconds`.

    gone  why the subject is asked no more; None while it is
    """

    def __init__(self, make: Callable[[], Subject], seconds: float, again: bool = True):
        self._make, self._seconds = make, seconds
        self._left = ABANDONED if again else 1
        self.gone: str | None = None
        self._thread: _Thread | None = _Thread()
        # Made in the thread that it is asked in: torch counts its threads by the one that set their number.
        self._subject: Subject = self._thread.call(make, None)
        self.spec, self.batch_size = self._subject.spec, self._subject.batch_size

    def fingerprint(self) -> dict[str, Any]:
        return dict(self._made().call(self._subject.fingerprint, None))

    def generate(self, batch: Sequence[Request]) -> Any:
        return self._asked("generate", batch)

    def describe(self, batch: Sequence[Request]) -> Any:
        return self._asked("describe", batch)

    def probe(self, batch: Sequence[Request]) -> Any:
        return self._asked("probe", batch)

    def _asked(self, method: str, batch: Sequence[Request]) -> Any:
        thread = self._made()
        try:
            return thread.call(getattr(self._subject, method), self._seconds, batch)
        except _Late:
            self._thread = None
            self._left -= 1
            why = f"timeout after {self._seconds:g} s"
            if self._left == 0:
                self.gone = f"{why}, and a subject in this process cannot be stopped or made again"
            raise TimedOut(why) from None

    def _made(self) -> _Thread:
        """The thread of a subject that can be asked. Raises TimedOut where there is none."""
        if self.gone:
            raise TimedOut(f"not asked: {self.gone}")
        if self._thread is None:
            thread = _Thread()
            try:
                self._subject = thread.call(self._make, None)
            except Exception as error:
                self.gone = f"timeout after {self._seconds:g} s, and it cannot be made again: {said(error)}"
                raise TimedOut(f"not asked: {self.gone}") from error
            self._thread = thread
        return self._thread


class _Late(Exception):
    """A call did not return in time; none that a subject could raise itself."""


class _Thread:
    """A thread that makes one call after another. It is a daemon: it does not keep the process alive."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=_serve, args=(self._calls,), daemon=True).start()

    def call(self, function: Callable[..., Any], seconds: float | None, *args: Any) -> Any:
        """What the function gives or raises. Raises _Late if it takes more than that many seconds."""
        answer: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
        self._calls.put((function, args, answer))
        try:
            value, error = answer.get(timeout=seconds)
        except queue.Empty:
            raise _Late from None
        if error is not None:
            raise error
        return value

    def __del__(self) -> None:
        self._calls.put(None)


def _serve(calls: queue.SimpleQueue[Any]) -> None:
    while (call := calls.get()) is not None:
        function, args, answer = call
        try:
            answer.put((function(*args), None))
        except BaseException as error:  # noqa: BLE001  raised again where it was called
            answer.put((None, error))
        del call, function, args, answer
