"""The sandbox's behaviour call by call, in the order in which the module checks."""

import hmac
import json
import re
from base64 import b64decode
from collections import Counter
from typing import Final

from providers.invoicing.drupal_invoice.sandbox import lists
from providers.invoicing.drupal_invoice.sandbox.records import Invoice
from providers.invoicing.drupal_invoice.sandbox.sessions import Sessions
from providers.invoicing.drupal_invoice.sandbox.site import DatabaseFailure, Died, Site
from providers.invoicing.drupal_invoice.sandbox.switches import Database, Module, Switches
from providers.ports import JsonObject
from providers.sandbox.core import Clock, utc_now
from providers.sandbox.messages import Reply, Request
from providers.sandbox.traps import Traps

_ROUTE = re.compile(r"invoice/api/invoice\.(json|html|pdf)(?:/([^/]*))?(?:/.*)?")
_REFERENCE = re.compile(r"\[(\S+)\]\s*\Z")
_PDF: Final = b"%PDF-1.3\n% a sandbox's invoice\n%%EOF\n"
_JSON: Final = {"Content-Type": "application/json"}
_NEVER = "Invoices may never be deleted, create a credit invoice instead."


class DrupalInvoiceService:
    """One site with the Invoice module, as far as it was observed."""

    def __init__(self, *, token: str, switches: Switches | None = None, clock: Clock = utc_now) -> None:
        self.switches = switches or Switches()
        self.site = Site(self.switches, clock)
        self.sessions = Sessions(self.switches)
        self._user, _, password = token.partition(":")
        self._passwords = {self._user: password}

    def use(self, switches: Switches) -> None:
        """Set the site up in another way; what exists stays."""
        self.switches = self.site.switches = self.sessions.switches = switches

    def trap(self, traps: Traps) -> None:
        """From now on this is wrong with the lists."""
        self.site.traps = traps

    def handle(self, request: Request) -> Reply:
        route = request.query.get("q", request.path).strip("/")
        if route == "user/login" and request.method == "POST":
            return self.sessions.log_in(request, self._accounts())
        if route == "invoice/api/token":
            return self._token(request)
        found = _ROUTE.fullmatch(route)
        if found is None:
            return Reply.html(404, "Page not found")
        reply = self._api(request, found[1], found[2])
        return Reply(reply.status, reply.body, {**reply.headers, **self.sessions.deleted(request)})

    def state(self) -> JsonObject:
        """Every invoice, and counts that show a duplicate at a glance. One that is paid shows one payment."""
        documents: list[JsonObject] = []
        for invoice in self.site.invoices.values():
            paid = invoice.pay_status == "paid"
            payment: JsonObject = {"remote_id": str(invoice.id), "reference": "", "amount": str(invoice.gross)}
            documents.append(
                {
                    "reference": _reference(invoice),
                    "kind": "invoice",
                    "remote_id": str(invoice.id),
                    "number": str(invoice.row(self.switches)["number"]),
                    "currency": self.switches.currency,
                    "gross": str(invoice.gross),
                    "paid": str(invoice.gross if paid else 0),
                    "status": invoice.pay_status,
                    "payments": [payment] if paid else [],
                }
            )
        invoices = self.site.invoices.values()
        return {
            "documents": documents,
            "by_reference": dict(Counter(_reference(invoice) for invoice in invoices)),
            "payments_per_document": {str(each.id): int(each.pay_status == "paid") for each in invoices},
        }

    def _token(self, request: Request) -> Reply:
        if self.switches.module is Module.V1_2:
            return Reply.html(404, "Page not found")
        headers = self.sessions.deleted(request)
        if self.switches.maintenance:
            return Reply(302, b"", {"Content-Type": "text/html; charset=UTF-8", "Location": "/", **headers})
        token = self.sessions.token(request).encode()
        return Reply(200, token, {"Content-Type": "text/plain;charset=UTF-8", **headers})

    def _api(self, request: Request, form: str, name: str | None) -> Reply:
        """Account, address, token, method; only then is looked at what is asked for."""
        user = self._account(request)
        if user is None:
            return Reply(401, b"", {**_JSON, "WWW-Authenticate": 'Basic Realm="Invoice API"'})
        if not self.switches.address_allowed:
            return _error(403, "IP address is not allowed")
        if self.switches.module is Module.V1_3 and request.method != "GET" and not self.sessions.accepts(request):
            return _error(406, "Token validation failed")
        match request.method:
            case "GET":
                return self._get(request, form, name, user)
            case "POST":
                return self._post(request, user)
            case "PUT":
                return self._put(request, name, user)
            case "DELETE":
                return _error(501, _NEVER)
            case _:
                return _error(405, "Method Not Allowed")

    def _get(self, request: Request, form: str, name: str | None, user: str) -> Reply:
        if self.switches.locale_broken:
            return _died()
        if not name or name == "0":
            return self._list(request)
        if not name.isdecimal():
            return _error(400, "Invoice ID invalid or missing") if self.switches.php8 else self._list(request)
        invoice = self.site.invoices.get(int(name))
        if invoice is None or invoice.template not in self._owners():
            return _error(404, "Not Found")
        if not self._may_use(user, invoice.template):
            return _error(403, "No access to the template of this invoice")
        number = str(invoice.row(self.switches)["number"])
        if form == "html":
            return Reply.html(200, f"Invoice {number}")
        if form == "pdf":
            headers = {"Content-Type": "application/pdf", "Content-Disposition": f"attachment; invoice-{number}.pdf"}
            return _died() if self.switches.php8 else Reply(200, _PDF, headers)
        return _json(200, invoice.shown(self.switches))

    def _list(self, request: Request) -> Reply:
        """Of all templates, for whoever has an account."""
        try:
            found = lists.page(request.query, self.site)
        except lists.UnknownColumn as error:
            return _error(500, str(error))
        return _json(200, [invoice.row(self.switches) for invoice in found])

    def _post(self, request: Request, user: str) -> Reply:
        """The id in the address, where there is one, counts for nothing."""
        sent = _body(request)
        denied = self._denied(sent, user)
        if denied is not None:
            return denied
        if str(sent["template"]) not in self._owners() and self.switches.database is Database.MARIADB:
            return _nothing_stored()
        try:
            invoice = self.site.create(sent, uid=1 if self.switches.root else 3)
        except DatabaseFailure:
            return _nothing_stored()
        except Died:
            return _died()
        href = f"http://{request.headers.get('host') or self.switches.host}/invoice/api/invoice.json/{invoice.id}"
        reply = _json(201, {"_links": {"self": {"href": href}}})
        return Reply(201, reply.body, {**reply.headers, "Location": href})

    def _put(self, request: Request, name: str | None, user: str) -> Reply:
        """The template in the body is looked at, that of the stored invoice is not."""
        if not name or not name.isdecimal() or not int(name):
            return _error(400, "Invoice ID invalid or missing")
        invoice = self.site.invoices.get(int(name))
        if invoice is None:
            return _error(404, "Not Found")
        sent = _body(request)
        denied = self._denied(sent, user)
        if denied is not None:
            return denied
        try:
            self.site.replace(invoice, sent)
        except DatabaseFailure:
            return _nothing_stored()
        except Died:
            return _died()
        return Reply(204, b"", _JSON)

    def _denied(self, sent: JsonObject, user: str) -> Reply | None:
        template = str(sent.get("template") or "").strip()
        if not template:
            return _error(400, "Template is required")
        return None if self._may_use(user, template) else _error(403, "Permission denied for this template")

    def _owners(self) -> dict[str, str]:
        """Template -> the user that it belongs to."""
        other = self.switches.other_account.partition(":")[0]
        return {self.switches.other_template: other, self.switches.template: self._user}

    def _may_use(self, user: str, template: str) -> bool:
        return (self.switches.root and user == self._user) or self._owners().get(template) == user

    def _accounts(self) -> dict[str, str]:
        """User -> password."""
        user, _, password = self.switches.other_account.partition(":")
        return {**self._passwords, user: password} if user else self._passwords

    def _account(self, request: Request) -> str | None:
        """The user whom HTTP Basic names; None for a wrong password. A session alone lets nobody in."""
        scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
        try:
            given = b64decode(encoded, validate=True).decode()
        except ValueError:
            return None
        for user, password in self._accounts().items():
            if scheme.lower() == "basic" and hmac.compare_digest(given.encode(), f"{user}:{password}".encode()):
                return user
        return None


def _json(status: int, value: object) -> Reply:
    """As PHP writes JSON: slashes and everything beyond ASCII escaped."""
    text = json.dumps(value, separators=(",", ":")).replace("/", "\\/")
    return Reply(status, text.encode(), _JSON)


def _error(code: int, message: str) -> Reply:
    return _json(code, {"code": code, "message": message})


def _nothing_stored() -> Reply:
    """A database exception in the middle of a write: rolled back, and answered with nothing."""
    return Reply(500, b"", _JSON)


def _died() -> Reply:
    """PHP ended without the module noticing: a page, though the header still says JSON."""
    return Reply(500, Reply.html(500, "Error").body, _JSON)


def _body(request: Request) -> JsonObject:
    """Whatever its content type says; anything that is no JSON object is as good as nothing."""
    try:
        body = request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _reference(invoice: Invoice) -> str:
    found = _REFERENCE.search(str(invoice.description or ""))
    return found[1] if found else ""
