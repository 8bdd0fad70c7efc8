"""The proof at the end of a story, though the provider goes on failing while it is read."""

import time

from providers.domain.errors import ProviderError, Throttled
from tasks.reconcile import Report, reconcile
from worker.wiring import Wired

_TRIES = 50
_PAUSE_SECONDS = 0.2


def prove(wired: Wired, book: str) -> Report:
    """Reconcile the book; a provider that fails is asked again. Raises `ProviderError` when it never answers."""
    for _ in range(_TRIES):
        try:
            return reconcile(wired.ledger, wired.books[book], wired.fronts, wired.clock)
        except Throttled as error:
            wait = error.retry_after.total_seconds() if error.retry_after else _PAUSE_SECONDS
            time.sleep(min(wait, 2.0))
        except ProviderError:
            time.sleep(_PAUSE_SECONDS)
    return reconcile(wired.ledger, wired.books[book], wired.fronts, wired.clock)
