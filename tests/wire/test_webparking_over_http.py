"""The bridge over a real socket."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Literal

import pytest
import requests

from providers.domain.errors import AccessDenied, NotSent, OutcomeUnknown, Refused, Throttled
from providers.domain.orders import Buyer
from providers.invoicing.webparking import CARD, Options, WebParking, build
from providers.invoicing.webparking.sandbox import StockItem, Switches, sandbox
from providers.sandbox import Fault, Sandbox, SandboxServer, Script, faults
from tests.contract.invoicing.suite import TOKEN, draft, line

IMPATIENT = replace(CARD, connect_timeout=timedelta(seconds=0.3), read_timeout=timedelta(seconds=0.3))
ITEMS = (StockItem("HOE", "Hoe", Decimal("10.00"), Decimal(21)),)
BUYER = Buyer(company="Kwekerij BV", street="Tuinpad 3", postcode="9999 ZZ", city="Teststad", country="NL")


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def served(script: Script) -> Sandbox:
    return sandbox(token=TOKEN, faults=script, switches=Switches(items=ITEMS))


@pytest.fixture
def server(served: Sandbox) -> Iterator[SandboxServer]:
    with SandboxServer(served) as running:
        yield running


@pytest.fixture(params=["json", "form"])
def provider(request: pytest.FixtureRequest, server: SandboxServer) -> Iterator[WebParking]:
    body: Literal["json", "form"] = request.param
    options = Options(codes={"Hoe": "HOE"}, body=body)
    made = build(base_url=server.url, token=TOKEN, options=options, sleep=lambda _seconds: None)
    yield made
    made.close()


def issue(provider: WebParking, number: int = 1001, **changes: object) -> str:
    wanted = draft(number, **{"buyer": BUYER, "lines": (line("Hoe", "12.10", rate="21"),), **changes})
    return provider.create(provider.prepare(wanted), idempotency_key="k").remote_id


def test_an_invoice_is_rehearsed_made_and_told_by_its_id(provider: WebParking, served: Sandbox) -> None:
    assert provider.probe().server_time is not None
    assert [each.price for each in provider.items()] == [Decimal("10.0")]
    assert provider.dry_run().differences == ()
    made = issue(provider)
    documents = served.state()["documents"]
    assert isinstance(documents, list)
    assert [(each["remote_id"], each["gross"]) for each in documents] == [(made, "12.10")]


@pytest.mark.parametrize("fault", [faults.dropped(), faults.status(502), faults.login_page(), faults.truncated()])
def test_a_lost_answer_leaves_an_invoice_that_nobody_can_ask_for(
    provider: WebParking, served: Sandbox, script: Script, fault: Fault
) -> None:
    script.after_acting(fault, method="POST")
    with pytest.raises(OutcomeUnknown):
        issue(provider)
    assert served.state()["by_reference"] == {"garden/1001": 1}


def test_field_errors_with_403_refuse_the_data_and_a_bare_403_the_caller(provider: WebParking, script: Script) -> None:
    with pytest.raises(Refused) as raised:
        issue(provider, buyer=replace(BUYER, city="x" * 300))
    assert [each.field for each in raised.value.refusals] == ["account_city"]
    bare = b'{"message": "Access denied."}'
    script.before_acting(faults.status(403, body=bare, content_type="application/json"), method="POST")
    with pytest.raises(AccessDenied):
        issue(provider)


def test_an_answer_that_drips_ends_with_the_time_of_the_call(server: SandboxServer, script: Script) -> None:
    options = Options(codes={"Hoe": "HOE"})
    impatient = build(base_url=server.url, token=TOKEN, card=IMPATIENT, options=options)
    impatient.items()
    script.after_acting(faults.dripping(0.2), method="POST")
    with pytest.raises(OutcomeUnknown):
        issue(impatient)
    impatient.close()


def test_a_closed_port_means_that_nothing_was_sent(served: Sandbox) -> None:
    with SandboxServer(served) as server:
        url = server.url
    provider = build(
        base_url=url, token=TOKEN, card=IMPATIENT, options=Options(codes={"Hoe": "HOE"}), sleep=lambda _seconds: None
    )
    with pytest.raises(NotSent):
        issue(provider)
    provider.close()


def test_throttling_and_a_wrong_token_are_told(provider: WebParking, script: Script, server: SandboxServer) -> None:
    script.before_acting(faults.throttled("11"), method="POST")
    with pytest.raises(Throttled) as raised:
        issue(provider)
    assert raised.value.retry_after == timedelta(seconds=11)
    stranger = build(base_url=server.url, token="wrong", card=IMPATIENT)
    with pytest.raises(AccessDenied):
        stranger.probe()
    stranger.close()


def test_many_threads_make_every_invoice_once_and_share_one_item_list(provider: WebParking, served: Sandbox) -> None:
    threads = [
        threading.Thread(target=lambda start=start: [issue(provider, start + n) for n in range(10)])
        for start in range(0, 80, 10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = served.state()
    assert state["by_reference"] == {f"garden/{number}": 1 for number in range(80)}
    assert state["requests"] == {"GET /item 200": 1, "POST /invoice 200": 80}


def test_the_state_is_served(provider: WebParking, server: SandboxServer) -> None:
    made = issue(provider)
    state = requests.get(f"{server.url}/_sandbox/state", timeout=5).json()
    assert state["documents"][0]["remote_id"] == made
