"""Bells of a rush are rung together, and that of a single order at once."""

import threading
from collections.abc import Callable

import pytest

from providers.domain.policy import Policy
from tasks.ports import ShopFront
from tasks.ringing import AfterAMoment, RungTogether
from tests.unit.tasks.engine import StubShop


class Moments:
    """What was asked to be called later; the test says when that is."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], None]] = []

    def __call__(self, call: Callable[[], None]) -> None:
        self.calls.append(call)

    def pass_by(self) -> None:
        calls, self.calls = self.calls, []
        for call in calls:
            call()


class Rung:
    """A bell that remembers."""

    def __init__(self) -> None:
        self.orders: list[str] = []

    def ring(self, shop: str, order_id: str) -> None:
        self.orders.append(order_id)


@pytest.fixture
def rung() -> Rung:
    return Rung()


@pytest.fixture
def moments() -> Moments:
    return Moments()


@pytest.fixture
def together(rung: Rung, moments: Moments) -> RungTogether:
    books = {"garden": "main", "bakery": "other"}
    fronts = {shop: ShopFront(name=shop, shop=StubShop(), book=book, policy=Policy()) for shop, book in books.items()}
    return RungTogether(rung, fronts=fronts, later=moments)


def test_a_single_order_is_rung_for_at_once(together: RungTogether, rung: Rung, moments: Moments) -> None:
    together.ring("garden", "1")
    assert rung.orders == ["1"]
    moments.pass_by()
    assert rung.orders == ["1"]
    assert not moments.calls


def test_of_those_that_follow_within_the_moment_every_eighth_is(
    together: RungTogether, rung: Rung, moments: Moments
) -> None:
    for number in range(10):
        together.ring("garden", str(number))
    assert rung.orders == ["0"]
    moments.pass_by()
    assert rung.orders == ["0", "1", "9"]


def test_the_moments_of_a_rush_grow(together: RungTogether, rung: Rung, moments: Moments) -> None:
    together.ring("garden", "first")
    rung_at: list[int] = []
    for moment in range(32):
        together.ring("garden", str(moment))
        before = len(rung.orders)
        moments.pass_by()
        rung_at += [moment] * (len(rung.orders) - before)
    assert rung_at == [0, 2, 6, 14, 22, 30]


def test_a_large_rush_has_a_few_bells(together: RungTogether, rung: Rung, moments: Moments) -> None:
    for number in range(1_001):
        together.ring("garden", str(number))
    moments.pass_by()
    assert len(rung.orders) == 1 + 4


def test_the_last_one_of_a_rush_is_rung_for(together: RungTogether, rung: Rung, moments: Moments) -> None:
    for number in range(3):
        together.ring("garden", str(number))
    moments.pass_by()
    together.ring("garden", "last")
    for _ in range(8):
        moments.pass_by()
    assert rung.orders == ["0", "1", "last"]
    assert not moments.calls


def test_books_do_not_wait_for_each_other(together: RungTogether, rung: Rung) -> None:
    together.ring("garden", "1")
    together.ring("bakery", "2")
    assert rung.orders == ["1", "2"]


def test_what_is_to_come_later_comes_in_another_thread() -> None:
    threads: list[threading.Thread] = []
    called = threading.Event()
    later = AfterAMoment(0.0)
    later(lambda: threads.append(threading.current_thread()))
    later(called.set)
    assert called.wait(10)
    assert threads != [threading.current_thread()]
