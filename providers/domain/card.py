"""A provider's card: its contract as data. The engine reads cards and knows no provider by name."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from providers.domain.documents import DocumentKind


class Finding(StrEnum):
    """How a document is found again by its reference, and so what a look-up can prove."""

    BY_FILTER = "by_filter"
    """The provider's list takes the reference as a filter; absence there proves absence after `list_lag`."""
    BY_LISTING = "by_listing"
    """The list must be read through; absence in the whole window proves absence after `list_lag`."""
    NOT_AT_ALL = "not_at_all"
    """Nothing can be proved: a person decides."""


class PaymentStyle(StrEnum):
    """How a payment is told to the provider."""

    APPENDED = "appended"
    """Each payment is a record of its own; telling one twice books it twice."""
    OVERWRITTEN = "overwritten"
    """The amount paid so far is set; telling it twice is harmless."""
    FLAG = "flag"
    """Only "paid" can be said, once the whole amount is in."""
    NOT_AVAILABLE = "not_available"


class CreditStyle(StrEnum):
    CORRECTION = "correction"
    NEGATIVE_INVOICE = "negative_invoice"
    NOT_AVAILABLE = "not_available"


class Totals(StrEnum):
    """Where the provider's own total comes from."""

    IN_CREATE_ANSWER = "in_create_answer"
    ON_READ = "on_read"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What one provider can do, its limits, and how a lost answer is resolved.

    Every time is what the provider documents or what was observed; where neither is known it is our
    assumption, and an owner overrides it per book.
    """

    name: str
    title: str
    kinds: frozenset[DocumentKind]
    reference_field: str
    reference_length: int
    finding: Finding
    refuses_repeated_reference: bool = False
    """Whether a second document with the same reference is refused by the provider itself."""
    honours_idempotency_key: bool = False
    settle: timedelta = timedelta(seconds=30)
    """A write that was sent this long ago, beyond its time-out, has happened or never will."""
    list_lag: timedelta = timedelta(0)
    """A look-up may miss what was written this recently; not zero means: look a second time after it."""
    connect_timeout: timedelta = timedelta(seconds=5)
    read_timeout: timedelta = timedelta(seconds=30)
    in_flight: int | None = None
    """Requests at the same time per account; None means no limit is known."""
    rate: int | None = None
    """Requests per minute per account; None means no limit is known."""
    payments: PaymentStyle = PaymentStyle.NOT_AVAILABLE
    partial_payments: bool = False
    totals: Totals = Totals.IN_CREATE_ANSWER
    credit: CreditStyle = CreditStyle.NOT_AVAILABLE
    cancel: bool = False
    bulk: int = 1
    """How many documents one create call may carry."""
    page_size: int = 100
    lists: bool = True
    lists_changes: bool = False
    """Whether its list comes newest change first, so that what changed since a moment can be read alone."""
    rounding: str = ""
    """In words: how the provider computes totals."""
    currencies: frozenset[str] | None = None
    """None means every ISO 4217 currency."""
    email: bool = False
    pdf: bool = False
    notes: tuple[str, ...] = ()
    """Traps and limits that an owner should know, in plain words."""

    @property
    def call_timeout(self) -> timedelta:
        """The longest that one call may take in all."""
        return self.connect_timeout + self.read_timeout

    def with_overrides(
        self,
        *,
        timeout: timedelta | None = None,
        settle: timedelta | None = None,
        in_flight: int | None = None,
        rate: int | None = None,
    ) -> "Card":
        """The card as it holds for one book: what its owner knows better replaces what we assume."""
        return replace(
            self,
            read_timeout=self.read_timeout if timeout is None else timeout,
            settle=self.settle if settle is None else settle,
            in_flight=self.in_flight if in_flight is None else in_flight,
            rate=self.rate if rate is None else rate,
        )
