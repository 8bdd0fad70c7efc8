"""Documents: what should exist in a book, and what a provider says exists."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, lru_cache
from urllib.parse import quote, unquote

from providers.domain.money import ZERO, plain
from providers.domain.orders import Buyer, LineKind, PaymentKind, TaxCategory


class DocumentKind(StrEnum):
    INVOICE = "invoice"
    RECEIPT = "receipt"
    PRO_FORMA = "pro_forma"
    CREDIT_NOTE = "credit_note"


class DocumentState(StrEnum):
    """Where a document stands in the ledger.

    ::

        PLANNED ──intent──> SENT ──done──> ISSUED ──> CANCELLED
           ▲                 │ ├──refused──> REFUSED ──(a newer order)──> PLANNED
           │                 │ └──unknown──> UNKNOWN ──found──> ISSUED
           └─not sent────────┴──proved absent, generation + 1──┘
    """

    PLANNED = "planned"
    SENT = "sent"
    UNKNOWN = "unknown"
    ISSUED = "issued"
    REFUSED = "refused"
    CANCELLED = "cancelled"


@lru_cache(maxsize=1024)
def quoted(part: str) -> str:
    """A part of a key in plain ASCII, without the characters that separate parts or mark a digest."""
    return quote(part, safe="").replace("~", "%7E")


def shortened(text: str, max_length: int) -> str:
    """The text, or where it is too long, its beginning and a digest of the whole."""
    if len(text) <= max_length:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return f"{text[: max_length - 17]}~{digest}"


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """The business fact that a document stands for: at most one document exists per key.

    `ordinal` counts documents of a kind that have no id of their own ("1" for the invoice of an order);
    for a credit note it is the refund's id.
    """

    shop: str
    order_id: str
    kind: DocumentKind
    ordinal: str = "1"

    def __str__(self) -> str:
        return "/".join(map(quoted, (self.shop, self.order_id, self.kind, self.ordinal)))

    def reference(self, max_length: int = 255) -> str:
        """The string that goes into the document at the provider, to find it again.

        It reads "shop/order" for an order's invoice, so that an accountant recognises it, and carries kind
        and ordinal for every other document. It is derived, never random: a replay derives the same one.
        A reference that is too long for the provider ends in a digest of the whole.
        """
        invoice = self.kind is DocumentKind.INVOICE and self.ordinal == "1"
        return shortened(f"{quoted(self.shop)}/{quoted(self.order_id)}" if invoice else str(self), max_length)


def key_of(reference: str) -> DocumentKey | None:
    """The business fact that a reference of ours stands for; None where it cannot be read back, as a shortened one."""
    parts = [unquote(part) for part in reference.split("/")]
    try:
        match parts:
            case [shop, order_id]:
                key = DocumentKey(shop, order_id, DocumentKind.INVOICE)
            case [shop, order_id, kind, ordinal]:
                key = DocumentKey(shop, order_id, DocumentKind(kind), ordinal)
            case _:
                return None
    except ValueError:
        return None
    return key if key.reference() == reference else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """One line of a document. Amounts are decimals in the draft's currency, for the whole quantity."""

    name: str
    net: Decimal
    tax: Decimal
    gross: Decimal
    quantity: Decimal = Decimal(1)
    tax_rate: Decimal = ZERO
    """Percent; zero unless `tax_category` is RATED."""
    tax_category: TaxCategory = TaxCategory.RATED
    kind: LineKind = LineKind.ITEM
    sku: str = ""
    line_id: str = ""
    """The order's line that it stands for; empty for one of our own, such as a rounding line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """The document that a credit note takes back in part or in whole.

    `before` are its lines as they stood, earlier credit notes counted; `after` the same lines, in the same order, as
    they shall stand. A line of which nothing is left has quantity and amounts of zero.
    """

    remote_id: str
    number: str
    reference: str
    before: tuple[DraftLine, ...]
    after: tuple[DraftLine, ...]
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A document as it should come to exist, in no provider's language yet.

    A credit note's lines are what it takes back, as negative amounts; `corrects` tells both sides of each. What follows
    from the lines is worked out once: the ledger and the provider both ask for it.
    """

    key: DocumentKey
    order_number: str
    currency: str
    lines: tuple[DraftLine, ...]
    buyer: Buyer
    issue_date: date
    sale_date: date
    due_days: int = 0
    """Days from the issue date to the due date; 0 means due at once."""
    payment_kind: PaymentKind = PaymentKind.OTHER
    payment_title: str = ""
    language: str = ""
    rounding_name: str = ""
    """What a line is called that makes up for a cent which the provider's arithmetic cannot reach; empty: no such
    line may be added."""
    corrects: Corrected | None = None

    @property
    def net(self) -> Decimal:
        return sum([line.net for line in self.lines], ZERO)

    @property
    def tax(self) -> Decimal:
        return sum([line.tax for line in self.lines], ZERO)

    @cached_property
    def gross(self) -> Decimal:
        return sum([line.gross for line in self.lines], ZERO)

    @cached_property
    def fingerprint(self) -> str:
        return fingerprint(self.currency, self.buyer, self.lines)


