"""The sandbox's account at its door: who is let in, and which call is whose."""

import hmac
from collections import Counter
from typing import Final

from providers.invoicing.invoiceocean.sandbox.account import Account
from providers.invoicing.invoiceocean.sandbox.administration import AdministrationDesk
from providers.invoicing.invoiceocean.sandbox.delivery import DeliveryDesk
from providers.invoicing.invoiceocean.sandbox.figures import ruby
from providers.invoicing.invoiceocean.sandbox.invoices import InvoiceDesk
from providers.invoicing.invoiceocean.sandbox.payments import PaymentDesk
from providers.invoicing.invoiceocean.sandbox.replies import body, error, host, not_found
from providers.invoicing.invoiceocean.sandbox.shelves import CatalogueDesk
from providers.invoicing.invoiceocean.sandbox.switches import Switches
from providers.ports import JsonObject
from providers.sandbox.core import Clock, Router, utc_now
from providers.sandbox.messages import Reply, Request
from providers.sandbox.traps import Traps

_UNAUTHORIZED: Final = (
    "You must be logged in to gain access to the site ",
    "Musisz być zalogowany, aby mieć dostęp do strony ",
)


class InvoiceOceanService:
    """One account at InvoiceOcean, as far as its documentation and what others saw of it go."""

    def __init__(self, *, token: str, switches: Switches | None = None, clock: Clock = utc_now) -> None:
        self._token = token
        self.switches = switches or Switches()
        self.account = Account(self.switches, clock)
        delivery = DeliveryDesk(self.account)
        desks = (
            delivery,
            InvoiceDesk(self.account),
            PaymentDesk(self.account),
            CatalogueDesk(self.account),
            AdministrationDesk(self.account),
        )
        self._public = Router(delivery.public())
        self._router = Router({path: handler for desk in desks for path, handler in desk.routes().items()})

    def use(self, switches: Switches) -> None:
        """Change the service's mood; what exists stays."""
        self.switches = self.account.switches = switches

    def trap(self, traps: Traps) -> None:
        """From now on this is wrong with the lists."""
        self.account.traps = traps

    def handle(self, request: Request) -> Reply:
        if self.switches.login_page:
            return Reply.html(200, "Log in")
        if open_to_all := self._public.find(request):
            handler, parts = open_to_all
            return handler(request, parts)
        given = _given_token(request)
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return self._unauthorized(request, given)
        if self.switches.denied:
            return error(403, self.switches.denied)
        found = self._router.find(request)
        if found is None:
            return not_found()
        handler, parts = found
        return handler(request, parts)

    def state(self) -> JsonObject:
        """Every document with its payments, and counts that show a duplicate at a glance."""
        invoices = sorted(self.account.invoices.values(), key=lambda invoice: invoice.id)
        documents: list[JsonObject] = [
            {
                "reference": invoice.oid,
                "kind": invoice.kind,
                "remote_id": str(invoice.id),
                "number": invoice.number,
                "currency": invoice.sent.get("currency") or "PLN",
                "gross": ruby(invoice.gross),
                "paid": ruby(invoice.paid),
                "status": "canceled" if invoice.cancelled else invoice.status,
                "payments": [
                    {"remote_id": str(payment.id), "reference": payment.sent.get("oid"), "amount": ruby(payment.price)}
                    for payment in self.account.payments_of(invoice)
                ],
            }
            for invoice in invoices
        ]
        return {
            "documents": documents,
            "by_reference": dict(Counter(invoice.oid for invoice in invoices)),
            "payments_per_document": {str(invoice.id): len(self.account.payments_of(invoice)) for invoice in invoices},
            "emails_per_document": dict(Counter(str(mail["invoice_id"]) for mail in self.account.mails)),
            "cards": {name: len(self.account.shelves[name]) for name in ("clients", "products", "departments")},
        }

    def _unauthorized(self, request: Request, given: str) -> Reply:
        """The text quotes the whole address, and with it a token that was sent there."""
        url = f"https://{host(request)}{request.url}"
        if self.switches.unauthorized_quotes_token:
            url = f"https://{host(request)}{request.path}?api_token={given}"
        return error(401, _UNAUTHORIZED[self.switches.polish] + url)


def _given_token(request: Request) -> str:
    """From the header, the address or the body, as all three are documented."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token
    return request.query.get("api_token") or str(body(request).get("api_token", ""))
