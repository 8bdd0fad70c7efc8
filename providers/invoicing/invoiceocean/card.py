"""InvoiceOcean's card. The same service runs as Fakturownia, VosFactures and Bitfactura.

Grades in the comments: *documented* is printed in the vendor's API pages (github.com/invoiceocean/API,
github.com/fakturownia/API), *observed* was seen in answers of the live service, *reported* is said by an
author of a client, *assumed* is our choice where nobody public knows.
"""

from datetime import timedelta

from providers.domain.card import Card, CreditStyle, Finding, PaymentStyle, Totals
from providers.domain.documents import DocumentKind

CARD = Card(
    name="invoiceocean",
    title="InvoiceOcean",
    # Documented. A credit note is a document of the kind "correction".
    kinds=frozenset({DocumentKind.INVOICE, DocumentKind.RECEIPT, DocumentKind.PRO_FORMA, DocumentKind.CREDIT_NOTE}),
    reference_field="oid",  # documented: the order number of an external system
    reference_length=255,  # assumed: no limit is printed; one text column of the service is known to hold 255
    finding=Finding.BY_FILTER,  # reported: `oid=` with `period=all`; whether it is exact is unknown, so we compare
    # Documented as `oid_unique`: "will not create a second document with the same OID". Its scope and its
    # answer are not: nothing but a better error rests on it, and the option `oid_unique` turns it off.
    refuses_repeated_reference=True,
    settle=timedelta(minutes=2),  # assumed: reports speak of slow answers, none of later effects
    lists_changes=True,  # documented: `order=updated_at.desc`; there is no filter by the time of a change
    list_lag=timedelta(0),  # assumed: nobody reports a list that lags
    connect_timeout=timedelta(seconds=5),  # assumed
    read_timeout=timedelta(seconds=60),  # assumed: reports of slow lists, up to minutes with positions
    in_flight=2,  # reported: two requests at a time for each account
    rate=None,  # no limit is published
    payments=PaymentStyle.APPENDED,  # documented: each POST adds a payment
    partial_payments=True,  # documented: status `partial`
    totals=Totals.IN_CREATE_ANSWER,  # observed
    credit=CreditStyle.CORRECTION,  # documented: lines before and after, and their differences
    cancel=True,  # documented; reported: never the newest document of a series
    page_size=100,  # documented: default 25, at most 100
    lists=True,
    rounding="Per line: net = gross / (1 + rate), half up to 2 decimals; tax = gross - net; totals are sums of lines.",
    email=True,  # documented
    pdf=True,  # documented
    notes=(
        "Lists show the last 12 months unless told otherwise; dates count only with period=more.",
        "The newest document of a series cannot be cancelled there, only deleted.",
        "The same document is not sent by e-mail twice within 3 days, unless a person forces it.",
        "With the Polish national system (KSeF), an e-mail to a company waits for the document's number.",
        "A document with a number of KSeF can be neither changed nor deleted, only corrected.",
        "Setting an invoice to paid by hand and recording its payments counts the money twice.",
        "An unknown buyer becomes a new client card, and an unknown line a new product, unless the account says no.",
        "A 401 quotes the whole address; the token is sent as a header for that reason.",
    ),
)
