"""The memory provider does what its card says: its moods are cards."""

from dataclasses import replace
from datetime import timedelta

import pytest

from providers.domain.card import CreditStyle, Finding, PaymentStyle, Totals
from providers.domain.documents import DocumentKind
from providers.domain.errors import CannotExpress
from providers.invoicing import memory
from providers.ports import Prepared
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

CARD = replace(memory.CARD, page_size=SMALL_PAGES)
NO_LISTS = replace(
    CARD, lists=False, finding=Finding.NOT_AT_ALL, totals=Totals.NEVER, payments=PaymentStyle.NOT_AVAILABLE
)

MOODS = {
    "everything": Mood(switches=memory.CARD),
    "sums that are set, totals on read": Mood(
        switches=replace(CARD, payments=PaymentStyle.OVERWRITTEN, totals=Totals.ON_READ),
        bench={"lists_payments": False},
    ),
    "paid is a flag, references may be repeated, no keys": Mood(
        switches=replace(
            CARD,
            payments=PaymentStyle.FLAG,
            partial_payments=False,
            refuses_repeated_reference=False,
            honours_idempotency_key=False,
            cancel=False,
            bulk=1,
        ),
        bench={"lists_payments": False},
    ),
    "no totals, lists that lag, small pages, short references": Mood(
        switches=replace(
            CARD,
            totals=Totals.NEVER,
            finding=Finding.BY_LISTING,
            list_lag=timedelta(seconds=20),
            page_size=7,
            reference_length=40,
            email=False,
        )
    ),
    "invoices in euros": Mood(
        switches=replace(
            CARD,
            kinds=frozenset({DocumentKind.INVOICE}),
            credit=CreditStyle.NOT_AVAILABLE,
            currencies=frozenset({"EUR"}),
        )
    ),
    "shows nothing and takes no payments": Mood(
        switches=replace(NO_LISTS, partial_payments=False, cancel=False, email=False)
    ),
}
SHUT = {
    "another currency": Shut(switches=replace(CARD, currencies=frozenset({"SEK"})), making=CannotExpress, looking=None),
}


def for_nobody(bench: Bench) -> Prepared:
    prepared = bench.prepare()
    return replace(prepared, payload={**prepared.payload, "buyer": ""})


def a_bench(mood: Mood) -> Bench:
    clock, watch = SettableClock(NOON), Watch()

    def sleep(seconds: float) -> None:
        clock.move(timedelta(seconds=seconds))

    card = mood.switches
    account = memory.sandbox(token=TOKEN, card=card, faults=watch, clock=clock, sleep=sleep)
    service = account.service
    assert isinstance(service, memory.MemoryService)
    bench = Bench(
        provider=memory.build(token=TOKEN, card=card, within=account),
        stranger=memory.build(token="wrong-token", card=card, within=account),
        sandbox=account,
        faults=watch,
        move=clock.move,
        creating=Call("POST", "/documents"),
        paying=Call("POST", "/documents/"),
        cancelling=Call("POST", "/documents/"),
        mailing=Call("POST", "/documents/"),
        making_several=Call("POST", "/documents/several"),
        mails=lambda: sum(len(each.emails) for each in service.documents.values()),
        refused=for_nobody,
        refused_field="buyer",
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
