"""The sandbox's behaviour call by call. Not built yet: e-mail, corrections, the Polish national system."""

import hmac
from collections import Counter
from datetime import datetime
from typing import Final

from providers.invoicing.invoiceocean.sandbox import checks, lists
from providers.invoicing.invoiceocean.sandbox.account import Account
from providers.invoicing.invoiceocean.sandbox.records import Invoice, Payment, number_in, ruby
from providers.invoicing.invoiceocean.sandbox.switches import ConnectedPayments, Profile, Switches
from providers.ports import JsonObject
from providers.sandbox.core import Clock, Router, utc_now
from providers.sandbox.messages import Reply, Request

_STATUSES: Final = frozenset({"issued", "sent", "paid", "partial", "rejected"})
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
        self._requests = 0
        self._router = Router(
            {
                "GET /invoices.json": self._list_invoices,
                "POST /invoices.json": self._create_invoice,
                "POST /invoices/cancel.json": self._cancel,
                "GET /invoices/{}.json": self._read_invoice,
                "PUT /invoices/{}.json": self._update_invoice,
                "PATCH /invoices/{}.json": self._update_invoice,
                "DELETE /invoices/{}.json": self._delete_invoice,
                "POST /invoices/{}/change_status.json": self._change_status,
                "GET /banking/payments.json": self._list_payments,
                "POST /banking/payments.json": self._create_payment,
                "GET /banking/payments/{}.json": self._read_payment,
                "DELETE /banking/payments/{}.json": self._delete_payment,
            }
        )

    def use(self, switches: Switches) -> None:
        """Change the service's mood; what exists stays."""
        self.switches = self.account.switches = switches

    def handle(self, request: Request) -> Reply:
        self._requests += 1
        if self.switches.login_page:
            return Reply.html(200, "Log in")
        given = _given_token(request)
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return self._unauthorized(request, given)
        if self.switches.denied:
            return _error(403, self.switches.denied)
        found = self._router.find(request)
        if found is None:
            return _not_found()
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
            "cards": {
                "clients": len(self.account.clients),
                "products": len(self.account.products),
                "departments": len(self.account.departments),
            },
        }

    def _create_invoice(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        sent = _wrapped(request, "invoice")
        if sent is None:
            return _error(400, "invoice is missing")
        if errors := checks.errors_in(sent, self.account):
            return self._refused(errors)
        invoice = self.account.create(sent)
        return Reply.json(201, self._fresh(invoice, request))

    def _list_invoices(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        rows = lists.invoices(request.query, self.account, salt=self._requests)
        positions = request.query.get("include_positions") in {"true", "1", "yes"}
        return Reply.json(200, [invoice.shown(host=_host(request), positions=positions) for invoice in rows])

    def _read_invoice(self, request: Request, parts: tuple[str, ...]) -> Reply:
        invoice = self._invoice(parts[0])
        if invoice is None:
            return _not_found()
        shown = invoice.shown(host=_host(request), positions=True)
        shown["payment_url"] = f"https://{_host(request)}/invoice/payment/{invoice.token}"
        asked = request.query.get("additional_fields[invoice]", "").split(",")
        if "cancel_reason" in asked:
            shown["cancel_reason"] = invoice.cancel_reason
        how = self.switches.connected_payments
        if "connected_payments" in asked and how is not ConnectedPayments.ABSENT:
            brief = how is ConnectedPayments.BRIEF
            shown["connected_payments"] = [each.shown(brief=brief) for each in self.account.payments_of(invoice)]
        if only := request.query.get("fields[invoice]"):
            shown = {name: value for name, value in shown.items() if name in only.split(",")}
        return Reply.json(200, shown)

    def _update_invoice(self, request: Request, parts: tuple[str, ...]) -> Reply:
        """Only what is sent changes. A line with an id changes that line, with `_destroy` removes it."""
        invoice, sent = self._invoice(parts[0]), _wrapped(request, "invoice")
        if invoice is None:
            return _not_found()
        if sent is None:
            return _error(400, "invoice is missing")
        lines = sent.pop("positions", None)
        oid = sent.pop("oid", None)
        invoice.sent.update(sent)
        if isinstance(oid, str):
            self.account.rename(invoice, oid)
        for line in lines if isinstance(lines, list) else []:
            invoice.positions = [each for each in invoice.positions if each.id != line.get("id")]
            if not line.get("_destroy"):
                self.account.add_position(invoice, line)
        self.account.set_paid(invoice, sent)
        self.account.touch(invoice)
        return Reply.json(200, {**self._fresh(invoice, request), "deleted": False, "origin": None})

    def _delete_invoice(self, _request: Request, parts: tuple[str, ...]) -> Reply:
        invoice = self._invoice(parts[0])
        if invoice is None:
            return _not_found()
        self.account.delete(invoice)
        return Reply.json(200, "ok")

    def _cancel(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        body = _body(request)
        invoice = self._invoice(str(body.get("cancel_invoice_id", "")))
        if invoice is None:
            return _not_found()
        if not self.switches.newest_can_be_cancelled and self.account.is_newest(invoice):
            return _error(422, "The newest document cannot be cancelled")
        invoice.cancelled = True
        reason = body.get("cancel_reason")
        invoice.cancel_reason = str(reason) if reason else None
        self.account.touch(invoice)
        return Reply.json(200, {"code": "success", "message": "cancelled"})

    def _change_status(self, request: Request, parts: tuple[str, ...]) -> Reply:
        invoice, status = self._invoice(parts[0]), request.query.get("status", "")
        if invoice is None:
            return _not_found()
        if status not in _STATUSES:
            return _error(200, checks.phrases(self.switches)["list"])
        self.account.set_paid(invoice, {"status": status})
        self.account.touch(invoice)
        percent = int(invoice.paid * 100 / invoice.gross) if invoice.gross else 0
        shown = {"id": invoice.id, "status": invoice.status, "approval_status": None, "percent_paid": percent}
        return Reply.json(200, {**shown, "payment_status": None, "color_kind": None, "colors": []})

    def _create_payment(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        sent = _wrapped(request, "banking_payment")
        if sent is None:
            return _error(400, "banking_payment is missing")
        price, say = number_in(sent.get("price")), checks.phrases(self.switches)
        if price is None:
            return self._refused({"price": [say["blank"]]})
        several = sent.get("invoice_ids")
        wanted = several if isinstance(several, list) else [sent["invoice_id"]] if sent.get("invoice_id") else []
        invoices = [invoice for each in wanted if (invoice := self._invoice(str(each)))]
        if len(invoices) < len(wanted):
            return self._refused({"invoice_id": [say["invalid"]]})
        payment = self.account.pay(sent, price, invoices, _moment(sent.get("paid_date")) or self.account.now())
        return Reply.json(201, payment.shown())

    def _list_payments(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        newest_first = list(reversed(self.account.payments.values()))
        rows = newest_first[lists.page_of(request.query, self.account)]
        return Reply.json(200, [self._payment_shown(payment, request) for payment in rows])

    def _read_payment(self, request: Request, parts: tuple[str, ...]) -> Reply:
        payment = self._payment(parts[0])
        return _not_found() if payment is None else Reply.json(200, self._payment_shown(payment, request))

    def _delete_payment(self, _request: Request, parts: tuple[str, ...]) -> Reply:
        payment = self._payment(parts[0])
        if payment is None:
            return _not_found()
        self.account.delete_payment(payment)
        return Reply.json(200, "ok")

    def _payment_shown(self, payment: Payment, request: Request) -> JsonObject:
        shown = payment.shown()
        if request.query.get("include") == "invoices":
            found = [self.account.invoices[each] for each in payment.shares if each in self.account.invoices]
            shown["invoices"] = [invoice.shown(host=_host(request)) for invoice in found]
        return shown

    def _fresh(self, invoice: Invoice, request: Request) -> JsonObject:
        """The answer to a create or an update, by the profile of the year."""
        newer = self.switches.profile is Profile.Y2026
        shown = invoice.shown(host=_host(request), fresh=True, positions=newer)
        if newer:
            shown["payment_url"] = f"https://{_host(request)}/invoice/payment/{invoice.token}"
            shown["bank_accounts"] = []
        return shown

    def _refused(self, errors: dict[str, list[str]]) -> Reply:
        message: object = errors
        if self.switches.message_is_text:
            message = "; ".join(f"{field} {text}" for field, texts in errors.items() for text in texts)
        return _error(200 if self.switches.soft_refusal else 422, message)

    def _unauthorized(self, request: Request, given: str) -> Reply:
        """The text quotes the whole address, and with it a token that was sent there."""
        url = f"https://{_host(request)}{request.url}"
        if self.switches.unauthorized_quotes_token:
            url = f"https://{_host(request)}{request.path}?api_token={given}"
        return _error(401, _UNAUTHORIZED[self.switches.polish] + url)

    def _invoice(self, name: str) -> Invoice | None:
        return self.account.invoices.get(int(name)) if name.isdigit() else None

    def _payment(self, name: str) -> Payment | None:
        return self.account.payments.get(int(name)) if name.isdigit() else None


def _error(status: int, message: object) -> Reply:
    return Reply.json(status, {"code": "error", "message": message})


def _not_found() -> Reply:
    return Reply.json(404, {"status": 404, "error": "Not Found"})


def _host(request: Request) -> str:
    return request.headers.get("host", "example.invoiceocean.com")


def _body(request: Request) -> JsonObject:
    try:
        body = request.json() if request.body else None
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _wrapped(request: Request, name: str) -> JsonObject | None:
    wrapped = _body(request).get(name)
    return wrapped if isinstance(wrapped, dict) else None


def _given_token(request: Request) -> str:
    """From the header, the address or the body, as all three are documented."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token
    return request.query.get("api_token") or str(_body(request).get("api_token", ""))


def _moment(value: object) -> datetime | None:
    try:
        read = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return read.astimezone()
