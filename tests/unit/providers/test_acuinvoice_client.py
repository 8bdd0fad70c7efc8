"""Every call on the wire: what is sent has the documented shape, what comes back is read, failures are told apart."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from providers.domain.documents import DocumentKind, RemoteState
from providers.domain.errors import AccessDenied, OutcomeUnknown, ProviderError, Refused, Unavailable
from providers.http import Credentials
from providers.invoicing.acuinvoice import AcuInvoice, Options, answers, build
from providers.invoicing.acuinvoice.client import AcuInvoiceClient
from providers.invoicing.acuinvoice.filters import InvoiceFilters
from providers.invoicing.acuinvoice.session import XmlSession
from providers.sandbox import Reply, Request, Sandbox, SandboxAdapter

KEY = "k3y-9fQz/garden"
LINES: list[dict[str, str]] = [
    {"quantity": "3", "kind": "Hours", "description": "Pruning", "tax": "1", "price": "40.00"},
    {"quantity": "1", "kind": "Expense", "description": "Travel", "tax": "0", "price": "18.20"},
]
LINES_XML = """<lines>
  <line><quantity>3</quantity><kind>Hours</kind><description>Pruning</description><tax>1</tax><price>40.00</price></line>
  <line><quantity>1</quantity><kind>Expense</kind><description>Travel</description><tax>0</tax><price>18.20</price></line>
</lines>"""
INVOICE_XML = f"""<invoice>
  <invoice_id>31</invoice_id><status>open</status><invoice_number>G-31</invoice_number>
  <invoice_date>2026-03-04</invoice_date><date_created>2026-03-04</date_created><date_updated>2026-03-05</date_updated>
  <po_number>garden/1001</po_number><client_id>4</client_id><currency>EUR</currency><tax>19%</tax>
  <freight>2.50</freight><terms>NET 15</terms><late_fee>1%</late_fee><tags>web garden</tags>
  {LINES_XML}<notes>Thank you</notes>
