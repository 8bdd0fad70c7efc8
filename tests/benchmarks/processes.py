"""Processor time and memory of process trees, and what else the machine does, from /proc."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_CORES = os.cpu_count() or 1
_STOP_SECONDS = 30.0
_PROC = Path("/proc")


def cpu_seconds(roots: Iterable[int]) -> float:
    """What the processes and all that descends from them have used, with the children that ended and were waited
    for."""
    tree = _tree(roots)
    return sum(sum(fields[1:]) for pid in tree if (fields := _stat(pid))) / _TICKS


def peak_mb(roots: Iterable[int]) -> float:
    """The sum of the largest resident sizes of the processes and all that descends from them. What processes share,
    as forked ones do, counts for each of them."""
    return sum(_status_kb(pid, "VmHWM") for pid in _tree(roots)) / 1024


def resident_mb(roots: Iterable[int]) -> float:
    """The same of the sizes now."""
    return sum(_status_kb(pid, "VmRSS") for pid in _tree(roots)) / 1024


def named(program: str) -> list[int]:
    """The processes of a program, whoever started them."""
    found = []
    for entry in _PROC.iterdir():
        try:
            if entry.name.isdigit() and (entry / "comm").read_text().strip() == program:
                found.append(int(entry.name))
        except OSError:
            continue  # it is gone
    return found


class Bystanders:
    """What the machine does beside us, as a share of all its cores."""

    def __init__(self, ours: Iterable[int]) -> None:
        self._ours = {*ours, os.getpid()}
        self._known = self._snapshot()
        self._busy = _machine_busy()
        self._began = time.monotonic()

    def share(self, more: Iterable[int] = ()) -> float:
        """Since it was made. `more` are processes of ours that were started meanwhile."""
        self._ours |= set(more)
        seconds = max(time.monotonic() - self._began, 1e-6)
        own = sum(used - self._known.get(pid, 0.0) for pid, used in self._snapshot().items())
        return max(_machine_busy() - self._busy - own, 0.0) / (seconds * _CORES)

    def _snapshot(self) -> dict[int, float]:
        return {pid: sum(fields[1:]) / _TICKS for pid in _tree(self._ours) if (fields := _stat(pid))}


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started(command: list[str], log: Path, environ: Mapping[str, str] | None = None) -> "subprocess.Popen[bytes]":
    """A process of its own session whose output goes to a file; what was there stays."""
    with log.open("ab") as out:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(environ or {})},
            start_new_session=True,
        )


def stopped(process: "subprocess.Popen[bytes]") -> int:
    """Stop it politely, else by force, with all that it started. Returns the exit code."""
    process.terminate()
    try:
        return process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        return killed(process)


def killed(process: "subprocess.Popen[bytes]") -> int:
    """kill -9, as a power cut would: the whole session that `started` made."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        process.kill()
    return process.wait()


def _tree(roots: Iterable[int]) -> set[int]:
    children: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(fields[0], []).append(int(entry.name))
    found: set[int] = set()
    todo = list(roots)
    while todo:
        pid = todo.pop()
        if pid not in found:
            found.add(pid)
            todo += children.get(pid, [])
    return found


def _stat(pid: int) -> tuple[int, ...]:
    """Parent, and the ticks of the process (user, system) and of its children that ended; empty: it is gone."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ()
    return int(fields[1]), *map(int, fields[11:15])


def _status_kb(pid: int, name: str) -> int:
    try:
        lines = (_PROC / str(pid) / "status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)


def _machine_busy() -> float:
    """Seconds that all cores together were busy, what a hypervisor took away included; waiting is not busy."""
    user, nice, system, _idle, _wait, irq, soft, steal = map(
        int, (_PROC / "stat").read_text().split("\n", 1)[0].split()[1:9]
    )
    return (user + nice + system + irq + soft + steal) / _TICKS
