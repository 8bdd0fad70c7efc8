"""The same invoices on both sides: a ledger that is filled in bulk, and lists that cost next to nothing."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import func, insert, select

from providers import paging
from providers.domain.card import Card
from providers.domain.documents import DocumentKey, DocumentKind, DocumentState, RemoteDocument, RemoteState
from providers.domain.known import PaymentState
from providers.domain.orders import OrderState
from providers.domain.policy import Policy
from providers.invoicing import invoiceocean
from providers.invoicing.invoiceocean.sandbox import InvoiceOceanService, sandbox
from providers.ports import InvoicingProvider, Page, Window
from providers.sandbox import SandboxAdapter
from providers.shops.generic.shop import GenericShop
from tasks.ledger.codec import draft_text, order_text
from tasks.ledger.store import Store
from tasks.ledger.tables import NEVER, DocumentRow, OrderRow, PaymentRow
from tasks.ports import Book, ShopFront
from tasks.reconcile import Asked
from tests.builders import NOON, SettableClock, a_draft, a_paid_order

_ORDERS = OrderRow.__table__  # type: ignore[attr-defined]
_DOCUMENTS = DocumentRow.__table__  # type: ignore[attr-defined]
_PAYMENTS = PaymentRow.__table__  # type: ignore[attr-defined]

LISTS: Mapping[str, str] = {
    "still": "in which nothing moves, for the first time",
    "moving": "ordered by changes",
    "sandbox": "InvoiceOcean's sandbox",
}
SHOP = "garden"
PAGE = 100
MAIN = "main"
SANDBOXED = "sandboxed"
"""The book of what the sandbox lists."""
_FIRST_ID = 500_000_000
_A_DAY = 300
_AT_ONCE = 5_000
_GROSS = Decimal("123.00")

Row = TypeVar("Row")


@dataclass
class Timed:
    """What a provider does: how often it is asked, and CPU seconds of it."""

    requests: int = 0
    seconds: float = 0.0

    def of(self, work: Callable[..., Row]) -> Callable[..., Row]:
        def timed(*given: Any, **named: Any) -> Row:
            began = time.process_time()
            try:
                return work(*given, **named)
            finally:
                self.requests += 1
                self.seconds += time.process_time() - began

        return timed


@dataclass
class Opened:
    """A provider, with the part of its time that is not ours."""

    provider: InvoicingProvider
    name: str
    time: Timed
    asked: Asked = field(default_factory=Asked)

    @property
    def book(self) -> Book:
        return Book(name=self.name, provider=self.provider)

    def fronts(self) -> dict[str, ShopFront]:
        shop = GenericShop(name=SHOP, secret="whsec_" + "Z" * 32)
        return {SHOP: ShopFront(name=SHOP, shop=shop, book=self.name, policy=Policy())}


def clock() -> datetime:
    return datetime.now(UTC)


def opened(listed_by: str, documents: int) -> Opened:
    if listed_by == "sandbox":
        return _sandboxed(documents)
    timed = Timed()
    return Opened(_Double(documents, timed, moves=listed_by == "moving"), MAIN, timed)  # type: ignore[arg-type]


class _Double:
    """A provider that only lists, as many documents as it is told to have, newest first."""

    card: Card = replace(invoiceocean.CARD, page_size=PAGE)

    def __init__(self, documents: int, timed: Timed, *, moves: bool) -> None:
        self._documents = documents
        self._way: paging.Way[RemoteDocument] = paging.Way(
            fetch=timed.of(self._page),
            page_size=PAGE,
            identity=lambda document: document.remote_id,
            changed=(lambda document: document.updated_at) if moves else None,
            rows_vanish=moves,
        )

    def listing(self, _window: Window, *, after: str = "") -> Iterator[Page]:
        for batch in paging.batches(self._way, after=after):
            yield Page(tuple(batch.rows), batch.cursor)

    def _page(self, page: int, size: int) -> Sequence[RemoteDocument]:
        newest = self._documents - (page - 1) * size
        return [_document(number) for number in range(newest, max(newest - size, 0), -1)]


def _document(number: int) -> RemoteDocument:
    return RemoteDocument(
        remote_id=_id(number),
        kind=DocumentKind.INVOICE,
        number=f"{number}/2026",
        reference=f"{SHOP}/{number}",
        currency="EUR",
        net=Decimal("100.00"),
        tax=Decimal("23.00"),
        gross=_GROSS,
        paid=_GROSS,
        state=RemoteState.PAID,
        updated_at=NOON + timedelta(seconds=number),
        issue_date=_day(number),
        url=f"https://listed.invoiceocean.example/invoices/{_id(number)}",
        buyer_name="Ada Example",
    )


def _id(number: int) -> str:
    """As InvoiceOcean's sandbox numbers, with room for the lines and payments of each document."""
    return str(_FIRST_ID + 10 * number + 1)


