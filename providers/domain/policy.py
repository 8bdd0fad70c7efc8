"""A shop's policy: when an order becomes an invoice, and how doubtful cases are decided."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from providers.domain.orders import PaymentKind, TaxCategory


class IssueOn(StrEnum):
    """The moment that makes an invoice due."""

    PAID = "paid"
    PLACED = "placed"
    FULFILLED = "fulfilled"


class ZeroTotal(StrEnum):
    """What an order that costs nothing gets."""

    NOTHING = "nothing"
    INVOICE = "invoice"


class Cancelled(StrEnum):
    """What an order gets that is cancelled after its invoice was issued, before any money came in for it."""

    ATTENTION = "attention"
    CANCEL = "cancel"


class Refunds(StrEnum):
    """What is done about money that was given back after the invoice was issued."""

    ATTENTION = "attention"
    CREDIT_NOTE = "credit_note"


class Untaxed(StrEnum):
    """What an untaxed line means whose tax rate the shop does not tell."""

    STOP = "stop"
    ZERO_RATE = "zero_rate"
    EXEMPT = "exempt"
    REVERSE_CHARGE = "reverse_charge"
    NOT_SUBJECT = "not_subject"

    @property
    def category(self) -> TaxCategory | None:
        """The tax category it stands for; None when the order must stop."""
        if self is Untaxed.STOP:
            return None
        return TaxCategory.RATED if self is Untaxed.ZERO_RATE else TaxCategory(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How one shop's orders become documents. Every member has a default that is safe rather than quick."""

    issue_on: IssueOn = IssueOn.PAID
    issue_on_by_payment: dict[PaymentKind, IssueOn] = field(default_factory=dict)
    """Exceptions by way of paying, such as {transfer: placed} for buyers on account."""
    zero_total: ZeroTotal = ZeroTotal.NOTHING
    untaxed: Untaxed = Untaxed.STOP
    rounding_line: bool = False
    """Whether a difference of at most one minor unit per line becomes a line: between the lines and the total, and
    between the total and what the provider's arithmetic can reach."""
    tax_rates: tuple[Decimal, ...] = ()
    """Percentages that the book knows; empty means that every rate the shop names is taken."""
    due_days: int = 7
    """Days from issue to due date for orders that are not paid yet."""
    record_payments: bool = True
    cancelled_after_invoice: Cancelled = Cancelled.ATTENTION
    refunds: Refunds = Refunds.ATTENTION
    spread_refunds: bool = False
    """Whether a part given back of an order with several tax rates, of which the shop does not tell the lines, is
    spread over all of them by their share; else such an order stops."""
    email_invoice: bool = False
    """Whether the provider sends the invoice to the buyer, once what is paid of it is recorded."""
    bulk: bool = False
    """Whether orders that wait together are made by one call, where the provider takes several. An answer that is
    lost then leaves all of them unknown until each is looked up."""
    timezone: str = "UTC"
    """IANA name of the zone whose calendar day is the issue date."""
    rounding_name: str = "Rounding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How long the engine tries by itself before it calls a person."""

    max_attempts: int = 12
    max_age: timedelta = timedelta(hours=24)
    first_wait: timedelta = timedelta(seconds=2)
    longest_wait: timedelta = timedelta(minutes=30)
