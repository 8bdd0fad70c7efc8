"""AcuInvoice: XML over one address, read and written by POST."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from requests.adapters import BaseAdapter

from providers.domain.card import Card
from providers.http import Credentials, Gate, ProviderSession
from providers.invoicing.acuinvoice.answers import counts_as, explained
from providers.invoicing.acuinvoice.card import CARD
from providers.invoicing.acuinvoice.client import AcuInvoiceClient
from providers.invoicing.acuinvoice.options import Options
from providers.invoicing.acuinvoice.provider import AcuInvoice

__all__ = ["CARD", "AcuInvoice", "Options", "build"]

PASSWORD = "X"  # noqa: S105 - the service takes any; its documentation writes this one


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
) -> AcuInvoice:
    """One account, ready for use.

    `base_url` is the account's own host, such as https://example.acuinvoice.com, and `token` its API key alone.
    `card` is `CARD` or that with the owner's overrides. `connections` is how many of them are kept alive. `adapter`
    replaces the network and `sleep` the waits between repeated reads; `gate` is passed before every request.
    """
    options = options or Options()
    session = ProviderSession(
        base_url=base_url,
        credentials=Credentials.basic(token, PASSWORD),
        connect_timeout=card.connect_timeout,
        read_timeout=card.read_timeout,
        pool_size=connections,
        explain=explained,
        classify=counts_as,
        headers={"Accept": "application/xml"},
        adapter=adapter,
        sleep=sleep,
        gate=gate,
    )
    card = replace(
        card,
        reference_length=options.reference_length,
        page_size=options.per_page,
        list_lag=timedelta(seconds=options.list_lag_seconds),
        currencies=options.currencies or card.currencies,
        refuses_repeated_reference="duplicate" in options.codes.values(),
        email=card.email and options.client_id is None,  # buyers are no contacts of the one client
    )
    return AcuInvoice(AcuInvoiceClient(session, options), card=card, options=options)
