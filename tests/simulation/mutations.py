"""Planted bugs. Each is a mistake that somebody could make, and the simulation must find every one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, update

from providers.domain.known import Action
from providers.domain.reasons import Reason
from providers.domain.results import Absent, Result, intended
from providers.domain.steps import Create, LookUp, Pay, Rest, Step, Stop, Verify, Wait, Write
from tasks.ledger.inbox import Arrival, EventState, Inbox
from tasks.ledger.intents import write_intents
from tasks.ledger.ledger import Ledger
from tasks.ledger.news import News
from tasks.ledger.statements import Found
from tasks.ledger.store import Store
from tasks.ledger.tables import NEVER, OrderRow
from tasks.ledger.turn import Advanced, Claim, Decide, Ending, Turn, Wish
from tasks.ledger.turns import Turns
from tasks.sync import Sync

_ORDERS = OrderRow.__table__  # type: ignore[attr-defined]


class OtherTurns(Turns):
    """Turns that differ; nobody is told of news."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, News(store))


class LateIntents(OtherTurns):
    """Writes the intent only together with the outcome, after the call."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._owed: dict[int, Write] = {}

    def _go_on(
        self, connection: Connection, steps: Sequence[tuple[Turn, Step, bool]], *, now: datetime
    ) -> list[tuple[Turn, Step]]:
        gone = []
        for turn, step, kept in steps:
            if isinstance(step, Verify | LookUp | Wait | Stop | Rest):
                gone += super()._go_on(connection, [(turn, step, kept)], now=now)
            else:
                self._owed[turn.order_pk] = step
                gone.append((turn, step))
        return gone

    def advance(self, endings: Sequence[Ending], wish: Wish, *, claim: Claim, decide: Decide) -> Advanced:
        return super().advance([self._paid_back(each, claim) for each in endings], wish, claim=claim, decide=decide)

    def _paid_back(self, ending: Ending, claim: Claim) -> Ending:
        turn, owed = ending.turn, self._owed.pop(ending.turn.order_pk, None)
        if owed is None:
            return ending
        with self._store.write() as connection:
            (documents,) = write_intents(connection, [(turn, owed)], now=claim.now)
        return replace(ending, turn=replace(turn, documents=documents, known=intended(turn.known, owed, at=claim.now)))


class NoLease(OtherTurns):
    """Takes an order whoever holds it."""

    def _take(self, connection: Connection, wish: Wish, claim: Claim, *, most: int) -> list[Found]:
        shop, order_id = wish.named or ("", "")
        named = (_ORDERS.c.shop == shop) & (_ORDERS.c.order_id == order_id)
        connection.execute(update(_ORDERS).where(named).values(lease_until=NEVER))
        return super()._take(connection, wish, claim, most=most)


class NoFence(OtherTurns):
    """A worker that lost its lease writes all the same."""

    def _extended(self, connection: Connection, turns: Sequence[Turn], claim: Claim) -> dict[int, Found]:
        columns = (_ORDERS.c.id, _ORDERS.c.revision, _ORDERS.c.deleted)
        extend = (
            update(_ORDERS)
            .where(_ORDERS.c.id.in_([turn.order_pk for turn in turns]))
            .values(lease_until=claim.now + claim.lease)
            .returning(*columns)
        )
        return {row["id"]: dict(row) for row in connection.execute(extend).mappings()}


class LastEventWins(Inbox):
    """The last event to arrive wins, however old it is."""

    _arrived = 0

    def take(self, arrivals: Sequence[Arrival]) -> list[EventState | None]:
        return super().take([self._as_newest(arrival) for arrival in arrivals])

    def _as_newest(self, arrival: Arrival) -> Arrival:
        if arrival.order is None:
            return arrival
        self._arrived += 1
        arrived = arrival.event.received_at + timedelta(microseconds=self._arrived)
        return replace(arrival, order=replace(arrival.order, modified_at=arrived))


class BlindSync(Sync):
    """Takes whatever is unknown for absent, without a look."""

    actions: tuple[Action, ...] = (Action.CREATE, Action.PAY)

    def _perform(self, turn: Turn, step: Step) -> tuple[Result, Reason | None]:
        if isinstance(step, LookUp) and step.operation.action in self.actions:
            return Absent(operation_key=step.operation.key), None
        return super()._perform(turn, step)


class BlindPaymentSync(BlindSync):
    """Takes a payment whose answer was lost for absent, always."""

    actions = (Action.PAY,)


class EagerSync(BlindSync):
    """Sends an e-mail again whose answer was lost."""

    actions = (Action.EMAIL,)


class BlindCancelSync(BlindSync):
    """Takes a cancellation whose answer was lost for absent, always."""

    actions = (Action.CANCEL,)


class CountingSync(Sync):
    """The number of the attempt is part of the operation's key."""

    def _decide(self, turn: Turn) -> Step:
        step = super()._decide(turn)
        return replace(step, generation=turn.fence) if isinstance(step, Create | Pay) else step


class ForgetfulSync(Sync):
    """Plans without the operation whose answer was lost."""

    def _decide(self, turn: Turn) -> Step:
        return super()._decide(replace(turn, known=replace(turn.known, operation=None)))


def ledger_with(**parts: Callable[[Store], Any]) -> Callable[[Store], Ledger]:
    """Builds a ledger of which some parts are others."""

    def build(store: Store) -> Ledger:
        ledger = Ledger(store)
        for name, part in parts.items():
            setattr(ledger, name, part(store))
        return ledger

    return build
