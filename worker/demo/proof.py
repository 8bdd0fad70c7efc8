"""The proof at the end of a story, though the provider goes on failing while it is read."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from providers.domain.errors import ProviderError, Throttled
from tasks.ledger.run import RunLost, RunUnderWay
from tasks.reconcile import NotProvable, Report, reconcile
from tasks.reconcile.report import proof_line
from worker.wiring import Wired

_TRIES = 50
_PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Proof:
    """The proof line, and whether nothing speaks against it. `provable` is False where the provider lists nothing."""

    line: str
    good: bool
    provable: bool = True


def prove_all(wired: Wired, books: Iterable[str]) -> Proof:
    """Reconcile the books, and prove them in one line. Raises as `prove`."""
    try:
        reports = [prove(wired, book) for book in books]
    except NotProvable as error:
        return Proof(line=str(error), good=True, provable=False)
    line = proof_line(*(report.run for report in reports))
    return Proof(line=line, good=all(report.good for report in reports))


def prove(wired: Wired, book: str) -> Report:
    """Reconcile the book; a provider that fails is asked again. Raises `ProviderError` when it never answers."""
    for _ in range(_TRIES):
        try:
            return reconcile(wired.ledger, wired.books[book], wired.fronts, wired.clock)
        except Throttled as error:
            wait = error.retry_after.total_seconds() if error.retry_after else _PAUSE_SECONDS
            time.sleep(min(wait, 2.0))
        except (ProviderError, RunUnderWay, RunLost):  # the schedule may be comparing the book just now
            time.sleep(_PAUSE_SECONDS)
    return reconcile(wired.ledger, wired.books[book], wired.fronts, wired.clock)
