"""One session per account: time-outs, short repeats of reads, and never a repeat of a write."""

import json
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Final, TypeAlias
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import BaseAdapter
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, stop_before_delay, wait_exponential_jitter
from urllib3 import Timeout
from urllib3.exceptions import HTTPError

from providers.domain.errors import NotSent, ProviderError, Refused, Throttled, Unavailable
from providers.http import verdict
from providers.http.redaction import redact, redact_url
from providers.http.transport import BoundedAdapter

MAX_BODY: Final = 10 * 1024 * 1024
"""Bytes, after decompression. No documented answer of any provider comes near it."""

Authorize: TypeAlias = Callable[[requests.PreparedRequest], requests.PreparedRequest]
"""Puts an account's credentials into a request. Called for every request, just before it is sent."""

Gate: TypeAlias = Callable[[], None]
"""Waits until the account may be asked once more, by our own counting. Raises `Throttled` when that takes long."""

_CHUNK = 64 * 1024
_TRIES = 3
_HOPS = 3


@cache
def user_agent() -> str:
    """How we name ourselves to providers."""
    try:
        return f"counterfoil/{version('counterfoil')}"
    except PackageNotFoundError:
        return "counterfoil"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A 2xx answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed: timedelta
    what: str
    """The request that was answered, for error texts; holds no secret."""
    wrote: bool

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
        """The error for a 2xx whose content cannot be what the provider documents."""
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


class ProviderSession:
    """All requests of one account. Safe to be shared by threads; close it when done.

    `explain` reads the provider's reasons out of refusals. `adapter` replaces the network, for a sandbox in
    the same process. `sleep` waits between the repeats of a read. `gate` is passed before every request. No
    cookies are kept, no proxy or netrc of the environment is used.
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
        headers: Mapping[str, str] | None = None,
        adapter: BaseAdapter | None = None,
        sleep: Callable[[float], None] = time.sleep,
        gate: Gate | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._connect = connect_timeout.total_seconds()
        self._read = read_timeout.total_seconds()
        self._authorize = credentials.authorize
        self._explain = explain or verdict.NoExplanation()
        self._sleep = sleep
        self._gate = gate
        self._secrets = credentials.secrets
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update({"User-Agent": user_agent(), "Accept": "application/json", **(headers or {})})
        if credentials.header:
            self._session.headers["Authorization"] = credentials.header
        self._session.adapters.clear()
        network = adapter or BoundedAdapter(pool_size=pool_size)
        self._session.mount("https://", network)
        self._session.mount("http://", network)

    def __repr__(self) -> str:
        return f"ProviderSession({redact_url(self.base_url)!r})"

    def close(self) -> None:
        self._session.close()

    def get(self, path: str, *, params: Mapping[str, str] | None = None, follow: bool = False) -> Answer:
        """Read. Repeated a few times, within the time of one call in all, when there was no usable answer.

        `follow` allows redirects to the same host. Raises `NotSent`, `Throttled`, `Unavailable`, `Refused`,
        `AccessDenied`.
        """
        budget = self._connect + self._read
        begun = time.monotonic()
        attempts = Retrying(
            stop=stop_after_attempt(_TRIES) | stop_before_delay(budget),
            wait=wait_exponential_jitter(multiplier=0.2, max=2, jitter=0.2),
            retry=retry_if_exception_type((Unavailable, NotSent)),
            sleep=self._sleep,
            reraise=True,
        )

        def attempt() -> Answer:
            left = max(budget - (time.monotonic() - begun), 0.001)
            return self._follow(path, params, left, hops=_HOPS if follow else 0)

        return attempts(attempt)

    def send(
        self,
        method: str,
        path: str,
        *,
        json_body: object = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Write: one request, never repeated, never redirected.

        Raises `NotSent`, `Throttled`, `Refused`, `AccessDenied` (nothing was done) or `OutcomeUnknown`.
        """
        body = None if json_body is None else json.dumps(json_body).encode()
        typed = {"Content-Type": "application/json", **(headers or {})} if body is not None else dict(headers or {})
        request = requests.Request(method, self.base_url + path, params=params, headers=typed, data=body)
        return self._usable(self._exchange(request, self._connect + self._read, wrote=True))

    def _follow(self, path: str, params: Mapping[str, str] | None, seconds: float, *, hops: int) -> Answer:
        url, begun = self.base_url + path, time.monotonic()
        request = requests.Request("GET", url, params=params)
        while True:
            left = max(seconds - (time.monotonic() - begun), 0.001)
            outcome = self._exchange(request, left, wrote=False)
            location = outcome.headers.get("Location", "") if isinstance(outcome, Answer) else ""
            if not (hops and location and isinstance(outcome, Answer) and 300 <= outcome.status < 400):
                return self._usable(outcome)
            hops -= 1
            target = urljoin(request.url, location)
            if urlsplit(target)[:2] != urlsplit(self.base_url)[:2]:
                raise outcome.unusable("a redirect to another host")
            request = requests.Request("GET", target)

    def _exchange(self, request: requests.Request, seconds: float, *, wrote: bool) -> Answer | ProviderError:
        """One request and its whole answer. Errors are returned, so that they are raised outside the handler
        and carry no exception along whose text quotes an address."""
        what = f"{request.method} {redact_url(urlsplit(request.url).path)}"
        begun = time.monotonic()
        try:
            prepared = self._session.prepare_request(request)
            if self._authorize is not None:
                prepared = self._authorize(prepared)
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

    def _timeouts(self, seconds: float) -> Timeout:
        return Timeout(connect=min(self._connect, seconds), read=min(self._read, seconds), total=seconds)

    def _usable(self, outcome: Answer | ProviderError) -> Answer:
        if isinstance(outcome, ProviderError):
            raise outcome
        error = verdict.of_status(
            outcome.status,
            outcome.headers,
            outcome.body,
            what=outcome.what,
            wrote=outcome.wrote,
            explain=self._explain,
            secrets=self._secrets,
        )
        if error is not None:
            raise error
        return outcome

    def refusal(self, refused: Refused) -> Refused:
        """A refusal that a client read out of a 2xx answer, without secrets."""
        return verdict.clean(refused, self._secrets)

    def redact(self, text: str) -> str:
        return redact(text, self._secrets)


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
