"""Sync: drive orders through everything that is due for them.

Claim and plan, call, write the outcome and plan the next, until there is nothing to do; then release. The
ledger's transactions are short, and none is open while a provider is asked.
"""

from datetime import timedelta
from enum import StrEnum

import structlog

from providers.domain.errors import CannotExpress
from providers.domain.plan import plan
from providers.domain.reasons import Code, Reason
from providers.domain.results import Result
from providers.domain.steps import Create, LookUp, Rest, Step, Stop, Wait
from tasks.calls import BookDenied, perform
from tasks.drains import Drains
from tasks.driving import Drive, Ways
from tasks.heed import Heed
from tasks.ledger.turn import Claim, Turn
from tasks.ports import Book
from tasks.reasons import configuration_lacks, internal, poison
from tasks.shops import Shops
from tasks.world import World

log = structlog.get_logger()

_LEASE_MARGIN = timedelta(seconds=20)
_POISON_CRASHES = 3


class Ended(StrEnum):
    """How a bell was answered."""

    DROVE = "drove"
    NOT_DUE = "not_due"
    BUSY = "busy"
    PAUSED = "paused"
    LEASE_LOST = "lease_lost"


class Sync:
    """Answers the bells of orders."""

    def __init__(self, world: World) -> None:
        self._world = world
        calls = [book.card.call_timeout for book in world.books.values()]
        self._heed = Heed(world)
        self._drains = world.drains or Drains(world.bell, fronts=world.fronts, here=False, most=1_000_000)
        self._ways = Ways(
            decide=self._decide,
            perform=self._perform,
            shops=Shops(world.fronts),
            lease=max(calls, default=timedelta(seconds=30)) + _LEASE_MARGIN,
            late=_LEASE_MARGIN / 2,
            careful=world.careful,
            lingers=world.lingers,
            looks=world.looks,
        )

    def run(self, shop: str, order_id: str) -> Ended:
        """Drive one order as far as it goes now. Raises `LedgerUnavailable`.

        Whoever drives an order drives what else is due in its book, as long as something is. Where the book's provider
        takes few requests at a time, each takes a slot; a bell that finds none free ends at once and loses nothing.
        """
        front = self._world.fronts.get(shop)
        if front is None:
            return self._stop_it(shop, order_id)
        if self._world.paused.is_paused(front.book):
            return Ended.PAUSED
        with self._drains.begin(front.book, named=(shop, order_id)) as drain:
            if drain is None:
                return Ended.BUSY
            drive = Drive(self._world, self._world.books[front.book], drain, self._drains, self._ways)
            told = drive.run((shop, order_id))
        if told is None:
            return Ended.NOT_DUE if drive.looked else Ended.BUSY
        return Ended.DROVE if told else Ended.LEASE_LOST

    def _stop_it(self, shop: str, order_id: str) -> Ended:
        """An order of a shop that is not configured: it makes no call, and ends with attention."""
        claim = Claim(owner=self._world.owner, now=self._world.clock(), lease=self._ways.lease)
        begun = self._world.ledger.turns.begin(shop, order_id, claim=claim, decide=self._decide)
        return Ended.NOT_DUE if begun is None else Ended.DROVE

    def _perform(self, turn: Turn, step: Step) -> tuple[Result, Reason | None]:
        """The result of the call, and why the book is shut since; None: it is open."""
        assert not isinstance(step, Wait | Stop | Rest)  # noqa: S101  (for the type checker: only calls come here)
        book = self._world.books[turn.book]
        try:
            result = perform(book, step, self._world.clock)
        except BookDenied as error:
            return error.result, self._heed.denied(book, str(error))
        return result, self._heed.after(book, result)

    def _decide(self, turn: Turn) -> Step:
        """The plan's next step, said in the provider's language. Faults of ours stop the order, not the worker."""
        book, front = self._world.books.get(turn.book), self._world.fronts.get(turn.shop)
        if book is None or front is None:
            return Stop(reason=configuration_lacks(turn))
        if turn.crashes >= _POISON_CRASHES:
            return Stop(reason=poison(turn))
        try:
            # Where each payment is looked for first, what is there may be one that a restored ledger forgot.
            known = turn.known.without_facts() if book.look_first else turn.known
            step = plan(turn.shop, turn.order, known, front.policy, book.card, now=self._world.clock())
            if isinstance(step, LookUp):
                return self._once_calm(step, book)
            if isinstance(step, Create):
                prepared = book.provider.prepare(step.draft)
                return Create(
                    draft=step.draft,
                    reference=step.reference,
                    generation=step.generation,
                    payload=prepared.payload,
                )
        except CannotExpress as error:
            return Stop(reason=error.reason)
        except Exception as error:
            log.exception("plan.fault", shop=turn.shop, order=turn.order_id)
            return Stop(reason=internal(error))
        return step

    def _once_calm(self, step: LookUp, book: Book) -> Step:
        """The look-up; but not while a clock that jumped may only pretend that the call has settled."""
        needed, calm = book.card.call_timeout + book.card.settle, self._world.calm()
        if calm >= needed:
            return step
        text = "This machine's clock was set to another time; what is open is looked up once it must have settled"
        return Wait(until=self._world.clock() + needed - calm, reason=Reason(code=Code.RESOLVING, text=text))
