"""A provider that lets in so much and no more: whether all of it is used, by any number of workers, and never more."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

from tests.benchmarks import fake as providers
from tests.benchmarks import guards
from tests.benchmarks.account import Logged
from tests.benchmarks.bench import Bench, Figures
from tests.benchmarks.contestant import Account, Setup
from tests.benchmarks.fake import Fake
from tests.benchmarks.orders import Batch, batch
from tests.benchmarks.playing import PATIENCE, loading, opened
from tests.benchmarks.processes import Bystanders
from tests.benchmarks.shapes import Counterfoil

IN_FLIGHT, RATE, TWO_BOOKS, SCALING = "two in flight", "requests a minute", "two books", "1 to 3 workers"
WORKERS = 3
ALLOWED = 2
"""Requests at the same time."""
JITTER = 0.1
"""Seconds by which a request may be quicker on its way to the provider than the one a minute before it."""
MINUTE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """The logs of the providers, by book, and what else went on."""

    logs: dict[str, list[Logged]]
    bystanders: float
    load_busy: float

    @property
    def doubts(self) -> tuple[str, ...]:
        return guards.doubts(bystanders=self.bystanders, generator=self.load_busy)


def in_flight(bench: Bench) -> Figures:
    """A slow provider that takes two requests at a time; three workers have a backlog for it."""
    orders = batch(60)
    latency = 0.2

    def run() -> _Run:
        return _run(bench, orders, [(Fake(latency=latency), Account(url="", in_flight=ALLOWED))], WORKERS)

    log = _sound(bench, IN_FLIGHT, run).logs["main"]
    began, ended = _span(log)
    used = providers.in_flight(log, begin=began, end=ended)
    return {IN_FLIGHT: {"used": used.mean / ALLOWED, "most": used.most, "crossed": max(used.most - ALLOWED, 0)}}


def rate(bench: Bench) -> Figures:
    """A provider that takes so many requests a minute. The budget is a window that slides: a request may follow as
    soon as the one so many before it is a minute old, and how much later it follows is what is lost."""
    allowed = bench.size.rate
    orders = batch(allowed)

    def run() -> _Run:
        return _run(bench, orders, [(Fake(), Account(url="", rate=allowed, in_flight=8))], WORKERS)

    log = _sound(bench, f"{allowed} {RATE}", run).logs["main"]
    moments = sorted(each.began for each in log)
    gaps = [late - early for early, late in zip(moments, moments[allowed:], strict=False)]
    most = providers.most_within(log, MINUTE - JITTER)
    used = MINUTE * len(gaps) / sum(gaps) if gaps else 0.0
    return {RATE: {"allowed": allowed, "used": min(used, 1.0), "most": most, "crossed": max(most - allowed, 0)}}


def two_books(bench: Bench) -> Figures:
    """One book with and without another beside it that lets in one request a second."""
    whole = batch(300)
    garden, books = whole.of_shop("garden"), whole.of_shop("books")
    both = Batch(garden.orders + books.orders, whole.requests)
    found: Figures = {}
    for name, orders in (("alone", garden), ("beside a throttled one", both)):
        run = _beside(bench, orders, garden)
        log = _sound(bench, f"{TWO_BOOKS}, {name}", run).logs["free"]
        found[f"{TWO_BOOKS}/{name}"] = {"orders_per_second": _pace(log)}
    return found


def scaling(bench: Bench) -> Figures:
    """The same backlog with one worker process and with three, where only the provider takes time."""
    found: Figures = {}
    for workers, orders in ((1, batch(160)), (WORKERS, batch(480))):

        def run(workers: int = workers, orders: Batch = orders) -> _Run:
            return _run(bench, orders, [(Fake(latency=0.2), Account(url=""))], workers, threads=8)

        played = _sound(bench, f"{SCALING}, {workers}", run)
        found[f"{SCALING}/{workers}"] = {"orders_per_second": _pace(played.logs["main"])}
    return found


def _beside(bench: Bench, orders: Batch, awaited: Batch) -> Callable[[], _Run]:
    """One worker with both books; done when the orders of the free one are."""

    def run() -> _Run:
        free = Account(url="", name="free", shops=("garden",), in_flight=4)
        slow = Account(url="", name="slow", shops=("books",), in_flight=4)
        pairs = [(Fake(latency=0.1), free), (Fake(latency=0.1, per_second=1), slow)]
        return _run(bench, orders, pairs, 1, awaited=len(awaited))

    return run


def _sound(bench: Bench, name: str, run: Callable[[], _Run]) -> _Run:
    return bench.guard.sound(name, run, lambda: bench.ground.pids)


def _run(
    bench: Bench,
    orders: Batch,
    books: Sequence[tuple[Fake, Account]],
    workers: int,
    *,
    threads: int = 0,
    awaited: int = 0,
) -> _Run:
    """The orders come in as fast as they are acknowledged; it is over when the first book's are paid."""
    with ExitStack() as stack:
        fakes = {account.name: stack.enter_context(fake) for fake, account in books}
        accounts = tuple(replace(account, url=fake.url) for fake, account in books)
        shape = Counterfoil(bench.ground, replicas=workers)
        stack.enter_context(opened(shape, Setup(accounts=accounts, threads=threads)))
        bystanders = Bystanders([*bench.ground.pids, *shape.pids])
        with loading(bench.ground, orders, shape.port) as finish:
            load = finish()
        next(iter(fakes.values())).until_paid(awaited or len(orders), patience=PATIENCE)
        time.sleep(0.1)
        logs = {name: fake.log() for name, fake in fakes.items()}
        return _Run(logs=logs, bystanders=bystanders.share(), load_busy=load.busy)


def _span(log: Sequence[Logged]) -> tuple[float, float]:
    """The middle of a run, while there was a backlog: without its first and its last tenth."""
    moments = sorted(each.ended for each in log)
    return moments[len(moments) // 10], moments[-1 - len(moments) // 10]


def _pace(log: Sequence[Logged]) -> float:
    """Orders a second in the middle of a run."""
    paid = [each for each in log if each.what == "pay" and each.status < 300]
    began, ended = _span(paid)
    return sum(began < each.ended <= ended for each in paid) / (ended - began)
