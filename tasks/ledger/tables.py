"""The ledger's tables. Only `tasks.ledger` reads or writes them; `migrations/` brings a database to this shape.

::

    events ──> orders ──< documents ──< payments
                  └─────< operations (about a document, or one of its payments)
    books      audit (what people decided)

Reconciliations and notices have theirs in `proof_tables`.
"""

from datetime import UTC, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum

from sqlalchemy import Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from tasks.ledger.columns import ROW_ID, Amount, UtcTime

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""The lease of an order that nobody holds."""


class EventState(StrEnum):
    """What became of an event.

    ::

        APPLIED     the order was brought up to it
        STALE       the order was newer already
        IGNORED     it concerns no order
        UNREADABLE  it is verified, but holds no order that we can read: a person looks, unless a later
                    event of the same order was applied
    """

    APPLIED = "applied"
    STALE = "stale"
    IGNORED = "ignored"
    UNREADABLE = "unreadable"


class BookState(StrEnum):
    OPEN = "open"
    PAUSED = "paused"
    RESTING = "resting"


class Lane(IntEnum):
    """Which orders of a book come first: every one of a lane before any of the next."""

    LIVE = 0
    """Orders that the shop tells of now."""
    STATUS = 1
    """News of orders that are invoiced already: a payment, a cancellation."""
    BACKLOG = 2
    """Orders that were imported."""


class EventRow(SQLModel, table=True):
    """One delivery from a shop, as it came: raw bytes and headers."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("shop", "event_id"),
        Index("events_by_order", "shop", "order_id"),
        Index(
            "events_unreadable",
            "shop",
            "order_id",
            sqlite_where=text("state = 'unreadable'"),
            postgresql_where=text("state = 'unreadable'"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    shop: str = Field(max_length=40)
    event_id: str = Field(max_length=100)
    source: str = Field(max_length=20)
    topic: str = Field(max_length=100)
    order_id: str = Field(default="", max_length=200)
    state: str = Field(max_length=20)
    reason: str | None = Field(default=None, sa_type=Text)
    headers: str = Field(sa_type=Text)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    received_at: datetime = Field(sa_type=UtcTime)


class OrderRow(SQLModel, table=True):
    """One order: its newest snapshot, where it stands, when it is due and who holds it.

    `revision` rises with every event that is applied, so that a worker sees what came in while it was at
    the provider; `fence` rises with every claim, so that a worker that lost its lease cannot write.
    `crashes` counts claims in a row whose lease ran out.
    """

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("shop", "order_id"),
        Index(
            "orders_due",
            "book",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
        Index(
            "orders_next",
            "book",
            "lane",
            "shop",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
        Index("orders_by_state", "state", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    shop: str = Field(max_length=40)
    order_id: str = Field(max_length=200)
    book: str = Field(max_length=40)
    number: str = Field(default="", max_length=200)
    currency: str = Field(default="", max_length=10)
    total: Decimal | None = Field(default=None, sa_type=Amount)
    snapshot: str | None = Field(default=None, sa_type=Text)
    version: str = Field(default="", max_length=60)
    revision: int = Field(default=1)
    deleted: bool = Field(default=False)
    state: str = Field(max_length=20)
    reason: str | None = Field(default=None, sa_type=Text)
    due_at: datetime | None = Field(default=None, sa_type=UtcTime)
    rung_at: datetime | None = Field(default=None, sa_type=UtcTime)
    lane: int = Field(default=Lane.LIVE, sa_column_kwargs={"server_default": text("0")})
    attempts: int = Field(default=0)
    first_tried_at: datetime | None = Field(default=None, sa_type=UtcTime)
    lease_until: datetime = Field(default=NEVER, sa_type=UtcTime)
    owner: str | None = Field(default=None, max_length=100)
    fence: int = Field(default=0)
    crashes: int = Field(default=0)
    created_at: datetime = Field(sa_type=UtcTime)
    updated_at: datetime = Field(sa_type=UtcTime)


class DocumentRow(SQLModel, table=True):
    """One document that should exist in a book. Its key is a business fact and unique."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("shop", "order_id", "kind", "ordinal"),
        UniqueConstraint("book", "reference"),
        Index("documents_by_order", "order_pk"),
        Index("documents_by_remote", "book", "remote_id"),
        Index("documents_by_book", "book", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    order_pk: int = Field(foreign_key="orders.id", sa_type=ROW_ID)
    shop: str = Field(max_length=40)
    order_id: str = Field(max_length=200)
    book: str = Field(max_length=40)
    kind: str = Field(max_length=20)
    ordinal: str = Field(max_length=100)
    reference: str = Field(max_length=255)
    state: str = Field(max_length=20)
    generation: int = Field(default=1)
    currency: str = Field(max_length=3)
    net: Decimal = Field(sa_type=Amount)
    tax: Decimal = Field(sa_type=Amount)
    gross: Decimal = Field(sa_type=Amount)
    fingerprint: str = Field(max_length=64)
    draft: str = Field(sa_type=Text)
    issue_date: str = Field(max_length=10)
    remote_id: str = Field(default="", max_length=255)
    number: str = Field(default="", max_length=255)
    verified: bool = Field(default=False)
    issued_at: datetime | None = Field(default=None, sa_type=UtcTime)
    facts: str | None = Field(default=None, sa_type=Text)
    """What the provider told last that changes by itself there: paid, overdue, e-mailed, seen by the tax office."""


class PaymentRow(SQLModel, table=True):
    """One payment to be recorded against a document."""

    __tablename__ = "payments"
    __table_args__ = (UniqueConstraint("document_pk", "key"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    document_pk: int = Field(foreign_key="documents.id", sa_type=ROW_ID)
    key: str = Field(max_length=100)
    amount: Decimal = Field(sa_type=Amount)
    currency: str = Field(max_length=3)
    paid_at: datetime = Field(sa_type=UtcTime)
    state: str = Field(max_length=20)
    generation: int = Field(default=1)
    remote_id: str = Field(default="", max_length=255)
    recorded_at: datetime | None = Field(default=None, sa_type=UtcTime)


class OperationRow(SQLModel, table=True):
    """One effect to be made at a provider, written before the first byte goes out.

    `key` is the derived idempotency key. `request` and `answer` hold no secrets.
    """

    __tablename__ = "operations"
    __table_args__ = (
        Index("operations_by_order", "order_pk"),
        Index(
            "operations_open",
            "sent_at",
            sqlite_where=text("state IN ('sent', 'unknown')"),
            postgresql_where=text("state IN ('sent', 'unknown')"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    key: str = Field(max_length=500, unique=True)
    order_pk: int = Field(foreign_key="orders.id", sa_type=ROW_ID)
    document_pk: int = Field(foreign_key="documents.id", sa_type=ROW_ID)
    payment_key: str = Field(default="", max_length=100)
    action: str = Field(max_length=20)
    generation: int
    state: str = Field(max_length=20)
    tries: int = Field(default=1)
    adopted: bool = Field(default=False)
    sent_at: datetime = Field(sa_type=UtcTime)
    lost_at: datetime | None = Field(default=None, sa_type=UtcTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcTime)
    looks: int = Field(default=0)
    looked_at: datetime | None = Field(default=None, sa_type=UtcTime)
    request: str = Field(sa_type=Text)
    answer: str | None = Field(default=None, sa_type=Text)
    error: str | None = Field(default=None, sa_type=Text)


class BookRow(SQLModel, table=True):
    """A book that is not simply open: paused, why, since when and by whom; or resting until a moment.

    A rest ends by itself: the provider named a wait. `probed_at` is when the provider of a paused book was
    last asked a harmless question.
    """

    __tablename__ = "books"

    name: str = Field(primary_key=True, max_length=40)
    state: str = Field(max_length=20)
    reason: str | None = Field(default=None, sa_type=Text)
    by: str = Field(default="", max_length=100)
    since: datetime = Field(sa_type=UtcTime)
    until: datetime | None = Field(default=None, sa_type=UtcTime)
    probed_at: datetime | None = Field(default=None, sa_type=UtcTime)


class AuditRow(SQLModel, table=True):
    """One decision of a person: who, when, what and why. Rows are added, never changed."""

    __tablename__ = "audit"
    __table_args__ = (Index("audit_by_order", "shop", "order_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    at: datetime = Field(sa_type=UtcTime)
    by: str = Field(max_length=100)
    what: str = Field(max_length=40)
    why: str = Field(default="", sa_type=Text)
    shop: str = Field(default="", max_length=40)
    order_id: str = Field(default="", max_length=200)
    book: str = Field(default="", max_length=40)
    detail: str = Field(sa_type=Text)
