"""One session per account: time-outs, short repeats of reads, and never a repeat of a write."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Final, TypeAlias
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import check_header_validity
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, stop_before_delay, wait_exponential_jitter
from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from providers.domain.errors import NotSent, ProviderError, Refused, Throttled, Unavailable
from providers.http import verdict
from providers.http.address import spelled
from providers.http.answer import Answer
from providers.http.call import Body, Call
from providers.http.credentials import Credentials
from providers.http.redaction import redact, redact_url
from providers.http.transport import BoundedAdapter

MAX_BODY: Final = 10 * 1024 * 1024
"""Bytes, after decompression. No documented answer of any provider comes near it."""

Gate: TypeAlias = Callable[[], None]
"""Waits until the account may be asked once more, by our own counting. Raises `Throttled` when that takes long."""

_CHUNK = 64 * 1024
_TRIES: Final = 3
_HOPS: Final = 3
_SHORTEST: Final = 0.001
"""Seconds. What is late already still gets a time-out, which then ends it."""


@cache
def user_agent() -> str:
    """How we name ourselves to providers."""
    try:
        return f"counterfoil/{version('counterfoil')}"
    except PackageNotFoundError:
        return "counterfoil"


class ProviderSession:
    """All requests of one account. Safe to be shared by threads; close it when done.

    `explain` reads the provider's reasons out of refusals, and `classify` says what a status means where the
    provider has its own word on it. `adapter` replaces the network, for a sandbox in the same process. `sleep`
    waits between the repeats of a read. `gate` is passed before every request. No cookies are kept, no proxy or
    netrc of the environment is used.
    """

    def __init__(  # noqa: PLR0913 - plain values, all by name
        self,
        *,
        base_url: str,
        credentials: Credentials,
        connect_timeout: timedelta,
        read_timeout: timedelta,
        pool_size: int = 10,
        explain: verdict.Explain | None = None,
        classify: verdict.Classify | None = None,
        headers: Mapping[str, str] | None = None,
        adapter: BaseAdapter | None = None,
        sleep: Callable[[float], None] = time.sleep,
        gate: Gate | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._connect = connect_timeout.total_seconds()
        self._read = read_timeout.total_seconds()
        self._credentials = credentials
        self._explain = explain or verdict.NoExplanation()
        self._classify = classify or verdict.by_status
        self._sleep = sleep
        self._gate = gate
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update({"User-Agent": user_agent(), "Accept": "application/json", **(headers or {})})
        self._session.adapters.clear()
        network = adapter or BoundedAdapter(pool_size=pool_size)
        self._session.mount("https://", network)
        self._session.mount("http://", network)

    def __repr__(self) -> str:
        return f"ProviderSession({redact_url(self.base_url)!r})"

    def close(self) -> None:
        self._session.close()

    def get(
        self,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        follow: bool = False,
    ) -> Answer:
        """Read by GET. `follow` allows redirects to the same host. Repeated, and raises, as `read`."""
        return self.read(Call(path=path, params=params, headers=headers or {}, follow=follow))

    def send(
        self,
        method: str,
        path: str,
        *,
        json_body: object = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Write JSON, or nothing. One request; raises as `write`."""
        body = None if json_body is None else Body.json(json_body)
        return self.write(Call(method=method, path=path, params=params, headers=headers or {}, body=body))

    def read(self, call: Call, *, tries: int = _TRIES) -> Answer:
        """A request without an effect, whatever its method. Repeated a few times, within the time of one call in
        all, when there was no usable answer.

        Raises `NotSent`, `Throttled`, `Unavailable`, `Refused`, `AccessDenied`.
        """
        until = time.monotonic() + self._seconds(call)
        try:
            return self._attempt(call, until=until)
        except (Unavailable, NotSent) as error:
            failed = error
        return self._repeated(call, failed, tries, until)

    def _repeated(self, call: Call, failed: ProviderError, tries: int, until: float) -> Answer:
        """Attempts after the first, which failed. Nearly every read needs none, and to set them up takes a fifth of
        its time."""
        before = [failed]

        def attempt() -> Answer:
            if before:
                raise before.pop()
            return self._attempt(call, until=until)

        attempts = Retrying(
            stop=stop_after_attempt(tries) | stop_before_delay(until - time.monotonic()),
            wait=wait_exponential_jitter(multiplier=0.2, max=2, jitter=0.2),
            retry=retry_if_exception_type((Unavailable, NotSent)),
            sleep=self._sleep,
            reraise=True,
        )
        return attempts(attempt)

    def write(self, call: Call) -> Answer:
        """A request with an effect: one request, never repeated, never redirected.

        Raises `NotSent`, `Throttled`, `Refused`, `AccessDenied` (nothing was done) or `OutcomeUnknown`.
        """
        return self._usable(self._exchange(call, self.base_url + call.path, self._seconds(call), wrote=True), call)

    def refusal(self, refused: Refused) -> Refused:
        """A refusal that a client read out of an answer, without secrets."""
        return verdict.clean(refused, self._credentials.secrets)

    def redact(self, text: str) -> str:
        return redact(text, self._credentials.secrets)

    def _seconds(self, call: Call) -> float:
        whole = self._connect + self._read
        seconds = whole if call.within is None else min(call.within.total_seconds(), whole)
        if seconds <= 0:
            raise NotSent(f"{_named(call, call.path)}: no time left to send it")
        return seconds

    def _attempt(self, call: Call, *, until: float) -> Answer:
        """One attempt at a read, with its redirects where they are followed."""
        url = self.base_url + call.path
        for _ in range(_HOPS if call.follow else 0):
            outcome = self._exchange(call, url, _left(until), wrote=False)
            location = outcome.headers.get("Location", "") if isinstance(outcome, Answer) else ""
            if not (location and isinstance(outcome, Answer) and 300 <= outcome.status < 400):
                return self._usable(outcome, call)
            url, call = urljoin(url, location), replace(call, params=None)
            if urlsplit(url)[:2] != urlsplit(self.base_url)[:2]:
                raise outcome.unusable("a redirect to another host")
        return self._usable(self._exchange(call, url, _left(until), wrote=False), call)

    def _exchange(self, call: Call, url: str, seconds: float, *, wrote: bool) -> Answer | ProviderError:
        """One request and its whole answer. Errors are returned, so that they are raised outside the handler
        and carry no exception along whose text quotes an address."""
        what = _named(call, urlsplit(url).path)
        begun = time.monotonic()
        try:
            prepared = self._prepared(call, url)
            adapter = self._session.get_adapter(prepared.url or "")
            if self._gate is not None:
                self._gate()
        except Throttled as error:
            return error
        except (requests.RequestException, ValueError) as error:
            return NotSent(f"{what}: cannot be put into a request ({type(error).__name__})")
        try:
            # The adapter is called directly: Session.send would look at redirects, cookies and hooks, and
            # none of them is wanted.
            timeouts = self._timeouts(seconds)
            response = adapter.send(prepared, stream=True, timeout=timeouts, verify=True, proxies={})  # type: ignore[arg-type]
            try:
                body = _read(response)
            finally:
                response.close()
        except (*verdict.TRANSPORT_ERRORS, HTTPError) as error:
            return verdict.of_transport(error, what, wrote=wrote)
        answer = Answer(
            status=response.status_code,
            headers=response.headers,
            body=body or b"",
            elapsed=timedelta(seconds=time.monotonic() - begun),
            what=what,
            wrote=wrote,
        )
        return answer if body is not None else answer.unusable("more than 10 MiB")

    def _prepared(self, call: Call, url: str) -> requests.PreparedRequest:
        body = None if call.body is None else call.body.content
        if call.params or "@" in url or not (body or call.method in {"GET", "HEAD"}):
            prepared = self._session.prepare_request(self._request(call, url))
        else:
            # What requests would make of it, without asking again what is the same for every request: whether the
            # address is one, which proxy, netrc, hooks or cookies the environment has (none is wanted).
            for header in call.headers.items():
                check_header_validity(header)
            prepared = requests.PreparedRequest()
            prepared.method, prepared.url, prepared.body = call.method, spelled(url, self.base_url), body
            prepared.headers = CaseInsensitiveDict(self._session.headers)  # type: ignore[arg-type]  # all are text
            if call.body is not None:
                prepared.headers["Content-Type"] = call.body.content_type
                prepared.headers["Content-Length"] = str(len(call.body.content))
            prepared.headers.update(call.headers)
        return prepared if call.anonymous else self._credentials.put_into(prepared)

    def _request(self, call: Call, url: str) -> requests.Request:
        typed = {"Content-Type": call.body.content_type} if call.body is not None else {}
        return requests.Request(
            call.method,
            url,
            params=call.params,
            headers={**typed, **call.headers},
            data=None if call.body is None else call.body.content,
        )

    def _timeouts(self, seconds: float) -> Timeout:
        return Timeout(connect=min(self._connect, seconds), read=min(self._read, seconds), total=seconds)

    def _usable(self, outcome: Answer | ProviderError, call: Call) -> Answer:
        if isinstance(outcome, ProviderError):
            raise outcome
        if outcome.status in call.accepts:
            return outcome
        error = verdict.of_status(
            outcome.status,
            outcome.headers,
            outcome.body,
            what=outcome.what,
            wrote=outcome.wrote,
            explain=self._explain,
            classify=self._classify,
            secrets=self._credentials.secrets,
        )
        if error is not None:
            raise error
        return outcome


def _named(call: Call, path: str) -> str:
    """The request in error texts, without its parameters: they may hold secrets."""
    return f"{call.method} {redact_url(path)}"


def _left(until: float) -> float:
    return max(until - time.monotonic(), _SHORTEST)


def _read(response: requests.Response) -> bytes | None:
    """The whole body, or None when it is larger than any answer may be."""
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_content(_CHUNK):
        size += len(chunk)
        if size > MAX_BODY:
            return None
        chunks.append(chunk)
    return b"".join(chunks)
