"""The basic way over a real socket: what the adapter plays in process holds on the wire."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import requests

from providers.domain.documents import DocumentKind, RemoteState
from providers.domain.errors import AccessDenied, NotSent, OutcomeUnknown
from providers.invoicing.drupal_invoice import CARD, DrupalInvoice, Options, build
from providers.invoicing.drupal_invoice.sandbox import Module, Switches, sandbox
from providers.ports import Window
from providers.sandbox import Fault, Sandbox, SandboxServer, Script, faults
from tests.contract.invoicing.suite import TOKEN, draft, money

ACCOUNT = f"shop_api:{TOKEN}"
IMPATIENT = replace(CARD, connect_timeout=timedelta(seconds=2.5), read_timeout=timedelta(seconds=2.5))
"""Half a second for each request."""

BOOKS = {
    "1.2": (Module.V1_2, Options()),
    "1.3, login": (Module.V1_3, Options()),
    "1.3, a session of our own": (Module.V1_3, Options(session="own")),
    "1.3, no clean addresses": (Module.V1_3, Options(clean_urls=False)),
}


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture(params=BOOKS.values(), ids=BOOKS.keys())
def book(request: pytest.FixtureRequest) -> tuple[Module, Options]:
    return request.param


@pytest.fixture
def served(script: Script, book: tuple[Module, Options]) -> Sandbox:
    return sandbox(token=ACCOUNT, switches=Switches(module=book[0]), faults=script)


@pytest.fixture
def server(served: Sandbox) -> Iterator[SandboxServer]:
    with SandboxServer(served) as running:
        yield running


@pytest.fixture
def provider(server: SandboxServer, book: tuple[Module, Options]) -> Iterator[DrupalInvoice]:
    made = build(base_url=server.url, token=ACCOUNT, options=book[1], sleep=lambda _seconds: None)
    yield made
    made.close()


def issue(provider: DrupalInvoice, number: int = 1001) -> str:
    return provider.create(provider.prepare(draft(number)), idempotency_key="k").remote_id


def test_an_invoice_is_made_found_paid_and_listed(provider: DrupalInvoice) -> None:
    made = issue(provider)
    assert [each.remote_id for each in provider.find("garden/1001", DocumentKind.INVOICE)] == [made]
    provider.pay(made, money("71.44"), idempotency_key="p")
    read = provider.read(made)
    assert (read.gross, read.paid, read.state) == (Decimal("71.44"), Decimal("71.44"), RemoteState.PAID)
    assert [each.remote_id for each in provider.pages(Window())] == [made]
    assert "<h1>" in provider.client.invoice_html(made)
    assert provider.probe().server_time is not None


@pytest.mark.parametrize("fault", [faults.dropped(), faults.status(502), faults.login_page(), faults.truncated()])
def test_a_lost_answer_leaves_an_invoice_that_is_found(provider: DrupalInvoice, script: Script, fault: Fault) -> None:
    issue(provider, 1)
    script.after_acting(fault, method="POST")
    with pytest.raises(OutcomeUnknown):
        issue(provider)
    assert len(provider.find("garden/1001", DocumentKind.INVOICE)) == 1


def test_a_lost_answer_to_a_payment_is_seen_by_reading(provider: DrupalInvoice, script: Script) -> None:
    made = issue(provider)
    script.after_acting(faults.dropped(), method="PUT")
    with pytest.raises(OutcomeUnknown):
        provider.pay(made, money("71.44"), idempotency_key="p")
    assert provider.read(made).state is RemoteState.PAID


def test_an_invoice_is_credited_and_changed_without_losing_anything(provider: DrupalInvoice) -> None:
    made = issue(provider)
    before = provider.client.invoice(made)
    provider.client.update_invoice(made, {"customer": {"city": "Ede"}})
    after = provider.client.invoice(made)
    assert {name for name in after if after[name] != before[name]} <= {"customer", "changed"}
    credit = provider.read(provider.client.credit_invoice(made))
    assert (credit.kind, credit.gross) == (DocumentKind.CREDIT_NOTE, Decimal("-71.44"))
    assert len(provider.client.all_invoices()) == 2


def test_a_slow_write_ends_with_its_part_of_the_time(server: SandboxServer, script: Script) -> None:
    impatient = build(base_url=server.url, token=ACCOUNT, card=IMPATIENT, sleep=lambda _seconds: None)
    script.before_acting(faults.slow(timedelta(seconds=1)), method="POST")
    with pytest.raises(OutcomeUnknown):
        issue(impatient)
    impatient.close()


def test_a_closed_port_means_that_nothing_was_sent(served: Sandbox) -> None:
    with SandboxServer(served) as server:
        url = server.url
    provider = build(base_url=url, token=ACCOUNT, card=IMPATIENT, sleep=lambda _seconds: None)
    for call in (
        lambda: issue(provider),
        lambda: provider.pay("1", money("1.00"), idempotency_key="p"),
        provider.probe,
    ):
        with pytest.raises(NotSent):
            call()
    provider.close()


def test_a_wrong_password_is_denied(server: SandboxServer) -> None:
    stranger = build(base_url=server.url, token="shop_api:wrong", sleep=lambda _seconds: None)
    with pytest.raises(AccessDenied):
        stranger.probe()
    with pytest.raises(AccessDenied):
        issue(stranger)
    stranger.close()


def test_many_threads_make_every_invoice_once(provider: DrupalInvoice, served: Sandbox) -> None:
    threads = [
        threading.Thread(target=lambda start=start: [issue(provider, start + n) for n in range(5)])
        for start in range(0, 40, 5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert served.state()["by_reference"] == {f"garden/{number}": 1 for number in range(40)}


def test_the_state_is_served(provider: DrupalInvoice, server: SandboxServer) -> None:
    made = issue(provider)
    state = requests.get(f"{server.url}/_sandbox/state", timeout=5).json()
    assert state["documents"][0]["remote_id"] == made
