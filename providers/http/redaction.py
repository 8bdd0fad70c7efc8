"""Texts and addresses without secrets. Some providers put the token into the address, some echo it in errors."""

import re
from base64 import b64encode
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, quote_plus, urlsplit, urlunsplit

MASK = "[redacted]"

_TELLING = r"token|secret|passw|passphrase|pwd|api[-_]?key|access[-_]?key|auth|signature|\bkey\b|\bsig\b"
_PARAMETER = re.compile(r"(?P<name>[^&=?#;\s]+)=(?P<value>[^&#;\s]*)")
_NAME = re.compile(_TELLING, re.IGNORECASE)
_SHORTEST = 4
"""Shorter strings are not masked: they are no secrets, and masking "a" would ruin every text."""


def _mask_parameter(match: re.Match[str]) -> str:
    return f"{match['name']}={MASK}" if _NAME.search(match["name"]) else match[0]


def redact_url(url: str) -> str:
    """The address with user, password and the values of parameters that look like credentials masked.

    The rest stays as it is. Text that is no address comes back unchanged unless it holds such parameters.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return _PARAMETER.sub(_mask_parameter, url)
    network = f"{MASK}@{parts.netloc.rpartition('@')[2]}" if "@" in parts.netloc else parts.netloc
    query = _PARAMETER.sub(_mask_parameter, parts.query)
    fragment = _PARAMETER.sub(_mask_parameter, parts.fragment)
    return urlunsplit((parts.scheme, network, parts.path, query, fragment))


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without the given secrets, plain, percent-encoded or in Base64, and without any credentials
    that stand in the text as parameters, such as `?api_token=...` within a quoted address."""
    for form in _forms(tuple(secrets)):
        text = text.replace(form, MASK)
    return _PARAMETER.sub(_mask_parameter, text)


@lru_cache(maxsize=64)
def _forms(secrets: tuple[str, ...]) -> tuple[str, ...]:
    """Every form in which one of them may stand in a text, the longest first. A list of thousands of texts is
    redacted with the same ones."""
    forms = {form for secret in secrets if len(secret) >= _SHORTEST for form in _written(secret)}
    return tuple(sorted(forms, key=len, reverse=True))


def _written(secret: str) -> tuple[str, ...]:
    return secret, quote(secret, safe=""), quote(secret), quote_plus(secret), b64encode(secret.encode()).decode()
