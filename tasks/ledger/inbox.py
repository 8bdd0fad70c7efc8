"""What comes in: events, and the order snapshots that they bring. What came together is committed together."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Boolean, Connection, Dialect, bindparam, case, false, null, select, update

from providers.domain.documents import shortened
from providers.domain.orders import Order, OrderState
from providers.domain.reasons import Reason
from tasks.ledger.codec import order_text, reason_text
from tasks.ledger.many import Many, constant, told, types_of
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
    def changes(self) -> bool:
        """Whether it says anything of an order."""
        return self.removed or self.order is not None

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
        # In one order, and all events before all orders, so that two processes which take deliveries of the same orders
        # never wait for each other.
        places = sorted(range(len(arrivals)), key=lambda place: arrivals[place].place)
        in_order = [arrivals[place] for place in places]
        with self._store.write() as connection:
            kept = _keep(connection, in_order)
            new = [(arrival, pk) for arrival, pk in zip(in_order, kept, strict=True) if pk is not None]
            stale = {which for run in _runs(new) for which in _bring(connection, run)}
            for which in stale:
                _MARK.run(connection, {"which": which, "state": EventState.STALE})
        became: list[EventState | None] = [None] * len(arrivals)
        for place, pk in zip(places, kept, strict=True):
            if pk is not None:
                became[place] = EventState.STALE if pk in stale else _state(arrivals[place])
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


_New: TypeAlias = tuple[Arrival, int]
"""What came, and the row of its event."""


def _keep(connection: Connection, arrivals: Sequence[Arrival]) -> list[int | None]:
    """Keep the events; the row of each, None for one that was here before."""
    events = [_event(arrival) for arrival in arrivals]
    rows = {(row["shop"], row["event_id"]): row["id"] for row in _KEEP.all(connection, events)}
    # Taken out: of an event that came twice at once, the second one was here before.
    return [rows.pop((event["shop"], event["event_id"]), None) for event in events]


def _runs(new: Sequence[_New]) -> Iterator[list[_New]]:
    """Those that change an order, as many together as one statement takes: it may change no order twice."""
    run: list[_New] = []
    for each in new:
        arrival = each[0]
        if not arrival.changes:
            continue
        if run and (_how(arrival) is not _how(run[0][0]) or _which(arrival) == _which(run[-1][0])):
            yield run
            run = []
        run.append(each)
    if run:
        yield run


def _bring(connection: Connection, run: Sequence[_New]) -> list[int]:
    """Bring the orders up to the events; the rows of those events that are older than what is in the ledger."""
    orders = [_order(arrival) for arrival, _ in run]
    changed = {(row["shop"], row["order_id"]) for row in _how(run[0][0]).all(connection, orders)}
    stale = []
    for (arrival, pk), order in zip(run, orders, strict=True):
        if _which(arrival) in changed:
            continue
        if arrival.restored:
            _RESTORE.run(connection, {f"told_{name}": value for name, value in order.items()})
        else:
            stale.append(pk)
    return stale


def _how(arrival: Arrival) -> Many:
    if arrival.order is None:
        return _REMOVE
    return _BRING_BACK if arrival.restored else _BRING


def _which(arrival: Arrival) -> tuple[str, str]:
    return arrival.event.shop, arrival.order_id


def _state(arrival: Arrival) -> EventState:
    return EventState.APPLIED if arrival.changes else arrival.aside


def _event(arrival: Arrival) -> Values:
    event = arrival.event
    headers = {name: value for name, value in event.headers.items() if name not in _PRIVATE_HEADERS}
    return {
        "shop": event.shop,
        "event_id": shortened(_storable(event.event_id), 100),
        "source": event.source,
        "topic": _storable(event.topic)[:100],
        "order_id": _storable(arrival.order_id)[:200],
        "state": _state(arrival).value,
        "reason": reason_text(arrival.reason),
        "headers": json.dumps(headers),
        "body": event.body,
        "received_at": event.received_at,
    }


def _storable(text: str) -> str:
    """The text as every database keeps it: without NUL and halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "?")


def _order(arrival: Arrival) -> Values:
    event, order = arrival.event, arrival.order
    return {
        "shop": event.shop,
        "order_id": arrival.order_id,
        "book": arrival.book,
        "number": order.number if order else arrival.order_id,
        "currency": _storable(order.currency)[:10] if order else "",
        "total": order.total if order else None,
        "snapshot": order_text(order) if order else None,
        "version": order.version if order else "",
        "lane": int(event.lane),
        "at": event.received_at,
        "rings": event.rings,
    }


