"""AcuInvoice held to the contract. Two things are said differently here than by other providers:

- Every call is a POST to one path, the method stands in the body. `ByMethod` tells the suite's faults apart: reads
  count as GET, and the path is the method's name.
- One tax rate holds for a whole invoice. `AtOneRate` says the suite's drafts with one, at the same gross amounts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from providers.domain.documents import DocumentKind, Draft, RemoteState
from providers.domain.errors import AccessDenied, OutcomeUnknown, Refused
from providers.domain.orders import TaxCategory
from providers.invoicing.acuinvoice import AcuInvoice, Options, build, envelope
from providers.invoicing.acuinvoice.sandbox import Switches, sandbox
from providers.ports import Prepared, Window
from providers.sandbox import Fault, Reply, Request, SandboxAdapter, Script, faults
from tests.builders import SettableClock
from tests.contract.invoicing.suite import (
    LOST_AFTER,
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

TAKEN, NO_RECORD, BAD_KEY = "50030", "50010", "20010"


@dataclass(frozen=True, kw_only=True)
class Mood:
    """What the account does, and what its owner has said about it."""

    switches: Switches = field(default_factory=Switches)
    options: Options = field(default_factory=Options)


MOODS = {
    "as documented": Mood(),
    "one client for all, numbers assigned": Mood(options=Options(client_id=1, invoice_number="assigned")),
    "unique numbers, told by a code": Mood(
        switches=Switches(reject_duplicate_number=True, codes=True, namespace=True, bad_key_fails=True),
        options=Options(
            codes={TAKEN: "duplicate", NO_RECORD: "missing", BAD_KEY: "denied"}, failed_get_is_missing=False
        ),
    ),
    "unique numbers, told by nothing": Mood(switches=Switches(reject_duplicate_number=True, failure_status=400)),
    "summaries, bounds outside, times": Mood(
        switches=Switches(list_with_lines=False, date_bounds_inclusive=False, times=True),
        options=Options(client_lookup="name", time_zone="America/New_York"),
    ),
    "like its ancestor": Mood(
        switches=Switches(wrapped_lists=True, estimate_wrapped=True, contact_tells_client=True, max_per_page=25)
    ),
    "tax by line, half to even, pages of 40": Mood(
        switches=Switches(tax_on_line=True, tax_half_even=True, assumed_calls=False),
        options=Options(tax_on="line", tax_rounding="half_even", client_lookup="none", per_page=40),
    ),
    "no negative prices, no fee of zero": Mood(
        switches=Switches(negative_prices=False, zero_late_fee=False, delete_drafts_only=True),
        options=Options(negative_prices=False, late_fee="1.5%", client_id=1),
    ),
}


class ByMethod(Script):
    """Tells the calls apart by the method in their body, and remembers which were asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def before(self, request: Request) -> Fault | None:
        self.asked.append(envelope.parse(request.body).attributes["method"])
        return super().before(_by_method(request))

    def after(self, request: Request, reply: Reply) -> Fault | None:
        return super().after(_by_method(request), reply)


def _by_method(request: Request) -> Request:
    method = envelope.parse(request.body).attributes["method"]
    reads = method.endswith((".get", ".list"))
    return Request("GET" if reads else "POST", f"/{method}", request.headers, request.body)


class AtOneRate:
    """The provider, given drafts whose taxed lines have one rate."""

    def __init__(self, provider: AcuInvoice) -> None:
        self._provider = provider

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    def __repr__(self) -> str:
        return repr(self._provider)

    def prepare(self, wanted: Draft) -> Prepared:
        return self._provider.prepare(at_one_rate(wanted))


def at_one_rate(wanted: Draft) -> Draft:
    rated = [
        each if each.tax_category is not TaxCategory.RATED else _at_23(each.name, each.gross, each.quantity)
        for each in wanted.lines
    ]
    return replace(wanted, lines=tuple(rated))


def _at_23(name: str, gross: Decimal, quantity: Decimal) -> Any:
    return line(name, str(gross), rate="23", quantity=str(quantity))


