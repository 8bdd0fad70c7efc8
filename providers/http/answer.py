"""What came back: a whole answer, and its body as JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from providers.domain.errors import ProviderError
from providers.http import verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that counts as one, read to its end: a 2xx, or what the caller lets through besides."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed: timedelta
    what: str
    """The request that was answered, for error texts; holds no secret."""
    wrote: bool

    @property
    def server_time(self) -> datetime | None:
        """The moment in the Date header, for the clock's skew; None when it tells none."""
        return verdict.http_date(self.headers.get("Date", ""))

    def json(self) -> object:
        """The body as JSON, fractions as `Decimal`, text without what no database can store.

        Raises `OutcomeUnknown` for a write and `Unavailable` for a read when the body is no JSON: an answer
        that cannot be read proves nothing, whatever its status.
        """
        try:
            value = json.loads(self.body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_no_constant)
        except (ValueError, ArithmeticError, RecursionError):
            kind = self.headers.get("Content-Type", "no content type")
            raise self.unusable(f"{len(self.body)} bytes that are no JSON ({kind})") from None
        return _storable(value) if b"\\u" in self.body else value

    def unusable(self, why: str) -> ProviderError:
        """The error for an answer whose content cannot be what the provider documents."""
        return verdict.lost(f"{self.what}: answered {self.status} with {why}", wrote=self.wrote)


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _storable(value: object) -> object:
    """Without NUL and lone surrogates, which JSON can carry and databases cannot."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return value
