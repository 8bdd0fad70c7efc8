"""The plan while the answer to a call is missing: wait until it has settled, then look, or call a person."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from providers.domain.card import Card, Finding
from providers.domain.documents import DocumentState
from providers.domain.known import Action, Known, KnownEffect, OpenOperation, OperationState, PaymentState
from providers.domain.reasons import Code
from providers.domain.steps import LookUp, Stop, Wait
from tests.builders import (
    NOON,
    a_card,
    a_known_document,
    a_known_payment,
    a_paid_order,
    an_open_operation,
    planned_for,
)

CALL = a_card().call_timeout
SETTLE = a_card().settle
MOMENT = timedelta(microseconds=1)
LAGGING = a_card(list_lag=timedelta(seconds=10))


def unknown(operation: OpenOperation) -> Known:
    if operation.action is Action.PAY:
        sent = a_known_payment(state=PaymentState.SENT, remote_id="")
        return Known(documents=(a_known_document(payments=(sent,)),), operation=operation)
    if operation.action in {Action.CANCEL, Action.EMAIL}:
        sending = KnownEffect(action=operation.action, state=OperationState.SENT)
        return Known(documents=(a_known_document(effects=(sending,)),), operation=operation)
    document = a_known_document(state=DocumentState.SENT, remote_id="", number="", verified=False)
    return Known(documents=(document,), operation=operation)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize(
    ("changes", "card", "due"),
    [
        ({}, a_card(), NOON + CALL + SETTLE),
        ({"lost_at": NOON + timedelta(seconds=3)}, a_card(), NOON + timedelta(seconds=3) + SETTLE),
        ({"looks": 1, "looked_at": NOON}, LAGGING, NOON + timedelta(seconds=10)),
        ({"looks": 1, "looked_at": NOON}, a_card(), NOON + timedelta(seconds=1)),
        ({}, a_card().with_overrides(settle=timedelta(hours=1)), NOON + CALL + timedelta(hours=1)),
    ],
    ids=["the process died", "the answer was lost", "a list that lags", "a list that does not lag", "by the owner"],
)
def test_a_lost_answer_is_looked_up_when_it_has_settled_and_not_before(
    action: Action, changes: dict[str, object], card: Card, due: datetime
) -> None:
    operation = an_open_operation(action, **changes)
    early = planned_for(a_paid_order(), unknown(operation), card=card, now=due - MOMENT)
    assert isinstance(early, Wait)
    assert (early.until, early.reason.code) == (due, Code.RESOLVING)
    step = planned_for(a_paid_order(), unknown(operation), card=card, now=due)
    assert isinstance(step, LookUp)
    assert (step.operation, step.document) == (operation, unknown(operation).documents[0])


def test_where_a_provider_cannot_be_asked_a_person_is_told_what_to_look_for() -> None:
    card = a_card(finding=Finding.NOT_AT_ALL)
    step = planned_for(a_paid_order(), unknown(an_open_operation()), card=card, now=NOON + timedelta(days=1))
    assert isinstance(step, Stop)
    assert (step.reason.code, step.reason.value) == (Code.UNRESOLVED, "garden/1001")
    assert "garden/1001 over 123.00 EUR" in step.reason.remedy


@pytest.mark.parametrize("changes", [{"cancelled_at": NOON}, {"paid_at": None, "payments": ()}])
def test_whatever_became_of_the_order_the_lost_answer_comes_first(changes: dict[str, object]) -> None:
    order = a_paid_order(**changes)
    for known in (unknown(an_open_operation()), replace(unknown(an_open_operation()), deleted=True)):
        assert isinstance(planned_for(order, known, now=NOON + timedelta(hours=1)), LookUp)


def test_a_card_keeps_what_its_owner_does_not_override() -> None:
    card = a_card(rate=60, in_flight=2)
    assert card.with_overrides() == card
    changed = card.with_overrides(timeout=timedelta(seconds=60), rate=30, in_flight=1)
    assert (changed.call_timeout, changed.rate, changed.in_flight) == (timedelta(seconds=65), 30, 1)
    assert changed.settle == card.settle
