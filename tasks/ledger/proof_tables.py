"""The ledger's tables of reconciliations, and of what shops are told of their documents.

::

    runs ──< sightings, findings, totals
    notices
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from tasks.ledger.columns import ROW_ID, Amount, UtcTime
from tasks.ledger.tables import NEVER


class RunRow(SQLModel, table=True):
    """One reconciliation of one book: what is compared, where it stands, what it came to.

    `ordinal` of a run that works is 0, so that a book has one at a time; it is the run's own id afterwards. `phase`
    and `cursor` tell where to go on after a crash; `fence` rises with every slice, so that a worker whose lease ran
    out cannot write.
    """

    __tablename__ = "runs"
    __table_args__ = (UniqueConstraint("book", "ordinal"), Index("runs_by_book", "book", "id"))

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    book: str = Field(max_length=40)
    ordinal: int = Field(default=0, sa_type=ROW_ID)
    scope: str = Field(max_length=20)
    start: str | None = Field(default=None, max_length=10)
    end: str | None = Field(default=None, max_length=10)
    changed_since: datetime | None = Field(default=None, sa_type=UtcTime)
    by: str = Field(default="", max_length=100)
    state: str = Field(max_length=20)
    phase: str = Field(max_length=20)
    cursor: str = Field(default="", sa_type=Text)
    pages: int = Field(default=0)
    compared: int = Field(default=0)
    equal: int = Field(default=0)
    foreign_documents: int = Field(default=0)
    still_open: int = Field(default=0)
    counts: str = Field(default="{}", sa_type=Text)
    """Class -> how many findings, as JSON, once the run is finished."""
    error: str | None = Field(default=None, sa_type=Text)
    lease_until: datetime = Field(default=NEVER, sa_type=UtcTime)
    owner: str | None = Field(default=None, max_length=100)
    fence: int = Field(default=0)
    started_at: datetime = Field(sa_type=UtcTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcTime)


class SightingRow(SQLModel, table=True):
    """A document that a run saw in the provider's list. Dropped when the run is finished."""

    __tablename__ = "sightings"
    __table_args__ = (Index("sightings_by_reference", "run_pk", "reference"), {"sqlite_with_rowid": False})

    run_pk: int = Field(foreign_key="runs.id", primary_key=True, sa_type=ROW_ID)
    remote_id: str = Field(primary_key=True, max_length=255)
    reference: str = Field(default="", max_length=255)
    document_pk: int | None = Field(default=None, sa_type=ROW_ID)


class FindingRow(SQLModel, table=True):
    """One difference that a run found. A suspected one is looked at again on both sides before it counts."""

    __tablename__ = "findings"
    __table_args__ = (
        UniqueConstraint("run_pk", "kind", "reference", "remote_id"),
        Index("findings_by_state", "run_pk", "state", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    run_pk: int = Field(foreign_key="runs.id", sa_type=ROW_ID)
    kind: str = Field(max_length=40)
    state: str = Field(max_length=20)
    reference: str = Field(default="", max_length=255)
    remote_id: str = Field(default="", max_length=255)
    shop: str = Field(default="", max_length=40)
    order_id: str = Field(default="", max_length=200)
    expected: str = Field(sa_type=Text)
    found: str = Field(sa_type=Text)
    money: Decimal = Field(sa_type=Amount)
    currency: str = Field(default="", max_length=10)
    since: datetime | None = Field(default=None, sa_type=UtcTime)
    repaired: str = Field(default="", max_length=40)


class TotalRow(SQLModel, table=True):
    """What one side of a run comes to, for one day, tax rate and currency."""

    __tablename__ = "totals"

    run_pk: int = Field(foreign_key="runs.id", primary_key=True, sa_type=ROW_ID)
    side: str = Field(primary_key=True, max_length=20)
    day: str = Field(primary_key=True, max_length=10)
    rate: str = Field(primary_key=True, max_length=20)
    """Percent; a category such as exempt; or "all" for a side that tells no rates."""
    currency: str = Field(primary_key=True, max_length=10)
    documents: int = Field(default=0)
    net: Decimal = Field(sa_type=Amount)
    tax: Decimal = Field(sa_type=Amount)
    gross: Decimal = Field(sa_type=Amount)


class NoticeRow(SQLModel, table=True):
    """One thing that a shop is told of one of its documents. `key` is equal for repeats of the same news."""

    __tablename__ = "notices"
    __table_args__ = (
        Index(
            "notices_due",
            "due_at",
            sqlite_where=text("due_at IS NOT NULL"),
            postgresql_where=text("due_at IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=ROW_ID)
    key: str = Field(max_length=100, unique=True)
    shop: str = Field(max_length=40)
    order_id: str = Field(max_length=200)
    kind: str = Field(max_length=40)
    body: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UtcTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcTime)
    attempts: int = Field(default=0)
    delivered_at: datetime | None = Field(default=None, sa_type=UtcTime)
    error: str | None = Field(default=None, sa_type=Text)
