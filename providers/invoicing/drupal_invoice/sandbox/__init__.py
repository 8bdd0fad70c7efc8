"""The sandbox of Drupal's Invoice module. `sandbox()` makes one; `providers.sandbox` serves it."""

import time
from collections.abc import Callable
from datetime import timedelta

from providers.invoicing.drupal_invoice.sandbox.service import DrupalInvoiceService
from providers.invoicing.drupal_invoice.sandbox.switches import Database, Module, Switches
from providers.sandbox import Faults, Sandbox
from providers.sandbox.core import Clock, utc_now

__all__ = ["Database", "DrupalInvoiceService", "Module", "Switches", "sandbox"]


def sandbox(
    *,
    token: str,
    switches: Switches | None = None,
    faults: Faults | None = None,
    list_lag: timedelta = timedelta(0),
    clock: Clock = utc_now,
    sleep: Callable[[float], None] = time.sleep,
) -> Sandbox:
    """A site without invoices that lets `token`, an account as "user:password", in.

    `list_lag` stands for that switch where no others are given.
    """
    service = DrupalInvoiceService(token=token, switches=switches or Switches(list_lag=list_lag), clock=clock)
    return Sandbox(service, faults=faults, clock=clock, sleep=sleep)
