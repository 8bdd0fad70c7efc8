"""ACS Invoicing's card.

Grades in the comments: *documented* is printed on the provider's developer page
(https://www.acsinvoicing.com/p/developers), *assumed* is our choice where that page is silent. Its field lists
are shown to account holders only.
"""

from dataclasses import replace
from datetime import timedelta

from providers.domain.card import Card, CreditStyle, Finding, PaymentStyle, Totals
from providers.domain.documents import DocumentKind
from providers.invoicing.acs.options import Options

CARD = Card(
    name="acs",
    title="ACS Invoicing",
    kinds=frozenset({DocumentKind.INVOICE}),  # documented by omission: no kind can be chosen
    reference_field="order_number",  # assumed: no member for a caller's own number is documented
    reference_length=64,  # assumed
    # Not documented: whether lists show the reference, and how soon. The option `list_proves_absence` makes this
    # BY_LISTING for owners who have seen that they do.
    finding=Finding.NOT_AT_ALL,
    refuses_repeated_reference=False,  # documented by omission: no key, no own number, no filter but dates
    honours_idempotency_key=False,  # likewise
    settle=timedelta(minutes=2),  # assumed
    list_lag=timedelta(minutes=1),  # assumed
    # Assumed. One half is for what must be looked up before a write, one half for the write.
    connect_timeout=timedelta(seconds=10),
    read_timeout=timedelta(seconds=60),
    in_flight=None,  # no limit is documented
    rate=None,  # no limit is documented
    payments=PaymentStyle.OVERWRITTEN,  # assumed: the page says both "creation" and "update" of payment data
    partial_payments=True,  # assumed
    totals=Totals.IN_CREATE_ANSWER,  # assumed: documented is only that a new customer is answered whole
    credit=CreditStyle.NOT_AVAILABLE,  # documented by omission
    cancel=False,  # documented by omission
    bulk=20,  # documented: several at once; the number is assumed
    page_size=100,  # documented: lists have a pager; the size is assumed
    lists=True,  # documented
    rounding=(
        "Assumed. Per line: net = quantity x net unit price, VAT = net x rate, each half up to 2 decimals; totals "
        "are sums of lines; a total in HUF is rounded to whole forints."
    ),
    email=False,  # documented by omission
    pdf=False,  # documented by omission
    notes=(
        "Field lists are shown to account holders only: compare docs/acs-names.md with them before the first invoice.",
        "The token is one string, and stands in the address of every call; test and live have different ones.",
        "Nothing can be cancelled, corrected or deleted through the interface: a duplicate stays.",
        "A lost answer is for a person, until the owner has seen that lists show our reference: list_proves_absence.",
        "Net prices do not reach every total: some orders need policy `rounding_line`, or stop.",
        "A customer is looked for and made before the invoice; two workers may make one customer twice.",
        "The test system is overwritten from the live one now and then: what was made there can vanish.",
    ),
)


def card_for(card: Card, options: Options) -> Card:
    """The card as it holds under the options of one book."""
    return replace(
        card,
        reference_field=options.names.invoice.reference,
        reference_length=options.reference_length,
        finding=Finding.BY_LISTING if options.list_proves_absence else Finding.NOT_AT_ALL,
        list_lag=timedelta(seconds=options.list_lag_seconds),
        payments=PaymentStyle.APPENDED if options.pay == "appends" else PaymentStyle.OVERWRITTEN,
        partial_payments=options.partial_payments,
        totals=options.totals,
        bulk=options.bulk_size,
        page_size=options.page_size,
    )
