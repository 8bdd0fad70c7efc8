"""What every measure works with: servers, guards, and how much of everything there is to be."""

import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from tests.benchmarks.contestant import Contestant
from tests.benchmarks.fake import Fake
from tests.benchmarks.ground import Ground
from tests.benchmarks.guards import Guard, say
from tests.benchmarks.orders import NOTHING, Batch, batch
from tests.benchmarks.playing import PATIENCE, Played, play

Figures: TypeAlias = dict[str, dict[str, float]]
"""What was measured on whom -> the figures by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything. The defaults are those of the quick run."""

    orders: int = 400
    warm: int = 40
    faulty_orders: int = 500
    paced_seconds: float = 8.0
    storm_seconds: float = 2.0
    storm_limit: float = 2000.0
    """Deliveries a second at most, whatever ten times our own speed is."""
    idle_seconds: float = 30.0
    rate: int = 240
    """Requests a minute; the run takes a minute and a little."""
    due: int = 100_000
    listed: int = 10_000
    """Documents that are reconciled."""
    baseline_killed: bool = False
    """Whether the plain script is killed as well: what it does not make is waited for in vain."""


FULL = Size(
    orders=2000,
    warm=100,
    paced_seconds=20.0,
    storm_seconds=5.0,
    storm_limit=5000.0,
    idle_seconds=60.0,
    rate=600,
    listed=100_000,
    baseline_killed=True,
)
TINY = Size(
    orders=5, warm=0, faulty_orders=5, paced_seconds=1.0, storm_seconds=0.1, idle_seconds=1.0, due=2000, listed=2000
)


@dataclass(slots=True, kw_only=True)
class Bench:
    ground: Ground
    guard: Guard
    size: Size = field(default_factory=Size)
    rabbitmq: bool = False
    profiles: Path | None = None
    """Where py-spy writes what it sees; None: it is not asked."""
    figures: Figures = field(default_factory=dict)
    """What this round has measured so far."""

    def play(
        self,
        name: str,
        contestant: Callable[[], Contestant],
        fake: Callable[[], Fake],
        orders: Batch,
        *,
        warm: Batch = NOTHING,
        threads: int = 0,
        rate: float = 0.0,
        patience: float = PATIENCE,
        meanwhile: Callable[[Contestant], None] | None = None,
        profiled: bool = False,
    ) -> Played:
        """A valid run of the orders, as far as one can be had."""

        def run() -> Played:
            with fake() as provider:
                return play(
                    self.ground,
                    contestant(),
                    orders,
                    provider,
                    warm=warm,
                    threads=threads,
                    rate=rate,
                    patience=patience,
                    meanwhile=meanwhile,
                    watch=self._profiled if profiled else lambda _: nullcontext(),
                )

        return self.guard.sound(name, run, lambda: self.ground.pids)

    def batches(self, count: int) -> tuple[Batch, Batch]:
        """Orders to warm up with, and so many to be measured."""
        return batch(count + self.size.warm).split(self.size.warm)

    def _profiled(self, contestant: Contestant) -> AbstractContextManager[None]:
        return nullcontext() if self.profiles is None else _recorded(contestant, self.profiles)


@contextmanager
def _recorded(contestant: Contestant, folder: Path) -> Iterator[None]:
    """py-spy at every process of the contestant, as long as it works."""
    spy = shutil.which("py-spy")
    if spy is None:
        say("  py-spy is not installed: no profiles")
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    name = contestant.name.replace(" ", "-").replace(",", "").replace("+", "and")
    recorders = [
        subprocess.Popen(
            [spy, "record", "--pid", str(pid), "--duration", "3600", "--output", str(folder / f"{name}-{pid}.svg")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for pid in contestant.pids
    ]
    try:
        yield
    finally:
        for recorder in recorders:
            recorder.send_signal(signal.SIGINT)
            recorder.wait()
        say(f"  profiles are in {folder}")
