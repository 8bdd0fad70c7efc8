"""What comes in: events, and the order snapshots that they bring. What came together is committed together."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Dialect, bindparam, case, update

from providers.domain.documents import shortened
from providers.domain.orders import Order, OrderState
from providers.domain.reasons import Reason
from tasks.ledger.codec import order_text, reason_text
from tasks.ledger.statements import Statement, Values, upsert
from tasks.ledger.store import Store
from tasks.ledger.tables import NEVER, EventRow, EventState, Lane, OrderRow

_EVENTS = EventRow.__table__  # type: ignore[attr-defined]
_ORDERS = OrderRow.__table__  # type: ignore[attr-defined]
_PRIVATE_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A verified delivery to be kept: `event_id` is equal for repeats of it and for nothing else."""

    shop: str
    event_id: str
    source: str
    topic: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    rings: bool = True
    """Whether whoever brings it rings the order's bell; if not, the next sweep does."""
    lane: Lane = Lane.LIVE
    """Where an order waits that is new, or that this event makes due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An event, and what it says of which order: a newer `order`, that it is `removed`, or nothing (`aside`)."""

    event: Event
    order_id: str
    book: str = ""
    order: Order | None = None
    restored: bool = False
    """The shop took the order out of the bin."""
    removed: bool = False
    aside: EventState = EventState.IGNORED
    reason: Reason | None = None

    @property
    def place(self) -> tuple[str, str, str]:
        """Where it comes in a transaction of several."""
        return self.event.shop, self.order_id, self.event.event_id


class Inbox:
    """Keeps events and applies them to orders. Every method raises `LedgerUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def take(self, arrivals: Sequence[Arrival]) -> list[EventState | None]:
        """Keep the events and bring their orders up to them, due now: one transaction for all.

        What became of each, in their order; None: the event was here before. A snapshot that is older than the one in
        the ledger changes nothing (STALE), unless the shop took the order out of the bin.
        """
        became: list[EventState | None] = [None] * len(arrivals)
        # In one order, so that two processes which take deliveries of the same orders never wait for each other.
        places = sorted(range(len(arrivals)), key=lambda place: arrivals[place].place)
        with self._store.write() as connection:
            for place in places:
                became[place] = self._take(connection, arrivals[place])
        return became

    def apply(self, event: Event, order: Order, *, book: str, restored: bool = False) -> EventState | None:
        """Take one event that brings a snapshot, as `take`."""
        arrival = Arrival(event=event, order_id=order.order_id, order=order, book=book, restored=restored)
        return self.take((arrival,))[0]

    def remove(self, event: Event, order_id: str, *, book: str) -> EventState | None:
        """Take one event that says that the shop removed the order, as `take`."""
        return self.take((Arrival(event=event, order_id=order_id, book=book, removed=True),))[0]

    def set_aside(self, event: Event, state: EventState, reason: Reason, *, order_id: str = "") -> EventState | None:
        """Take one event that changes no order (IGNORED, UNREADABLE), as `take`."""
        return self.take((Arrival(event=event, order_id=order_id, aside=state, reason=reason),))[0]

    def _take(self, connection: Connection, arrival: Arrival) -> EventState | None:
        changes = arrival.removed or arrival.order is not None
        event_pk = _KEEP.scalar(connection, _kept(arrival, EventState.APPLIED if changes else arrival.aside))
        if event_pk is None:
            return None
        if not changes:
            return arrival.aside
        if arrival.order is None:
            _REMOVE.run(connection, {**_new_order(arrival), "deleted": True, "number": arrival.order_id})
            return EventState.APPLIED
        if self._bring(connection, arrival, arrival.order):
            return EventState.APPLIED
        _MARK.run(connection, {"which": event_pk, "state": EventState.STALE})
        return EventState.STALE

    def _bring(self, connection: Connection, arrival: Arrival, order: Order) -> bool:
        """Whether the snapshot was taken: it is newer than, or as new as, the one in the ledger."""
        brought = {
            **_new_order(arrival),
            "number": order.number,
            "currency": _storable(order.currency)[:10],
            "total": order.total,
            "snapshot": order_text(order),
            "version": order.version,
        }
        taken = (_BRING_BACK if arrival.restored else _BRING).scalar(connection, brought)
        if taken is None and arrival.restored:
            which = {"which_shop": arrival.event.shop, "which_order": arrival.order_id}
            _RESTORE.run(connection, {**which, **{f"new_{name}": value for name, value in brought.items()}})
            return True
        return taken is not None


def _kept(arrival: Arrival, state: EventState) -> Values:
    event = arrival.event
    headers = {name: value for name, value in event.headers.items() if name not in _PRIVATE_HEADERS}
    return {
        "shop": event.shop,
        "event_id": shortened(_storable(event.event_id), 100),
        "source": event.source,
        "topic": _storable(event.topic)[:100],
        "order_id": _storable(arrival.order_id)[:200],
        "state": state,
        "reason": reason_text(arrival.reason),
        "headers": json.dumps(headers),
        "body": event.body,
        "received_at": event.received_at,
    }


def _storable(text: str) -> str:
    """The text as every database keeps it: without NUL and halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "?")


