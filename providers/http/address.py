"""Addresses as requests spells them on the wire."""

import re
from functools import lru_cache
from typing import Final

import requests

_ESCAPED = "%(?:[01][0-9A-F]|2[0-9A-CF]|3[A-F]|40|5[B-E]|60|7[B-DF]|[89A-F][0-9A-F])"
"""What stays escaped: everything that has to be."""
_SEGMENT = rf"(?:[A-Za-z0-9_~-]|{_ESCAPED})(?:[A-Za-z0-9._~-]|{_ESCAPED})*"
_SETTLED: Final = re.compile(rf"(?:/{_SEGMENT})+(?:\?(?:[A-Za-z0-9._~=&+-]|{_ESCAPED})+)?")
"""A path and parameters that every spelling leaves as they are."""


def spelled(url: str, base: str) -> str:
    """The address as requests spells it. `base` is the one that most addresses begin with: what follows it is spelled
    only where it could be spelled otherwise, for that took a quarter of a read.

    Raises `requests.RequestException` where it is no address.
    """
    if url.startswith(base) and _SETTLED.fullmatch(url, len(base)):
        return _by_requests(f"{base}/")[:-1] + url[len(base) :]
    return _by_requests(url)


@lru_cache(maxsize=256)
def _by_requests(url: str) -> str:
    return requests.Request("GET", url).prepare().url or ""
