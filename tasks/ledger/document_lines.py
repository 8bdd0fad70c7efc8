"""Documents as people and scripts see them in a listing."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, select

from providers.domain.facts import Facts
from tasks.ledger.codec import facts_from
from tasks.ledger.tables import DocumentRow, PaymentRow

_DOCUMENTS = DocumentRow.__table__  # type: ignore[attr-defined]
_PAYMENTS = PaymentRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """One document in a listing. `gross` and `paid` are in the order's currency; `paid` is what we recorded."""

    kind: str
    reference: str
    state: str
    remote_id: str
    number: str
    gross: Decimal
    paid: Decimal
    currency: str
    verified: bool
    facts: Facts | None = None
    """What the provider told last that changes by itself there; None: nothing yet."""


def documents_of(connection: Connection, order_pks: Sequence[int]) -> dict[int, tuple[DocumentLine, ...]]:
    """By order: its documents, and what is recorded of each as paid; two statements, however many there are."""
    if not order_pks:
        return {}
    recorded: dict[int, Decimal] = {}
    paid = (
        select(_PAYMENTS.c.document_pk, _PAYMENTS.c.amount)
        .join(_DOCUMENTS, _DOCUMENTS.c.id == _PAYMENTS.c.document_pk)
        .where(_DOCUMENTS.c.order_pk.in_(order_pks), _PAYMENTS.c.state == "recorded")
    )
    for document_pk, amount in connection.execute(paid):
        recorded[document_pk] = recorded.get(document_pk, Decimal(0)) + amount
    lines: dict[int, tuple[DocumentLine, ...]] = {}
    held = select(_DOCUMENTS).where(_DOCUMENTS.c.order_pk.in_(order_pks)).order_by(_DOCUMENTS.c.id)
    for row in connection.execute(held).mappings():
        line = DocumentLine(
            kind=row["kind"],
            reference=row["reference"],
            state=row["state"],
            remote_id=row["remote_id"],
            number=row["number"],
            gross=row["gross"],
            paid=recorded.get(row["id"], Decimal(0)),
            currency=row["currency"],
            verified=row["verified"],
            facts=_told(row["facts"]),
        )
        lines[row["order_pk"]] = (*lines.get(row["order_pk"], ()), line)
    return lines


def _told(text: str | None) -> Facts | None:
    """The facts; None where the provider told nothing of the kind."""
    facts = facts_from(text)
    return None if facts == Facts() else facts
