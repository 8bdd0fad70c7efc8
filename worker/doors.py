"""The doors for providers' own webhooks, as the settings open them."""

import re

from config.settings import Settings
from providers.registry import PROVIDERS, Misconfigured
from tasks.hinting import Door

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,200}")


def doors(settings: Settings) -> dict[str, Door]:
    """Book -> its door; none where no `hint_token` is set. Raises `Misconfigured`."""
    made = {}
    for name, book in settings.books.items():
        if book.hint_token is None:
            continue
        key, token = f"books.{name}.hint_token", book.hint_token.get_secret_value()
        document = PROVIDERS[book.provider].hinted if book.provider in PROVIDERS else None
        if document is None:
            text = f"{book.provider} sends no webhooks of its own that could be read."
            raise Misconfigured(key, text, "Take it away: what changes there is found by comparing.")
        if _TOKEN.fullmatch(token) is None:
            text = "This is no token for an address: 16 characters or more, letters, digits, - and _."
            raise Misconfigured(key, text, "Make one: openssl rand -hex 24.")
        made[name] = Door(token=token, document=document)
    return made
