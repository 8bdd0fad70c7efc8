"""Everything that the surface says of itself in its OpenAPI description, asked in every odd way."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.site import Site, open_site, signed

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PURGE")
_LATIN = st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f")
_HEADER_VALUES = st.text(_LATIN, max_size=60)
_HEADERS = st.dictionaries(
    st.sampled_from(
        (
            "X-WC-Webhook-Signature",
            "X-WC-Webhook-Topic",
            "X-WC-Webhook-Delivery-ID",
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
            "Content-Type",
            "Content-Encoding",
            "Accept",
            "Authorization",
            "X-Odd",
        )
    ),
    _HEADER_VALUES,
    max_size=5,
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
_BODIES = st.binary(max_size=300) | _JSON.map(lambda value: repr(value).encode("utf-8", "replace"))
_SEGMENTS = st.sampled_from(
    ("garden", "nobody", "%00", "%2e%2e", "garden%2F..", "a" * 300, "%F0%9F%92%A9", "%", "gar;den")
)
_ODD = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def open_to_all(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    """One process for all examples."""
    folder = tmp_path_factory.mktemp("web")
    shutil.copy(migrated_sqlite, folder / "ledger.db")
    with open_site(folder, f"sqlite:///{folder}/ledger.db") as made:
        yield made


@pytest.fixture(scope="module")
def described(open_to_all: Site) -> dict[str, set[str]]:
    """Paths and their methods, as the surface describes them."""
    paths = open_to_all.wired.web().openapi()["paths"]
    return {path: {method.upper() for method in methods} for path, methods in paths.items()}


def test_the_description_names_every_door(described: dict[str, set[str]]) -> None:
    assert {
        "/webhooks/{shop}": {"POST"},
        "/healthz": {"GET"},
        "/readyz": {"GET"},
        "/metrics": {"GET"},
    }.items() <= described.items()


@_ODD
@given(data=st.data())
def test_no_request_makes_the_surface_fail(
    open_to_all: Site, described: dict[str, set[str]], data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(sorted(described)))
    while "{" in path:
        before, _, rest = path.partition("{")
        path = before + data.draw(_SEGMENTS) + rest.partition("}")[2]
    query = data.draw(st.sampled_from(("", "?", "?a=1&a=2", "?%00=%ff", "?" + "x" * 500)))
    method = data.draw(st.sampled_from(_METHODS))
    status = open_to_all.raw(method, path + query, data.draw(_BODIES), data.draw(_HEADERS))
    assert status < 500


@_ODD
@given(
    body=_BODIES, topic=st.sampled_from(("order.created", "order.updated", "order.deleted", "coupon.created", "", "x"))
)
def test_whatever_a_shop_signs_is_acknowledged(open_to_all: Site, body: bytes, topic: str) -> None:
    delivery = signed(body, topic)
    assert open_to_all.raw("POST", "/webhooks/garden", delivery.body, delivery.headers) == 200
