"""Rows to values: what the ledger knows of one order."""

from sqlalchemy import Connection, RowMapping, or_, select

from providers.domain.documents import DocumentKey, DocumentKind, DocumentState
from providers.domain.facts import Facts
from providers.domain.known import (
    Action,
    Known,
    KnownDocument,
    KnownEffect,
    KnownPayment,
    OpenOperation,
    OperationState,
    PaymentState,
)
from tasks.ledger.codec import facts_from
from tasks.ledger.tables import DocumentRow, OperationRow, PaymentRow

_DOCUMENTS = DocumentRow.__table__  # type: ignore[attr-defined]
_PAYMENTS = PaymentRow.__table__  # type: ignore[attr-defined]
_OPERATIONS = OperationRow.__table__  # type: ignore[attr-defined]

_OPEN = (OperationState.SENT, OperationState.UNKNOWN)
_EFFECTS = (Action.CANCEL, Action.EMAIL)
"""What is known of these stands in their operations alone."""


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
    operation, effects = _operations(connection, order_pk)
    documents: list[KnownDocument] = []
    ids: dict[DocumentKey, int] = {}
    keys: dict[int, DocumentKey] = {}
    for row in connection.execute(
        select(_DOCUMENTS).where(_DOCUMENTS.c.order_pk == order_pk).order_by(_DOCUMENTS.c.id)
    ).mappings():
        key = _key(row)
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
                effects=tuple(effects.get(row["id"], ())),
                facts=facts_from(row["facts"]),
            )
        )
    opened = _open_operation(operation, keys) if operation is not None else None
    return Known(documents=tuple(documents), operation=opened, deleted=deleted), ids


def load_facts(connection: Connection, order_pk: int) -> dict[DocumentKey, Facts | None]:
    """What the provider told last of the order's documents."""
    members = (_DOCUMENTS.c[name] for name in ("shop", "order_id", "kind", "ordinal", "facts"))
    rows = connection.execute(select(*members).where(_DOCUMENTS.c.order_pk == order_pk)).mappings()
    return {_key(row): facts_from(row["facts"]) for row in rows}


def _key(row: RowMapping) -> DocumentKey:
    return DocumentKey(row["shop"], row["order_id"], DocumentKind(row["kind"]), row["ordinal"])


def _operations(connection: Connection, order_pk: int) -> tuple[RowMapping | None, dict[int, list[KnownEffect]]]:
    """The order's open operation, and by document the newest effect of each action that has no row of its own."""
    wanted = (
        select(_OPERATIONS)
        .where(
            _OPERATIONS.c.order_pk == order_pk,
            or_(_OPERATIONS.c.state.in_(_OPEN), _OPERATIONS.c.action.in_(_EFFECTS)),
        )
        .order_by(_OPERATIONS.c.action, _OPERATIONS.c.generation)
    )
    opened: RowMapping | None = None
    newest: dict[tuple[int, str], KnownEffect] = {}
    for row in connection.execute(wanted).mappings():
        if row["state"] in _OPEN:
            opened = row
        action = Action(row["action"])
        if action in _EFFECTS:
            effect = KnownEffect(action=action, state=OperationState(row["state"]), generation=row["generation"])
            newest[row["document_pk"], action] = effect
    effects: dict[int, list[KnownEffect]] = {}
    for (document_pk, _), effect in newest.items():
        effects.setdefault(document_pk, []).append(effect)
    return opened, effects


def _open_operation(row: RowMapping, keys: dict[int, DocumentKey]) -> OpenOperation:
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
