"""Rows to values: what the ledger knows of one order."""

from sqlalchemy import Connection, select

from providers.domain.documents import DocumentKey, DocumentKind, DocumentState
from providers.domain.known import (
    Action,
    Known,
    KnownDocument,
    KnownPayment,
    OpenOperation,
    OperationState,
    PaymentState,
)
from tasks.ledger.tables import DocumentRow, OperationRow, PaymentRow

_DOCUMENTS = DocumentRow.__table__  # type: ignore[attr-defined]
_PAYMENTS = PaymentRow.__table__  # type: ignore[attr-defined]
_OPERATIONS = OperationRow.__table__  # type: ignore[attr-defined]


def load_known(connection: Connection, order_pk: int, *, deleted: bool) -> tuple[Known, dict[DocumentKey, int]]:
    """What is known of an order, and the row ids of its documents."""
    payments: dict[int, list[KnownPayment]] = {}
    paid = (
        select(_PAYMENTS)
        .join(_DOCUMENTS, _DOCUMENTS.c.id == _PAYMENTS.c.document_pk)
        .where(_DOCUMENTS.c.order_pk == order_pk)
        .order_by(_PAYMENTS.c.id)
    )
    for row in connection.execute(paid).mappings():
        payments.setdefault(row["document_pk"], []).append(
            KnownPayment(
                key=row["key"],
                amount=row["amount"],
                state=PaymentState(row["state"]),
                generation=row["generation"],
                remote_id=row["remote_id"],
            )
        )
    documents: list[KnownDocument] = []
    ids: dict[DocumentKey, int] = {}
    keys: dict[int, DocumentKey] = {}
    for row in connection.execute(
        select(_DOCUMENTS).where(_DOCUMENTS.c.order_pk == order_pk).order_by(_DOCUMENTS.c.id)
    ).mappings():
        key = DocumentKey(row["shop"], row["order_id"], DocumentKind(row["kind"]), row["ordinal"])
        ids[key], keys[row["id"]] = row["id"], key
        documents.append(
            KnownDocument(
                key=key,
                reference=row["reference"],
                state=DocumentState(row["state"]),
                gross=row["gross"],
                currency=row["currency"],
                fingerprint=row["fingerprint"],
                generation=row["generation"],
                remote_id=row["remote_id"],
                number=row["number"],
                verified=row["verified"],
                payments=tuple(payments.get(row["id"], ())),
            )
        )
    operation = _open_operation(connection, order_pk, keys)
    return Known(documents=tuple(documents), operation=operation, deleted=deleted), ids


def _open_operation(connection: Connection, order_pk: int, keys: dict[int, DocumentKey]) -> OpenOperation | None:
    row = (
        connection.execute(
            select(_OPERATIONS).where(
                _OPERATIONS.c.order_pk == order_pk,
                _OPERATIONS.c.state.in_((OperationState.SENT, OperationState.UNKNOWN)),
            )
        )
        .mappings()
        .first()
    )
    if row is None:
        return None
    return OpenOperation(
        key=row["key"],
        action=Action(row["action"]),
        document=keys[row["document_pk"]],
        payment_key=row["payment_key"],
        generation=row["generation"],
        sent_at=row["sent_at"],
        lost_at=row["lost_at"],
        looks=row["looks"],
        looked_at=row["looked_at"],
    )
