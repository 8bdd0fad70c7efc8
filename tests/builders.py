"""Values for tests: right in every respect, but for what a test says otherwise."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

from providers.domain.card import Card, Finding, PaymentStyle
from providers.domain.documents import (
    DocumentKey,
    DocumentKind,
    DocumentState,
    Draft,
    DraftLine,
    RemoteDocument,
    RemotePayment,
)
from providers.domain.known import (
    Action,
    Known,
    KnownDocument,
    KnownPayment,
    OpenOperation,
    PaymentState,
    operation_key,
)
from providers.domain.orders import Buyer, Order, OrderLine, OrderPayment, PaymentKind
from providers.domain.plan import plan
from providers.domain.policy import Policy
from providers.domain.steps import Step
from tasks.ledger.inbox import Event

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
SHOP = "garden"
BOOK = "main"
INVOICE = DocumentKey(SHOP, "1001", DocumentKind.INVOICE)

_EVENTS = count(1)


@dataclass
class SettableClock:
    """The time that a test says it is."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, by: timedelta | None = None, **parts: float) -> datetime:
        self.now += by if by is not None else timedelta(**parts)
        return self.now


def a_line(**changes: object) -> OrderLine:
    facts: dict[str, object] = {
        "line_id": "1",
        "name": "Watering can",
        "net": Decimal("100.00"),
        "tax": Decimal("23.00"),
        "gross": Decimal("123.00"),
        "tax_rate": Decimal(23),
    }
    return OrderLine(**{**facts, **changes})  # type: ignore[arg-type]


def a_payment(**changes: object) -> OrderPayment:
    facts: dict[str, object] = {
        "payment_id": "p1",
        "amount": Decimal("123.00"),
        "currency": "EUR",
        "paid_at": NOON,
        "kind": PaymentKind.CARD,
    }
    return OrderPayment(**{**facts, **changes})  # type: ignore[arg-type]


def a_buyer(**changes: object) -> Buyer:
    facts: dict[str, object] = {
        "first_name": "Ada",
        "last_name": "Example",
        "country": "PL",
        "city": "Testowo",
        "email": "ada@example.com",
    }
    return Buyer(**{**facts, **changes})  # type: ignore[arg-type]


def an_order(**changes: object) -> Order:
    """An unpaid order of one line over 123.00 EUR."""
    facts: dict[str, object] = {
        "order_id": "1001",
        "number": "1001",
        "currency": "EUR",
        "total": Decimal("123.00"),
        "lines": (a_line(),),
        "buyer": a_buyer(),
        "placed_at": NOON - timedelta(hours=1),
        "modified_at": NOON - timedelta(hours=1),
    }
    return Order(**{**facts, **changes})  # type: ignore[arg-type]


def a_paid_order(**changes: object) -> Order:
    """The same order, paid by card in full."""
    facts: dict[str, object] = {"modified_at": NOON, "paid_at": NOON, "payments": (a_payment(),)}
    return an_order(**{**facts, **changes})


def an_event(**changes: object) -> Event:
    facts: dict[str, object] = {
        "shop": SHOP,
        "event_id": f"event-{next(_EVENTS)}",
        "source": "webhook",
        "topic": "order.updated",
        "headers": {},
        "body": b"{}",
        "received_at": NOON,
    }
    return Event(**{**facts, **changes})  # type: ignore[arg-type]


def a_card(**changes: object) -> Card:
    facts: dict[str, object] = {
        "name": "paper",
        "title": "Paper Books",
        "kinds": frozenset({DocumentKind.INVOICE}),
        "reference_field": "oid",
        "reference_length": 100,
        "finding": Finding.BY_FILTER,
        "payments": PaymentStyle.APPENDED,
        "partial_payments": True,
        "settle": timedelta(seconds=30),
        "connect_timeout": timedelta(seconds=5),
        "read_timeout": timedelta(seconds=25),
    }
    return Card(**{**facts, **changes})  # type: ignore[arg-type]


def a_draft(**changes: object) -> Draft:
    amounts = {"net": Decimal("100.00"), "tax": Decimal("23.00"), "gross": Decimal("123.00")}
    facts: dict[str, object] = {
        "key": INVOICE,
        "order_number": "1001",
        "currency": "EUR",
        "lines": (DraftLine(name="Watering can", tax_rate=Decimal(23), **amounts),),
        "buyer": a_buyer(),
        "issue_date": NOON.date(),
        "sale_date": NOON.date(),
    }
    return Draft(**{**facts, **changes})  # type: ignore[arg-type]


def a_known_document(**changes: object) -> KnownDocument:
    """The invoice of `a_paid_order`, issued and read back."""
    facts: dict[str, object] = {
        "key": INVOICE,
        "reference": INVOICE.reference(),
        "state": DocumentState.ISSUED,
        "gross": Decimal("123.00"),
        "currency": "EUR",
        "fingerprint": a_draft().fingerprint,
        "remote_id": "r1",
        "number": "FV 1/2026",
        "verified": True,
    }
    return KnownDocument(**{**facts, **changes})  # type: ignore[arg-type]


def a_known_payment(**changes: object) -> KnownPayment:
    facts: dict[str, object] = {
        "key": "p1",
        "amount": Decimal("123.00"),
        "state": PaymentState.RECORDED,
        "remote_id": "m1",
    }
    return KnownPayment(**{**facts, **changes})  # type: ignore[arg-type]


def an_open_operation(action: Action = Action.CREATE, **changes: object) -> OpenOperation:
    """An operation that was sent at noon; its answer never came."""
    payment_key = "p1" if action is Action.PAY else ""
    facts: dict[str, object] = {
        "key": operation_key(INVOICE, action, 1, payment_key),
        "action": action,
        "document": INVOICE,
        "payment_key": payment_key,
        "sent_at": NOON,
    }
    return OpenOperation(**{**facts, **changes})  # type: ignore[arg-type]


def a_remote_document(**changes: object) -> RemoteDocument:
    """The invoice of `a_paid_order` as a provider tells it."""
    facts: dict[str, object] = {
        "remote_id": "r1",
        "kind": DocumentKind.INVOICE,
        "number": "FV 1/2026",
        "reference": INVOICE.reference(),
        "currency": "EUR",
        "gross": Decimal("123.00"),
        "paid": Decimal(0),
    }
    return RemoteDocument(**{**facts, **changes})  # type: ignore[arg-type]


def a_remote_payment(**changes: object) -> RemotePayment:
    facts: dict[str, object] = {"remote_id": "m1", "amount": Decimal("123.00")}
    return RemotePayment(**{**facts, **changes})  # type: ignore[arg-type]


def planned_for(order: Order | None, known: Known | None = None, **changes: object) -> Step:
    """The plan's next step at noon, under the default policy and card unless `changes` says otherwise."""
    facts: dict[str, object] = {"policy": Policy(), "card": a_card(), "now": NOON}
    return plan(SHOP, order, known or Known(), **{**facts, **changes})  # type: ignore[arg-type]
