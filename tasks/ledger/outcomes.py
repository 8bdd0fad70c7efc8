"""Values to rows: how calls ended, and what that made of their documents and payments; of many orders at once."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, update

from providers.domain.documents import DocumentState
from providers.domain.facts import Facts
from providers.domain.known import Action, PaymentState
from providers.domain.results import (
    OPERATION_STATE,
    OUTCOMES,
    Absent,
    Cancelled,
    Declined,
    Emailed,
    Ended,
    Issued,
    Lost,
    Paid,
    Result,
    Unclear,
    Unproved,
    Unseen,
    Unsent,
    Verified,
)
from tasks.ledger.codec import facts_text, json_text, reason_text, remote_text
from tasks.ledger.many import Many, told, types_of
from tasks.ledger.news import News
from tasks.ledger.statements import Found, Values
from tasks.ledger.tables import DocumentRow, OperationRow, PaymentRow
from tasks.ledger.turn import Turn

_DOCUMENTS = DocumentRow.__table__  # type: ignore[attr-defined]
_PAYMENTS = PaymentRow.__table__  # type: ignore[attr-defined]
_OPERATIONS = OperationRow.__table__  # type: ignore[attr-defined]


@cache
def _change_operation(names: tuple[str, ...], *, tells: bool) -> Many:
    """Set so many columns of operations by key, and tell what these are about. A look is counted where its time is
    set."""

    def write(_: Dialect, rows: int) -> Any:
        new = told(types_of(_OPERATIONS, *names, which="key"), rows)
        columns: dict[str, Any] = {name: new.c[name] for name in names}
        if "looked_at" in columns:
            columns["looks"] = _OPERATIONS.c.looks + 1
        change = update(_OPERATIONS).where(new.c.there, _OPERATIONS.c.key == new.c.which).values(columns)
        about = (_OPERATIONS.c[name] for name in ("key", "action", "document_pk", "payment_key", "generation"))
        return change.returning(*about) if tells else change

    return Many(write)


@cache
def _change_document(names: tuple[str, ...]) -> Many:
    def write(_: Dialect, rows: int) -> Any:
        new = told(types_of(_DOCUMENTS, *names, which="id"), rows)
        return (
            update(_DOCUMENTS)
            .where(new.c.there, _DOCUMENTS.c.id == new.c.which)
            .values({name: new.c[name] for name in names})
        )

    return Many(write)


@cache
def _change_payment(names: tuple[str, ...]) -> Many:
    def write(_: Dialect, rows: int) -> Any:
        new = told(types_of(_PAYMENTS, *names, which="document_pk", which_key="key"), rows)
        this = (new.c.there, _PAYMENTS.c.document_pk == new.c.which, _PAYMENTS.c.key == new.c.which_key)
        return update(_PAYMENTS).where(*this).values({name: new.c[name] for name in names})

    return Many(write)


def write_results(
    connection: Connection, ended: Sequence[tuple[Turn, Result]], *, now: datetime, news: News | None = None
) -> None:
    """Write how calls ended: the operations' outcomes, and what these made of their documents or payments.

    Each turn is as it stands after its result. `news` makes notices of what the provider tells; without it there are
    none.
    """
    changes = _Changes()
    told_now: dict[int, Facts] = {}
    for turn, result in ended:
        match result:
            case Unclear():
                continue
            case Issued() | Verified():
                _issue(changes, turn, result, now, told_now if news is not None and news.wanted_by(turn.shop) else None)
            case Paid():
                _record(changes, turn.documents[result.document], result, now)
            case Cancelled():
                cancelled = {"which": turn.documents[result.document], "state": DocumentState.CANCELLED}
                changes.add(_change_document(("state",)), cancelled)
            case _:
                pass
        if not isinstance(result, Verified) and result.operation_key:
            changes.settle(result, _outcome(result, now))
    changes.write(connection)
    if news is not None and told_now:
        # The orders are in hand: what is told is known to the plan already, and nothing needs to be woken.
        news.take(connection, told_now, now=now, wakes=False)


class _Changes:
    """What is to be changed, by statement."""

    def __init__(self) -> None:
        self._rows: dict[Many, list[Values]] = {}
        self._without_effect: dict[Many, list[tuple[Ended, Values]]] = {}

    def add(self, many: Many, row: Values) -> None:
        self._rows.setdefault(many, []).append(row)

    def settle(self, result: Ended, answer: dict[str, Any]) -> None:
        """An operation has ended."""
        changed = {"state": OPERATION_STATE[type(result)], **answer}
        tells = type(result) in OUTCOMES
        many, row = _change_operation(tuple(changed), tells=tells), {"which": result.operation_key, **changed}
        if tells:
            self._without_effect.setdefault(many, []).append((result, row))
        else:
            self.add(many, row)

    def write(self, connection: Connection) -> None:
        for many, ended in self._without_effect.items():
            about = {row["key"]: row for row in many.all(connection, [row for _, row in ended])}
            for result, _ in ended:
                self._leave(result, about[result.operation_key])
        for many, rows in self._rows.items():
            many.run(connection, rows)

    def _leave(self, result: Ended, about: Found) -> None:
        """What an operation without an effect leaves its document or payment as. Raises `KeyError`: there is none."""
        outcome = OUTCOMES[type(result)]
        left: dict[str, Any] = {
            "which": about["document_pk"],
            "generation": about["generation"] + outcome.generations,
        }
        if about["action"] == Action.PAY:
            row = {**left, "which_key": about["payment_key"], "state": outcome.payment}
            self.add(_change_payment(("state", "generation")), row)
        elif about["action"] == Action.CREATE:
            self.add(_change_document(("state", "generation")), {**left, "state": outcome.document})


def _outcome(result: Ended, now: datetime) -> dict[str, Any]:
    """What the operation's row keeps of how the call ended."""
    match result:
        case Issued():
            return {"answer": remote_text(result.remote), "adopted": result.adopted, "settled_at": now}
        case Paid():
            answer = json_text({"remote_id": result.remote_id})
            return {"answer": answer, "adopted": result.adopted, "settled_at": now}
        case Cancelled() | Emailed():
            return {"adopted": result.adopted, "settled_at": now}
        case Declined():
            return {"error": reason_text(result.reason), "settled_at": now}
        case Lost():
            return {"error": result.text, "lost_at": result.at}
        case Unsent():
            return {"error": result.text, "settled_at": now}
        case Absent() | Unproved():
            return {"settled_at": now}
        case Unseen():
            return {"looked_at": result.at}


def _issue(
    changes: _Changes, turn: Turn, result: Issued | Verified, now: datetime, told_now: dict[int, Facts] | None
) -> None:
    """A document is there. `told_now` takes what the provider told of it; None: it is written here, for nobody wants to
    hear of it."""
    remote, document, pk = result.remote, turn.known.at(result.document), turn.documents[result.document]
    facts = document.facts or Facts()
    row: dict[str, Any] = {"number": remote.number[:255]} if remote.number else {}
    if isinstance(result, Issued):
        row["issued_at"] = now
    if told_now is None:
        row["facts"] = facts_text(facts)
    else:
        told_now[pk] = facts
    row |= {"state": DocumentState.ISSUED, "remote_id": remote.remote_id, "verified": document.verified}
    changes.add(_change_document(tuple(row)), {"which": pk, **row})


def _record(changes: _Changes, document_pk: int, result: Paid, now: datetime) -> None:
    recorded = {"state": PaymentState.RECORDED, "remote_id": result.remote_id, "recorded_at": now}
    row = {"which": document_pk, "which_key": result.payment_key, **recorded}
    changes.add(_change_payment(tuple(recorded)), row)
