import json
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pytest

from providers.domain.documents import DocumentKey, DocumentKind, RemoteState
from providers.domain.errors import AccessDenied, OutcomeUnknown, Refused
from providers.invoicing.drupal_invoice import DrupalInvoice, Options, build
from providers.invoicing.drupal_invoice.sandbox import Database, Module, Switches, sandbox
from providers.ports import Window
from providers.sandbox import Fault, SandboxAdapter, Script, faults
from tests.builders import SettableClock
from tests.contract.invoicing.suite import (
    LOST_BEFORE,
    NOON,
    TODAY,
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

ROUTE = "/invoice/api/invoice.json"


@dataclass(frozen=True, kw_only=True)
class Mood:
    switches: Switches
    options: Options
    primed: bool = False
    """The first write is over, and with it the finding out of the module's version."""


MOODS = {
    "1.2": Mood(switches=Switches(module=Module.V1_2), options=Options(dialect="1.2")),
    "1.2, found out, no clean addresses, SQLite": Mood(
        switches=Switches(module=Module.V1_2, database=Database.SQLITE), options=Options(clean_urls=False)
    ),
    "1.3, login": Mood(switches=Switches(), options=Options(dialect="1.3")),
    "1.3, found out": Mood(switches=Switches(), options=Options(), primed=True),
    "1.3, a session of our own, PHP 7": Mood(
        switches=Switches(php8=False, host="billing.example"), options=Options(dialect="1.3", session="own")
    ),
    "1.3, letters in numbers, root, narrow columns": Mood(
        switches=Switches(root=True, item_length=255, quantity_decimals=1, rate_decimals=1, timezone="Asia/Tokyo"),
        options=Options(dialect="1.3", prefix="INV-%Y-", leading_zeros=6, timezone="Asia/Tokyo"),
    ),
    "1.3, wide columns": Mood(
        switches=Switches(utf8mb4=True),
        options=Options(dialect="1.3", four_byte_text=True, quantity_decimals=3, rate_decimals=3, item_length=4000),
    ),
}


@pytest.fixture(params=MOODS.values(), ids=MOODS.keys())
def bench(request: pytest.FixtureRequest) -> Bench:
    mood: Mood = request.param
    clock, script = SettableClock(NOON), Script()

    def sleep(seconds: float) -> None:
        clock.move(timedelta(seconds=seconds))

    made = sandbox(token=f"shop_api:{TOKEN}", switches=mood.switches, faults=script, clock=clock, sleep=sleep)

    def provider(token: str) -> DrupalInvoice:
        url = "https://billing.example"
        return build(base_url=url, token=token, options=mood.options, adapter=SandboxAdapter(made), sleep=sleep)

    site = provider(f"shop_api:{TOKEN}")
    if mood.primed:
        with pytest.raises(Refused):
            site.client.replace_invoice("1", {})
        made.log.clear()
    path = ROUTE if mood.options.clean_urls else "/"
    return Bench(
        provider=site,
        stranger=provider("shop_api:wrong-token"),
        sandbox=made,
        faults=script,
        move=clock.move,
        create_path=path,
        pay_path=path,
        refused_draft=draft(),
        refused_field="",
    )


class TestCreating(CreatingContract):
    def test_a_document_is_made_with_our_reference_and_the_total_to_the_cent(self, bench: Bench) -> None:
        """The answer to a create tells the id and nothing else, and no answer ever tells a currency."""
        prepared = bench.provider.prepare(draft())
        made = bench.provider.create(prepared, idempotency_key="k")
        assert made.reference == prepared.reference == draft().key.reference()
        assert (made.gross, made.currency) == (None, "")
        assert made.remote_id

    def test_what_was_made_reads_back_equal(self, bench: Bench) -> None:
        found = bench.provider.read(issue(bench))
        assert (found.net, found.tax, found.gross) == (draft().net, draft().tax, Decimal("71.44"))
        assert (found.currency, found.kind) == ("", DocumentKind.INVOICE)
        assert (found.paid, found.state) == (0, RemoteState.OPEN)
        assert found.issue_date == TODAY
        assert found.updated_at == NOON
        assert found.reference == draft().key.reference()
        listed = bench.provider.find(found.reference, DocumentKind.INVOICE)
        assert [each.number for each in listed] == [found.number]
        assert found.number

    def test_every_kind_on_the_card_can_be_made_and_is_found_as_that_kind(self, bench: Bench) -> None:
        """A credit note is an invoice over less than nothing: its draft has negative amounts."""
        back = (line("Rain barrel, 200 l, sent back", "-48.77"), line("Seeds", "-12.67", rate="8", quantity="3"))
        for kind, changes in ((DocumentKind.INVOICE, {}), (DocumentKind.CREDIT_NOTE, {"lines": back})):
            key = DocumentKey("garden", "1001", kind)
            made = bench.provider.create(bench.provider.prepare(draft(key=key, **changes)), idempotency_key=str(key))
            found = bench.provider.find(key.reference(), kind)
            assert [each.remote_id for each in found] == [made.remote_id]
            assert found[0].kind is kind
            assert found[0].gross == draft(**changes).gross
        assert bench.provider.card.kinds == {DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE}

    def test_a_refusal_names_the_field_in_the_providers_words(self, bench: Bench) -> None:
        """No draft that can be prepared is refused: what the site refuses concerns the book. It names no field."""
        assert isinstance(bench.provider, DrupalInvoice)
        prepared = bench.provider.prepare(draft())
        with pytest.raises((AccessDenied, OutcomeUnknown)):  # the second for the root user, by the database
            bench.provider.client.create_invoice({**prepared.payload, "template": "unknown"})
        with pytest.raises(Refused) as raised:
            bench.provider.client.create_invoice({**prepared.payload, "template": " "})
        assert [str(each) for each in raised.value.refusals] == ["Template is required"]
        assert bench.provider.find("garden/1001", DocumentKind.INVOICE) == ()


class TestFinding(FindingContract):
    pass


class TestListing(ListingContract):
    def test_a_window_holds_both_its_days_and_nothing_else(self, bench: Bench) -> None:
        """The issue date is the day on which the site stored the invoice, whatever the draft says."""
        days = [TODAY + timedelta(days=number) for number in range(5)]
        made = {}
        for day in days:
            made[day] = issue(bench, str(day), issue_date=day, sale_date=day)
            bench.move(timedelta(days=1))
        listed = bench.provider.pages(Window(start=days[1], end=days[3]))
        assert {each.remote_id for each in listed} == {made[day] for day in days[1:4]}
        listed = bench.provider.pages(Window(start=days[3]))
        assert {each.remote_id for each in listed} == {made[day] for day in days[3:]}
        listed = bench.provider.pages(Window(end=days[0]))
        assert {each.remote_id for each in listed} == {made[days[0]]}


class TestPaying(PayingContract):
    def test_payments_in_parts_add_up(self, bench: Bench) -> None:
        """Parts cannot be told: they are refused, and nothing is written."""
        made = issue(bench)
        for amount in ("20.00", "71.45"):
            with pytest.raises(Refused) as raised:
                bench.provider.pay(made, money(amount), idempotency_key="p1")
            assert [each.field for each in raised.value.refusals] == ["pay_status"]
        found = bench.provider.read(made)
        assert (found.paid, found.state) == (0, RemoteState.OPEN)
        assert not bench.provider.card.partial_payments

    def test_a_payment_is_found_again_by_its_reference(self, bench: Bench) -> None:
        """There is a flag and no payment: what is paid proves it, and telling it twice is harmless."""
        made = issue(bench)
        told = [bench.provider.pay(made, money("71.44"), idempotency_key="p1") for _ in range(2)]
        assert told[0] == told[1]
        found = bench.provider.read(made)
        assert (found.payments, found.paid) == (None, Decimal("71.44"))
        assert [each.method for each in bench.sandbox.log].count("PUT") == 1

    def test_a_document_without_payments_tells_an_empty_list(self, bench: Bench) -> None:
        """Payments are not told at all, which is not the same as none."""
        assert bench.provider.read(issue(bench)).payments is None

    def test_marking_as_paid_changes_nothing_else(self, bench: Bench) -> None:
        made = issue(bench)
        assert isinstance(bench.provider, DrupalInvoice)
        before = bench.provider.client.invoice(made)
        bench.move(timedelta(minutes=1))
        bench.provider.pay(made, money("71.44"), idempotency_key="p1")
        after = bench.provider.client.invoice(made)
        changed = {name for name in before | after if before.get(name) != after.get(name)}
        assert changed == {"pay_status", "changed"}

    def test_a_payment_in_another_currency_is_refused(self, bench: Bench) -> None:
        with pytest.raises(Refused):
            bench.provider.pay(issue(bench), money("71.44", currency="PLN"), idempotency_key="p1")


class TestLosing(LosingContract):
    @pytest.mark.parametrize("fault", LOST_BEFORE)
    def test_a_lost_answer_to_a_payment_is_found_by_reading(self, bench: Bench, fault: Fault) -> None:
        """A payment is a PUT, and its answer has no body of which half could be missing."""
        made = issue(bench)
        bench.faults.after_acting(fault, method="PUT", path=bench.pay_path)
        with pytest.raises(OutcomeUnknown):
            bench.provider.pay(made, money("71.44"), idempotency_key="p1")
        found = bench.provider.read(made)
        assert (found.paid, found.state) == (Decimal("71.44"), RemoteState.PAID)

    @pytest.mark.parametrize("fault", LOST_BEFORE)
    def test_a_payment_that_was_lost_before_its_effect_is_seen_to_be_open(self, bench: Bench, fault: Fault) -> None:
        made = issue(bench)
        bench.faults.before_acting(fault, method="PUT", path=bench.pay_path)
        with pytest.raises(OutcomeUnknown):
            bench.provider.pay(made, money("71.44"), idempotency_key="p1")
        assert (bench.provider.read(made).paid, bench.provider.read(made).state) == (0, RemoteState.OPEN)

    def test_a_write_is_one_request(self, bench: Bench) -> None:
        """Beyond those by which 1.3 lets a session in."""
        issue(bench, "first")
        bench.sandbox.log.clear()
        bench.faults.before_acting(faults.status(503), method="POST", times=5)
        with pytest.raises(OutcomeUnknown):
            issue(bench)
        assert [each.method for each in bench.sandbox.log] == ["POST"]


class TestLimits(LimitsContract):
    def test_an_invoice_that_is_half_stored_is_found_with_a_total_of_nothing(self, bench: Bench) -> None:
        service = bench.sandbox.service
        issue(bench, "first")
        service.use(replace(service.switches, half_stored=True))  # type: ignore[attr-defined]
        with pytest.raises(OutcomeUnknown):
            issue(bench)
        service.use(replace(service.switches, half_stored=False))  # type: ignore[attr-defined]
        found = bench.provider.find("garden/1001", DocumentKind.INVOICE)
        assert [(each.gross, each.state) for each in found] == [(0, RemoteState.OPEN)]

    def test_the_state_of_the_sandbox_holds_no_secret(self, bench: Bench) -> None:
        bench.provider.pay(issue(bench), money("71.44"), idempotency_key="p1")
        told = json.dumps(bench.sandbox.state())
        assert TOKEN not in told
        assert '"paid": "71.44"' in told
