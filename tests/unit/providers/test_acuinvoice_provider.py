"""AcuInvoice against its sandbox, where it does more than one call: buyers as clients, and the list as the proof."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from providers.domain.documents import DocumentKind, Draft
from providers.domain.errors import AccessDenied, NotSent, OutcomeUnknown, Refused, Throttled, Unavailable
from providers.domain.orders import Buyer
from providers.invoicing.acuinvoice import CARD, AcuInvoice, Options, build, envelope
from providers.invoicing.acuinvoice.sandbox import Switches, sandbox
from providers.ports import Window
from providers.sandbox import Fault, Reply, Request, SandboxAdapter, Script, faults
from tests.builders import SettableClock, a_draft

KEY = "k3y-9fQz"
ADA = Buyer(
    first_name="Ada", last_name="Example", street="Field 1", postcode="1", city="Testowo", email="Ada@example.com"
)
FOLK = [
    pytest.param(Switches(), Options(), id="contacts tell no client"),
    pytest.param(Switches(contact_tells_client=True, assumed_calls=False), Options(), id="contacts tell their client"),
    pytest.param(Switches(list_with_lines=False), Options(client_lookup="name"), id="by name"),
]


class Calls(Script):
    """Faults by method, and what was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def before(self, request: Request) -> Fault | None:
        self.asked.append(_method(request))
        return super().before(replace(request, url=f"/{_method(request)}"))

    def after(self, request: Request, reply: Reply) -> Fault | None:
        return super().after(replace(request, url=f"/{_method(request)}"), reply)


def _method(request: Request) -> str:
    return envelope.parse(request.body).attributes["method"]


class Bench:
    def __init__(self, switches: Switches | None = None, options: Options | None = None) -> None:
        self.calls = Calls()
        self.clock = SettableClock()

        def sleep(seconds: float) -> None:
            self.clock.move(seconds=seconds)

        self.sandbox = sandbox(token=KEY, switches=switches, faults=self.calls, clock=self.clock, sleep=sleep)
        url, adapter = "https://garden.acuinvoice.example", SandboxAdapter(self.sandbox)
        self.provider: AcuInvoice = build(base_url=url, token=KEY, options=options, adapter=adapter, sleep=sleep)

    def issue(self, number: int = 1, *, buyer: Buyer = ADA, **changes: Any) -> str:
        draft: Draft = a_draft(buyer=buyer, **changes)
        draft = replace(draft, key=replace(draft.key, order_id=str(number)))
        return self.provider.create(self.provider.prepare(draft), idempotency_key="k").remote_id

    def client_of(self, invoice_id: str) -> Any:
        account: Any = self.sandbox.service
        told = account.account.tables["invoice"][int(invoice_id)].fields["client_id"]
        return account.account.tables["client"][int(told)].fields

    @property
    def cards(self) -> Any:
        return self.sandbox.state()["cards"]


@pytest.mark.parametrize(("switches", "options"), FOLK)
def test_a_buyer_who_comes_again_is_the_client_that_is_there(switches: Switches, options: Options) -> None:
    bench = Bench(switches, options)
    first, second = bench.issue(1), bench.issue(2)
    assert bench.cards["clients"] == bench.cards["contacts"] == 1
    assert bench.client_of(first) == bench.client_of(second)
    assert bench.calls.asked.count("client.create") == 1


@pytest.mark.parametrize("change", [{"city": "Elsewhere"}, {"street": "Field 2"}, {"company": "Son"}])
@pytest.mark.parametrize(("switches", "options"), FOLK)
def test_a_buyer_with_another_address_or_name_is_another_client(
    switches: Switches, options: Options, change: dict[str, str]
) -> None:
    bench = Bench(switches, options)
    first = bench.issue(1)
    second = bench.issue(2, buyer=replace(ADA, **change))
    assert bench.cards["clients"] == 2
    assert bench.client_of(first) != bench.client_of(second)


def test_two_people_of_one_name_and_address_differ_by_their_e_mail() -> None:
    bench = Bench(options=Options(client_lookup="name"))
    for email in ("a@example.com", "b@example.com", "A@example.com"):
        bench.issue(buyer=replace(ADA, email=email))
    assert bench.cards["clients"] == 2


def test_a_buyer_without_an_e_mail_is_found_by_name() -> None:
    bench = Bench()
    for _ in range(2):
        bench.issue(buyer=replace(ADA, email=""))
    assert bench.cards == {"clients": 1, "contacts": 0, "estimates": 0, "recurrings": 0}
    assert "contact.list" not in bench.calls.asked


def test_nobody_is_looked_for_where_the_owner_says_so() -> None:
    bench = Bench(options=Options(client_lookup="none"))
    bench.issue(1)
    bench.issue(2)
    assert bench.calls.asked == ["client.create", "invoice.create"] * 2


