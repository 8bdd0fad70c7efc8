"""Counterfoil in its shapes, as a contestant: `counterfoil up`, or web, workers and beat on PostgreSQL and a broker."""

import json
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from providers.domain.orders import OrderState
from tasks.ledger.ledger import Ledger
from tasks.ledger.store import Store
from tests.benchmarks.contestant import Account, Setup
from tests.benchmarks.ground import Ground
from tests.benchmarks.orders import SECRET
from tests.benchmarks.processes import free_port, killed, started, stopped
from worker.demo.catalogue import SHOPS

_START_SECONDS = 40.0
_THREADS = 16
_TIMES = "timeout = 2\nsettle = 1\n"
"""A provider on loopback settles at once; the card's own times are for the world outside."""


class StackFailed(Exception):
    """A process did not start, or died; the text holds the end of its log."""


@dataclass
class Counterfoil:
    """One shape. `replicas` 0 is the embedded one; else so many worker processes."""

    ground: Ground
    replicas: int = 0
    broker: str = "redis"
    setup: Setup = field(default_factory=lambda: Setup(accounts=()))
    ledger: str = ""
    """Its address, once there is one."""
    _folder: Path = field(default_factory=Path)
    _port: int = 0
    _processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)
    _ledger: Ledger | None = None

    @property
    def name(self) -> str:
        if not self.replicas:
            return "embedded"
        servers = {"redis": "PostgreSQL + Redis", "rabbitmq": "PostgreSQL + RabbitMQ"}[self.broker]
        return f"{servers}, {self.replicas} worker{'s' * (self.replicas > 1)}"

    @property
    def port(self) -> int:
        return self._port

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._processes.values()]

    @property
    def worker_pids(self) -> list[int]:
        return [process.pid for name, process in self._processes.items() if _works(name)]

    def open(self, setup: Setup) -> None:
        self.setup = setup
        self._folder = self.ground.folder()
        self._port = free_port()
        self.ledger, broker = f"sqlite:///{self._folder}/ledger.sqlite3", "memory://"
        if self.replicas:
            self.ledger = self._stack.enter_context(self.ground.database())
            broker = self.ground.redis() if self.broker == "redis" else self.ground.rabbitmq()
        self._config.write_text(_configuration(self.ledger, broker, self._port, setup))
        for name in self._names:
            self._start(name)
        self._await(*self._names)
        self._ledger = Ledger(Store(self.ledger))

    def is_at_rest(self, orders: int) -> bool:
        self._check()
        assert self._ledger is not None
        figures = self._ledger.views.figures(now=datetime.now(UTC))
        return sum(figures.orders.values()) >= orders and not figures.orders.get(OrderState.DUE, 0)

    def kill_workers(self) -> None:
        for name in [name for name in self._processes if _works(name)]:
            killed(self._processes.pop(name))

    def kill_one_worker(self) -> None:
        name = next(name for name in self._processes if _works(name))
        killed(self._processes.pop(name))

    def start_workers(self) -> None:
        for name in self._names:
            if name not in self._processes:
                self._start(name)

    def close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            stopped(process)
        self._processes.clear()
        self._stack.close()

    @property
    def _names(self) -> tuple[str, ...]:
        workers = tuple(f"worker{number + 1}" for number in range(self.replicas))
        return ("web", *workers, "beat") if self.replicas else ("up",)

    @property
    def _config(self) -> Path:
        return self._folder / "counterfoil.toml"

    @property
    def _environ(self) -> dict[str, str]:
        return {"BENCH_TOKEN": "token", "BENCH_SECRET": SECRET, **self.setup.environ}

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def _start(self, name: str) -> None:
        command = [sys.executable, "-m", "worker.cli", "--config", str(self._config), name.rstrip("0123456789")]
        self._processes[name] = started(command, self._log(name), self._environ)

    def _await(self, *names: str) -> None:
        """Until each has said in its log that it is up."""
        until = time.monotonic() + _START_SECONDS
        while not all(b'"counterfoil.up"' in self._log(name).read_bytes() for name in names):
            self._check()
            if time.monotonic() > until:
                raise StackFailed(f"not up within {_START_SECONDS:.0f} s: {self._tail(names[0])}")
            time.sleep(0.05)

    def _check(self) -> None:
        for name, process in self._processes.items():
            if process.poll() is not None:
                raise StackFailed(f"{name} ended with exit code {process.returncode}: {self._tail(name)}")

    def _tail(self, name: str) -> str:
        return "\n".join(self._log(name).read_text(errors="replace").splitlines()[-15:])


def _works(name: str) -> bool:
    return name == "up" or name.startswith("worker")


def _configuration(ledger: str, broker: str, port: int, setup: Setup) -> str:
    shops = {shop.name: shop for shop in SHOPS}
    tables = [
        _table("ledger", url=ledger),
        _table("broker", url=broker),
        _table("web", port=port),
        _table("worker", threads=setup.threads or _THREADS),
        _table("log", format="json"),
    ]
    for account in setup.accounts:
        tables.append(_book(account))
        tables += [
            _table(
                f"shops.{name}",
                kind="woocommerce",
                secret="env:BENCH_SECRET",
                book=account.name,
                tax_number_fields=[shops[name].tax_no_key],
            )
            for name in account.shops
        ]
    return "\n".join(tables)


def _book(account: Account) -> str:
    limits: dict[str, object] = {"in_flight": account.in_flight}
    if account.rate is not None:
        limits["rate"] = account.rate
    told = {"provider": "invoiceocean", "base_url": account.url, "token": "env:BENCH_TOKEN"}
    return _table(f"books.{account.name}", **told, **limits) + _TIMES


def _table(name: str, **values: object) -> str:
    return f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
