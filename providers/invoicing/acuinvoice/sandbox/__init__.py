"""AcuInvoice's sandbox. `sandbox()` makes one; `providers.sandbox` serves it."""

import time
from collections.abc import Callable
from datetime import timedelta

from providers.invoicing.acuinvoice.sandbox.service import AcuInvoiceService
from providers.invoicing.acuinvoice.sandbox.switches import Switches
from providers.sandbox import Faults, Sandbox
from providers.sandbox.core import Clock, utc_now

__all__ = ["AcuInvoiceService", "Switches", "sandbox"]


def sandbox(
    *,
    token: str,
    switches: Switches | None = None,
    faults: Faults | None = None,
    list_lag: timedelta = timedelta(0),
    clock: Clock = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> Sandbox:
    """An empty account that lets `token` in. `list_lag` stands for that switch where no others are given."""
    service = AcuInvoiceService(token=token, switches=switches or Switches(list_lag=list_lag), clock=clock)
    return Sandbox(service, faults=faults, clock=clock, sleep=sleep)
