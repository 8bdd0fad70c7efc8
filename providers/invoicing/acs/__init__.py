"""ACS Invoicing (acsinvoicing.com)."""

import time
from collections.abc import Callable
from datetime import date
from functools import partial

import requests
from requests.adapters import BaseAdapter

from providers.domain.card import Card
from providers.http import Credentials, Gate, ProviderSession
from providers.invoicing.acs import wirelog
from providers.invoicing.acs.answers import refusal
from providers.invoicing.acs.card import CARD, card_for
from providers.invoicing.acs.client import AcsClient
from providers.invoicing.acs.options import Options
from providers.invoicing.acs.provider import Acs, utc_today

__all__ = ["CARD", "Acs", "Options", "build"]

PREFIX = "/api/v1"


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
    today: Callable[[], date] = utc_today,
) -> Acs:
    """One account, ready for use.

    `base_url` is https://staging.acsinvoicing.com for tests, with or without the `/api/v1` behind it; there is
    no default. `token` is the one that the provider sent for that system. `card` is `CARD` or that with the
    owner's overrides. `connections` is how many of them are kept alive. `adapter` replaces the network and
    `sleep` the waits between repeated reads; `gate` is passed before every request. `today` tells the day from
    which `look_back_days` count.
    """
    options = options or Options()
    wirelog.hide(token)
    session = ProviderSession(
        base_url=base_url.rstrip("/").removesuffix(PREFIX) + PREFIX,
        credentials=Credentials(authorize=partial(_with_token, options.token_param, token), secrets=(token,)),
        # A create may need look-ups first; both together take no longer than the card says of one call.
        connect_timeout=card.connect_timeout / 2,
        read_timeout=card.read_timeout / 2,
        pool_size=connections,
        explain=partial(refusal, options.names.error),
        adapter=adapter,
        sleep=sleep,
        gate=gate,
    )
    return Acs(AcsClient(session, options), card=card_for(card, options), options=options, today=today)


def _with_token(param: str, token: str, request: requests.PreparedRequest) -> requests.PreparedRequest:
    """The provider takes its token as a parameter of the address only, of writes too."""
    request.prepare_url(request.url, {param: token})
    return request
