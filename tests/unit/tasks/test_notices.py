"""What a provider knows first is kept with the document and becomes a notice to its shop, once."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from providers.domain.card import PaymentStyle
from providers.domain.documents import RemoteState
from providers.domain.errors import Unavailable
from providers.domain.orders import OrderState
from providers.domain.policy import IssueOn, Policy
from providers.domain.reasons import Code
from tasks.ledger.ledger import Ledger
from tasks.ledger.notices import Notice
from tasks.ledger.store import Store
from tasks.reconcile import FindingClass, Report, reconcile
from tests.builders import BOOK, NOON, SHOP, SettableClock, a_card, a_paid_order, a_payment, an_order
from tests.unit.tasks.engine import Engine
from tests.unit.tasks.fake_provider import FakeProvider

AT_ONCE = Policy(issue_on=IssueOn.PLACED)


@pytest.fixture
def engine(sqlite_store: Store, clock: SettableClock, provider: FakeProvider) -> Engine:
    """The engine of a shop that wants to hear."""
    return Engine(Ledger(sqlite_store, notified={SHOP}), clock, provider=provider)


@pytest.fixture
def unpaid(engine: Engine) -> Engine:
    """An invoice that nobody paid yet."""
    engine.follow(AT_ONCE)
    engine.drive(an_order())
    return engine


def there(engine: Engine, **changes: object) -> None:
    """The document changes at the provider, and its list is read."""
    provider = engine.provider
    provider.documents["r1"] = replace(provider.documents["r1"], **changes)  # type: ignore[arg-type]
    compared(engine)


def compared(engine: Engine) -> Report:
    return reconcile(engine.ledger, engine.books[BOOK], engine.fronts, engine.clock)


def told(engine: Engine) -> list[Notice]:
    return list(engine.ledger.notices.listed())


def kinds(engine: Engine) -> list[str]:
    return [notice.kind for notice in told(engine)]


PAID: dict[str, object] = {"state": RemoteState.PAID, "paid": Decimal("123.00")}


def test_money_that_came_in_there_is_told_with_all_that_the_shop_can_show(unpaid: Engine) -> None:
    there(unpaid, **PAID, url="https://books.example/r1", emailed_at=NOON)
    paid, emailed = told(unpaid)
    assert (paid.kind, emailed.kind) == ("invoice.paid", "invoice.emailed")
    assert (paid.shop, paid.order, paid.due_at, paid.attempts) == (SHOP, "1001", unpaid.clock.now, 0)
    assert paid.data == {
        "type": "invoice.paid",
        "timestamp": "2026-03-04T12:00:00Z",
        "data": {
            "shop": "garden",
            "order": "1001",
            "order_number": "1001",
            "kind": "invoice",
            "reference": "garden/1001",
            "number": "FV 1/2026",
            "remote_id": "r1",
            "url": "https://books.example/r1",
            "currency": "EUR",
            "gross": "123.00",
            "paid": "123.00",
            "state": "paid",
            "overdue": None,
            "emailed_at": "2026-03-04T12:00:00Z",
            "viewed_at": None,
            "tax_office": "",
            "tax_office_id": "",
        },
    }


def test_the_same_news_is_one_notice_however_often_it_is_read(unpaid: Engine) -> None:
    for state, paid in ((RemoteState.PAID, "123.00"), (RemoteState.OPEN, "0"), (RemoteState.PAID, "123.0")):
        there(unpaid, state=state, paid=Decimal(paid))
    assert kinds(unpaid) == ["invoice.paid"]


def test_a_notice_holds_no_personal_data(unpaid: Engine) -> None:
    there(unpaid, **PAID)
    (notice,) = told(unpaid)
    assert not [word for word in ("Ada", "Example", "ada@example.com", "Testowo") if word in notice.body]


def test_a_shop_that_told_of_the_payment_does_not_hear_of_it(engine: Engine) -> None:
    engine.drive()
    there(engine, state=RemoteState.PAID)
    assert told(engine) == []


def test_a_payment_that_was_told_and_cannot_be_recorded_is_no_news_to_the_shop(
    engine: Engine, provider: FakeProvider
) -> None:
    provider.card = a_card(payments=PaymentStyle.NOT_AVAILABLE)
    engine.drive()
    there(engine, **PAID)
    assert told(engine) == []


def test_money_beyond_what_the_shop_told_is_news(engine: Engine) -> None:
    engine.drive(a_paid_order(payments=(a_payment(amount=Decimal(50)),)))
    there(engine, **PAID)
    assert kinds(engine) == ["invoice.paid"]


def test_an_e_mail_that_the_engine_sent_is_no_news(engine: Engine, provider: FakeProvider) -> None:
    provider.card = a_card(email=True)
    engine.follow(Policy(email_invoice=True))
    engine.drive()
    there(engine)
    assert told(engine) == []
    there(engine, emailed_at=NOON + timedelta(days=3))
    assert kinds(engine) == ["invoice.emailed"]


def test_a_shop_without_a_listener_has_no_notices(sqlite_store: Store, clock: SettableClock) -> None:
    engine = Engine(Ledger(sqlite_store, notified={"another"}), clock, provider=FakeProvider())
    engine.drive()
    there(engine, overdue=True, tax_office="ok")
    assert told(engine) == []
    assert engine.ledger.matching.by_references(BOOK, ["garden/1001"])["garden/1001"].facts is not None


def test_what_the_engine_reads_back_itself_is_news_as_well(engine: Engine, provider: FakeProvider) -> None:
    provider.told = {"gross": None}
    provider.fails("read", Unavailable("503"))
    engine.drive()
    provider.documents["r1"] = replace(provider.documents["r1"], tax_office="ok", tax_office_id="KSEF-1")
    engine.wake()
    (notice,) = told(engine)
    assert (notice.kind, notice.data["data"]["tax_office_id"]) == ("invoice.tax_office", "KSEF-1")
    there(engine)
    assert kinds(engine) == ["invoice.tax_office"]


def test_what_only_a_document_tells_that_is_read_by_itself_is_kept_and_told(
    unpaid: Engine, provider: FakeProvider
) -> None:
    hidden = provider.documents.pop("r1")
    provider.elsewhere["r1"] = replace(hidden, viewed_at=NOON, **PAID)  # type: ignore[arg-type]
    compared(unpaid)
    assert kinds(unpaid) == ["invoice.paid", "invoice.viewed"]
    compared(unpaid)
    assert len(told(unpaid)) == 2


def test_a_step_that_is_not_written_leaves_no_notice(unpaid: Engine, provider: FakeProvider) -> None:
    provider.documents["r1"] = replace(provider.documents["r1"], **PAID)  # type: ignore[arg-type]
    provider.fails("listing", Unavailable("503"))
    with pytest.raises(Unavailable):
        reconcile(unpaid.ledger, unpaid.books[BOOK], unpaid.fronts, unpaid.clock)
    assert told(unpaid) == []


class TestMoneyThatIsThereAlready:
    """The shop tells of a payment that somebody recorded at the provider before."""

    @pytest.fixture
    def paid_there(self, unpaid: Engine) -> Engine:
        there(unpaid, **PAID)
        unpaid.drive(a_paid_order())
        return unpaid

    def test_it_is_not_recorded_a_second_time(self, paid_there: Engine) -> None:
        line = paid_there.line()
        assert (line.state, paid_there.code()) == (OrderState.DONE, Code.PAID_THERE)
        assert paid_there.provider.made("pay") == []

    def test_it_is_explained_once_the_sums_agree(self, paid_there: Engine) -> None:
        report = compared(paid_there)
        assert (report.good, report.run.equal) == (True, 1)

    @pytest.mark.parametrize("paid", [Decimal("123.01"), Decimal("122.99")])
    def test_any_other_sum_is_a_finding(self, paid_there: Engine, paid: Decimal) -> None:
        there(paid_there, paid=paid, state=RemoteState.PARTIAL)
        paid_there.run()
        assert [finding.kind for finding in compared(paid_there).findings] == [FindingClass.PAID_THERE]

    def test_it_is_explained_where_no_sum_is_told(self, paid_there: Engine) -> None:
        there(paid_there, paid=None, state=RemoteState.PAID)
        assert compared(paid_there).good

    def test_it_is_recorded_once_it_was_taken_off_there(self, paid_there: Engine) -> None:
        there(paid_there, state=RemoteState.OPEN, paid=Decimal(0))
        assert paid_there.line().state == OrderState.DUE
        paid_there.run()
        assert paid_there.line().state == OrderState.DONE
        assert len(paid_there.provider.made("pay")) == 1
        assert paid_there.provider.documents["r1"].paid == Decimal("123.00")

    def test_it_is_not_looked_at_again_while_nothing_changes_there(self, paid_there: Engine) -> None:
        there(paid_there)
        there(paid_there, overdue=True)
        assert paid_there.line().state == OrderState.DONE

    def test_what_is_taken_off_while_the_order_is_in_hand_is_seen_in_the_same_turn(
        self, unpaid: Engine, provider: FakeProvider
    ) -> None:
        there(unpaid, **PAID)
        unpaid.follow(Policy(issue_on=IssueOn.PLACED, email_invoice=True))
        provider.card = a_card(email=True)
        provider.meanwhile = lambda: there(unpaid, state=RemoteState.OPEN, paid=Decimal(0))
        unpaid.drive(a_paid_order())
        assert len(provider.made("pay")) == 1
        assert unpaid.line().state == OrderState.DONE


def test_facts_that_the_plan_has_in_hand_are_those_of_the_rows(engine: Engine) -> None:
    engine.drive()
    there(engine, **PAID, tax_office="ok")
    found = engine.ledger.decisions.known(SHOP, "1001")
    assert found is not None
    (document,) = found[0].documents
    assert document.facts is not None
    assert (document.facts.recorded, document.facts.tax_office) == (Decimal("123.00"), "ok")
    assert document.paid_by_others == 0
