"""The bridge makes invoices and shows none. Where the suite looks at the provider for what was made, these tests look
behind the bridge, and assert that the bridge itself refuses to tell."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from providers.domain.documents import DocumentKey, DocumentKind
from providers.domain.errors import (
    AccessDenied,
    CannotExpress,
    NotSent,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unavailable,
)
from providers.domain.orders import TaxCategory
from providers.invoicing.webparking import ItemPrices, Options, WebParking, build
from providers.invoicing.webparking.sandbox import Bodies, StockItem, Switches, VatRounding, sandbox
from providers.ports import Window
from providers.sandbox import Fault, SandboxAdapter, Script, faults
from tests.builders import SettableClock
from tests.contract.invoicing.suite import (
    LOST_AFTER,
    LOST_BEFORE,
    NOON,
    TOKEN,
    Bench,
    CreatingContract,
    FindingContract,
    LimitsContract,
    ListingContract,
    LosingContract,
    PayingContract,
    draft,
    issue,
    line,
    money,
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
NEWER = Switches(items=NET, validation_status=422, message_is_first_error=True, token_refusal=403, tells_status=True)
ELSEWHERE = Switches(items=NET, vat_rounding=VatRounding.RATE, echo_descriptions=True, echo_quantities_as_text=False)

MOODS: dict[str, tuple[Switches, dict[str, object]]] = {
    "as documented": (Switches(items=NET), {}),
    "newer framework": (NEWER, {}),
    "forms only": (Switches(items=NET, bodies=Bodies.FORM, redirect_without_accept=False), {"body": "form"}),
    "JSON only, lax modes": (Switches(items=NET, bodies=Bodies.JSON, strict_dry_run=False), {}),
    "gross prices": (Switches(items=GROSS, prices_are_gross=True), {"item_prices": ItemPrices.GROSS}),
    "VAT by rate, dry run first": (ELSEWHERE, {"vat_rounding": "rate", "dry_run_first": True}),
    "unique references": (
        Switches(items=NET, refuses_repeated_reference=True),
        {"refuses_repeated_reference": True},
    ),
    "unknown codes fail late": (Switches(items=NET, checks_codes=False), {"item_list_minutes": 0}),
}


@pytest.fixture(params=MOODS.values(), ids=MOODS.keys())
def bench(request: pytest.FixtureRequest) -> Bench:
    switches, changes = request.param
    clock, script = SettableClock(NOON), Script()

    def sleep(seconds: float) -> None:
        clock.move(timedelta(seconds=seconds))

    made = sandbox(token=TOKEN, switches=switches, faults=script, clock=clock, sleep=sleep)

    def provider(token: str) -> WebParking:
        return build(
            base_url="https://bridge.example",
            token=token,
            options=OPTIONS.model_copy(update=changes),
            adapter=SandboxAdapter(made),
            sleep=sleep,
            clock=lambda: clock().timestamp(),
        )

    return Bench(
        provider=provider(TOKEN),
        stranger=provider("wrong-token"),
        sandbox=made,
        faults=script,
        move=clock.move,
        create_path="/invoice",
        pay_path="/payment",
        refused_draft=draft(buyer=replace(draft().buyer, city="Long" * 100)),
        refused_field="account_city",
    )


def documents(bench: Bench) -> list[Any]:
    """What stands in Exact Online, behind the bridge."""
    found = bench.sandbox.state()["documents"]
    assert isinstance(found, list)
    return found


def counted(bench: Bench) -> object:
    return bench.sandbox.state()["by_reference"]


def rehearses(bench: Bench) -> bool:
    """Whether a rehearsal takes part in each create, so that a fault may hit it in place of the create."""
    assert isinstance(bench.provider, WebParking)
    return bench.provider._options.dry_run_first


def assert_not_available(call: Callable[[], object]) -> None:
    with pytest.raises(Refused) as raised:
        call()
    assert "not available" in str(raised.value)
    assert not raised.value.missing
    assert not raised.value.duplicate


class TestCreating(CreatingContract):
    def test_a_document_is_made_with_our_reference_and_the_total_to_the_cent(self, bench: Bench) -> None:
        prepared = bench.provider.prepare(draft())
        made = bench.provider.create(prepared, idempotency_key="k")
        assert prepared.reference == draft().key.reference()
        (there,) = documents(bench)
        assert (there["reference"], there["gross"], there["currency"]) == (prepared.reference, "71.44", "EUR")
        assert made.remote_id == there["remote_id"]
        told = (made.number, made.reference, made.currency, made.gross, made.net, made.tax, made.paid, made.state)
        assert told == ("", "", "", None, None, None, None, None)

    def test_what_was_made_reads_back_equal(self, bench: Bench) -> None:
        made = issue(bench)
        assert_not_available(lambda: bench.provider.read(made))

    def test_every_kind_on_the_card_can_be_made_and_is_found_as_that_kind(self, bench: Bench) -> None:
        assert bench.provider.card.kinds == {DocumentKind.INVOICE}
        prepared = bench.provider.prepare(draft())
        assert bench.provider.create(prepared, idempotency_key="k").kind is DocumentKind.INVOICE

    def test_untaxed_lines_keep_their_amounts(self, bench: Bench) -> None:
        for category in set(TaxCategory) - {TaxCategory.RATED}:
            untaxed = replace(line("Course", "50.00", rate="0"), tax_category=category)
            with pytest.raises(CannotExpress) as raised:
                bench.provider.prepare(draft(lines=(untaxed,)))
            assert raised.value.reason.field == "lines.1.tax_category"

    def test_a_discount_line_lowers_the_total(self, bench: Bench) -> None:
        with pytest.raises(CannotExpress) as raised:
            bench.provider.prepare(draft(lines=(*draft().lines, line("Voucher", "-11.44"))))
        assert raised.value.reason.field == "lines.4.gross"

    def test_a_refusal_names_the_field_in_the_providers_words(self, bench: Bench) -> None:
        with pytest.raises(Refused) as raised:
            bench.provider.create(bench.provider.prepare(bench.refused_draft), idempotency_key="k")
        assert {each.field for each in raised.value.refusals} == {"account_city"}
        assert all(each.text for each in raised.value.refusals)
        assert not raised.value.duplicate
        assert documents(bench) == []

    def test_a_repeated_reference_is_a_duplicate_where_the_card_says_so(self, bench: Bench) -> None:
        issue(bench)
        if bench.provider.card.refuses_repeated_reference:
            with pytest.raises(Refused) as raised:
                issue(bench)
            assert raised.value.duplicate
        else:
            issue(bench)
        expected = 1 if bench.provider.card.refuses_repeated_reference else 2
        assert counted(bench) == {"garden/1001": expected}


class TestFinding(FindingContract):
    def test_nothing_is_found_where_nothing_is(self, bench: Bench) -> None:
        assert_not_available(lambda: bench.provider.find("garden/4711", DocumentKind.INVOICE))

    def test_only_the_exact_reference_is_found(self, bench: Bench) -> None:
        issue(bench, "10")
        assert_not_available(lambda: bench.provider.find("garden/10", DocumentKind.INVOICE))

    def test_a_document_of_long_ago_is_found(self, bench: Bench) -> None:
        issue(bench)
        bench.move(timedelta(days=1000))
        assert_not_available(lambda: bench.provider.find("garden/1001", DocumentKind.INVOICE))

    def test_a_document_of_another_kind_is_not_found(self, bench: Bench) -> None:
        assert_not_available(lambda: bench.provider.find("garden/1001", DocumentKind.RECEIPT))

    def test_what_does_not_exist_is_missing(self, bench: Bench) -> None:
        assert_not_available(lambda: bench.provider.read("999999999"))

    def test_an_id_that_is_none_of_the_providers_is_missing(self, bench: Bench) -> None:
        for odd in ("", "../item", "abc", "1?x=", "٣"):
            assert_not_available(lambda odd=odd: bench.provider.read(odd))  # type: ignore[misc]
        assert not bench.sandbox.log


class TestListing(ListingContract):
    def test_every_document_of_many_pages_is_listed_once(self, bench: Bench) -> None:
        issue(bench)
        assert_not_available(lambda: bench.provider.pages(Window()))

    def test_an_empty_account_lists_nothing(self, bench: Bench) -> None:
        assert_not_available(lambda: bench.provider.pages(Window()))

    def test_a_window_holds_both_its_days_and_nothing_else(self, bench: Bench) -> None:
        assert_not_available(lambda: bench.provider.pages(Window(start=NOON.date(), end=NOON.date())))

    def test_an_open_window_reaches_years_back(self, bench: Bench) -> None:
        assert_not_available(lambda: bench.provider.pages(Window(start=NOON.date())))

    def test_a_document_that_is_paid_while_the_list_is_read_is_not_left_out(self, bench: Bench) -> None:
        assert_not_available(lambda: bench.provider.pages(Window(end=NOON.date())))

    def test_pages_are_fetched_as_they_are_needed(self, bench: Bench) -> None:
        assert_not_available(lambda: bench.provider.pages(Window()))
        assert not bench.sandbox.log


class TestPaying(PayingContract):
    def test_a_payment_in_full_makes_the_document_paid(self, bench: Bench) -> None:
        made = issue(bench)
        assert_not_available(lambda: bench.provider.pay(made, money("71.44"), idempotency_key="p1"))

    def test_payments_in_parts_add_up(self, bench: Bench) -> None:
        made = issue(bench)
        assert_not_available(lambda: bench.provider.pay(made, money("20.00"), idempotency_key="p1"))

    def test_a_payment_is_found_again_by_its_reference(self, bench: Bench) -> None:
        made = issue(bench)
        asked = len(bench.sandbox.log)
        assert_not_available(lambda: bench.provider.pay(made, money("71.44"), idempotency_key="p1"))
        assert len(bench.sandbox.log) == asked

    def test_a_document_without_payments_tells_an_empty_list(self, bench: Bench) -> None:
        prepared = bench.provider.prepare(draft())
        assert bench.provider.create(prepared, idempotency_key="k").payments is None


class TestLosing(LosingContract):
    @pytest.mark.parametrize("fault", LOST_AFTER)
    def test_an_answer_lost_after_the_effect_leaves_a_document_that_is_found(self, bench: Bench, fault: Fault) -> None:
        if rehearses(bench):
            bench.faults.after_acting(faults.slow(timedelta(0)), method="POST", path=bench.create_path)
        bench.faults.after_acting(fault, method="POST", path=bench.create_path)
        with pytest.raises(OutcomeUnknown):
            issue(bench)
        assert [each["gross"] for each in documents(bench)] == ["71.44"]
        assert_not_available(lambda: bench.provider.find("garden/1001", DocumentKind.INVOICE))

    @pytest.mark.parametrize("fault", LOST_BEFORE)
    def test_an_answer_lost_before_the_effect_leaves_nothing_to_find(self, bench: Bench, fault: Fault) -> None:
        if rehearses(bench):
            bench.faults.before_acting(faults.slow(timedelta(0)), method="POST", path=bench.create_path)
        bench.faults.before_acting(fault, method="POST", path=bench.create_path)
        with pytest.raises(OutcomeUnknown):
            issue(bench)
        assert documents(bench) == []
        issue(bench)
        assert counted(bench) == {"garden/1001": 1}

    def test_an_effect_later_than_our_patience_is_found_once_it_has_come(self, bench: Bench) -> None:
        late = bench.provider.card.call_timeout + timedelta(seconds=20)
        if rehearses(bench):
            bench.faults.before_acting(faults.slow(timedelta(0)), method="POST", path=bench.create_path)
        bench.faults.before_acting(faults.slow(late), method="POST", path=bench.create_path)
        with pytest.raises(OutcomeUnknown):
            issue(bench)
        assert documents(bench) == []
        bench.move(bench.provider.card.settle)
        bench.provider.probe()
        assert counted(bench) == {"garden/1001": 1}

    @pytest.mark.parametrize("fault", LOST_AFTER)
    def test_a_lost_answer_to_a_payment_is_found_by_reading(self, bench: Bench, fault: Fault) -> None:
        made = issue(bench)
        bench.faults.after_acting(fault, method="POST", path=bench.pay_path)
        assert_not_available(lambda: bench.provider.pay(made, money("71.44"), idempotency_key="p1"))

    def test_a_write_is_one_request(self, bench: Bench) -> None:
        if rehearses(bench):
            bench.faults.before_acting(faults.slow(timedelta(0)), method="POST")
        bench.faults.before_acting(faults.status(503), method="POST", times=5)
        with pytest.raises(OutcomeUnknown):
            issue(bench)
        looks = ["GET", "POST"] if rehearses(bench) else ["GET"]
        assert [each.method for each in bench.sandbox.log] == [*looks, "POST"]

    def test_a_read_is_tried_again_and_then_unavailable(self, bench: Bench) -> None:
        bench.faults.before_acting(faults.status(503), method="GET", times=2)
        assert bench.provider.probe().account == "bridge.example"
        bench.faults.before_acting(faults.dropped(), method="GET", times=100)
        with pytest.raises(Unavailable):
            bench.provider.probe()

    @pytest.mark.parametrize("fault", [faults.login_page(), faults.truncated()])
    def test_a_list_that_cannot_be_read_is_unavailable_never_empty(self, bench: Bench, fault: Fault) -> None:
        bench.faults.after_acting(fault, method="GET", times=100)
        with pytest.raises(Unavailable):
            bench.provider.probe()
        with pytest.raises(NotSent):
            issue(bench)
        assert documents(bench) == []


class TestLimits(LimitsContract):
    @pytest.mark.parametrize(
        ("named", "wait"),
        [("17", timedelta(seconds=17)), (NOON + timedelta(hours=2), timedelta(hours=2)), (None, None)],
    )
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_a_throttled_call_did_nothing_and_tells_the_wait(
        self, bench: Bench, named: str | datetime | None, wait: timedelta | None, method: str
    ) -> None:
        bench.faults.before_acting(faults.throttled(named), method=method)
        with pytest.raises(Throttled) as raised:
            issue(bench)
        assert raised.value.retry_after == wait
        assert documents(bench) == []

    def test_a_wrong_token_is_denied_for_every_call(self, bench: Bench) -> None:
        assert isinstance(bench.stranger, WebParking)
        prepared = bench.provider.prepare(draft(2))
        stranger = bench.stranger
        calls: list[Callable[[], object]] = [
            lambda: stranger.create(prepared, idempotency_key="k"),
            lambda: stranger.dry_run(prepared),
            stranger.dry_run,
            stranger.items,
            stranger.probe,
        ]
        for call in calls:
            with pytest.raises(AccessDenied):
                call()

    def test_the_card_holds_the_references_that_it_is_used_for(self, bench: Bench) -> None:
        key = DocumentKey("garden" * 30, "9" * 200, DocumentKind.INVOICE)
        bench.provider.create(bench.provider.prepare(draft(key=key)), idempotency_key="k")
        assert counted(bench) == {key.reference(bench.provider.card.reference_length): 1}
