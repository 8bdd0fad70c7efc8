"""Heed: what the end of each call says of its book as a whole, and leaving a book alone that asks for it."""

from providers.domain.reasons import Code, Reason
from providers.domain.results import Result, Unsent
from tasks.breaker import Alarm, rest_for
from tasks.ports import Book
from tasks.reasons import denied, down
from tasks.world import World


class Heed:
    """Pauses books. Both methods tell why the book is shut since; None: it is open."""

    def __init__(self, world: World) -> None:
        self._world = world

    def denied(self, book: Book, text: str) -> Reason:
        """The provider does not let the account in."""
        reason = denied(book, text)
        self._world.paused.pause(book.name, reason, now=self._world.clock())
        return reason

    def after(self, book: Book, result: Result) -> Reason | None:
        """Leave a book alone whose provider is down, or asks for patience again and again."""
        alarm = self._world.breaker.record(book.name, result)
        if alarm is None:
            return None
        now = self._world.clock()
        if alarm is Alarm.DOWN:
            reason = down(book, result)
            self._world.paused.pause(book.name, reason, now=now)
            return reason if isinstance(result, Unsent) else None
        text = f"{book.card.title} asks for patience again and again; the book rests"
        reason = Reason(code=Code.THROTTLED, text=text)
        self._world.paused.rest(book.name, reason, until=now + rest_for(result), now=now)
        return None
