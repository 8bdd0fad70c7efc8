from dataclasses import replace
from datetime import timedelta

import pytest

from providers.domain.errors import OutcomeUnknown, Unavailable
from providers.invoicing.invoiceocean import CARD, InvoiceOcean, Options, build
from providers.invoicing.invoiceocean.sandbox import (
    ConnectedPayments,
    Files,
    InvoiceOceanService,
    OidScope,
    Profile,
    Switches,
    sandbox,
)
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
    Watch,
    each_of,
)

MOODS = {
    "as documented": Mood(switches=Switches(), card={"page_size": CARD.page_size}),
    "2018, Polish, strict": Mood(
        switches=Switches(
            profile=Profile.Y2018,
            polish=True,
            oid_refusal="- jest już zajęty",
            email_refusal="Dokument został już wysłany",
            strict_buyers=True,
            status_goes_back=False,
        )
    ),
    "no uniqueness": Mood(switches=Switches(oid_unique=False), options={"oid_unique": False}),
    "uniqueness per account, loose filter": Mood(
        switches=Switches(
            oid_scope=OidScope.ACCOUNT, oid_filter_exact=False, oid_counts_cancelled=False, makes_products=False
        )
    ),
    "soft refusals, brief payments": Mood(
        switches=Switches(
            soft_refusal=True,
            connected_payments=ConnectedPayments.BRIEF,
            overpayment_counts=False,
            cancelled_again=False,
        )
    ),
    "no payments told, other pages, cancels the newest": Mood(
        switches=Switches(
            connected_payments=ConnectedPayments.ABSENT,
            default_per_page=10,
            max_per_page=200,
            payment_deletion_reopens=False,
            newest_can_be_cancelled=True,
            recurrings=False,
        ),
        bench={"lists_payments": False},
    ),
    "quoted tokens, unstable order": Mood(
        switches=Switches(
            unauthorized_quotes_token=True,
            unstable_ties=True,
            email_guard=timedelta(0),
            linked_accounts=("orchard",),
        )
    ),
    "lists that lag": Mood(switches=Switches(list_lag=timedelta(seconds=20)), card={"list_lag": timedelta(seconds=20)}),
    "refusals as one text": Mood(
        switches=Switches(message_is_text=True, oid_unique=False),
        options={"oid_unique": False},
        bench={"refused_field": ""},
    ),
    "the Polish national system": Mood(
        switches=Switches(ksef=True, ksef_demo=True, ksef_delay=timedelta(hours=1), ksef_number_lets_cancel=True)
    ),
    "the Polish national system fails": Mood(
        switches=Switches(ksef=True, ksef_sends_companies=False, ksef_status="send_error")
    ),
    "files by a redirect": Mood(switches=Switches(files=Files.REDIRECTED)),
    "files elsewhere": Mood(switches=Switches(files=Files.ELSEWHERE, file_host="https://storage.example")),
    "no files": Mood(switches=Switches(files=Files.PAGE)),
}
SHUT = {
    "a plan without API": Shut(switches=Switches(denied="The plan does not include the API")),
    "a login page": Shut(switches=Switches(login_page=True), making=OutcomeUnknown, looking=Unavailable),
}


def of_no_kind(bench: Bench) -> Prepared:
    prepared = bench.prepare()
    invoice = prepared.payload["invoice"]
    assert isinstance(invoice, dict)
    return replace(prepared, payload={**prepared.payload, "invoice": {**invoice, "kind": "doodle"}})


def a_bench(mood: Mood) -> Bench:
    clock, watch = SettableClock(NOON), Watch()

    def sleep(seconds: float) -> None:
        clock.move(timedelta(seconds=seconds))

    made = sandbox(token=TOKEN, switches=mood.switches, faults=watch, clock=clock, sleep=sleep)

    def provider(token: str) -> InvoiceOcean:
        return build(
            base_url="https://garden.invoiceocean.example",
            token=token,
            options=Options(**mood.options),
            card=replace(CARD, **{"page_size": SMALL_PAGES, **mood.card}),
            adapter=SandboxAdapter(made),
            sleep=sleep,
        )

    service = made.service
    assert isinstance(service, InvoiceOceanService)
    bench = Bench(
        provider=provider(TOKEN),
        stranger=provider("wrong-token"),
        sandbox=made,
        faults=watch,
        move=clock.move,
        creating=Call("POST", "/invoices.json"),
        paying=Call("POST", "/banking/payments.json"),
        cancelling=Call("POST", "/invoices/cancel.json"),
        mailing=Call("POST", "/invoices/"),
        mails=lambda: len(service.account.mails),
        refused=of_no_kind,
        refused_field="kind",
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
