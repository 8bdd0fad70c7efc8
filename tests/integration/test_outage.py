"""The sandbox goes down as a crashed provider does, and comes back with all that it held."""

import time
from collections.abc import Iterator

import pytest
import requests

from providers.domain.errors import NotSent, OutcomeUnknown
from providers.http import Credentials, ProviderSession
from providers.registry import CARDS, build_sandbox
from providers.sandbox import SandboxServer, Traps
from providers.sandbox.chaos import Chaos, Odds

_TOKEN = "t0ken"


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    with SandboxServer(build_sandbox("invoiceocean", token=_TOKEN)) as made:
        yield made


def _session(url: str) -> ProviderSession:
    card = CARDS["invoiceocean"]
    return ProviderSession(
        base_url=url,
        credentials=Credentials.bearer(_TOKEN),
        connect_timeout=card.connect_timeout,
        read_timeout=card.read_timeout,
        sleep=lambda _: None,
    )


def _create(session: ProviderSession, reference: str) -> None:
    line = {"name": "Can", "tax": 23, "total_price_gross": 10, "quantity": 1}
    invoice = {"kind": "vat", "oid": reference, "buyer_name": "Ada", "positions": [line]}
    session.send("POST", "/invoices.json", json_body={"invoice": invoice})


def _ask_for_ever(session: requests.Session, url: str) -> None:
    while True:
        session.get(url, timeout=10)


def _go_down(server: SandboxServer, seconds: str) -> int:
    return requests.post(f"{server.url}/_sandbox/outage?seconds={seconds}", timeout=10).status_code


def test_during_an_outage_connections_are_refused_and_afterwards_everything_is_still_there(
    server: SandboxServer,
) -> None:
    session, url = _session(server.url), server.url
    _create(session, "a/1")
    began = time.monotonic()

    assert _go_down(server, "1.5") == 202
    refused = 0
    while True:
        try:
            _create(session, "a/2")
            break
        except NotSent:
            refused += 1
            time.sleep(0.05)

    assert refused > 0
    assert 1.4 < time.monotonic() - began < 10
    assert server.url == url
    state = requests.get(f"{url}/_sandbox/state", timeout=10).json()
    assert state["by_reference"] == {"a/1": 1, "a/2": 1}
    assert state["faults_injected"] == {"outage": 1}
    session.close()


def test_a_connection_that_is_kept_alive_ends_with_the_outage(server: SandboxServer) -> None:
    with requests.Session() as kept:
        kept.get(f"{server.url}/_sandbox/state", timeout=10)
        _go_down(server, "60")
        with pytest.raises(requests.ConnectionError):
            _ask_for_ever(kept, f"{server.url}/_sandbox/state")


def test_a_server_can_be_closed_during_an_outage(server: SandboxServer) -> None:
    assert _go_down(server, "3600") == 202


@pytest.mark.parametrize("seconds", ["", "0", "-1", "soon", "1e9", "nan"])
def test_an_outage_needs_a_length(server: SandboxServer, seconds: str) -> None:
    assert _go_down(server, seconds) == 400
    assert "faults_injected" not in requests.get(f"{server.url}/_sandbox/state", timeout=10).json()


def test_a_provider_that_answers_tls_with_garbage_leaves_a_write_unknown(server: SandboxServer) -> None:
    session = _session(server.url.replace("http://", "https://"))
    with pytest.raises(OutcomeUnknown):
        _create(session, "a/1")
    session.close()


def test_faults_are_counted_where_people_look() -> None:
    odds = Odds(error_before=1.0)
    with SandboxServer(build_sandbox("invoiceocean", token=_TOKEN, faults=Chaos(odds))) as server:
        session = _session(server.url)
        with pytest.raises(OutcomeUnknown):
            _create(session, "a/1")
        state = requests.get(f"{server.url}/_sandbox/state", timeout=10).json()
        session.close()
    assert state["faults_injected"] == {"error_before": 1}


def test_a_page_beyond_the_end_repeats_the_last_one() -> None:
    assert _pages(Traps(last_page_repeats=True)) == [["a/3", "a/2"], ["a/1"], ["a/1"], ["a/1"]]


def test_pages_shift_while_they_are_read() -> None:
    assert _pages(Traps(pages_shift=True)) == [["a/3", "a/2"], ["a/2", "a/1"], [], []]


def _pages(traps: Traps) -> list[list[str]]:
    """What the first four pages of a list of three documents show."""
    with SandboxServer(build_sandbox("invoiceocean", token=_TOKEN, traps=traps)) as server:
        session = _session(server.url)
        for number in (1, 2, 3):
            _create(session, f"a/{number}")
        shown = []
        for page in ("1", "2", "3", "4"):
            answer = session.get("/invoices.json", params={"page": page, "per_page": "2", "period": "all"})
            shown.append([row["oid"] for row in answer.json()])  # type: ignore[union-attr, index, call-overload]
        session.close()
    return shown
