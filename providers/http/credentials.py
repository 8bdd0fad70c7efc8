"""What lets an account in."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import requests

Authorize: TypeAlias = Callable[[requests.PreparedRequest], requests.PreparedRequest]
"""Puts an account's credentials into a request. Called for every request, just before it is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What lets an account in. Neither its representation nor any error text shows it."""

    header: str = field(default="", repr=False)
    """The value of the Authorization header, or empty."""
    authorize: Authorize | None = field(default=None, repr=False)
    """For providers that want their credentials elsewhere."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What must never show in a text."""

    @classmethod
    def bearer(cls, token: str) -> "Credentials":
        return cls(header=f"Bearer {token}", secrets=(token,))

    @classmethod
    def basic(cls, user: str, password: str) -> "Credentials":
        """HTTP Basic. The user counts as a secret too: some providers take the key as the user."""
        pair = f"{user}:{password}"
        encoded = b64encode(pair.encode()).decode()
        return cls(header=f"Basic {encoded}", secrets=tuple(filter(None, (encoded, pair, user, password))))

    def put_into(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request with these credentials."""
        if self.header:
            request.headers["Authorization"] = self.header
        return request if self.authorize is None else self.authorize(request)
