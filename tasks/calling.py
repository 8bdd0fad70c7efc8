"""Calling: the calls of orders in hand, made by callers, and how each ended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import TypeAlias

import structlog

from providers.domain.reasons import Reason
from providers.domain.results import Issued, Lost, Result, Unsent
from providers.domain.steps import Create, Step
from tasks.calls import perform_together
from tasks.heed import Heed
from tasks.ledger.turn import Claim, LeaseLost, Turn
from tasks.ports import Book
from tasks.world import World

log = structlog.get_logger()

Perform: TypeAlias = Callable[[Turn, Step], tuple[Result, Reason | None]]
"""Makes a call: its result, and why the book is shut since; None: it is open."""


@dataclass(slots=True)
class InHand:
    """An order in hand. `calls` were made of it since `began`."""

    turn: Turn
    step: Step
    began: float
    calls: int = 0


@dataclass(slots=True)
class Called:
    """A call that ended, of one order or of several. Without results: it was not made, and `why` tells why not."""

    orders: Sequence[InHand]
    results: Sequence[Result] = ()
    shut: Reason | None = None
    why: Exception | None = None


class Calling:
    """Has calls of a book made. `tell` takes how each ended, in the thread that made it."""

    def __init__(
        self, world: World, book: Book, *, perform: Perform, late: timedelta, tell: Callable[[Called], None]
    ) -> None:
        """A call that would begin `late` after its claim is not made."""
        self._world = world
        self._book = book
        self._perform = perform
        self._late = late
        self._tell = tell
        self._heed = Heed(world)

    def begin(self, orders: Sequence[InHand], claim: Claim) -> None:
        """Have the call made that the orders share, or that is of one. Raises nothing."""
        for order in orders:
            order.calls += 1
        self._world.callers.call(self._book.name, lambda: self._call(orders, claim))

    def _call(self, orders: Sequence[InHand], claim: Claim) -> None:
        """In a caller's thread."""
        first = orders[0]
        try:
            with structlog.contextvars.bound_contextvars(
                shop=first.turn.shop, order=first.turn.order_id, book=self._book.name
            ):
                self._check_lease(claim)
                ended = self._alone(first) if len(orders) == 1 else self._together(orders)
        except Exception as error:  # noqa: BLE001  (told to the thread that waits for it)
            ended = Called(orders, why=error)
        except BaseException as error:
            self._tell(Called(orders, why=RuntimeError(f"whoever made the call has ended: {error!r}")))
            raise
        self._tell(ended)

    def _check_lease(self, claim: Claim) -> None:
        """Raise `LeaseLost` unless the lease outlives the longest call from now.

        A machine that was suspended between intent and call must not make the call: by now another worker may
        have looked for its effect and found none.
        """
        if abs(self._world.clock() - claim.now) > self._late:
            raise LeaseLost(f"the call of {claim.owner} would begin too late for its lease")

    def _alone(self, order: InHand) -> Called:
        result, shut = self._perform(order.turn, order.step)
        return Called([order], [result], shut)

    def _together(self, orders: Sequence[InHand]) -> Called:
        """One call for all of them."""
        began, bulk = monotonic(), self._book.bulk
        steps = [order.step for order in orders if isinstance(order.step, Create)]
        assert bulk is not None  # noqa: S101  (for the type checker: without it, none share a call)
        results, said = perform_together(bulk, steps, self._world.clock)
        shut = self._heed.denied(self._book, said) if said else self._heed.after(self._book, _telling(results))
        log.info(
            "group.made",
            orders=len(steps),
            issued=sum(isinstance(result, Issued) for result in results),
            unknown=sum(isinstance(result, Lost) for result in results),
            ms=round((monotonic() - began) * 1000, 1),
        )
        return Called(orders, results, shut)


def _telling(results: Sequence[Result]) -> Result:
    """What the call as a whole says of the provider: an answer about one of them is an answer."""
    return next((result for result in results if not isinstance(result, Unsent | Lost)), results[0])
