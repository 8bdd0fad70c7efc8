"""How a write gets in: module 1.2 asks for the account only, 1.3 for a session's cookie and token besides.

::

    write ──done──> answer
      └──406──> log in: POST /user/login ──> cookie;  GET /invoice/api/token with it ──> token;  write again

A write that is answered 406 had no effect: the token is asked for before anything else but the account. The site
tells the browser to delete the cookie with every answer, and keeps the session all the same. So the cookie is
sent by hand; a cookie jar would lose it after one call.
"""

import hashlib
import re
import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from requests.adapters import BaseAdapter

from providers.domain.errors import AccessDenied, NotSent, OutcomeUnknown, Refused, Unavailable
from providers.http import Answer, ProviderSession
from providers.invoicing.drupal_invoice.answers import TOKEN_FIELD, lacks_token
from providers.invoicing.drupal_invoice.options import Options

LOGIN = "user/login"
TOKEN = "invoice/api/token"  # noqa: S105 - a route

_COOKIE = re.compile(r"\b(S?SESS[0-9a-f]{32})=([^;,\s]+)")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def route(url: str) -> str:
    """The site's route that an address asks for, in either form: "/invoice/api/token", "/?q=invoice/api/token"."""
    parts = urlsplit(url)
    named = parse_qs(parts.query).get("q")
    return named[0] if named else parts.path.strip("/")


class Pass:
    """Puts into each request what the site wants to see of a session. Neither text nor representation shows it."""

    def __init__(self, user: str, password: str) -> None:
        self._form = urlencode({"name": user, "pass": password, "form_id": "user_login", "op": "Log in"})
        self.cookie = ""
        """As the Cookie header has it: "name=value"."""
        self.token = ""

    def __repr__(self) -> str:
        return "Pass()"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        asked = route(request.url or "")
        if asked.endswith(LOGIN):
            # The login form knows no Basic; a wrong one would be counted as a second failure.
            request.headers.pop("Authorization", None)
            request.headers["Content-Type"] = "application/x-www-form-urlencoded"
            request.prepare_body(self._form.encode(), None)
        elif self.cookie and asked.endswith(TOKEN):
            request.headers["Cookie"] = self.cookie
        elif self.token and request.method != "GET":
            request.headers["Cookie"] = self.cookie
            request.headers[TOKEN_FIELD] = self.token
        return request


class LoginAdapter(BaseAdapter):
    """The network, but for one thing: the redirect that answers a login counts as an answer, for its cookie."""

    def __init__(self, network: BaseAdapter) -> None:
        super().__init__()
        self._network = network

    def send(self, request: requests.PreparedRequest, *args: Any, **named: Any) -> requests.Response:
        response = self._network.send(request, *args, **named)
        if response.status_code in {302, 303} and route(request.url or "").endswith(LOGIN):
            response.status_code = 200
        return response

    def close(self) -> None:
        self._network.close()


class Entrance:
    """Sends writes, with a session where the site asks for one. Used by one writer at a time."""

    def __init__(self, session: ProviderSession, site_pass: Pass, options: Options) -> None:
        self._session = session
        self._pass = site_pass
        self._options = options

    def send(self, method: str, path: str, *, json_body: object, params: dict[str, str]) -> Answer:
        """One write. Only an attempt that had no effect is followed by a second one, with a session of its own.

        Raises as `ProviderSession.send`; `NotSent` where a session could not be had, and `AccessDenied` where the
        site gives none or does not take it.
        """
        if self._options.dialect == "1.3" and not self._pass.token:
            self._enter()
        try:
            return self._session.send(method, path, json_body=json_body, params=params)
        except Refused as refused:
            if not lacks_token(refused):
                raise
        if self._options.dialect == "1.2":
            raise AccessDenied("the site asks for a session with every write: set the book's option `dialect` to 1.3")
        self._enter()
        try:
            return self._session.send(method, path, json_body=json_body, params=params)
        except Refused as refused:
            if not lacks_token(refused):
                raise
        raise AccessDenied(
            f"the site does not take its own token; the book's option `session` is {self._options.session!r}: "
            "try the other one, and see that `base_url` is the address that the site knows itself by"
        )

    def _enter(self) -> None:
        """Get a session and its token. Whatever fails here, no invoice was touched."""
        self._pass.cookie = self._pass.token = ""
        try:
            self._pass.cookie = self._own_cookie() if self._options.session == "own" else self._log_in()
            self._pass.token = self._fetch_token()
        except (OutcomeUnknown, Unavailable) as error:
            failed = f"no session at the site, so that nothing was written: {error}"
        except Refused as error:
            raise AccessDenied(f"no session at the site: {error}") from None
        else:
            return
        raise NotSent(failed)

    def _log_in(self) -> str:
        path, params = self.address(LOGIN)
        answer = self._session.send("POST", path, params=params)
        found = _COOKIE.search(answer.headers.get("Set-Cookie", ""))
        if found is None or found[2] == "deleted":
            raise AccessDenied(
                f"{answer.what}: the login form gave no session; it may ask for more than name and password, or be "
                "closed after failures: see the book's option `session`"
            )
        return f"{found[1]}={found[2]}"

    def _own_cookie(self) -> str:
        """A session that we name ourselves. The first write makes it a logged-in one: it must not be guessable."""
        parts = urlsplit(self._session.base_url)
        known_as = self._options.cookie_domain or f"{parts.netloc.rpartition('@')[2]}{parts.path}".rstrip("/")
        if not self._options.cookie_domain and known_as.startswith("www."):
            known_as = f".{known_as}"
        start = "SSESS" if parts.scheme == "https" else "SESS"
        return f"{start}{hashlib.sha256(known_as.encode()).hexdigest()[:32]}={secrets.token_hex(32)}"

    def _fetch_token(self) -> str:
        path, params = self.address(TOKEN)
        answer = self._session.get(path, params=params)
        token = answer.body.decode("ascii", "replace").strip()
        if not _TOKEN.fullmatch(token):
            raise answer.unusable("what is no token")
        return token

    def address(self, asked: str) -> tuple[str, dict[str, str]]:
        """Path and parameters of a route, in the form that the site knows."""
        return (f"/{asked}", {}) if self._options.clean_urls else ("/", {"q": asked})
