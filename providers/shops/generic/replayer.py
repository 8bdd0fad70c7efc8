"""Stands in for a shop that signs after the Standard Webhooks specification."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from standardwebhooks import Webhook

from providers.replaying import SignedDelivery
from providers.standard_webhooks import secret_key, signed_headers


class GenericReplayer:
    """Signs events with a shop's secret. What happens on the way is the business of `providers.replaying`."""

    def __init__(self, *, secret: str) -> None:
        self._webhook = Webhook(secret_key(secret))

    def delivery(self, event_id: str, body: bytes, *, at: datetime) -> SignedDelivery:
        """One signed delivery of a body as it is. A repeat keeps `event_id` and is signed at its own moment."""
        return SignedDelivery(signed_headers(self._webhook, event_id, body.decode(), at=at), body)

    def event(self, event_id: str, event_type: str, data: Mapping[str, object], *, at: datetime) -> SignedDelivery:
        """One signed event around `data`, whose amounts are texts or integers."""
        envelope = {"type": event_type, "timestamp": at.astimezone(UTC).isoformat(), "data": data}
        return self.delivery(event_id, json.dumps(envelope).encode(), at=at)
