"""What processes cost that have nothing to do."""

import time
from contextlib import ExitStack

from tests.benchmarks.bench import Bench, Figures
from tests.benchmarks.contestant import Account, Setup
from tests.benchmarks.fake import Fake
from tests.benchmarks.guards import say
from tests.benchmarks.orders import batch
from tests.benchmarks.playing import at_rest, loading, opened
from tests.benchmarks.processes import cpu_seconds, resident_mb
from tests.benchmarks.shapes import Counterfoil

IDLE = "idle"
_SETTLE_SECONDS = 2.0


def idle(bench: Bench) -> Figures:
    """Two shapes side by side, after a few orders, so that all that is imported late is there. Nothing guards it: the
    processor time of an idle process is the same whatever others do."""
    say(f"  {IDLE}")
    orders = batch(20)
    shapes = [Counterfoil(bench.ground, replicas=replicas) for replicas in (0, 1)]
    with ExitStack() as stack:
        for shape in shapes:
            fake = stack.enter_context(Fake())
            stack.enter_context(opened(shape, Setup(accounts=(Account(url=fake.url),))))
            with loading(bench.ground, orders, shape.port) as finish:
                finish()
            at_rest(shape, len(orders), patience=30)
        time.sleep(_SETTLE_SECONDS)
        before, began = [cpu_seconds(shape.pids) for shape in shapes], time.monotonic()
        time.sleep(bench.size.idle_seconds)
        after, seconds = [cpu_seconds(shape.pids) for shape in shapes], time.monotonic() - began
        return {
            f"{IDLE}/{shape.name}": {
                "cpu_percent": 100 * (late - early) / seconds,
                "memory_mb": resident_mb(shape.pids),
            }
            for shape, early, late in zip(shapes, before, after, strict=True)
        }
