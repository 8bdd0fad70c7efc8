"""A ledger with very many due orders, made in no time: a few are written, the database copies them."""

from datetime import datetime, timedelta

from sqlalchemy import insert, literal, select, text

from providers.domain.orders import OrderState
from tasks.ledger.codec import order_text
from tasks.ledger.store import Store
from tasks.ledger.tables import NEVER, OrderRow
from tests.builders import SHOP, a_paid_order

_ORDERS = OrderRow.__table__  # type: ignore[attr-defined]
_WRITTEN = 1_000
_COPIED = [column for column in _ORDERS.c if column.name not in {"id", "order_id"}]


def fill(store: Store, due: int, *, book: str, now: datetime) -> None:
    """So many orders of the book, due since this or that second, whose bells nobody has rung. The database's
    statistics know of them."""
    order = a_paid_order()
    shared = {
        "shop": SHOP,
        "book": book,
        "number": "1",
        "currency": order.currency,
        "total": order.total,
        "snapshot": order_text(order),
        "state": OrderState.DUE,
        "lease_until": NEVER,
        "created_at": now,
        "updated_at": now,
    }
    rows = [
        {**shared, "order_id": f"{book}-{number}", "due_at": now - timedelta(seconds=number)}
        for number in range(min(due, _WRITTEN))
    ]
    with store.write() as connection:
        connection.execute(insert(_ORDERS), rows)
        there, turn = len(rows), 0
        while there < due:
            turn += 1
            more = min(there, due - there)
            copied = (
                select(*_COPIED, _ORDERS.c.order_id + literal(f".{turn}")).where(_ORDERS.c.book == book).limit(more)
            )
            connection.execute(insert(_ORDERS).from_select([*(column.name for column in _COPIED), "order_id"], copied))
            there += more
    with store.write() as connection:
        connection.execute(text("ANALYZE"))
