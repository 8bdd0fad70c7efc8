import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from providers.ports import BadSignature
from providers.replaying import corrupted
from providers.shops.woocommerce.replayer import WooCommerceReplayer
from providers.shops.woocommerce.shop import SIGNATURE, WooCommerceShop
from providers.shops.woocommerce.signature import key_of

BODY = b'{"id":5}'
NOW = datetime(2026, 2, 3, 10, tzinfo=UTC)


def shop(secret: str = "open sesame") -> WooCommerceShop:
    return WooCommerceShop(name="tea", secret=secret)


def test_the_signature_is_base64_of_the_hmac_of_the_raw_body() -> None:
    digest = hmac.new(b"open sesame", BODY, hashlib.sha256).digest()
    shop().verify({SIGNATURE: base64.b64encode(digest).decode()}, BODY)


def test_a_signature_made_with_openssl_is_accepted() -> None:
    # printf '{"id":5}' | openssl dgst -sha256 -hmac 'open sesame' -binary | base64
    shop().verify({SIGNATURE: "LGyJdRaRTZo5rfcTsY4BkwoqqHJ5mlC7Eq1+MCytWLY="}, BODY)


def test_the_replayers_signature_is_accepted() -> None:
    sent = WooCommerceReplayer(secret="open sesame").delivery("order.created", BODY, at=NOW)
    shop().verify(sent.received, sent.body)


@pytest.mark.parametrize(
    "header", ["", "nonsense", "====", "ü", "\ud800", "OTk=", "sha256=abc", " ", "0" * 10_000, "\x00"]
)
def test_a_malformed_signature_is_a_bad_one(header: str) -> None:
    with pytest.raises(BadSignature):
        shop().verify({SIGNATURE: header}, BODY)


def test_a_missing_signature_is_a_bad_one() -> None:
    with pytest.raises(BadSignature):
        shop().verify({}, BODY)


def test_another_secret_does_not_sign() -> None:
    sent = WooCommerceReplayer(secret="open barley").delivery("order.created", BODY, at=NOW)
    with pytest.raises(BadSignature):
        shop().verify(sent.received, sent.body)


def test_one_flipped_bit_breaks_the_signature() -> None:
    sent = WooCommerceReplayer(secret="open sesame").delivery("order.created", BODY, at=NOW)
    for place in range(len(BODY)):
        with pytest.raises(BadSignature):
            shop().verify(sent.received, corrupted(sent, at=place).body)


def test_a_secret_stored_with_entities_signs_like_the_plain_one() -> None:
    sent = WooCommerceReplayer(secret="a&amp;b&lt;c&gt;&quot;d&#039;").delivery("order.created", BODY, at=NOW)
    shop("a&b<c>\"d'").verify(sent.received, sent.body)


@pytest.mark.parametrize(
    ("stored", "key"),
    [
        ("&#39;&#x27;&#X27;", b"''&#X27;"),
        ("&#0034;&#x0022;", b'""'),
        ("&#060;&#062;&#038;&#x26;", b"<>&&"),
        ("&amp;lt;", b"&lt;"),
        ("&eacute;&nbsp;", b"&eacute;&nbsp;"),
    ],
)
def test_only_the_five_special_characters_are_decoded_and_only_once(stored: str, key: bytes) -> None:
    assert key_of(stored) == key


def test_an_empty_secret_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="shop tea: the webhook's secret is empty"):
        shop("")


def test_two_deliveries_of_one_second_share_their_delivery_id() -> None:
    replayer = WooCommerceReplayer(secret="s", webhook_id=7)
    first = replayer.delivery("order.created", b'{"id":1}', at=NOW).headers
    second = replayer.delivery("order.updated", b'{"id":2}', at=NOW + timedelta(milliseconds=900)).headers
    later = replayer.delivery("order.updated", b'{"id":2}', at=NOW + timedelta(seconds=1)).headers
    assert first["X-WC-Webhook-Delivery-ID"] == second["X-WC-Webhook-Delivery-ID"]
    assert second["X-WC-Webhook-Delivery-ID"] != later["X-WC-Webhook-Delivery-ID"]


def test_the_replayer_writes_the_headers_of_a_webhook() -> None:
    sent = WooCommerceReplayer(secret="s", source="https://tea.example/", webhook_id=7)
    headers = sent.delivery("order.restored", BODY, at=NOW).headers
    assert headers["X-WC-Webhook-Source"] == "https://tea.example/"
    assert headers["X-WC-Webhook-Topic"] == "order.restored"
    assert headers["X-WC-Webhook-Resource"] == "order"
    assert headers["X-WC-Webhook-Event"] == "restored"
    assert headers["X-WC-Webhook-ID"] == "7"
    assert headers["Content-Type"] == "application/json"