def fingerprint(currency: str, buyer: Buyer, lines: Sequence[DraftLine]) -> str:
    """Digest of all that may not change once the document is issued: money, taxes, and who buys.

    Dates, e-mail and telephone are left out: they may differ without making the invoice a wrong one.
    """
    facts: list[str] = [currency, buyer.name, buyer.tax_no, buyer.country]
    for line in lines:
        facts += (line.name, plain(line.gross), plain(line.quantity), plain(line.tax_rate), line.tax_category)
    return hashlib.sha256("\x1f".join(facts).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money to be recorded against a document. `key` is unique per document and derived from the shop's fact."""

    key: str
    amount: Decimal
    currency: str
    paid_at: datetime
    kind: PaymentKind = PaymentKind.OTHER
    transaction_id: str = ""
    reference: str = ""
    """The string that goes into the payment at the provider, to find it again."""
    paid_for: str = ""
    """The reference of the document, where it is known: an id may stand for another document by now."""


class RemoteState(StrEnum):
    """What the provider says of a document, as far as every provider can say it."""

    OPEN = "open"
    PARTIAL = "partial"
    PAID = "paid"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTotal:
    """What the lines of one tax rate come to. `rate` is percent as text, or a category such as "exempt"."""

    rate: str
    net: Decimal
    tax: Decimal
    gross: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RemotePayment:
    """A payment as the provider tells it."""

    remote_id: str
    amount: Decimal
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteDocument:
    """A document as the provider tells it. None means: this provider, or this answer, does not tell."""

    remote_id: str
    kind: DocumentKind | None = None
    """None for a kind that we never make."""
    number: str = ""
    reference: str = ""
    currency: str = ""
    net: Decimal | None = None
    tax: Decimal | None = None
    gross: Decimal | None = None
    paid: Decimal | None = None
    state: RemoteState | None = None
    updated_at: datetime | None = None
    issue_date: date | None = None
    buyer_name: str = ""
    buyer_tax_no: str = ""
    overdue: bool | None = None
    emailed_at: datetime | None = None
    """When the provider last sent it to the buyer; None also where it does not tell."""
    viewed_at: datetime | None = None
    """When the buyer first looked at it there."""
    tax_office: str = ""
    """How it stands with the tax office's own system (Poland's KSeF), in the provider's words."""
    tax_office_id: str = ""
    rates: tuple["RateTotal", ...] | None = None
    """What it comes to by tax rate, where the provider tells its lines."""
    payments: tuple[RemotePayment, ...] | None = None
    url: str = ""
    """Where a person can look at it, without secrets."""
    extra: Mapping[str, object] = field(default_factory=dict)
    """Members of the answer that have no place above: kept, not dropped."""
