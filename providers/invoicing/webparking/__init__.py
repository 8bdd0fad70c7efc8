"""WebParking's bridge to Exact Online: makes invoices over the items of a list, and can do nothing else."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from requests.adapters import BaseAdapter

from providers.domain.card import Card
from providers.http import Credentials, Gate, ProviderSession
from providers.invoicing.webparking.answers import DryRun, Item, counts_as, refusal
from providers.invoicing.webparking.card import CARD
from providers.invoicing.webparking.client import WebParkingClient
from providers.invoicing.webparking.options import ItemPrices, Options, Unsaid
from providers.invoicing.webparking.provider import WebParking

__all__ = ["CARD", "DryRun", "Item", "ItemPrices", "Options", "Unsaid", "WebParking", "build"]


def build(  # noqa: PLR0913 - plain values, all by name
    *,
    base_url: str,
    token: str,
    options: Options | None = None,
    card: Card = CARD,
    connections: int = 10,
    adapter: BaseAdapter | None = None,
    sleep: Callable[[float], None] = time.sleep,
    gate: Gate | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> WebParking:
    """One account, ready for use.

    `base_url` is the bridge's address without a path, `token` the bearer token. `card` is `CARD` or that with the
    owner's overrides. `connections` is how many of them are kept alive. `adapter` replaces the network and `sleep`
    the waits between repeated reads; `gate` is passed before every request. `clock` counts the seconds by which the
    item list grows old.
    """
    options = options or Options()
    session = ProviderSession(
        base_url=base_url,
        credentials=Credentials.bearer(token),
        connect_timeout=card.connect_timeout,
        read_timeout=card.read_timeout,
        pool_size=connections,
        explain=partial(refusal, repeated_is_refused=options.refuses_repeated_reference),
        classify=counts_as,
        adapter=adapter,
        sleep=sleep,
        gate=gate,
    )
    card = replace(
        card,
        reference_length=options.reference_length,
        refuses_repeated_reference=options.refuses_repeated_reference,
        currencies=frozenset({options.currency}),
    )
    client = WebParkingClient(session, body=options.body)
    return WebParking(client, card=card, options=options, clock=clock)
