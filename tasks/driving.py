"""Driving: one thread works off what is due in a book. It alone writes the ledger; the calls are made by others.

::

    one transaction: what the calls that ended came to, their orders' next intents, and orders that are claimed
      └─> each call is handed to a caller; whatever has ended meanwhile goes into the next transaction

Nothing waits for a transaction to fill: it holds what there is, one order where one is due, and dozens under load.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import inf
from queue import Empty, SimpleQueue
from time import monotonic

import structlog

from providers.domain.results import Result
from providers.domain.steps import Step, Wait
from tasks.aftermath import commanded
from tasks.backoff import effort_after
from tasks.calling import Called, Calling, InHand, Perform
from tasks.closing import rests, tell_lost
from tasks.drains import Drain, Drains
from tasks.groups import Groups
from tasks.ledger.store import LedgerUnavailable
from tasks.ledger.turn import NOTHING, Advanced, Claim, Decide, Ending, LeaseLost, Turn, Wish
from tasks.ports import Book
from tasks.shops import Shops
from tasks.slots import HeldSlots
from tasks.world import World

log = structlog.get_logger()

_DRIVE_SECONDS = 30.0
"""After so long another message is rung for, so that none is in hand for longer than its broker waits."""
_PASS_ON_SECONDS = 0.5
_DIED_TWICE = 2
_WARY = 50


@dataclass(slots=True, kw_only=True)
class Ways:
    """How orders are driven; the same for all drives of a process."""

    decide: Decide
    perform: Perform
    shops: Shops
    lease: timedelta
    late: timedelta
    """A call that would begin so long after its claim is not made."""
    careful: int
    """So many orders are claimed carefully from now on."""
    lingers: float = 0.0
    """Seconds for which a drive waits for more once nothing is due."""
    looks: float = inf
    """So many seconds pass between its looks meanwhile."""
    singly: int = 0
    """So many are claimed one by one from now on: some that were claimed together could not be written."""


class Drive:
    """One drive through a book. Used by one thread."""

    def __init__(self, world: World, book: Book, drain: Drain, drains: Drains, ways: Ways) -> None:
        self._world = world
        self._book = book
        self._drain = drain
        self._drains = drains
        self._ways = ways
        self._groups = Groups(book, world.fronts)
        self._slots = HeldSlots(world.slots, book.name)
        self._news: SimpleQueue[Called | None] = SimpleQueue()
        """Calls that ended; None: somebody rang."""
        self._calling = Calling(world, book, perform=ways.perform, late=ways.late, tell=self._news.put)
        self._busy = 0
        self._alone = False
        self._may_be_more = True
        self._fault: Exception | None = None
        self._named: tuple[str, str] | None = None
        self._passed_on = monotonic()
        self._idle_since: float | None = None
        self.looked = False
        """Whether there was a hand free to look for what is due."""
        self.told: bool | None = None

    def run(self, named: tuple[str, str]) -> bool | None:
        """Drive the order that is named and whatever else is due. Raises `LedgerUnavailable`.

        Of the one that is named: whether its claim held; None: it could not be claimed.
        """
        self._drain.on_news = lambda: self._news.put(None)
        wanted: tuple[str, str] | None = named
        until = monotonic() + _DRIVE_SECONDS
        self._named = named
        with self._slots:
            ended: list[Called] = []
            while True:
                over = self._is_over(until)
                hands = 0 if over or not self._may_be_more else self._hands()
                self._advance(ended, self._wish(hands, wanted if hands else None))
                wanted = None if hands else wanted
                if self._busy:
                    self._pass_on(over=over)
                    ended = self._awaited()
                    continue
                unseen, ended = bool(ended) and not hands, []
                if unseen and not over:  # what came in since the last look
                    self._may_be_more = True
                    continue
                if self._may_be_more and hands and not over:
                    continue
                turned_away = self._may_be_more and not over
                self._slots.fit(0)
                if not over and not turned_away and self._lingers():
                    continue
                if self._ends(over=over, turned_away=turned_away):
                    break
        if self._fault is not None:
            raise self._fault
        return self.told

    def _is_over(self, until: float) -> bool:
        return (
            self._fault is not None
            or monotonic() >= until
            or self._world.stopping()
            or self._world.paused.is_paused(self._book.name)
        )

    def _ends(self, *, over: bool, turned_away: bool) -> bool:
        """Nothing is in hand. The look after the slots were given back is what makes a bell that found none free safe
        to end: its order was due before it looked."""
        if self._fault is not None or turned_away or self._world.paused.is_paused(self._book.name):
            return True
        due = None
        if over or self._slots.bounded:
            self._drain.look()
            due = self._world.ledger.turns.next_due(self._book.name, now=self._world.clock())
        if over:
            self._drain.stop()
            if due is not None:
                self._world.bell.ring(*due)
            return True
        self._may_be_more = True
        return due is None and self._drain.leave()

    def _lingers(self) -> bool:
        """Nothing is due; but while orders come one after the other, whoever is here need not be rung for. Whether it
        is worth another look."""
        now = monotonic()
        if self._idle_since is None:
            self._idle_since = now
        left = self._ways.lingers - (now - self._idle_since)
        if left <= 0:
            return False
        try:
            self._news.get(timeout=min(left, self._ways.looks))
        except Empty:
            # Rung for here, a drive is told; rung for elsewhere, it must look by itself.
            self._may_be_more = self._ways.looks < left
        else:
            self._may_be_more = True
        return True

    def _hands(self) -> int:
        """How many calls may be made beside those under way."""
        if self._alone:
            return 0
        return self._slots.fit(self._world.callers.most(self._book.name)) - self._busy

    def _wish(self, hands: int, named: tuple[str, str] | None) -> Wish:
        if hands <= 0:
            return NOTHING
        self.looked = True
        self._drain.look()
        return Wish(
            book=self._book.name,
            shops=self._ways.shops.of(self._book.name),
            hands=min(hands, 1) if self._ways.singly else hands,
            named=named,
            fill=self._groups.missing,
        )

    def _claim(self, wish: Wish) -> Claim:
        careful = self._ways.careful > 0 and wish.hands > 0
        return Claim(owner=self._world.owner, now=self._world.clock(), lease=self._ways.lease, careful=careful)

    def _advance(self, ended: Sequence[Called], wish: Wish) -> None:
        """Write what ended, claim what is wished for, and begin the calls that come next."""
        orders, endings, claim = [], [], self._claim(wish)
        for each in ended:
            for order, result in zip(each.orders, each.results, strict=False):
                orders.append(order)
                endings.append(self._ending(order, result, each, claim))
        if not endings and not wish.hands:
            return
        advanced = self._written(endings, wish, claim)
        if endings or advanced.begun:
            self._idle_since = None
        if wish.hands:
            self._ways.careful = max(self._ways.careful - advanced.claimed, 0)
            self._ways.singly = max(self._ways.singly - advanced.claimed, 0)
            self._may_be_more = advanced.may_be_more
        calls: list[list[InHand]] = []
        for order, ending, settled in zip(orders, endings, advanced.settled, strict=True):
            if settled is None:
                self._lost(order)
                continue
            order.turn, order.step = settled
            if ending.given_back:
                self._may_be_more = True
            elif not rests(order):
                calls.append([order])
        calls += self._begun(advanced)
        self._alone = any(order.turn.crashes >= _DIED_TWICE for call in calls for order in call)
        self._slots.fit(max(self._busy + len(calls), self._slots.count if self._may_be_more else 0))
        self._busy += len(calls)
        for call in calls:
            self._calling.begin(call, claim)

    def _begun(self, advanced: Advanced) -> Iterator[list[InHand]]:
        """The orders that were claimed, by the calls that they share."""
        for sharing in self._groups.calls(advanced.begun):
            orders = [InHand(turn, step, monotonic()) for turn, step in sharing]
            for order in orders:
                self._note(order, held=True)
            if len(orders) > 1 or not rests(orders[0]):
                yield orders

    def _ending(self, order: InHand, result: Result, ended: Called, claim: Claim) -> Ending:
        shut, now = ended.shut, claim.now

        def decide(changed: Turn) -> Step:
            if shut is not None:
                return Wait(until=now, reason=shut)
            return commanded(changed, result, self._world.backoff, now=now) or self._ways.decide(changed)

        effort = effort_after(order.turn, result, now) if shut is None else None
        return Ending(order.turn, result, decide, effort, given_back=len(ended.orders) > 1)

    def _written(self, endings: Sequence[Ending], wish: Wish, claim: Claim) -> Advanced:
        """As `Turns.advance`. What cannot be written together is written one by one, so that no order is kept back by
        another one that is to blame."""
        turns = self._world.ledger.turns
        try:
            try:
                return turns.advance(endings, wish, claim=claim, decide=self._ways.decide)
            except LedgerUnavailable:  # a deadlock, or a connection that broke, is over at once
                return turns.advance(endings, wish, claim=claim, decide=self._ways.decide)
        except LedgerUnavailable as error:
            self._fault = error
        except Exception as error:
            if len(endings) == 1 and not wish.hands:
                order = endings[0].turn
                log.exception("order.fault", shop=order.shop, order=order.order_id, book=order.book)
            if wish.hands:
                self._ways.careful = self._ways.singly = _WARY
            self._fault = error
        if len(endings) < 2 or isinstance(self._fault, LedgerUnavailable):
            return Advanced([None] * len(endings), [])
        settled = [self._written([each], NOTHING, claim).settled[0] for each in endings]
        return Advanced(settled, [])

    def _awaited(self) -> list[Called]:
        """What has ended, once something has, or somebody rang."""
        told = [self._news.get()]
        try:
            while True:
                told.append(self._news.get_nowait())
        except Empty:
            pass
        ended = [each for each in told if each is not None]
        self._may_be_more |= len(ended) < len(told)
        self._busy -= len(ended)
        for each in ended:
            if isinstance(each.why, LeaseLost):
                for order in each.orders:
                    self._lost(order)
            elif each.why is not None:
                self._fault = each.why
        return ended

    def _pass_on(self, *, over: bool) -> None:
        """Every hand is full: an order whose bell came here is rung for again, since another process may have one
        free."""
        if over or not self._may_be_more or monotonic() - self._passed_on < _PASS_ON_SECONDS:
            return
        self._passed_on = monotonic()
        order = self._drains.turned_away(self._book.name)
        if order is not None:
            self._world.bell.ring(*order)

    def _lost(self, order: InHand) -> None:
        self._note(order, held=False)
        tell_lost(order)

    def _note(self, order: InHand, *, held: bool) -> None:
        """What becomes of the claim of the order that was named; not of later ones."""
        if (order.turn.shop, order.turn.order_id) == self._named and self.told is not False:
            self.told = held
