"""One WooCommerce shop: its deliveries' signature, topics and orders."""

import hashlib
import re
from collections.abc import Mapping, Sequence

from providers.domain.orders import Order
from providers.domain.reasons import Code, Reason
from providers.payloads import load_object, shown, text, validated
from providers.ports import BadSignature, Delivery, Ignored, Removal, Snapshot, Unreadable
from providers.shops.woocommerce.mapping import DRAFTS, TAX_NO_KEYS, order_from, status_of
from providers.shops.woocommerce.payload import OrderPayload, RemovedPayload, identifier
from providers.shops.woocommerce.signature import key_of, matches

TOPIC = "x-wc-webhook-topic"
SIGNATURE = "x-wc-webhook-signature"

_SNAPSHOTS = frozenset({"order.created", "order.updated", "order.restored"})
_PING = re.compile(rb"\s*webhook_id=\d{1,20}\s*")
_REMEDY = (
    "See that the webhook's API version is 'WP REST API Integration v3' and that no plug-in changes its payload, "
    "then save the order in the shop so that it is sent again."
)


class WooCommerceShop:
    """A `Shop` for WooCommerce 3.5 and later.

    The secret is that of the webhook's settings. `tax_no_keys` names the meta keys that may hold the
    buyer's tax number, the most trusted first. Raises `ValueError` for an empty secret: WooCommerce would
    sign with it, and so could anybody.
    """

    def __init__(self, *, name: str, secret: str, tax_no_keys: Sequence[str] = TAX_NO_KEYS) -> None:
        if not secret:
            raise ValueError(f"shop {name}: the webhook's secret is empty; set one in WooCommerce and here")
        self.name = name
        self._key = key_of(secret)
        self._tax_no_keys = tuple(tax_no_keys)

    def is_greeting(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether this is the ping that WooCommerce sends when a webhook is created: `webhook_id=7`, unsigned.

        Source: includes/class-wc-webhook.php, `deliver_ping`; an answer other than 200 is shown as an error.
        """
        return not _topic(headers).startswith("order.") and _PING.fullmatch(body) is not None

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """See `Shop.verify`. There is no time in the signature: WooCommerce offers no protection from replays."""
        signature = headers.get(SIGNATURE, "")
        if not signature or not matches(body, self._key, signature):
            raise BadSignature("X-WC-Webhook-Signature is missing or does not sign this body")

    def event_id(self, headers: Mapping[str, str], body: bytes) -> str:
        """The digest of topic and body. X-WC-Webhook-Delivery-ID will not do: it is a hash of the webhook's id
        and the second, so that two orders changed within one second share it."""
        return hashlib.sha256(_topic(headers).encode() + b"\n" + body).hexdigest()

    def read(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        """See `Shop.read`. Without a topic, as on the queue, the body is taken for the order as it is now."""
        topic = _topic(headers) or "order.updated"
        event_id = self.event_id(headers, body)
        if topic == "order.deleted":
            removed = validated(
                RemovedPayload, load_object(body, remedy=_REMEDY, topic=topic), remedy=_REMEDY, topic=topic
            )
            return Delivery(event_id=event_id, topic=topic, content=Removal(order_id=removed.id))
        if topic not in _SNAPSHOTS:
            return Delivery(event_id=event_id, topic=topic, content=Ignored(why=f"{topic} concerns no order"))
        payload = _parse(body, topic)
        if status_of(payload) in DRAFTS:
            return Delivery(event_id=event_id, topic=topic, content=Ignored(why="draft order"))
        order = order_from(payload, tax_no_keys=self._tax_no_keys)
        return Delivery(
            event_id=event_id, topic=topic, content=Snapshot(order=order, restored=topic == "order.restored")
        )

    def read_order(self, body: bytes) -> Order:
        """Read one order as the REST API gives it, such as a line of an exported file. Raises `Unreadable`."""
        payload = _parse(body, "")
        if status_of(payload) in DRAFTS:
            reason = Reason(
                code=Code.UNREADABLE,
                text="The order is a draft that nobody has placed.",
                field="status",
                value=payload.status,
                remedy="Leave it out.",
            )
            raise Unreadable(reason, order_id=payload.id)
        return order_from(payload, tax_no_keys=self._tax_no_keys)


def _topic(headers: Mapping[str, str]) -> str:
    return text(headers.get(TOPIC, ""))[:100]


def _parse(body: bytes, topic: str) -> OrderPayload:
    """Read the body as an order. Raises `Unreadable`, with the order's id where it has one."""
    value = load_object(body, remedy=_REMEDY, topic=topic)
    if "id" not in value and "code" in value and "message" in value:
        raise Unreadable(_no_access(value), topic=topic)
    try:
        order_id = identifier(value.get("id"))
    except ValueError:
        order_id = ""
    return validated(OrderPayload, value, remedy=_REMEDY, order_id=order_id, topic=topic)


def _no_access(value: Mapping[str, object]) -> Reason:
    """WooCommerce builds the body as the user who owns the webhook, and sends that user's error message."""
    return Reason(
        code=Code.UNREADABLE,
        text="WooCommerce sent an error message in place of the order.",
        field="code",
        value=shown(value["code"]),
        remedy="Let the webhook belong to a user who may read orders, then save the order so that it is sent again.",
    )
