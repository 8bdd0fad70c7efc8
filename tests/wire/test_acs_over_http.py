"""The basic way over a real socket, with the token in every address and in no log."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from urllib.parse import quote

import pytest

from providers.domain.documents import DocumentKind, RemoteState
from providers.domain.errors import AccessDenied, NotSent, OutcomeUnknown
from providers.invoicing.acs import CARD, Acs, Options, build
from providers.invoicing.acs.sandbox import Switches, sandbox
from providers.ports import Window
from providers.sandbox import Sandbox, SandboxServer, Script, faults
from tests.contract.invoicing.suite import TOKEN, draft, money

PARAM = "k"
"""No name that looks like a secret's."""
IMPATIENT = replace(CARD, connect_timeout=timedelta(seconds=2), read_timeout=timedelta(seconds=2))


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def served(script: Script) -> Sandbox:
    return sandbox(token=TOKEN, switches=Switches(token_param=PARAM), faults=script)


@pytest.fixture
def server(served: Sandbox) -> Iterator[SandboxServer]:
    with SandboxServer(served) as running:
        yield running


@pytest.fixture
def provider(server: SandboxServer) -> Iterator[Acs]:
    options = Options(token_param=PARAM, list_proves_absence=True)
    made = build(base_url=server.url, token=TOKEN, options=options, sleep=lambda _seconds: None)
    yield made
    made.close()


def issue(provider: Acs, number: int = 1001) -> str:
    return provider.create(provider.prepare(draft(number)), idempotency_key="k").remote_id


def test_an_invoice_is_made_found_paid_and_listed(provider: Acs) -> None:
    made = issue(provider)
    assert [each.remote_id for each in provider.find("garden/1001", DocumentKind.INVOICE)] == [made]
    provider.pay(made, money("71.44"), idempotency_key="p")
    read = provider.read(made)
    assert (read.gross, read.paid, read.state) == (Decimal("71.44"), Decimal("71.44"), RemoteState.PAID)
    assert [each.remote_id for each in provider.pages(Window())] == [made]
    assert provider.probe().server_time is not None


def test_an_answer_that_was_lost_or_drips_leaves_an_invoice_that_is_found(
    provider: Acs, server: SandboxServer, script: Script
) -> None:
    issue(provider, 1)
    script.after_acting(faults.dropped(), method="POST", path="/api/v1/invoice")
    with pytest.raises(OutcomeUnknown):
        issue(provider, 2)
    impatient = build(base_url=server.url, token=TOKEN, card=IMPATIENT, options=Options(token_param=PARAM))
    script.after_acting(faults.dripping(0.5), method="POST", path="/api/v1/invoice")
    with pytest.raises(OutcomeUnknown):
        issue(impatient, 3)
    impatient.close()
    for number in (2, 3):
        assert len(provider.find(f"garden/{number}", DocumentKind.INVOICE)) == 1


def test_a_closed_port_means_that_nothing_was_sent(served: Sandbox) -> None:
    with SandboxServer(served) as server:
        url = server.url
    provider = build(base_url=url, token=TOKEN, card=IMPATIENT, sleep=lambda _seconds: None)
    with pytest.raises(NotSent):
        issue(provider)
    provider.close()


def test_the_token_is_in_no_log_of_any_library(
    provider: Acs, server: SandboxServer, served: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    issue(provider)
    stranger = build(
        base_url=server.url, token="wr/ong-token", options=Options(token_param=PARAM), sleep=lambda _: None
    )
    with pytest.raises(AccessDenied):
        stranger.probe()
    stranger.close()
    told = caplog.text + repr([(record.msg, record.args) for record in caplog.records]) + repr(served.log)
    assert "POST /api/v1/invoice?k=[redacted]" in caplog.text.replace('"', "")
    for secret in (TOKEN, "wr/ong-token"):
        assert secret not in told
        assert quote(secret, safe="") not in told
