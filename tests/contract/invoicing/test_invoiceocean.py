from dataclasses import replace
from datetime import timedelta

import pytest

from providers.invoicing.invoiceocean import InvoiceOcean, Options, build
from providers.invoicing.invoiceocean.sandbox import ConnectedPayments, OidScope, Profile, Switches, sandbox
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
)

MOODS = {
    "as documented": Switches(),
    "2018, Polish": Switches(profile=Profile.Y2018, polish=True, oid_refusal="- jest już zajęty"),
    "no uniqueness": Switches(oid_unique=False),
    "uniqueness per account, loose filter": Switches(oid_scope=OidScope.ACCOUNT, oid_filter_exact=False),
    "soft refusals, brief payments": Switches(soft_refusal=True, connected_payments=ConnectedPayments.BRIEF),
    "quoted tokens, unstable order": Switches(unauthorized_quotes_token=True, unstable_ties=True),
}


@pytest.fixture(params=MOODS.values(), ids=MOODS.keys())
def bench(request: pytest.FixtureRequest) -> Bench:
    switches: Switches = replace(request.param, strict_buyers=True)
    clock, script = SettableClock(NOON), Script()

    def sleep(seconds: float) -> None:
        clock.move(timedelta(seconds=seconds))

    made = sandbox(token=TOKEN, switches=switches, faults=script, clock=clock, sleep=sleep)
    options = Options(oid_unique=switches.oid_unique)

    def provider(token: str) -> InvoiceOcean:
        url = "https://garden.invoiceocean.example"
        return build(base_url=url, token=token, options=options, adapter=SandboxAdapter(made), sleep=sleep)

    return Bench(
        provider=provider(TOKEN),
        stranger=provider("wrong-token"),
        sandbox=made,
        faults=script,
        move=clock.move,
        create_path="/invoices.json",
        pay_path="/banking/payments.json",
        refused_draft=draft(buyer=replace(draft().buyer, company="Łąka i Syn")),
        refused_field="buyer_tax_no",
    )


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
