"""The Invoice module of Drupal 7: a shop owner's own site as the invoicing provider."""

import time
from collections.abc import Callable
from dataclasses import replace

from requests.adapters import BaseAdapter

from providers.domain.card import Card
from providers.http import Credentials, Gate, ProviderSession
from providers.invoicing.drupal_invoice.answers import refusal
from providers.invoicing.drupal_invoice.card import CARD, REQUESTS
from providers.invoicing.drupal_invoice.client import DrupalInvoiceClient
from providers.invoicing.drupal_invoice.entrance import Account, Entrance
from providers.invoicing.drupal_invoice.options import Options
from providers.invoicing.drupal_invoice.provider import DrupalInvoice

__all__ = ["CARD", "DrupalInvoice", "Options", "build"]


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
) -> DrupalInvoice:
    """One site and one of its accounts, ready for use.

    `base_url` is the site's address, with its folder where it has one, such as https://billing.example/shop.
    `token` is the account as "user:password"; a password may hold colons, a user may not. `card` is `CARD` or
    that with the owner's overrides. `connections` is how many of them are kept alive. `adapter` replaces the
    network and `sleep` the waits between repeated reads; `gate` is passed before every request.
    """
    options = options or Options()
    user, _, password = token.partition(":")
    session = ProviderSession(
        base_url=base_url,
        credentials=Credentials.basic(user, password),
        connect_timeout=card.connect_timeout / REQUESTS,
        read_timeout=card.read_timeout / REQUESTS,
        pool_size=connections,
        explain=refusal,
        adapter=adapter,
        sleep=sleep,
        gate=gate,
    )
    client = DrupalInvoiceClient(session, Entrance(session, Account(user, password), options))
    return DrupalInvoice(client, card=replace(card, currencies=frozenset({options.currency})), options=options)
