"""The intent of a call is in the ledger before it, its outcome after it, and both are what is kept in hand."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from providers.domain.documents import DocumentState
from providers.domain.known import Action
from providers.domain.orders import OrderState
from providers.domain.reasons import Code, Reason
from providers.domain.results import Declined, Issued, Unsent, after
from providers.domain.steps import Rest, Verify
from tasks.ledger.tables import DocumentRow, OperationRow, PaymentRow
from tests.builders import INVOICE, NOON, a_paid_order, a_payment, a_remote_document
from tests.ledger.desk import Desk, creating, paying, waiting

DONE = Rest(state=OrderState.DONE)
CREATE = creating()
ISSUED = Issued(operation_key=CREATE.operation_key, document=INVOICE, remote=a_remote_document())
NO = Reason(code=Code.REFUSED, text="no")


def test_the_intent_to_create_is_there_before_the_call(desk: Desk) -> None:
    desk.bring()
    desk.take(replace(CREATE, payload={"gross": Decimal("123.00")}))
    (operation,) = desk.rows(OperationRow)
    assert (operation["key"], operation["state"], operation["sent_at"]) == (CREATE.operation_key, "sent", NOON)
    assert (operation["action"], operation["tries"], operation["request"]) == ("create", 1, '{"gross":"123.00"}')
    (document,) = desk.rows(DocumentRow)
    assert (document["state"], document["gross"], document["reference"]) == ("sent", Decimal("123.00"), "garden/1001")


def test_the_intent_to_pay_is_there_before_the_call(desk: Desk) -> None:
    turn = desk.invoice(choice=paying)
    (payment,) = desk.rows(PaymentRow)
    assert (payment["key"], payment["amount"], payment["state"]) == ("p1", Decimal("123.00"), "sent")
    assert [row["action"] for row in desk.rows(OperationRow)] == ["create", "pay"]
    assert turn.known.operation is not None
    assert turn.known.operation.action is Action.PAY


def test_a_read_needs_no_intent(desk: Desk) -> None:
    desk.invoice(gross=None, choice=lambda turn: Verify(document=turn.known.at(INVOICE)))
    assert [row["action"] for row in desk.rows(OperationRow)] == ["create"]


def test_a_try_after_one_that_was_not_sent_is_the_same_operation(desk: Desk) -> None:
    desk.bring()
    unsent = Unsent(operation_key=CREATE.operation_key, text="no route")
    for _ in range(2):
        desk.settle(desk.take(CREATE), unsent, waiting(NOON))
    desk.take(CREATE)
    (operation,) = desk.rows(OperationRow)
    assert (operation["tries"], operation["state"], operation["settled_at"], operation["error"]) == (
        3,
        "sent",
        None,
        None,
    )
    assert len(desk.rows(DocumentRow)) == 1


def test_the_next_generation_is_another_operation_of_the_same_document(desk: Desk) -> None:
    desk.bring()
    turn = desk.take(CREATE)
    turn, _ = desk.settle(turn, Declined(operation_key=CREATE.operation_key, reason=NO), replace(CREATE, generation=2))
    assert [(row["key"][-2:], row["state"]) for row in desk.rows(OperationRow)] == [("g1", "refused"), ("g2", "sent")]
    assert [(row["generation"], row["state"]) for row in desk.rows(DocumentRow)] == [(2, "sent")]


def test_one_key_is_one_operation_even_for_the_database(desk: Desk) -> None:
    desk.bring()
    desk.take(CREATE)
    row = {name: value for name, value in desk.rows(OperationRow)[0].items() if name != "id"}
    with pytest.raises(IntegrityError), desk.store.write() as connection:
        connection.execute(desk.store.insert(OperationRow).values(row))
    document = {name: value for name, value in desk.rows(DocumentRow)[0].items() if name != "id"}
    with pytest.raises(IntegrityError), desk.store.write() as connection:
        connection.execute(desk.store.insert(DocumentRow).values({**document, "reference": "other"}))


def test_what_the_provider_answered_is_kept_without_its_own_extras(desk: Desk) -> None:
    desk.bring()
    remote = a_remote_document(extra={"token": "s3cret"}, url="https://books.example/1")
    desk.settle(desk.take(CREATE), replace(ISSUED, remote=remote, adopted=True), DONE)
    (operation,) = desk.rows(OperationRow)
    assert (operation["state"], operation["adopted"], operation["settled_at"]) == ("done", True, NOON)
    assert "books.example" in operation["answer"]
    assert "s3cret" not in operation["answer"]
    (document,) = desk.rows(DocumentRow)
    assert (document["remote_id"], document["number"], document["verified"]) == ("r1", "FV 1/2026", True)


def test_a_payment_without_a_key_of_its_own_is_no_document(desk: Desk) -> None:
    order = a_paid_order(payments=(a_payment(payment_id=""),))
    turn = desk.invoice(order, choice=paying)
    refused = Declined(operation_key=paying(replace(turn, known=after(turn.known, ISSUED))).operation_key, reason=NO)
    turn, _ = desk.settle(turn, refused, DONE)
    assert turn.known.at(INVOICE).state is DocumentState.ISSUED
    assert desk.known(turn)[0] == turn.known
