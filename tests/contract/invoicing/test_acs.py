from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from providers.domain.card import Finding, Totals
from providers.domain.documents import DocumentKind
from providers.domain.errors import Refused
from providers.invoicing.acs import Acs, Options, build
from providers.invoicing.acs.names import Names
from providers.invoicing.acs.sandbox import ErrorResult, ReferenceShown, Switches, sandbox
from providers.ports import Window
from providers.sandbox import SandboxAdapter, Script
from tests.builders import SettableClock
from tests.contract.invoicing.suite import (
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
)

VAT_CODES = {"exempt": "TAM", "reverse_charge": "FAD", "not_subject": "EUK"}


def renamed(names: BaseModel) -> dict[str, Any]:
    """The same table with another name everywhere."""
    return {
        member: renamed(value) if isinstance(value, BaseModel) else f"x-{member}"
        for member, value in ((member, getattr(names, member)) for member in type(names).model_fields)
    }


OTHER_NAMES = Names.model_validate(renamed(Names()))


@dataclass(frozen=True, kw_only=True)
class Mood:
    """The service as switched, and the options of an owner who knows that it is so."""

    switches: Switches = field(default_factory=Switches)
    options: dict[str, Any] = field(default_factory=dict)


MOODS = {
    "as assumed": Mood(),
    "other names": Mood(
        switches=Switches(names=OTHER_NAMES, token_param="k", success_word="rendben"),
        options={"names": OTHER_NAMES, "token_param": "k"},
    ),
    "errors with 200, as text": Mood(
        switches=Switches(errors_as_http_200=True, error_result=ErrorResult.TEXT),
    ),
    "errors with 200, as objects; bare lists": Mood(
        switches=Switches(errors_as_http_200=True, bare_lists=True, max_per_page=20),
    ),
    "errors with 200, without numbers": Mood(
        switches=Switches(errors_as_http_200=True, error_numbers=False),
    ),
    "errors as lists; last page repeats": Mood(
        switches=Switches(error_result=ErrorResult.LIST, bare_lists=True, last_page_repeats=True),
        options={"last_page_repeats": True},
    ),
    "named by code, buyer inline, numbers": Mood(
        switches=Switches(named_by_code=True, amounts_in="number", amounts_out="text"),
        options={"named_by": "code", "amounts_as": "number", "customers": "inline"},
    ),
    "nested entries, brief customers, text": Mood(
        switches=Switches(nested_entries=True, brief_customers=True, amounts_in="text"),
    ),
    "payments are added, VAT by group": Mood(
        switches=Switches(pay_appends=True, tax_by_group=True),
        options={"pay": "appends", "tax_rounding": "vat_group"},
    ),
    "paid is a flag, dates are no filter": Mood(
        switches=Switches(paid_as_flag=True, date_filter=False),
        options={"partial_payments": False},
    ),
    "totals on read, an id for an answer": Mood(
        switches=Switches(totals=Totals.ON_READ, answers_id_only=True),
        options={"totals": Totals.ON_READ},
    ),
    "no totals": Mood(switches=Switches(totals=Totals.NEVER), options={"totals": Totals.NEVER}),
}


def a_bench(mood: Mood) -> Bench:
    clock, script = SettableClock(NOON), Script()

    def sleep(seconds: float) -> None:
        clock.move(timedelta(seconds=seconds))

    switches = replace(mood.switches, strict_companies=True)
    made = sandbox(token=TOKEN, switches=switches, faults=script, clock=clock, sleep=sleep)
    options = Options.model_validate({"vat_codes": VAT_CODES, "list_proves_absence": True, **mood.options})

    def provider(token: str) -> Acs:
        url = "https://staging.acsinvoicing.example"
        return build(base_url=url, token=token, options=options, adapter=SandboxAdapter(made), sleep=sleep)

    named = switches.error_result is not ErrorResult.TEXT
    return Bench(
        provider=provider(TOKEN),
        stranger=provider("wrong-token"),
        sandbox=made,
        faults=script,
        move=clock.move,
        create_path="/api/v1/invoice",
        pay_path="/api/v1/invoice/",
        refused_draft=draft(buyer=replace(draft().buyer, company="Łąka i Syn")),
        refused_field=switches.names.customer.tax_number if named else "",
        tells_changes=False,
        lists_payments=False,
    )


@pytest.fixture(params=MOODS.values(), ids=MOODS.keys())
def bench(request: pytest.FixtureRequest) -> Bench:
    return a_bench(request.param)


class TestCreating(CreatingContract):
    pass


class TestFinding(FindingContract):
    pass


class TestListing(ListingContract):
    pass


class TestPaying(PayingContract):
    pass


class TestLosing(LosingContract):
    pass


class TestLimits(LimitsContract):
    pass


class TestFindingWhereListsLeaveTheReferenceOut(FindingContract):
    """Each invoice is read by itself then."""

    @pytest.fixture
    def bench(self) -> Bench:
        return a_bench(Mood(switches=Switches(reference_shown=ReferenceShown.ON_READ)))


class TestWhereNothingShowsTheReference:
    """Nothing can be found again, and nothing is made up."""

    @pytest.fixture(params=["not shown", "no such member"])
    def bench(self, request: pytest.FixtureRequest) -> Bench:
        options: dict[str, Any] = {"list_proves_absence": False}
        if request.param == "no such member":
            return a_bench(Mood(options={**options, "names": {"invoice": {"reference": ""}}}))
        return a_bench(Mood(switches=Switches(reference_shown=ReferenceShown.NOWHERE), options=options))

    def test_a_look_up_is_refused_and_the_card_says_so(self, bench: Bench) -> None:
        made = issue(bench)
        assert bench.provider.card.finding is Finding.NOT_AT_ALL
        with pytest.raises(Refused) as raised:
            bench.provider.find("garden/1001", DocumentKind.INVOICE)
        assert not raised.value.missing
        assert bench.provider.read(made).reference == ""
        assert [each.remote_id for each in bench.provider.pages(Window())] == [made]


def test_without_the_owners_word_a_look_up_finds_but_proves_nothing() -> None:
    bench = a_bench(Mood(options={"list_proves_absence": False}))
    made = issue(bench)
    assert bench.provider.card.finding is Finding.NOT_AT_ALL
    assert [each.remote_id for each in bench.provider.find("garden/1001", DocumentKind.INVOICE)] == [made]
