"""A process keeps to one core with all its threads; tried in a process of its own."""

import os
import subprocess
import sys

import pytest

_PROGRAM = """
import os, threading, time
from worker.one_core import keep_to_one_core

{before}
allowed = os.sched_getaffinity(0)
keep_to_one_core()
until = time.monotonic() + 20
while len(allowed) > 1 and len(os.sched_getaffinity(0)) > 1 and time.monotonic() < until:
    time.sleep(0.005)
cores = [os.sched_getaffinity(0)]
later = threading.Thread(target=lambda: cores.append(os.sched_getaffinity(0)))
later.start()
later.join()
print([len(each) for each in cores], all(each <= allowed for each in cores), threading.active_count())
"""

_CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0

pytestmark = pytest.mark.skipif(not _CORES, reason="this system binds no process to a core")


def told(before: str = "") -> str:
    command = [sys.executable, "-c", _PROGRAM.format(before=before)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()


@pytest.mark.skipif(_CORES < 2, reason="this machine has one core")
def test_all_threads_are_on_one_core_and_so_are_those_that_come_later() -> None:
    assert told() == "[1, 1] True 2"


def test_where_one_core_is_allowed_nothing_is_done() -> None:
    first = min(os.sched_getaffinity(0))
    assert told(f"os.sched_setaffinity(0, {{{first}}})") == "[1, 1] True 1"
