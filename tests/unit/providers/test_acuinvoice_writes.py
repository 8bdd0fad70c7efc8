"""AcuInvoice's calls that write: what is sent has the documented shape, and what comes back is read or unknown."""

from collections.abc import Callable

import pytest

from providers.domain.errors import OutcomeUnknown, Refused
from providers.invoicing.acuinvoice.client import AcuInvoiceClient
from tests.unit.providers.acuinvoice_echo import (
    CONTACT,
    CONTACT_XML,
    INVOICE,
    KEY,
    LINES,
    LINES_XML,
    Echo,
    client,
    fail,
    ok,
    same,
)

WRITES: list[tuple[str, Callable[[AcuInvoiceClient], object], str, str, object]] = [
    (
        "invoice.create",
        lambda c: c.create_invoice({"invoice_number": "G-31", "invoice_date": "2026-03-04", **INVOICE, "lines": LINES}),
        f"""<invoice><invoice_number>G-31</invoice_number><invoice_date>2026-03-04</invoice_date>
        <client_id>4</client_id><currency>EUR</currency><tax>19%</tax><freight>2.50</freight><terms>NET 15</terms>
        <late_fee>1%</late_fee>{LINES_XML}</invoice>""",
        "<invoice_id>31</invoice_id>",
        "31",
    ),
    (
        "invoice.update",
        lambda c: c.update_invoice("31", {"notes": "Thanks"}),
        "<invoice><invoice_id>31</invoice_id><notes>Thanks</notes></invoice>",
        "",
        None,
    ),
    ("invoice.delete", lambda c: c.delete_invoice("31"), "<invoice_id>31</invoice_id>", "", None),
    (
        "invoice.send",
        lambda c: c.send_invoice(
            "31", ["5", "6"], message="Here you are.", payment_gateways=["paypal", "google"], copy_to_me=True
        ),
        """<invoice_id>31</invoice_id>
        <contacts><contact><contact_id>5</contact_id></contact><contact><contact_id>6</contact_id></contact></contacts>
        <payment_gateways><payment_gateway><code>paypal</code></payment_gateway>
        <payment_gateway><code>google</code></payment_gateway></payment_gateways>
        <message>Here you are.</message><send_me_a_copy>1</send_me_a_copy>""",
        "",
        None,
    ),
    (
        "client.create",
        lambda c: c.create_client({"name": "Example & Son", "city": "Testowo", "contacts": [CONTACT]}),
        f"""<client><name>Example &amp; Son</name><city>Testowo</city>
        <contacts><contact>{CONTACT_XML}</contact></contacts></client>""",
        "<client_id>4</client_id>",
        "4",
    ),
    (
        "client.update",
        lambda c: c.update_client("4", {"zip": "00-001"}),
        "<client><client_id>4</client_id><zip>00-001</zip></client>",
        "",
        None,
    ),
    ("client.delete", lambda c: c.delete_client("4"), "<client_id>4</client_id>", "", None),
    (
        "contact.create",
        lambda c: c.create_contact({"client_id": "4", **CONTACT}),
        f"<contact><client_id>4</client_id>{CONTACT_XML}</contact>",
        "<contact_id>5</contact_id>",
        "5",
    ),
    (
        "contact.update",
        lambda c: c.update_contact("5", {"phone": "3"}),
        "<contact><contact_id>5</contact_id><phone>3</phone></contact>",
        "",
        None,
    ),
    ("contact.delete", lambda c: c.delete_contact("5"), "<contact_id>5</contact_id>", "", None),
    (
        "estimate.create",
        lambda c: c.create_estimate({"estimate_date": "2026-03-04", "client_id": "4", "lines": LINES}),
        f"<estimate><estimate_date>2026-03-04</estimate_date><client_id>4</client_id>{LINES_XML}</estimate>",
        "<estimate_id>8</estimate_id>",
        "8",
    ),
    (
        "estimate.update",
        lambda c: c.update_estimate("8", {"tags": "a b"}),
        "<estimate><estimate_id>8</estimate_id><tags>a b</tags></estimate>",
        "",
        None,
    ),
    ("estimate.delete", lambda c: c.delete_estimate("8"), "<estimate_id>8</estimate_id>", "", None),
    (
        "estimate.send",
        lambda c: c.send_estimate("8", ["5"]),
        "<estimate_id>8</estimate_id><contacts><contact><contact_id>5</contact_id></contact></contacts>",
        "",
        None,
    ),
    (
        "recurring.create",
        lambda c: c.create_recurring(
            {
                "recurring_title": "Lawn",
                "recurring_frequency": "2",
                "recurring_period": "week",
                "lines": LINES,
                "clients": [{"client_id": "4"}, {"client_id": "9"}],
            }
        ),
        f"""<recurring><recurring_title>Lawn</recurring_title><recurring_frequency>2</recurring_frequency>
        <recurring_period>week</recurring_period>{LINES_XML}<clients><client><client_id>4</client_id></client>
        <client><client_id>9</client_id></client></clients></recurring>""",
        "<recurring_id>2</recurring_id>",
        "2",
    ),
    (
        "recurring.update",
        lambda c: c.update_recurring("2", {"notes": "n"}),
        "<recurring><recurring_id>2</recurring_id><notes>n</notes></recurring>",
        "",
        None,
    ),
    ("recurring.delete", lambda c: c.delete_recurring("2"), "<recurring_id>2</recurring_id>", "", None),
]


@pytest.mark.parametrize(
    ("method", "call", "content", "answer", "given"), [pytest.param(*each, id=each[0]) for each in WRITES]
)
def test_a_write_has_the_documented_shape(
    method: str, call: Callable[[AcuInvoiceClient], object], content: str, answer: str, given: object
) -> None:
    service = Echo(ok(answer))
    assert call(client(service)) == given
    (request,) = service.requests
    assert (request.method, request.url) == ("POST", "/api/xml-in")
    assert request.headers["content-type"] == "application/xml"
    assert same(request.body, f'<request method="{method}">{content}</request>')


@pytest.mark.parametrize("call", [pytest.param(each[1], id=each[0]) for each in WRITES])
@pytest.mark.parametrize("body", ["<html/>", ok()[:-3], "", '<response status="odd"/>'])
def test_an_answer_to_a_write_that_cannot_be_read_leaves_it_unknown(
    call: Callable[[AcuInvoiceClient], object], body: str
) -> None:
    service = Echo(body)
    with pytest.raises(OutcomeUnknown):
        call(client(service))
    assert len(service.requests) == 1


@pytest.mark.parametrize("call", [pytest.param(each[1], id=each[0]) for each in WRITES if each[3]])
@pytest.mark.parametrize("content", ["", "<other_id>1</other_id>"])
def test_a_create_that_tells_no_id_leaves_it_unknown(call: Callable[[AcuInvoiceClient], object], content: str) -> None:
    with pytest.raises(OutcomeUnknown):
        call(client(Echo(ok(content))))


@pytest.mark.parametrize("status", [200, 400, 422])
@pytest.mark.parametrize("call", [pytest.param(each[1], id=each[0]) for each in WRITES])
def test_a_failure_is_a_refusal_whatever_its_status(call: Callable[[AcuInvoiceClient], object], status: int) -> None:
    service = Echo(fail("Client does not exist, said " + KEY), status=status)
    with pytest.raises(Refused, match="Client does not exist") as raised:
        call(client(service))
    assert KEY not in str(raised.value)
    assert not raised.value.missing
    assert not raised.value.duplicate
    assert len(service.requests) == 1
