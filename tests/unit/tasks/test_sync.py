"""One order is driven through everything that is due for it, in as few calls as can be."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from providers.domain.documents import DocumentKind, RemoteState
from providers.domain.errors import CannotExpress, Unavailable
from providers.domain.orders import Refund
from providers.domain.reasons import Code, Reason
from tasks.sync import Ended
from tests.builders import NOON, a_card, a_line, a_paid_order, a_payment, an_order
from tests.unit.tasks.engine import Engine
from tests.unit.tasks.fake_provider import FakeProvider

LATER = NOON + timedelta(minutes=5)
CREATE, PAY = "garden/1001/invoice/1:create:g1", "garden/1001/invoice/1:pay:p1:g1"


def test_a_paid_order_becomes_one_invoice_and_one_payment_in_two_calls(engine: Engine, provider: FakeProvider) -> None:
    line = engine.drive(a_paid_order())
    assert provider.calls == [("create", CREATE), ("pay", PAY)]
    (document,) = provider.documents.values()
    assert (document.reference, document.gross, document.paid) == ("garden/1001", Decimal("123.00"), Decimal("123.00"))
    assert (line.state, line.reason, line.attempts) == ("done", None, 0)
    assert (line.documents[0].number, line.documents[0].paid) == ("FV 1/2026", Decimal("123.00"))


def test_repeated_events_make_no_further_call(engine: Engine, provider: FakeProvider) -> None:
    for _ in range(3):
        engine.drive(a_paid_order())
    assert len(provider.calls) == 2
    assert engine.line().state == "done"


def test_a_second_bell_finds_nothing_due(engine: Engine, provider: FakeProvider) -> None:
    engine.drive()
    assert engine.run() is Ended.NOT_DUE
    assert engine.run("no such order") is Ended.NOT_DUE
    assert len(provider.calls) == 2


def test_an_order_is_invoiced_once_it_is_paid(engine: Engine, provider: FakeProvider) -> None:
    assert engine.drive(an_order()).state == "waiting"
    assert engine.code() == Code.NOT_PAID_YET
    assert provider.calls == []
    assert engine.drive(a_paid_order()).state == "done"
    assert len(provider.calls) == 2


def test_a_payment_that_comes_later_is_recorded_then(engine: Engine, provider: FakeProvider) -> None:
    halves = (a_payment(amount=Decimal("61.50")), a_payment(payment_id="p2", amount=Decimal("61.50")))
    engine.drive(a_paid_order(payments=halves[:1]))
    assert engine.drive(a_paid_order(payments=halves, modified_at=LATER)).state == "done"
    assert [method for method, _ in provider.calls] == ["create", "pay", "pay"]
    assert provider.documents["r1"].paid == Decimal("123.00")


def test_a_snapshot_that_comes_while_the_invoice_is_made_is_taken_up(engine: Engine, provider: FakeProvider) -> None:
    engine.bring(a_paid_order(payments=()))
    provider.meanwhile = lambda: engine.bring(a_paid_order(modified_at=LATER))
    engine.run()
    assert [method for method, _ in provider.calls] == ["create", "pay"]
    assert engine.line().state == "done"


def test_an_order_that_changes_while_the_invoice_is_made_needs_a_person(engine: Engine, provider: FakeProvider) -> None:
    engine.bring()
    changed = a_paid_order(lines=(a_line(name="Spade"),), modified_at=LATER)
    provider.meanwhile = lambda: engine.bring(changed)
    engine.run()
    assert engine.code() == Code.CHANGED_AFTER_INVOICE
    assert provider.made("pay") == []


@pytest.mark.parametrize(
    ("changes", "state", "code"),
    [
        ({"cancelled_at": NOON}, "closed", Code.CANCELLED_BEFORE_INVOICE),
        ({"total": Decimal("124.00")}, "attention", Code.TOTAL_MISMATCH),
        ({"currency": "EURO"}, "attention", Code.CURRENCY_UNKNOWN),
    ],
)
def test_what_must_not_be_invoiced_reaches_no_provider(
    engine: Engine, provider: FakeProvider, changes: dict[str, object], state: str, code: Code
) -> None:
    line = engine.drive(a_paid_order(**changes))
    assert (line.state, engine.code()) == (state, code)
    assert provider.calls == []
    assert line.documents == ()


def test_a_refund_after_the_invoice_calls_a_person_and_undoes_nothing(engine: Engine, provider: FakeProvider) -> None:
    engine.drive()
    refund = Refund(refund_id="r1", amount=Decimal(10))
    engine.drive(a_paid_order(refunds=(refund,), modified_at=LATER))
    assert engine.code() == Code.REFUND_NEEDS_CREDIT_NOTE
    assert len(provider.calls) == 2


class TestReadingBack:
    """The provider's own total equals what was sent, or a person is called."""

    def test_a_total_that_the_answer_lacks_is_read(self, engine: Engine, provider: FakeProvider) -> None:
        provider.told = {"gross": None}
        assert engine.drive().state == "done"
        assert provider.calls == [("create", CREATE), ("read", "r1"), ("pay", PAY)]

    @pytest.mark.parametrize(
        ("told", "code"),
        [
            ({"gross": Decimal("122.99")}, Code.PROVIDER_TOTAL_DIFFERS),
            ({"currency": "PLN"}, Code.PROVIDER_TOTAL_DIFFERS),
            ({"reference": "garden/7"}, Code.PROVIDER_REFERENCE_DIFFERS),
            ({"state": RemoteState.CANCELLED}, Code.CANCELLED_AT_PROVIDER),
        ],
    )
    def test_another_document_than_ours_stops(
        self, engine: Engine, provider: FakeProvider, told: dict[str, object], code: Code
    ) -> None:
        provider.told = told
        line = engine.drive()
        assert (line.state, engine.code()) == ("attention", code)
        assert line.documents[0].verified is False
        assert provider.made("pay") == []

    def test_a_later_event_does_not_make_it_forgotten(self, engine: Engine, provider: FakeProvider) -> None:
        provider.told = {"gross": Decimal("122.99")}
        engine.drive()
        provider.documents["r1"] = replace(provider.documents["r1"], gross=Decimal("122.99"))
        assert engine.drive(a_paid_order(modified_at=LATER)).state == "attention"
        assert engine.code() == Code.PROVIDER_TOTAL_DIFFERS
        assert provider.calls[1:] == [("read", "r1")]

    def test_once_it_is_put_right_there_the_order_goes_on(self, engine: Engine, provider: FakeProvider) -> None:
        provider.told = {"gross": Decimal("122.99")}
        engine.drive()
        assert engine.drive(a_paid_order(modified_at=LATER)).state == "done"
        assert provider.documents["r1"].paid == Decimal("123.00")

    def test_a_document_that_vanished_calls_a_person(self, engine: Engine, provider: FakeProvider) -> None:
        provider.told = {"gross": None, "remote_id": "r9"}
        engine.drive()
        assert engine.code() == Code.VANISHED_AT_PROVIDER

    def test_a_total_that_is_never_told_calls_a_person(self, engine: Engine, provider: FakeProvider) -> None:
        provider.told = {"gross": None}
        engine.bring()
        provider.meanwhile = lambda: provider.fails("read", Unavailable("gone"))
        engine.run()
        provider.documents["r1"] = replace(provider.documents["r1"], gross=None)
        engine.wake()
        assert engine.code() == Code.PROVIDER_TOTAL_DIFFERS


