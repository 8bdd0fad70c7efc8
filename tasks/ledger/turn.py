"""An order in hand: what a claim gives to the worker that made it."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, RowMapping

from providers.domain.documents import DocumentKey
from providers.domain.known import Known
from providers.domain.orders import Order
from tasks.ledger.codec import order_from
from tasks.ledger.known_rows import load_known
from tasks.ledger.statements import Found


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An order in hand: its newest snapshot, what is known of it, and the claim's fencing token."""

    order_pk: int
    shop: str
    order_id: str
    book: str
    fence: int
    revision: int
    order: Order | None
    known: Known
    attempts: int
    first_tried_at: datetime | None
    crashes: int
    renewed: bool = False
    """True when an event brought a newer snapshot while the last call was under way."""
    documents: dict[DocumentKey, int] = field(default_factory=dict)
    """Row ids of the documents in `known`."""


def turn_of(connection: Connection, row: Found | RowMapping) -> Turn:
    """The order in hand; on its first claim nothing else can be known of it, and nothing is asked."""
    documents: dict[DocumentKey, int] = {}
    known = Known(deleted=row["deleted"])
    if row["fence"] > 1:
        known, documents = load_known(connection, row["id"], deleted=row["deleted"])
    return Turn(
        order_pk=row["id"],
        shop=row["shop"],
        order_id=row["order_id"],
        book=row["book"],
        fence=row["fence"],
        revision=row["revision"],
        order=order_from(row["snapshot"]) if row["snapshot"] else None,
        known=known,
        attempts=row["attempts"],
        first_tried_at=row["first_tried_at"],
        crashes=row["crashes"],
        documents=documents,
    )
