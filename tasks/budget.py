"""The rate budget of a book: how many requests a minute its provider may be asked, counted over all workers."""

from datetime import timedelta

from pyrate_limiter import Limiter

from providers.domain.errors import Throttled

_PATIENCE = timedelta(seconds=5)


class RateGate:
    """A gate before every request of one book.

    Waits for a short while, since whoever drives a throttled book holds one of its few slots and nobody
    else's; longer waits go back to the ledger. Raises `Throttled`.
    """

    def __init__(self, book: str, limiter: Limiter) -> None:
        self._book = book
        self._limiter = limiter

    def __call__(self) -> None:
        try:
            passed = self._limiter.try_acquire(self._book, blocking=True, timeout=_PATIENCE.total_seconds())
        except Exception as error:  # whatever the store behind it raises: not counted, not asked
            raise Throttled(f"the budget of {self._book} cannot be counted: {error}", retry_after=_PATIENCE) from error
        if not passed:
            raise Throttled(f"our own budget for {self._book} is used up for now", retry_after=_PATIENCE)
