"""What the suite sends: an invoice over 71.44 EUR, and payments for it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from providers.domain.documents import Corrected, DocumentKey, DocumentKind, Draft, DraftLine, Payment
from providers.domain.orders import Buyer, LineKind

TODAY = date(2026, 3, 4)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
TOKEN = "tok-5hJ2kqPz0a/garden"
TOTAL = Decimal("71.44")


def draft(number: int | str = 1001, **changes: object) -> Draft:
    """An invoice over two lines and shipping, 71.44 EUR in all."""
    facts: dict[str, object] = {
        "key": DocumentKey("garden", str(number), DocumentKind.INVOICE),
        "order_number": f"#{number}",
        "currency": "EUR",
        "lines": (
            line("Rain barrel, 200 l", "48.77", rate="23", quantity="1"),
            line("Seeds: zażółć gęślą jaźń", "12.67", rate="8", quantity="3"),
            replace(line("Parcel", "10.00", rate="23"), kind=LineKind.SHIPPING),
        ),
        "buyer": Buyer(
            first_name="Zoë",
            last_name="Łąka",
            street="ul. Polna 3/4",
            postcode="30-001",
            city="Kraków",
            country="PL",
            email="zoe@example.com",
        ),
        "issue_date": TODAY,
        "sale_date": TODAY,
        "due_days": 7,
        "rounding_name": "Rounding",
    }
    return Draft(**{**facts, **changes})  # type: ignore[arg-type]


def line(name: str, gross: str, *, rate: str = "23", quantity: str = "1") -> DraftLine:
    total, percent = Decimal(gross), Decimal(rate)
    net = (total / (1 + percent / 100)).quantize(Decimal("0.01"))
    return DraftLine(name=name, net=net, tax=total - net, gross=total, quantity=Decimal(quantity), tax_rate=percent)


def credited(note: Draft, remote_id: str) -> Draft:
    """The credit note over all lines of the invoice that has this id."""
    taken = (replace(each, net=-each.net, tax=-each.tax, gross=-each.gross) for each in note.lines)
    nothing = {"net": Decimal(0), "tax": Decimal(0), "gross": Decimal(0), "quantity": Decimal(0)}
    after = tuple(replace(each, **nothing) for each in note.lines)
    invoice = DocumentKey(note.key.shop, note.key.order_id, DocumentKind.INVOICE)
    told = Corrected(
        remote_id=remote_id,
        number="1",
        reference=invoice.reference(),
        before=note.lines,
        after=after,
        why="Given back",
    )
    return replace(note, lines=tuple(taken), corrects=told)


def money(amount: str | Decimal, key: str = "pay-1", **changes: object) -> Payment:
    facts: dict[str, object] = {
        "key": key,
        "amount": Decimal(amount),
        "currency": "EUR",
        "paid_at": NOON,
        "reference": f"garden/1001/{key}",
        "transaction_id": "ch_001",
    }
    return Payment(**{**facts, **changes})  # type: ignore[arg-type]
