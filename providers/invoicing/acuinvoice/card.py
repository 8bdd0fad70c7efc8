"""AcuInvoice's card.

Grades in the comments: *documented* is printed in the provider's public pages (www.acuinvoice.com/help, pages
"acuinvoice_api:overview", ":invoices", ":clients", ":contacts", ":estimates", ":recurring", of 2008), *inferred* is
read out of their examples, *assumed* is our choice where they say nothing.
"""

from datetime import timedelta

from providers.domain.card import Card, CreditStyle, Finding, PaymentStyle, Totals
from providers.domain.documents import DocumentKind

CARD = Card(
    name="acuinvoice",
    title="AcuInvoice",
    # Documented: invoices, estimates, recurring invoices (:invoices, :estimates, :recurring). No page shows a
    # receipt, a pro forma or a credit note; an estimate has no field that could carry our reference for sure.
    kinds=frozenset({DocumentKind.INVOICE}),
    reference_field="po_number",  # documented as free text that get and list show again (:invoices)
    reference_length=50,  # assumed: no limit is printed; option `reference_length`
    finding=Finding.BY_LISTING,  # documented: no filter of invoice.list takes a number or a PO number (:invoices)
    # Unknown whether a number that is in use is refused; where failures carry a code, the option `codes` tells.
    refuses_repeated_reference=False,
    honours_idempotency_key=False,  # documented by omission (:overview)
    settle=timedelta(minutes=2),  # assumed
    # Assumed: nothing says that a new invoice shows in the list at once; option `list_lag_seconds`.
    list_lag=timedelta(minutes=1),
    connect_timeout=timedelta(seconds=5),  # assumed
    read_timeout=timedelta(seconds=30),  # assumed
    in_flight=None,  # no limit is published (:overview)
    rate=None,  # no limit is published (:overview)
    payments=PaymentStyle.NOT_AVAILABLE,  # documented by omission: no page, no call, no field (:overview)
    partial_payments=False,
    totals=Totals.NEVER,  # documented by example: no answer holds a total, a balance or a paid amount (:invoices)
    credit=CreditStyle.NOT_AVAILABLE,  # documented by omission
    cancel=False,  # documented by omission: there is invoice.delete only (:invoices)
    page_size=25,  # documented default; the greatest is unknown (:invoices)
    lists=True,  # documented: invoice.list (:invoices)
    rounding="Tax of the sum of the taxed lines, half up to 2 decimals (assumed; options tax_on and tax_rounding).",
    currencies=None,  # documented as mandatory, without a list (:invoices); option `currencies`
    # Documented as invoice.send (:invoices), to contacts of the invoice's client. Not where the option `client_id`
    # names one client for all: the buyers are no contacts of that one.
    email=True,
    pdf=False,  # documented by omission
    notes=(
        "The token is the API key alone. The key changes whenever the account's master password changes.",
        "HTTPS only.",
        "One tax rate for the whole invoice, and a yes or no on each line: orders with several rates stop.",
        "Its tax can differ from the shop's by cents: such an order needs policy `rounding_line`, or stops.",
        "No answer tells a total. Totals that are shown are computed here, and are called so.",
        "Payments cannot be recorded. What is paid shows only as the status closed.",
        "An invoice is made as a draft; sending it by e-mail, or a person, opens it.",
        "E-mail goes to a contact of the invoice's client; a buyer with both names and an address is made one.",
        "A late fee must be named for every invoice, and is added by the account itself when it is past due.",
        "Finding an invoice reads the whole list, 25 at a time, unless the option search_days says how far back.",
        "Every buyer becomes a client there, unless the option client_id names one for all.",
        "Shipping is told as a line, not as freight: whether freight is taxed is not known.",
    ),
)
