"""The statements by which orders are claimed, held, released and rung for.

None of them grows with the backlog: each goes down an index to the first rows that it wants. Orders in hand are still
due, so that at most as many rows as there are orders in hand are passed over.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Select,
    any_,
    bindparam,
    case,
    collate,
    func,
    literal,
    select,
    true,
    union_all,
    update,
)

from providers.domain.orders import OrderState
from tasks.ledger.many import Many, told, types_of
from tasks.ledger.statements import Statement
from tasks.ledger.tables import NEVER, Lane, OrderRow

_ORDERS = OrderRow.__table__  # type: ignore[attr-defined]
_NOW = bindparam("now", type_=_ORDERS.c.due_at.type)
_FREE = (_ORDERS.c.due_at <= _NOW) & (_ORDERS.c.lease_until <= _NOW)
_THE_ORDER = (_ORDERS.c.shop == bindparam("which_shop")) & (_ORDERS.c.order_id == bindparam("which_order"))
_IN_BOOK = _ORDERS.c.book == bindparam("which_book")


def by_name(dialect: Dialect) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """The order in which whoever needs several orders locks them: that in which the inbox takes deliveries, so that
    nobody waits for another who waits for it."""
    if dialect.name == "sqlite":
        return _ORDERS.c.shop, _ORDERS.c.order_id
    return collate(_ORDERS.c.shop, "C"), collate(_ORDERS.c.order_id, "C")


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
            *(_ORDERS.c.lane, _ORDERS.c.due_at),
        )
    )


TAKE = Statement(lambda _: _taken(_THE_ORDER))


def _longest_due(*columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns).where(_IN_BOOK, _FREE).order_by(_ORDERS.c.due_at)


_SOUND = _ORDERS.c.owner.is_(None) | (_ORDERS.c.crashes == 0)
"""Nobody died with it in hand twice in a row. Others are claimed by name and by themselves, so that an order that kills
whoever plans it takes nobody along for good."""


@cache
def waiting(shops: int) -> Statement:
    """Where orders of a book wait: a row with a `place` for each lane and shop that has some, see `places`, and one
    with the last place where there is anything at all.

    One index goes (book, lane, shop, due time), so that each look is a step down it.
    """
    lanes = [
        (_ORDERS.c.lane == lane, _ORDERS.c.shop == bindparam(f"shop_{number}"))
        for lane in Lane
        for number in range(shops)
    ]
    looks = [
        # Not EXISTS: PostgreSQL would expect to find one soon wherever it begins to read, and not go down the index.
        select(literal(place).label("place")).where(
            _longest_due(_ORDERS.c.id).where(_SOUND, *where).limit(1).scalar_subquery().is_not(None)
        )
        for place, where in enumerate([*lanes, ()])
    ]
    return Statement(lambda _: looks[0] if len(looks) == 1 else union_all(*looks))


def places(shops: Sequence[str]) -> list[tuple[Lane, str] | None]:
    """The places that `waiting` tells of, in the order in which they come; None is anywhere."""
    return [*((lane, shop) for lane in Lane for shop in shops), None]


def _take_some(dialect: Dialect, *where: ColumnElement[bool], fresh: bool = False) -> Any:
    """Claim those that have been due longest, `most` of them; only `fresh` ones, which were in no hand before.

    Only the head of the queue is looked at: what was in hand before takes its place in it. Where the database locks
    rows, locked ones are passed over rather than waited for.
    """
    due = _longest_due(_ORDERS.c.id, _ORDERS.c.fence).where(_SOUND, *where)
    head = due.limit(bindparam("most")).with_for_update(skip_locked=True).subquery()
    found = select(head.c.id).where(head.c.fence == 0 if fresh else true()).scalar_subquery()
    # An array is made once. What stands behind IN may be run again and again, and each time lock other rows.
    return _taken(_ORDERS.c.id.in_(found) if dialect.name == "sqlite" else _ORDERS.c.id == any_(func.array(found)))


_THERE = (_ORDERS.c.lane == bindparam("which_lane"), _ORDERS.c.shop == bindparam("which_shop"))
TAKE_SOME = Statement(lambda dialect: _take_some(dialect, *_THERE))
TAKE_FRESH = Statement(lambda dialect: _take_some(dialect, *_THERE, fresh=True))
TAKE_ANY = Statement(_take_some)


def _extend(dialect: Dialect, rows: int) -> Any:
    held = told(types_of(_ORDERS, which="id", held_fence="fence"), rows)
    ours = (
        held.c.there
        & (_ORDERS.c.id == held.c.which)
        & (_ORDERS.c.fence == held.c.held_fence)
        & (_ORDERS.c.lease_until > _NOW)
    )
    if dialect.name != "sqlite":
        locked = (
            select(_ORDERS.c.id).join(held, ours).order_by(*by_name(dialect)).with_for_update(of=_ORDERS).cte("locked")
        )
        ours = _ORDERS.c.id == locked.c.id
    return (
        update(_ORDERS)
        .where(ours)
        .values(lease_until=bindparam("until"))
        .returning(_ORDERS.c.id, _ORDERS.c.revision, _ORDERS.c.deleted)
    )


EXTEND = Many(_extend)
"""The leases of those that are still held begin anew."""
SNAPSHOT = Statement(lambda _: select(_ORDERS.c.snapshot).where(_ORDERS.c.id == bindparam("which")))


def _release(*names: str) -> Many:
    given = (*names, "reason", "attempts", "first_tried_at", "updated_at")

    def write(_: Dialect, rows: int) -> Any:
        left = told(types_of(_ORDERS, *given, which="id", held_fence="fence"), rows)
        return (
            update(_ORDERS)
            .where(left.c.there, _ORDERS.c.id == left.c.which, _ORDERS.c.fence == left.c.held_fence)
            .values(lease_until=NEVER, owner=None, crashes=0, **{name: left.c[name] for name in given})
        )

    return Many(write)


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
