"""A provider of which a sixth of all requests goes wrong, and workers that are killed."""

import time
from collections.abc import Callable

from tests.benchmarks.baselines.plain import Plain
from tests.benchmarks.bench import Bench, Figures
from tests.benchmarks.contestant import Contestant
from tests.benchmarks.fake import Fake
from tests.benchmarks.orders import batch
from tests.benchmarks.playing import PATIENCE
from tests.benchmarks.shapes import Counterfoil

FAULTY, KILLED, ONE_KILLED = "heavy faults", "two kill -9", "one of three killed"
_LATENCY = 0.02
_PATIENCE_WITH_BASELINES = 20.0


def faulty(bench: Bench) -> Figures:
    contestants: list[Callable[[], Contestant]] = [
        lambda: Plain(bench.ground),
        lambda: Plain(bench.ground, pool="threads", slots=20, looks=True),
        lambda: Counterfoil(bench.ground),
        lambda: Counterfoil(bench.ground, replicas=1),
    ]
    orders = batch(bench.size.faulty_orders)
    found: Figures = {}
    for make in contestants:
        name = make().name
        found[f"{FAULTY}/{name}"] = bench.play(f"{FAULTY}, {name}", make, lambda: Fake(faults=True), orders).figures()
    return found


def killed(bench: Bench) -> Figures:
    """All that works is killed twice, after a third and after two thirds of the orders, and started again at once."""
    contestants: list[tuple[Callable[[], Contestant], float]] = [
        (lambda: Counterfoil(bench.ground), PATIENCE),
        (lambda: Counterfoil(bench.ground, replicas=1), PATIENCE),
    ]
    if bench.size.baseline_killed:
        contestants.append((lambda: Plain(bench.ground), _PATIENCE_WITH_BASELINES))
    return {
        f"{KILLED}/{make().name}": _killed(bench, make, f"{KILLED}, {make().name}", patience=patience)
        for make, patience in contestants
    }


def one_killed(bench: Bench) -> Figures:
    """One of three workers is killed after a third of the orders, and nobody starts it again."""
    orders = batch(bench.size.faulty_orders)
    providers: list[Fake] = []
    shapes: list[Counterfoil] = []

    def provider() -> Fake:
        providers.append(Fake(latency=_LATENCY))
        return providers[-1]

    def shape() -> Contestant:
        shapes.append(Counterfoil(bench.ground, replicas=3))
        return shapes[-1]

    def meanwhile(_contestant: Contestant) -> None:
        providers[-1].until_paid(len(orders) // 3, patience=PATIENCE)
        shapes[-1].kill_one_worker()

    played = bench.play(f"{ONE_KILLED}", shape, provider, orders, meanwhile=meanwhile)
    return {f"{ONE_KILLED}/{shapes[-1].name}": played.figures()}


def _killed(bench: Bench, make: Callable[[], Contestant], name: str, *, patience: float) -> dict[str, float]:
    orders = batch(bench.size.faulty_orders)
    providers: list[Fake] = []
    restarts: list[float] = []

    def provider() -> Fake:
        providers.append(Fake(latency=_LATENCY))
        restarts.clear()
        return providers[-1]

    def meanwhile(contestant: Contestant) -> None:
        for share in (3, 1.5):
            providers[-1].until_paid(int(len(orders) / share), patience=PATIENCE)
            contestant.kill_workers()
            restarts.append(time.monotonic())
            contestant.start_workers()

    played = bench.play(name, make, provider, orders, patience=patience, meanwhile=meanwhile)
    starts = sorted(each.began for each in played.log)
    waits = [
        next((began for began in starts if began >= restart), restart + PATIENCE) - restart for restart in restarts
    ]
    return {**played.figures(), "back_seconds": max(waits, default=0.0)}
