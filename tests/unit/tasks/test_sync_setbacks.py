"""Calls that had no effect: tried again later, or told to a person in the provider's words."""

from datetime import timedelta
from decimal import Decimal

import pytest

from providers.domain.errors import AccessDenied, FieldRefusal, NotSent, Refused, Throttled, Unavailable
from providers.domain.orders import OrderState
from providers.domain.reasons import Code
from tasks.sync import Ended
from tests.builders import BOOK, NOON, SHOP, a_paid_order
from tests.unit.tasks.engine import Engine
from tests.unit.tasks.fake_provider import FakeProvider

LATER = NOON + timedelta(minutes=5)
KEY = "garden/1001/invoice/1:create:g1"
WRONG = Refused(FieldRefusal("buyer_tax_no", "is not a number"))


class TestNotSent:
    def test_it_is_tried_again_when_the_ledger_says(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", NotSent("no route to host"))
        line = engine.drive()
        assert (line.state, line.attempts, engine.code()) == (OrderState.DUE, 1, Code.RETRYING)
        assert timedelta(seconds=5) <= engine.due_in() <= timedelta(seconds=10)
        assert engine.run() is Ended.NOT_DUE
        assert engine.wake().state == "done"
        assert provider.made("create") == [KEY, KEY]
        assert engine.line().attempts == 0

    def test_the_wait_grows_and_ends_with_a_person(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", NotSent("no route to host"), times=3)
        engine.drive()
        waits = [engine.due_in()]
        engine.wake()
        waits.append(engine.due_in())
        assert waits[1] > waits[0]
        line = engine.wake()
        assert (line.state, line.due_at, engine.code()) == ("attention", None, Code.EXHAUSTED)
        assert "3 attempts" in str(line.reason)
        assert provider.documents == {}

    def test_trying_for_too_long_ends_with_a_person_too(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", NotSent("no route to host"), times=2)
        engine.drive()
        engine.clock.move(hours=2)
        engine.run()
        assert engine.code() == Code.EXHAUSTED

    def test_a_persons_word_begins_anew(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", NotSent("no route to host"), times=3)
        engine.drive()
        engine.wake()
        engine.wake()
        engine.ledger.turns.make_due(SHOP, "1001", now=engine.clock.now)
        engine.run()
        assert engine.line().state == "done"

    def test_news_that_came_meanwhile_begins_anew(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", NotSent("no route to host"), times=3)
        engine.drive()
        engine.wake()
        provider.meanwhile = lambda: engine.bring(a_paid_order(modified_at=LATER))
        line = engine.wake()
        assert (line.state, engine.code()) == (OrderState.DUE, Code.RETRYING)
        assert engine.wake().state == "done"

    def test_a_payment_is_tried_again_without_another_invoice(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("pay", NotSent("no route to host"))
        engine.drive()
        assert engine.wake().state == "done"
        assert [method for method, _ in provider.calls] == ["create", "pay", "pay"]
        assert provider.documents["r1"].paid == Decimal("123.00")

    def test_a_read_without_an_answer_is_tried_again(self, engine: Engine, provider: FakeProvider) -> None:
        provider.told = {"gross": None}
        provider.fails("read", Unavailable("502"))
        line = engine.drive()
        assert (line.attempts, engine.code()) == (1, Code.RETRYING)
        assert engine.wake().state == "done"
        assert [method for method, _ in provider.calls] == ["create", "read", "read", "pay"]


class TestThrottled:
    @pytest.mark.parametrize(
        ("named", "least", "most"),
        [
            (timedelta(seconds=90), 90, 90),
            (timedelta(0), 1, 1),
            (None, 5, 10),
        ],
        ids=["named", "at once", "not named"],
    )
    def test_it_waits_as_long_as_named_and_uses_up_no_attempt(
        self, engine: Engine, provider: FakeProvider, named: timedelta | None, least: int, most: int
    ) -> None:
        provider.fails("create", Throttled("slow down", retry_after=named))
        line = engine.drive()
        assert (line.state, line.attempts, engine.code()) == (OrderState.DUE, 0, Code.THROTTLED)
        assert timedelta(seconds=least) <= engine.due_in() <= timedelta(seconds=most)
        assert engine.wake().state == "done"
        assert provider.made("create") == [KEY, KEY]

    def test_a_throttled_read_waits_likewise(self, engine: Engine, provider: FakeProvider) -> None:
        provider.told = {"gross": None}
        provider.fails("read", Throttled("slow down", retry_after=timedelta(seconds=90)))
        assert engine.drive().attempts == 0
        assert engine.due_in() == timedelta(seconds=90)
        assert engine.wake().state == "done"


class TestRefused:
    def test_it_calls_a_person_in_the_words_of_the_provider(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", WRONG)
        line = engine.drive()
        assert (line.state, engine.code()) == ("attention", Code.REFUSED)
        assert line.reason is not None
        assert line.reason.text == "Paper Books refused: buyer_tax_no: is not a number"
        assert line.reason.field == "buyer_tax_no"
        assert line.documents[0].state == "refused"

    def test_it_is_not_repeated_by_itself(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", WRONG)
        engine.drive()
        engine.clock.move(days=1)
        assert engine.run() is Ended.NOT_DUE
        assert len(provider.calls) == 1

    def test_a_newer_order_is_tried_as_the_next_generation(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", WRONG)
        engine.drive()
        assert engine.drive(a_paid_order(modified_at=LATER)).state == "done"
        assert provider.made("create") == [KEY, KEY[:-1] + "2"]

    def test_a_newer_order_that_came_meanwhile_is_tried_at_once(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", WRONG)
        provider.meanwhile = lambda: engine.bring(a_paid_order(modified_at=LATER))
        assert engine.drive().state == "done"
        assert provider.made("create") == [KEY, KEY[:-1] + "2"]

    def test_a_refused_payment_leaves_the_invoice_as_it_is(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("pay", WRONG)
        line = engine.drive()
        assert (line.state, line.documents[0].state, line.documents[0].paid) == ("attention", "issued", Decimal(0))
        assert engine.drive(a_paid_order(modified_at=LATER)).state == "done"
        assert provider.made("pay")[1] == "garden/1001/invoice/1:pay:p1:g2"

    def test_a_refused_read_calls_a_person(self, engine: Engine, provider: FakeProvider) -> None:
        provider.told = {"gross": None}
        provider.fails("read", WRONG)
        engine.drive()
        assert engine.code() == Code.REFUSED


class TestAccessDenied:
    def drive_two(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", AccessDenied("token revoked"), times=2)
        engine.drive()
        engine.bring(a_paid_order(order_id="1002"))
        assert engine.run("1002") is Ended.PAUSED

    def test_it_pauses_the_book_once_and_leaves_the_others_alone(self, engine: Engine, provider: FakeProvider) -> None:
        self.drive_two(engine, provider)
        assert len(provider.calls) == 1
        (paused,) = engine.ledger.books.paused()
        assert (paused.name, paused.by, paused.reason.code) == (BOOK, "counterfoil", Code.ACCESS_DENIED)
        assert "token revoked" in paused.reason.text
        assert [line.state for line in engine.ledger.views.orders()] == ["due", "due"]

    def test_it_costs_no_attempt(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("create", AccessDenied("token revoked"))
        line = engine.drive()
        assert (line.attempts, line.due_at, engine.code()) == (0, NOON, Code.ACCESS_DENIED)

    def test_once_the_book_is_open_again_everything_goes_on(self, engine: Engine, provider: FakeProvider) -> None:
        self.drive_two(engine, provider)
        provider.heals()
        assert engine.paused.resume(BOOK)
        assert [engine.run(number) for number in ("1001", "1002")] == [Ended.DROVE, Ended.NOT_DUE]
        assert [line.state for line in engine.ledger.views.orders()] == ["done", "done"]
        assert provider.made("create")[:2] == [KEY, KEY]

    def test_a_denied_read_pauses_likewise(self, engine: Engine, provider: FakeProvider) -> None:
        provider.told = {"gross": None}
        provider.fails("read", AccessDenied("plan without API"))
        engine.drive()
        assert engine.paused.is_paused(BOOK)
        assert engine.line().documents[0].state == "issued"
