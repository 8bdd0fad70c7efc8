"""ACS Invoicing's sandbox. `sandbox()` makes one; `providers.sandbox` serves it."""

import time
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from providers.invoicing.acs.sandbox.service import TOKEN_HEADER, AcsService
from providers.invoicing.acs.sandbox.switches import ErrorResult, ReferenceShown, Switches
from providers.sandbox import Broken, Faults, Reply, Request, Sandbox
from providers.sandbox.core import FOREVER, Clock, utc_now

__all__ = ["AcsService", "ErrorResult", "ReferenceShown", "Switches", "sandbox"]


class DiscreetSandbox(Sandbox):
    """Takes the token out of the address before anything is logged, whatever its parameter is called."""

    token_param: str = ""

    def exchange(self, request: Request, *, patience: timedelta = FOREVER) -> Reply | Broken:
        return super().exchange(self._without_token(request), patience=patience)

    def _without_token(self, request: Request) -> Request:
        parts = urlsplit(request.url)
        query = parse_qsl(parts.query, keep_blank_values=True)
        kept = urlencode([(name, value) for name, value in query if name != self.token_param])
        headers = {**request.headers, TOKEN_HEADER: request.query.get(self.token_param, "")}
        return Request(request.method, f"{parts.path}?{kept}" if kept else parts.path, headers, request.body)


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
    service = AcsService(token=token, switches=switches or Switches(list_lag=list_lag), clock=clock)
    made = DiscreetSandbox(service, faults=faults, clock=clock, sleep=sleep)
    made.token_param = service.switches.token_param
    return made
