"""Keeping secrets out of everything that is shown: logs, errors, the output of commands.

Two nets, because each has holes. What *looks* like a secret goes by its name or its shape (`token=…`,
`Bearer …`, a password in a URL); what *is* a secret goes by its value, wherever it turns up.
"""

import json
import re
from functools import lru_cache
from threading import Lock
from urllib.parse import quote, quote_plus

HIDDEN = "[redacted]"

SHORTEST = 6
"""Characters. A shorter value is not searched for: it would blacken half of every line."""

_SECRET_NAME = re.compile(
    r"(token|secret|passw(or)?d|passphrase|authorization|signature|credentials?|cookie|hmac(-sha256)?"
    r"|(api|access|private|secret|signing|app|consumer)[_-]?key)$",
    re.IGNORECASE,
)
_URL_PASSWORD = re.compile(r"""(://[^\s:@/"'?]*:)[^\s"'@/]+(?=@)""")
_URL_PASSWORD_GREEDY = re.compile(r"(://[^\s:@/?]*:).*(?=@)")
_QUERY_SECRET = re.compile(
    r"""([?&](?:[\w-]*(?:token|secret|password|signature|(?:api|consumer)_?key)|key|code)=)[^&\s"'#\\<>]+""",
    re.IGNORECASE,
)
_AUTHORIZATION = re.compile(r"\b(Bearer|Basic) +[A-Za-z0-9._~+/=-]{6,}")


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Whether a field, header or parameter of this name holds a secret: `token`, `X-WC-Webhook-Signature`."""
    return _SECRET_NAME.search(name) is not None


def redact_url(url: str) -> str:
    """The URL without its password and without secrets in its query."""
    return _QUERY_SECRET.sub(rf"\1{HIDDEN}", _URL_PASSWORD_GREEDY.sub(r"\1***", url))


def redact_shapes(text: str) -> str:
    """The text without anything that has the shape of a secret: URL passwords, query tokens, authorizations."""
    if "://" in text:
        text = _URL_PASSWORD.sub(r"\1***", text)
    if "=" in text:
        text = _QUERY_SECRET.sub(rf"\1{HIDDEN}", text)
    if "Bearer" in text or "Basic" in text:
        text = _AUTHORIZATION.sub(rf"\1 {HIDDEN}", text)
    return text


class Secrets:
    """The secret values that this process knows, to be taken out of any text. Safe to use from all threads."""

    def __init__(self) -> None:
        self._forms: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        self._lock = Lock()

    def add(self, value: str) -> None:
        """Know one more secret, in every form in which it may be printed. Shorter than `SHORTEST`: ignored."""
        with self._lock:
            self._forms |= _forms(value)
            if self._forms:
                # The longest first, so that a secret that contains another one goes as a whole.
                longest_first = sorted(self._forms, key=len, reverse=True)
                self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def redact(self, text: str) -> str:
        """The text with every known secret replaced."""
        pattern = self._pattern
        return text if pattern is None else pattern.sub(HIDDEN, text)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self._forms)} forms>"


SECRETS = Secrets()
"""Filled by `config.settings.load`, read by the logs: one per process, so that no wiring can forget it."""


def _forms(value: str) -> frozenset[str]:
    """The value as it stands, in JSON, in `repr` and in a URL; of several lines (a key file), also each line."""
    ways = (
        str,
        lambda part: json.dumps(part)[1:-1],
        lambda part: json.dumps(part, ensure_ascii=False)[1:-1],
        lambda part: repr(part)[1:-1],
        quote,
        quote_plus,
    )
    parts = [value, *(line.strip() for line in value.splitlines())]
    kept = [part for part in parts if len(part) >= SHORTEST and not part.startswith("-----")]
    return frozenset(way(part) for part in kept for way in ways)
