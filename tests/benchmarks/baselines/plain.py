"""The plain Celery script as a contestant: uvicorn takes webhooks, one Celery worker does the work."""

import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import redis
import requests

from tests.benchmarks.contestant import Setup
from tests.benchmarks.ground import Ground
from tests.benchmarks.orders import SECRET
from tests.benchmarks.processes import free_port, killed, started, stopped
from tests.benchmarks.shapes import StackFailed

_HERE = "tests.benchmarks.baselines"
_START_SECONDS = 40.0


@dataclass
class Plain:
    """`pool` and `slots` are the worker's. With `looks` it asks before it creates or pays."""

    ground: Ground
    pool: str = "prefork"
    slots: int = 8
    looks: bool = False
    _port: int = 0
    _broker: str = ""
    _folder: Path = field(default_factory=Path)
    _environ: dict[str, str] = field(default_factory=dict)
    _web: "subprocess.Popen[bytes] | None" = None
    _worker: "subprocess.Popen[bytes] | None" = None

    @property
    def name(self) -> str:
        return f"plain Celery, {self.pool} {self.slots}" + (", looks first" if self.looks else "")

    @property
    def port(self) -> int:
        return self._port

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in (self._web, self._worker) if process is not None]

    def open(self, setup: Setup) -> None:
        self._folder = self.ground.folder()
        self._broker = self.ground.redis()
        self._port = free_port()
        self._environ = {
            "PLAIN_BROKER": self._broker,
            "PLAIN_URL": setup.accounts[0].url,
            "PLAIN_TOKEN": "token",
            "PLAIN_SECRET": SECRET,
            **({"PLAIN_LOOKS": "yes"} if self.looks else {}),
        }
        command = ["-m", "uvicorn", f"{_HERE}.plain_web:app", "--port", str(self._port), "--no-access-log"]
        self._web = started([sys.executable, *command], self._folder / "web.log", self._environ)
        self.start_workers()
        self._await()

    def is_at_rest(self, orders: int) -> bool:
        """Whether nothing is queued, running or waiting for its next try, whatever came in."""
        self._check()
        with redis.Redis.from_url(self._broker) as client:
            for _ in range(3):
                if client.llen("celery") or client.hlen("unacked"):
                    return False
                time.sleep(0.03)
        return True

    def kill_workers(self) -> None:
        if self._worker is not None:
            killed(self._worker)
            self._worker = None

    def start_workers(self) -> None:
        command = ["-m", "celery", "-A", f"{_HERE}.plain_celery", "worker", "-P", self.pool, "-c", str(self.slots)]
        self._worker = started([sys.executable, *command], self._folder / "worker.log", self._environ)

    def close(self) -> None:
        for process in (self._web, self._worker):
            if process is not None:
                stopped(process)
        self._web = self._worker = None

    def _await(self) -> None:
        until = time.monotonic() + _START_SECONDS
        while not (self._answers() and self._listens()):
            self._check()
            if time.monotonic() > until:
                raise StackFailed(f"{self.name} is not up within {_START_SECONDS:.0f} s")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self._port}/openapi.json", timeout=2).ok
        except requests.ConnectionError:
            return False

    def _listens(self) -> bool:
        """A worker binds this as the last thing before it takes tasks."""
        with redis.Redis.from_url(self._broker) as client:
            return bool(client.exists("_kombu.binding.celery.pidbox"))

    def _check(self) -> None:
        for process in (self._web, self._worker):
            if process is not None and process.poll() is not None:
                raise StackFailed(f"{self.name} ended with exit code {process.returncode}, see {self._folder}")
