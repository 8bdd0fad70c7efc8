"""The way to the sandbox: every exchange is a point at which the process may die, and is kept for the proof."""

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from providers.invoicing.invoiceocean.sandbox import InvoiceOceanService
from providers.sandbox.adapter import SandboxAdapter
from providers.sandbox.core import Sandbox
from providers.sandbox.faults import Fault
from providers.sandbox.messages import Reply, Request
from tests.simulation.points import AFTER_CALL, BEFORE_CALL, Crash, Points

CREATE = "create"
PAY = "pay"
CANCEL = "cancel"
EMAIL = "email"
FIND = "find"
READ = "read"
LIST = "list"

_AT_ONCE = 0.001


@dataclass(slots=True)
class Exchange:
    """One request. `about` is the reference that is created, paid or looked for; `order` that of the invoice, which
    stands for the order."""

    kind: str
    about: str
    order: str
    began: datetime
    ended: datetime | None = None
    outcome: str = "crashed"
    """The status, or the name of the exception; "crashed" when the process died before it saw an answer."""
    readable: bool = False
    """The answer is JSON with a status of success."""

    @property
    def without_effect(self) -> bool:
        """The answer proves that nothing was done."""
        undecided = {"408", "425", "499"}
        refused = self.outcome.startswith("4") and self.outcome not in undecided
        return refused or self.outcome == "never connected"


class PlannedFaults:
    """Faults for the nth requests, counted from 0; those about the answer apply once the service has acted."""

    def __init__(self, plan: Mapping[int, tuple[str, Callable[[], Fault]]] | None = None) -> None:
        self.plan = dict(plan or {})
        self.asked = 0
        self.injected = 0

    def next(self, phase: str, make: Callable[[], Fault]) -> None:
        """The next request goes wrong."""
        self.plan[self.asked] = (phase, make)

    def before(self, _request: Request) -> Fault | None:
        self.asked += 1
        return self._fault("before")

    def after(self, _request: Request, _reply: Reply) -> Fault | None:
        return self._fault("after")

    def _fault(self, phase: str) -> Fault | None:
        told, make = self.plan.get(self.asked - 1, ("", None))
        if make is None or told != phase:
            return None
        self.injected += 1
        return make()


@dataclass
class Wire(SandboxAdapter):
    """Reaches the sandbox as `SandboxAdapter` does."""

    sandbox: Sandbox
    points: Points
    log: list[Exchange] = field(default_factory=list)
    on_call: Callable[[Exchange], None] = lambda _exchange: None
    """Called while the request is under way, before the service acts: what others do at the same time."""
    in_flight: list[str] = field(default_factory=list)
    """The orders of the requests under way."""
    dies_waiting: bool = False
    """Whether the process dies as soon as the next request is sent, long before it would give up."""
    most_in_flight: int = 0
    overlaps: list[str] = field(default_factory=list)
    """Orders for which two requests were under way at the same time."""

    def __post_init__(self) -> None:
        super().__init__(self.sandbox)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        exchange = self._exchange(request)
        self.points.reach(f"{BEFORE_CALL}: {exchange.kind}")
        self.log.append(exchange)
        if exchange.order in self.in_flight:
            self.overlaps.append(exchange.order)
        self.in_flight.append(exchange.order or exchange.kind)
        self.most_in_flight = max(self.most_in_flight, len(self.in_flight))
        alive = True
        try:
            self.on_call(exchange)
            if self.dies_waiting:
                self._die_waiting(request)
            response = super().send(request, *args, **kwargs)
        except requests.RequestException as error:
            exchange.outcome = "never connected" if "refused" in str(error) else type(error).__name__
            raise
        except Crash:
            alive = False
            raise
        else:
            exchange.outcome, exchange.readable = str(response.status_code), _readable(response)
            return response
        finally:
            exchange.ended = self.sandbox.clock()
            self.in_flight.pop()
            if alive:
                self._after(exchange)

    def _die_waiting(self, request: requests.PreparedRequest) -> None:
        self.dies_waiting = False
        with contextlib.suppress(requests.RequestException):
            super().send(request, timeout=(_AT_ONCE, _AT_ONCE))
        raise Crash("while it waited for an answer")

    def _after(self, exchange: Exchange) -> None:
        seen, readable = exchange.outcome, exchange.readable
        exchange.outcome, exchange.readable = "crashed", False
        self.points.reach(f"{AFTER_CALL}: {exchange.kind}")
        exchange.outcome, exchange.readable = seen, readable

    def _exchange(self, request: requests.PreparedRequest) -> Exchange:
        parts, now = urlsplit(request.path_url), self.sandbox.clock()
        if parts.path.endswith("/send_by_email.json"):
            reference = self._reference(parts.path.split("/")[2])
            return Exchange(EMAIL, reference, order_of(reference), now)
        if request.method == "POST":
            body = json.loads(request.body or b"{}")
            if parts.path == "/invoices/cancel.json":
                reference = self._reference(str(body["cancel_invoice_id"]))
                return Exchange(CANCEL, reference, order_of(reference), now)
            if parts.path == "/invoices.json":
                reference = body["invoice"]["oid"]
                return Exchange(CREATE, reference, order_of(reference), now)
            told = body["banking_payment"]
            return Exchange(PAY, told["oid"], order_of(self._reference(str(told["invoice_id"]))), now)
        if parts.path == "/invoices.json":
            reference = parse_qs(parts.query).get("oid", [""])[0]
            return Exchange(FIND if reference else LIST, reference, order_of(reference), now)
        reference = self._reference(parts.path.rsplit("/", 1)[1].removesuffix(".json"))
        return Exchange(READ, reference, order_of(reference), now)

    def _reference(self, invoice_id: str) -> str:
        service = self.sandbox.service
        assert isinstance(service, InvoiceOceanService)
        found = service.account.invoices.get(int(invoice_id))
        return found.oid if found else ""


def order_of(reference: str) -> str:
    """The order that a document is about: its invoice's reference, with which every other one begins."""
    return "/".join(reference.split("/")[:2])


def _readable(response: requests.Response) -> bool:
    try:
        json.loads(response.content)
    except ValueError:
        return False
    return response.status_code < 300
