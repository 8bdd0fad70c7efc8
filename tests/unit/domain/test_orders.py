"""Which of two snapshots of an order is the newer one."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.domain.orders import Refund
from tests.builders import NOON, a_buyer, a_payment, an_order

MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.just(UTC))  # noqa: DTZ001


@given(MOMENTS, MOMENTS)
def test_a_later_change_sorts_higher_as_text(one: datetime, other: datetime) -> None:
    versions = an_order(modified_at=one).version, an_order(modified_at=other).version
    assert (versions[0] < versions[1]) == (one < other)


def test_the_zone_of_the_stamp_does_not_matter() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=9)))
    assert an_order(modified_at=there).version == an_order(modified_at=NOON).version


@pytest.mark.parametrize(
    "progress",
    [
        {"paid_at": NOON},
        {"fulfilled_at": NOON},
        {"cancelled_at": NOON},
        {"payments": (a_payment(),)},
        {"refunds": (Refund(refund_id="1", amount=Decimal(1)),)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_of_equal_stamps_the_one_that_has_come_further_is_newer(progress: dict[str, object]) -> None:
    assert an_order(**progress).version > an_order().version


def test_a_later_stamp_beats_any_progress() -> None:
    later = an_order(modified_at=NOON + timedelta(microseconds=1))
    assert later.version > an_order(modified_at=NOON, paid_at=NOON, payments=(a_payment(),)).version


def test_refunds_add_up() -> None:
    refunds = tuple(Refund(refund_id=str(n), amount=Decimal(n)) for n in (1, 2))
    assert an_order(refunds=refunds).refunded == Decimal(3)


@pytest.mark.parametrize(
    ("buyer", "name"),
    [
        ({"company": "Example Ltd"}, "Example Ltd"),
        ({}, "Ada Example"),
        ({"last_name": ""}, "Ada"),
        ({"first_name": "", "last_name": ""}, ""),
    ],
)
def test_the_invoice_goes_to_the_company_or_else_to_the_person(buyer: dict[str, object], name: str) -> None:
    assert a_buyer(**buyer).name == name
