"""Providers that can only be told that an invoice is paid in full."""

from datetime import timedelta
from decimal import Decimal

import pytest

from providers.domain.card import Finding, PaymentStyle
from providers.domain.known import Action, Known
from providers.domain.orders import OrderPayment, OrderState
from providers.domain.policy import Policy, ZeroTotal
from providers.domain.reasons import Code
from providers.domain.steps import Create, LookUp, Pay, Rest, Step, Stop
from tests.builders import (
    NOON,
    a_card,
    a_known_document,
    a_known_payment,
    a_line,
    a_paid_order,
    a_payment,
    an_open_operation,
    planned_for,
)

FLAG = a_card(payments=PaymentStyle.FLAG, partial_payments=False)


def parts(*amounts: str) -> tuple[OrderPayment, ...]:
    return tuple(
        a_payment(payment_id=f"p{number}", amount=Decimal(amount), paid_at=NOON + timedelta(hours=number))
        for number, amount in enumerate(amounts)
    )


def step_for(*amounts: str, recorded: str = "", key: str = "whole") -> Step:
    payments = (a_known_payment(key=key, amount=Decimal(recorded)),) if recorded else ()
    known = Known(documents=(a_known_document(payments=payments),))
    return planned_for(a_paid_order(payments=parts(*amounts)), known, card=FLAG)


def test_one_payment_of_the_whole_is_told_as_it_is() -> None:
    step = step_for("123.00")
    assert isinstance(step, Pay)
    assert (step.payment.key, step.payment.amount) == ("p0", Decimal("123.00"))


def test_parts_wait_until_they_cover_the_invoice() -> None:
    step = step_for("100.00")
    assert isinstance(step, Rest)
    assert step.reason is not None
    assert (step.state, step.reason.code) == (OrderState.WAITING, Code.PARTLY_PAID)


def test_parts_that_cover_the_invoice_are_told_as_one() -> None:
    step = step_for("100.00", "23.00")
    assert isinstance(step, Pay)
    assert (step.payment.key, step.payment.amount) == ("whole", Decimal("123.00"))
    assert step.payment.paid_at == NOON + timedelta(hours=1)


def test_what_was_told_as_one_is_done() -> None:
    assert step_for("100.00", "23.00", recorded="123.00") == Rest(state=OrderState.DONE)


def test_more_than_the_invoice_stops() -> None:
    step = step_for("100.00", "50.00")
    assert isinstance(step, Stop)
    assert step.reason.code is Code.OVERPAID


@pytest.mark.parametrize("amounts", [("100.00",), ("100.00", "20.00")])
def test_a_part_that_is_withdrawn_after_the_whole_was_told_stops(amounts: tuple[str, ...]) -> None:
    step = step_for(*amounts, recorded="123.00")
    assert isinstance(step, Stop)
    assert step.reason.code is Code.PAYMENT_WITHDRAWN


def test_a_lost_payment_is_looked_up_even_where_a_lost_document_cannot_be() -> None:
    operation = an_open_operation(Action.PAY)
    document = a_known_document(payments=(a_known_payment(key=operation.payment_key),))
    card = a_card(finding=Finding.NOT_AT_ALL)
    known = Known(documents=(document,), operation=operation)
    assert isinstance(planned_for(a_paid_order(), known, card=card, now=NOON + timedelta(days=1)), LookUp)


def test_an_invoice_over_nothing_that_nobody_paid_is_done() -> None:
    free = a_line(net=Decimal(0), tax=Decimal(0), gross=Decimal(0))
    order = a_paid_order(payments=(), total=Decimal(0), lines=(free,))
    policy = Policy(zero_total=ZeroTotal.INVOICE)
    made = planned_for(order, policy=policy, card=FLAG)
    assert isinstance(made, Create)
    known = a_known_document(gross=Decimal(0), fingerprint=made.draft.fingerprint)
    assert planned_for(order, Known(documents=(known,)), policy=policy, card=FLAG) == Rest(state=OrderState.DONE)