</invoice>"""


class Echo:
    """A service that says the same to everything and remembers what it was asked."""

    def __init__(self, *bodies: str, status: int = 200) -> None:
        self.replies = [Reply(status, body.encode(), {"Content-Type": "text/xml"}) for body in bodies]
        self.requests: list[Request] = []

    def handle(self, request: Request) -> Reply:
        self.requests.append(request)
        return self.replies[min(len(self.requests), len(self.replies)) - 1]

    def state(self) -> dict[str, object]:
        return {}


def ok(content: str = "") -> str:
    return f'<?xml version="1.0"?><response status="ok">{content}</response>'


def fail(text: str = "No.", code: str = "") -> str:
    told = f"<code>{code}</code>" if code else ""
    return f'<response status="fail"><error>{text}</error>{told}</response>'


def client(service: Echo, options: Options | None = None) -> AcuInvoiceClient:
    session = XmlSession(
        base_url="https://garden.acuinvoice.example",
        credentials=Credentials.basic(KEY, "X"),
        connect_timeout=timedelta(seconds=5),
        read_timeout=timedelta(seconds=5),
        explain=answers.explained,
        adapter=SandboxAdapter(Sandbox(service)),
        sleep=lambda _seconds: None,
    )
    return AcuInvoiceClient(session, options or Options())


def same(body: bytes, expected: str) -> bool:
    return ET.canonicalize(body.decode(), strip_text=True) == ET.canonicalize(expected, strip_text=True)


INVOICE = {"client_id": "4", "currency": "EUR", "tax": "19%", "freight": "2.50", "terms": "NET 15", "late_fee": "1%"}
CONTACT = {"first_name": "Ada", "last_name": "Example", "email": "ada@example.com", "phone": "1", "mobile_phone": "2"}
CONTACT_XML = """<first_name>Ada</first_name><last_name>Example</last_name><email>ada@example.com</email>
  <phone>1</phone><mobile_phone>2</mobile_phone>"""

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
            3,
            10,
            InvoiceFilters(
                client_id="4",
                date_from=date(2026, 1, 1),
                date_to=date(2026, 3, 31),
                date_updated_from=date(2026, 1, 2),
                date_updated_to=date(2026, 3, 30),
                date_created_from=date(2026, 1, 3),
                date_created_to=date(2026, 3, 29),
                status="pastdue",
                orderby="invoice_date",
                sort="ASC",
            ),
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
        client(Echo(ok(content))).invoices(1, 25, InvoiceFilters())


@pytest.mark.parametrize("content", ["", "<note>hello</note>", "<invoice><invoice_id>32</invoice_id></invoice>"])
def test_another_record_than_the_one_asked_for_is_none(content: str) -> None:
    with pytest.raises(Unavailable):
        client(Echo(ok(content))).invoice("31")


def test_nobody_is_sent_an_invoice_by_accident() -> None:
    service = Echo(ok())
    with pytest.raises(Refused, match="at least one contact"):
        client(service).send_invoice("31", [])
    assert not service.requests


def test_an_id_that_can_be_none_is_not_asked_for() -> None:
    service = Echo(ok())
    for odd in ("", "1</invoice_id>", "-1", "٣"):
        with pytest.raises(Refused) as raised:
            client(service).delete_invoice(odd)
        assert raised.value.missing
    assert not service.requests


def test_the_key_is_the_user_and_any_password_does() -> None:
    service = Echo(ok("<invoice_id>1</invoice_id>"))
    client(service).create_invoice({})
    assert service.requests[0].headers["authorization"] == Credentials.basic(KEY, "X").header


def refusal(body: str, options: Options, *, get: bool = False, status: int = 200) -> ProviderError:
    service = client(Echo(body, status=status), options)
    with pytest.raises(ProviderError) as raised:
        service.invoice("1") if get else service.create_invoice({})
    return raised.value


@pytest.mark.parametrize("status", [200, 400])
def test_a_code_means_what_the_owner_says(status: int) -> None:
    options = Options(codes={"7": "duplicate", "8": "denied", "9": "missing"}, failed_get_is_missing=False)
    taken, gone = refusal(fail("a", "7"), options, status=status), refusal(fail("a", "9"), options, status=status)
    assert isinstance(taken, Refused)
    assert (taken.duplicate, taken.missing, str(taken)) == (True, False, "a (code 7)")
    assert isinstance(gone, Refused)
    assert gone.missing
    denied = refusal(fail(f"no {KEY}", "8"), options, status=status)
    assert isinstance(denied, AccessDenied)
    assert KEY not in str(denied)


def test_a_text_decides_nothing() -> None:
    for text in ("This invoice number is already in use.", "Not found", "Authentication failed"):
        told = refusal(fail(text), Options())
        assert isinstance(told, Refused)
        assert (told.duplicate, told.missing) == (False, False)


@pytest.mark.parametrize("missing", [True, False])
def test_whether_a_failed_get_means_missing_is_the_owners_word(missing: bool) -> None:
    told = refusal(fail("?"), Options(failed_get_is_missing=missing), get=True)
    assert isinstance(told, Refused)
    assert told.missing is missing


def test_a_failure_without_words_is_still_one() -> None:
    assert str(refusal('<response status="fail"/>', Options())) == "refused without a reason"


@pytest.mark.parametrize(
    ("body", "told"), [(fail("Key is old."), "Key is old."), ("<html>", "refused with status 401")]
)
def test_a_401_is_told_in_the_services_words(body: str, told: str) -> None:
    denied = refusal(body, Options(), status=401)
    assert isinstance(denied, AccessDenied)
    assert told in str(denied)


def test_a_400_that_is_no_envelope_is_a_refusal() -> None:
    assert isinstance(refusal("<html>", Options(), status=400), Refused)


def test_a_read_is_tried_three_times() -> None:
    service = Echo("", status=503)
    with pytest.raises(Unavailable):
        client(service).invoice("1")
    assert len(service.requests) == 3


def test_the_path_is_the_owners_to_change() -> None:
    service = Echo(ok("<invoice_id>1</invoice_id>"))
    client(service, Options(endpoint="/api/2/xml-in")).create_invoice({})
    assert service.requests[0].path == "/api/2/xml-in"


def provider(service: Echo, options: Options | None = None) -> AcuInvoice:
    adapter = SandboxAdapter(Sandbox(service))
    return build(base_url="https://garden.acuinvoice.example", token=KEY, options=options, adapter=adapter)


def entries(numbers: Sequence[int]) -> str:
    return ok("".join(f"<invoice><invoice_id>{n}</invoice_id><po_number>r</po_number></invoice>" for n in numbers))


def test_documents_with_one_reference_come_oldest_first() -> None:
    found = provider(Echo(entries([12, 9, 3]))).find("r", DocumentKind.INVOICE)
    assert [each.remote_id for each in found] == ["3", "9", "12"]


def test_a_list_that_repeats_itself_is_no_list() -> None:
    service = Echo(entries(range(25, 0, -1)))
    with pytest.raises(Unavailable):
        provider(service).find("r", DocumentKind.INVOICE)


def test_the_search_may_be_bounded() -> None:
    service = Echo(ok())
    provider(service, Options(search_days=30)).find("r", DocumentKind.INVOICE)
    sent = ET.fromstring(service.requests[0].body.decode())
    since = date.fromisoformat(sent.findtext("date_created_from", ""))
    assert timedelta(days=29) <= datetime.now(UTC).date() - since <= timedelta(days=31)
    assert (sent.findtext("orderby"), sent.findtext("sort")) == ("id", "DESC")


def test_what_a_book_knows_is_on_its_card() -> None:
    options = Options(
        per_page=40,
        reference_length=20,
        list_lag_seconds=7,
        codes={"7": "duplicate"},
        currencies=frozenset({"EUR"}),
    )
    card = provider(Echo(), options).card
    assert card.list_lag == timedelta(seconds=7)
    assert (card.page_size, card.reference_length, card.refuses_repeated_reference) == (40, 20, True)
    assert card.currencies == {"EUR"}
    assert not provider(Echo()).card.refuses_repeated_reference


def test_what_is_told_of_a_new_invoice_is_what_was_sent() -> None:
    made = answers.made("7", {"po_number": "r", "invoice_number": "n", "currency": "EUR"})
    assert (made.remote_id, made.reference, made.number, made.gross, made.state) == ("7", "r", "n", None, None)
    assert Decimal not in {type(value) for value in (made.net, made.tax, made.paid)}
