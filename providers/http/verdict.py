"""The verdict: from what happened on the wire to the error that says what to do next.

::

                                   a read            a write
    never connected                NotSent           NotSent
    connected, then anything       Unavailable       OutcomeUnknown
    401, 402, 403                  AccessDenied      AccessDenied
    404, 410                       Refused, missing  Refused, missing
    408, 425, 499, 3xx, 5xx        Unavailable       OutcomeUnknown
    429                            Throttled         Throttled
    any other 4xx                  Refused           Refused
    2xx that cannot be read        Unavailable       OutcomeUnknown

A provider that means something else by a status says so by `Classify`.

Doubt goes to "unknown": a write that is wrongly thought lost is looked up once too often, a write that is
wrongly thought unsent becomes a second invoice.
"""

import ssl
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Protocol

import requests
from urllib3.exceptions import ConnectTimeoutError

from providers.domain.errors import (
    AccessDenied,
    FieldRefusal,
    NotSent,
    OutcomeUnknown,
    ProviderError,
    Refused,
    Throttled,
    Unavailable,
)
from providers.http.redaction import redact

LONGEST_WAIT = timedelta(days=1)
"""A named wait beyond this is cut: nobody means it, and the engine asks again."""

_UNDECIDED = frozenset({408, 425, 499})
"""The server or something before it stopped waiting: whether the request was carried out stays open."""
_NO_ACCESS = frozenset({401, 402, 403})
_MISSING = frozenset({404, 410})


class Explain(Protocol):
    """Reads a provider's reasons out of the body of a refusal. Must not raise, whatever the body holds."""

    def __call__(self, status: int, body: bytes, /) -> Refused: ...


class Classify(Protocol):
    """A provider's own word on a status: the status that its answer counts as. Must not raise, whatever the body
    holds. A 2xx lets the answer through, to be read by the client."""

    def __call__(self, status: int, body: bytes, /) -> int: ...


def by_status(status: int, _body: bytes, /) -> int:
    """For providers whose statuses mean what HTTP says."""
    return status


class NoExplanation:
    """For providers whose refusals say nothing that can be read."""

    def __call__(self, status: int, _body: bytes, /) -> Refused:
        return Refused(FieldRefusal("", f"refused with status {status}"))


def lost(text: str, *, wrote: bool) -> ProviderError:
    """The request was sent and no usable answer came back."""
    return OutcomeUnknown(text) if wrote else Unavailable(text)


def of_transport(error: Exception, what: str, *, wrote: bool) -> ProviderError:
    """What an exception of requests means. `what` names the request, without secrets.

    The texts of the exceptions are left out: they quote addresses.
    """
    if never_sent(error):
        return NotSent(f"{what}: no connection ({_cause_name(error)})")
    return lost(f"{what}: no answer ({_cause_name(error)})", wrote=wrote)


def never_sent(error: BaseException) -> bool:
    """Whether the exception proves that no byte of the request left this machine.

    `requests.ConnectionError` stands for a refused connection as well as for one that broke after the
    request was sent, so that only urllib3's own errors of connecting count (`NewConnectionError` and
    `NameResolutionError` are kinds of `ConnectTimeoutError`), and a certificate that was not accepted: that
    is found before the request is sent.
    """
    return any(isinstance(cause, ConnectTimeoutError | ssl.SSLCertVerificationError) for cause in _causes(error))


def _causes(error: BaseException) -> Iterable[BaseException]:
    """The exception and those that it was made from. `__context__` is left out on purpose: it may hold an
    error of an earlier attempt."""
    todo: list[object] = [error]
    known: set[int] = set()
    while todo:
        cause = todo.pop()
        if isinstance(cause, BaseException) and id(cause) not in known:
            known.add(id(cause))
            yield cause
            todo += [*cause.args, getattr(cause, "reason", None)]


def _cause_name(error: BaseException) -> str:
    """The name of the innermost exception: "ConnectionResetError" says more than "ConnectionError"."""
    return [type(cause).__name__ for cause in _causes(error)][-1]


def of_status(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    what: str,
    wrote: bool,
    explain: Explain,
    secrets: Iterable[str],
    classify: Classify = by_status,
) -> ProviderError | None:
    """What a status means; None for 2xx. Everything quoted from the body is redacted."""
    said = f"{what}: answered {status}"
    meant = classify(status, body)
    if 200 <= meant < 300:
        return None
    if meant == 429:
        return Throttled(said, retry_after=retry_after(headers))
    if meant < 400 or meant >= 500 or meant in _UNDECIDED:
        return lost(said, wrote=wrote)
    refused = clean(explain(status, body), secrets)
    if meant in _NO_ACCESS:
        return AccessDenied(f"{said}: {refused}")
    return Refused(*refused.refusals, duplicate=refused.duplicate, missing=meant in _MISSING)


def clean(refused: Refused, secrets: Iterable[str]) -> Refused:
    """The same refusal without secrets in its texts."""
    texts = [FieldRefusal(each.field, redact(each.text, secrets)) for each in refused.refusals]
    return Refused(*texts, duplicate=refused.duplicate, missing=refused.missing)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> timedelta | None:
    """The wait that a `Retry-After` header names, as seconds or as a date (RFC 9110, 10.2.3).

    A date is held against the answer's own `Date` where there is one, so that a clock that differs does not
    matter. None when the header is absent or cannot be read; never negative, never beyond `LONGEST_WAIT`.
    """
    value = headers.get("Retry-After", "").strip()
    if not value:
        return None
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:9]), LONGEST_WAIT.total_seconds()))
    then = http_date(value)
    if then is None:
        return None
    base = http_date(headers.get("Date", "")) or now or datetime.now(UTC)
    return min(max(then - base, timedelta(0)), LONGEST_WAIT)


def http_date(value: str) -> datetime | None:
    """The moment that an HTTP header names, or None when it cannot be read."""
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


TRANSPORT_ERRORS = (requests.RequestException, OSError, ssl.SSLError)
"""What an adapter raises when the wire fails."""
