"""Where a shop listens for our notices: each is signed after Standard Webhooks and posted once.

What a shop's end answers is told as a provider's answer is; see `providers.http.verdict`. Nothing of its body is read
but that it ends, and no redirect is followed.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from requests.adapters import BaseAdapter
from standardwebhooks import Webhook

from providers.http import Body, BoundedAdapter, Call, Credentials, ProviderSession
from providers.standard_webhooks import secret_key, signed_headers

_CONNECT = timedelta(seconds=5)
_READ = timedelta(seconds=15)
_GONE = 410

LONGEST_CALL = _CONNECT + _READ
"""No delivery takes longer, whatever the other end does."""


class ListenerGone(Exception):
    """The other end says that nobody listens there any more, and never will (410)."""


class Listener:
    """One address that hears notices. Raises `ValueError` for a secret that is none."""

    def __init__(self, *, url: str, secret: str, name: str = "", adapter: BaseAdapter | None = None) -> None:
        self._webhook = Webhook(secret_key(secret, name=name))
        parts = urlsplit(url)
        self._path = parts.path or "/"
        self._url = url
        self._session = ProviderSession(
            base_url=f"{parts.scheme}://{parts.netloc}",
            credentials=Credentials(secrets=(secret,)),
            connect_timeout=_CONNECT,
            read_timeout=_READ,
            adapter=adapter or BoundedAdapter(pool_size=2),
        )

    def __repr__(self) -> str:
        return f"Listener({self._url!r})"

    @property
    def url(self) -> str:
        """The address. It holds no secret."""
        return self._url

    def tell(self, key: str, body: str, *, at: datetime) -> None:
        """Post one notice. `key` is the same for every repeat of it.

        Raises `ListenerGone`, or an error of `providers.domain.errors` where it was not taken.
        """
        call = Call(
            method="POST",
            path=self._path,
            headers=signed_headers(self._webhook, key, body, at=at),
            body=Body(body.encode(), "application/json"),
            accepts=frozenset({_GONE}),
        )
        if self._session.write(call).status == _GONE:
            raise ListenerGone(f"POST {self._path}: answered {_GONE}")
