"""The basic way over a real socket: what the adapter plays in process holds on the wire."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import requests

from providers.domain.documents import DocumentKind, RemoteState
from providers.domain.errors import AccessDenied, NotSent, OutcomeUnknown, Refused, Throttled, Unavailable
from providers.invoicing.invoiceocean import CARD, InvoiceOcean, build
from providers.invoicing.invoiceocean.sandbox import Files, InvoiceOceanService, Switches, sandbox
from providers.ports import Window
from providers.sandbox import Fault, Sandbox, SandboxServer, Script, faults
from tests.contract.invoicing.suite import TOKEN, draft, money

IMPATIENT = replace(CARD, connect_timeout=timedelta(seconds=0.3), read_timeout=timedelta(seconds=0.3))
"""For tests of what happens when time runs out; the others have all the time that a busy machine needs."""


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def served(script: Script) -> Sandbox:
    return sandbox(token=TOKEN, faults=script)


@pytest.fixture
def server(served: Sandbox) -> Iterator[SandboxServer]:
    with SandboxServer(served) as running:
        yield running


@pytest.fixture
def provider(server: SandboxServer) -> Iterator[InvoiceOcean]:
    made = build(base_url=server.url, token=TOKEN, sleep=lambda _seconds: None)
    yield made
    made.close()


@pytest.fixture
def impatient(server: SandboxServer) -> Iterator[InvoiceOcean]:
    made = build(base_url=server.url, token=TOKEN, card=IMPATIENT, sleep=lambda _seconds: None)
    yield made
    made.close()


def issue(provider: InvoiceOcean, number: int = 1001) -> str:
    return provider.create(provider.prepare(draft(number)), idempotency_key="k").remote_id


def test_an_invoice_is_made_found_paid_and_listed(provider: InvoiceOcean) -> None:
    made = issue(provider)
    assert [each.remote_id for each in provider.find("garden/1001", DocumentKind.INVOICE)] == [made]
    provider.pay(made, money("71.44"), idempotency_key="p")
    read = provider.read(made)
    assert (read.gross, read.paid, read.state) == (Decimal("71.44"), Decimal("71.44"), RemoteState.PAID)
    assert [each.remote_id for each in provider.pages(Window())] == [made]
    assert [each.reference for each in provider.payments()] == ["garden/1001/pay-1"]
    assert provider.probe().server_time is not None


def test_an_invoice_is_sent_by_e_mail_shown_as_a_file_and_cancelled(provider: InvoiceOcean) -> None:
    made, _newer = issue(provider, 1), issue(provider, 2)
    provider.email(made, to="zoe@example.com", idempotency_key="e")
    assert provider.read(made).emailed_at is not None
    assert provider.pdf(made).startswith(b"%PDF")
    provider.cancel(made, reason="Ordered twice", idempotency_key="c")
    assert provider.read(made).state is RemoteState.CANCELLED
    with pytest.raises(Refused):
        provider.email(made, to="zoe@example.com", idempotency_key="e2")


def test_a_file_is_followed_within_the_host_of_the_account(server: SandboxServer, served: Sandbox) -> None:
    service = served.service
    assert isinstance(service, InvoiceOceanService)
    service.use(Switches(files=Files.REDIRECTED))
    provider = build(base_url=server.url, token=TOKEN)
    assert provider.pdf(issue(provider)).startswith(b"%PDF")
    provider.close()


def test_a_correction_is_made_and_found(provider: InvoiceOcean) -> None:
    made = issue(provider)
    correction = provider.client.correct_whole_invoice(int(made), "Returned")
    assert correction["price_gross"] == "-71.44"
    listed = provider.client.invoices(filters={"kinds[]": ["correction"], "from_invoice_id": int(made)})
    assert [each["id"] for each in listed] == [correction["id"]]


def test_one_connection_serves_many_calls(provider: InvoiceOcean, server: SandboxServer) -> None:
    for number in range(20):
        issue(provider, number)
    assert len(server._server._open) == 1


@pytest.mark.parametrize("fault", [faults.dropped(), faults.status(502), faults.login_page(), faults.truncated()])
def test_a_lost_answer_leaves_an_invoice_that_is_found(provider: InvoiceOcean, script: Script, fault: Fault) -> None:
    script.after_acting(fault, method="POST")
    with pytest.raises(OutcomeUnknown):
        issue(provider)
    assert len(provider.find("garden/1001", DocumentKind.INVOICE)) == 1


def test_an_answer_that_drips_ends_with_the_read_time_out(
    impatient: InvoiceOcean, provider: InvoiceOcean, script: Script
) -> None:
    script.after_acting(faults.dripping(0.05), method="POST")
    begun = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        issue(impatient)
    assert time.monotonic() - begun < 5
    assert len(provider.find("garden/1001", DocumentKind.INVOICE)) == 1


def test_a_header_that_drips_ends_with_the_read_time_out() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def drip() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65_536)
            while not over.wait(0.05):
                try:
                    connection.sendall(b"H")
                except OSError:
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    provider = build(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", token=TOKEN, card=IMPATIENT)
    begun = time.monotonic()
    try:
        with pytest.raises(OutcomeUnknown):
            issue(provider)
        assert time.monotonic() - begun < 5
    finally:
        over.set()
        thread.join()
        listening.close()
        provider.close()


def test_a_slow_read_is_unavailable_after_the_time_of_one_call(impatient: InvoiceOcean, script: Script) -> None:
    script.before_acting(faults.slow(timedelta(seconds=1)), method="GET", times=100)
    begun = time.monotonic()
    with pytest.raises(Unavailable):
        impatient.read("460000001")
    assert time.monotonic() - begun < 5


def test_a_closed_port_means_that_nothing_was_sent(served: Sandbox) -> None:
    with SandboxServer(served) as server:
        url = server.url
    provider = build(base_url=url, token=TOKEN, card=IMPATIENT, sleep=lambda _seconds: None)
    with pytest.raises(NotSent):
        issue(provider)
    with pytest.raises(NotSent):
        provider.probe()
    provider.close()


def test_a_connection_that_went_idle_and_was_closed_is_made_anew(provider: InvoiceOcean, server: SandboxServer) -> None:
    issue(provider, 1)
    server._server.end_connections()
    deadline = time.monotonic() + 5
    while server._server._open and time.monotonic() < deadline:
        time.sleep(0.01)
    assert issue(provider, 2)


def test_throttling_and_a_wrong_token_are_told(provider: InvoiceOcean, script: Script, server: SandboxServer) -> None:
    script.before_acting(faults.throttled("11"))
    with pytest.raises(Throttled) as raised:
        issue(provider)
    assert raised.value.retry_after == timedelta(seconds=11)
    stranger = build(base_url=server.url, token="wrong", card=IMPATIENT)
    with pytest.raises(AccessDenied):
        stranger.probe()
    stranger.close()


def test_many_threads_make_every_invoice_once(provider: InvoiceOcean, served: Sandbox) -> None:
    threads = [
        threading.Thread(target=lambda start=start: [issue(provider, start + n) for n in range(10)])
        for start in range(0, 80, 10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = served.state()["by_reference"]
    assert counts == {f"garden/{number}": 1 for number in range(80)}


def test_the_state_is_served(provider: InvoiceOcean, server: SandboxServer) -> None:
    made = issue(provider)
    state = requests.get(f"{server.url}/_sandbox/state", timeout=5).json()
    assert state["documents"][0]["remote_id"] == made
    assert state["requests"] == {"POST /invoices.json 201": 1}