@pytest.fixture(params=MOODS.values(), ids=MOODS.keys())
def mood(request: pytest.FixtureRequest) -> Mood:
    return request.param


@pytest.fixture
def script() -> ByMethod:
    return ByMethod()


@pytest.fixture
def bench(mood: Mood, script: ByMethod) -> Bench:
    clock = SettableClock(NOON)
    switches = replace(mood.switches, currencies=frozenset({"EUR", "USD"}))

    def sleep(seconds: float) -> None:
        clock.move(timedelta(seconds=seconds))

    made = sandbox(token=TOKEN, switches=switches, faults=script, clock=clock, sleep=sleep)
    if mood.options.client_id:
        made.service.account.add("client", {"name": "Web shop"})

    def provider(token: str) -> Any:
        url = "https://garden.acuinvoice.example"
        built = build(base_url=url, token=token, options=mood.options, adapter=SandboxAdapter(made), sleep=sleep)
        return AtOneRate(built)

    return Bench(
        provider=provider(TOKEN),
        stranger=provider("wrong-token"),
        sandbox=made,
        faults=script,
        move=clock.move,
        create_path="/invoice.create",
        pay_path="/nothing.pays",
        refused_draft=draft(currency="SEK"),
        refused_field="",
    )


class TestCreating(CreatingContract):
    def test_what_was_made_reads_back_equal(self, bench: Bench, mood: Mood) -> None:
        """As far as it is told: no total and no payment, but what its lines come to, marked as ours."""
        found = bench.provider.read(issue(bench))
        assert (found.net, found.tax, found.gross, found.paid, found.payments) == (None, None, None, None, None)
        assert found.extra["computed_here"] == {"net": "58.08", "tax": "13.36", "gross": "71.44"}
        assert (found.currency, found.kind, found.state) == ("EUR", DocumentKind.INVOICE, RemoteState.OPEN)
        assert found.issue_date == TODAY
        assert found.number == ("garden/1001" if mood.options.invoice_number == "reference" else "1001")
        assert found.reference == draft().key.reference()
        assert found.updated_at is not None

    def test_untaxed_lines_keep_their_amounts(self, bench: Bench) -> None:
        for number, category in enumerate(set(TaxCategory) - {TaxCategory.RATED}):
            untaxed = replace(line("Course", "50.00", rate="0"), tax_category=category)
            found = bench.provider.read(issue(bench, f"u{number}", lines=(untaxed,)))
            assert found.extra["computed_here"] == {"net": "50.00", "tax": "0.00", "gross": "50.00"}
            assert "line 1" in str(found.extra["notes"])

    def test_a_discount_line_lowers_the_total(self, bench: Bench, mood: Mood) -> None:
        lines = (*draft().lines, line("Voucher", "-11.44"))
        if mood.options.negative_prices:
            issue(bench, lines=lines)
            assert [each["gross"] for each in bench.sandbox.state()["documents"]] == ["60.00"]
        else:
            with pytest.raises(Exception, match="no negative prices"):
                issue(bench, lines=lines)

    def test_a_negative_total_is_not_prepared(self, bench: Bench, mood: Mood) -> None:
        if mood.options.negative_prices:
            super().test_a_negative_total_is_not_prepared(bench)
        else:
            with pytest.raises(Exception, match="no negative prices"):
                bench.provider.prepare(draft(lines=(line("Refund", "-5.00"),)))

    def test_a_repeated_reference_is_a_duplicate_where_the_card_says_so(self, bench: Bench, mood: Mood) -> None:
        """Without a code a refused number is a refusal like any other: texts decide nothing."""
        refuses = mood.switches.reject_duplicate_number
        if not refuses or bench.provider.card.refuses_repeated_reference:
            super().test_a_repeated_reference_is_a_duplicate_where_the_card_says_so(bench)
            return
        issue(bench)
        with pytest.raises(Refused) as raised:
            issue(bench)
        assert not raised.value.duplicate
        assert len(bench.provider.find("garden/1001", DocumentKind.INVOICE)) == 1


class TestFinding(FindingContract):
    pass


