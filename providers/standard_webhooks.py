"""Standard Webhooks: the secret's key, and the headers that prove a message.

Source: https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
"""

import base64
import binascii
from datetime import UTC, datetime

from standardwebhooks import Webhook

_PREFIX = "whsec_"


def secret_key(secret: str, *, name: str = "") -> bytes:
    """The key in a secret such as whsec_MfKQ…: base64 of 24 to 64 random bytes. Raises `ValueError`."""
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(_PREFIX) or not 24 <= len(key) <= 64:
        raise ValueError(f"shop {name}: the secret is no Standard Webhooks secret, whsec_ + base64 of 24 to 64 bytes")
    return key


def signed_headers(webhook: Webhook, message_id: str, body: str, *, at: datetime) -> dict[str, str]:
    """The headers of one message. A repeat keeps `message_id` and is signed at its own moment."""
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": webhook.sign(message_id, at.astimezone(UTC), body),
    }