_AS_TOLD = ("shop", "order_id", "book", "number", "currency", "total", "snapshot", "version", "lane")
_TOLD = {**{name: _ORDERS.c[name].type for name in _AS_TOLD}, "at": _ORDERS.c.due_at.type, "rings": Boolean()}
_AT_FIRST = {"state": OrderState.DUE, "revision": 1, "attempts": 0, "lease_until": NEVER, "fence": 0, "crashes": 0}
_BROUGHT = ("number", "currency", "total", "snapshot", "version")


def _due(dialect: Dialect, now: Any, rung_at: Any, lane: Any) -> dict[str, Any]:
    """Due at once, with a fresh retry budget; the reason stands until the next plan says another.

    An order that is due already keeps its lane unless it gets ahead by this. News of one that is invoiced let those go
    first whose invoice is still to be made.
    """

    def always(name: str, value: object) -> Any:
        return constant(_ORDERS.c[name], value, dialect)

    due, done = always("state", OrderState.DUE), always("state", OrderState.DONE)
    return {
        "state": due,
        "due_at": now,
        "rung_at": case((_ORDERS.c.lease_until > now, _ORDERS.c.rung_at), else_=rung_at),
        "lane": case(
            ((_ORDERS.c.state == due) & (_ORDERS.c.lane < lane), _ORDERS.c.lane),
            ((_ORDERS.c.state == done) & (lane == always("lane", Lane.LIVE)), always("lane", Lane.STATUS)),
            else_=lane,
        ),
        "revision": _ORDERS.c.revision + always("revision", 1),
        "attempts": always("attempts", 0),
        "first_tried_at": null(),
        "updated_at": now,
    }


def _upsert(dialect: Dialect, rows: int, *brought: str, newer: bool, removed: bool, **fixed: object) -> Any:
    """New orders; of those that are here already what is `brought` and `fixed`, only if it is `newer`."""
    come = told(_TOLD, rows)
    at_first = {**_AT_FIRST, "deleted": removed}
    row = {
        **{name: come.c[name] for name in _AS_TOLD},
        **dict.fromkeys(("due_at", "created_at", "updated_at"), come.c.at),
        "rung_at": case((come.c.rings, come.c.at)),
        **{name: constant(_ORDERS.c[name], value, dialect) for name, value in at_first.items()},
    }
    insert = upsert(OrderRow, dialect).from_select(list(row), select(*row.values()).where(come.c.there))
    new = insert.excluded
    changed = {**{name: new[name] for name in brought}, **fixed, **_due(dialect, new.due_at, new.rung_at, new.lane)}
    return insert.on_conflict_do_update(
        index_elements=["shop", "order_id"],
        set_=changed,
        where=_ORDERS.c.version <= new.version if newer else None,
    ).returning(_ORDERS.c.shop, _ORDERS.c.order_id)


_BRING = Many(lambda dialect, rows: _upsert(dialect, rows, *_BROUGHT, newer=True, removed=False))
_BRING_BACK = Many(lambda dialect, rows: _upsert(dialect, rows, *_BROUGHT, newer=True, removed=False, deleted=False))
_REMOVE = Many(lambda dialect, rows: _upsert(dialect, rows, newer=False, removed=True, deleted=True))


def _restore(dialect: Dialect) -> Any:
    come = {name: bindparam(f"told_{name}", type_=type_) for name, type_ in _TOLD.items()}
    which = (_ORDERS.c.shop == come["shop"], _ORDERS.c.order_id == come["order_id"])
    due = _due(dialect, come["at"], case((come["rings"], come["at"])), come["lane"])
    return update(_ORDERS).where(*which).values(deleted=false(), **due)


_RESTORE = Statement(_restore)
_KEPT = types_of(_EVENTS, *(column.name for column in _EVENTS.c if column.name != "id"))


def _keep_all(dialect: Dialect, rows: int) -> Any:
    come = told(_KEPT, rows)
    there = select(*(come.c[name] for name in _KEPT)).where(come.c.there)
    insert = upsert(EventRow, dialect).from_select(list(_KEPT), there, include_defaults=False)
    kept = insert.on_conflict_do_nothing(index_elements=["shop", "event_id"])
    return kept.returning(_EVENTS.c.id, _EVENTS.c.shop, _EVENTS.c.event_id)


_KEEP = Many(_keep_all)
_MARK = Statement(lambda _: update(_EVENTS).where(_EVENTS.c.id == bindparam("which")).values(state=bindparam("state")))
