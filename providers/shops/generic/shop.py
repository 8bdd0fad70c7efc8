"""One shop that signs after the Standard Webhooks specification and sends canonical orders.

Source: https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from standardwebhooks import Webhook

from providers.domain.orders import Order
from providers.domain.reasons import Code, Reason
from providers.payloads import load_object, text, validated
from providers.ports import BadSignature, Delivery, Ignored, Removal, Snapshot, Unreadable
from providers.shops.generic.mapping import AmountsMissing, order_from
from providers.shops.generic.payload import CanonicalOrder, Event, RemovedOrder
from providers.standard_webhooks import secret_key

_SNAPSHOTS = frozenset({"order.created", "order.updated", "order.restored"})
_REMEDY = "Correct the sender after docs/generic-shop.md and send the order again."


class GenericShop:
    """A `Shop` for senders of our own format. Raises `ValueError` for a secret that is none."""

    def __init__(self, *, name: str, secret: str) -> None:
        self.name = name
        self._webhook = Webhook(secret_key(secret, name=name))

    def is_greeting(self, headers: Mapping[str, str], body: bytes) -> bool:  # noqa: ARG002 - the protocol's names
        """Never: the specification knows no unsigned hello."""
        return False

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """See `Shop.verify`. A timestamp more than five minutes off is refused, in both directions.

        The library means to raise its own error, but a malformed signature ends in `ValueError` and a body
        that is not UTF-8 in `UnicodeDecodeError`: whatever it raises, nothing has been proved.
        """
        try:
            self._webhook.verify(body, dict(headers), json_parse=False)
        except Exception as error:
            raise BadSignature("the webhook-signature does not prove this delivery") from error

    def event_id(self, headers: Mapping[str, str], body: bytes) -> str:
        """The sender's webhook-id, which repeats keep; its digest when it is long; the body's when there is none."""
        webhook_id = headers.get("webhook-id", "")
        if webhook_id and len(webhook_id) <= 100 and webhook_id == text(webhook_id):
            return webhook_id
        return hashlib.sha256(webhook_id.encode("utf-8", "replace") or body).hexdigest()

    def read(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        """See `Shop.read`: the envelope's `type` is the topic."""
        value = load_object(body, remedy=_REMEDY)
        event = validated(Event, value, remedy=_REMEDY, order_id=_order_id(value.get("data")))
        topic, event_id = event.type[:100], self.event_id(headers, body)
        if topic == "order.deleted":
            removed = validated(RemovedOrder, event.data, remedy=_REMEDY, topic=topic, inside="data")
            return Delivery(event_id=event_id, topic=topic, content=Removal(order_id=removed.order_id))
        if topic not in _SNAPSHOTS:
            return Delivery(event_id=event_id, topic=topic, content=Ignored(why=f"{topic} concerns no order"))
        order = _order(event.data, topic=topic, inside="data", stamped_at=event.timestamp)
        return Delivery(
            event_id=event_id, topic=topic, content=Snapshot(order=order, restored=topic == "order.restored")
        )

    def read_order(self, body: bytes) -> Order:
        """Read one canonical order without an envelope, such as a line of a file. Raises `Unreadable`."""
        return _order(load_object(body, remedy=_REMEDY))


def _order(
    data: Mapping[str, object], *, topic: str = "", inside: str = "", stamped_at: datetime | None = None
) -> Order:
    order_id = _order_id(data)
    parsed = validated(CanonicalOrder, data, remedy=_REMEDY, order_id=order_id, topic=topic, inside=inside)
    try:
        return order_from(parsed, stamped_at=stamped_at)
    except AmountsMissing as error:
        field = f"{inside}.lines[{error.place}]".lstrip(".")
        reason = Reason(
            code=Code.UNREADABLE,
            text=f"The order cannot be read: {field} {error}.",
            field=field,
            value=parsed.lines[error.place].name[:60],
            remedy=_REMEDY,
        )
        raise Unreadable(reason, order_id=order_id, topic=topic) from None


def _order_id(data: object) -> str:
    """The order's id where it can be made out, however wrong the rest is; else empty."""
    value = data.get("order_id") if isinstance(data, dict) else None
    try:
        order_id = text(value)
    except ValueError:
        return ""
    return order_id if len(order_id) <= 100 else ""
