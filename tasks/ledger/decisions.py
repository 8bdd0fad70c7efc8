"""What people decide: written together with what it changes, and kept as an audit trail."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, insert, select, update

from providers.domain.known import Known
from providers.domain.orders import OrderState
from providers.domain.results import Result, after
from tasks.ledger.codec import json_text
from tasks.ledger.known_rows import load_known
from tasks.ledger.news import News
from tasks.ledger.outcomes import write_results
from tasks.ledger.store import Store
from tasks.ledger.tables import AuditRow, OrderRow
from tasks.ledger.turn import turn_of

_AUDIT = AuditRow.__table__  # type: ignore[attr-defined]
_ORDERS = OrderRow.__table__  # type: ignore[attr-defined]


class InHand(Exception):
    """A worker has the order in hand at this moment; try again when it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided: `what` in one word, `why` in their own words, `detail` the particulars."""

    at: datetime
    by: str
    what: str
    why: str = ""
    shop: str = ""
    order_id: str = ""
    book: str = ""
    detail: Mapping[str, object]


class Decisions:
    """The audit trail, and decisions that end an open operation. Every method raises `LedgerUnavailable`."""

    def __init__(self, store: Store, news: News) -> None:
        self._store = store
        self._news = news

    def known(self, shop: str, order_id: str) -> tuple[Known, str] | None:
        """What is known of an order, and its book; None for an unknown order."""
        with self._store.read() as connection:
            row = connection.execute(_find(shop, order_id)).first()
            if row is None:
                return None
            return load_known(connection, row.id, deleted=row.deleted)[0], row.book

    def end_operation(self, decision: Decision, conclude: Callable[[Known], Result]) -> bool:
        """Write a person's word on an order's open operation, and let the order be planned again now.

        `conclude` turns what is known into the result; it runs inside the transaction. False: there is no such
        order. Raises `InHand` while a worker has the order.
        """
        with self._store.write() as connection:
            row = seize(connection, decision)
            if row is None:
                return False
            turn = turn_of(connection, row)
            result = conclude(turn.known)
            changed = replace(turn, known=after(turn.known, result))
            write_results(connection, [(changed, result)], now=decision.at, news=self._news)
            add_decision(connection, decision)
            return True

    def note(self, decision: Decision) -> None:
        """Keep a decision that changed something elsewhere: a pause, a retry."""
        with self._store.write() as connection:
            add_decision(connection, decision)

    def trail(self, *, shop: str = "", order_id: str = "") -> tuple[Decision, ...]:
        """The decisions about one order, or all of them, oldest first."""
        wanted = select(_AUDIT).order_by(_AUDIT.c.id)
        if shop:
            wanted = wanted.where(_AUDIT.c.shop == shop, _AUDIT.c.order_id == order_id)
        with self._store.read() as connection:
            rows = connection.execute(wanted).mappings().all()
        return tuple(
            Decision(
                at=row["at"],
                by=row["by"],
                what=row["what"],
                why=row["why"],
                shop=row["shop"],
                order_id=row["order_id"],
                book=row["book"],
                detail=json.loads(row["detail"]),
            )
            for row in rows
        )


def seize(connection: Connection, decision: Decision) -> RowMapping | None:
    """Take the order of the decision from whoever may wait for it, and let it be planned again now.

    None: there is no such order. Raises `InHand` while a worker has it.
    """
    claim = (
        update(_ORDERS)
        .where(
            _ORDERS.c.shop == decision.shop,
            _ORDERS.c.order_id == decision.order_id,
            _ORDERS.c.lease_until <= decision.at,
        )
        .values(
            fence=_ORDERS.c.fence + 1,
            revision=_ORDERS.c.revision + 1,
            owner=None,
            crashes=0,
            state=OrderState.DUE,
            due_at=decision.at,
            rung_at=None,
            attempts=0,
            first_tried_at=None,
            updated_at=decision.at,
        )
        .returning(*_ORDERS.c)
    )
    row = connection.execute(claim).mappings().first()
    if row is None and connection.execute(_find(decision.shop, decision.order_id)).first() is not None:
        raise InHand(f"{decision.shop}/{decision.order_id}")
    return row


def _find(shop: str, order_id: str) -> Select[Any]:
    return select(_ORDERS.c.id, _ORDERS.c.book, _ORDERS.c.deleted).where(
        _ORDERS.c.shop == shop, _ORDERS.c.order_id == order_id
    )


def add_decision(connection: Connection, decision: Decision) -> None:
    connection.execute(
        insert(_AUDIT).values(
            at=decision.at,
            by=decision.by,
            what=decision.what,
            why=decision.why,
            shop=decision.shop,
            order_id=decision.order_id,
            book=decision.book,
            detail=json_text(dict(decision.detail)),
        )
    )
