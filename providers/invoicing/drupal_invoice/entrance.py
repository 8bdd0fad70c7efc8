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
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlsplit

from providers.domain.errors import AccessDenied, NotSent, OutcomeUnknown, Refused, Unavailable
from providers.http import Answer, Body, Call, ProviderSession
from providers.invoicing.drupal_invoice.answers import TOKEN_FIELD, lacks_token
from providers.invoicing.drupal_invoice.options import Options

LOGIN: Final = "user/login"
TOKEN: Final = "invoice/api/token"  # noqa: S105 - a route

_COOKIE: Final = re.compile(r"\b(S?SESS[0-9a-f]{32})=([^;,\s]+)")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_LOGGED_IN: Final = frozenset({302, 303})
"""A login is answered by a redirect, which carries the cookie and leads to a page for people."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the site. Its representation does not show it."""

    user: str = field(repr=False)
    password: str = field(repr=False)

    @property
    def form(self) -> Body:
        """The site's login form, filled in."""
        return Body.form({"name": self.user, "pass": self.password, "form_id": "user_login", "op": "Log in"})


@dataclass(frozen=True, slots=True)
class Pass:
    """A session at the site, as two headers. Its representation does not show it."""

    cookie: str = field(repr=False)
    """As the Cookie header has it: "name=value"."""
    token: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": self.cookie, TOKEN_FIELD: self.token}


class Entrance:
    """Sends writes, with a session where the site asks for one. Used by one writer at a time."""

    def __init__(self, session: ProviderSession, account: Account, options: Options) -> None:
        self._session = session
        self._account = account
        self._options = options
        self._pass: Pass | None = None

    def write(self, call: Call) -> Answer:
        """One write. Only an attempt that had no effect is followed by a second one, with a session of its own.

        Raises as `ProviderSession.write`; `NotSent` where a session could not be had, and `AccessDenied` where the
        site gives none or does not take it.
        """
        if self._options.dialect == "1.3" and self._pass is None:
            self._pass = self._enter()
        answer = self._attempt(call)
        if answer is None and self._options.dialect == "1.2":
            raise AccessDenied("the site asks for a session with every write: set the book's option `dialect` to 1.3")
        if answer is None:
            self._pass = None  # a session that was not taken is not tried again, whatever comes of the next one
            self._pass = self._enter()
            answer = self._attempt(call)
        if answer is None:
            raise AccessDenied(
                f"the site does not take its own token; the book's option `session` is {self._options.session!r}: "
                "try the other one, and see that `base_url` is the address that the site knows itself by"
            )
        return answer

    def _attempt(self, call: Call) -> Answer | None:
        """The answer; None where the site asks for a session, or for another one than it was shown."""
        shown = {} if self._pass is None else self._pass.headers
        try:
            return self._session.write(replace(call, headers={**call.headers, **shown}))
        except Refused as refused:
            if not lacks_token(refused):
                raise
        return None

    def _enter(self) -> Pass:
        """Get a session and its token. Whatever fails here, no invoice was touched."""
        try:
            cookie = self._own_cookie() if self._options.session == "own" else self._log_in()
            return Pass(cookie, self._fetch_token(cookie))
        except (OutcomeUnknown, Unavailable) as error:
            failed = f"no session at the site, so that nothing was written: {error}"
        except Refused as error:
            raise AccessDenied(f"no session at the site: {error}") from None
        raise NotSent(failed)

    def _log_in(self) -> str:
        """The cookie of a new session. The form knows no Basic; a wrong one would be counted as a second failure."""
        path, params = self.address(LOGIN)
        login = Call(
            method="POST", path=path, params=params, body=self._account.form, accepts=_LOGGED_IN, anonymous=True
        )
        answer = self._session.write(login)
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

    def _fetch_token(self, cookie: str) -> str:
        """The token of the cookie's session. In maintenance the site redirects to its front page instead, which is
        not followed."""
        path, params = self.address(TOKEN)
        answer = self._session.get(path, params=params, headers={"Cookie": cookie})
        token = answer.body.decode("ascii", "replace").strip()
        if not _TOKEN.fullmatch(token):
            raise answer.unusable("what is no token")
        return token

    def address(self, asked: str) -> tuple[str, dict[str, str]]:
        """Path and parameters of a route, in the form that the site knows."""
        return (f"/{asked}", {}) if self._options.clean_urls else ("/", {"q": asked})
