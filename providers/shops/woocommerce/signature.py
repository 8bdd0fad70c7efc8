"""How WooCommerce signs a delivery.

Source: woocommerce/woocommerce, includes/class-wc-webhook.php, `generate_signature`: base64 of the
HMAC-SHA256 over the raw body, keyed with the webhook's secret after `wp_specialchars_decode(…, ENT_QUOTES)`.
"""

import base64
import hashlib
import hmac
import re

# The five characters that WordPress' wp_specialchars_decode (wp-includes/formatting.php) knows, and no others:
# "&eacute;" in a secret stays as it is.
_SPECIAL = re.compile(r"&(?:(#0*39|#x0*27)|(quot|#0*34|#x0*22)|(lt|#0*60)|(gt|#0*62)|(amp|#0*38|#x0*26));")
_CHARACTERS = ("'", '"', "<", ">", "&")


def key_of(secret: str) -> bytes:
    """The bytes that key the HMAC, for a secret as it stands in the webhook's settings."""
    return _SPECIAL.sub(lambda match: _CHARACTERS[(match.lastindex or 1) - 1], secret).encode()


def sign(body: bytes, key: bytes) -> str:
    """The value of the header X-WC-Webhook-Signature."""
    return base64.b64encode(hmac.digest(key, body, hashlib.sha256)).decode()


def matches(body: bytes, key: bytes, header: str) -> bool:
    """Whether the header signs the body; compared in constant time. False for any malformed header."""
    return hmac.compare_digest(sign(body, key).encode(), header.encode("utf-8", "replace"))
