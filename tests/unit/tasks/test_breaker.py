"""A provider that is down is left alone and told once; one that asks for patience gets it."""

from datetime import timedelta

import pytest
from pyrate_limiter import Duration, InMemoryBucket, Limiter, Rate

from providers.domain.documents import DocumentKey, DocumentKind, RemoteDocument
from providers.domain.errors import NotSent, OutcomeUnknown, Throttled
from providers.domain.orders import OrderState
from providers.domain.reasons import Code
from providers.domain.results import Issued, Lost, Unsent
from tasks.breaker import Alarm, Breaker, rest_for
from tasks.budget import RateGate
from tasks.probing import Prober
from tasks.sync import Ended
from tests.builders import BOOK, NOON, SHOP, a_paid_order
from tests.unit.tasks.engine import Engine
from tests.unit.tasks.fake_provider import FakeProvider

REFUSED = Unsent(operation_key="k", text="connection refused")
LOST = Lost(operation_key="k", at=NOON, text="502")
PATIENCE = Unsent(operation_key="k", text="429", counts=False, retry_after=timedelta(seconds=7))
ANSWER = Issued(
    operation_key="k",
    document=DocumentKey(SHOP, "1001", DocumentKind.INVOICE),
    remote=RemoteDocument(remote_id="r1"),
)


class TestCounting:
    def test_failures_in_a_row_raise_the_alarm_once(self) -> None:
        breaker = Breaker()
        alarms = [breaker.record(BOOK, result) for result in [REFUSED, LOST] * 4]
        assert alarms == [None] * 7 + [Alarm.DOWN]
        assert breaker.record(BOOK, REFUSED) is None

    def test_an_answer_in_between_starts_the_count_anew(self) -> None:
        breaker = Breaker()
        results = [REFUSED] * 7 + [ANSWER] + [REFUSED] * 7
        assert {breaker.record(BOOK, result) for result in results} == {None}

    def test_books_are_counted_apart(self) -> None:
        breaker = Breaker()
        results = [(book, breaker.record(book, REFUSED)) for book in [BOOK, "other"] * 7]
        assert {alarm for _, alarm in results} == {None}

    def test_three_waits_in_a_row_make_the_book_rest_for_the_wait_that_was_named(self) -> None:
        breaker = Breaker()
        assert [breaker.record(BOOK, PATIENCE) for _ in range(3)] == [None, None, Alarm.THROTTLED]
        assert rest_for(PATIENCE) == timedelta(seconds=7)
        assert rest_for(Unsent(operation_key="k", text="429", counts=False)) == timedelta(seconds=1)


class TestAnOutage:
    def bring(self, engine: Engine, orders: int) -> None:
        for number in range(orders):
            engine.bring(a_paid_order(order_id=str(number)))

    def test_it_pauses_the_book_in_one_line_and_leaves_the_rest_alone(
        self, engine: Engine, provider: FakeProvider
    ) -> None:
        provider.fails("create", NotSent("refused"), times=1000)
        self.bring(engine, 20)
        ended = [engine.run(str(number)) for number in range(20)]
        assert ended == [Ended.DROVE] + [Ended.PAUSED] * 19, "the first bell drives all that is due, until it may not"
        assert [(book.name, book.reason.code) for book in engine.ledger.books.paused()] == [(BOOK, Code.PROVIDER_DOWN)]
        assert len(provider.calls) == 8
        assert {engine.line(str(number)).state for number in range(20)} == {OrderState.DUE}

    def test_hours_of_it_cost_no_attempts_and_end_with_one_probe(self, engine: Engine, provider: FakeProvider) -> None:
        prober = Prober(engine.ledger, books=engine.books, paused=engine.paused, clock=engine.clock)
        provider.fails("create", NotSent("refused"), times=1000)
        self.bring(engine, 12)
        for number in range(12):
            engine.run(str(number))
        provider.fails("probe", NotSent("refused"), times=100)
        for _ in range(40):
            engine.clock.move(minutes=5)
            prober.probe_paused()
            assert engine.run("11") is Ended.PAUSED
        assert max(engine.line(str(number)).attempts for number in range(12)) <= 1

        provider.heals()
        engine.clock.move(minutes=5)
        assert prober.probe_paused() == 1
        for number in range(12):
            engine.run(str(number))
        assert {engine.line(str(number)).state for number in range(12)} == {OrderState.DONE}
        assert len(provider.documents) == 12

    def test_an_unknown_outcome_in_the_row_is_still_looked_up(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", OutcomeUnknown("502"), commits=True, times=8)
        self.bring(engine, 8)
        engine.run("0")
        assert engine.paused.is_paused(BOOK)
        engine.paused.resume(BOOK)
        engine.wake("0")
        assert len(provider.documents) == 8
        assert {engine.line(str(number)).state for number in range(8)} == {OrderState.DONE}

    def test_a_book_that_rests_opens_by_itself(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", Throttled("429", retry_after=timedelta(seconds=30)), times=3)
        self.bring(engine, 4)
        ended = [engine.run(str(number)) for number in range(4)]
        assert ended == [Ended.DROVE] + [Ended.PAUSED] * 3
        assert engine.ledger.books.paused() == ()
        engine.clock.move(seconds=31)
        assert [engine.run(str(number)) for number in range(4)] == [Ended.DROVE] + [Ended.NOT_DUE] * 3
        assert len(provider.documents) == 4


class TestTheRateGate:
    def test_within_the_budget_nothing_waits(self) -> None:
        gate = RateGate(BOOK, Limiter(InMemoryBucket([Rate(3, Duration.DAY)])))
        for _ in range(3):
            gate()

    def test_a_store_that_cannot_count_stops_the_asking(self) -> None:
        class Broken:
            def try_acquire(self, *_: object, **__: object) -> bool:
                raise ConnectionError("the store is gone")

        with pytest.raises(Throttled, match="cannot be counted"):
            RateGate(BOOK, Broken())()  # type: ignore[arg-type]
