"""The sandbox of WebParking's bridge. `sandbox()` makes one; `providers.sandbox` serves it."""

import time
from collections.abc import Callable

from providers.invoicing.webparking.sandbox.service import WebParkingService
from providers.invoicing.webparking.sandbox.switches import GARDEN_ITEMS, Bodies, StockItem, Switches, VatRounding
from providers.sandbox import Faults, Sandbox
from providers.sandbox.core import Clock, utc_now

__all__ = ["GARDEN_ITEMS", "Bodies", "StockItem", "Switches", "VatRounding", "WebParkingService", "sandbox"]


def sandbox(
    *,
    token: str,
    switches: Switches | None = None,
    faults: Faults | None = None,
    clock: Clock = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> Sandbox:
    """A bridge without any invoice that lets `token` in."""
    return Sandbox(WebParkingService(token=token, switches=switches), faults=faults, clock=clock, sleep=sleep)
