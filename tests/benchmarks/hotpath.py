"""What one order costs us: `python -m tests.benchmarks.hotpath`, CPU milliseconds of our own processes per order.

CPU time depends less than wall time on what else the machine does, but a shared core is a slower one: each run also
tells what a fixed loop cost before and after it, and the figures are scaled to a core that does the loop in 20 ms. The
provider and the load generator are processes of their own and are not counted.
"""

import argparse
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

import requests

from providers.shops.woocommerce.replayer import WooCommerceReplayer
from tests.soak.servers import OwnPostgres, OwnValkey
from worker.demo.stage import Stage
from worker.demo.story import Plot, tell

_SECRET = "a-webhook-secret-of-garden"
_CONFIG = """
[ledger]
url = "{ledger}"
[broker]
url = "{broker}"
[web]
port = 0
[log]
format = "json"
[worker]
threads = {threads}
[shops.garden]
kind = "woocommerce"
secret = "env:GARDEN_SECRET"
book = "main"
[books.main]
provider = "invoiceocean"
base_url = "{provider}"
token = "env:MAIN_TOKEN"
in_flight = {in_flight}
"""
_WARM = 50
_PATIENCE = 600.0
_LOOP = 0.02
_TICKS = os.sysconf("SC_CLK_TCK")


class Figures(NamedTuple):
    """What one run told."""

    cpu: dict[str, float]
    """Process -> milliseconds per order, scaled."""
    slow: float
    """By how much the machine was slower than the one that figures are scaled to."""
    seconds: float
    acknowledged: float
    """The 99th percentile of the time to a delivery's answer, in milliseconds."""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.hotpath", description=__doc__)
    parser.add_argument("--shape", choices=("embedded", "redis"), default="embedded")
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--callers", type=int, default=8, help="connections that deliver at the same time")
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--in-flight", type=int, default=64, help="what the provider takes at a time")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that the provider takes to answer")
    parser.add_argument("--profile", metavar="PY_SPY", help="that program records the first process of the shape")
    told = parser.parse_args(arguments)
    runs = [_run(told) for _ in range(told.rounds)]
    for figures in runs:
        parts = ", ".join(f"{name} {each:.2f}" for name, each in figures.cpu.items())
        speed = f"{told.orders / figures.seconds:.0f} orders/s; machine {figures.slow:.2f} times as slow"
        acknowledged = f"acknowledged p99 {figures.acknowledged:.1f} ms"
        sys.stdout.write(f"{sum(figures.cpu.values()):.2f} ms CPU per order ({parts}); {speed}; {acknowledged}\n")
    sys.stdout.write(f"median {median(sum(figures.cpu.values()) for figures in runs):.2f} ms\n")


def _run(told: argparse.Namespace) -> Figures:
    folder = Path(tempfile.mkdtemp(prefix="counterfoil-hotpath-"))
    try:
        with _provider(told.latency) as provider, _stage(folder, provider, told) as stage:
            _deliver(stage, _bodies(_WARM, first=10_000_000), 1)
            _until_paid(provider, _WARM)
            before, loop = _cpu(stage), _loop()
            recording = _recording(told.profile, stage) if told.profile else None
            began = time.monotonic()
            times = _deliver(stage, _bodies(told.orders, first=20_000_000), told.callers)
            _until_paid(provider, _WARM + told.orders)
            seconds = time.monotonic() - began
            time.sleep(0.1)  # the last release
            slow = (loop + _loop()) / 2 / _LOOP
            spent = {name: (each - before[name]) / told.orders / slow for name, each in _cpu(stage).items()}
            if recording is not None:
                recording.send_signal(2)
                recording.wait()
        return Figures(spent, slow, seconds, quantiles(times, n=100)[98] * 1000)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _provider(latency: float) -> Iterator[str]:
    """A fast one, in a process of its own; yields its address."""
    command = [sys.executable, "-m", "tests.benchmarks.provider", "--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


@contextmanager
def _stage(folder: Path, provider: str, told: argparse.Namespace) -> Iterator[Stage]:
    with ExitStack() as stack:
        ledger, broker, shape = f"sqlite:///{folder}/ledger.sqlite3", "memory://", ("up",)
        if told.shape == "redis":
            postgres, valkey = OwnPostgres(), OwnValkey(folder / "valkey")
            stack.callback(postgres.stop)
            stack.callback(valkey.stop)
            ledger, broker, shape = postgres.url, valkey.url, ("web", "worker", "beat")
        stage = Stage(folder, shape=shape, environ={"GARDEN_SECRET": _SECRET, "MAIN_TOKEN": "a-token-of-main"})
        stack.callback(stage.close)
        stage.config.write_text(
            _CONFIG.format(
                ledger=ledger, broker=broker, provider=provider, threads=told.threads, in_flight=told.in_flight
            )
        )
        for name in shape:
            stage.start(name)
        yield stage


def _bodies(count: int, *, first: int) -> list[bytes]:
    """Paid orders as the shop tells them, each another one."""
    paid = [order.deliveries[0][1] for order in tell(200).orders if order.plot is Plot.PAID_AT_ONCE]
    payloads = [json.loads(body) for body in paid]
    return [
        json.dumps({**payloads[number % len(payloads)], "id": first + number, "number": str(first + number)}).encode()
        for number in range(count)
    ]


def _deliver(stage: Stage, bodies: Sequence[bytes], callers: int) -> list[float]:
    """Deliver all over so many connections; the seconds that each took."""
    shop = WooCommerceReplayer(secret=_SECRET, source="https://garden.example")
    signed = [shop.delivery("order.created", body, at=datetime.now(UTC)) for body in bodies]

    def call(which: int) -> list[float]:
        connection = http.client.HTTPConnection(stage.web_url.removeprefix("http://"), timeout=30)
        times = []
        for delivery in signed[which::callers]:
            began = time.monotonic()
            connection.request("POST", "/webhooks/garden", delivery.body, dict(delivery.headers))
            answer = connection.getresponse()
            answer.read()
            times.append(time.monotonic() - began)
            if answer.status != 200:
                raise AssertionError(f"answered {answer.status}")
        connection.close()
        return times

    with ThreadPoolExecutor(callers) as pool:
        return [each for times in pool.map(call, range(callers)) for each in times]


def _until_paid(provider: str, count: int) -> None:
    until = time.monotonic() + _PATIENCE
    while requests.get(f"{provider}/_paid", timeout=10).json()["paid"] < count:
        if time.monotonic() > until:
            raise TimeoutError(f"not all {count} orders were invoiced within {_PATIENCE:.0f} s")
        time.sleep(0.05)


def _loop() -> float:
    """The seconds of CPU that a fixed piece of work takes just now."""
    times = []
    for _ in range(5):
        began = time.process_time()
        texts = {number % 1000: str(number) for number in range(200_000)}
        times.append(time.process_time() - began)
    assert texts
    return median(times)


def _cpu(stage: Stage) -> dict[str, float]:
    """Process -> milliseconds of CPU since it began."""
    return {name: _milliseconds(pid) for name, pid in stage.pids().items()}


def _milliseconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / _TICKS


def _recording(program: str, stage: Stage) -> "subprocess.Popen[bytes]":
    pid = next(iter(stage.pids().values())) if "worker" not in stage.pids() else stage.pids()["worker"]
    target = f"/tmp/hotpath-{pid}.txt"
    command = [program, "record", "--gil", "-r", "400", "-d", "600", "-f", "raw", "-o", target, "-p", str(pid)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