def test_a_client_is_found_on_any_page() -> None:
    bench = Bench(options=Options(client_lookup="name"))
    first = bench.issue(0)
    for number in range(60):
        bench.issue(buyer=replace(ADA, first_name=f"Ada {number}"))
    assert bench.client_of(bench.issue(1)) == bench.client_of(first)


LOST = [faults.dropped(), faults.status(502), faults.login_page(), faults.truncated()]


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("method", ["contact.list", "client.list", "client.create"])
def test_a_lost_answer_before_the_invoice_is_no_lost_invoice(fault: Fault, method: str) -> None:
    """The client is looked for again before it is made again."""
    bench = Bench()
    buyer = replace(ADA, email="") if method == "client.list" else ADA
    bench.calls.after_acting(fault, path=f"/{method}", times=3)
    with pytest.raises(NotSent, match="no invoice was sent"):
        bench.issue(buyer=buyer)
    assert bench.sandbox.state()["documents"] == []
    assert "invoice.create" not in bench.calls.asked
    bench.calls._after.clear()
    bench.issue(buyer=buyer)
    assert bench.cards["clients"] == 1
    assert len(bench.provider.find("garden/1", DocumentKind.INVOICE)) == 1


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.throttled("9"), Throttled),
        (faults.status(401), AccessDenied),
        (faults.refused_connection(), NotSent),
        (faults.status(400), Refused),
    ],
)
def test_what_is_plain_before_the_invoice_stays_plain(fault: Fault, error: type[Exception]) -> None:
    bench = Bench()
    bench.calls.before_acting(fault, path="/client.create")
    with pytest.raises(error):
        bench.issue()
    assert bench.sandbox.state()["documents"] == []


def test_a_call_that_no_page_shows_is_refused_where_it_does_not_exist() -> None:
    bench = Bench(Switches(assumed_calls=False))
    bench.issue(1)
    with pytest.raises(Refused, match="no such method"):
        bench.issue(2)


def test_the_client_and_the_invoice_together_take_no_longer_than_one_call() -> None:
    bench = Bench()
    half = CARD.call_timeout / 2
    bench.calls.before_acting(faults.slow(half + timedelta(seconds=1)), path="/client.create")
    begun = bench.clock()
    with pytest.raises(NotSent):
        bench.issue(1)
    assert bench.clock() - begun <= half
    bench.calls.before_acting(faults.slow(half + timedelta(seconds=1)), path="/invoice.create")
    begun = bench.clock()
    with pytest.raises(OutcomeUnknown):
        bench.issue(2)
    assert bench.clock() - begun <= half


def test_a_page_that_the_account_cuts_does_not_pass_for_the_last_one() -> None:
    bench = Bench(Switches(max_per_page=30), Options(per_page=100, client_id=1))
    bench.sandbox.service.account.add("client", {"name": "Shop"})  # type: ignore[attr-defined]
    for number in range(30):
        bench.issue(number)
    assert len(list(bench.provider.pages(Window()))) == 30
    bench.issue(30)
    with pytest.raises(Unavailable, match="lower the option per_page"):
        bench.provider.find("garden/0", DocumentKind.INVOICE)


@pytest.mark.parametrize("inclusive", [True, False])
def test_a_window_is_asked_for_a_day_wider_and_cut_here(inclusive: bool) -> None:
    bench = Bench(Switches(date_bounds_inclusive=inclusive))
    for day in range(1, 8):
        bench.issue(day, issue_date=date(2026, 3, day))
    window = Window(start=date(2026, 3, 3), end=date(2026, 3, 5))
    assert [each.reference for each in bench.provider.pages(window)] == ["garden/5", "garden/4", "garden/3"]


def test_a_kind_that_is_never_made_is_never_found() -> None:
    bench = Bench()
    bench.issue()
    assert bench.provider.find("garden/1", DocumentKind.PRO_FORMA) == ()
    assert "invoice.list" not in bench.calls.asked


def test_a_key_that_changed_is_denied_until_it_is_replaced() -> None:
    bench = Bench()
    bench.issue()
    account: Callable[[str], None] = bench.sandbox.service.rotate  # type: ignore[attr-defined]
    account("another-key")
    with pytest.raises(AccessDenied):
        bench.provider.probe()


@pytest.mark.parametrize("method", ["draft", "open", "pastdue", "closed"])
def test_drift_is_read_from_the_status(method: str) -> None:
    bench = Bench()
    made = bench.issue()
    account: Any = bench.sandbox.service
    record = account.account.tables["invoice"][int(made)]
    record.status = "open" if method == "pastdue" else method
    if method == "pastdue":
        bench.clock.move(timedelta(days=90))
    assert bench.provider.read(made).state == ("paid" if method == "closed" else "open")
    assert account.account.status(record) == method
