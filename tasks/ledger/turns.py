"""Turns: one worker has one order in hand, under a lease, from claim to release.

Every write of a turn names the claim's fencing token and happens only while its lease runs. The intent of a
call is committed before the call; its outcome and the next intent are one transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, case, select, update

from providers.domain.orders import OrderState
from providers.domain.reasons import Reason
from providers.domain.results import Result, after, intended
from providers.domain.steps import LookUp, Rest, Step, Stop, Verify, Wait
from tasks.ledger.codec import order_from, reason_text
from tasks.ledger.store import Store
from tasks.ledger.tables import NEVER, OperationRow, OrderRow
from tasks.ledger.turn import Turn, turn_of
from tasks.ledger.writes import write_intent, write_result

_ORDERS = OrderRow.__table__  # type: ignore[attr-defined]
_OPERATIONS = OperationRow.__table__  # type: ignore[attr-defined]


class LeaseLost(Exception):
    """The lease ran out, or another worker has the order: this turn may write nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who claims, when, and for how long. The lease outlives the longest call by a margin."""

    owner: str
    now: datetime
    lease: timedelta


Decide = Callable[[Turn], Step]
"""Names the next step for the order in hand; pure, for it runs inside the transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """The retry budget after a turn: zero attempts after progress, one more after a failure that counts."""

    attempts: int = 0
    first_tried_at: datetime | None = None


