"""InvoiceOcean's sandbox. `sandbox()` makes one; `providers.sandbox` serves it.

::

    switches.py         what nobody knows, and moods
    service.py          the door: tokens, paths
    account.py          what exists
    invoices.py         documents                records.py, positions.py, checks.py, lists.py, copying.py
    delivery.py         e-mail, files            ksef.py
    payments.py         payments                 paid.py
    shelves.py          all other records        catalogue.py, references.py, banking.py
    administration.py   the account itself       hooks.py
"""

import time
from collections.abc import Callable
from datetime import timedelta

from providers.invoicing.invoiceocean.sandbox.service import InvoiceOceanService
from providers.invoicing.invoiceocean.sandbox.switches import ConnectedPayments, Files, OidScope, Profile, Switches
from providers.sandbox import Faults, Sandbox
from providers.sandbox.core import Clock, utc_now

__all__ = ["ConnectedPayments", "Files", "InvoiceOceanService", "OidScope", "Profile", "Switches", "sandbox"]


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
    service = InvoiceOceanService(token=token, switches=switches or Switches(list_lag=list_lag), clock=clock)
    return Sandbox(service, faults=faults, clock=clock, sleep=sleep)
