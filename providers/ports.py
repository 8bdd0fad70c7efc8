"""What an invoicing provider and a shop must offer. The docstrings are the contract; the suites in
`tests/contract` hold every implementation, and every sandbox, to them.

Errors are those of `providers.domain.errors`; nothing else may leave a provider.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeAlias, runtime_checkable

from providers.domain.card import Card
from providers.domain.documents import (
    DocumentKind,
    Draft,
    Payment,
    RemoteDocument,
    RemotePayment,
)
from providers.domain.errors import ProviderError
from providers.domain.orders import Order
from providers.domain.reasons import Reason

JsonObject: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A draft in the provider's own language, ready to be sent and safe to store: it holds no secret."""

    reference: str
    payload: JsonObject


class DocumentWriter(Protocol):
    """Makes documents."""

    def prepare(self, draft: Draft) -> Prepared:
        """Say the draft in the provider's language. Pure: no clock, no network.

        The provider's documented arithmetic over the payload comes out at `draft.gross`. Raises
        `CannotExpress` where it cannot, or where the provider has no way to say what the draft needs.
        """
        ...

    def create(self, prepared: Prepared, *, idempotency_key: str) -> RemoteDocument:
        """Make the document: one call, never repeated in here.

        `idempotency_key` is sent along where the card says that it is honoured. Raises `NotSent`,
        `Throttled`, `Refused`, `AccessDenied` (nothing was done) or `OutcomeUnknown`.
        """
        ...


Outcome: TypeAlias = RemoteDocument | ProviderError
"""What became of one document of several that were made by one call: it is there, or what a create of it alone would
have raised."""


@runtime_checkable
class BulkWriter(Protocol):
    """Makes several documents with one call: what a provider offers besides whose `card.bulk` is more than one."""

    def create_many(self, prepared: Sequence[Prepared], *, idempotency_keys: Sequence[str]) -> tuple[Outcome, ...]:
        """Make all of them with one call, never repeated in here; what became of each, in their order.

        At most `card.bulk`, each with a reference and a key of its own: `ValueError` otherwise, and nothing else is
        raised. A document whose making the answer does not tell is `OutcomeUnknown`. Where the provider takes all or
        none, its refusal of one is told of all.
        """
        ...


class DocumentReader(Protocol):
    """Finds and reads documents. All of it is safe to repeat; short repeats happen in here."""

    def find(self, reference: str, kind: DocumentKind) -> tuple[RemoteDocument, ...]:
        """Every document of the kind with exactly this reference, cancelled ones included, oldest first.

        Exactness is ours: a provider's loose match is filtered here. What an empty answer proves is told
        by `card.finding`. Raises `NotSent`, `Throttled`, `Unavailable`, `Refused`, `AccessDenied`.
        """
        ...

    def read(self, remote_id: str) -> RemoteDocument:
        """One document with all that the provider tells, payments included where it tells them.

        Raises `Refused` with `missing` set when it does not exist (any more), else as `find`.
        """
        ...

    def listing(self, window: "Window", *, after: str = "") -> Iterator["Page"]:
        """Every document of the window, page by page; a page is fetched when it is needed.

        `after` is the cursor of the last page that was taken care of, in this process or in one that died; empty
        begins anew. A document that moves between pages while they are read may be told twice, never left out, as
        far as the card says that the provider's order allows it. Raises as `find`.
        """
        ...

    def pages(self, window: "Window") -> Iterator[RemoteDocument]:
        """Every document of the window, one after the other; pages are fetched as they are needed.

        A document that moves between pages while they are read may be told twice, never left out, as far
        as the card says that the provider's order allows it. Raises as `find`.
        """
        ...


class PaymentRecorder(Protocol):
    """Records payments."""

    def pay(self, remote_id: str, payment: Payment, *, idempotency_key: str) -> RemotePayment:
        """Record one payment against the document: one call, never repeated in here. Raises as `create`."""
        ...


class Canceller(Protocol):
    """Takes documents back."""

    def cancel(self, remote_id: str, *, reason: str, idempotency_key: str) -> None:
        """Cancel the document: one call, never repeated in here. It goes on to exist, and reads as cancelled.

        `reason` is told where the provider asks for one. Raises as `create`, and `CannotExpress` where
        `card.cancel` is False.
        """
        ...


class Mailer(Protocol):
    """Sends documents to buyers."""

    def email(self, remote_id: str, *, to: str, idempotency_key: str) -> None:
        """Let the provider send the document to `to`, an address: one call, never repeated in here.

        Raises as `create`, and `CannotExpress` where `card.email` is False.
        """
        ...


class Reachable(Protocol):
    """Can be asked whether it is there, without any effect."""

    def probe(self) -> "Probe":
        """One harmless read with the account's credentials. Raises as `find`."""
        ...


class InvoicingProvider(DocumentWriter, DocumentReader, PaymentRecorder, Canceller, Mailer, Reachable, Protocol):
    """One account at an invoicing provider."""

    @property
    def card(self) -> Card: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which documents to list: those issued from `start` to `end`, both included; None leaves a side open.

    With `changed_since` only what changed at the provider since then, where the card says that its list tells;
    elsewhere it is left out of account.
    """

    start: date | None = None
    end: date | None = None
    changed_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some documents of a list, in its order. `cursor` is where to go on behind them: text that can be kept."""

    documents: tuple[RemoteDocument, ...]
    cursor: str
    total: int | None = None
    """How many documents the whole list has; None where the provider does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a harmless read told. `server_time` is the answer's Date header, for the clock's skew."""

    account: str = ""
    server_time: datetime | None = None


class BadSignature(Exception):
    """A delivery that does not prove that it comes from the shop. Nothing of it may be stored."""


class Unreadable(Exception):
    """A verified delivery that holds no order. It is kept, marked and shown.

    `order_id` is the order's id where at least that could be made out.
    """

    def __init__(self, reason: Reason, *, order_id: str = "", topic: str = "") -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.order_id = order_id
        self.topic = topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The order as it is now."""

    order: Order
    restored: bool = False
    """True when the shop says that it took the order out of the bin again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """The shop says that the order is gone."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """The shop tells something that concerns no order. `why` is shown to people."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A verified delivery, read. `event_id` is equal for repeats of one delivery and for nothing else."""

    event_id: str
    topic: str
    content: Snapshot | Removal | Ignored


class Shop(Protocol):
    """One shop: how its deliveries prove themselves and what they say. Pure: no network, no storage.

    Header names are given in lower case.
    """

    def is_greeting(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether this is the shop's unsigned hello, which must be answered 200 and is not stored."""
        ...

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Check the signature over the raw body in constant time. Raises `BadSignature`, and nothing else,
        whatever the headers hold."""
        ...

    def event_id(self, headers: Mapping[str, str], body: bytes) -> str:
        """What tells repeats of one delivery from different ones; at most 100 characters."""
        ...

    def read(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        """Turn a verified delivery into what it says. Raises `Unreadable`, and nothing else, whatever the
        body holds."""
        ...

    def read_order(self, body: bytes) -> Order:
        """Read one order as it is, without headers and envelope, such as a line of a file.

        Raises `Unreadable`, and nothing else, whatever the body holds.
        """
        ...
