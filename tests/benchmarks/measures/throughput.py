"""The same orders through everybody, at a provider that answers at once and at one that takes a while."""

from collections.abc import Callable

from tests.benchmarks.baselines.plain import Plain
from tests.benchmarks.bench import Bench, Figures
from tests.benchmarks.contestant import Contestant
from tests.benchmarks.fake import Fake
from tests.benchmarks.playing import Played, play_bare
from tests.benchmarks.shapes import Counterfoil

AT_ONCE, SLOW = "0 ms", "50 ms"
EMBEDDED = "embedded"
_LATENCY = {AT_ONCE: 0.0, SLOW: 0.05}
_OUR_THREADS = {AT_ONCE: 16, SLOW: 64}
_BARE_THREADS = {AT_ONCE: 1, SLOW: 32}


def ours(bench: Bench) -> list[Callable[[], Contestant]]:
    shapes: list[Callable[[], Contestant]] = [
        lambda: Counterfoil(bench.ground),
        lambda: Counterfoil(bench.ground, replicas=1),
        lambda: Counterfoil(bench.ground, replicas=3),
    ]
    if bench.rabbitmq:
        shapes.append(lambda: Counterfoil(bench.ground, replicas=1, broker="rabbitmq"))
    return shapes


def theirs(bench: Bench) -> list[Callable[[], Contestant]]:
    return [lambda: Plain(bench.ground), lambda: Plain(bench.ground, pool="threads", slots=20)]


def at_once(bench: Bench) -> Figures:
    return _everybody(bench, AT_ONCE)


def slow(bench: Bench) -> Figures:
    return _everybody(bench, SLOW)


def smoke(bench: Bench) -> Figures:
    """The embedded shape alone: whether anything works at all."""
    warm, orders = bench.batches(bench.size.orders)
    played = bench.play(f"smoke, {EMBEDDED}", lambda: Counterfoil(bench.ground), Fake, orders, warm=warm)
    return {f"smoke/{EMBEDDED}": played.figures()}


def _everybody(bench: Bench, which: str) -> Figures:
    latency = _LATENCY[which]
    warm, orders = bench.batches(bench.size.orders)

    def bare() -> Fake:
        return Fake(latency=latency)

    def loop() -> Played:
        with bare() as fake:
            return play_bare(bench.ground, orders, fake, threads=_BARE_THREADS[which])

    threads = _BARE_THREADS[which]
    name = f"bare loop of requests{f', {threads} threads' if threads > 1 else ''}"
    found: Figures = {}
    found[f"{which}/{name}"] = bench.guard.sound(f"{which}, {name}", loop, lambda: bench.ground.pids).figures()
    for make in (*theirs(bench), *ours(bench)):
        contestant = make()
        is_ours = isinstance(contestant, Counterfoil)
        played = bench.play(
            f"{which}, {contestant.name}",
            make,
            bare,
            orders,
            warm=warm,
            threads=_OUR_THREADS[which],
            profiled=is_ours and which == AT_ONCE,
        )
        found[f"{which}/{contestant.name}"] = played.figures()
    return found
