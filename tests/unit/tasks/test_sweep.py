"""The sweeper rings what is due and was not heard; the prober opens what counterfoil itself has shut."""

from datetime import timedelta

import pytest

from providers.domain.errors import AccessDenied
from providers.domain.reasons import Code, Reason
from tasks.probing import Prober, probe
from tasks.sweep import Sweeper
from tests.builders import BOOK, NOON, SHOP, a_paid_order, an_order
from tests.unit.tasks.engine import Engine
from tests.unit.tasks.fake_provider import FakeProvider, Killed

WHY = Reason(code=Code.ACCESS_DENIED, text="token")


@pytest.fixture
def sweeper(engine: Engine) -> Sweeper:
    return Sweeper(engine.ledger, books=engine.books, paused=engine.paused, bell=engine.bells, clock=engine.clock)


class TestSweep:
    def test_a_bell_that_was_lost_is_rung_again(self, engine: Engine, sweeper: Sweeper) -> None:
        engine.bring()
        assert sweeper.sweep() == 0
        engine.clock.move(seconds=16)
        assert sweeper.sweep() == 1
        assert engine.bells.rung == [(SHOP, "1001")]
        assert sweeper.sweep() == 0

    def test_an_order_is_rung_when_its_wait_is_over(
        self, engine: Engine, sweeper: Sweeper, provider: FakeProvider
    ) -> None:
        from_now = timedelta(seconds=30)
        provider.card = provider.card.with_overrides(settle=from_now)
        engine.bring()
        provider.fails("create", Killed())
        with pytest.raises(Killed):
            engine.run()
        engine.clock.move(seconds=49)
        assert sweeper.sweep() == 0
        engine.clock.move(seconds=1)
        assert sweeper.sweep() == 1

    def test_what_rests_is_left_alone(self, engine: Engine, sweeper: Sweeper) -> None:
        engine.drive()
        engine.drive(an_order(order_id="1002"))
        engine.clock.move(days=1)
        assert sweeper.sweep() == 0

    def test_a_paused_book_is_left_alone_until_it_is_open(self, engine: Engine, sweeper: Sweeper) -> None:
        engine.bring()
        engine.clock.move(seconds=16)
        engine.paused.pause(BOOK, WHY, now=engine.clock.now)
        assert (sweeper.sweep(), sweeper.wake()) == (0, 0)
        engine.paused.resume(BOOK)
        assert sweeper.sweep() == 1

    def test_who_begins_to_work_rings_what_is_due_though_its_bells_count_as_heard(
        self, engine: Engine, sweeper: Sweeper
    ) -> None:
        for number in range(3):
            engine.bring(a_paid_order(order_id=str(number)))
        engine.clock.move(seconds=1)
        assert sweeper.sweep() == 0
        assert sweeper.wake() == 3
        assert engine.bells.rung == [(SHOP, str(number)) for number in range(3)]

    def test_however_much_is_due_only_the_first_are_rung_at_the_start(self, engine: Engine, sweeper: Sweeper) -> None:
        for number in range(70):
            engine.bring(a_paid_order(order_id=f"{number:02}"))
        engine.clock.move(seconds=1)
        assert sweeper.wake() == 64
        assert len(engine.bells.rung) == 64


class TestProbing:
    def prober(self, engine: Engine) -> Prober:
        return Prober(engine.ledger, books=engine.books, paused=engine.paused, clock=engine.clock)

    def test_a_book_that_counterfoil_shut_opens_when_its_provider_answers(
        self, engine: Engine, provider: FakeProvider
    ) -> None:
        engine.paused.pause(BOOK, WHY, now=NOON)
        provider.fails("probe", AccessDenied("still"))
        engine.clock.move(minutes=1)
        assert self.prober(engine).probe_paused() == 0
        assert engine.paused.is_paused(BOOK)
        engine.clock.move(minutes=1)
        assert self.prober(engine).probe_paused() == 1
        assert not engine.paused.is_paused(BOOK)

    def test_a_book_is_not_probed_again_at_once(self, engine: Engine, provider: FakeProvider) -> None:
        engine.paused.pause(BOOK, WHY, now=NOON)
        engine.clock.move(minutes=1)
        provider.fails("probe", AccessDenied("still"))
        for _ in range(3):
            assert self.prober(engine).probe_paused() == 0
        assert len(provider.calls) == 1

    def test_what_a_person_shut_stays_shut(self, engine: Engine, provider: FakeProvider) -> None:
        engine.paused.pause(BOOK, WHY, now=NOON, by="ada")
        engine.paused.pause("gone", WHY, now=NOON)
        engine.clock.move(hours=1)
        assert self.prober(engine).probe_paused() == 0
        assert provider.calls == []

    def test_what_a_person_shuts_while_the_provider_is_asked_stays_shut(
        self, engine: Engine, provider: FakeProvider
    ) -> None:
        def shut() -> None:
            engine.ledger.books.resume(BOOK)
            engine.paused.pause(BOOK, WHY, now=engine.clock.now, by="ada")

        engine.paused.pause(BOOK, WHY, now=NOON)
        engine.clock.move(hours=1)
        provider.meanwhile = shut
        assert self.prober(engine).probe_paused() == 0
        assert [book.by for book in engine.ledger.books.paused()] == ["ada"]
        assert engine.paused.is_paused(BOOK)

    def test_a_probe_tells_the_account_or_the_error(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("probe", AccessDenied("no"))
        told, error = probe(engine.books[BOOK])
        assert told is None
        assert isinstance(error, AccessDenied)
        told, error = probe(engine.books[BOOK])
        assert error is None
        assert told is not None
        assert told.account == "Example"
