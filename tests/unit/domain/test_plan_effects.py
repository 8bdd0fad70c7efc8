"""The plan after the invoice, besides payments: an order that is cancelled, an invoice that is e-mailed."""

from dataclasses import replace

import pytest

from providers.domain.documents import DocumentState
from providers.domain.known import Action, Known, KnownDocument, KnownEffect, OperationState, PaymentState
from providers.domain.orders import OrderState
from providers.domain.policy import Cancelled, IssueOn, Policy
from providers.domain.reasons import Code
from providers.domain.steps import Cancel, Email, Pay, Rest, Step, Stop
from tests.builders import NOON, a_buyer, a_card, a_known_document, a_known_payment, a_paid_order, an_order, planned_for

ABLE = a_card(cancel=True, email=True)
CANCELS = Policy(issue_on=IssueOn.PLACED, cancelled_after_invoice=Cancelled.CANCEL)
EMAILS = Policy(issue_on=IssueOn.PLACED, email_invoice=True)
CANCELLED = an_order(cancelled_at=NOON)


def knowing(document: KnownDocument) -> Known:
    return Known(documents=(document,))


def after(action: Action, ended: OperationState, generation: int = 1, **changes: object) -> Known:
    """The invoice, and what became of the newest operation of the action."""
    effect = KnownEffect(action=action, state=ended, generation=generation)
    return knowing(a_known_document(effects=(effect,), **changes))


def told(step: Step) -> tuple[object, Code | None]:
    assert isinstance(step, Rest | Stop)
    return step.state if isinstance(step, Rest) else Stop, step.reason.code if step.reason else None


class TestACancelledOrder:
    def test_its_invoice_is_cancelled_where_the_policy_says_so(self) -> None:
        step = planned_for(CANCELLED, knowing(a_known_document()), policy=CANCELS, card=ABLE)
        assert isinstance(step, Cancel)
        assert (step.operation_key, step.why) == ("garden/1001/invoice/1:cancel:g1", "Order 1001 was cancelled")

    @pytest.mark.parametrize(
        ("policy", "card"),
        [(Policy(), ABLE), (CANCELS, a_card(cancel=False))],
        ids=["by default", "where the provider cannot"],
    )
    def test_it_is_left_to_a_person(self, policy: Policy, card: object) -> None:
        step = planned_for(CANCELLED, knowing(a_known_document()), policy=policy, card=card)
        assert told(step) == (Stop, Code.CANCELLED_AFTER_INVOICE)

    @pytest.mark.parametrize("state", [PaymentState.RECORDED, PaymentState.UNKNOWN])
    def test_it_is_left_to_a_person_once_money_came_in(self, state: PaymentState) -> None:
        paid = knowing(a_known_document(payments=(a_known_payment(state=state),)))
        step = planned_for(a_paid_order(cancelled_at=NOON), paid, policy=CANCELS, card=ABLE)
        assert told(step) == (Stop, Code.CANCELLED_AFTER_INVOICE)

    def test_it_is_left_to_a_person_when_the_money_came_with_the_cancellation(self) -> None:
        order = a_paid_order(cancelled_at=NOON)
        step = planned_for(order, knowing(a_known_document()), policy=CANCELS, card=ABLE)
        assert told(step) == (Stop, Code.CANCELLED_AFTER_INVOICE)

    def test_it_is_left_to_a_person_when_the_shop_removed_it(self) -> None:
        known = Known(documents=(a_known_document(),), deleted=True)
        assert told(planned_for(CANCELLED, known, policy=CANCELS, card=ABLE)) == (Stop, Code.DELETED_AFTER_INVOICE)

    @pytest.mark.parametrize(
        ("state", "generation"),
        [(OperationState.UNSENT, 1), (OperationState.ABSENT, 2), (OperationState.REFUSED, 2)],
    )
    def test_it_is_tried_again_under_a_new_key_only_when_nothing_was_done(
        self, state: OperationState, generation: int
    ) -> None:
        step = planned_for(CANCELLED, after(Action.CANCEL, state), policy=CANCELS, card=ABLE)
        assert isinstance(step, Cancel)
        assert step.generation == generation

    def test_once_it_is_cancelled_the_order_is_closed(self) -> None:
        known = after(Action.CANCEL, OperationState.DONE, state=DocumentState.CANCELLED)
        step = planned_for(CANCELLED, known, policy=CANCELS, card=ABLE)
        assert told(step) == (OrderState.CLOSED, Code.INVOICE_CANCELLED)

    def test_an_order_that_lives_again_gets_no_second_invoice_by_itself(self) -> None:
        known = after(Action.CANCEL, OperationState.DONE, state=DocumentState.CANCELLED)
        step = planned_for(a_paid_order(), known, policy=CANCELS, card=ABLE)
        assert told(step) == (Stop, Code.REVIVED_AFTER_CANCEL)


class TestAnEMail:
    def test_it_goes_out_once_the_invoice_stands(self) -> None:
        step = planned_for(an_order(), knowing(a_known_document()), policy=EMAILS, card=ABLE)
        assert isinstance(step, Email)
        assert (step.operation_key, step.to) == ("garden/1001/invoice/1:email:g1", a_buyer().email)

    def test_what_was_paid_is_recorded_first(self) -> None:
        step = planned_for(a_paid_order(), knowing(a_known_document()), policy=EMAILS, card=ABLE)
        assert isinstance(step, Pay)

    def test_none_goes_out_by_default(self) -> None:
        policy = Policy(issue_on=IssueOn.PLACED)
        assert told(planned_for(an_order(), knowing(a_known_document()), policy=policy, card=ABLE)) == (
            OrderState.DONE,
            None,
        )

    def test_one_that_went_out_is_not_sent_again(self) -> None:
        step = planned_for(an_order(), after(Action.EMAIL, OperationState.DONE), policy=EMAILS, card=ABLE)
        assert told(step) == (OrderState.DONE, None)

    def test_one_that_may_have_gone_out_is_not_sent_again_but_told(self) -> None:
        step = planned_for(an_order(), after(Action.EMAIL, OperationState.UNPROVED), policy=EMAILS, card=ABLE)
        assert told(step) == (OrderState.DONE, Code.EMAIL_UNPROVED)

    @pytest.mark.parametrize(
        ("order", "card", "code"),
        [
            (an_order(), a_card(email=False), Code.EMAIL_NOT_AVAILABLE),
            (an_order(buyer=replace(a_buyer(), email="")), ABLE, Code.EMAIL_ADDRESS_MISSING),
        ],
    )
    def test_where_none_can_go_out_the_order_says_so_and_is_done(self, order: object, card: object, code: Code) -> None:
        step = planned_for(order, knowing(a_known_document()), policy=EMAILS, card=card)  # type: ignore[arg-type]
        assert told(step) == (OrderState.DONE, code)

    def test_one_that_was_refused_is_tried_again_when_the_order_is_planned_anew(self) -> None:
        step = planned_for(an_order(), after(Action.EMAIL, OperationState.REFUSED), policy=EMAILS, card=ABLE)
        assert isinstance(step, Email)
        assert step.generation == 2
