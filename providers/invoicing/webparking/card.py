"""The card of WebParking's bridge to Exact Online.

Grades in the comments: *documented* is printed on the bridge's own page (https://dbd.apibridge.nl), *inferred*
follows from what is printed there, *assumed* is our choice where nobody public knows.
"""

from datetime import timedelta

from providers.domain.card import Card, CreditStyle, Finding, PaymentStyle, Totals
from providers.domain.documents import DocumentKind

CARD = Card(
    name="webparking",
    title="WebParking (Exact Online)",
    kinds=frozenset({DocumentKind.INVOICE}),  # documented: the one call creates "an invoice"
    reference_field="invoice_reference",  # documented: required, chosen by the caller
    # Assumed: no length is printed. It ends up in a reference field of Exact Online whose length is not told
    # either, so that it is kept as short as references stay readable. The option `reference_length` changes it.
    reference_length=30,
    finding=Finding.NOT_AT_ALL,  # documented: there is a call to create and one for items, and none to look
    refuses_repeated_reference=False,  # nothing is documented; the option of the same name changes it
    settle=timedelta(minutes=2),  # assumed; nothing is looked up here, so that nothing rests on it
    list_lag=timedelta(0),  # there is no list
    connect_timeout=timedelta(seconds=5),  # assumed
    read_timeout=timedelta(seconds=60),  # assumed: Exact Online is asked before the answer comes
    in_flight=2,  # assumed: none is documented; Exact Online behind it limits rates, and locks keys after errors
    rate=None,  # no limit is published
    payments=PaymentStyle.NOT_AVAILABLE,  # documented: no such call
    partial_payments=False,
    totals=Totals.NEVER,  # documented: the answer holds a `guid` and nothing else
    credit=CreditStyle.NOT_AVAILABLE,  # documented: no such call
    cancel=False,  # documented: no such call
    lists=False,  # documented: no such call
    # Inferred: a request holds item code, quantity and text; amounts can come from nowhere else.
    rounding="The bridge prices by item: price x quantity, and VAT as Exact Online has it. We compare, it decides.",
    currencies=frozenset({"EUR"}),  # assumed: no currency is said anywhere; the option `currency` changes it
    email=False,  # documented: no such call
    pdf=False,  # documented: no such call
    notes=(
        "After a lost answer look into Exact Online for the reference, then say what you found: counterfoil resolve.",
        "Prices, VAT and dates are the bridge's: orders whose prices are not the items' stop, discounts included.",
        "Orders in a currency without cents, such as JPY or KWD, stop: how they would be rounded is not known.",
        "It tells no total back; what it made is compared with nothing.",
        "The caller's address must be known to WebParking, besides the token: both are checked on every call.",
        "The option `environment` is `live` or `dry_run`; a dry run makes no invoice, and an order in one stops.",
        "Behind it, Exact Online may lock the key after many errors within an hour, for everyone.",
    ),
)
