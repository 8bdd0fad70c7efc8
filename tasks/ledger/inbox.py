"""What comes in: events, and the order snapshots that they bring. One transaction per delivery."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, update

from providers.domain.documents import shortened
from providers.domain.orders import Order, OrderState
from providers.domain.reasons import Reason
from tasks.ledger.codec import order_text, reason_text
from tasks.ledger.store import Store
from tasks.ledger.tables import NEVER, EventRow, EventState, OrderRow

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


class Inbox:
    """Keeps events and applies them to orders. Every method raises `LedgerUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def apply(self, event: Event, order: Order, *, book: str, restored: bool = False) -> EventState | None:
        """Keep the event and bring its order up to it, due now. None: the event was here before.

        A snapshot that is older than the one in the ledger changes nothing (STALE), unless the shop took the
        order out of the bin.
        """
        with self._store.write() as connection:
            event_pk = self._keep(connection, event, EventState.APPLIED, order.order_id)
            if event_pk is None:
                return None
            if self._upsert(connection, event, order, book, restored=restored):
                return EventState.APPLIED
            self._mark(connection, event_pk, EventState.STALE)
            return EventState.STALE

    def remove(self, event: Event, order_id: str, *, book: str) -> EventState | None:
        """Keep the event and note that the shop removed the order. None: the event was here before."""
        with self._store.write() as connection:
            if self._keep(connection, event, EventState.APPLIED, order_id) is None:
                return None
            gone = {**_new_order(event, order_id, book), "deleted": True, "number": order_id}
            insert = self._store.insert(OrderRow).values(gone)
            changed = {"deleted": True, "revision": _ORDERS.c.revision + 1, **_due(event)}
            connection.execute(insert.on_conflict_do_update(index_elements=["shop", "order_id"], set_=changed))
            return EventState.APPLIED

    def set_aside(self, event: Event, state: EventState, reason: Reason, *, order_id: str = "") -> EventState | None:
        """Keep an event that changes no order (IGNORED, UNREADABLE). None: the event was here before."""
        with self._store.write() as connection:
            kept = self._keep(connection, event, state, order_id, reason_text(reason))
            return None if kept is None else state

    def _keep(
        self, connection: Connection, event: Event, state: EventState, order_id: str, reason: str | None = None
    ) -> int | None:
        headers = {name: value for name, value in event.headers.items() if name not in _PRIVATE_HEADERS}
        insert = (
            self._store.insert(EventRow)
            .values(
                shop=event.shop,
                event_id=shortened(_storable(event.event_id), 100),
                source=event.source,
                topic=_storable(event.topic)[:100],
                order_id=_storable(order_id)[:200],
                state=state,
                reason=reason,
                headers=json.dumps(headers),
                body=event.body,
                received_at=event.received_at,
            )
            .on_conflict_do_nothing(index_elements=["shop", "event_id"])
            .returning(_EVENTS.c.id)
        )
        return connection.execute(insert).scalar()

    def _upsert(self, connection: Connection, event: Event, order: Order, book: str, *, restored: bool) -> bool:
        """Whether the snapshot was taken: it is newer than, or as new as, the one in the ledger."""
        brought = {
            "number": order.number,
            "currency": _storable(order.currency)[:10],
            "total": order.total,
            "snapshot": order_text(order),
            "version": order.version,
        }
        insert = self._store.insert(OrderRow).values({**_new_order(event, order.order_id, book), **brought})
        changed = {**brought, "revision": _ORDERS.c.revision + 1, **_due(event)}
        if restored:
            changed["deleted"] = False
        newer = _ORDERS.c.version <= order.version
        taken = connection.execute(
            insert.on_conflict_do_update(index_elements=["shop", "order_id"], set_=changed, where=newer).returning(
                _ORDERS.c.revision
            )
        ).scalar()
        if taken is None and restored:
            self._restore(connection, event, order.order_id)
            return True
        return taken is not None

    def _restore(self, connection: Connection, event: Event, order_id: str) -> None:
        connection.execute(
            update(_ORDERS)
            .where(_ORDERS.c.shop == event.shop, _ORDERS.c.order_id == order_id)
            .values(deleted=False, revision=_ORDERS.c.revision + 1, **_due(event))
        )

    def _mark(self, connection: Connection, event_pk: int, state: EventState) -> None:
        connection.execute(update(_EVENTS).where(_EVENTS.c.id == event_pk).values(state=state))


def _storable(text: str) -> str:
    """The text as every database keeps it: without NUL and halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "?")


def _new_order(event: Event, order_id: str, book: str) -> dict[str, object]:
    now = event.received_at
    return {
        "shop": event.shop,
        "order_id": order_id,
        "book": book,
        "state": OrderState.DUE,
        "due_at": now,
        "rung_at": now if event.rings else None,
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


def _due(event: Event) -> dict[str, object]:
    """Due at once, with a fresh retry budget; the reason stands until the next plan says another."""
    now = event.received_at
    return {
        "state": OrderState.DUE,
        "due_at": now,
        "rung_at": case((_ORDERS.c.lease_until > now, _ORDERS.c.rung_at), else_=now if event.rings else None),
        "attempts": 0,
        "first_tried_at": None,
        "updated_at": now,
    }