def _new_order(arrival: Arrival) -> dict[str, Any]:
    event, now = arrival.event, arrival.event.received_at
    return {
        "shop": event.shop,
        "order_id": arrival.order_id,
        "book": arrival.book,
        "state": OrderState.DUE,
        "due_at": now,
        "rung_at": now if event.rings else None,
        "lane": event.lane,
        "version": "",
        "number": "",
        "currency": "",
        "revision": 1,
        "deleted": False,
        "attempts": 0,
        "lease_until": NEVER,
        "fence": 0,
        "crashes": 0,
        "created_at": now,
        "updated_at": now,
    }


_NEW = (
    *("shop", "order_id", "book", "number", "currency", "total", "snapshot", "version", "revision", "deleted", "state"),
    *("due_at", "rung_at", "lane", "attempts", "lease_until", "fence", "crashes", "created_at", "updated_at"),
)
_BROUGHT = ("number", "currency", "total", "snapshot", "version")


def _due(now: Any, rung_at: Any, lane: Any) -> dict[str, Any]:
    """Due at once, with a fresh retry budget; the reason stands until the next plan says another.

    An order that is due already keeps its lane unless it gets ahead by this. News of one that is invoiced let those go
    first whose invoice is still to be made.
    """
    return {
        "state": OrderState.DUE,
        "due_at": now,
        "rung_at": case((_ORDERS.c.lease_until > now, _ORDERS.c.rung_at), else_=rung_at),
        "lane": case(
            ((_ORDERS.c.state == OrderState.DUE) & (_ORDERS.c.lane < lane), _ORDERS.c.lane),
            ((_ORDERS.c.state == OrderState.DONE) & (lane == Lane.LIVE), Lane.STATUS),
            else_=lane,
        ),
        "revision": _ORDERS.c.revision + 1,
        "attempts": 0,
        "first_tried_at": None,
        "updated_at": now,
    }


def _upsert(dialect: Dialect, *brought: str, newer: bool, **fixed: object) -> Any:
    """A new order; of one that is here already what is `brought` and `fixed`, only if it is `newer`."""
    insert = upsert(OrderRow, dialect).values({name: bindparam(name) for name in _NEW})
    new = insert.excluded
    changed = {**{name: new[name] for name in brought}, **fixed, **_due(new.due_at, new.rung_at, new.lane)}
    return insert.on_conflict_do_update(
        index_elements=["shop", "order_id"],
        set_=changed,
        where=_ORDERS.c.version <= new.version if newer else None,
    ).returning(_ORDERS.c.revision)


_BRING = Statement(lambda dialect: _upsert(dialect, *_BROUGHT, newer=True))
_BRING_BACK = Statement(lambda dialect: _upsert(dialect, *_BROUGHT, newer=True, deleted=False))
_REMOVE = Statement(lambda dialect: _upsert(dialect, newer=False, deleted=True))


def _restore() -> Any:
    now, rung_at, lane = (
        bindparam(f"new_{name}", type_=_ORDERS.c[name].type) for name in ("due_at", "rung_at", "lane")
    )
    which = (_ORDERS.c.shop == bindparam("which_shop"), _ORDERS.c.order_id == bindparam("which_order"))
    return update(_ORDERS).where(*which).values(deleted=False, **_due(now, rung_at, lane))


_RESTORE = Statement(lambda _: _restore())
_KEEP = Statement(
    lambda dialect: (
        upsert(EventRow, dialect)
        .values({column.name: bindparam(column.name) for column in _EVENTS.c if column.name != "id"})
        .on_conflict_do_nothing(index_elements=["shop", "event_id"])
        .returning(_EVENTS.c.id)
    )
)
_MARK = Statement(lambda _: update(_EVENTS).where(_EVENTS.c.id == bindparam("which")).values(state=bindparam("state")))
