"""The bridge makes invoices and shows none: what was made is seen behind it. A rehearsal is a POST that changes
nothing; `unrehearsed` tells the suite's faults so."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from providers.domain.errors import AccessDenied, CannotExpress, NotSent, OutcomeUnknown, Refused, Unavailable
from providers.invoicing.webparking import ItemPrices, Options, WebParking, build
from providers.invoicing.webparking.sandbox import Bodies, StockItem, Switches, VatRounding, checks, sandbox
from providers.ports import Prepared
from providers.sandbox import Request, SandboxAdapter, faults
from tests.builders import SettableClock
from tests.contract.invoicing.suite import (
    NOON,
    TOKEN,
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
    Special,
    Watch,
    draft,
    each_of,
)


def stock(barrel: str, seeds: str, parcel: str) -> tuple[StockItem, ...]:
    return (
        StockItem("BARREL", "Rain barrel", Decimal(barrel), Decimal(23)),
        StockItem("SEEDS", "Seeds", Decimal(seeds), Decimal(8)),
        StockItem("PARCEL", "Parcel", Decimal(parcel), Decimal(23)),
    )


NET = stock("39.65", "3.91", "8.13")
GROSS = stock("48.77", "4.2233", "10.00")

OPTIONS = Options(
    codes={"Rain barrel, 200 l": "BARREL", "Seeds: zażółć gęślą jaźń": "SEEDS", "Course": "SEEDS", "Voucher": "SEEDS"},
    shipping_code="PARCEL",
    countries=frozenset({"PL"}),
    missing="-",
)

MOODS = {
    "as documented": Mood(switches=Switches(items=NET)),
    "newer framework": Mood(
        switches=Switches(
            items=NET,
            validation_status=422,
            message_is_first_error=True,
            token_refusal=403,
            tells_status=True,
            longest_text=120,
        )
    ),
    "forms only": Mood(
        switches=Switches(items=NET, bodies=Bodies.FORM, redirect_without_accept=False), options={"body": "form"}
    ),
    "JSON only, lax modes": Mood(switches=Switches(items=NET, bodies=Bodies.JSON, strict_dry_run=False)),
    "gross prices": Mood(
        switches=Switches(items=GROSS, prices_are_gross=True), options={"item_prices": ItemPrices.GROSS}
    ),
    "VAT by rate, dry run first": Mood(
        switches=Switches(
            items=NET, vat_rounding=VatRounding.RATE, echo_descriptions=True, echo_quantities_as_text=False
        ),
        options={"vat_rounding": "rate", "dry_run_first": True},
    ),
    "unique references": Mood(
        switches=Switches(items=NET, refuses_repeated_reference=True), options={"refuses_repeated_reference": True}
    ),
    "unknown codes fail late": Mood(switches=Switches(items=NET, checks_codes=False), options={"item_list_minutes": 0}),
}
SHUT = {
    "an address that is not known": Shut(switches=Switches(items=NET, ip_allowed=False)),
    "a guard's page": Shut(switches=Switches(items=NET, html=True), making=NotSent, looking=Unavailable),
    "Exact Online is broken": Shut(switches=Switches(items=NET, exact_fails=True), making=OutcomeUnknown, looking=None),
    "dry runs only": Shut(switches=Switches(items=NET, dry_run_only=True), making=Refused, looking=None),
    "another currency": Shut(
        switches=Switches(items=NET, currency="PLN"), options={"currency": "PLN"}, making=CannotExpress, looking=None
    ),
}


def a_city_that_is_too_long(bench: Bench) -> Prepared:
    return bench.prepare(buyer=replace(draft().buyer, city="Long" * 100))


def a_bench(mood: Mood) -> Bench:
    def unrehearsed(request: Request) -> Request:
        fields = checks.fields_in(request, mood.switches)
        rehearsal = request.method == "POST" and fields.get("dry_run", "true") != "false"
        return Request("GET", "/rehearsal", request.headers, request.body) if rehearsal else request

    clock, watch = SettableClock(NOON), Watch(unrehearsed)

    def sleep(seconds: float) -> None:
        clock.move(timedelta(seconds=seconds))

    made = sandbox(token=TOKEN, switches=mood.switches, faults=watch, clock=clock, sleep=sleep)

    def provider(token: str) -> WebParking:
        return build(
            base_url="https://bridge.example",
            token=token,
            options=OPTIONS.model_copy(update=dict(mood.options)),
            adapter=SandboxAdapter(made),
            sleep=sleep,
            clock=lambda: clock().timestamp(),
        )

    bench = Bench(
        provider=provider(TOKEN),
        stranger=provider("wrong-token"),
        sandbox=made,
        faults=watch,
        move=clock.move,
        creating=Call("POST", "/invoice"),
        refused=a_city_that_is_too_long,
        refused_field="account_city",
        beyond=frozenset(Special),
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


class TestItself:
    """What only this provider does."""

    def test_the_answer_to_a_create_tells_the_id_and_nothing_else(self, bench: Bench) -> None:
        made = bench.make()
        told = (made.number, made.reference, made.currency, made.gross, made.net, made.tax, made.paid, made.state)
        assert told == ("", "", "", None, None, None, None, None)

    def test_an_item_list_that_cannot_be_read_leaves_the_invoice_unsent(self, bench: Bench) -> None:
        bench.faults.after_acting(faults.login_page(), method="GET", times=100)
        with pytest.raises(NotSent):
            bench.issue()
        assert bench.behind() == []

    def test_a_wrong_token_is_denied_for_items_and_rehearsals_too(self, bench: Bench) -> None:
        stranger = bench.stranger
        assert isinstance(stranger, WebParking)
        for call in (stranger.items, stranger.dry_run, lambda: stranger.dry_run(bench.prepare(2))):
            with pytest.raises(AccessDenied):
                call()
