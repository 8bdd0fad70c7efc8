"""One request, told in full before it is sent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Body:
    """What a request carries: bytes, and what they are. It may hold a password, so that it is not shown."""

    content: bytes = field(repr=False)
    content_type: str

    @classmethod
    def json(cls, value: object) -> "Body":
        return cls(json.dumps(value).encode(), "application/json")

    @classmethod
    def form(cls, fields: Mapping[str, object]) -> "Body":
        """The fields as a browser sends a form; records and lists within as PHP reads them, `lines[0][code]`."""
        return cls(urlencode(form_pairs(fields)).encode(), "application/x-www-form-urlencoded")


def form_pairs(value: object, name: str = "") -> list[tuple[str, str]]:
    """Name and value of every field of a form, those within records and lists named by their way there."""
    if isinstance(value, Mapping):
        members = [(str(key), each) for key, each in value.items()]
    elif isinstance(value, list):
        members = [(str(place), each) for place, each in enumerate(value)]
    else:
        return [(name, str(value))]
    return [pair for key, each in members for pair in form_pairs(each, f"{name}[{key}]" if name else key)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to a path under the account's address. Whether it reads or writes is for the session's methods
    to say: some providers read by POST."""

    method: str = "GET"
    path: str
    params: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Besides those of the session, or in place of them. A cookie is sent only where it stands here."""
    body: Body | None = None
    within: timedelta | None = None
    """The time for it in all, where that is to be shorter than the session's time of one call."""
    accepts: frozenset[int] = frozenset()
    """Statuses that count as an answer here although they are no 2xx, such as the redirect after a login."""
    anonymous: bool = False
    """Sent without the account's credentials, such as a login that carries them in its form."""
    follow: bool = False
    """Whether the redirects of a GET are followed, to the same host only."""
