"""The basic way over a real socket: what the adapter plays in process holds on the wire."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from providers.domain.documents import DocumentKind, Draft, RemoteState
from providers.domain.errors import AccessDenied, NotSent, OutcomeUnknown, Refused, Throttled
from providers.invoicing.acuinvoice import CARD, AcuInvoice, Options, build
from providers.invoicing.acuinvoice.sandbox import AcuInvoiceService, sandbox
from providers.ports import Window
from providers.sandbox import Fault, Sandbox, SandboxServer, Script, faults
from tests.contract.invoicing.suite import TOKEN, draft, line, money

IMPATIENT = replace(CARD, connect_timeout=timedelta(seconds=0.3), read_timeout=timedelta(seconds=0.3))
SHOP = Options(client_id=1)


def order(number: int = 1001) -> Draft:
    return draft(number, lines=(line("Rain barrel, 200 l", "48.77"), line("Seeds: zażółć", "22.67", quantity="3")))


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def served(script: Script) -> Sandbox:
    made = sandbox(token=TOKEN, faults=script)
    service = made.service
    assert isinstance(service, AcuInvoiceService)
    service.account.add("client", {"name": "Web shop"})
    return made


@pytest.fixture
def server(served: Sandbox) -> Iterator[SandboxServer]:
    with SandboxServer(served) as running:
        yield running


@pytest.fixture
def provider(server: SandboxServer) -> Iterator[AcuInvoice]:
    made = build(base_url=server.url, token=TOKEN, options=SHOP, sleep=lambda _seconds: None)
    yield made
    made.close()


def issue(provider: AcuInvoice, number: int = 1001) -> str:
    return provider.create(provider.prepare(order(number)), idempotency_key="k").remote_id


def test_an_invoice_is_made_for_a_client_of_its_own_found_and_listed(server: SandboxServer, served: Sandbox) -> None:
    provider = build(base_url=server.url, token=TOKEN, sleep=lambda _seconds: None)
    made = [issue(provider, number) for number in range(1001, 1031)]
    found = provider.find("garden/1001", DocumentKind.INVOICE)
    assert [(each.remote_id, each.gross, each.state) for each in found] == [(made[0], None, RemoteState.OPEN)]
    assert provider.read(made[0]).extra["computed_here"] == {"net": "58.08", "tax": "13.36", "gross": "71.44"}
    assert [each.remote_id for each in provider.pages(Window())] == made[::-1]
    with pytest.raises(Refused, match="not available"):
        provider.pay(made[0], money("71.44"), idempotency_key="p")
    assert provider.probe().server_time is not None
    state = served.state()
    assert state["cards"] == {"clients": 2, "contacts": 1, "estimates": 0, "recurrings": 0}
    assert {Decimal(each["gross"]) for each in state["documents"]} == {Decimal("71.44")}
    assert len(server._server._open) == 1
    provider.close()


@pytest.mark.parametrize("fault", [faults.dropped(), faults.status(502), faults.login_page(), faults.truncated()])
def test_a_lost_answer_leaves_an_invoice_that_is_found(provider: AcuInvoice, script: Script, fault: Fault) -> None:
    script.after_acting(fault)
    with pytest.raises(OutcomeUnknown):
        issue(provider)
    assert len(provider.find("garden/1001", DocumentKind.INVOICE)) == 1


def test_a_buyer_is_sent_an_invoice_once_even_where_the_answer_is_lost(
    server: SandboxServer, served: Sandbox, script: Script
) -> None:
    provider = build(base_url=server.url, token=TOKEN, sleep=lambda _seconds: None)
    first, second = issue(provider, 1001), issue(provider, 1002)
    provider.email(first, to="zoe@example.com", idempotency_key="e1")
    script.after_acting(faults.slow(timedelta(0)), times=2)  # the two reads before the sending
    script.after_acting(faults.dropped())
    with pytest.raises(OutcomeUnknown):
        provider.email(second, to="zoe@example.com", idempotency_key="e2")
    assert served.state()["mails_per_document"] == {first: 1, second: 1}
    provider.close()


def test_an_answer_that_drips_ends_with_the_read_time_out(
    server: SandboxServer, provider: AcuInvoice, script: Script
) -> None:
    impatient = build(base_url=server.url, token=TOKEN, options=SHOP, card=IMPATIENT)
    script.after_acting(faults.dripping(0.1))
    begun = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        issue(impatient)
    assert time.monotonic() - begun < 5
    assert len(provider.find("garden/1001", DocumentKind.INVOICE)) == 1
    impatient.close()


def test_throttling_a_wrong_key_and_a_closed_port_are_told(
    provider: AcuInvoice, script: Script, server: SandboxServer, served: Sandbox
) -> None:
    script.before_acting(faults.throttled("11"))
    with pytest.raises(Throttled) as raised:
        issue(provider)
    assert raised.value.retry_after == timedelta(seconds=11)
    stranger = build(base_url=server.url, token="wrong-key", options=SHOP)
    with pytest.raises(AccessDenied) as denied:
        stranger.probe()
    assert "wrong-key" not in str(denied.value)
    stranger.close()
    with SandboxServer(served) as gone:
        url = gone.url
    nowhere = build(base_url=url, token=TOKEN, options=SHOP, card=IMPATIENT, sleep=lambda _seconds: None)
    with pytest.raises(NotSent):
        issue(nowhere)
    nowhere.close()
