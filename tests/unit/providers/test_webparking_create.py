"""From a prepared invoice to the bridge: the item list first, the right mode, and time enough for the answer."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from providers.domain.errors import NotSent, OutcomeUnknown, Refused, Throttled, Unavailable
from providers.invoicing.webparking import CARD, Options, build
from providers.invoicing.webparking.sandbox import StockItem, Switches, WebParkingService, sandbox
from providers.sandbox import SandboxAdapter, Script, faults
from tests.builders import SettableClock
from tests.unit.providers.webparking_drafts import BUYER, a_dutch_draft, a_line

RAKE = StockItem("RAKE-16", "Leaf rake", Decimal("26.50"), Decimal(21))
NEW = StockItem("NEW", "New", Decimal("10.00"), Decimal(21))


class Desk:
    """A provider and its sandbox, whose clock moves only when told."""

    def __init__(self, *items: StockItem, **options: Any) -> None:
        self.clock, self.faults = SettableClock(), Script()
        self.switches = Switches(items=items or (RAKE,))

        def sleep(seconds: float) -> None:
            self.clock.move(seconds=seconds)

        self.sandbox = sandbox(token="t0ken", switches=self.switches, faults=self.faults, clock=self.clock, sleep=sleep)
        self.provider = build(
            base_url="https://bridge.example",
            token="t0ken",
            options=Options(**options),
            adapter=SandboxAdapter(self.sandbox),
            sleep=sleep,
            clock=lambda: self.clock().timestamp(),
        )

    def mood(self, **changes: Any) -> None:
        service = self.sandbox.service
        assert isinstance(service, WebParkingService)
        service.use(replace(service.switches, **changes))

    def create(self, **changes: object) -> str:
        prepared = self.provider.prepare(a_dutch_draft(**changes))
        return self.provider.create(prepared, idempotency_key="k").remote_id

    def sell(self, sku: str, net: str) -> str:
        return self.create(lines=(a_line(net, sku=sku),))

    @property
    def calls(self) -> list[str]:
        return [each.method for each in self.sandbox.log]

    @property
    def made(self) -> int:
        documents = self.sandbox.state()["documents"]
        assert isinstance(documents, list)
        return len(documents)


def test_the_item_list_is_fetched_once_for_many_invoices() -> None:
    desk = Desk()
    for _ in range(3):
        desk.create()
    assert desk.calls == ["GET", "POST", "POST", "POST"]


@pytest.mark.parametrize(("minutes", "gets"), [(15, 2), (60, 1), (0, 3)])
def test_an_item_list_grows_old(minutes: int, gets: int) -> None:
    desk = Desk(item_list_minutes=minutes)
    desk.create()
    desk.clock.move(minutes=10)
    desk.create()
    desk.clock.move(minutes=10)
    desk.create()
    assert desk.calls.count("GET") == gets


def test_an_unknown_code_is_refused_before_anything_is_sent() -> None:
    desk = Desk()
    with pytest.raises(Refused) as raised:
        desk.create(lines=(a_line(), a_line(sku="NEW"), a_line(sku="OLD")))
    assert [each.field for each in raised.value.refusals] == ["lines.1.code", "lines.2.code"]
    assert "NEW is not in the bridge's item list" in str(raised.value)
    assert desk.calls == ["GET"]


def test_a_kept_list_is_fetched_anew_once_before_it_is_believed() -> None:
    desk = Desk()
    desk.create()
    with pytest.raises(Refused):
        desk.sell("NEW", "10.00")
    assert desk.calls == ["GET", "POST", "GET"]
    desk.mood(items=(RAKE, NEW))
    assert desk.sell("NEW", "10.00")
    assert desk.calls == ["GET", "POST", "GET", "GET", "POST"]


def test_a_price_that_is_not_the_items_is_refused_before_anything_is_sent() -> None:
    desk = Desk()
    with pytest.raises(Refused) as raised:
        desk.create(lines=(a_line("47.70", quantity=Decimal(2)),))
    assert str(raised.value) == ("lines.0.code: 2 x RAKE-16 is 53.00 by the bridge's item list, but 47.70 in the order")
    assert desk.calls == ["GET"]
    desk.mood(items=(replace(RAKE, price=Decimal("23.85")),))
    assert desk.create(lines=(a_line("47.70", quantity=Decimal(2)),))


def test_unchecked_prices_are_the_owners_word() -> None:
    desk = Desk(item_prices="unchecked")
    assert desk.create(lines=(a_line("1.00"),))
    with pytest.raises(Refused):
        desk.sell("OLD", "1.00")


def test_asking_for_the_items_renews_the_kept_list() -> None:
    desk = Desk(NEW)
    assert [each.code for each in desk.provider.items()] == ["NEW"]
    assert desk.sell("NEW", "10.00")
    assert desk.calls == ["GET", "POST"]


@pytest.mark.parametrize("fault", [faults.dropped(), faults.status(500), faults.status(302), faults.login_page()])
def test_an_item_list_without_an_answer_means_that_nothing_was_sent(fault: Any) -> None:
    desk = Desk()
    desk.faults.before_acting(fault, method="GET", times=3)
    with pytest.raises(NotSent):
        desk.create()
    assert "POST" not in desk.calls
    desk.sandbox.faults = Script()
    assert desk.create()


def test_no_invoice_is_sent_with_too_little_time_left_for_its_answer() -> None:
    desk = Desk()
    desk.faults.after_acting(faults.slow(timedelta(seconds=30)), method="GET")
    with pytest.raises(NotSent, match="30 s"):
        desk.create()
    assert desk.calls == ["GET"]
    assert desk.create()


def test_what_the_look_took_is_taken_off_the_invoices_time() -> None:
    desk = Desk()
    desk.faults.after_acting(faults.slow(timedelta(seconds=20)), method="GET")
    desk.faults.after_acting(faults.slow(timedelta(seconds=50)), method="POST")
    began = desk.clock()
    with pytest.raises(OutcomeUnknown):
        desk.create()
    assert desk.clock() - began == CARD.call_timeout
    assert desk.made == 1


def test_a_book_in_dry_run_makes_nothing_and_says_so() -> None:
    desk = Desk(environment="dry_run")
    with pytest.raises(Refused) as raised:
        desk.create()
    assert [each.field for each in raised.value.refusals] == ["dry_run"]
    assert "None was made" in str(raised.value)
    assert "in place of" not in str(raised.value)
    assert not raised.value.duplicate
    assert desk.made == 0


def test_a_book_in_dry_run_shows_what_the_bridge_has_against_an_order() -> None:
    desk = Desk(environment="dry_run")
    with pytest.raises(Refused) as raised:
        desk.create(buyer=replace(BUYER, city="x" * 300))
    assert [each.field for each in raised.value.refusals] == ["account_city"]
    desk.faults.after_acting(faults.dropped(), method="POST")
    with pytest.raises(NotSent):
        desk.create()


def test_a_bridge_that_takes_everything_for_a_dry_run_is_found_out() -> None:
    desk = Desk()
    desk.mood(dry_run_only=True)
    with pytest.raises(Refused, match="made no invoice"):
        desk.create()


def test_a_dry_run_first_keeps_a_bad_invoice_away_from_exact() -> None:
    desk = Desk(dry_run_first=True)
    with pytest.raises(Refused):
        desk.create(buyer=replace(BUYER, city="x" * 300))
    desk.faults.before_acting(faults.throttled("5"), method="POST")
    with pytest.raises(Throttled):
        desk.create()
    desk.faults.after_acting(faults.dropped(), method="POST")
    with pytest.raises(NotSent):
        desk.create()
    assert desk.made == 0
    assert desk.create()
    assert desk.calls.count("POST") == 5


def test_a_failure_of_exact_leaves_the_outcome_unknown_and_is_not_repeated() -> None:
    desk = Desk()
    desk.mood(exact_fails=True)
    with pytest.raises(OutcomeUnknown):
        desk.create()
    assert desk.calls == ["GET", "POST"]


def test_a_dry_run_over_a_sample_needs_no_order() -> None:
    desk = Desk()
    told = desk.provider.dry_run()
    assert told.accepted["lines"] == [{"code": "RAKE-16", "quantity": "1"}]
    assert told.differences == ()
    assert desk.made == 0
    desk.mood(items=())
    with pytest.raises(Refused, match="empty"):
        desk.provider.dry_run()


def test_a_dry_run_of_an_order_makes_nothing_whatever_the_books_mode() -> None:
    for environment in ("live", "dry_run"):
        desk = Desk(environment=environment)
        prepared = desk.provider.prepare(a_dutch_draft())
        assert desk.provider.dry_run(prepared).accepted["invoice_reference"] == "garden/1001"
        desk.faults.after_acting(faults.dropped(), method="POST")
        with pytest.raises(Unavailable):
            desk.provider.dry_run(prepared)
        assert desk.made == 0
