"""One core at a time for a process whose threads take turns at the interpreter anyway.

Threads that hand the interpreter to each other from core to core take their memory along each time: a fifth of what an
order costs. So a process keeps to one core, and every few seconds is free for a moment, so that the system can move it
to one that has less to do. Where the system knows no such thing, or allows one core only, nothing is done.
"""

import os
import threading
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from time import sleep

_SECONDS = 5.0
_FREE_SECONDS = 0.01
_TASKS = Path("/proc/self/task")
_PROCESSOR = 36
"""The place of the core behind the name of the program in /proc/…/stat, proc(5)."""


def keep_to_one_core() -> None:
    """Do so from now on, in a thread that ends with the process."""
    if not hasattr(os, "sched_setaffinity") or not _TASKS.exists():
        return
    cores = os.sched_getaffinity(0)
    if len(cores) > 1:
        threading.Thread(target=_keep, args=(cores,), name="one core", daemon=True).start()


def _keep(cores: Collection[int]) -> None:
    while True:
        _allow(cores)
        sleep(_FREE_SECONDS)  # who wakes up does so where there is least to do
        _allow({_core()})
        sleep(_SECONDS)


def _core() -> int:
    """Where this thread runs now."""
    told = (_TASKS / str(threading.get_native_id()) / "stat").read_text()
    return int(told.rpartition(")")[2].split()[_PROCESSOR])


def _allow(cores: Collection[int]) -> None:
    """All threads; those that are made later are allowed what their makers are."""
    for task in _TASKS.iterdir():
        with suppress(OSError):  # it has ended, or its core was taken from the machine
            os.sched_setaffinity(int(task.name), cores)