class TestWhatTheProviderCannotSay:
    def test_it_stops_the_order_before_anything_is_sent(self, engine: Engine, provider: FakeProvider) -> None:
        reason = Reason(code=Code.CANNOT_EXPRESS, text="no reverse charge", field="lines[0].tax_category")
        provider.fails("prepare", CannotExpress(reason))
        line = engine.drive()
        assert (line.state, line.reason, line.documents) == ("attention", reason, ())
        assert provider.calls == []

    def test_a_fault_of_ours_stops_the_order_and_not_the_worker(self, engine: Engine, provider: FakeProvider) -> None:
        provider.fails("prepare", RuntimeError("a defect"))
        assert engine.drive().state == "attention"
        assert engine.code() == Code.INTERNAL
        assert engine.drive(a_paid_order(modified_at=LATER)).state == "done"


class TestConfigurationThatWentAway:
    def test_an_order_of_a_book_that_is_gone_calls_a_person(self, engine: Engine, provider: FakeProvider) -> None:
        engine.bring(book="gone")
        assert engine.run() is Ended.DROVE
        assert engine.code() == Code.BOOK_MISSING

    def test_an_order_of_a_shop_that_is_gone_calls_a_person(self, engine: Engine, provider: FakeProvider) -> None:
        engine.bring(shop="gone")
        assert engine.run(shop="gone") is Ended.DROVE
        line = engine.line(shop="gone")
        assert (line.state, line.reason and line.reason.code) == ("attention", Code.BOOK_MISSING)
        assert provider.calls == []


def test_the_card_says_how_long_a_reference_may_be(engine: Engine, provider: FakeProvider) -> None:
    provider.card = a_card(reference_length=30, kinds=frozenset({DocumentKind.INVOICE}))
    engine.drive(a_paid_order(order_id="x" * 60))
    assert len(provider.documents["r1"].reference) == 30
