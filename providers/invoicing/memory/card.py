"""The memory provider's card: everything that a good provider can do."""

from datetime import timedelta

from providers.domain.card import Card, CreditStyle, Finding, PaymentStyle, Totals
from providers.domain.documents import DocumentKind

CARD = Card(
    name="memory",
    title="Memory",
    kinds=frozenset(DocumentKind),
    reference_field="reference",
    reference_length=255,
    finding=Finding.BY_FILTER,
    refuses_repeated_reference=True,
    honours_idempotency_key=True,
    settle=timedelta(seconds=60),
    list_lag=timedelta(0),
    payments=PaymentStyle.APPENDED,
    partial_payments=True,
    totals=Totals.IN_CREATE_ANSWER,
    credit=CreditStyle.NEGATIVE_INVOICE,
    cancel=True,
    bulk=50,
    page_size=100,
    lists=True,
    rounding="None: totals are the sums of the lines' amounts as they were told.",
    email=True,
    pdf=False,
    notes=("It forgets everything when the process ends.",),
)
