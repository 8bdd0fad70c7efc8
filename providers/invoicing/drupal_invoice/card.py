"""The card of Drupal 7's Invoice module.

Grades in the comments: *observed* was seen on running sites (Drupal 7.105; module 7.x-1.2 and 7.x-1.3; PHP 7.4
and 8.2; MariaDB and SQLite), *documented* is printed in the module's API.txt, *source* was read in the module's
code (drupal.org/project/invoice, releases 7.x-1.2 and 7.x-1.3), *assumed* is our choice where nobody knows.
"""

from datetime import timedelta
from typing import Final

from providers.domain.card import Card, CreditStyle, Finding, PaymentStyle, Totals
from providers.domain.documents import DocumentKind

REQUESTS: Final = 5
"""The most requests that one call makes: read, write, log in, fetch the token, write again. Each of them gets
this part of the call's time, so that the call as a whole ends in time."""

CARD = Card(
    name="drupal_invoice",
    title="Drupal Invoice 7",
    # Observed: one kind of document; a credit note is an invoice with negative quantities.
    kinds=frozenset({DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE}),
    reference_field="description",  # observed: the only free text of an invoice, and the list shows it
    reference_length=255,  # assumed: the field is a text column without a practical limit; source
    finding=Finding.BY_LISTING,  # observed: the list has no filter for texts and shows all invoices of the site
    refuses_repeated_reference=False,  # observed: the same request twice makes two invoices
    honours_idempotency_key=False,  # observed
    settle=timedelta(minutes=3),  # assumed: PHP's own limit is 30 s; web servers before it wait a little longer
    list_lag=timedelta(0),  # observed: the list reads the same tables, and nothing is cached
    connect_timeout=timedelta(seconds=15),  # assumed: 3 s for each of the requests of one call
    read_timeout=timedelta(seconds=120),  # assumed: 24 s for each of them
    # Observed: requests at the same time take the same next number, and all but one fail with 500.
    in_flight=1,
    rate=None,  # observed: the API throttles nothing
    payments=PaymentStyle.FLAG,  # observed: `pay_status` is "paid" or it is not
    partial_payments=False,  # observed
    totals=Totals.ON_READ,  # observed: the answer to a create holds nothing but the new id
    credit=CreditStyle.NEGATIVE_INVOICE,  # observed: "create a credit invoice instead"
    cancel=False,  # observed: DELETE is always refused, and there is no other way
    page_size=100,  # assumed: the list takes any size; every row costs the site queries of its own
    lists=True,
    rounding="Each line's net is rounded to 2 decimals and added up; gross and VAT are each rounded once, "
    "from sums that are not rounded, first to 3 decimals and then half up to 2.",
    email=False,  # documented: there is no such call
    pdf=True,  # documented; observed: 500 on PHP 8, which the bundled PDF library is too old for
    notes=(
        "The token of the book is the site's account, written user:password.",
        "An invoice has no currency but that of the site's locale: the option `currency` names it, others are stopped.",
        "The issue date is the day on which the site stored the invoice, by the site's clock.",
        "An invoice that is there can be neither cancelled nor deleted through the API; a credit note puts it right.",
        "Only a payment of the whole total can be told.",
        "Marking an invoice as paid writes all of it back, without a check for changes made meanwhile.",
        "After a 500 an invoice may exist half stored, without lines and with a total of 0; it is found and shown.",
        "A quantity whose unit price would need more than 3 decimals goes into the text of its line.",
        "Some totals add up only with a line over one cent: such an order needs policy `rounding_line`, or stops.",
        "Any account of the site sees all its invoices, and takes over one that it writes under its own template.",
        "The list is read in pages that overlap, so that one that is deleted meanwhile on the site hides no other.",
        "Where others make invoices at the same moment, a number may be taken: the write fails and is made again.",
    ),
)
