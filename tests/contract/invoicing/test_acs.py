from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from pydantic import BaseModel

from providers.domain.card import Finding, Totals
from providers.domain.documents import DocumentKind
from providers.domain.errors import Refused
from providers.invoicing.acs import CARD, Acs, Options, build
from providers.invoicing.acs.names import Names
from providers.invoicing.acs.sandbox import ErrorResult, ReferenceShown, Switches, sandbox
from providers.ports import Prepared
from providers.sandbox import SandboxAdapter
from tests.builders import SettableClock
from tests.contract.invoicing.suite import (
    NOON,
    SMALL_PAGES,
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
)

VAT_CODES = {"exempt": "TAM", "reverse_charge": "FAD", "not_subject": "EUK"}


def renamed(names: BaseModel) -> dict[str, Any]:
    """The same table with another name everywhere."""
    return {
        member: renamed(value) if isinstance(value, BaseModel) else f"x-{member}"
        for member, value in ((member, getattr(names, member)) for member in type(names).model_fields)
    }


OTHER_NAMES = Names.model_validate(renamed(Names()))

MOODS = {
    "as assumed": Mood(switches=Switches(), options={"page_size": CARD.page_size}),
    "other names": Mood(
        switches=Switches(names=OTHER_NAMES, token_param="k", success_word="rendben"),
        options={"names": OTHER_NAMES, "token_param": "k"},
    ),
    "errors with 200, as text": Mood(
        switches=Switches(errors_as_http_200=True, error_result=ErrorResult.TEXT), bench={"refused_field": ""}
    ),
    "errors with 200, as objects; bare lists, small pages": Mood(
        switches=Switches(
            errors_as_http_200=True, bare_lists=True, default_per_page=7, max_per_page=20, bulk_fails_in_part=True
        ),
        options={"page_size": 30},
        bench={"doubts_repeats": True},
    ),
    "errors with 200, without numbers": Mood(
        switches=Switches(errors_as_http_200=True, error_numbers=False, strict_companies=True),
    ),
    "errors as lists; last page repeats": Mood(
        switches=Switches(
            error_result=ErrorResult.LIST, bare_lists=True, last_page_repeats=True, bulk_fails_in_part=True
        ),
        options={"last_page_repeats": True},
    ),
    "named by code, buyer inline, numbers": Mood(
        switches=Switches(named_by_code=True, amounts_in="number", amounts_out="text"),
        options={"named_by": "code", "amounts_as": "number", "customers": "inline"},
    ),
    "nested entries, brief customers by id only, text": Mood(
        switches=Switches(nested_entries=True, brief_customers=True, inline_customers=False, amounts_in="text"),
    ),
    "payments are added, VAT by group, more decimals": Mood(
        switches=Switches(pay_appends=True, tax_by_group=True, price_decimals=4, reference_length=40),
        options={"pay": "appends", "tax_rounding": "vat_group", "price_decimals": 4, "reference_length": 40},
    ),
    "paid is a flag, dates are no filter": Mood(
        switches=Switches(paid_as_flag=True, date_filter=False),
        options={"partial_payments": False},
    ),
    "totals on read, an id for an answer, lists that lag": Mood(
        switches=Switches(totals=Totals.ON_READ, answers_id_only=True, list_lag=timedelta(seconds=30)),
        options={"totals": Totals.ON_READ},
    ),
    "no totals, all or nothing": Mood(
        switches=Switches(totals=Totals.NEVER, bulk_all_or_nothing=True),
        options={"totals": Totals.NEVER, "bulk": "all_or_nothing"},
    ),
    "no negative lines, three decimals, other entries": Mood(
        switches=Switches(
            negative_lines=False,
            amount_decimals=3,
            price_decimals=3,
            whole_currencies=frozenset({"JPY"}),
            rates=("0", "8", "23"),
            letters=("TAM", "FAD", "EUK"),
            currencies=("EUR", "JPY"),
        ),
        options={
            "negative_lines": False,
            "amount_decimals": 3,
            "price_decimals": 3,
            "whole_currencies": {"JPY"},
        },
        bench={"beyond": frozenset({Special.DISCOUNT})},
    ),
}
SHUT = {
    "no subscription": Shut(switches=Switches(denied=True)),
    "no subscription, errors with 200": Shut(switches=Switches(denied=True, errors_as_http_200=True)),
}
APART = {
    "lists leave the reference out": Mood(switches=Switches(reference_shown=ReferenceShown.ON_READ)),
    "nothing shows the reference": Mood(
        switches=Switches(reference_shown=ReferenceShown.NOWHERE), options={"list_proves_absence": False}
    ),
    "there is no such member": Mood(
        switches=Switches(),
        options={"list_proves_absence": False, "names": {"invoice": {"reference": ""}}},
    ),
}


def due_someday(name: str, bench: Bench) -> Prepared:
    prepared = bench.prepare()
    invoice = prepared.payload["invoice"]
    assert isinstance(invoice, dict)
    return replace(prepared, payload={**prepared.payload, "invoice": {**invoice, name: "someday"}})


def a_bench(mood: Mood) -> Bench:
    clock, watch = SettableClock(NOON), Watch()

    def sleep(seconds: float) -> None:
        clock.move(timedelta(seconds=seconds))

    made = sandbox(token=TOKEN, switches=mood.switches, faults=watch, clock=clock, sleep=sleep)
    options = Options.model_validate(
        {"vat_codes": VAT_CODES, "list_proves_absence": True, "page_size": SMALL_PAGES, **mood.options}
    )

    def provider(token: str) -> Acs:
        url = "https://staging.acsinvoicing.example"
        return build(base_url=url, token=token, options=options, adapter=SandboxAdapter(made), sleep=sleep)

    bench = Bench(
        provider=provider(TOKEN),
        stranger=provider("wrong-token"),
        sandbox=made,
        faults=watch,
        move=clock.move,
        creating=Call("POST", "/api/v1/invoice"),
        paying=Call("POST", "/api/v1/invoice/"),
        making_several=Call("POST", "/api/v1/invoices"),
        refused=partial(due_someday, options.names.invoice.due_date),
        refused_field=options.names.invoice.due_date,
        tells_changes=False,
        lists_payments=False,
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


class TestFindingWhereListsLeaveTheReferenceOut(FindingContract):
    """Each invoice is read by itself then."""

    @pytest.fixture
    def bench(self) -> Bench:
        return a_bench(APART["lists leave the reference out"])


class TestWhereNothingShowsTheReference:
    """Nothing can be found again, and nothing is made up."""

    @pytest.fixture(params=["nothing shows the reference", "there is no such member"])
    def bench(self, request: pytest.FixtureRequest) -> Bench:
        return a_bench(APART[request.param])

    def test_a_look_up_is_refused_and_the_card_says_so(self, bench: Bench) -> None:
        made = bench.issue()
        assert bench.card.finding is Finding.NOT_AT_ALL
        with pytest.raises(Refused) as raised:
            bench.provider.find("garden/1001", DocumentKind.INVOICE)
        assert not raised.value.missing
        assert bench.provider.read(made).reference == ""
        assert [each.remote_id for each in bench.listed()] == [made]


def test_without_the_owners_word_a_look_up_finds_but_proves_nothing() -> None:
    bench = a_bench(Mood(switches=Switches(), options={"list_proves_absence": False}))
    made = bench.issue()
    assert bench.card.finding is Finding.NOT_AT_ALL
    assert [each.remote_id for each in bench.find()] == [made]
