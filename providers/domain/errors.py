"""What can go wrong at an invoicing provider, told as what to do next.

::

    ProviderError
    ├── NotSent           nothing left this machine: safe to repeat                -> back-off
    ├── Throttled         the provider named a wait; nothing was done              -> due then
    ├── Unavailable       a *read* got no usable answer                            -> back-off
    ├── Refused           the provider understood and said no                      -> a person, per order
    ├── OutcomeUnknown    a *write* left and no usable answer came back            -> look it up, never repeat blindly
    └── AccessDenied      token, plan or address not accepted; nothing was done    -> a person, per book

    CannotExpress         the provider has no way to say what the order needs      -> a person, per order

The error is chosen once, where the answer is read (`providers.http` and each client), and handled once,
in the engine. Anything else that is raised is a fault of ours and is never retried blindly.
"""

from dataclasses import dataclass
from datetime import timedelta

from providers.domain.reasons import Reason


class ProviderError(Exception):
    """Something a provider, or the way to it, did. Texts never contain secrets."""


class NotSent(ProviderError):
    """The request never left: refused connection, no such host, our own limiter. Safe to repeat."""


class Throttled(ProviderError):
    """The provider, or our budget for it, asks us to come back later. Nothing was done.

    `retry_after` is the wait that was named, or None when none was.
    """

    def __init__(self, text: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class Unavailable(ProviderError):
    """A read had no usable answer: time-out, 5xx, broken body. Reads may be repeated."""


@dataclass(frozen=True, slots=True)
class FieldRefusal:
    """One thing that the provider would not take: its own name of the field and its own words."""

    field: str
    text: str

    def __str__(self) -> str:
        return f"{self.field}: {self.text}" if self.field else self.text


class Refused(ProviderError):
    """The provider understood the request and said no. Nothing was done, and repeating it is useless.

    `duplicate` is True when the provider says that it has a document with this reference already.
    """

    def __init__(self, *refusals: FieldRefusal, duplicate: bool = False, missing: bool = False) -> None:
        super().__init__("; ".join(map(str, refusals)) or "refused without a reason")
        self.refusals = refusals
        self.duplicate = duplicate
        self.missing = missing
        """True when what was asked for does not exist there (404)."""


class OutcomeUnknown(ProviderError):
    """A write left this machine and nobody can tell yet whether it took effect."""


class AccessDenied(ProviderError):
    """The provider does not let this account in: wrong token, plan without API, address not allowed."""


class CannotExpress(Exception):
    """A draft cannot be said in this provider's language; `reason` tells which part, before anything is sent."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason
