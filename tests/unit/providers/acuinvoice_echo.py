"""A service that says the same to everything, and the values that the tests of AcuInvoice's calls send and read."""

from xml.etree import ElementTree as ET

from providers.invoicing.acuinvoice import AcuInvoice, Options, build
from providers.invoicing.acuinvoice.client import AcuInvoiceClient
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


def provider(service: Echo, options: Options | None = None) -> AcuInvoice:
    return build(
        base_url="https://garden.acuinvoice.example",
        token=KEY,
        options=options,
        adapter=SandboxAdapter(Sandbox(service)),
        sleep=lambda _seconds: None,
    )


def client(service: Echo, options: Options | None = None) -> AcuInvoiceClient:
    return provider(service, options).client


def same(body: bytes, expected: str) -> bool:
    return ET.canonicalize(body.decode(), strip_text=True) == ET.canonicalize(expected, strip_text=True)


INVOICE = {"client_id": "4", "currency": "EUR", "tax": "19%", "freight": "2.50", "terms": "NET 15", "late_fee": "1%"}
CONTACT = {"first_name": "Ada", "last_name": "Example", "email": "ada@example.com", "phone": "1", "mobile_phone": "2"}
CONTACT_XML = """<first_name>Ada</first_name><last_name>Example</last_name><email>ada@example.com</email>
  <phone>1</phone><mobile_phone>2</mobile_phone>"""
