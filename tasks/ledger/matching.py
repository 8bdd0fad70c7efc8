"""The ledger's side of a reconciliation: what should stand in a book."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from providers.domain.documents import DocumentState
from tasks.ledger.store import Store
from tasks.ledger.tables import DocumentRow, PaymentRow

_DOCUMENTS = DocumentRow.__table__  # type: ignore[attr-defined]
_PAYMENTS = PaymentRow.__table__  # type: ignore[attr-defined]

_PAGE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A document as the ledger has it. `issued` is False while its making is under way or unknown."""

    reference: str
    shop: str
    order_id: str
    remote_id: str
    gross: Decimal
    currency: str
    paid: Decimal
    issued: bool


class Matching:
    """Streams what should stand in a book. Every method raises `LedgerUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def expected(self, book: str) -> Iterator[Expected]:
        """Every document that is, or may be, in the book; page by page."""
        after = 0
        states = (DocumentState.ISSUED, DocumentState.SENT, DocumentState.UNKNOWN)
        while True:
            page = (
                select(_DOCUMENTS)
                .where(_DOCUMENTS.c.book == book, _DOCUMENTS.c.id > after, _DOCUMENTS.c.state.in_(states))
                .order_by(_DOCUMENTS.c.id)
                .limit(_PAGE)
            )
            with self._store.read() as connection:
                rows = connection.execute(page).mappings().all()
                if not rows:
                    return
                ids = [row["id"] for row in rows]
                paid: dict[int, Decimal] = {}
                recorded = select(_PAYMENTS.c.document_pk, _PAYMENTS.c.amount).where(
                    _PAYMENTS.c.document_pk.between(ids[0], ids[-1]), _PAYMENTS.c.state == "recorded"
                )
                for document_pk, amount in connection.execute(recorded):
                    paid[document_pk] = paid.get(document_pk, Decimal(0)) + amount
            for row in rows:
                yield Expected(
                    reference=row["reference"],
                    shop=row["shop"],
                    order_id=row["order_id"],
                    remote_id=row["remote_id"],
                    gross=row["gross"],
                    currency=row["currency"],
                    paid=paid.get(row["id"], Decimal(0)),
                    issued=row["state"] == DocumentState.ISSUED,
                )
            after = ids[-1]
