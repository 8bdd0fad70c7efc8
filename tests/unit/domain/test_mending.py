"""What a repair makes known of an order."""

from dataclasses import replace
from decimal import Decimal

from providers.domain.documents import DocumentState
from providers.domain.known import Action, Known, KnownEffect, OperationState, PaymentState
from providers.domain.mending import Doubted, Due, Heard, Mend, Uncancelled, Unpaid, Vanished, mended
from providers.domain.policy import Cancelled as OnCancel
from providers.domain.policy import Policy
from providers.domain.results import Cancelled, Verified, intended
from providers.domain.steps import Cancel, Create, Pay
from tests.builders import INVOICE, NOON, a_known_document, a_known_payment, a_paid_order, an_order, planned_for
from tests.builders import a_card as card
from tests.builders import a_remote_document as remote

PAID = Known(documents=(a_known_document(payments=(a_known_payment(),)),))


def after(mend: Mend, known: Known = PAID) -> Known:
    return mended(known, mend, at=NOON)


def test_a_document_that_vanished_is_made_again_under_a_new_key_and_paid_again_likewise() -> None:
    known = after(Vanished(document=INVOICE))
    create = planned_for(a_paid_order(), known)
    assert isinstance(create, Create)
    assert create.operation_key == "garden/1001/invoice/1:create:g2"
    (document,) = intended(known, create, at=NOON).documents
    made = replace(document, state=DocumentState.ISSUED, verified=True, remote_id="r2")
    pay = planned_for(a_paid_order(), Known(documents=(made,)))
    assert isinstance(pay, Pay)
    assert pay.operation_key == "garden/1001/invoice/1:pay:p1:g2"


def test_a_payment_that_is_not_there_is_told_again_and_the_others_are_not() -> None:
    half = Decimal("61.50")
    both = (a_known_payment(amount=half), a_known_payment(key="p2", amount=half))
    known = after(Unpaid(document=INVOICE, payments=("p2",)), Known(documents=(a_known_document(payments=both),)))
    first, second = known.documents[0].payments
    assert (first.state, first.generation) == (PaymentState.RECORDED, 1)
    assert (second.state, second.generation, second.remote_id) == (PaymentState.PLANNED, 2, "")


def test_a_cancellation_without_lasting_effect_is_made_again_as_a_new_operation() -> None:
    done = KnownEffect(action=Action.CANCEL, state=OperationState.DONE)
    cancelled = a_known_document(state=DocumentState.CANCELLED, effects=(done,))
    known = after(Uncancelled(document=INVOICE), Known(documents=(cancelled,)))
    order = an_order(cancelled_at=NOON)
    step = planned_for(order, known, policy=Policy(cancelled_after_invoice=OnCancel.CANCEL), card=card(cancel=True))
    assert isinstance(step, Cancel)
    assert step.generation == 2


def test_what_was_cancelled_there_by_somebody_comes_alive_again_without_any_operation() -> None:
    cancelled = a_known_document(state=DocumentState.CANCELLED)
    known = after(Uncancelled(document=INVOICE), Known(documents=(cancelled,)))
    assert known.documents == (replace(cancelled, state=DocumentState.ISSUED),)


def test_a_doubted_document_is_read_back() -> None:
    assert not after(Doubted(document=INVOICE)).documents[0].verified


def test_another_document_in_the_place_of_ours_is_ours_from_now_on() -> None:
    known = after(Heard(result=Verified(document=INVOICE, remote=remote(remote_id="r9", number="FV 9/2026"))))
    assert (known.documents[0].remote_id, known.documents[0].number) == ("r9", "FV 9/2026")


def test_a_cancellation_that_somebody_made_there_is_known_here() -> None:
    known = after(Heard(result=Cancelled(operation_key="", document=INVOICE, adopted=True)))
    assert known.documents[0].state is DocumentState.CANCELLED
    assert known.documents[0].effects == ()


def test_to_look_again_changes_nothing_of_what_is_known() -> None:
    assert after(Due()) == PAID
