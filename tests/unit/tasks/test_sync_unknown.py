"""A lost answer, a dead worker, a fault of ours: looked up before anything is done again."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from providers.domain.card import Finding
from providers.domain.documents import RemotePayment
from providers.domain.errors import AccessDenied, FieldRefusal, OutcomeUnknown, Refused, Unavailable
from providers.domain.orders import OrderState
from providers.domain.reasons import Code
from tasks.ledger.ledger import Ledger
from tasks.sync import Ended
from tests.builders import BOOK, NOON, SHOP, SettableClock, a_card, a_paid_order
from tests.unit.tasks.engine import LEASE, Engine
from tests.unit.tasks.fake_provider import FakeProvider, Killed

LOST = OutcomeUnknown("read timed out")
CREATE, PAY = "garden/1001/invoice/1:create:g1", "garden/1001/invoice/1:pay:p1:g1"
SETTLE = a_card().settle


def methods(provider: FakeProvider) -> list[str]:
    return [method for method, _ in provider.calls]


def totals(provider: FakeProvider) -> list[tuple[Decimal | None, Decimal | None]]:
    return [(document.gross, document.paid) for document in provider.documents.values()]


ONE_RIGHT_INVOICE = [(Decimal("123.00"), Decimal("123.00"))]


class TestALostCreate:
    def test_it_waits_until_the_call_must_have_settled(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", LOST, commits=True)
        line = engine.drive()
        assert (line.state, engine.code(), line.documents[0].state) == (OrderState.DUE, Code.RESOLVING, "unknown")
        assert engine.due_in() == SETTLE
        engine.clock.move(SETTLE - timedelta(microseconds=1))
        assert engine.run() is Ended.NOT_DUE
        assert methods(provider) == ["create"]

    def test_it_is_not_billed_twice_when_it_took_effect(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", LOST, commits=True)
        engine.drive()
        assert engine.wake().state == "done"
        assert methods(provider) == ["create", "find", "pay"]
        assert totals(provider) == ONE_RIGHT_INVOICE
        assert engine.operations() == [(CREATE, "done"), (PAY, "done")]

    def test_it_is_made_again_once_when_it_had_no_effect(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", LOST)
        engine.drive()
        assert engine.wake().state == "done"
        assert provider.made("create") == [CREATE, CREATE[:-1] + "2"]
        assert totals(provider) == ONE_RIGHT_INVOICE

    def test_where_the_list_lags_a_second_look_finds_it(self, engine: Engine, provider: FakeProvider) -> None:
        provider.card = a_card(list_lag=timedelta(seconds=10))
        provider.blind = 1
        provider.fails("create", LOST, commits=True)
        engine.drive()
        engine.wake()
        assert engine.due_in() == timedelta(seconds=10)
        assert engine.wake().state == "done"
        assert methods(provider) == ["create", "find", "find", "pay"]
        assert totals(provider) == ONE_RIGHT_INVOICE

    def test_where_a_provider_cannot_be_asked_nothing_is_done_again(
        self, engine: Engine, provider: FakeProvider
    ) -> None:
        provider.card = a_card(finding=Finding.NOT_AT_ALL)
        provider.fails("create", LOST, commits=True)
        assert engine.drive().state == "attention"
        assert engine.code() == Code.UNRESOLVED
        engine.clock.move(days=1)
        engine.drive(a_paid_order(modified_at=engine.clock.now))
        assert engine.code() == Code.UNRESOLVED
        assert methods(provider) == ["create"]

    def test_two_documents_with_the_reference_call_a_person(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", LOST, commits=True)
        engine.drive()
        provider.documents["r2"] = replace(provider.documents["r1"], remote_id="r2")
        assert engine.wake().state == "attention"
        assert engine.code() == Code.DUPLICATE_AT_PROVIDER

    def test_one_that_turns_out_wrong_calls_a_person(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", LOST, commits=True)
        engine.drive()
        provider.documents["r1"] = replace(provider.documents["r1"], gross=Decimal(1))
        engine.wake()
        assert engine.code() == Code.PROVIDER_TOTAL_DIFFERS

    def test_a_look_up_without_an_answer_is_made_again(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", LOST, commits=True)
        provider.fails("find", Unavailable("502"))
        engine.drive()
        assert engine.wake().attempts == 1
        assert engine.wake().state == "done"
        assert totals(provider) == ONE_RIGHT_INVOICE

    def test_a_newer_order_does_not_cut_the_wait_short(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", LOST)
        engine.drive()
        engine.clock.move(seconds=1)
        engine.drive(a_paid_order(modified_at=engine.clock.now))
        assert methods(provider) == ["create"]
        assert engine.due_in() == SETTLE - timedelta(seconds=1)

    def test_a_cancelled_order_is_resolved_before_it_is_closed(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", LOST, commits=True)
        engine.drive()
        engine.drive(a_paid_order(modified_at=NOON + timedelta(seconds=1), cancelled_at=NOON))
        engine.wake()
        assert engine.code() == Code.CANCELLED_AFTER_INVOICE
        assert provider.made("pay") == []


class TestALostPayment:
    @pytest.mark.parametrize("listed", [True, False], ids=["by reference", "by sum"])
    def test_it_is_not_recorded_twice_when_it_took_effect(
        self, engine: Engine, provider: FakeProvider, listed: bool
    ) -> None:
        provider.fails("pay", LOST, commits=True)
        engine.drive()
        if not listed:
            provider.documents["r1"] = replace(provider.documents["r1"], payments=None)
        assert engine.wake().state == "done"
        assert methods(provider) == ["create", "pay", "read"]
        assert totals(provider) == ONE_RIGHT_INVOICE

    def test_it_is_recorded_again_once_when_it_had_no_effect(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("pay", LOST)
        engine.drive()
        assert engine.wake().state == "done"
        assert provider.made("pay") == [PAY, PAY[:-1] + "2"]
        assert totals(provider) == ONE_RIGHT_INVOICE

    def test_a_document_that_was_given_the_id_meanwhile_proves_nothing(
        self, engine: Engine, provider: FakeProvider
    ) -> None:
        provider.fails("pay", LOST, commits=True)
        engine.drive()
        provider.documents["r1"] = replace(provider.documents["r1"], reference="garden/7")
        engine.wake()
        assert engine.code() == Code.VANISHED_AT_PROVIDER
        assert len(provider.made("pay")) == 1

    def test_a_sum_that_proves_nothing_calls_a_person(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("pay", LOST)
        engine.drive()
        by_hand = RemotePayment(remote_id="m7", amount=Decimal(7))
        provider.documents["r1"] = replace(provider.documents["r1"], paid=Decimal(7), payments=(by_hand,))
        engine.wake()
        assert engine.code() == Code.PROVIDER_PAID_DIFFERS
        assert len(provider.made("pay")) == 1


class TestAWorkerThatDies:
    @pytest.mark.parametrize("commits", [True, False])
    @pytest.mark.parametrize(("method", "calls"), [("create", 3), ("pay", 3)])
    def test_the_next_one_looks_before_it_does_anything(
        self, engine: Engine, provider: FakeProvider, method: str, calls: int, commits: bool
    ) -> None:
        provider.fails(method, Killed(), commits=commits)
        engine.bring()
        with pytest.raises(Killed):
            engine.run()
        story = engine.ledger.views.story(SHOP, "1001")
        assert story is not None
        assert story.moments[-1].what == "sent"
        assert engine.run() is Ended.NOT_DUE
        engine.clock.move(LEASE)
        assert engine.run() is Ended.DROVE
        assert engine.code() == Code.RESOLVING
        assert engine.due_in() == a_card().call_timeout + SETTLE - LEASE
        assert engine.wake().state == "done"
        assert len(provider.calls) == calls + (0 if commits else 1)
        assert totals(provider) == ONE_RIGHT_INVOICE

    def test_an_order_that_kills_three_is_parked(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", Killed())
        provider.fails("find", Killed(), times=9)
        engine.bring()
        for _ in range(3):
            with pytest.raises(Killed):
                engine.run()
            engine.clock.move(minutes=2)
        assert engine.run() is Ended.DROVE
        assert (engine.line().state, engine.code()) == ("attention", Code.POISON)
        assert len(provider.calls) == 3

    def test_one_that_kills_whoever_plans_it_is_parked_too_and_others_go_on_meanwhile(
        self, sqlite_ledger: Ledger, clock: SettableClock, provider: FakeProvider
    ) -> None:
        provider.fails("prepare", Killed(), times=3)
        for order_id in ("1001", "1002"):
            Engine(sqlite_ledger, clock, provider=provider).bring(a_paid_order(order_id=order_id))
        for number in range(3):
            process = Engine(sqlite_ledger, clock, provider=provider, careful=50)
            with pytest.raises(Killed):
                process.run("1001")
            if number == 0:
                provider.heals()
                assert Engine(sqlite_ledger, clock, provider=provider, careful=50).run("1002") is Ended.DROVE
                provider.fails("prepare", Killed(), times=2)
            clock.move(LEASE)
        last = Engine(sqlite_ledger, clock, provider=provider, careful=50)
        last.run("1001")
        assert (last.line("1001").state, last.code("1001")) == ("attention", Code.POISON)
        assert last.line("1002").state == "done"
        assert provider.made("create") == ["garden/1002/invoice/1:create:g1"]

    def test_a_parked_order_goes_on_at_a_persons_word(self, engine: Engine, provider: FakeProvider) -> None:
        self.test_an_order_that_kills_three_is_parked(engine, provider)
        provider.heals()
        engine.ledger.turns.make_due(SHOP, "1001", now=engine.clock.now)
        engine.run()
        assert engine.line().state == "done"
        assert totals(provider) == ONE_RIGHT_INVOICE

    def test_a_worker_that_was_too_slow_writes_nothing(self, engine: Engine, provider: FakeProvider) -> None:
        provider.meanwhile = lambda: engine.clock.move(LEASE)
        engine.bring()
        assert engine.run() is Ended.LEASE_LOST
        assert engine.line().documents[0].state == "sent"
        engine.run()
        assert engine.wake().state == "done"
        assert totals(provider) == ONE_RIGHT_INVOICE


FAULTS: list[Callable[[], Exception]] = [lambda: RuntimeError("a defect"), lambda: Unavailable("no such answer")]


class TestAFaultOfOurs:
    @pytest.mark.parametrize("fault", FAULTS, ids=["a defect", "an answer outside the contract"])
    @pytest.mark.parametrize("method", ["create", "pay"])
    def test_in_a_write_it_is_never_repeated_blindly(
        self, engine: Engine, provider: FakeProvider, method: str, fault: Callable[[], Exception]
    ) -> None:
        provider.fails(method, fault(), commits=True)
        assert engine.drive().state == OrderState.DUE
        assert engine.code() == Code.RESOLVING
        assert engine.wake().state == "done"
        assert len(provider.made(method)) == 1
        assert totals(provider) == ONE_RIGHT_INVOICE

    def test_in_a_read_it_calls_a_person(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", LOST, commits=True)
        provider.fails("find", RuntimeError("a defect"))
        engine.drive()
        assert engine.wake().state == "attention"
        assert engine.code() == Code.INTERNAL


class TestAReferenceThatIsTaken:
    """The provider refuses a second document with our reference: it has one already."""

    TAKEN = Refused(FieldRefusal("oid", "is taken"), duplicate=True)

    def drive(self, engine: Engine, provider: FakeProvider, *, there: int) -> None:
        provider.fails("create", LOST, commits=True)
        engine.drive()
        for number in range(2, there + 1):
            provider.documents[f"r{number}"] = replace(provider.documents["r1"], remote_id=f"r{number}")
        if not there:
            provider.documents.clear()
        provider.blind = 1
        provider.fails("create", self.TAKEN)
        engine.wake()

    def test_the_one_that_is_there_is_adopted(self, engine: Engine, provider: FakeProvider) -> None:
        self.drive(engine, provider, there=1)
        assert methods(provider) == ["create", "find", "create", "find", "pay"]
        assert (engine.line().state, totals(provider)) == ("done", ONE_RIGHT_INVOICE)

    def test_several_are_for_a_person(self, engine: Engine, provider: FakeProvider) -> None:
        self.drive(engine, provider, there=2)
        assert engine.code() == Code.RESOLVING
        engine.wake()
        assert engine.code() == Code.DUPLICATE_AT_PROVIDER

    def test_one_that_nobody_finds_is_a_refusal(self, engine: Engine, provider: FakeProvider) -> None:
        self.drive(engine, provider, there=0)
        assert engine.code() == Code.REFUSED

    @pytest.mark.parametrize("error", [Unavailable("502"), AccessDenied("no"), RuntimeError("a defect")])
    def test_a_look_that_fails_leaves_it_unknown(
        self, engine: Engine, provider: FakeProvider, error: Exception
    ) -> None:
        provider.fails("create", self.TAKEN)
        provider.fails("find", error)
        engine.drive()
        assert engine.code() == Code.RESOLVING
        assert not engine.paused.is_paused(BOOK)
