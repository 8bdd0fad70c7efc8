"""Stands in for a WooCommerce shop: signs deliveries and writes headers as `WC_Webhook::deliver` does."""

import hashlib
from datetime import datetime

from providers.replaying import SignedDelivery
from providers.shops.woocommerce.signature import key_of, sign

_USER_AGENT = "WooCommerce/10.2.0 Hookshot (WordPress/6.8.2)"


class WooCommerceReplayer:
    """Signs with the secret of the webhook `webhook_id` of the shop whose home page is `source`.

    Repeating, reordering, dropping and corrupting what comes out is the business of `providers.replaying`.
    """

    def __init__(self, *, secret: str, source: str = "https://shop.example/", webhook_id: int = 1) -> None:
        self._key = key_of(secret)
        self._source = source
        self._webhook_id = webhook_id

    def delivery(self, topic: str, body: bytes, *, at: datetime) -> SignedDelivery:
        """One signed delivery at a moment. Two of the same second share their delivery id, as in WooCommerce."""
        resource, _, event = topic.partition(".")
        moment = f"{self._webhook_id}{int(at.timestamp())}".encode()
        headers = {
            "User-Agent": _USER_AGENT,
            "Content-Type": "application/json",
            "X-WC-Webhook-Source": self._source,
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Resource": resource,
            "X-WC-Webhook-Event": event,
            "X-WC-Webhook-Signature": sign(body, self._key),
            "X-WC-Webhook-ID": str(self._webhook_id),
            "X-WC-Webhook-Delivery-ID": hashlib.sha256(moment).hexdigest()[:32],
        }
        return SignedDelivery(headers, body)

    def ping(self) -> SignedDelivery:
        """The unsigned hello of a new webhook."""
        headers = {"User-Agent": _USER_AGENT, "Content-Type": "application/x-www-form-urlencoded"}
        return SignedDelivery(headers, f"webhook_id={self._webhook_id}".encode())
