"""InvoiceOcean, and the same service under its other names (Fakturownia, VosFactures, Bitfactura)."""

import time
from collections.abc import Callable
from dataclasses import replace

from requests.adapters import BaseAdapter

from providers.domain.card import Card
from providers.http import BoundedAdapter, Credentials, Gate, ProviderSession
from providers.invoicing.invoiceocean import hints
from providers.invoicing.invoiceocean.answers import refusal
from providers.invoicing.invoiceocean.card import CARD
from providers.invoicing.invoiceocean.client import InvoiceOceanClient
from providers.invoicing.invoiceocean.elsewhere import FilesElsewhere
from providers.invoicing.invoiceocean.options import Options
from providers.invoicing.invoiceocean.provider import InvoiceOcean

__all__ = ["CARD", "InvoiceOcean", "Options", "build", "hints"]


def build(
    *,
    base_url: str,
    token: str,
    options: Options | None = None,
    card: Card = CARD,
    connections: int = 10,
    adapter: BaseAdapter | None = None,
    sleep: Callable[[float], None] = time.sleep,
    gate: Gate | None = None,
) -> InvoiceOcean:
    """One account, ready for use.

    `base_url` is the account's own host, such as https://example.invoiceocean.com. `card` is `CARD` or that
    with the owner's overrides. `connections` is how many of them are kept alive. `adapter` replaces the network
    and `sleep` the waits between repeated reads; `gate` is passed before every request.
    """
    options = options or Options()
    network = adapter or BoundedAdapter(pool_size=connections)
    session = ProviderSession(
        base_url=base_url,
        credentials=Credentials.bearer(token),
        connect_timeout=card.connect_timeout,
        read_timeout=card.read_timeout,
        explain=refusal,
        adapter=FilesElsewhere(network) if options.follow_files else network,
        sleep=sleep,
        gate=gate,
    )
    card = replace(card, refuses_repeated_reference=card.refuses_repeated_reference and options.oid_unique)
    return InvoiceOcean(InvoiceOceanClient(session), card=card, options=options)