class TestListing(ListingContract):
    def test_a_document_that_is_paid_while_the_list_is_read_is_not_left_out(self, bench: Bench) -> None:
        made = [issue(bench, number) for number in range(60)]
        reading = bench.provider.pages(Window())
        listed = [next(reading)]
        bench.sandbox.service.account.close(int(made[0]))
        listed += reading
        assert {each.remote_id for each in listed} == set(made)
        assert listed[-1].state is RemoteState.PAID


class TestPaying(PayingContract):
    """Recording a payment is not available: it is refused, nothing is sent, and only the status tells what is paid."""

    def refuses(self, bench: Bench) -> str:
        made = issue(bench)
        before = len(bench.sandbox.log)
        with pytest.raises(Refused, match="not available at AcuInvoice"):
            bench.provider.pay(made, money("71.44"), idempotency_key="p1")
        assert len(bench.sandbox.log) == before
        return made

    def test_a_payment_in_full_makes_the_document_paid(self, bench: Bench) -> None:
        made = self.refuses(bench)
        bench.sandbox.service.account.close(int(made))
        found = bench.provider.read(made)
        assert (found.paid, found.state) == (None, RemoteState.PAID)

    def test_payments_in_parts_add_up(self, bench: Bench) -> None:
        made = self.refuses(bench)
        assert bench.provider.read(made).state is RemoteState.OPEN

    def test_a_payment_is_found_again_by_its_reference(self, bench: Bench) -> None:
        assert bench.provider.read(self.refuses(bench)).payments is None

    def test_a_document_without_payments_tells_an_empty_list(self, bench: Bench) -> None:
        assert bench.provider.read(issue(bench)).payments is None


class TestLosing(LosingContract):
    @pytest.mark.parametrize("fault", LOST_AFTER)
    def test_an_answer_lost_after_the_effect_leaves_a_document_that_is_found(self, bench: Bench, fault: Fault) -> None:
        bench.faults.after_acting(fault, method="POST", path=bench.create_path)
        with pytest.raises(OutcomeUnknown):
            issue(bench)
        found = bench.provider.find("garden/1001", DocumentKind.INVOICE)
        assert [(each.gross, each.currency) for each in found] == [(None, "EUR")]
        assert [each["gross"] for each in bench.sandbox.state()["documents"]] == ["71.44"]

    @pytest.mark.parametrize("fault", LOST_AFTER)
    def test_a_lost_answer_to_a_payment_is_found_by_reading(self, bench: Bench, fault: Fault) -> None:
        """No payment is ever sent, so that none can be lost."""
        bench.faults.after_acting(fault, method="POST", path=bench.pay_path)
        with pytest.raises(Refused, match="not available"):
            bench.provider.pay(issue(bench), money("71.44"), idempotency_key="p1")

    def test_a_write_is_one_request(self, bench: Bench, script: ByMethod) -> None:
        bench.faults.before_acting(faults.status(503), method="POST", path=bench.create_path, times=5)
        with pytest.raises(OutcomeUnknown):
            issue(bench)
        assert script.asked.count("invoice.create") == 1


class TestLimits(LimitsContract):
    def test_a_wrong_token_is_denied_for_every_call(self, bench: Bench) -> None:
        made, prepared = issue(bench), bench.provider.prepare(draft(2))
        calls: list[Callable[[], object]] = [
            lambda: bench.stranger.create(prepared, idempotency_key="k"),
            lambda: bench.stranger.find("garden/1001", DocumentKind.INVOICE),
            lambda: bench.stranger.read(made),
            lambda: list(bench.stranger.pages(Window())),
            bench.stranger.probe,
        ]
        for call in calls:
            with pytest.raises(AccessDenied):
                call()

    def test_a_probe_tells_the_providers_time_and_changes_nothing(self, bench: Bench, script: ByMethod) -> None:
        probe = bench.provider.probe()
        assert probe.account == "garden.acuinvoice.example"
        assert probe.server_time is not None
        assert abs(probe.server_time - bench.sandbox.clock()) < timedelta(seconds=2)
        assert script.asked == ["invoice.list"]
