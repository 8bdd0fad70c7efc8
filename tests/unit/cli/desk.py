"""A configuration and a ledger to type commands at, and orders in every state."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from providers.domain.documents import DocumentKind, RemoteDocument
from providers.domain.known import Known
from providers.domain.orders import Order, OrderState
from providers.domain.plan import plan
from providers.domain.policy import Policy
from providers.domain.reasons import Code, Reason
from providers.domain.results import Issued, Paid
from providers.domain.steps import Create, Pay, Rest, Step, Stop, Wait
from tasks.ledger.ledger import Ledger
from tasks.ledger.tables import EventState
from tasks.ledger.turn import Claim, Turn
from tests.builders import NOON, a_card, a_paid_order, an_event
from worker.cli.app import app

TOKEN = "t0ken-of-the-main-book"
SECRET = "webhook-s3cret-of-the-garden"
GENERIC_SECRET = "whsec_" + "QUJD" * 8

TOML = """
[ledger]
url = "sqlite:///ledger.sqlite3"

[shops.garden]
kind = "woocommerce"
secret = "env:GARDEN_SECRET"
book = "main"

[shops.kiosk]
kind = "generic"
secret = "env:KIOSK_SECRET"
book = "main"

[books.main]
provider = "invoiceocean"
base_url = "http://127.0.0.1:1"
token = "env:MAIN_TOKEN"
"""

STOPPED = Reason(
    code=Code.TOTAL_MISMATCH,
    text="The lines add up to 100.00 EUR, but the order's total is 123.00 EUR",
    field="total",
    value="123.00",
    remedy="Correct the order in the shop.",
)


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which holds nothing but JSON."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where commands are typed."""

    folder: Path
    ledger: Ledger

    def type(self, *arguments: str, given: bytes | None = None, environ: Mapping[str, str] | None = None) -> Said:
        """Type a command. Whatever it is, it says no secret, and shows no traceback."""
        result = CliRunner().invoke(app, list(arguments), input=given, env=environ)
        logging.getLogger().handlers.clear()
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        for secret in (TOKEN, SECRET, GENERIC_SECRET):
            assert secret not in result.output
        assert "Traceback" not in result.output
        return Said(result.exit_code, result.stdout, result.stderr)

    def configure(self, text: str) -> None:
        (self.folder / "counterfoil.toml").write_text(text, encoding="utf-8")

    def write(self, name: str, content: str | bytes) -> str:
        """A file with this content; its path as one would type it."""
        file = self.folder / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(file)

    def take(self, order: Order, **changes: object) -> None:
        """An order comes in."""
        event = an_event(**{"event_id": f"{order.order_id}-{order.version}", **changes})
        self.ledger.inbox.apply(event, order, book="main")

    def take_unreadable(self, order_id: str = "") -> None:
        reason = Reason(
            code=Code.UNREADABLE, text="The order cannot be read: body is not JSON.", field="body", value="{"
        )
        self.ledger.inbox.set_aside(an_event(body=b"{"), EventState.UNREADABLE, reason, order_id=order_id)

    def rest(self, order: Order, step: Rest | Stop | Wait) -> None:
        """An order comes in, and is planned: it rests."""
        self.take(order)
        self._begin(order.order_id, lambda _: step)

    def issue(self, order: Order | None = None) -> None:
        """A paid order comes in, and is invoiced and paid at the provider."""
        order = order or a_paid_order()
        self.take(order)
        turn, step = self._begin(order.order_id, _decide)
        assert isinstance(step, Create)
        remote = RemoteDocument(
            remote_id=f"r{order.order_id}",
            kind=DocumentKind.INVOICE,
            number=f"FV {order.order_id}/2026",
            reference=step.reference,
            currency="EUR",
            gross=Decimal("123.00"),
        )
        issued = Issued(operation_key=step.operation_key, document=step.draft.key, remote=remote)
        turn, step = self.ledger.turns.settle(turn, issued, claim=claim(), decide=_decide)
        assert isinstance(step, Pay)
        paid = Paid(
            operation_key=step.operation_key,
            document=step.document.key,
            payment_key=step.payment.key,
            remote_id="m1",
        )
        turn, step = self.ledger.turns.settle(turn, paid, claim=claim(), decide=_decide)
        assert step == Rest(state=OrderState.DONE)

    def _begin(self, order_id: str, decide: Any) -> tuple[Turn, Step]:
        begun = self.ledger.turns.begin("garden", order_id, claim=claim(), decide=decide)
        assert begun is not None
        return begun


def claim(now: datetime = NOON) -> Claim:
    return Claim(owner="test", now=now, lease=timedelta(minutes=1))


def _decide(turn: Turn) -> Step:
    step = plan(turn.shop, turn.order, turn.known or Known(), Policy(), a_card(), now=NOON)
    if isinstance(step, Create):
        payload = {"invoice": {"oid": step.reference, "api_token": "never-shown", "positions": [{"name": "Can"}]}}
        return Create(draft=step.draft, reference=step.reference, generation=step.generation, payload=payload)
    return step
