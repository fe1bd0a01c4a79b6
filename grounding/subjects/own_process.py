"""A subject of one's own in a process of its own: what it does to its process it does not do to the run.

    this process                      python -m grounding.subjects.own_process
    OwnProcess ── method, batch ──→   serve() ── the subject that `python.here` makes
               ←── answers or why ──

Both ends speak pickle over a socket pair; standard input and output stay the subject's own. A batch that takes
longer than `Settings.timeout` ends the process; the next batch starts another. So does the death of the
process, after which the batch is asked again one request at a time (`grounding.asking.answers`).
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from grounding.asking import said
from grounding.errors import SubjectError, TimedOut
from grounding.orphans import die_with, parent_now
from grounding.subject import Answer, Failure, Request, Settings

STARTS = 3  # failures in a row to start it again before the run ends
PATIENCE = 5.0  # seconds to end in good order when it is no longer needed


class OwnProcess:
    """The parent's side. Raises SubjectError where the subject cannot be made.

    gone  why the subject is asked no more; None while it is
    """

    def __init__(self, argument: str, settings: Settings):
        self.spec = f"python:{argument}"
        self.gone: str | None = None
        self._argument, self._settings = argument, settings
        self._failed = 0
        self._process, self._end = self._started()

    def fingerprint(self) -> dict[str, Any]:
        """The digest of the module's source file (null: it has none), and the object's own fingerprint."""
        return dict(json.loads(self._said("fingerprint", None, None)))

    def generate(self, batch: Sequence[Request]) -> list[str | bytes | Failure]:
        return list(self._asked("generate", batch))

    def describe(self, batch: Sequence[Request]) -> list[str | Failure]:
        return list(self._asked("describe", batch))

    def probe(self, batch: Sequence[Request]) -> list[Answer | Failure]:
        return list(self._asked("probe", batch))

    def _asked(self, method: str, batch: Sequence[Request]) -> Any:
        if self.gone:
            raise TimedOut(f"not asked: {self.gone}")
        if self._process.poll() is not None:
            self._start_again()
        return self._said(method, list(batch), self._settings.timeout)

    def _start_again(self) -> None:
        try:
            self._process, self._end = self._started()
        except SubjectError as error:
            self._failed += 1
            if self._failed == STARTS:
                self.gone = f"its process ended and cannot be started again: {error}"
            raise
        self._failed = 0

    def _started(self) -> tuple[subprocess.Popen[bytes], Connection]:
        """A process with the subject in it, and our end of the pair."""
        ours, theirs = multiprocessing.Pipe()
        parent, lasting = parent_now()
        process = subprocess.Popen(  # noqa: S603  our own module, with this very interpreter
            [sys.executable, "-P", "-m", __name__, str(theirs.fileno()), str(parent), str(int(lasting))],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        theirs.close()
        weakref.finalize(self, _ended, process, ours)
        self._process, self._end = process, ours
        ours.send((list(sys.path), self._argument, self._settings))
        self.batch_size: int = self._received(None)
        return process, ours

    def _said(self, method: str, batch: list[Request] | None, seconds: float | None) -> Any:
        try:
            self._end.send((method, batch))
        except OSError:
            raise self._death() from None
        return self._received(seconds)

    def _received(self, seconds: float | None) -> Any:
        try:
            if not self._end.poll(seconds):
                self._process.kill()
                self._process.wait()
                raise TimedOut(f"timeout after {seconds:g} s")
            well, value = self._end.recv()
        except (EOFError, ConnectionError):
            raise self._death() from None
        if not well:
            raise SubjectError(value)
        return value

    def _death(self) -> SubjectError:
        try:
            code = self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:  # it closed its end and lives
            self._process.kill()
            code = self._process.wait()
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"exited with {code}"
        return SubjectError(f"the subject's process {how}")


def _ended(process: subprocess.Popen[bytes], end: Connection) -> None:
    """Close our end: the process reads that and ends; one that does not is killed."""
    end.close()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# --- in the subject's process -----------------------------------------------------------------------


def serve(end: Connection) -> None:
    """Make the subject, then answer until the other end is closed."""
    from grounding.subjects.python import here

    path, argument, settings = end.recv()
    sys.path[:] = path
    made: list[Any] = []

    def make() -> int:
        made.append(here(argument, settings))
        return int(made[0].batch_size)

    if not _tell(end, make):
        return
    while True:
        try:
            method, batch = end.recv()
        except (EOFError, ConnectionError):
            return
        except (Exception, SystemExit) as error:  # noqa: BLE001  a request that cannot be read, for want of memory for one
            why = said(error)
            end.send((False, why))
            continue
        _tell(end, lambda m=method, b=batch: _result(made[0], m, b))  # type: ignore[misc]


def _result(subject: Any, method: str, batch: list[Request] | None) -> Any:
    if batch is None:
        return json.dumps(subject.fingerprint())
    return [_plain(answer) for answer in getattr(subject, method)(batch)]


def _tell(end: Connection, call: Callable[[], Any]) -> bool:
    """Send what the call gives, or why it gives nothing; whether it went well."""
    try:
        end.send((True, call()))
        return True
    except ConnectionError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  foreign code; the other end says what it means for the run
        end.send((False, said(error)))
        return False


def _plain(answer: Any) -> Any:
    """An answer of exactly our types: what a subject derives from them may be unknown at the other end."""
    if isinstance(answer, str):
        return "".join(answer)
    if isinstance(answer, bytes):
        return bytes(memoryview(answer))
    if isinstance(answer, Failure):
        return Failure(_text(answer.reason), bool(answer.absent))
    return Answer(_text(answer.text), _number(answer.p_yes))


def _text(text: Any) -> str:
    return "".join(text) if isinstance(text, str) else repr(text)


def _number(value: Any) -> float | None:
    try:
        return float(value) if value is not None and not isinstance(value, str) else None
    except (TypeError, ValueError):
        return None


def main() -> None:
    """FD PARENT LASTING: serve on that end of a pair until it is closed or the parent has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run, which ends us
    fd, parent, lasting = map(int, sys.argv[1:])
    die_with(parent, bool(lasting))
    with suppress(ConnectionError):  # the run has ended
        serve(Connection(fd))


if __name__ == "__main__":
    main()
