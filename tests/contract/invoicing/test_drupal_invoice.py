"""Drupal's Invoice module held to the contract. A site without clean addresses names the call in a parameter:
`by_route` tells the suite's faults which is which."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from providers.domain.documents import RemoteState
from providers.domain.errors import AccessDenied, CannotExpress, NotSent, OutcomeUnknown, Refused, Unavailable
from providers.invoicing.drupal_invoice import CARD, DrupalInvoice, Options, build
from providers.invoicing.drupal_invoice.sandbox import Database, Module, Switches, sandbox
from providers.ports import Prepared
from providers.sandbox import Request, SandboxAdapter
from tests.builders import SettableClock
from tests.contract.invoicing.suite import (
    NOON,
    SMALL_PAGES,
    TOKEN,
    TOTAL,
    Bench,
    BulkContract,
    Call,
    CancellingContract,
    CreatingContract,
    EmailingContract,
    FindingContract,
    LimitsContract,
    ListingContract,
    LosingContract,
    Mood,
    PayingContract,
    ResolvingContract,
    Shut,
    ShutContract,
    Watch,
    each_of,
    money,
)

ROUTE = "/invoice/api/invoice.json"


@dataclass(frozen=True, kw_only=True)
class SiteMood(Mood):
    primed: bool = False
    """The first write is over, and with it the finding out of the module's version."""


MOODS = {
    "1.2": Mood(switches=Switches(module=Module.V1_2), options={"dialect": "1.2"}, card={"page_size": CARD.page_size}),
    "1.2, found out, no clean addresses, SQLite": Mood(
        switches=Switches(module=Module.V1_2, database=Database.SQLITE), options={"clean_urls": False}
    ),
    "1.3, login": Mood(switches=Switches(), options={"dialect": "1.3"}),
    "1.3, found out": SiteMood(switches=Switches(), primed=True),
    "1.3, a session of our own, PHP 7": Mood(
        switches=Switches(php8=False, host="billing.example", login_asks_more=True, login_failures=1),
        options={"dialect": "1.3", "session": "own"},
    ),
    "1.3, letters in numbers, root, narrow columns": Mood(
        switches=Switches(root=True, item_length=255, quantity_decimals=1, rate_decimals=1, timezone="Asia/Tokyo"),
        options={"dialect": "1.3", "prefix": "INV-%Y-", "leading_zeros": 6, "timezone": "Asia/Tokyo"},
    ),
    "1.3, wide columns": Mood(
        switches=Switches(utf8mb4=True),
        options={
            "dialect": "1.3",
            "four_byte_text": True,
            "quantity_decimals": 3,
            "rate_decimals": 3,
            "item_length": 4000,
        },
    ),
    "1.3, a shared site with settings of its own": Mood(
        switches=Switches(
            template="garden",
            other_template="orchard",
            other_account="orchard_api:apples",
            default_leading_zeros=6,
            default_prefix="G%y-",
            money_sign="€",
            cookie_domain=".example",
        ),
        options={"dialect": "1.3", "template": "garden", "session": "own", "cookie_domain": ".example"},
    ),
}
SHUT = {
    "an address that is not on the list": Shut(switches=Switches(address_allowed=False), options={"dialect": "1.3"}),
    "closed for maintenance": Shut(
        switches=Switches(maintenance=True), options={"dialect": "1.3"}, making=NotSent, looking=None
    ),
    "a login form with a question": Shut(
        switches=Switches(login_asks_more=True), options={"dialect": "1.3"}, making=AccessDenied, looking=None
    ),
    "another currency": Shut(
        switches=Switches(currency="USD"), options={"currency": "USD"}, making=CannotExpress, looking=None
    ),
}
APART = {
    "lists that lag": Mood(  # never seen on a real site
        switches=Switches(list_lag=timedelta(seconds=20)),
        options={"dialect": "1.3"},
        card={"list_lag": timedelta(seconds=20)},
    ),
    "PHP dies between an invoice and its items": Mood(switches=Switches(half_stored=True), options={"dialect": "1.3"}),
    "another write at the same moment": Mood(
        switches=Switches(race_window=timedelta(seconds=1)), options={"dialect": "1.3"}
    ),
    "a process without a locale": Mood(switches=Switches(locale_broken=True), options={"dialect": "1.3"}),
}


def by_route(request: Request) -> Request:
    route = request.query.get("q", request.path).strip("/")
    return Request(request.method, f"/{route}", request.headers, request.body)


def without_a_template(bench: Bench) -> Prepared:
    """No draft that can be prepared is refused: what the site refuses concerns the book."""
    prepared = bench.prepare()
    return replace(prepared, payload={**prepared.payload, "template": " "})


