"""Sessions and tokens of the sandbox's site, as module 1.3 asks for them with every write."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from typing import Final
from urllib.parse import parse_qs

from providers.invoicing.drupal_invoice.sandbox.switches import Switches
from providers.sandbox.messages import Reply, Request

_KEY: Final = b"the sandbox's own hash salt"
_COOKIE = re.compile(r"\bS?SESS([0-9a-f]{32})=([^;\s]+)")


class Sessions:
    """Logins, cookies and tokens. A session id of the caller's own making is as good as one from a login."""

    def __init__(self, switches: Switches) -> None:
        self.switches = switches
        self._failures = 0
        self._begun = 0

    def token(self, request: Request) -> str:
        """The token of the request's session; without one it is bound to an id that nobody will ever show again."""
        self._begun += 1
        return _token(self._session_id(request) or f"thrown away {self._begun}")

    def accepts(self, request: Request) -> bool:
        """Whether the request carries a session's cookie and that session's token."""
        session_id = self._session_id(request)
        given = request.headers.get("x-csrf-token", "")
        return session_id is not None and hmac.compare_digest(given.encode(), _token(session_id).encode())

    def log_in(self, request: Request, accounts: dict[str, str]) -> Reply:
        """The login form: a redirect with a cookie, or the form again. After some failures nobody gets in."""
        form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        user, password = form.get("name", ""), form.get("pass", "")
        known = user in accounts and hmac.compare_digest(accounts[user].encode(), password.encode())
        if form.get("form_id") != "user_login" or self.switches.login_asks_more:
            return Reply.html(200, "Log in")
        if not known or self._failures >= self.switches.login_failures:
            self._failures += 1
            return Reply.html(200, "Log in")
        self._begun += 1
        session_id = _token(f"session {self._begun}")
        set_cookie = f"SESS{self._name(request)}={session_id}; Max-Age=2000000; path=/; HttpOnly"
        return Reply(302, b"", {"Set-Cookie": set_cookie, "Location": "/user/3", "Content-Type": "text/html"})

    def deleted(self, request: Request) -> dict[str, str]:
        """Every answer to a request with the cookie tells the browser to throw it away."""
        if self._session_id(request) is None:
            return {}
        return {"Set-Cookie": f"SESS{self._name(request)}=deleted; Max-Age=0; path=/; HttpOnly"}

    def _session_id(self, request: Request) -> str | None:
        found = _COOKIE.search(request.headers.get("cookie", ""))
        return found[2] if found and found[1] == self._name(request) else None

    def _name(self, request: Request) -> str:
        known_as = request.headers.get("host") or self.switches.host
        known_as = f".{known_as}" if known_as.startswith("www.") else known_as
        return hashlib.sha256((self.switches.cookie_domain or known_as).encode()).hexdigest()[:32]


def _token(session_id: str) -> str:
    digest = hmac.new(_KEY, session_id.encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")
