"""AcuInvoice held to the contract. Every call there is a POST to one path, with its method in the body: `by_method`
tells the suite's faults which is which. One tax rate holds for a whole invoice: `at_one_rate` says the suite's drafts
with one, at the same gross amounts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from providers.domain.documents import Draft
from providers.domain.errors import Refused
from providers.domain.orders import TaxCategory
from providers.invoicing.acuinvoice import AcuInvoice, Options, build, envelope
from providers.invoicing.acuinvoice.sandbox import Switches, sandbox
from providers.ports import Prepared
from providers.sandbox import Reply, Request, SandboxAdapter
from tests.builders import SettableClock
from tests.contract.invoicing.suite import (
    NOON,
    TODAY,
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
    each_of,
    line,
)

TAKEN, NO_RECORD, BAD_KEY = "50030", "50010", "20010"
EUROS = frozenset({"EUR", "USD"})

MOODS = {
    "as documented": Mood(switches=Switches()),
    "one client for all, numbers assigned": Mood(
        switches=Switches(currencies=EUROS, delete_twice_is_fine=True),
        options={"client_id": 1, "invoice_number": "assigned"},
    ),
    "unique numbers, told by a code": Mood(
        switches=Switches(reject_duplicate_number=True, codes=True, namespace=True, bad_key_fails=True),
        options={
            "codes": {TAKEN: "duplicate", NO_RECORD: "missing", BAD_KEY: "denied"},
            "failed_get_is_missing": False,
        },
    ),
    "unique numbers, told by nothing": Mood(
        switches=Switches(reject_duplicate_number=True, failure_status=400), bench={"takes_repeats": False}
    ),
    "summaries, bounds outside, times": Mood(
        switches=Switches(list_with_lines=False, date_bounds_inclusive=False, times=True),
        options={"client_lookup": "name", "time_zone": "America/New_York"},
    ),
    "like its ancestor": Mood(
        switches=Switches(wrapped_lists=True, estimate_wrapped=True, contact_tells_client=True, max_per_page=25)
    ),
    "tax by line, half to even, pages of 40": Mood(
        switches=Switches(tax_on_line=True, tax_half_even=True, assumed_calls=False),
        options={"tax_on": "line", "tax_rounding": "half_even", "client_lookup": "none", "per_page": 40},
        bench={"doubts_repeats": True},
    ),
    "no negative prices, no fee of zero": Mood(
        switches=Switches(negative_prices=False, zero_late_fee=False, delete_drafts_only=True),
        options={"negative_prices": False, "late_fee": "1.5%", "client_id": 1},
        bench={"beyond": frozenset({Special.DISCOUNT})},
    ),
    "short numbers, taxed freight, lists that lag": Mood(
        switches=Switches(number_length=30, po_number_length=40, freight_taxed=True, list_lag=timedelta(seconds=30)),
        options={"number_length": 30, "reference_length": 40, "freight_is_taxed": True},
    ),
}
SHUT = {
    "another currency": Shut(switches=Switches(currencies=frozenset({"SEK"})), making=Refused, looking=None),
}


def by_method(request: Request) -> Request:
    method = envelope.parse(request.body).attributes["method"]
    reads = method.endswith((".get", ".list"))
    return Request("GET" if reads else "POST", f"/{method}", request.headers, request.body)


def at_one_rate(wanted: Draft) -> Draft:
    rated = [
        each
        if each.tax_category is not TaxCategory.RATED
        else replace(line(each.name, str(each.gross), quantity=str(each.quantity)), kind=each.kind)
        for each in wanted.lines
    ]
    return replace(wanted, lines=tuple(rated))


def due_someday(bench: Bench) -> Prepared:
    prepared = bench.prepare()
    invoice = prepared.payload["invoice"]
    assert isinstance(invoice, dict)
    return replace(prepared, payload={**prepared.payload, "invoice": {**invoice, "terms": "someday"}})


def with_unknown_elements(reply: Reply) -> Reply:
    """Every record of an answer with one element more."""
    root = ET.fromstring(reply.body)
    for element in list(root.iter()):
        if len(element) and element.tag.rpartition("}")[2] not in envelope.COLLECTIONS:
            ET.SubElement(element, "a_new_member").text = "of some kind"
    return replace(reply, body=ET.tostring(root, encoding="utf-8", xml_declaration=True))


def a_bench(mood: Mood) -> Bench:
    clock, watch = SettableClock(NOON), Watch(by_method)

    def sleep(seconds: float) -> None:
        clock.move(timedelta(seconds=seconds))

    made = sandbox(token=TOKEN, switches=mood.switches, faults=watch, clock=clock, sleep=sleep)
    service: Any = made.service
    options = Options.model_validate(dict(mood.options))
    if options.client_id:
        service.account.add("client", {"name": "Web shop"})

    def provider(token: str) -> AcuInvoice:
        url = "https://garden.acuinvoice.example"
        return build(base_url=url, token=token, options=options, adapter=SandboxAdapter(made), sleep=sleep)

    bench = Bench(
        provider=provider(TOKEN),
        stranger=provider("wrong-token"),
        sandbox=made,
        faults=watch,
        move=clock.move,
        creating=Call("POST", "/invoice.create"),
        mailing=Call("POST", "/invoice.send"),
        refused=due_someday,
        adapted=at_one_rate,
        paid_there=lambda remote_id: service.account.close(int(remote_id)),
        mails=lambda: len(service.account.mails),
        with_unknown=with_unknown_elements,
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

    def test_what_lines_come_to_is_told_as_computed_here(self, bench: Bench) -> None:
        found = bench.provider.read(bench.issue())
        assert found.extra["computed_here"] == {"net": "58.08", "tax": "13.36", "gross": "71.44"}
        assert found.issue_date == TODAY

    def test_an_untaxed_line_is_named_in_the_notes(self, bench: Bench) -> None:
        untaxed = replace(line("Course", "50.00", rate="0"), tax_category=TaxCategory.REVERSE_CHARGE)
        found = bench.provider.read(bench.issue(lines=(untaxed,)))
        assert "line 1" in str(found.extra["notes"])
