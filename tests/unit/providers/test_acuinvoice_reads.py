"""AcuInvoice's calls that read: what is asked has the documented shape, and an answer of another shape is none."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from providers.domain.documents import DocumentKind, RemoteState
from providers.domain.errors import Refused, Unavailable
from providers.invoicing.acuinvoice import Options, answers
from providers.invoicing.acuinvoice.client import AcuInvoiceClient
from tests.unit.providers.acuinvoice_echo import (
    CONTACT,
    CONTACT_XML,
    INVOICE_XML,
    LINES,
    LINES_XML,
    Echo,
    client,
    ok,
    same,
)

READS: list[tuple[str, Callable[[AcuInvoiceClient], Any], str, str, object]] = [
    (
        "contact.get",
        lambda c: c.contact("5"),
        "<contact_id>5</contact_id>",
        f"<contact><contact_id>5</contact_id>{CONTACT_XML}</contact>",
        {"contact_id": "5", **CONTACT},
    ),
    (
        "client.get",
        lambda c: c.client("4"),
        "<client_id>4</client_id>",
        f"<client><client_id>4</client_id><name>Son</name><contacts><contact>{CONTACT_XML}</contact></contacts></client>",
        {"client_id": "4", "name": "Son", "contacts": [CONTACT]},
    ),
    (
        "estimate.get",
        lambda c: c.estimate("8"),
        "<estimate_id>8</estimate_id>",
        f"<estimate_date>2026-03-04</estimate_date><client_id>4</client_id>{LINES_XML}",
        {"estimate_id": "8", "estimate_date": "2026-03-04", "client_id": "4", "lines": LINES},
    ),
    (
        "estimate.get",
        lambda c: c.estimate("8"),
        "<estimate_id>8</estimate_id>",
        f"<estimate><estimate_date>2026-03-04</estimate_date>{LINES_XML}</estimate>",
        {"estimate_id": "8", "estimate_date": "2026-03-04", "lines": LINES},
    ),
    (
        "recurring.get",
        lambda c: c.recurring("2"),
        "<recurring_id>2</recurring_id>",
        "<recurring><recurring_id>2</recurring_id><clients><client><client_id>4</client_id></client></clients></recurring>",
        {"recurring_id": "2", "clients": [{"client_id": "4"}]},
    ),
    (
        "contact.list",
        lambda c: c.contacts(client_id="4", email="ada@example.com"),
        "<client_id>4</client_id><email>ada@example.com</email>",
        "<contact><contact_id>5</contact_id></contact><contact><contact_id>6</contact_id></contact>",
        [{"contact_id": "5"}, {"contact_id": "6"}],
    ),
    (
        "client.list",
        lambda c: c.clients(2, 30),
        "<page>2</page><per_page>30</per_page>",
        "<clients page='2'><client><client_id>4</client_id></client></clients>",
        [{"client_id": "4"}],
    ),
    ("estimate.list", lambda c: c.estimates(1, 9), "<page>1</page><per_page>9</per_page>", "", []),
    ("recurring.list", lambda c: c.recurring_invoices(1, 9), "<page>1</page><per_page>9</per_page>", "", []),
    (
        "invoice.list",
        lambda c: c.invoices(
            page=3,
            per_page=10,
            client_id="4",
            date_from="2026-01-01",
            date_to="2026-03-31",
            date_updated_from="2026-01-02",
            date_updated_to="2026-03-30",
            date_created_from="2026-01-03",
            date_created_to="2026-03-29",
            status="pastdue",
            orderby="invoice_date",
            sort="ASC",
        ),
        """<client_id>4</client_id><date_from>2026-01-01</date_from><date_to>2026-03-31</date_to>
        <date_updated_from>2026-01-02</date_updated_from><date_updated_to>2026-03-30</date_updated_to>
        <date_created_from>2026-01-03</date_created_from><date_created_to>2026-03-29</date_created_to>
        <status>pastdue</status><orderby>invoice_date</orderby><sort>ASC</sort><page>3</page><per_page>10</per_page>""",
        "<invoice><invoice_id>31</invoice_id></invoice>",
        [{"invoice_id": "31"}],
    ),
]


@pytest.mark.parametrize(
    ("method", "call", "content", "answer", "given"), [pytest.param(*each, id=each[0]) for each in READS]
)
def test_a_read_has_the_documented_shape(
    method: str, call: Callable[[AcuInvoiceClient], object], content: str, answer: str, given: object
) -> None:
    service = Echo(ok(answer))
    assert call(client(service)) == given
    assert same(service.requests[0].body, f'<request method="{method}">{content}</request>')


@pytest.mark.parametrize("call", [pytest.param(each[1], id=each[0]) for each in READS])
def test_an_answer_to_a_read_that_cannot_be_read_is_unavailable(call: Callable[[AcuInvoiceClient], object]) -> None:
    with pytest.raises(Unavailable):
        call(client(Echo("<html/>")))


def test_an_invoice_is_read_as_it_is_documented() -> None:
    service = Echo(ok(INVOICE_XML))
    told = client(service).invoice("31")
    assert same(service.requests[0].body, '<request method="invoice.get"><invoice_id>31</invoice_id></request>')
    read = answers.document(told, Options(time_zone="Europe/Warsaw"))
    assert (read.remote_id, read.number, read.reference, read.currency) == ("31", "G-31", "garden/1001", "EUR")
    assert (read.kind, read.state, read.issue_date) == (DocumentKind.INVOICE, RemoteState.OPEN, date(2026, 3, 4))
    assert read.updated_at == datetime(2026, 3, 4, 23, tzinfo=UTC)
    assert (read.net, read.tax, read.gross, read.paid, read.payments) == (None, None, None, None, None)
    assert read.extra["computed_here"] == {"net": "140.70", "tax": "22.80", "gross": "163.50"}
    assert read.extra["lines"] == LINES
    assert (read.extra["freight"], read.extra["tags"], read.extra["notes"]) == ("2.50", "web garden", "Thank you")


def test_a_summary_without_lines_is_read_without_a_total() -> None:
    row = {"invoice_id": "1", "po_number": "r", "invoice_date": "2026-03-04 10:11:12", "date_updated": "odd"}
    read = answers.document({**row, "unheard": {"of": "it"}}, Options())
    assert (read.issue_date, read.updated_at, read.state) == (date(2026, 3, 4), None, None)
    assert read.extra == {"unheard": {"of": "it"}}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("draft", RemoteState.OPEN),
        ("open", RemoteState.OPEN),
        ("pastdue", RemoteState.OPEN),
        ("closed", RemoteState.PAID),
        ("burnt", None),
    ],
)
def test_only_closed_means_paid(status: str, state: RemoteState | None) -> None:
    assert answers.document({"invoice_id": "1", "status": status}, Options()).state is state


@pytest.mark.parametrize(
    "content",
    [
        "<invoice><invoice_number>1</invoice_number></invoice>",
        "<invoice><invoice_id>x</invoice_id></invoice>",
        "<results><invoice><invoice_id>1</invoice_id></invoice></results>",
    ],
)
def test_a_list_that_is_told_otherwise_is_no_empty_list(content: str) -> None:
    with pytest.raises(Unavailable):
        client(Echo(ok(content))).invoices()


@pytest.mark.parametrize("content", ["", "<note>hello</note>", "<invoice><invoice_id>32</invoice_id></invoice>"])
def test_another_record_than_the_one_asked_for_is_none(content: str) -> None:
    with pytest.raises(Unavailable):
        client(Echo(ok(content))).invoice("31")


def test_a_bound_that_is_no_day_is_not_asked_for() -> None:
    service = Echo(ok())
    with pytest.raises(Refused, match="date_created_to: 'spring' is no date"):
        client(service).invoices(date_created_to="spring")
    assert not service.requests


def test_the_time_of_the_service_is_that_of_a_lists_answer() -> None:
    service = Echo(ok())
    assert client(service).server_time() is not None
    content = "<page>1</page><per_page>1</per_page>"
    assert same(service.requests[0].body, f'<request method="invoice.list">{content}</request>')
