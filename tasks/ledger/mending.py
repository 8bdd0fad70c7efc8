"""Repairs as rows: what the provider proved is written, with who decided it, and the order is due again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select, update

from providers.domain.documents import DocumentState
from providers.domain.known import Action, OperationState, PaymentState
from providers.domain.mending import Doubted, Due, Heard, Mend, Taken, Uncancelled, Unpaid, Vanished, mended
from tasks.ledger.codec import order_from
from tasks.ledger.decisions import Decision, add_decision, seize
from tasks.ledger.findings import mark_repaired
from tasks.ledger.intents import write_intents
from tasks.ledger.known_rows import load_known
from tasks.ledger.news import News
from tasks.ledger.outcomes import write_results
from tasks.ledger.store import Store
from tasks.ledger.tables import DocumentRow, OperationRow, OrderRow, PaymentRow
from tasks.ledger.turn import Turn, turn_of

_ORDERS = OrderRow.__table__  # type: ignore[attr-defined]
_DOCUMENTS = DocumentRow.__table__  # type: ignore[attr-defined]
_PAYMENTS = PaymentRow.__table__  # type: ignore[attr-defined]
_OPERATIONS = OperationRow.__table__  # type: ignore[attr-defined]


class Mending:
    """Writes repairs. Every method raises `LedgerUnavailable`."""

    def __init__(self, store: Store, news: News | None = None) -> None:
        self._store = store
        self._news = news

    def look(self, shop: str, order_id: str) -> Turn | None:
        """The order as it is now, in nobody's hand; None for an unknown one."""
        found = select(_ORDERS).where(_ORDERS.c.shop == shop, _ORDERS.c.order_id == order_id)
        with self._store.read() as connection:
            row = connection.execute(found).mappings().first()
            if row is None:
                return None
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

    def mend(self, decision: Decision, conclude: Callable[[Turn], Mend], *, finding: int | None = None) -> bool:
        """Write what a repair makes known, its decision, and that the finding was seen to; the order is due now.

        `conclude` says what that is, given the order as it is at this moment; it runs inside the transaction, and what
        it raises leaves everything as it was. False: there is no such order. Raises `InHand` while a worker has it.
        """
        with self._store.write() as connection:
            row = seize(connection, decision)
            if row is None:
                return False
            turn = turn_of(connection, row)
            write_mend(connection, conclude(turn), turn, now=decision.at, news=self._news)
            add_decision(connection, decision)
            if finding is not None:
                mark_repaired(connection, finding, decision.what.rpartition(" ")[2])
            return True


def write_mend(connection: Connection, mend: Mend, turn: Turn, *, now: datetime, news: News | None = None) -> None:
    """Write the change as rows. `turn` is the order as it is before."""
    changed = replace(turn, known=mended(turn.known, mend, at=now))
    match mend:
        case Vanished():
            _forget(connection, turn.documents[mend.document])
        case Unpaid():
            _plan_payments(connection, turn.documents[mend.document], mend.payments)
        case Uncancelled():
            _revive(connection, turn, mend, now)
        case Doubted():
            _change(connection, turn.documents[mend.document], verified=False)
        case Taken():
            for step, result in mend.effects():
                (documents,) = write_intents(connection, [(changed, step)], now=now)
                changed = replace(changed, documents=documents)
                write_results(connection, [(changed, result)], now=now, news=news)
        case Heard():
            write_results(connection, [(changed, mend.result)], now=now, news=news)
        case Due():
            pass


def _change(connection: Connection, document_pk: int, **values: object) -> None:
    connection.execute(update(_DOCUMENTS).where(_DOCUMENTS.c.id == document_pk).values(**values))


def _forget(connection: Connection, document_pk: int) -> None:
    keys = select(_PAYMENTS.c.key).where(_PAYMENTS.c.document_pk == document_pk)
    _plan_payments(connection, document_pk, tuple(connection.execute(keys).scalars()))
    connection.execute(
        update(_DOCUMENTS)
        .where(_DOCUMENTS.c.id == document_pk)
        .values(
            state=DocumentState.PLANNED,
            generation=_DOCUMENTS.c.generation + 1,
            remote_id="",
            number="",
            verified=False,
            issued_at=None,
            facts=None,
        )
    )


def _plan_payments(connection: Connection, document_pk: int, keys: tuple[str, ...]) -> None:
    connection.execute(
        update(_PAYMENTS)
        .where(
            _PAYMENTS.c.document_pk == document_pk,
            _PAYMENTS.c.key.in_(keys),
            _PAYMENTS.c.state == PaymentState.RECORDED,
        )
        .values(state=PaymentState.PLANNED, generation=_PAYMENTS.c.generation + 1, remote_id="", recorded_at=None)
    )


def _revive(connection: Connection, turn: Turn, mend: Uncancelled, now: datetime) -> None:
    document_pk = turn.documents[mend.document]
    _change(connection, document_pk, state=DocumentState.ISSUED)
    effect = turn.known.at(mend.document).effect(Action.CANCEL)
    if effect is None or effect.state is not OperationState.DONE:
        return
    connection.execute(
        update(_OPERATIONS)
        .where(
            _OPERATIONS.c.document_pk == document_pk,
            _OPERATIONS.c.action == Action.CANCEL,
            _OPERATIONS.c.generation == effect.generation,
        )
        .values(state=OperationState.ABSENT, settled_at=now)
    )
