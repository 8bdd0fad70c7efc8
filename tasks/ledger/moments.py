"""What happened to one order, moment by moment: what came in, what was sent, what came back, what people decided."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from tasks.ledger.codec import reason_from
from tasks.ledger.notices import notice_state
from tasks.ledger.proof_tables import NoticeRow
from tasks.ledger.tables import AuditRow, EventRow, EventState, OperationRow

_EVENTS = EventRow.__table__  # type: ignore[attr-defined]
_OPERATIONS = OperationRow.__table__  # type: ignore[attr-defined]
_AUDIT = AuditRow.__table__  # type: ignore[attr-defined]
_NOTICES = NoticeRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing that happened to an order. `what` is a short word, `text` a sentence, `data` the evidence."""

    at: datetime
    what: str
    text: str
    data: dict[str, Any]


def told(connection: Connection, shop: str, order_id: str, order_pk: int) -> tuple[Moment, ...]:
    """All moments of an order, oldest first."""
    moments = [
        *arrivals(connection, shop, order_id),
        *_operations(connection, order_pk),
        *_decisions(connection, shop, order_id),
        *_notices(connection, shop, order_id),
    ]
    return tuple(sorted(moments, key=lambda moment: moment.at))


def arrivals(connection: Connection, shop: str, order_id: str) -> Iterator[Moment]:
    found = select(_EVENTS).where(_EVENTS.c.shop == shop, _EVENTS.c.order_id == order_id).order_by(_EVENTS.c.id)
    for row in connection.execute(found).mappings():
        became = {
            EventState.APPLIED: "the order was brought up to it",
            EventState.STALE: "the order was newer already",
            EventState.IGNORED: "it concerns no order",
            EventState.UNREADABLE: "it could not be read",
        }[EventState(row["state"])]
        yield Moment(
            at=row["received_at"],
            what="received",
            text=f"{row['topic'] or 'an event'} by {row['source']}: {became}",
            data={"event": row["id"], "state": row["state"], "event_id": row["event_id"], "bytes": len(row["body"])},
        )


def _operations(connection: Connection, order_pk: int) -> Iterator[Moment]:
    found = select(_OPERATIONS).where(_OPERATIONS.c.order_pk == order_pk).order_by(_OPERATIONS.c.id)
    for row in connection.execute(found).mappings():
        data = {"key": row["key"], "generation": row["generation"], "tries": row["tries"]}
        yield Moment(
            at=row["sent_at"],
            what="sent",
            text=f"{row['action']} was sent to the provider (generation {row['generation']}, try {row['tries']})",
            data={**data, "request": json.loads(row["request"])},
        )
        if row["lost_at"]:
            yield Moment(at=row["lost_at"], what="lost", text=f"no usable answer: {row['error']}", data=data)
        if row["looked_at"]:
            yield Moment(at=row["looked_at"], what="looked", text="a look-up found nothing yet", data=data)
        if row["settled_at"]:
            yield _settled(row, data)


def _decisions(connection: Connection, shop: str, order_id: str) -> Iterator[Moment]:
    found = select(_AUDIT).where(_AUDIT.c.shop == shop, _AUDIT.c.order_id == order_id).order_by(_AUDIT.c.id)
    for row in connection.execute(found).mappings():
        why = f": {row['why']}" if row["why"] else ""
        yield Moment(
            at=row["at"], what="decided", text=f"{row['what']} by {row['by']}{why}", data=json.loads(row["detail"])
        )


def _notices(connection: Connection, shop: str, order_id: str) -> Iterator[Moment]:
    """News of the order's documents, each at the moment when it was learned."""
    found = select(_NOTICES).where(_NOTICES.c.shop == shop, _NOTICES.c.order_id == order_id).order_by(_NOTICES.c.id)
    for row in connection.execute(found).mappings():
        state = notice_state(row["due_at"], row["delivered_at"])
        became = f"delivered {row['delivered_at']:%Y-%m-%d %H:%M:%S}Z" if row["delivered_at"] else str(state)
        why = f": {row['error']}" if row["error"] else ""
        data = {"key": row["key"], "state": state, "attempts": row["attempts"], "error": row["error"]}
        yield Moment(at=row["created_at"], what="notice", text=f"{row['kind']} for the shop, {became}{why}", data=data)


def _settled(row: RowMapping, data: dict[str, Any]) -> Moment:
    found = " (found by a look-up)" if row["adopted"] else ""
    reason = reason_from(row["error"]) if row["state"] == "refused" else None
    text = {
        "done": f"{row['action']} is done{found}",
        "refused": f"{row['action']} was refused: {reason.text if reason else ''}",
        "unsent": f"{row['action']} did not happen: {row['error']}",
        "absent": f"{row['action']} is proved to have had no effect",
        "unproved": f"whether {row['action']} happened nobody can tell; it is not repeated",
    }.get(row["state"], row["state"])
    answer = json.loads(row["answer"]) if row["answer"] else None
    return Moment(at=row["settled_at"], what=row["state"], text=text, data={**data, "answer": answer})