class Turns:
    """Claims orders and writes what happens to them. Every method raises `LedgerUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, shop: str, order_id: str, *, claim: Claim, decide: Decide) -> tuple[Turn, Step] | None:
        """Claim the order if it is due and free, decide its next step, and write the intent: one transaction.

        None: it is not due, does not exist, or another worker has it.
        """
        return self._begin((_ORDERS.c.shop == shop) & (_ORDERS.c.order_id == order_id), claim, decide)

    def begin_next(self, book: str, *, claim: Claim, decide: Decide) -> tuple[Turn, Step] | None:
        """As `begin`, for the order of the book that has been due longest. None: there is none."""
        longest = (
            select(_ORDERS.c.id)
            .where(_ORDERS.c.book == book, _ORDERS.c.due_at <= claim.now, _ORDERS.c.lease_until <= claim.now)
            .order_by(_ORDERS.c.due_at)
            .limit(1)
        )
        if not self._store.is_sqlite:
            longest = longest.with_for_update(skip_locked=True)
        return self._begin(_ORDERS.c.id == longest.scalar_subquery(), claim, decide)

    def _begin(self, which: ColumnElement[bool], claim: Claim, decide: Decide) -> tuple[Turn, Step] | None:
        take = (
            update(_ORDERS)
            .where(which, _ORDERS.c.due_at <= claim.now, _ORDERS.c.lease_until <= claim.now)
            .values(
                lease_until=claim.now + claim.lease,
                owner=claim.owner,
                fence=_ORDERS.c.fence + 1,
                crashes=case((_ORDERS.c.owner.is_(None), 0), else_=_ORDERS.c.crashes + 1),
            )
            .returning(*_ORDERS.c)
        )
        with self._store.write() as connection:
            row = connection.execute(take).mappings().first()
            if row is None:
                return None
            turn = turn_of(connection, row)
            return self._go_on(connection, turn, decide(turn), now=claim.now)

    def settle(
        self,
        turn: Turn,
        result: Result,
        *,
        claim: Claim,
        decide: Decide,
        effort: Effort | None = None,
    ) -> tuple[Turn, Step]:
        """Write how a call ended, decide the next step, and write its intent: one transaction.

        Raises `LeaseLost` when the claim does not hold any more; then nothing was written, and the operation
        counts as sent without an outcome.
        """
        with self._store.write() as connection:
            row = self._extend(connection, turn, claim)
            changed = replace(turn, known=after(turn.known, result), renewed=False)
            write_result(connection, result, changed, now=claim.now)
            if row["revision"] != turn.revision:
                changed = _refreshed(changed, row)
            elif effort is not None:
                changed = replace(changed, attempts=effort.attempts, first_tried_at=effort.first_tried_at)
            return self._go_on(connection, changed, decide(changed), now=claim.now)

    def _extend(self, connection: Connection, turn: Turn, claim: Claim) -> RowMapping:
        extend = (
            update(_ORDERS)
            .where(
                _ORDERS.c.id == turn.order_pk,
                _ORDERS.c.fence == turn.fence,
                _ORDERS.c.lease_until > claim.now,
            )
            .values(lease_until=claim.now + claim.lease)
            .returning(_ORDERS.c.revision, _ORDERS.c.deleted, _ORDERS.c.snapshot)
        )
        row = connection.execute(extend).mappings().first()
        if row is None:
            raise LeaseLost(f"order {turn.shop}/{turn.order_id}, fence {turn.fence}")
        return row

    def _go_on(self, connection: Connection, turn: Turn, step: Step, *, now: datetime) -> tuple[Turn, Step]:
        if isinstance(step, Wait | Stop | Rest):
            self._release(connection, turn, step, now=now)
            return turn, step
        if not isinstance(step, Verify | LookUp):
            documents = write_intent(self._store, connection, step, turn, now=now)
            turn = replace(turn, documents=documents)
        return replace(turn, known=intended(turn.known, step, at=now)), step

    def _release(self, connection: Connection, turn: Turn, step: Wait | Stop | Rest, *, now: datetime) -> None:
        """Give the order back, as the step says. No event can come in between: the row is ours till the commit."""
        state, due, reason = _standing(step)
        release = (
            update(_ORDERS)
            .where(_ORDERS.c.id == turn.order_pk, _ORDERS.c.fence == turn.fence)
            .values(
                lease_until=NEVER,
                owner=None,
                crashes=0,
                state=state,
                due_at=due,
                reason=reason_text(reason),
                attempts=turn.attempts,
                first_tried_at=turn.first_tried_at,
                updated_at=now,
            )
        )
        connection.execute(release)

    def ring(self, book: str, *, now: datetime, limit: int, heard_before: datetime) -> list[tuple[str, str]]:
        """Orders of the book that are due and free and whose bell has not been heard: (shop, order id).

        Those due longest come first. A bell that rang after the order fell due, and not before
        `heard_before`, counts as heard. The orders are marked as rung now.
        """
        unheard = (
            _ORDERS.c.rung_at.is_(None) | (_ORDERS.c.rung_at < _ORDERS.c.due_at) | (_ORDERS.c.rung_at < heard_before)
        )
        ripe = (
            select(_ORDERS.c.id)
            .where(_ORDERS.c.book == book, _ORDERS.c.due_at <= now, _ORDERS.c.lease_until <= now, unheard)
            .order_by(_ORDERS.c.due_at)
            .limit(limit)
        )
        if not self._store.is_sqlite:
            ripe = ripe.with_for_update(skip_locked=True)
        mark = (
            update(_ORDERS)
            .where(_ORDERS.c.id.in_(ripe.scalar_subquery()))
            .values(rung_at=now)
            .returning(_ORDERS.c.due_at, _ORDERS.c.shop, _ORDERS.c.order_id)
        )
        with self._store.read() as connection:
            if connection.execute(ripe.limit(1)).scalar() is None:
                return []
        with self._store.write() as connection:
            rows = connection.execute(mark).all()
        return [(shop, order_id) for _due, shop, order_id in sorted(rows)]

    def next_due(self, book: str, *, now: datetime) -> tuple[str, str] | None:
        """The order of the book that is free and has been due longest: (shop, order id)."""
        due = (
            select(_ORDERS.c.shop, _ORDERS.c.order_id)
            .where(_ORDERS.c.book == book, _ORDERS.c.due_at <= now, _ORDERS.c.lease_until <= now)
            .order_by(_ORDERS.c.due_at)
            .limit(1)
        )
        with self._store.read() as connection:
            row = connection.execute(due).first()
        return (row.shop, row.order_id) if row else None

    def recover(self, *, now: datetime) -> int:
        """Take every lease back. Returns how many orders were held.

        Only for a process that knows itself to be the ledger's one worker, at its start: whoever held the
        leases is dead. Their calls may not be: a provider does not know that nobody waits for it any more, so
        that calls in flight keep their time-out and their settle time before they are looked up.
        """
        held = update(_ORDERS).where(_ORDERS.c.lease_until > now).values(lease_until=now).returning(_ORDERS.c.id)
        with self._store.write() as connection:
            return len(connection.execute(held).all())

    def make_due(self, shop: str, order_id: str, *, now: datetime) -> bool:
        """Plan the order again now, with a fresh retry budget. False: there is no such order."""
        again = (
            update(_ORDERS)
            .where(_ORDERS.c.shop == shop, _ORDERS.c.order_id == order_id)
            .values(
                state=OrderState.DUE,
                due_at=now,
                rung_at=None,
                revision=_ORDERS.c.revision + 1,
                attempts=0,
                first_tried_at=None,
                crashes=0,
                updated_at=now,
            )
            .returning(_ORDERS.c.id)
        )
        with self._store.write() as connection:
            return connection.execute(again).scalar() is not None


def _standing(step: Wait | Stop | Rest) -> tuple[OrderState, datetime | None, Reason | None]:
    if isinstance(step, Wait):
        return OrderState.DUE, step.until, step.reason
    if isinstance(step, Stop):
        return OrderState.ATTENTION, None, step.reason
    return step.state, None, step.reason


def _refreshed(turn: Turn, row: RowMapping) -> Turn:
    """The turn with what came in during the call; news bring a fresh retry budget."""
    return replace(
        turn,
        revision=row["revision"],
        renewed=True,
        attempts=0,
        first_tried_at=None,
        order=order_from(row["snapshot"]) if row["snapshot"] else None,
        known=replace(turn.known, deleted=row["deleted"]),
    )
