"""InvoiceOcean's calls, one method each. Knows paths, wrappers and shapes, and nothing of our documents.

::

    calls.py            the session, addresses, what counts as an answer
    invoices.py         documents of sale, their states
    copies.py           documents made from others: corrections, advances, finals
    delivery.py         e-mail, PDF, public links, attachments
    ksef.py             the Polish national system
    payments.py         payments
    clients.py          clients
    products.py         products and price lists
    recurrings.py       recurring invoices
    warehouses.py       warehouses and their documents
    seller.py           departments, bank accounts, issuers, categories
    administration.py   webhooks, users, the account
"""

from providers.invoicing.invoiceocean.client.administration import Administration
from providers.invoicing.invoiceocean.client.calls import Fields, Filters, Row
from providers.invoicing.invoiceocean.client.clients import Clients
from providers.invoicing.invoiceocean.client.copies import Copies
from providers.invoicing.invoiceocean.client.delivery import Delivery
from providers.invoicing.invoiceocean.client.ksef import NationalSystem
from providers.invoicing.invoiceocean.client.payments import Payments
from providers.invoicing.invoiceocean.client.products import Products
from providers.invoicing.invoiceocean.client.recurrings import Recurrings
from providers.invoicing.invoiceocean.client.seller import Seller
from providers.invoicing.invoiceocean.client.warehouses import Warehouses

__all__ = ["Fields", "Filters", "InvoiceOceanClient", "Row"]


class InvoiceOceanClient(
    Copies,
    Delivery,
    NationalSystem,
    Payments,
    Clients,
    Products,
    Recurrings,
    Warehouses,
    Seller,
    Administration,
):
    """Calls of one account. Answers are the provider's own objects, unknown members included; amounts in them are
    decimals as text, and a member that is empty may be null or an empty text.

    Ids are whole numbers; lists give a page each. Raises the errors of `providers.domain.errors`: a refusal names the
    service's own fields in the account's language. Calls that delete are for people.
    """
