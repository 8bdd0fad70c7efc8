"""Every call of the module on the wire, what comes back, and what it means."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from providers.domain.errors import NotSent, OutcomeUnknown, ProviderError, Refused, Unavailable
from providers.invoicing.drupal_invoice import CARD, Options, build
from providers.invoicing.drupal_invoice.client import DrupalInvoiceClient
from providers.sandbox import Fault, Reply, faults
from tests.builders import NOON, a_draft
from tests.contract.invoicing.suite import money
from tests.unit.providers.drupal_invoice_site import BODY, PASSWORD, ROUTE, Site, answered, plain


def test_a_create_sends_json_with_the_account_and_takes_the_id_from_the_answer() -> None:
    site = plain()
    assert site.client.create_invoice(BODY) == "1"
    (asked,) = site.wire.asked
    assert (asked.method, asked.url, json.loads(asked.body)) == ("POST", ROUTE, BODY)
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["authorization"].startswith("Basic ")
    assert {"cookie", "x-csrf-token"}.isdisjoint(asked.headers)


def test_every_read_asks_for_its_own_route() -> None:
    site = plain(php8=False)
    made = site.client.create_invoice(BODY)
    assert site.client.invoice(made)["inctotal"] == 5
    assert "Invoice 20260001" in site.client.invoice_html(made)
    assert site.client.invoice_pdf(made).startswith(b"%PDF-")
    assert [row["number"] for row in site.client.find_all()] == ["20260001"]
    assert site.client.server_time() == NOON
    assert site.wire.calls[1:] == [
        f"GET {ROUTE}/1",
        "GET /invoice/api/invoice.html/1",
        "GET /invoice/api/invoice.pdf/1",
        f"GET {ROUTE}/findAll",
        f"GET {ROUTE}?max_results=1",
    ]


def test_the_list_takes_every_filter_and_no_column_that_is_none() -> None:
    site = plain()
    site.client.create_invoice(BODY)
    found = site.client.invoices(
        max_results=2,
        page=1,
        sort="ii.iid",
        order="asc",
        template="default",
        customer_number=1,
        year=2026,
        month=3,
        day=4,
    )
    assert [row["id"] for row in found] == [1]
    assert site.wire.asked[-1].query == {
        "max_results": "2",
        "page": "1",
        "sort": "ii.iid",
        "order": "asc",
        "template": "default",
        "customer_number": "1",
        "year": "2026",
        "month": "3",
        "day": "4",
    }
    with pytest.raises(Refused):
        site.client.invoices(sort="iid; DROP")
    with pytest.raises(Unavailable):
        site.client.invoices(sort="nope.col")


def test_a_replace_writes_to_the_invoice_and_expects_no_body() -> None:
    site = plain()
    made = site.client.create_invoice(BODY)
    site.client.replace_invoice(made, {**BODY, "leading_zeros": 4, "pay_status": "paid"})
    assert site.wire.calls[-1] == f"PUT {ROUTE}/1"
    assert site.client.invoice(made)["pay_status"] == "paid"
    with pytest.raises(Refused) as raised:
        site.client.replace_invoice("77", BODY)
    assert raised.value.missing


def test_a_delete_is_refused_without_asking() -> None:
    site = plain()
    with pytest.raises(Refused, match="credit invoice"):
        site.client.delete_invoice("1")
    assert site.wire.calls == []


def test_a_site_without_clean_addresses_is_asked_by_parameter() -> None:
    site = Site(Options(clean_urls=False))
    made = site.client.create_invoice(BODY)
    site.client.invoices(max_results=5)
    assert made == "1"
    assert site.wire.asked[0].query == {"q": "invoice/api/invoice.json"}
    assert [asked.path for asked in site.wire.asked] == ["/"] * 5
    assert site.wire.asked[-1].query == {"q": "invoice/api/invoice.json", "max_results": "5", "page": "0"}


@pytest.mark.parametrize("odd", ["", "0", "00", "-1", "abc", "1/../2", "٣", "1.5"])
def test_what_is_no_id_is_missing_and_not_asked_for(odd: str) -> None:
    site = plain()
    calls: list[Callable[[str], object]] = [
        site.client.invoice,
        site.client.invoice_html,
        site.client.invoice_pdf,
        lambda invoice_id: site.client.replace_invoice(invoice_id, BODY),
    ]
    for call in calls:
        with pytest.raises(Refused) as raised:
            call(odd)
        assert raised.value.missing
    assert site.wire.calls == []


@pytest.mark.parametrize("body", [b"[]", b'{"id": 2}', b'{"id": "x"}', b"null", b"", b"<html>", b'{"id": 1'])
def test_another_thing_than_the_invoice_asked_for_is_no_answer(body: bytes) -> None:
    site = plain()
    site.script.after_acting(answered(200, body), times=9)
    with pytest.raises(Unavailable):
        site.client.invoice("1")


@pytest.mark.parametrize("body", [b"{}", b'[{"number": 1}]', b"[1]", b"null", b"", b"<html>"])
def test_a_list_of_other_things_is_no_answer(body: bytes) -> None:
    site = plain()
    site.script.after_acting(answered(200, body), times=9)
    with pytest.raises(Unavailable):
        site.client.invoices()


@pytest.mark.parametrize("body", [b"{}", b"[]", b"", b'{"_links":{"self":{"href":"/"}}}', b"<html>", b'{"id":1}'])
def test_a_create_whose_answer_names_no_invoice_is_unknown(body: bytes) -> None:
    site = plain()
    site.script.after_acting(answered(201, body), method="POST")
    with pytest.raises(OutcomeUnknown):
        site.client.create_invoice(BODY)


@pytest.mark.parametrize(("status", "body"), [(200, b""), (204, b"<html>"), (200, b"{}")])
def test_a_replace_that_is_answered_otherwise_is_unknown(status: int, body: bytes) -> None:
    site = plain()
    made = site.client.create_invoice(BODY)
    site.script.after_acting(answered(status, body), method="PUT")
    with pytest.raises(OutcomeUnknown):
        site.client.replace_invoice(made, {**BODY, "leading_zeros": 4})


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(answered(500, b""), id="rolled back, as a rule"),
        pytest.param(answered(500, b"<html>Error</html>"), id="perhaps half stored"),
        pytest.param(answered(500, b'{"code":500,"message":"SQLSTATE[42S22]"}'), id="a query's"),
    ],
)
def test_a_500_of_any_shape_leaves_a_write_unknown_and_a_read_unavailable(fault: Fault) -> None:
    site = plain()
    site.script.after_acting(fault)
    with pytest.raises(OutcomeUnknown):
        site.client.create_invoice(BODY)
    site.script.after_acting(fault, times=9)
    with pytest.raises(Unavailable):
        site.client.invoices()


def test_a_pdf_on_php_8_is_unavailable() -> None:
    site = plain()
    with pytest.raises(Unavailable):
        site.client.invoice_pdf(site.client.create_invoice(BODY))
    site.script.after_acting(answered(200, b"<html>"), times=1)
    with pytest.raises(Unavailable):
        site.client.invoice_pdf("1")
    site.script.after_acting(answered(200, b"{}"), times=1)
    with pytest.raises(Unavailable):
        site.client.invoice_html("1")


def test_an_invoice_that_cannot_be_read_is_not_marked_as_paid() -> None:
    site = plain()
    made = site.client.create_invoice(BODY)
    site.script.before_acting(faults.status(503), method="GET", times=9)
    with pytest.raises(NotSent):
        site.provider.pay(made, money("5.00"), idempotency_key="p")
    assert not any(call.startswith("PUT") for call in site.wire.calls)


def test_every_request_gets_its_part_of_the_time_of_one_call() -> None:
    slow = CARD.call_timeout / 5 + timedelta(seconds=1)
    site = plain()
    site.script.after_acting(faults.slow(slow), method="POST")
    with pytest.raises(OutcomeUnknown):
        site.client.create_invoice(BODY)


def test_neither_account_nor_cookie_nor_token_shows() -> None:
    site = Site()
    shown = [repr(site.provider), repr(site.provider.__dict__)]
    site.client.create_invoice(BODY)
    secrets = [PASSWORD, site.wire.answered[2].body.decode(), site.wire.asked[-1].headers["cookie"]]
    echo = Fault(rewrite=lambda _reply: Reply(400, json.dumps({"code": 400, "message": PASSWORD}).encode(), {}))
    for fault in (echo, faults.dropped(), faults.status(500), faults.login_page()):
        for call in (
            lambda: site.client.create_invoice(BODY),
            lambda: site.client.invoice("1"),
            lambda: site.build().client.create_invoice(BODY),
        ):
            site.script.after_acting(fault)
            try:
                call()
            except ProviderError as error:
                shown += [str(error), repr(error), repr(error.__context__)]
    shown += [repr(site.provider.client.__dict__), str(site.sandbox.state()), *(each.url for each in site.sandbox.log)]
    for text in shown:
        for secret in secrets:
            assert secret not in text


def test_the_cards_currency_is_the_books() -> None:
    assert build(base_url="https://billing.example", token="a:b", options=Options(currency="SEK")).card.currencies == {
        "SEK"
    }


def is_free(client: DrupalInvoiceClient) -> bool:
    """Whether another thread could write now."""
    found: list[bool] = []

    def attempt() -> None:
        found.append(client._writing.acquire(blocking=False))
        if found[0]:
            client._writing.release()

    other = threading.Thread(target=attempt)
    other.start()
    other.join()
    return found[0]


def test_whatever_belongs_to_a_write_is_done_while_no_other_write_is() -> None:
    site, free = Site(), []

    def look(reply: Reply) -> Reply:
        free.append(is_free(site.client))
        return reply

    site.script.after_acting(Fault(rewrite=look), times=99)
    made = site.provider.create(site.provider.prepare(a_draft()), idempotency_key="k").remote_id
    site.provider.pay(made, money("123.00"), idempotency_key="p")
    site.client.credit_invoice(made)
    site.client.set_paid(made, paid=False)
    assert free == [False] * 10
    site.provider.read(made)
    assert free[-1]
