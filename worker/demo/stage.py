"""A process tree to play on: a provider's sandboxes and Counterfoil in any shape, on free loopback ports.

The demo plays on the embedded shape; the integration tests also on several processes, and kill them.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from worker.demo import toml
from worker.demo.books import MAIN, SETTINGS, DemoBook, Setting

BOOK = MAIN
_START_SECONDS = 30.0
_STOP_SECONDS = 30.0
_OUTAGE_SECONDS = 30.0


class StageFailed(Exception):
    """A process of the demo did not start, or died; the text says which and where its log is."""


@dataclass(slots=True)
class Stage:
    """A folder with configuration, ledger and logs, and the processes that work in it."""

    folder: Path
    provider: str = "invoiceocean"
    shape: tuple[str, ...] = ("up",)
    """The processes of Counterfoil, by command; a digit behind a command tells replicas apart: worker1, worker2."""
    ledger_url: str = "sqlite:///ledger.sqlite3"
    broker_url: str = "memory://"
    sandbox_options: tuple[str, ...] = ()
    book_options: str = ""
    """More lines for the table of each book in the configuration."""
    settings: str = ""
    """More tables for it."""
    sandbox_urls: dict[str, str] = field(default_factory=dict)
    """Book -> the address of its sandbox, once it runs."""
    web_url: str = ""
    environ: dict[str, str] = field(default_factory=dict)
    _processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def setting(self) -> Setting:
        """How the demo is set up at the provider."""
        return SETTINGS[self.provider]

    @property
    def sandbox_url(self) -> str:
        """Where the sandbox listens; the first one, where there are several."""
        return next(iter(self.sandbox_urls.values()), "")

    @property
    def config(self) -> Path:
        return self.folder / "counterfoil.toml"

    @property
    def environ_file(self) -> Path:
        """Shell lines that give the secrets to commands typed by hand; readable by their owner only."""
        return self.folder / "demo.env"

    def log(self, name: str) -> Path:
        """The log of one process."""
        return self.folder / f"{name}.log"

    def secret(self, shop: str) -> str:
        """What the shop signs with."""
        return self.environ[f"DEMO_{shop.upper()}_SECRET"]

    def pids(self) -> dict[str, int]:
        return {name: process.pid for name, process in self._processes.items()}

    def open(self) -> None:
        """Start the sandbox, write the configuration, start Counterfoil. Raises `StageFailed`."""
        shops = self.setting.shops
        self.environ = {f"DEMO_{shop.name.upper()}_SECRET": secrets.token_urlsafe(24) for shop in shops}
        user = f"{self.setting.user}:" if self.setting.user else ""
        self.environ["DEMO_TOKEN"] = user + secrets.token_urlsafe(24)
        lines = "".join(f"export {name}={value}\n" for name, value in self.environ.items())
        self.environ_file.touch(mode=0o600)
        self.environ_file.write_text(lines)
        options = ("--port", "0", "--token", "env:DEMO_TOKEN", *self.sandbox_options)
        sandboxes = {book.name: self._sandbox(book) for book in self.setting.books}
        for name in sandboxes.values():
            self._start(name, "sandbox", self.provider, *options)
        self.sandbox_urls = {book: self._url(name, "sandbox.up") for book, name in sandboxes.items()}
        self.config.write_text(self._configuration())
        for name in self.shape:
            self.start(name)

    def start(self, name: str) -> None:
        """Start one process of the shape; those that listen are waited for. Raises `StageFailed`.

        Each start writes a log of its own; those of former starts are kept beside it, numbered.
        """
        log = self.log(name)
        if log.exists():
            log.rename(log.with_suffix(f".{len(list(self.folder.glob(f'{name}*.log')))}.log"))
        self._start(name, "--config", str(self.config), name.rstrip("0123456789"))
        if name.startswith(("up", "web")):
            self.web_url = self._url(name, "counterfoil.up")

    def kill(self, name: str) -> None:
        """kill -9, as a power cut would."""
        process = self._processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self, name: str) -> int:
        """Stop one process politely. Returns its exit code; negative when it had to be killed."""
        process = self._processes.pop(name)
        process.terminate()
        try:
            return process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run one command with the stage's configuration to its end. Returns its exit code and all it said."""
        done = subprocess.run(  # noqa: S603  (our own program)
            self._command("--config", str(self.config), *arguments),
            check=False,
            capture_output=True,
            text=True,
            env={**os.environ, **self.environ},
            timeout=60,
        )
        return done.returncode, done.stdout + done.stderr

    def state(self) -> dict[str, object]:
        """What the provider holds, as its sandboxes tell it, taken together; an outage is waited out."""
        told = [_state_of(url) for url in self.sandbox_urls.values()]
        return told[0] if len(told) == 1 else _together(told)

    def outage(self, seconds: float) -> None:
        """Take the provider down: connections to it are refused for so long."""
        answer = requests.post(f"{self.sandbox_url}/_sandbox/outage", params={"seconds": str(seconds)}, timeout=30)
        answer.raise_for_status()

    def check(self) -> None:
        """Raise `StageFailed` when a process has died."""
        for name, process in self._processes.items():
            if process.poll() is not None:
                raise StageFailed(f"{name} ended with exit code {process.returncode}; its log:\n{self._tail(name)}")

    def revive(self) -> tuple[str, ...]:
        """Start again what has ended with an error, as whoever watches over processes does. Returns the names."""
        dead = tuple(name for name, process in self._processes.items() if process.poll() not in {None, 0})
        for name in dead:
            if name.startswith("sandbox"):
                self.check()
            self._processes.pop(name)
            self.start(name)
        return dead

    def close(self) -> None:
        """Stop the processes, politely first: Counterfoil's all at once, then the sandboxes, which these may call."""
        for sandboxes in (False, True):
            names = [name for name in self._processes if name.startswith("sandbox") is sandboxes]
            for name in names:
                self._processes[name].terminate()
            for name in names:
                self.stop(name)

    def _start(self, name: str, *arguments: str) -> None:
        with self.log(name).open("ab") as log:
            self._processes[name] = subprocess.Popen(  # noqa: S603  (our own program)
                self._command(*arguments),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.environ, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "worker.cli", *arguments]

    def _url(self, name: str, event: str) -> str:
        """Where a process listens: it says so in its log, for only it knows which port was free."""
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            for line in self.log(name).read_text(errors="replace").splitlines():
                told = _event(line)
                if told.get("event") == event:
                    return str(told["url"])
            self.check()
            time.sleep(0.05)
        raise StageFailed(f"{name} did not start within {_START_SECONDS:.0f} s; its log:\n{self._tail(name)}")

    def _tail(self, name: str) -> str:
        return "\n".join(self.log(name).read_text(errors="replace").splitlines()[-15:])

    def _sandbox(self, book: DemoBook) -> str:
        """The name of the process that is the book's sandbox."""
        return "sandbox" if len(self.setting.books) == 1 else f"sandbox-{book.name}"

    def _configuration(self) -> str:
        return toml.configuration(
            self.setting,
            ledger_url=self.ledger_url,
            broker_url=self.broker_url,
            addresses=self.sandbox_urls,
            more=self.book_options,
            tables=self.settings,
        )


@retry(
    retry=retry_if_exception_type(requests.ConnectionError),
    wait=wait_fixed(0.1),
    stop=stop_after_delay(_OUTAGE_SECONDS),
    reraise=True,
)
def _state_of(url: str) -> dict[str, Any]:
    answer = requests.get(f"{url}/_sandbox/state", timeout=30)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def _together(states: list[dict[str, Any]]) -> dict[str, object]:
    """Several accounts as if they were one."""
    counts = {
        name: dict(sum((Counter(state.get(name, {})) for state in states), Counter[str]()))
        for name in ("requests", "faults_injected")
    }
    return {"documents": [document for state in states for document in state["documents"]], **counts}


def _event(line: str) -> dict[str, object]:
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
