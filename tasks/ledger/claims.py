"""The statements by which orders are claimed, held, released and rung for.

None of them grows with the backlog: each goes down an index to the first rows that it wants. Orders in hand are still
due, so that at most as many rows as there are orders in hand are passed over.
"""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Select, any_, bindparam, case, func, select, update

from providers.domain.orders import OrderState
from tasks.ledger.statements import Statement
from tasks.ledger.tables import NEVER, Lane, OrderRow

_ORDERS = OrderRow.__table__  # type: ignore[attr-defined]
_NOW = bindparam("now", type_=_ORDERS.c.due_at.type)
_FREE = (_ORDERS.c.due_at <= _NOW) & (_ORDERS.c.lease_until <= _NOW)
_THE_ORDER = (_ORDERS.c.shop == bindparam("which_shop")) & (_ORDERS.c.order_id == bindparam("which_order"))
_HELD = (_ORDERS.c.id == bindparam("which")) & (_ORDERS.c.fence == bindparam("held_fence"))
_IN_BOOK = _ORDERS.c.book == bindparam("which_book")


def _take(which: ColumnElement[bool]) -> Statement:
    statement = _taken(which)
    return Statement(lambda _: statement)


def _taken(which: ColumnElement[bool]) -> Any:
    """Claim the order, and read it."""
    return (
        update(_ORDERS)
        .where(which, _FREE)
        .values(
            lease_until=bindparam("until"),
            owner=bindparam("new_owner"),
            fence=_ORDERS.c.fence + 1,
            crashes=case((_ORDERS.c.owner.is_(None), 0), else_=_ORDERS.c.crashes + 1),
        )
        .returning(
            *(_ORDERS.c.id, _ORDERS.c.shop, _ORDERS.c.order_id, _ORDERS.c.book, _ORDERS.c.fence, _ORDERS.c.revision),
            *(_ORDERS.c.snapshot, _ORDERS.c.deleted, _ORDERS.c.attempts, _ORDERS.c.first_tried_at, _ORDERS.c.crashes),
        )
    )


TAKE = _take(_THE_ORDER)


def _longest_due(*columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns).where(_IN_BOOK, _FREE).order_by(_ORDERS.c.due_at)


@cache
def take_next(shops: int) -> Statement:
    """Claim the next order of a book: lane by lane, and within a lane of the first of so many shops that has one;
    else any that is due.

    One index goes (book, lane, shop, due time), so that each look is a step down it; `coalesce` stops at the first
    that finds something. Where the database locks rows, locked ones are passed over rather than waited for.
    """
    lanes = [
        _longest_due(_ORDERS.c.id).where(_ORDERS.c.lane == lane, _ORDERS.c.shop == bindparam(f"shop_{number}"))
        for lane in Lane
        for number in range(shops)
    ]
    looks = [
        look.limit(1).with_for_update(skip_locked=True).scalar_subquery()
        for look in (*lanes, _longest_due(_ORDERS.c.id))
    ]
    return _take(_ORDERS.c.id == (func.coalesce(*looks) if shops else looks[0]))


def _take_more(dialect: Dialect) -> Any:
    """Claim those that come next behind the order `behind`, of its lane and shop, and that were in no hand before.

    Only the head of the queue is looked at: what was in hand before takes its place in it, and is not grouped.
    """
    lane = select(_ORDERS.c.lane).where(_ORDERS.c.id == bindparam("behind")).scalar_subquery()
    head = (
        _longest_due(_ORDERS.c.id, _ORDERS.c.fence)
        .where(_ORDERS.c.lane == lane, _ORDERS.c.shop == bindparam("which_shop"))
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
        .subquery()
    )
    fresh = select(head.c.id).where(head.c.fence == 0).scalar_subquery()
    # An array is made once. What stands behind IN may be run again and again, and each time lock other rows.
    is_one = _ORDERS.c.id.in_(fresh) if dialect.name == "sqlite" else _ORDERS.c.id == any_(func.array(fresh))
    return _taken(is_one)


TAKE_MORE = Statement(_take_more)

EXTEND = Statement(
    lambda _: (
        update(_ORDERS)
        .where(_HELD, _ORDERS.c.lease_until > _NOW)
        .values(lease_until=bindparam("until"))
        .returning(
            _ORDERS.c.revision,
            _ORDERS.c.deleted,
            case((_ORDERS.c.revision != bindparam("known_revision"), _ORDERS.c.snapshot)).label("snapshot"),
        )
    )
)
"""The lease begins anew. The snapshot is read only where it is news."""


def _release(*names: str) -> Statement:
    given: dict[str, Any] = {
        name: bindparam(name) for name in (*names, "reason", "attempts", "first_tried_at", "updated_at")
    }
    released = update(_ORDERS).where(_HELD).values(lease_until=NEVER, owner=None, crashes=0, **given)
    return Statement(lambda _: released)


RELEASE = _release("state", "due_at")
HAND_BACK = _release()
"""The order goes on at once, in whose hand it may be: it stays due since when it was, and so keeps its place."""

_LOOKED_AT = 1000
"""A sweep looks at so many orders of a book, those due longest: if all of these were rung for, whoever answers will
come to the others too."""


def _ripe(*, locked: bool) -> Select[Any]:
    """Orders whose bell was not heard, those due longest first."""
    due = _longest_due(_ORDERS.c.id, _ORDERS.c.due_at, _ORDERS.c.rung_at).limit(_LOOKED_AT)
    head = (due.with_for_update(skip_locked=True) if locked else due).subquery()
    unheard = head.c.rung_at.is_(None) | (head.c.rung_at < head.c.due_at) | (head.c.rung_at < bindparam("heard"))
    return select(head.c.id).where(unheard).order_by(head.c.due_at)


ANY_RIPE = Statement(lambda _: _ripe(locked=False).limit(1))
RING = Statement(
    lambda _: (
        update(_ORDERS)
        .where(_ORDERS.c.id.in_(_ripe(locked=True).limit(bindparam("most")).scalar_subquery()))
        .values(rung_at=_NOW)
        .returning(_ORDERS.c.due_at, _ORDERS.c.shop, _ORDERS.c.order_id)
    )
)
NEXT_DUE = Statement(lambda _: _longest_due(_ORDERS.c.shop, _ORDERS.c.order_id).limit(1))

RECOVER = Statement(
    lambda _: update(_ORDERS).where(_ORDERS.c.lease_until > _NOW).values(lease_until=_NOW).returning(_ORDERS.c.id)
)
MAKE_DUE = Statement(
    lambda _: (
        update(_ORDERS)
        .where(_THE_ORDER)
        .values(
            state=OrderState.DUE,
            due_at=_NOW,
            rung_at=None,
            lane=Lane.LIVE,
            revision=_ORDERS.c.revision + 1,
            attempts=0,
            first_tried_at=None,
            crashes=0,
            updated_at=_NOW,
        )
        .returning(_ORDERS.c.id)
    )
)
