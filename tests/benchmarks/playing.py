"""One run: a contestant is started, gets the orders, and is judged at the provider when all is at rest."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field

from tests.benchmarks import guards
from tests.benchmarks.account import Logged
from tests.benchmarks.baselines import bare
from tests.benchmarks.contestant import Account, Contestant, Setup
from tests.benchmarks.fake import Fake, Judged
from tests.benchmarks.ground import Ground
from tests.benchmarks.load import Report
from tests.benchmarks.orders import NOTHING, Batch, reference
from tests.benchmarks.processes import Bystanders, cpu_seconds, peak_mb

PATIENCE = 300.0
_WARM_UP = 0.5
"""Seconds for which a stack that has just started is left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What a run came to. `cpu` is of the contestant's own processes, `servers` of PostgreSQL and the broker."""

    judged: Judged
    orders: int
    seconds: float
    """From the first webhook to the last payment at the provider."""
    to_rest: float
    """From the first webhook until nothing was left to do."""
    cpu: float
    servers: float
    provider: float
    memory: float
    load: Report
    log: list[Logged] = field(repr=False)
    bystanders: float = 0.0
    unfinished: bool = False

    @property
    def doubts(self) -> tuple[str, ...]:
        # A generator that is held up by acknowledgements is not the bottleneck, however short the run.
        return guards.doubts(bystanders=self.bystanders, generator=self.load.busy, odd=self.judged.odd)

    @property
    def calls(self) -> float:
        return len(self.log) / self.orders

    def figures(self) -> dict[str, float]:
        """By name, as the report knows them."""
        return {
            "orders_per_second": self.orders / self.seconds,
            "seconds": self.to_rest,
            "cpu_ms": 1000 * self.cpu / self.orders,
            "servers_cpu_ms": 1000 * self.servers / self.orders,
            "provider_cpu_ms": 1000 * self.provider / self.orders,
            "memory_mb": self.memory,
            "calls": self.calls,
            "orders": self.orders,
            "exact": self.judged.exact,
            "extra": self.judged.extra,
            "double": self.judged.double,
            "missing": self.judged.missing,
            "ack_p99_ms": self.load.p99,
            "ack_longest_ms": self.load.longest,
            "bystanders": self.bystanders,
        }


@contextmanager
def opened(contestant: Contestant, setup: Setup) -> Iterator[Contestant]:
    """The contestant, started and warm; closed at the end."""
    try:
        contestant.open(setup)
        time.sleep(_WARM_UP)
        yield contestant
    finally:
        contestant.close()


@contextmanager
def loading(ground: Ground, batch: Batch, port: int, *, rate: float = 0.0) -> Iterator[Callable[[], Report]]:
    """The load generator at work; what it gives waits for its end."""
    file = batch.write(ground.folder() / "deliveries")
    connections = 16 if not rate else 256
    options = ["--rate", str(rate), "--connections", str(connections)]
    command = [sys.executable, "-m", "tests.benchmarks.load", str(file), str(port), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def finish() -> Report:
        told, _ = process.communicate(timeout=PATIENCE)
        return Report(**json.loads(told))

    try:
        yield finish
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
        file.unlink()


def play(
    ground: Ground,
    contestant: Contestant,
    batch: Batch,
    fake: Fake,
    *,
    warm: Batch = NOTHING,
    threads: int = 0,
    rate: float = 0.0,
    patience: float = PATIENCE,
    meanwhile: Callable[[Contestant], None] | None = None,
    watch: Callable[[Contestant], AbstractContextManager[None]] = lambda _: nullcontext(),
) -> Played:
    """Run the orders through the contestant with one book at the provider.

    The orders in `warm` come before and are not counted. `meanwhile` is called as soon as the others come in; `watch`
    is open while they are worked on.
    """
    setup = Setup(accounts=(Account(url=fake.url),), threads=threads)
    with opened(contestant, setup):
        _deliver(ground, contestant, warm, fake, patience=patience)
        with watch(contestant):
            bystanders = Bystanders([*ground.pids, *contestant.pids, fake.pid])
            before = cpu_seconds(contestant.pids), cpu_seconds(ground.pids), fake.cpu
            load, finished = _deliver(
                ground, contestant, batch, fake, already=len(warm), rate=rate, patience=patience, meanwhile=meanwhile
            )
            ended = time.monotonic()
            after = cpu_seconds(contestant.pids), cpu_seconds(ground.pids), fake.cpu
            beside = bystanders.share(contestant.pids)
        log = [each for each in fake.log() if each.began >= load.began]
        return Played(
            judged=fake.judge(batch.gross),
            orders=len(batch),
            seconds=max((each.ended for each in log), default=ended) - load.began,
            to_rest=ended - load.began,
            cpu=after[0] - before[0],
            servers=after[1] - before[1],
            provider=after[2] - before[2],
            memory=peak_mb(contestant.pids),
            load=load,
            log=log,
            bystanders=beside,
            unfinished=not finished,
        )


def _deliver(
    ground: Ground,
    contestant: Contestant,
    batch: Batch,
    fake: Fake,
    *,
    already: int = 0,
    rate: float = 0.0,
    patience: float = PATIENCE,
    meanwhile: Callable[[Contestant], None] | None = None,
) -> tuple[Report, bool]:
    """Bring the orders and wait until nothing is left to do; False beside the report: that took too long."""
    if not len(batch):
        return Report(deliveries=0), True
    with loading(ground, batch, contestant.port, rate=rate) as finish:
        if meanwhile is not None:
            meanwhile(contestant)
        load = finish()
    orders = already + len(batch)
    paid = fake.until_paid(orders, patience=patience)
    return load, at_rest(contestant, orders, patience=patience) and paid


def play_bare(ground: Ground, batch: Batch, fake: Fake, *, threads: int) -> Played:
    """The bare loop: no webhooks, so that its orders are there at once."""
    lines = "\n".join(f"{reference(order)} {order.deliveries[0][1].decode()}" for order in batch.orders)
    command = [sys.executable, "-m", bare.__name__, fake.url, str(threads)]
    bystanders = Bystanders([*ground.pids, fake.pid])
    provider = fake.cpu
    process = subprocess.Popen(command, stdin=subprocess.PIPE, text=True)
    assert process.stdin is not None
    idle = _imported(process.pid)
    process.stdin.write(lines)
    process.stdin.close()
    memory = 0.0
    cpu = idle
    while process.poll() is None:
        cpu, memory = max(cpu, cpu_seconds([process.pid])), max(memory, peak_mb([process.pid]))
        time.sleep(0.02)
    log = fake.log()
    began, ended = min(each.began for each in log), max(each.ended for each in log)
    load = Report(deliveries=len(batch), acknowledged=len(batch), began=began, ended=ended)
    return Played(
        judged=fake.judge(batch.gross),
        orders=len(batch),
        seconds=ended - began,
        to_rest=ended - began,
        cpu=cpu - idle,
        servers=0.0,
        provider=fake.cpu - provider,
        memory=memory,
        load=load,
        log=log,
        bystanders=bystanders.share(),
    )


def at_rest(contestant: Contestant, orders: int, *, patience: float) -> bool:
    """Wait until nothing is left to do. False: that took too long."""
    until = time.monotonic() + patience
    while not contestant.is_at_rest(orders):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def _imported(pid: int) -> float:
    """The processor time of a process once it waits for its orders."""
    before = -1.0
    while (used := cpu_seconds([pid])) != before or not used:
        before = used
        time.sleep(0.1)
    return used