def a_bench(mood: Mood) -> Bench:
    clock, watch = SettableClock(NOON), Watch(by_route)

    def sleep(seconds: float) -> None:
        clock.move(timedelta(seconds=seconds))

    made = sandbox(token=f"shop_api:{TOKEN}", switches=mood.switches, faults=watch, clock=clock, sleep=sleep)

    def provider(token: str) -> DrupalInvoice:
        return build(
            base_url="https://billing.example",
            token=token,
            options=Options.model_validate(dict(mood.options)),
            card=replace(CARD, **{"page_size": SMALL_PAGES, **mood.card}),
            adapter=SandboxAdapter(made),
            sleep=sleep,
        )

    site = provider(f"shop_api:{TOKEN}")
    if isinstance(mood, SiteMood) and mood.primed:
        with pytest.raises(Refused):
            site.client.replace_invoice("1", {})
        made.log.clear()
        watch.asked.clear()
    bench = Bench(
        provider=site,
        stranger=provider("shop_api:wrong-token"),
        sandbox=made,
        faults=watch,
        move=clock.move,
        creating=Call("POST", ROUTE),
        paying=Call("PUT", ROUTE),
        refused=without_a_template,
        tells_currency=False,
        lists_payments=False,
        empty_answer_to_payment=True,
    )
    return replace(bench, **mood.bench)


@pytest.fixture(params=each_of(MOODS))
def bench(request: pytest.FixtureRequest) -> Bench:
    return a_bench(request.param)


@pytest.fixture(params=each_of(SHUT))
def shut(request: pytest.FixtureRequest) -> tuple[Bench, Shut]:
    return a_bench(request.param), request.param


class TestCreating(CreatingContract):
    pass


class TestBulk(BulkContract):
    pass


class TestFinding(FindingContract):
    pass


class TestListing(ListingContract):
    pass


class TestPaying(PayingContract):
    pass


class TestCancelling(CancellingContract):
    pass


class TestEmailing(EmailingContract):
    pass


class TestLosing(LosingContract):
    pass


class TestResolving(ResolvingContract):
    pass


class TestLimits(LimitsContract):
    pass


class TestShut(ShutContract):
    pass


class WhereListsLag:
    @pytest.fixture
    def bench(self) -> Bench:
        return a_bench(APART["lists that lag"])


class TestFindingWhereListsLag(WhereListsLag, FindingContract):
    pass


class TestListingWhereListsLag(WhereListsLag, ListingContract):
    pass


class TestLosingWhereListsLag(WhereListsLag, LosingContract):
    pass


class TestResolvingWhereListsLag(WhereListsLag, ResolvingContract):
    pass


class TestItself:
    """What only this provider does."""

    def test_marking_as_paid_changes_nothing_else(self, bench: Bench) -> None:
        made, site = bench.issue(), bench.provider
        assert isinstance(site, DrupalInvoice)
        before = site.client.invoice(made)
        bench.move(timedelta(minutes=1))
        site.pay(made, money(TOTAL), idempotency_key="p1")
        after = site.client.invoice(made)
        changed = {name for name in before | after if before.get(name) != after.get(name)}
        assert changed == {"pay_status", "changed"}

    def test_a_payment_in_another_currency_is_refused(self, bench: Bench) -> None:
        with pytest.raises(Refused):
            bench.provider.pay(bench.issue(), money(TOTAL, currency="PLN"), idempotency_key="p1")

    def test_the_list_tells_the_number_that_reading_tells(self, bench: Bench) -> None:
        found = bench.provider.read(bench.issue())
        assert [each.number for each in bench.find()] == [found.number]


def test_an_invoice_that_is_half_stored_is_found_with_a_total_of_nothing() -> None:
    bench = a_bench(APART["PHP dies between an invoice and its items"])
    with pytest.raises(OutcomeUnknown):
        bench.issue()
    service: Any = bench.sandbox.service
    service.use(replace(service.switches, half_stored=False))
    assert [(each.gross, each.state) for each in bench.find()] == [(Decimal(0), RemoteState.OPEN)]


def test_an_invoice_that_is_deleted_on_the_site_while_the_list_is_read_hides_no_other() -> None:
    bench = a_bench(MOODS["1.2"])
    made = [bench.issue(number) for number in range(150)]
    reading = bench.listed()
    listed = {next(reading).remote_id}
    service: Any = bench.sandbox.service
    del service.site.invoices[int(made[3])]
    listed |= {each.remote_id for each in reading}
    assert set(made) - {made[3]} <= listed


def test_a_number_that_another_write_took_at_the_same_moment_is_unknown_and_then_made() -> None:
    bench = a_bench(APART["another write at the same moment"])
    bench.issue("first")
    with pytest.raises(OutcomeUnknown):
        bench.issue()
    assert bench.count() == 0
    bench.move(timedelta(seconds=2))
    bench.issue()
    assert bench.count() == 1


def test_a_process_without_a_locale_makes_invoices_and_shows_none() -> None:
    bench = a_bench(APART["a process without a locale"])
    bench.issue()
    assert len(bench.behind()) == 1
    with pytest.raises(Unavailable):
        bench.find()
