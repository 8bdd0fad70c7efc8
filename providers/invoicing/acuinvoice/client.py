"""AcuInvoice's calls, one method each. They know methods, wrappers and shapes, and nothing of our documents.

::

    wire.py            how any call is made and its answer read
    invoice_calls.py   invoices
    people_calls.py    clients and their contacts
    plan_calls.py      estimates and recurring invoices
"""

from providers.invoicing.acuinvoice.invoice_calls import InvoiceCalls
from providers.invoicing.acuinvoice.people_calls import PeopleCalls
from providers.invoicing.acuinvoice.plan_calls import PlanCalls
from providers.invoicing.acuinvoice.wire import Row

__all__ = ["AcuInvoiceClient", "Row"]


class AcuInvoiceClient(InvoiceCalls, PeopleCalls, PlanCalls):
    """All calls of one account. Records are the provider's own, unknown members included; every value is text, lists
    are lists of records.

    Dates are `YYYY-MM-DD`, with a time behind where the service tells one; flags are "1" and "0". Raises the errors
    of `providers.domain.errors`: a `fail` is `Refused`, an answer that cannot be read is `OutcomeUnknown` for a
    write and `Unavailable` for a read. A failure names no field.

    Five calls stand on no page that is public, and exist by analogy only: `clients`, `estimates`, `delete_estimate`,
    `send_estimate` and `recurring_invoices`. Where the account does not know them, it refuses.
    """
