"""The plan before and after the invoice: what is done next for an order, one fact per test."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from providers.domain.card import PaymentStyle, Totals
from providers.domain.documents import DocumentState
from providers.domain.known import Known, KnownDocument, PaymentState
from providers.domain.orders import OrderState, PaymentKind, Refund
from providers.domain.policy import IssueOn, Policy, ZeroTotal
from providers.domain.reasons import Code
from providers.domain.steps import Create, Pay, Rest, Step, Stop, Verify
from tests.builders import (
    INVOICE,
    NOON,
    a_buyer,
    a_card,
    a_draft,
    a_known_document,
    a_known_payment,
    a_line,
    a_paid_order,
    a_payment,
    an_order,
    planned_for,
)

REFUND = Refund(refund_id="r1", amount=Decimal("23.00"))
FULL_REFUND = Refund(refund_id="r1", amount=Decimal("123.00"))
FREE = {"total": Decimal(0), "lines": (a_line(net=Decimal(0), tax=Decimal(0), gross=Decimal(0)),), "payments": ()}


def knowing(**changes: object) -> Known:
    """The invoice is known, issued and read back, but for the changes."""
    return Known(documents=(a_known_document(**changes),))


def rests(step: Step) -> tuple[OrderState, Code | None]:
    assert isinstance(step, Rest), step
    return step.state, step.reason.code if step.reason else None


def stops(step: Step) -> Code:
    assert isinstance(step, Stop), step
    return step.reason.code


PAID_AND_RECORDED = knowing(payments=(a_known_payment(),))


class TestBeforeTheInvoice:
    def test_an_unpaid_order_waits(self) -> None:
        assert rests(planned_for(an_order())) == (OrderState.WAITING, Code.NOT_PAID_YET)

    def test_a_paid_order_is_invoiced(self) -> None:
        step = planned_for(a_paid_order())
        assert isinstance(step, Create)
        assert (step.draft.gross, step.reference, step.generation) == (Decimal("123.00"), "garden/1001", 1)

    def test_an_unfulfilled_order_waits_where_shipping_makes_the_invoice_due(self) -> None:
        policy = Policy(issue_on=IssueOn.FULFILLED)
        step = planned_for(a_paid_order(), policy=policy)
        assert rests(step) == (OrderState.WAITING, Code.NOT_FULFILLED_YET)
        assert isinstance(planned_for(an_order(fulfilled_at=NOON), policy=policy), Create)

    def test_a_placed_order_is_invoiced_where_the_policy_says_so(self) -> None:
        assert isinstance(planned_for(an_order(), policy=Policy(issue_on=IssueOn.PLACED)), Create)

    def test_the_way_of_paying_may_have_a_moment_of_its_own(self) -> None:
        policy = Policy(issue_on_by_payment={PaymentKind.TRANSFER: IssueOn.PLACED})
        assert isinstance(planned_for(an_order(payment_kind=PaymentKind.TRANSFER), policy=policy), Create)
        assert isinstance(planned_for(an_order(payment_kind=PaymentKind.CARD), policy=policy), Rest)

    def test_a_cancelled_order_is_closed(self) -> None:
        step = planned_for(a_paid_order(cancelled_at=NOON))
        assert rests(step) == (OrderState.CLOSED, Code.CANCELLED_BEFORE_INVOICE)

    def test_a_removed_order_is_closed(self) -> None:
        step = planned_for(a_paid_order(), Known(deleted=True))
        assert rests(step) == (OrderState.CLOSED, Code.DELETED_BEFORE_INVOICE)

    def test_an_order_that_was_removed_before_it_was_told_is_closed(self) -> None:
        step = planned_for(None, Known(deleted=True))
        assert rests(step) == (OrderState.CLOSED, Code.DELETED_BEFORE_INVOICE)

    def test_an_order_that_was_given_back_in_full_is_closed(self) -> None:
        step = planned_for(a_paid_order(refunds=(FULL_REFUND,)))
        assert rests(step) == (OrderState.CLOSED, Code.REFUNDED_BEFORE_INVOICE)

    def test_an_order_that_was_given_back_in_part_is_invoiced(self) -> None:
        assert isinstance(planned_for(a_paid_order(refunds=(REFUND,))), Create)

    def test_a_free_order_gets_no_invoice_by_default(self) -> None:
        assert rests(planned_for(a_paid_order(**FREE))) == (OrderState.CLOSED, Code.ZERO_TOTAL)

    def test_a_free_order_is_invoiced_where_the_policy_says_so(self) -> None:
        step = planned_for(a_paid_order(**FREE), policy=Policy(zero_total=ZeroTotal.INVOICE))
        assert isinstance(step, Create)
        assert step.draft.gross == 0

    def test_an_order_that_cannot_be_drafted_stops(self) -> None:
        assert stops(planned_for(a_paid_order(total=Decimal("124.00")))) is Code.TOTAL_MISMATCH

    def test_the_issue_date_is_the_day_in_the_zone_of_the_shop(self) -> None:
        late = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
        step = planned_for(a_paid_order(), policy=Policy(timezone="Europe/Warsaw"), now=late)
        assert isinstance(step, Create)
        assert step.draft.issue_date.isoformat() == "2026-02-01"

    def test_a_long_reference_is_cut_to_what_the_provider_takes(self) -> None:
        step = planned_for(a_paid_order(order_id="x" * 90), card=a_card(reference_length=40))
        assert isinstance(step, Create)
        assert len(step.reference) == 40

    @pytest.mark.parametrize(
        ("state", "generation", "next_generation"),
        [(DocumentState.PLANNED, 1, 1), (DocumentState.PLANNED, 2, 2), (DocumentState.REFUSED, 2, 3)],
    )
    def test_only_a_refusal_raises_the_generation(
        self, state: DocumentState, generation: int, next_generation: int
    ) -> None:
        step = planned_for(a_paid_order(), knowing(state=state, generation=generation, remote_id=""))
        assert isinstance(step, Create)
        assert step.generation == next_generation


class TestAfterTheInvoice:
    def test_a_payment_is_recorded(self) -> None:
        step = planned_for(a_paid_order(), knowing())
        assert isinstance(step, Pay)
        assert (step.payment.amount, step.payment.reference) == (Decimal("123.00"), "garden/1001/p1")

    def test_with_everything_recorded_the_order_is_done(self) -> None:
        assert rests(planned_for(a_paid_order(), PAID_AND_RECORDED)) == (OrderState.DONE, None)

    def test_an_invoice_without_payments_yet_is_done(self) -> None:
        policy = Policy(issue_on=IssueOn.PLACED)
        assert rests(planned_for(an_order(), knowing(), policy=policy)) == (OrderState.DONE, None)

    def test_payments_are_left_alone_where_the_policy_says_so(self) -> None:
        step = planned_for(a_paid_order(), knowing(), policy=Policy(record_payments=False))
        assert rests(step) == (OrderState.DONE, None)

    def test_payments_are_left_to_a_person_where_the_provider_takes_none(self) -> None:
        card = a_card(payments=PaymentStyle.NOT_AVAILABLE)
        step = planned_for(a_paid_order(), knowing(), card=card)
        assert rests(step) == (OrderState.DONE, Code.PAYMENTS_NOT_AVAILABLE)

    def test_an_invoice_whose_total_is_not_told_yet_is_read_back(self) -> None:
        assert isinstance(planned_for(a_paid_order(), knowing(verified=False)), Verify)

    def test_an_invoice_is_not_read_back_where_the_provider_tells_no_totals(self) -> None:
        step = planned_for(a_paid_order(), knowing(verified=False), card=a_card(totals=Totals.NEVER))
        assert isinstance(step, Pay)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"cancelled_at": NOON}, Code.CANCELLED_AFTER_INVOICE),
            ({"lines": (a_line(name="Spade"),)}, Code.CHANGED_AFTER_INVOICE),
            ({"buyer": a_buyer(company="Example Ltd")}, Code.CHANGED_AFTER_INVOICE),
            ({"total": Decimal("124.00")}, Code.TOTAL_MISMATCH),
        ],
    )
    def test_a_change_after_the_invoice_needs_a_person(self, changes: dict[str, object], code: Code) -> None:
        for known in (knowing(), PAID_AND_RECORDED):
            assert stops(planned_for(a_paid_order(**changes), known)) is code

    def test_a_removal_after_the_invoice_needs_a_person(self) -> None:
        known = replace(PAID_AND_RECORDED, deleted=True)
        assert stops(planned_for(a_paid_order(), known)) is Code.DELETED_AFTER_INVOICE

    def test_a_change_of_address_is_no_change(self) -> None:
        order = a_paid_order(buyer=a_buyer(email="ada@example.org", city="Elsewhere"))
        assert rests(planned_for(order, PAID_AND_RECORDED)) == (OrderState.DONE, None)

    def test_a_refund_needs_a_credit_note(self) -> None:
        step = planned_for(a_paid_order(refunds=(REFUND,)), PAID_AND_RECORDED)
        assert stops(step) is Code.REFUND_NEEDS_CREDIT_NOTE

    def test_a_payment_is_recorded_before_the_refund_calls_a_person(self) -> None:
        assert isinstance(planned_for(a_paid_order(refunds=(REFUND,)), knowing()), Pay)

    def test_a_refund_calls_a_person_even_where_the_provider_takes_no_payments(self) -> None:
        card = a_card(payments=PaymentStyle.NOT_AVAILABLE)
        step = planned_for(a_paid_order(refunds=(REFUND,)), knowing(), card=card)
        assert stops(step) is Code.REFUND_NEEDS_CREDIT_NOTE


class TestPayments:
    def known_with(self, *payments: object) -> Known:
        return knowing(payments=payments)

    def half(self, key: str, **changes: object) -> object:
        return a_payment(**{"payment_id": key, "amount": Decimal("61.50"), **changes})

    def known_half(self, key: str, state: PaymentState, **changes: object) -> object:
        return a_known_payment(**{"key": key, "amount": Decimal("61.50"), "state": state, **changes})

    def test_the_first_that_is_not_recorded_is_next(self) -> None:
        order = a_paid_order(payments=(self.half("p1"), self.half("p2")))
        step = planned_for(order, self.known_with(self.known_half("p1", PaymentState.RECORDED)))
        assert isinstance(step, Pay)
        assert step.payment.key == "p2"

    def test_more_than_the_invoice_stops(self) -> None:
        order = a_paid_order(payments=(self.half("p1"), self.half("p2", amount=Decimal("61.51"))))
        step = planned_for(order, self.known_with(self.known_half("p1", PaymentState.RECORDED)))
        assert stops(step) is Code.OVERPAID

    def test_less_than_nothing_stops(self) -> None:
        order = a_paid_order(payments=(a_payment(amount=Decimal(-1)),))
        assert stops(planned_for(order, knowing())) is Code.OVERPAID

    def test_another_currency_stops(self) -> None:
        order = a_paid_order(payments=(a_payment(currency="PLN"),))
        assert stops(planned_for(order, knowing())) is Code.PAYMENT_CURRENCY

    def test_nothing_is_not_recorded(self) -> None:
        order = a_paid_order(payments=(a_payment(amount=Decimal(0)),))
        assert rests(planned_for(order, knowing())) == (OrderState.DONE, None)

    @pytest.mark.parametrize("payments", [(), (a_payment(amount=Decimal("100.00")),)], ids=["gone", "less"])
    def test_a_recorded_payment_that_the_shop_withdraws_stops(self, payments: tuple[object, ...]) -> None:
        assert stops(planned_for(a_paid_order(payments=payments), PAID_AND_RECORDED)) is Code.PAYMENT_WITHDRAWN

    @pytest.mark.parametrize(
        ("state", "generation"), [(PaymentState.PLANNED, 2), (PaymentState.REFUSED, 3)], ids=["not sent", "refused"]
    )
    def test_only_a_refusal_raises_the_generation(self, state: PaymentState, generation: int) -> None:
        known = self.known_with(a_known_payment(state=state, generation=2))
        step = planned_for(a_paid_order(), known)
        assert isinstance(step, Pay)
        assert step.generation == generation


def test_the_builders_agree_with_the_plan() -> None:
    """The issued invoice of the builders is what the plan drafts of their order."""
    step = planned_for(a_paid_order())
    assert isinstance(step, Create)
    assert step.draft.fingerprint == a_draft().fingerprint
    issued = KnownDocument(
        key=INVOICE,
        reference=step.reference,
        state=DocumentState.ISSUED,
        gross=step.draft.gross,
        currency="EUR",
        fingerprint=step.draft.fingerprint,
        remote_id="r1",
        number="FV 1/2026",
        verified=True,
    )
    assert issued == a_known_document()


def test_a_plan_is_the_same_whenever_it_is_made() -> None:
    assert planned_for(a_paid_order()) == planned_for(a_paid_order(), now=NOON + timedelta(minutes=1))
