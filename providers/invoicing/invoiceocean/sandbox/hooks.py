"""The webhooks that the service sends. Here they are kept in a list, and nobody is called.

Observed: documents arrive as deals, with their id among `external_ids`; the text that the hook was set up with comes
back. Documented: not signed, sent for successful changes only, not repeated, none for documents of costs.
"""

import json
from dataclasses import dataclass, field
from typing import Final

from providers.invoicing.invoiceocean.sandbox.catalogue import Shelf
from providers.invoicing.invoiceocean.sandbox.figures import is_yes, ruby
from providers.invoicing.invoiceocean.sandbox.records import Invoice
from providers.ports import JsonObject

_TOLD: Final = {"clients": "client", "products": "product"}


@dataclass(frozen=True, slots=True)
class Sent:
    """One delivery."""

    url: str
    body: bytes


@dataclass(slots=True)
class Hooks:
    shelf: Shelf
    sent: list[Sent] = field(default_factory=list)

    def invoice(self, action: str, invoice: Invoice) -> None:
        if not self.shelf.records or not invoice.income:
            return
        buyer = {"name": invoice.sent.get("buyer_name"), "external_ids": {"fakturownia": invoice.client_id}}
        deal: JsonObject = {
            "name": invoice.positions[0].name if invoice.positions else "",
            "description": invoice.sent.get("description"),
            "price": ruby(invoice.gross),
            "paid": invoice.status == "paid",
            "date": invoice.issue_date.isoformat(),
            "invoice_no": invoice.number,
            "kind": invoice.kind,
            "external_ids": {"fakturownia": invoice.id},
            "client": {**buyer, "skip_webhooks": True},
            "skip_webhooks": True,
        }
        self._deliver(f"invoice:{action}", {"deal": deal})

    def record(self, plural: str, action: str, record: JsonObject) -> None:
        name = _TOLD.get(plural)
        if name and self.shelf.records:
            told = {**record, "external_ids": {"fakturownia": record["id"]}, "skip_webhooks": True}
            self._deliver(f"{name}:{action}", {name: told})

    def _deliver(self, kind: str, told: JsonObject) -> None:
        for hook in self.shelf.records.values():
            if hook.get("kind") == kind and is_yes(hook.get("active"), default=True):
                echo = str(hook.get("api_token") or "")
                body = {**told, "app_name": "fakturownia", "api_token": echo, "locale": "pl"}
                self.sent.append(Sent(str(hook["url"]), json.dumps(body).encode()))
