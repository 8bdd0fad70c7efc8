"""Sync: drive one order through everything that is due for it.

Claim and plan, call, write the outcome and plan the next, until there is nothing to do; then release. The
ledger's transactions are short, and none is open while a provider is asked.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from itertools import count
from time import monotonic

import structlog

from providers.domain.errors import CannotExpress
from providers.domain.plan import plan
from providers.domain.reasons import Code, Reason
from providers.domain.results import Result
from providers.domain.steps import Create, LookUp, Rest, Step, Stop, Wait
from tasks.aftermath import commanded
from tasks.backoff import effort_after
from tasks.calls import BookDenied, perform
from tasks.drains import Drain, Drains
from tasks.groups import Group, Groups
from tasks.heed import Heed
from tasks.ledger.turn import Turn
from tasks.ledger.turns import Claim, Decide, LeaseLost
from tasks.ports import Book
from tasks.reasons import configuration_lacks, internal, poison
from tasks.shops import Shops
from tasks.world import World

log = structlog.get_logger()

_LEASE_MARGIN = timedelta(seconds=20)
_DRAIN_SECONDS = 2.0
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
        self._lease = max(calls, default=timedelta(seconds=30)) + _LEASE_MARGIN
        self._shops = Shops(world.fronts)
        self._heed = Heed(world)
        self._groups = Groups(world, decide=self._decide)
        self._begun = count()
        self._drains = world.drains or Drains(world.bell, fronts=world.fronts, limits={}, here=False)

    def run(self, shop: str, order_id: str) -> Ended:
        """Drive one order as far as it goes now. Raises `LedgerUnavailable`.

        Whoever has driven an order goes on with those that come next in its book, as long as something is due and
        for a short while. Where the book's provider takes few requests at a time, that takes a slot; a bell that
        finds none free ends at once and loses nothing.
        """
        front = self._world.fronts.get(shop)
        if front is None:
            return self._drive_one(shop, order_id)  # makes no call: it ends with attention
        book = front.book
        if self._world.paused.is_paused(book):
            return Ended.PAUSED
        with self._drains.begin(book) as drain:
            if drain is None:
                return Ended.BUSY
            return self._drain(book, drain, lambda: self._drive_one(shop, order_id))

    def _drain(self, book: str, drain: Drain, first: Callable[[], Ended]) -> Ended:
        """Drive `first`, then what else is due in the book, as long as a slot is held and for a short while.

        The look after the slot was given back is what makes a bell that found it taken safe to end: its
        order was due before it looked. When the while is over, the next due order's bell is rung in its
        turn, so that no book keeps a thread from another and a stop need not wait for a backlog.
        """
        ended = Ended.BUSY
        until = monotonic() + _DRAIN_SECONDS
        while True:
            with self._world.slots.take(book) as taken:
                if not taken:
                    return ended
                ended = first() if ended is Ended.BUSY else ended
                emptied = self._drive_all(book, drain, until)
            if self._world.paused.is_paused(book):
                return ended
            if emptied and not self._world.slots.bounded(book):
                due = None  # nobody was turned away
            else:
                drain.look()
                due = self._world.ledger.turns.next_due(book, now=self._world.clock())
            if due is None and drain.leave():
                return ended
            if due is not None and monotonic() >= until:
                for _ in range(drain.stop()):
                    self._world.bell.ring(*due)
                return ended

    def _drive_all(self, book: str, drain: Drain, until: float) -> bool:
        """Drive what comes next until nothing is due; False: until the time was over."""
        while monotonic() < until:
            drain.look()
            if self._drive_next(book) in {Ended.NOT_DUE, Ended.PAUSED}:
                return True
        return False

    def _drive_next(self, book: str) -> Ended:
        if self._world.paused.is_paused(book):
            return Ended.PAUSED
        begin, shops = self._world.ledger.turns.begin_next, self._shops.of(book)
        return self._drive(lambda claim, decide: begin(book, shops=shops, claim=claim, decide=decide))

    def _drive_one(self, shop: str, order_id: str) -> Ended:
        begin = self._world.ledger.turns.begin
        return self._drive(lambda claim, decide: begin(shop, order_id, claim=claim, decide=decide))

    def _drive(self, begin: Callable[[Claim, Decide], tuple[Turn, Step] | None]) -> Ended:
        started, calls = monotonic(), 0
        claim = replace(self._claim(), careful=next(self._begun) < self._world.careful)
        try:
            begun = begin(claim, self._decide)
        except LeaseLost:
            return Ended.LEASE_LOST
        if begun is None:
            return Ended.NOT_DUE
        turn, step = begun
        group = self._groups.gather(turn, step, claim)
        if group is not None:
            return self._drive_together(group)
        with structlog.contextvars.bound_contextvars(shop=turn.shop, order=turn.order_id, book=turn.book):
            try:
                while not isinstance(step, Wait | Stop | Rest):
                    self._still_ours(claim)
                    calls += 1
                    outcome = self._perform(turn, step)
                    claim = self._claim()
                    turn, step = self._settle(turn, claim, *outcome)
            except LeaseLost:
                log.warning("order.lease_lost", calls=calls, fence=turn.fence)
                return Ended.LEASE_LOST
            _closing_line(step, calls=calls, seconds=monotonic() - started)
        return Ended.DROVE

    def _drive_together(self, group: Group) -> Ended:
        try:
            self._still_ours(group.claim)
        except LeaseLost:
            log.warning("group.lease_lost", book=group.book.name, orders=len(group.members))
            return Ended.LEASE_LOST
        self._groups.make(group)
        return Ended.DROVE

    def _claim(self) -> Claim:
        return Claim(owner=self._world.owner, now=self._world.clock(), lease=self._lease)

    def _still_ours(self, claim: Claim) -> None:
        """Raise `LeaseLost` unless the lease outlives the longest call from now.

        A machine that was suspended between intent and call must not make the call: by now another worker may
        have looked for its effect and found none.
        """
        if abs(self._world.clock() - claim.now) > _LEASE_MARGIN / 2:
            raise LeaseLost(f"the call of {claim.owner} would begin too late for its lease")

    def _perform(self, turn: Turn, step: Step) -> tuple[Result, Reason | None]:
        """The result of the call, and why the book is shut since; None: it is open."""
        assert not isinstance(step, Wait | Stop | Rest)  # noqa: S101  (for the type checker: only calls come here)
        book = self._world.books[turn.book]
        try:
            result = perform(book, step, self._world.clock)
        except BookDenied as error:
            return error.result, self._heed.denied(book, str(error))
        return result, self._heed.after(book, result)

    def _settle(self, turn: Turn, claim: Claim, result: Result, shut: Reason | None) -> tuple[Turn, Step]:
        now = claim.now
        effort = effort_after(turn, result, now) if shut is None else None

        def decide(changed: Turn) -> Step:
            if shut is not None:
                return Wait(until=now, reason=shut)
            return commanded(changed, result, self._world.backoff, now=now) or self._decide(changed)

        return self._world.ledger.turns.settle(turn, result, claim=claim, decide=decide, effort=effort)

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


def _closing_line(step: Step, *, calls: int, seconds: float) -> None:
    match step:
        case Rest():
            log.info("order.synced", state=step.state, calls=calls, ms=round(seconds * 1000, 1))
        case Wait():
            log.info("order.waits", until=step.until.isoformat(), reason=step.reason.code, calls=calls)
        case Stop():
            log.warning("order.stopped", reason=step.reason.code, text=step.reason.text, calls=calls)
