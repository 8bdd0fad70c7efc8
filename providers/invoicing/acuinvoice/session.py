"""Reads and writes by POST: this service tells its methods in the body, so that HTTP's own say nothing.

A read is repeated as `ProviderSession.get` repeats it, a write never.
"""

import time
from datetime import timedelta
from typing import Final

import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, stop_before_delay, wait_exponential_jitter

from providers.domain.errors import NotSent, ProviderError, Unavailable
from providers.http import Answer, ProviderSession
from providers.invoicing.acuinvoice import envelope

_TRIES: Final = 3
_FAILURES: Final = frozenset({400, 409, 422})
"""Statuses with which a failure may come; the documentation names none, the service's ancestor used 200."""


class XmlSession(ProviderSession):
    """All requests of one account, all of them to one path."""

    def ask(self, path: str, body: bytes, *, within: timedelta | None = None) -> Answer:
        """Read. Raises `NotSent`, `Throttled`, `Unavailable`, `Refused`, `AccessDenied`."""
        begun, seconds = time.monotonic(), self._seconds(within)
        attempts = Retrying(
            stop=stop_after_attempt(_TRIES) | stop_before_delay(seconds),
            wait=wait_exponential_jitter(multiplier=0.2, max=2, jitter=0.2),
            retry=retry_if_exception_type((Unavailable, NotSent)),
            sleep=self._sleep,
            reraise=True,
        )

        def attempt() -> Answer:
            left = max(seconds - (time.monotonic() - begun), 0.001)
            return self._answered(self._exchange(self._post(path, body), left, wrote=False))

        return attempts(attempt)

    def tell(self, path: str, body: bytes, *, within: timedelta | None = None) -> Answer:
        """Write: one request. Raises `NotSent`, `Throttled`, `Refused`, `AccessDenied` or `OutcomeUnknown`."""
        return self._answered(self._exchange(self._post(path, body), self._seconds(within), wrote=True))

    def _post(self, path: str, body: bytes) -> requests.Request:
        headers = {"Content-Type": "application/xml"}
        return requests.Request("POST", self.base_url + path, headers=headers, data=body)

    def _seconds(self, within: timedelta | None) -> float:
        whole = self._connect + self._read
        return whole if within is None else min(within.total_seconds(), whole)

    def _answered(self, outcome: Answer | ProviderError) -> Answer:
        """An answer that can be read as an envelope, failures included; else the verdict on its status."""
        if isinstance(outcome, Answer) and outcome.status in _FAILURES:
            try:
                if envelope.failed(envelope.response(outcome.body)):
                    return outcome
            except envelope.Unreadable:
                pass
        return self._usable(outcome)
