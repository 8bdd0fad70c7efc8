"""What the engine keeps in hand is what the rows say, whatever happens and whoever dies in between."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from providers.domain.documents import DocumentKey, DocumentState, RemoteState
from providers.domain.known import Action, Known, KnownDocument, OperationState, PaymentState
from providers.domain.mending import (
    Doubted,
    Due,
    Heard,
    Mend,
    Taken,
    Uncancelled,
    Unpaid,
    Vanished,
    mended,
)
from providers.domain.orders import Order
from providers.domain.reasons import Code, Reason
from providers.domain.results import (
    Absent,
    Cancelled,
    Declined,
    Emailed,
    Issued,
    Lost,
    Paid,
    Result,
    Unclear,
    Unproved,
    Unseen,
    Unsent,
    Verified,
    after,
    intended,
    subject,
)
from providers.domain.steps import Call, Cancel, Create, Email, LookUp, Pay, Rest, Step, Stop, Verify, Wait
from tasks.ledger.decisions import Decision
from tasks.ledger.turn import Turn
from tests.builders import NOON, SHOP, a_known_document, a_paid_order, a_payment, a_remote_document, planned_for
from tests.ledger.desk import LEASE, Desk, creating, waiting

NO = Reason(code=Code.REFUSED, text="no")
REMOTE = a_remote_document(reference="")
TOLD: dict[str, object] = {
    "paid": Decimal("41.00"),
    "state": RemoteState.PARTIAL,
    "emailed_at": NOON,
    "overdue": True,
    "tax_office": "ok",
    "tax_office_id": "KSEF-1",
    "url": "https://books.example/r1",
}
"""What a provider knows first of a document."""
_NUMBERS = count(1)


def calls(order: Order, known: Known) -> list[Call]:
    """Every call that is allowed now; more than the plan would choose."""
    if known.operation is not None:
        return [LookUp(operation=known.operation, document=known.at(known.operation.document))]
    if not known.documents:
        return [creating(order)]
    (invoice,) = known.documents
    if invoice.state is DocumentState.CANCELLED:
        return [Verify(document=invoice)]
    if invoice.state is not DocumentState.ISSUED:
        refused = invoice.state is DocumentState.REFUSED
        return [replace(creating(order), generation=invoice.generation + refused)]
    payments = (paid.payment_id for paid in order.payments)
    paid = (step for key in payments if (step := paying(order, known, key)))
    return [Verify(document=invoice), *paid, *effecting(invoice)]


def effecting(invoice: KnownDocument) -> Iterator[Cancel | Email]:
    """A cancellation and an e-mail, unless they are done."""
    over = {OperationState.DONE, OperationState.UNPROVED}
    cancelled, emailed = invoice.effect(Action.CANCEL), invoice.effect(Action.EMAIL)
    yield Cancel(document=invoice, why="no more", generation=cancelled.next_generation if cancelled else 1)
    if emailed is None or emailed.state not in over:
        generation = emailed.next_generation if emailed else 1
        yield Email(document=invoice, to="ada@example.com", generation=generation)


def paying(order: Order, known: Known, key: str) -> Pay | None:
    """The payment of this key, as the plan says it; None when it is recorded."""
    only = replace(order, payments=tuple(paid for paid in order.payments if paid.payment_id == key))
    (invoice,) = known.documents
    payment = invoice.payment(key)
    if payment and payment.state is PaymentState.RECORDED:
        return None
    step = planned_for(only, Known(documents=(replace(invoice, verified=True, payments=()),)))
    assert isinstance(step, Pay)
    generation = payment.generation + (payment.state is PaymentState.REFUSED) if payment else 1
    return replace(step, document=invoice, generation=generation)


def results(step: Call) -> Iterator[Result]:
    """Every way in which a call can end."""
    if isinstance(step, Verify):
        yield Verified(document=step.document.key, remote=REMOTE)
        yield Verified(document=step.document.key, remote=replace(REMOTE, gross=Decimal("99.00")))
        yield Verified(document=step.document.key, remote=replace(REMOTE, **TOLD))  # type: ignore[arg-type]
    elif isinstance(step, LookUp):
        operation = step.operation
        yield from done(operation.key, operation.action, operation.document, operation.payment_key)
        if operation.action is Action.EMAIL:
            yield Unproved(operation_key=operation.key)
        yield Absent(operation_key=operation.key)
        yield Unseen(operation_key=operation.key, at=NOON + timedelta(seconds=1))
    else:
        key = step.operation_key
        paid = step.payment.key if isinstance(step, Pay) else ""
        yield from done(key, ACTIONS[type(step)], subject(step), paid)
        yield Declined(operation_key=key, reason=NO)
        yield Lost(operation_key=key, at=NOON + timedelta(seconds=2), text="time-out")
        yield Unsent(operation_key=key, text="no route")
    if isinstance(step, Verify | LookUp):
        yield Unclear(reason=NO)
        yield Unsent(operation_key="", text="no route")


ACTIONS = {Create: Action.CREATE, Pay: Action.PAY, Cancel: Action.CANCEL, Email: Action.EMAIL}


def done(key: str, action: Action, document: DocumentKey, payment_key: str) -> Iterator[Result]:
    if action is Action.PAY:
        yield Paid(operation_key=key, document=document, payment_key=payment_key, remote_id="m1")
        return
    if action is Action.CANCEL:
        yield Cancelled(operation_key=key, document=document)
        return
    if action is Action.EMAIL:
        yield Emailed(operation_key=key, document=document)
        return
    for told in ({}, {"number": "", "gross": None}, {"gross": Decimal("99.00")}, {"currency": "PLN"}, TOLD):
        yield Issued(operation_key=key, document=document, remote=replace(REMOTE, **told))  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_memory_and_rows_never_differ(desk: Desk, data: st.DataObject) -> None:
    payments = tuple(a_payment(payment_id=key, amount=Decimal(41)) for key in ("p2", "p1", "p3"))
    order = a_paid_order(order_id=f"o{next(_NUMBERS)}", payments=payments)
    desk.bring(order)
    expected = Known()

    def choose(turn: Turn) -> Step:
        assert turn.known == expected
        return data.draw(st.sampled_from(calls(order, turn.known)))

    def check(turn: Turn) -> None:
        assert turn.known == expected
        assert desk.known(turn) == (expected, turn.documents)

    for _ in range(data.draw(st.integers(1, 4), label="turns")):
        begun = desk.begin(choose, order.order_id)
        assert begun is not None
        turn, step = begun
        while not isinstance(step, Wait | Stop | Rest):
            expected = intended(expected, step, at=desk.clock.now)
            check(turn)
            if data.draw(st.integers(0, 4), label="dies at 0") == 0:
                break
            result = data.draw(st.sampled_from(list(results(step))), label="result")
            expected = after(expected, result)
            goes_on = data.draw(st.booleans(), label="goes on")
            turn, step = desk.settle(turn, result, choose if goes_on else waiting(desk.clock.now))
            if not goes_on:
                check(turn)
        desk.clock.move(LEASE)
        if mends := list(repairs(order, expected)):
            mend = data.draw(st.sampled_from([None, *mends]), label="repair")
            if mend is not None:
                expected = repaired(desk, order, expected, mend)


def repairs(order: Order, known: Known) -> Iterator[Mend]:
    """Every repair that is allowed now."""
    yield Due()
    if known.operation is not None:
        return
    if not known.documents:
        pays = planned_for(order, Known(documents=(a_known_document(key=creating(order).draft.key),)))
        assert isinstance(pays, Pay)
        yield Taken(create=creating(order), remote=REMOTE)
        yield Taken(create=creating(order), remote=replace(REMOTE, paid=Decimal(41)), payments=(pays,))
        return
    (invoice,) = known.documents
    if invoice.state is DocumentState.CANCELLED:
        yield Uncancelled(document=invoice.key)
    if invoice.state is DocumentState.ISSUED:
        yield from (Vanished(document=invoice.key), Doubted(document=invoice.key))
        yield Unpaid(document=invoice.key, payments=("p2", "p3"))
        yield Heard(result=Verified(document=invoice.key, remote=replace(REMOTE, remote_id="r9")))
        yield Heard(result=Cancelled(operation_key="", document=invoice.key, adopted=True))


def repaired(desk: Desk, order: Order, expected: Known, mend: Mend) -> Known:
    """What must be known once the repair is written; what the rows say is held against it."""
    decision = Decision(at=desk.clock.now, by="test", what="repair", shop=SHOP, order_id=order.order_id, detail={})

    def conclude(turn: Turn) -> Mend:
        assert turn.known == expected
        return mend

    assert desk.ledger.mending.mend(decision, conclude)
    expected = mended(expected, mend, at=desk.clock.now)
    turn = desk.ledger.mending.look(decision.shop, order.order_id)
    assert turn is not None
    assert turn.known == expected
    return expected
