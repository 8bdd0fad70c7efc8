"""What the intent of a call and its result change in what is known."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from providers.domain.documents import DocumentState
from providers.domain.facts import Facts
from providers.domain.known import Action, Known, KnownDocument, KnownEffect, OperationState, PaymentState
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
from providers.domain.steps import Call, Cancel, Create, Email, LookUp, Pay, Verify
from tests.builders import (
    INVOICE,
    NOON,
    a_known_document,
    a_known_payment,
    a_paid_order,
    a_remote_document,
    an_open_operation,
    planned_for,
)

WHY = Reason(code=Code.REFUSED, text="no")


def creating() -> Create:
    step = planned_for(a_paid_order())
    assert isinstance(step, Create)
    return step


def paying() -> Pay:
    step = planned_for(a_paid_order(), Known(documents=(a_known_document(),)))
    assert isinstance(step, Pay)
    return step


def cancelling() -> Cancel:
    return Cancel(document=a_known_document(), why="no more")


def emailing() -> Email:
    return Email(document=a_known_document(), to="ada@example.com")


ISSUED = Known(documents=(a_known_document(),))
AS_ANSWERED = a_known_document(facts=Facts(paid=Decimal(0)))
CREATED = intended(Known(), creating(), at=NOON)
PAYING = intended(ISSUED, paying(), at=NOON)
CREATE, PAY = creating().operation_key, paying().operation_key


def issued(**told: object) -> Issued:
    return Issued(operation_key=CREATE, document=INVOICE, remote=a_remote_document(**told))


def the_invoice(known: Known) -> KnownDocument:
    return known.at(INVOICE)


def test_keys_are_derived_from_the_facts_and_never_from_the_attempt() -> None:
    assert (CREATE, PAY) == ("garden/1001/invoice/1:create:g1", "garden/1001/invoice/1:pay:p1:g1")
    assert replace(creating(), generation=2).operation_key == "garden/1001/invoice/1:create:g2"


def test_an_intent_to_create_makes_the_document_known_as_sent() -> None:
    document = the_invoice(CREATED)
    assert (document.state, document.gross, document.reference) == (
        DocumentState.SENT,
        Decimal("123.00"),
        "garden/1001",
    )
    assert CREATED.operation == an_open_operation()


def test_an_intent_to_pay_makes_the_payment_known_as_sent() -> None:
    assert the_invoice(PAYING).payments == (a_known_payment(state=PaymentState.SENT, remote_id=""),)
    assert PAYING.operation == an_open_operation(Action.PAY)


EFFECTS = [(Action.CANCEL, cancelling()), (Action.EMAIL, emailing())]


@pytest.mark.parametrize(("action", "step"), EFFECTS, ids=lambda each: type(each).__name__)
def test_what_is_done_to_a_document_is_known_as_sent_until_its_end_is(action: Action, step: Cancel | Email) -> None:
    sent = intended(ISSUED, step, at=NOON)
    assert sent.operation == an_open_operation(action)
    assert the_invoice(sent).effects == (KnownEffect(action=action, state=OperationState.SENT),)
    assert the_invoice(sent).state is DocumentState.ISSUED
    lost = after(sent, Lost(operation_key=step.operation_key, at=NOON, text="time-out"))
    assert the_invoice(lost).effects == (KnownEffect(action=action, state=OperationState.UNKNOWN),)
    assert lost.operation is not None


@pytest.mark.parametrize(
    ("result", "state", "next_generation"),
    [
        (Declined(operation_key="k", reason=WHY), OperationState.REFUSED, 2),
        (Absent(operation_key="k"), OperationState.ABSENT, 2),
        (Unsent(operation_key="k", text="no route"), OperationState.UNSENT, 1),
        (Unproved(operation_key="k"), OperationState.UNPROVED, 1),
    ],
)
@pytest.mark.parametrize(("action", "step"), EFFECTS, ids=lambda each: type(each).__name__)
def test_a_new_generation_begins_only_where_the_last_had_no_effect(
    action: Action, step: Cancel | Email, result: Result, state: OperationState, next_generation: int
) -> None:
    known = after(intended(ISSUED, step, at=NOON), result)
    effect = the_invoice(known).effect(action)
    assert effect is not None
    assert (effect.state, effect.next_generation) == (state, next_generation)
    assert (the_invoice(known).state, known.operation) == (DocumentState.ISSUED, None)


def test_a_cancelled_document_reads_as_cancelled_and_an_e_mailed_one_as_issued() -> None:
    cancelled = after(
        intended(ISSUED, cancelling(), at=NOON), Cancelled(operation_key=cancelling().operation_key, document=INVOICE)
    )
    assert (the_invoice(cancelled).state, cancelled.operation) == (DocumentState.CANCELLED, None)
    emailed = after(
        intended(ISSUED, emailing(), at=NOON), Emailed(operation_key=emailing().operation_key, document=INVOICE)
    )
    assert (the_invoice(emailed).state, emailed.operation) == (DocumentState.ISSUED, None)


@pytest.mark.parametrize(
    "step",
    [Verify(document=a_known_document()), LookUp(operation=an_open_operation(), document=a_known_document())],
    ids=["verify", "look-up"],
)
def test_a_read_leaves_no_trace(step: Verify | LookUp) -> None:
    assert intended(CREATED, step, at=NOON) == CREATED


def test_an_answer_issues_the_document() -> None:
    known = after(CREATED, issued())
    assert the_invoice(known) == AS_ANSWERED
    assert known.operation is None


def test_an_answer_without_a_total_leaves_the_document_to_be_read_back() -> None:
    known = after(CREATED, issued(gross=None, number=""))
    assert not the_invoice(known).verified
    told = after(known, Verified(document=INVOICE, remote=a_remote_document()))
    assert the_invoice(told) == AS_ANSWERED


def test_what_the_provider_tells_as_paid_is_told_against_what_came_from_here() -> None:
    sent = after(PAYING, Lost(operation_key=PAY, at=NOON, text="time-out"))
    remote = a_remote_document(paid=Decimal("150.00"))
    document = the_invoice(after(sent, Verified(document=INVOICE, remote=remote)))
    assert document.facts == Facts(paid=Decimal("150.00"), recorded=Decimal("123.00"))
    assert document.paid_by_others == Decimal("27.00")
    silent = after(Known(documents=(document,)), Verified(document=INVOICE, remote=a_remote_document(paid=None)))
    assert the_invoice(silent).paid_by_others == Decimal("27.00")


@pytest.mark.parametrize("told", [{"gross": Decimal("123.01")}, {"currency": "PLN"}, {"reference": "garden/7"}])
def test_a_document_that_contradicts_ours_does_not_count_as_verified(told: dict[str, object]) -> None:
    assert not the_invoice(after(CREATED, issued(**told))).verified


def test_a_number_that_is_not_told_again_is_kept() -> None:
    known = after(after(CREATED, issued()), Verified(document=INVOICE, remote=a_remote_document(number="")))
    assert the_invoice(known).number == "FV 1/2026"


def test_an_answer_records_the_payment() -> None:
    known = after(PAYING, Paid(operation_key=PAY, document=INVOICE, payment_key="p1", remote_id="m1"))
    assert the_invoice(known).payments == (a_known_payment(),)
    assert the_invoice(known).recorded == Decimal("123.00")
    assert known.operation is None


ENDS = [
    (Declined(operation_key="k", reason=WHY), DocumentState.REFUSED, PaymentState.REFUSED, 1),
    (Absent(operation_key="k"), DocumentState.PLANNED, PaymentState.PLANNED, 2),
    (Unsent(operation_key="k", text="no route"), DocumentState.PLANNED, PaymentState.PLANNED, 1),
]


@pytest.mark.parametrize(("result", "document", "payment", "generation"), ENDS)
def test_a_call_without_effect_gives_its_subject_back(
    result: Result, document: DocumentState, payment: PaymentState, generation: int
) -> None:
    uncreated, unpaid = after(CREATED, result), after(PAYING, result)
    assert (the_invoice(uncreated).state, the_invoice(uncreated).generation) == (document, generation)
    assert [(p.state, p.generation) for p in the_invoice(unpaid).payments] == [(payment, generation)]
    assert the_invoice(unpaid).state is DocumentState.ISSUED
    assert uncreated.operation is None
    assert unpaid.operation is None


def test_a_lost_answer_leaves_the_operation_open() -> None:
    at = NOON + timedelta(seconds=30)
    lost = Lost(operation_key=CREATE, at=at, text="time-out")
    assert the_invoice(after(CREATED, lost)).state is DocumentState.UNKNOWN
    assert [p.state for p in the_invoice(after(PAYING, lost)).payments] == [PaymentState.UNKNOWN]
    for known in (CREATED, PAYING):
        operation = after(known, lost).operation
        assert operation is not None
        assert operation.lost_at == at


def test_a_look_that_saw_nothing_is_counted() -> None:
    operation = after(CREATED, Unseen(operation_key=CREATE, at=NOON)).operation
    assert operation is not None
    assert (operation.looks, operation.looked_at) == (1, NOON)


@pytest.mark.parametrize("result", [Unclear(reason=WHY), Unsent(operation_key="", text="read later")])
def test_what_proves_nothing_changes_nothing(result: Result) -> None:
    assert after(CREATED, result) == CREATED


def test_a_change_keeps_documents_and_payments_in_their_order() -> None:
    second = replace(INVOICE, ordinal="2")
    known = Known(documents=(a_known_document(payments=(a_known_payment(), a_known_payment(key="p2"))),))
    known = known.with_document(a_known_document(key=second))
    known = known.with_payment(INVOICE, a_known_payment(state=PaymentState.REFUSED))
    assert [document.key for document in known.documents] == [INVOICE, second]
    assert [payment.key for payment in known.at(INVOICE).payments] == ["p1", "p2"]


def test_a_document_that_is_not_known_cannot_be_asked_for() -> None:
    with pytest.raises(KeyError, match="garden/1001"):
        Known().at(INVOICE)


@pytest.mark.parametrize(
    "step",
    [
        creating(),
        paying(),
        cancelling(),
        emailing(),
        Verify(document=a_known_document()),
        LookUp(operation=an_open_operation(), document=a_known_document()),
    ],
    ids=lambda step: type(step).__name__,
)
def test_every_call_is_about_one_document(step: Call) -> None:
    assert subject(step) == INVOICE
