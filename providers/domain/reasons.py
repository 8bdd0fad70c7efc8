"""Why an order rests, waits or needs a person: one code per cause, and words that name the remedy."""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Stable codes for scripts, filters and metrics. The texts may change, the codes do not."""

    # The order as the shop sent it cannot become an invoice.
    UNREADABLE = "unreadable"
    CURRENCY_UNKNOWN = "currency_unknown"
    TOTAL_NEGATIVE = "total_negative"
    AMOUNT_PRECISION = "amount_precision"
    TOTAL_MISMATCH = "total_mismatch"
    LINE_MISMATCH = "line_mismatch"
    TAX_RATE_UNKNOWN = "tax_rate_unknown"
    TAX_MISMATCH = "tax_mismatch"
    BUYER_NAME_MISSING = "buyer_name_missing"
    COUNTRY_UNKNOWN = "country_unknown"
    NO_LINES = "no_lines"
    OVERPAID = "overpaid"
    PAYMENT_CURRENCY = "payment_currency"
    CANNOT_EXPRESS = "cannot_express"

    # The shop changed its mind after the invoice was issued.
    CHANGED_AFTER_INVOICE = "changed_after_invoice"
    CANCELLED_AFTER_INVOICE = "cancelled_after_invoice"
    DELETED_AFTER_INVOICE = "deleted_after_invoice"
    REFUND_NEEDS_CREDIT_NOTE = "refund_needs_credit_note"
    REFUND_LINES_UNKNOWN = "refund_lines_unknown"
    REFUND_WITHDRAWN = "refund_withdrawn"
    REFUNDED_BEFORE_INVOICE = "refunded_before_invoice"
    PAYMENT_WITHDRAWN = "payment_withdrawn"
    REVIVED_AFTER_CANCEL = "revived_after_cancel"

    # The provider said no, said something else than expected, or said nothing that proves anything.
    REFUSED = "refused"
    PROVIDER_TOTAL_DIFFERS = "provider_total_differs"
    PROVIDER_REFERENCE_DIFFERS = "provider_reference_differs"
    PROVIDER_PAID_DIFFERS = "provider_paid_differs"
    DUPLICATE_AT_PROVIDER = "duplicate_at_provider"
    VANISHED_AT_PROVIDER = "vanished_at_provider"
    CANCELLED_AT_PROVIDER = "cancelled_at_provider"
    UNRESOLVED = "unresolved"
    EXHAUSTED = "exhausted"
    ACCESS_DENIED = "access_denied"
    POISON = "poison"
    INTERNAL = "internal"
    BOOK_MISSING = "book_missing"

    # Nothing is wrong: why there is nothing to do now.
    NOT_PAID_YET = "not_paid_yet"
    NOT_FULFILLED_YET = "not_fulfilled_yet"
    CANCELLED_BEFORE_INVOICE = "cancelled_before_invoice"
    DELETED_BEFORE_INVOICE = "deleted_before_invoice"
    ZERO_TOTAL = "zero_total"
    PAYMENTS_NOT_AVAILABLE = "payments_not_available"
    PARTLY_PAID = "partly_paid"
    PAID_THERE = "paid_there"
    INVOICE_CANCELLED = "invoice_cancelled"
    EMAIL_NOT_AVAILABLE = "email_not_available"
    EMAIL_ADDRESS_MISSING = "email_address_missing"
    EMAIL_UNPROVED = "email_unproved"

    IGNORED = "ignored"

    # It goes on by itself later.
    RETRYING = "retrying"
    THROTTLED = "throttled"
    RESOLVING = "resolving"
    BOOK_PAUSED = "book_paused"
    PROVIDER_DOWN = "provider_down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One cause, told so that a person can act on it.

    `field` and `value` name the offending member of the order or of the provider's answer where there is
    one; `remedy` says what to do next in the imperative.
    """

    code: Code
    text: str
    field: str = ""
    value: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        where = f" ({self.field}: {self.value})" if self.field else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{self.text}{where}{remedy}"
