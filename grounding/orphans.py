"""No process that we start outlives us: a worker that hangs would otherwise hold a core for ever.

On Linux the kernel kills it with the thread that made it, which needs no interpreter lock; everywhere a
thread of its own watches who its parent is. Neither is needed where the parent ends in good order.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from contextlib import suppress

PR_SET_PDEATHSIG = 1  # linux/prctl.h
WATCH = 0.5  # seconds between two looks at the parent


def parent_now() -> tuple[int, bool]:
    """What a process about to be started is told of its parent: our id, and whether our thread lasts as long."""
    return os.getpid(), threading.current_thread() is threading.main_thread()


def die_with(parent: int, lasting: bool) -> None:
    """In the process that was started: end when the parent has ended, however it did.

    lasting  the thread that started us is its main one; the kernel's signal comes with the thread's end
    """
    if lasting and sys.platform == "linux":
        with suppress(OSError, AttributeError):  # a libc without prctl; the thread below is left
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before we could ask to be told
        os._exit(1)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH)
    os._exit(1)
