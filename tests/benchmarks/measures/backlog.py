"""What a claim and a sweep cost in a ledger with few and with many due orders."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import quantiles

from providers.domain.reasons import Code, Reason
from providers.domain.steps import Wait
from tasks.ledger import migrate
from tasks.ledger.ledger import Ledger
from tasks.ledger.store import Store
from tasks.ledger.turn import Claim, Wish
from tests.benchmarks.bench import Bench, Figures
from tests.benchmarks.filling import fill
from tests.benchmarks.guards import say
from tests.builders import SHOP

BACKLOG = "backlog"
FEW = 2_000
_BOOK = "main"
_CLAIMS = 200
_SWEEPS = 8
_RUNG = 100
_AT_ONCE = 5_000
_NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
_LATER = Wait(until=_NOW + timedelta(days=1), reason=Reason(code=Code.RETRYING, text="later"))


@dataclass(frozen=True, slots=True)
class _Timed:
    claim_ms: float
    sweep_ms: float
    heard_ms: float
    next_ms: float


def backlog(bench: Bench) -> Figures:
    """Milliseconds of a claim with its release, of a look at what is next, of a sweep that rings a hundred orders, and
    of one that finds every order rung already, as it does each second while a backlog is worked off."""
    found: Figures = {}
    for database in ("SQLite", "PostgreSQL"):
        for due in (min(FEW, bench.size.due), bench.size.due):
            say(f"  {BACKLOG}, {database}, {due} due")
            with _ledger(bench, database, due) as ledger:
                timed = _timed(ledger)
            found[f"{BACKLOG}/{database}, {due}"] = {
                "claim_ms": timed.claim_ms,
                "sweep_ms": timed.sweep_ms,
                "heard_sweep_ms": timed.heard_ms,
                "next_ms": timed.next_ms,
            }
    return found


@contextmanager
def _ledger(bench: Bench, database: str, due: int) -> Iterator[Ledger]:
    folder = bench.ground.folder()
    if database == "SQLite":
        store = Store(f"sqlite:///{folder}/ledger.sqlite3")
        migrate.upgrade(store)
        fill(store, due, book=_BOOK, now=_NOW)
        yield Ledger(store)
        store.close()
        shutil.rmtree(folder)
        return
    with bench.ground.database() as address:
        store = Store(address)
        fill(store, due, book=_BOOK, now=_NOW)
        yield Ledger(store)
        store.close()


def _timed(ledger: Ledger) -> _Timed:
    claim = Claim(owner="bench", now=_NOW, lease=timedelta(minutes=1))
    turns, wish = ledger.turns, Wish(book=_BOOK, shops=(SHOP,), hands=1)

    def begin() -> None:
        assert turns.advance((), wish, claim=claim, decide=lambda _turn: _LATER).begun

    def sweep() -> int:
        return len(turns.ring(_BOOK, now=_NOW, limit=_RUNG, heard_before=_NOW - timedelta(days=1)))

    sweep_ms = _typical_ms(sweep, _SWEEPS)
    while turns.ring(_BOOK, now=_NOW, limit=_AT_ONCE, heard_before=_NOW - timedelta(days=1)):
        """Until everything is rung."""
    return _Timed(
        claim_ms=_typical_ms(begin, _CLAIMS),
        sweep_ms=sweep_ms,
        heard_ms=_typical_ms(sweep, _SWEEPS),
        next_ms=_typical_ms(lambda: turns.next_due(_BOOK, now=_NOW), _CLAIMS),
    )


def _typical_ms(what: Callable[[], object], times: int) -> float:
    """The lower quartile: what it costs when nothing comes in between."""
    what()
    found = []
    for _ in range(times):
        began = time.perf_counter()
        what()
        found.append(1000 * (time.perf_counter() - began))
    return quantiles(found, n=4)[0]
