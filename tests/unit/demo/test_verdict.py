"""The demo's judgement is strict: what is not exactly right is wrong, and what cannot be done must be said."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from providers.domain.orders import OrderState
from providers.domain.reasons import Code, Reason
from tasks.ledger.views import DocumentLine, OrderLine
from tests.builders import NOON
from worker.demo.story import Expectation, Plot, StoryOrder
from worker.demo.verdict import EVERYTHING, Terms, Verdict, judge, lost_answers

GROSS = Decimal("12.30")
ORDER = StoryOrder(
    shop="garden",
    order_id="1001",
    plot=Plot.PAID_AT_ONCE,
    deliveries=(),
    expectation=Expectation(invoice=True, currency="EUR", gross=GROSS, paid=GROSS),
)
"""An order that must have a paid invoice."""
RIGHT = {"reference": "garden/1001", "gross": "12.30", "paid": "12.30", "payments": [{}]}
UNPAID = {**RIGHT, "paid": "0.00", "payments": []}


def a_line(state: OrderState = OrderState.DONE, code: Code | None = None, *, documents: int = 1) -> OrderLine:
    """What the ledger lists of the order."""
    document = DocumentLine(
        kind="invoice",
        reference="garden/1001",
        state="issued",
        remote_id="1",
        number="1/2026",
        gross=GROSS,
        paid=GROSS,
        currency="EUR",
        verified=True,
    )
    return OrderLine(
        shop="garden",
        order="1001",
        number="1001",
        book="main",
        state=state,
        total=GROSS,
        currency="EUR",
        reason=Reason(code=code, text="") if code else None,
        due_at=None,
        attempts=0,
        updated_at=NOON,
        documents=(document,) * documents,
    )


STOPPED = a_line(OrderState.ATTENTION, Code.CANNOT_EXPRESS, documents=0)
OPEN = a_line(OrderState.ATTENTION, Code.UNRESOLVED)


def judged(*documents: Any, line: OrderLine, terms: Terms = EVERYTHING) -> Verdict:
    return judge([ORDER], [line], {"documents": list(documents)}, terms)


def test_one_right_invoice_paid_is_good() -> None:
    verdict = judged(RIGHT, line=a_line())
    assert verdict.good
    assert (verdict.invoices, verdict.payments) == (1, 1)


@pytest.mark.parametrize(
    "documents",
    [
        pytest.param((), id="none"),
        pytest.param((RIGHT, RIGHT), id="two"),
        pytest.param(({**RIGHT, "gross": "12.31"},), id="another total"),
        pytest.param((UNPAID,), id="not paid"),
        pytest.param(({**RIGHT, "payments": [{}, {}]},), id="paid twice"),
    ],
)
def test_anything_else_is_not(documents: tuple[Any, ...]) -> None:
    assert not judged(*documents, line=a_line()).good


def test_where_no_payments_can_be_recorded_none_is_expected_and_one_is_wrong() -> None:
    terms = Terms(records_payments=False)
    assert judged(UNPAID, line=a_line(), terms=terms).good
    assert not judged(RIGHT, line=a_line(), terms=terms).good


def test_an_order_that_cannot_be_said_stops_for_that_reason_and_has_no_invoice() -> None:
    terms = Terms(cannot_express={("garden", "1001"): Code.CANNOT_EXPRESS})
    verdict = judged(line=STOPPED, terms=terms)
    assert verdict.good
    assert (verdict.cannot_express, verdict.missing, verdict.attention) == (1, 0, 1)
    assert not judged(RIGHT, line=a_line(), terms=terms).good
    assert not judged(line=a_line(OrderState.ATTENTION, Code.REFUSED, documents=0), terms=terms).good


def test_an_order_that_can_be_said_and_stops_is_wrong() -> None:
    verdict = judged(line=STOPPED)
    assert not verdict.good
    assert verdict.missing == 1


def test_a_lost_answer_that_nothing_can_resolve_is_for_a_person_with_one_invoice_or_none() -> None:
    terms = Terms(records_payments=False, lost_answers=1)
    for documents in ((), (UNPAID,)):
        verdict = judged(*documents, line=OPEN, terms=terms)
        assert verdict.good
        assert (verdict.unresolved, verdict.missing) == (1, 0)
    assert not judged(UNPAID, UNPAID, line=OPEN, terms=terms).good
    assert not judged({**UNPAID, "gross": "1.00"}, line=OPEN, terms=terms).good


def test_more_orders_for_a_person_than_answers_were_lost_is_wrong() -> None:
    other = replace(ORDER, order_id="1002")
    lines = [OPEN, replace(OPEN, order="1002")]
    terms = Terms(lost_answers=1)
    assert not judge([ORDER, other], lines, {"documents": []}, terms).good
    assert judge([ORDER, other], lines, {"documents": []}, replace(terms, lost_answers=2)).good


def test_where_lost_answers_can_be_resolved_none_is_left_to_a_person() -> None:
    assert not judged(RIGHT, line=OPEN).good


def test_lost_answers_are_counted_by_the_sandboxs_own_log() -> None:
    requests = {"POST /invoice 200": 7, "POST /invoice 502": 2, "POST /invoice dropped": 1, "GET /item 500": 4}
    state = {"requests": requests, "faults_injected": {"truncate": 3, "error_after": 2}}
    assert lost_answers(state) == 6
    assert lost_answers({}) == 0
