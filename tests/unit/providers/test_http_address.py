"""Every address is spelled as requests spells it, whether requests was asked or not."""

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from providers.http.address import spelled

BASES = ["https://books.example", "http://BOOKS.example:8080/api/v1", "https://books.example/a b"]


def _by_requests(url: str) -> str:
    return requests.Request("GET", url).prepare().url or ""


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/invoices.json",
        "/invoices/12.json?oid=garden%2F1001&period=all",
        "/invoices//12.json",
        "/a/../b/./c/.",
        "/.hidden",
        "/a%41%2d%2D%2f%2F%zz%",
        "/a?",
        "/a?b=c?d=/e:@f,g;h[]=i#j",
        "/a?b=\u0142 c&d=%7e%7E%C5%82",
        "/a?b='c'(d)*e!$",
        ".evil.example/a",
        "@evil.example/a",
    ],
)
def test_an_address_is_spelled_as_requests_spells_it(base: str, path: str) -> None:
    assert spelled(base + path, base) == _by_requests(base + path)


_PARTS = st.sampled_from([*"/?&=+%.-_~:@#,;[]! \u0142aZ0", "..", "//", "%2F", "%2f", "%41", "%7E", "%00", "%C5%82"])


@given(base=st.sampled_from(BASES), parts=st.lists(_PARTS, max_size=10))
def test_no_address_is_spelled_otherwise(base: str, parts: list[str]) -> None:
    url = f"{base}/a{''.join(parts)}"
    assert spelled(url, base) == _by_requests(url)


def test_an_address_elsewhere_is_spelled_too() -> None:
    assert spelled("https://Elsewhere.example/%7ea", BASES[0]) == "https://elsewhere.example/~a"


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(requests.RequestException):
        spelled("books.example/a", "books.example")
