"""Books that take few requests at a time, and books that are shut."""

import random
from datetime import timedelta

import pytest

from providers.domain.policy import Retries
from providers.domain.reasons import Code, Reason
from tasks.backoff import Backoff
from tasks.ledger.ledger import Ledger
from tasks.slots import LocalSlots
from tasks.sync import Ended
from tests.builders import BOOK, NOON, SettableClock, a_paid_order
from tests.unit.tasks.engine import Engine
from tests.unit.tasks.fake_provider import FakeProvider, Killed

BY_HAND = Reason(code=Code.BOOK_PAUSED, text="stocktaking")


@pytest.fixture
def narrow(sqlite_ledger: Ledger, clock: SettableClock, provider: FakeProvider) -> Engine:
    """An engine whose provider takes one request at a time."""
    return Engine(sqlite_ledger, clock, provider=provider, slots=1)


class TestOneAtATime:
    def test_a_bell_that_finds_no_slot_ends_at_once_and_loses_nothing(
        self, narrow: Engine, provider: FakeProvider
    ) -> None:
        heard: list[Ended] = []

        def another_bell() -> None:
            narrow.bring(a_paid_order(order_id="1002"))
            heard.append(narrow.run("1002"))

        provider.meanwhile = another_bell
        narrow.bring()
        assert narrow.run() is Ended.DROVE
        assert heard == [Ended.BUSY]
        assert [line.state for line in narrow.ledger.views.orders()] == ["done", "done"]

    def test_who_holds_the_slot_drives_all_that_is_due_longest_first(
        self, narrow: Engine, provider: FakeProvider
    ) -> None:
        for number in ("1003", "1002", "1001"):
            narrow.bring(a_paid_order(order_id=number))
            narrow.clock.move(seconds=1)
        assert narrow.run("1001") is Ended.DROVE
        created = [key.split("/")[1] for key in provider.made("create")]
        assert created == ["1001", "1003", "1002"]

    def test_a_bell_for_what_is_done_drives_what_is_due(self, narrow: Engine) -> None:
        narrow.bring(a_paid_order(order_id="1002"))
        assert narrow.run("1001") is Ended.NOT_DUE
        assert narrow.line("1002").state == "done"

    def test_the_slot_is_given_back(self, narrow: Engine) -> None:
        assert narrow.drive().state == "done"
        assert narrow.drive(a_paid_order(order_id="1002")).state == "done"

    def test_a_dead_end_in_one_order_gives_the_slot_back_too(self, narrow: Engine, provider: FakeProvider) -> None:
        provider.fails("create", Killed())
        narrow.bring()
        with pytest.raises(Killed):
            narrow.run()
        assert narrow.drive(a_paid_order(order_id="1002")).state == "done"


class TestAPausedBook:
    def test_its_provider_is_not_asked(self, engine: Engine, provider: FakeProvider) -> None:
        engine.paused.pause(BOOK, BY_HAND, now=NOON, by="ada")
        engine.bring()
        assert engine.run() is Ended.PAUSED
        assert provider.calls == []
        assert engine.line().state == "due"

    def test_a_holder_of_the_slot_stops_at_it(self, narrow: Engine, provider: FakeProvider) -> None:
        for number in ("1001", "1002"):
            narrow.bring(a_paid_order(order_id=number))
        provider.meanwhile = lambda: narrow.paused.pause(BOOK, BY_HAND, now=NOON, by="ada")
        assert narrow.run() is Ended.DROVE
        assert len(provider.made("create")) == 1
        assert narrow.line("1002").state == "due"

    def test_it_goes_on_when_it_is_opened(self, engine: Engine) -> None:
        engine.paused.pause(BOOK, BY_HAND, now=NOON, by="ada")
        assert engine.paused.resume(BOOK)
        assert not engine.paused.resume(BOOK)
        assert engine.drive().state == "done"


class TestSlots:
    def test_no_more_are_given_than_there_are(self) -> None:
        slots = LocalSlots({BOOK: 2, "wide": None})
        with slots.take(BOOK) as first, slots.take(BOOK) as second, slots.take(BOOK) as third:
            assert (first, second, third) == (True, True, False)
        with slots.take(BOOK) as again:
            assert again

    def test_a_book_without_a_limit_is_not_bounded(self) -> None:
        slots = LocalSlots({BOOK: 2, "wide": None})
        assert (slots.bounded(BOOK), slots.bounded("wide"), slots.bounded("other")) == (True, False, False)
        with slots.take("wide") as taken:
            assert taken


class TestBackoff:
    RETRIES = Retries(max_attempts=5, max_age=timedelta(hours=1), first_wait=timedelta(seconds=2))

    def test_waits_double_up_to_the_longest_and_vary(self) -> None:
        backoff = Backoff(retries=self.RETRIES, chance=random.Random(1))
        for attempt in range(1, 40):
            whole = min(timedelta(seconds=2) * 2 ** (attempt - 1), timedelta(minutes=30))
            waits = [backoff.wait(attempt) for _ in range(20)]
            assert all(whole / 2 <= wait <= whole for wait in waits)
            assert len(set(waits)) > 1

    @pytest.mark.parametrize(
        ("attempts", "age", "enough"),
        [(4, timedelta(minutes=59), False), (5, timedelta(0), True), (1, timedelta(hours=1), True)],
    )
    def test_attempts_and_time_both_have_an_end(self, attempts: int, age: timedelta, enough: bool) -> None:
        assert Backoff(retries=self.RETRIES).exhausted(attempts, NOON, NOON + age) is enough