def _day(number: int) -> date:
    return date(2016, 1, 1) + timedelta(days=number // _A_DAY)


def _sandboxed(documents: int) -> Opened:
    """An account with so many paid documents. Only its answers are the provider's time; HTTP and JSON are ours."""
    clock = SettableClock()
    made = sandbox(token="known", clock=clock)
    service = made.service
    assert isinstance(service, InvoiceOceanService)
    account = service.account
    line = {"name": "Watering can", "quantity": 1, "tax": 23, "total_price_gross": "123.00"}
    for number in range(1, documents + 1):
        account._ids = _FIRST_ID + 10 * number
        sent = {"oid": f"{SHOP}/{number}", "currency": "EUR", "buyer_name": "Ada Example", "positions": [line]}
        paid = {"status": "paid", "issue_date": _day(number).isoformat()}
        account.create({**sent, **paid, "client_id": 1})
        clock.move(seconds=1)
    timed = Timed()
    made.exchange = timed.of(made.exchange)  # type: ignore[method-assign]
    provider = invoiceocean.build(
        base_url="https://listed.invoiceocean.example", token="known", adapter=SandboxAdapter(made)
    )
    return Opened(provider, SANDBOXED, timed)


def fill(store: Store, book: str, documents: int) -> None:
    """So many orders of the book, each invoiced and paid, written as rows and not by the engine."""
    with store.read() as connection:
        newest = connection.execute(select(func.max(_ORDERS.c.id))).scalar() or 0
    order = a_paid_order(order_id="@@", number="@@")
    snapshot, made = order_text(order), draft_text(a_draft(key=DocumentKey(SHOP, "@@", DocumentKind.INVOICE)))
    for begin in range(1, documents + 1, _AT_ONCE):
        numbers = range(begin, min(begin + _AT_ONCE, documents + 1))
        with store.write() as connection:
            connection.execute(insert(_ORDERS), [_order(newest + n, n, book, snapshot) for n in numbers])
            connection.execute(insert(_DOCUMENTS), [_invoice(newest + n, n, book, made) for n in numbers])
            connection.execute(insert(_PAYMENTS), [_payment(newest + n) for n in numbers])


def _order(pk: int, number: int, book: str, snapshot: str) -> dict[str, object]:
    return {
        "id": pk,
        "shop": SHOP if book == MAIN else book,
        "order_id": str(number),
        "book": book,
        "number": str(number),
        "currency": "EUR",
        "total": _GROSS,
        "snapshot": snapshot.replace("@@", str(number)),
        "version": "",
        "revision": 1,
        "deleted": False,
        "state": OrderState.DONE,
        "attempts": 0,
        "lease_until": NEVER,
        "fence": 1,
        "crashes": 0,
        "created_at": NOON,
        "updated_at": NOON,
    }


def _invoice(pk: int, number: int, book: str, made: str) -> dict[str, object]:
    return {
        "id": pk,
        "order_pk": pk,
        "shop": SHOP if book == MAIN else book,
        "order_id": str(number),
        "book": book,
        "kind": DocumentKind.INVOICE,
        "ordinal": "1",
        "reference": f"{SHOP}/{number}",
        "state": DocumentState.ISSUED,
        "generation": 1,
        "currency": "EUR",
        "net": Decimal("100.00"),
        "tax": Decimal("23.00"),
        "gross": _GROSS,
        "fingerprint": "0" * 32,
        "draft": made.replace("@@", str(number)),
        "issue_date": _day(number).isoformat(),
        "remote_id": _id(number),
        "number": f"{number}/2026",
        "verified": True,
        "issued_at": NOON,
    }


def _payment(pk: int) -> dict[str, object]:
    return {
        "document_pk": pk,
        "key": "p1",
        "amount": _GROSS,
        "currency": "EUR",
        "paid_at": NOON,
        "state": PaymentState.RECORDED,
        "generation": 1,
        "remote_id": f"m{pk}",
        "recorded_at": NOON,
    }
