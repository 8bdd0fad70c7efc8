"""Bells that would say nothing new are not sent, and no order is forgotten for it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from providers.domain.policy import Policy
from tasks.drains import Drain, Drains
from tasks.ports import ShopFront
from tests.unit.tasks.engine import StubShop

BOOK = "main"


@dataclass
class Sent:
    """The bells that were sent, and a clock."""

    bells: list[tuple[str, str]] = field(default_factory=list)
    now: float = 0.0

    def ring(self, shop: str, order_id: str) -> None:
        self.bells.append((shop, order_id))


@pytest.fixture
def sent() -> Sent:
    return Sent()


@pytest.fixture
def drains(sent: Sent) -> Drains:
    return make(sent)


def make(sent: Sent, *, most: int = 2, here: bool = True) -> Drains:
    fronts = {"garden": ShopFront(name="garden", shop=StubShop(), book=BOOK, policy=Policy())}
    return Drains(sent, fronts=fronts, most=most, here=here, steady=lambda: sent.now)


def test_a_first_ring_is_sent_and_those_before_it_is_answered_are_not(drains: Drains, sent: Sent) -> None:
    for number in ("1", "2", "3"):
        drains.ring("garden", number)
    assert sent.bells == [("garden", "1")]


def test_who_is_at_work_is_told_of_rings_once_until_it_looks(drains: Drains, sent: Sent) -> None:
    told: list[str] = []
    with drains.begin(BOOK) as first, drains.begin(BOOK):
        assert first is not None
        first.on_news = lambda: told.append("news")
        drains.ring("garden", "1")
        drains.ring("garden", "2")
        assert told == ["news"]
        first.look()
        drains.ring("garden", "3")
        assert told == ["news"] * 2
    assert sent.bells == []


def test_no_more_drain_than_may(drains: Drains) -> None:
    with drains.begin(BOOK), drains.begin(BOOK) as second, drains.begin(BOOK) as third:
        assert second is not None
        assert third is None


def test_a_bell_that_was_lost_is_not_waited_for(drains: Drains, sent: Sent) -> None:
    drains.ring("garden", "1")
    sent.now = 2.0
    drains.ring("garden", "2")
    assert sent.bells == [("garden", "1"), ("garden", "2")]


def test_nobody_leaves_before_what_was_rung_since_was_looked_at(sent: Sent) -> None:
    drains = make(sent, most=1)
    drains.ring("garden", "1")
    with drains.begin(BOOK) as drain:
        assert drain is not None
        drain.look()
        drains.ring("garden", "2")
        assert not drain.leave()
        drain.look()
        assert drain.leave()
    drains.ring("garden", "3")
    assert sent.bells == [("garden", "1"), ("garden", "3")]


def test_a_bell_that_finds_enough_at_work_makes_them_look_again(sent: Sent) -> None:
    drains = make(sent, most=1)
    with drains.begin(BOOK) as drain:
        assert drain is not None
        drain.look()
        with drains.begin(BOOK) as another:
            assert another is None
        assert not drain.leave()


def test_who_stops_with_work_left_can_be_called_again(sent: Sent) -> None:
    drains = make(sent, most=1)
    with drains.begin(BOOK) as drain:
        assert drain is not None
        drain.stop()
        drains.ring("garden", "next")
    assert sent.bells == [("garden", "next")]


def test_who_fails_makes_room(sent: Sent) -> None:
    drains = make(sent, most=1)
    with pytest.raises(RuntimeError), drains.begin(BOOK):
        raise RuntimeError
    with drains.begin(BOOK) as drain:
        assert drain is not None


@pytest.mark.parametrize("shop", ["garden", "unknown"])
def test_bells_that_are_answered_elsewhere_are_all_sent(sent: Sent, shop: str) -> None:
    drains = make(sent, here=shop == "unknown")
    for number in ("1", "2"):
        drains.ring(shop, number)
    assert len(sent.bells) == 2


class Works:
    """Threads that ring for work which they put down before, and threads that drain it as the engine does."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.todo: list[tuple[int, int]] = []
        self.done: list[tuple[int, int]] = []
        self.drainers: list[threading.Thread] = []
        fronts = {"garden": ShopFront(name="garden", shop=StubShop(), book=BOOK, policy=Policy())}
        self.drains = Drains(self, fronts=fronts, most=3, here=True, steady=lambda: 0.0)

    def ring(self, shop: str, order_id: str) -> None:
        """The broker: each bell has a thread."""
        thread = threading.Thread(target=self.answer)
        with self.lock:
            self.drainers.append(thread)
        thread.start()

    def answer(self) -> None:
        with self.drains.begin(BOOK) as drain:
            while drain is not None and self.drain_one(drain):
                pass

    def drain_one(self, drain: Drain) -> bool:
        drain.look()
        with self.lock:
            taken = self.todo.pop() if self.todo else None
        if taken is None:
            return not drain.leave()
        self.done.append(taken)
        return True

    def sell(self, name: int) -> None:
        for number in range(300):
            with self.lock:
                self.todo.append((name, number))
            self.drains.ring("garden", str(number))


def test_whatever_rings_and_drains_at_once_nothing_rung_for_stays_undone() -> None:
    works = Works()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(works.sell, range(4)))
    while alive := [thread for thread in works.drainers if thread.is_alive()]:
        for thread in alive:
            thread.join()
    assert works.todo == []
    assert len(works.done) == 1200


def test_a_bell_that_found_everybody_at_work_is_known_where_others_may_answer_it(sent: Sent) -> None:
    drains = make(sent, most=1, here=False)
    with drains.begin(BOOK) as drain:
        assert drain is not None
        with drains.begin(BOOK, named=("garden", "7")) as turned_away:
            assert turned_away is None
        assert drains.turned_away(BOOK) == ("garden", "7")
        assert drains.turned_away(BOOK) is None


def test_where_nobody_else_answers_it_is_not(sent: Sent) -> None:
    drains = make(sent, most=1)
    with drains.begin(BOOK), drains.begin(BOOK, named=("garden", "7")) as turned_away:
        assert turned_away is None
        assert drains.turned_away(BOOK) is None
