import base64
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from providers.replaying import SignedDelivery
from providers.shops.generic.replayer import GenericReplayer
from providers.shops.generic.shop import GenericShop
from tests.contract.shops.suite import PLACED_AT, EventIdContract, ReadingContract, SignatureContract

SECRET = "whsec_" + base64.b64encode(b"correct horse battery staple").decode()
OTHER = "whsec_" + base64.b64encode(b"another horse another staple").decode()


def order(number: int, **changes: Any) -> dict[str, Any]:
    value: dict[str, Any] = {
        "order_id": str(number),
        "currency": "EUR",
        "total": "33.24",
        "lines": [
            {"name": "Tray", "quantity": 2, "net": "20.00", "tax_rate": 23},
            {"name": "Bike", "kind": "shipping", "net": "8.00", "tax": "0.64", "tax_rate": "8"},
        ],
        "buyer": {"first_name": "Otto", "last_name": "Example", "country": "DE"},
        "placed_at": PLACED_AT.isoformat(),
        "modified_at": PLACED_AT.isoformat(),
    }
    return {**value, **changes}


class GenericBench:
    shop = GenericShop(name="trays", secret=SECRET)
    stranger = GenericShop(name="trays", secret=OTHER)

    def _sent(self, event_type: str, data: dict[str, Any]) -> SignedDelivery:
        envelope = {"type": event_type, "timestamp": PLACED_AT.isoformat(), "data": data}
        body = json.dumps(envelope).encode()
        event_id = hashlib.sha256(body).hexdigest()[:20]
        return GenericReplayer(secret=SECRET).delivery(event_id, body, at=datetime.now(UTC))

    def placed(self, number: int, *, modified_at: datetime) -> SignedDelivery:
        return self._sent("order.created", order(number, modified_at=modified_at.isoformat()))

    def paid(self, number: int, *, paid_at: datetime) -> SignedDelivery:
        moment = paid_at.isoformat()
        return self._sent("order.updated", order(number, modified_at=moment, paid_at=moment))

    def cancelled(self, number: int, *, cancelled_at: datetime) -> SignedDelivery:
        return self._sent("order.updated", order(number, cancelled_at=cancelled_at.isoformat()))

    def restored(self, number: int) -> SignedDelivery:
        return self._sent("order.restored", order(number))

    def removed(self, number: int) -> SignedDelivery:
        return self._sent("order.deleted", {"order_id": str(number)})

    def without_total(self, number: int) -> SignedDelivery:
        value = order(number)
        del value["total"]
        return self._sent("order.updated", value)

    def unrelated(self) -> SignedDelivery:
        return self._sent("customer.created", {"name": "Otto"})

    def exported(self, number: int) -> bytes:
        return json.dumps(order(number)).encode()


@pytest.fixture
def bench() -> GenericBench:
    return GenericBench()


class TestSignature(SignatureContract):
    pass


class TestEventId(EventIdContract):
    pass


class TestReading(ReadingContract):
    pass
