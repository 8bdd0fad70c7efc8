import json
from datetime import UTC, datetime
from typing import Any

import pytest

from providers.replaying import SignedDelivery
from providers.shops.woocommerce.replayer import WooCommerceReplayer
from providers.shops.woocommerce.shop import WooCommerceShop
from tests.contract.shops.suite import PLACED_AT, EventIdContract, ReadingContract, SignatureContract


def written(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") if moment else None


def order(number: int, *, status: str = "on-hold", modified_at: datetime, paid_at: datetime | None = None) -> Any:
    return {
        "id": number,
        "number": str(number),
        "status": status,
        "currency": "EUR",
        "date_created_gmt": written(PLACED_AT),
        "date_modified_gmt": written(modified_at),
        "date_paid_gmt": written(paid_at),
        "total": "33.24",
        "prices_include_tax": False,
        "billing": {"first_name": "Otto", "last_name": "Example", "country": "DE"},
        "payment_method": "bacs",
        "line_items": [
            {
                "id": 1,
                "name": "Tray",
                "quantity": 2,
                "total": "20.00",
                "total_tax": "4.60",
                "taxes": [{"id": 1, "total": "4.6"}],
            }
        ],
        "shipping_lines": [
            {
                "id": 2,
                "method_title": "Bike",
                "total": "8.00",
                "total_tax": "0.64",
                "taxes": [{"id": 2, "total": "0.64"}],
            }
        ],
        "tax_lines": [{"rate_id": 1, "rate_percent": 23}, {"rate_id": 2, "rate_percent": 8}],
    }


class WooCommerceBench:
    shop = WooCommerceShop(name="trays", secret="correct horse")
    stranger = WooCommerceShop(name="trays", secret="battery staple")

    def _sent(self, topic: str, value: Any) -> SignedDelivery:
        return WooCommerceReplayer(secret="correct horse").delivery(topic, json.dumps(value).encode(), at=PLACED_AT)

    def placed(self, number: int, *, modified_at: datetime) -> SignedDelivery:
        return self._sent("order.created", order(number, modified_at=modified_at))

    def paid(self, number: int, *, paid_at: datetime) -> SignedDelivery:
        value = order(number, status="processing", modified_at=paid_at, paid_at=paid_at)
        return self._sent("order.updated", value)

    def cancelled(self, number: int, *, cancelled_at: datetime) -> SignedDelivery:
        return self._sent("order.updated", order(number, status="cancelled", modified_at=cancelled_at))

    def restored(self, number: int) -> SignedDelivery:
        return self._sent("order.restored", order(number, modified_at=PLACED_AT))

    def removed(self, number: int) -> SignedDelivery:
        return self._sent("order.deleted", {"id": number})

    def without_total(self, number: int) -> SignedDelivery:
        value = order(number, modified_at=PLACED_AT)
        del value["total"]
        return self._sent("order.updated", value)

    def unrelated(self) -> SignedDelivery:
        return self._sent("coupon.created", {"id": 3, "code": "tenth"})

    def exported(self, number: int) -> bytes:
        return json.dumps(order(number, modified_at=PLACED_AT)).encode()


@pytest.fixture
def bench() -> WooCommerceBench:
    return WooCommerceBench()


class TestSignature(SignatureContract):
    pass


class TestEventId(EventIdContract):
    pass


class TestReading(ReadingContract):
    pass
