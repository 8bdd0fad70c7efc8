"""What of a change at the provider is news to the shop."""

from dataclasses import replace
from datetime import timedelta, timezone
from decimal import Decimal

import pytest

from providers.domain.documents import RemoteState
from providers.domain.facts import Facts, facts_of, learned, merged
from providers.domain.notices import OwnDoing, notice_key, notices
from tests.builders import INVOICE, NOON, a_remote_document

GROSS = Decimal("123.00")
OPEN = Facts(state=RemoteState.OPEN, paid=Decimal(0))
PAID = Facts(state=RemoteState.PAID, paid=GROSS)
PARTLY = Facts(state=RemoteState.PARTIAL, paid=Decimal(50))
NOTHING = OwnDoing()


def told(before: Facts | None, now: Facts, own: OwnDoing = NOTHING) -> list[str]:
    return list(notices(before, now, own, gross=GROSS))


@pytest.mark.parametrize(
    ("now", "name"),
    [
        (PAID, "invoice.paid"),
        (PARTLY, "invoice.partly_paid"),
        (replace(OPEN, state=RemoteState.CANCELLED), "invoice.cancelled"),
        (replace(OPEN, overdue=True), "invoice.overdue"),
        (replace(OPEN, emailed_at=NOON), "invoice.emailed"),
        (replace(OPEN, viewed_at=NOON), "invoice.viewed"),
        (replace(OPEN, tax_office="ok", tax_office_id="KSEF-1"), "invoice.tax_office"),
    ],
)
def test_each_change_has_its_name_and_is_news_once(now: Facts, name: str) -> None:
    assert told(OPEN, now) == [name]
    assert told(None, now) == [name]
    assert told(now, now) == []


def test_what_the_provider_does_not_tell_is_no_news() -> None:
    assert told(PAID, merged(PAID, Facts())) == []
    assert told(None, Facts()) == []


@pytest.mark.parametrize("paid", [GROSS, Decimal("130.00")])
def test_a_payment_that_the_shop_told_is_no_news_to_it(paid: Decimal) -> None:
    own = OwnDoing(paid=paid)
    assert told(OPEN, PAID, own) == []
    assert told(OPEN, Facts(state=RemoteState.PAID), own) == []
    assert told(OPEN, PARTLY, own) == []


def test_money_beyond_what_the_shop_told_is_news_to_it() -> None:
    assert told(OPEN, PAID, OwnDoing(paid=Decimal(50))) == ["invoice.paid"]
    assert told(OPEN, PARTLY, OwnDoing(paid=Decimal(49))) == ["invoice.partly_paid"]


def test_an_e_mail_that_was_sent_from_here_is_no_news_and_a_later_one_is() -> None:
    own, first = OwnDoing(emailed=True), replace(OPEN, emailed_at=NOON)
    assert told(OPEN, first, own) == []
    assert told(first, replace(OPEN, emailed_at=NOON + timedelta(days=1)), own) == ["invoice.emailed"]


def test_a_cancellation_from_here_is_no_news() -> None:
    assert told(OPEN, replace(OPEN, state=RemoteState.CANCELLED), OwnDoing(cancelled=True)) == []


def test_repeats_of_the_same_news_have_one_key() -> None:
    key = notice_key(INVOICE, "invoice.paid", PAID)
    assert key == notice_key(INVOICE, "invoice.paid", replace(PAID, paid=Decimal(123), overdue=True))
    assert len(key) <= 100
    elsewhere = timezone(timedelta(hours=2))
    here, there = replace(OPEN, emailed_at=NOON), replace(OPEN, emailed_at=NOON.astimezone(elsewhere))
    assert notice_key(INVOICE, "invoice.emailed", here) == notice_key(INVOICE, "invoice.emailed", there)


def test_different_news_have_different_keys() -> None:
    other = replace(INVOICE, order_id="1002")
    half, most = PARTLY, replace(PARTLY, paid=Decimal(100))
    office = [Facts(tax_office=state, tax_office_id=told) for state, told in (("ok", ""), ("", "ok"), ("ok", "K-1"))]
    keys = [
        notice_key(INVOICE, "invoice.paid", PAID),
        notice_key(other, "invoice.paid", PAID),
        notice_key(INVOICE, "invoice.partly_paid", half),
        notice_key(INVOICE, "invoice.partly_paid", most),
        notice_key(INVOICE, "invoice.overdue", PAID),
        *(notice_key(INVOICE, "invoice.tax_office", facts) for facts in office),
    ]
    assert len(set(keys)) == len(keys)


def test_what_is_paid_is_told_against_what_came_from_here_at_that_moment() -> None:
    before = learned(None, PARTLY, recorded=Decimal(20))
    assert before.paid_by_others(GROSS) == Decimal(30)
    assert learned(before, Facts(overdue=True), recorded=Decimal(50)).paid_by_others(GROSS) == Decimal(30)
    assert learned(before, PARTLY, recorded=Decimal(50)).paid_by_others(GROSS) == 0


def test_an_answer_becomes_facts_with_where_to_look_at_it() -> None:
    facts = facts_of(a_remote_document(state=RemoteState.PAID, url="https://books.example/r1"))
    assert (facts.state, facts.url) == (RemoteState.PAID, "https://books.example/r1")


@pytest.mark.parametrize(("told_as", "shown"), [("123", "123.00"), ("123.0", "123.00"), ("122.995", "122.995")])
def test_a_sum_is_told_with_the_decimals_of_the_document(told_as: str, shown: str) -> None:
    assert str(Facts(paid=Decimal(told_as)).paid_there(GROSS)) == shown
