"""Webhooks at a steady pace, and a storm of them."""

from tests.benchmarks.bench import Bench, Figures
from tests.benchmarks.fake import Fake
from tests.benchmarks.orders import batch
from tests.benchmarks.playing import Played
from tests.benchmarks.shapes import Counterfoil

PACED, STORM = "200 webhooks a second", "storm"
_PACE = 200.0
_STORM = 10
"""Times what this shape invoiced in the same round."""
_UNMEASURED = 100.0
_PATIENCE = 900.0


def paced(bench: Bench) -> Figures:
    count = int(_PACE * bench.size.paced_seconds)
    found: Figures = {}
    for replicas in (0, 1):
        shape = Counterfoil(bench.ground, replicas=replicas)
        played = _played(bench, PACED, replicas, _PACE, count)
        found[f"{PACED}/{shape.name}"] = _figures(played)
    return found


def storm(bench: Bench) -> Figures:
    """Ten times as many webhooks as are invoiced at the same time, for a few seconds."""
    found: Figures = {}
    for replicas in (0, 1):
        shape = Counterfoil(bench.ground, replicas=replicas)
        own = bench.figures.get(f"0 ms/{shape.name}", {}).get("orders_per_second", _UNMEASURED)
        rate = min(_STORM * own, bench.size.storm_limit)
        played = _played(bench, STORM, replicas, rate, max(int(rate * bench.size.storm_seconds), 1))
        found[f"{STORM}/{shape.name}"] = {**_figures(played), "rate": rate}
    return found


def _played(bench: Bench, what: str, replicas: int, rate: float, count: int) -> Played:
    def make() -> Counterfoil:
        return Counterfoil(bench.ground, replicas=replicas)

    warm, orders = batch(count + bench.size.warm, repeats=0.0).split(bench.size.warm)
    return bench.play(f"{what}, {make().name}", make, Fake, orders, warm=warm, rate=rate, patience=_PATIENCE)


def _figures(played: Played) -> dict[str, float]:
    load = played.load
    return {
        **played.figures(),
        "deliveries": load.deliveries,
        "refused": load.refused,
        "resent": load.resent,
        "ack_p50_ms": load.p50,
    }
