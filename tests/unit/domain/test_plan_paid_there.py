"""Money that somebody else recorded at the provider is not recorded there a second time."""

from decimal import Decimal

import pytest

from providers.domain.card import PaymentStyle
from providers.domain.documents import RemoteState
from providers.domain.facts import Facts
from providers.domain.known import Known
from providers.domain.orders import OrderState
from providers.domain.policy import Policy
from providers.domain.reasons import Code
from providers.domain.steps import Email, Pay, Rest, Step, Stop
from tests.builders import a_card, a_known_document, a_known_payment, a_paid_order, a_payment, planned_for

HALF = Decimal("61.50")
WHOLE = Decimal("123.00")
FLAG = a_card(payments=PaymentStyle.FLAG, partial_payments=False)


def told(*, paid: Decimal | None = None, recorded: Decimal = Decimal(0), state: RemoteState | None = None) -> Facts:
    return Facts(paid=paid, recorded=recorded, state=state)


def step_for(facts: Facts | None, *amounts: Decimal, recorded: int = 0, **changes: object) -> Step:
    """The plan for payments of these amounts, so many of which are recorded."""
    payments = tuple(a_payment(payment_id=f"p{place}", amount=amount) for place, amount in enumerate(amounts))
    there = tuple(a_known_payment(key=f"p{place}", amount=amounts[place]) for place in range(recorded))
    known = Known(documents=(a_known_document(facts=facts, payments=there),))
    return planned_for(a_paid_order(payments=payments), known, **changes)


def test_a_payment_that_would_overpay_what_others_recorded_there_rests() -> None:
    step = step_for(told(paid=WHOLE), WHOLE)
    assert isinstance(step, Rest)
    assert step.reason is not None
    assert (step.state, step.reason.code, step.reason.value) == (OrderState.DONE, Code.PAID_THERE, "123.00")
    assert step.reason.remedy


def test_paid_in_full_there_counts_where_no_sum_is_told() -> None:
    step = step_for(told(state=RemoteState.PAID), WHOLE)
    assert isinstance(step, Rest)


@pytest.mark.parametrize(
    "facts",
    [
        None,
        told(),
        told(paid=Decimal(0)),
        told(state=RemoteState.OPEN),
        told(paid=WHOLE, recorded=WHOLE, state=RemoteState.PAID),
    ],
    ids=["nothing told", "told nothing", "nothing paid", "open", "paid from here, and taken off since"],
)
def test_a_payment_is_recorded_where_nobody_else_recorded_any(facts: Facts | None) -> None:
    assert isinstance(step_for(facts, WHOLE), Pay)


def test_a_part_that_others_recorded_leaves_room_for_another_part() -> None:
    assert isinstance(step_for(told(paid=HALF), HALF), Pay)
    assert isinstance(step_for(told(paid=HALF + 1), HALF), Rest)


def test_facts_that_are_older_than_a_payment_of_ours_do_not_hide_what_others_recorded() -> None:
    # Half was paid by transfer; one quarter is recorded from here since, and one more would fit: a half would not.
    quarter = HALF / 2
    assert isinstance(step_for(told(paid=HALF), quarter, quarter, recorded=1), Pay)
    assert isinstance(step_for(told(paid=HALF), quarter, HALF, recorded=1), Rest)


def test_our_own_payments_are_not_taken_for_those_of_others() -> None:
    assert isinstance(step_for(told(paid=HALF, recorded=HALF), HALF, HALF, recorded=1), Pay)
    assert step_for(told(paid=HALF, recorded=HALF), HALF, HALF, recorded=2) == Rest(state=OrderState.DONE)


def test_the_payment_is_recorded_once_the_other_is_taken_off_there() -> None:
    assert isinstance(step_for(told(paid=Decimal(0)), WHOLE), Pay)


def test_a_provider_that_is_only_told_paid_is_told_so_unless_it_says_so() -> None:
    assert isinstance(step_for(told(paid=HALF), WHOLE, card=FLAG), Pay)
    assert isinstance(step_for(told(state=RemoteState.PAID), WHOLE, card=FLAG), Rest)


def test_a_sum_that_is_set_and_not_added_is_left_alone_in_the_same_way() -> None:
    card = a_card(payments=PaymentStyle.OVERWRITTEN)
    assert isinstance(step_for(told(paid=HALF), HALF, card=card), Pay)
    assert isinstance(step_for(told(paid=HALF), WHOLE, card=card), Rest)


def test_an_order_whose_own_payments_overpay_still_needs_a_person() -> None:
    assert isinstance(step_for(told(paid=WHOLE), WHOLE, HALF, recorded=1), Stop)


def test_the_invoice_is_sent_to_the_buyer_all_the_same() -> None:
    step = step_for(told(paid=WHOLE), WHOLE, policy=Policy(email_invoice=True), card=a_card(email=True))
    assert isinstance(step, Email)
