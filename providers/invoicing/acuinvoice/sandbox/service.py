"""AcuInvoice as far as its pages tell how it behaves; what they leave open is switched."""

import hmac
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from providers.invoicing.acuinvoice import envelope
from providers.invoicing.acuinvoice.sandbox import lists, replies
from providers.invoicing.acuinvoice.sandbox.account import KINDS, Account, Mail, Record
from providers.invoicing.acuinvoice.sandbox.checks import check
from providers.invoicing.acuinvoice.sandbox.replies import NO_METHOD, NO_RECORD, Failure
from providers.invoicing.acuinvoice.sandbox.switches import Switches
from providers.ports import JsonObject
from providers.sandbox import Reply, Request
from providers.sandbox.core import Clock
from providers.sandbox.traps import Traps

PATH: Final = "/api/xml-in"
_ASSUMED: Final = frozenset({"client.list", "estimate.delete", "estimate.list", "estimate.send", "recurring.list"})
_SLIPS: Final = {"reccuring.get": "recurring.get"}
"""Methods as a page prints them -> as they must be meant."""
_LINES: Final = ("quantity", "kind", "description", "tax", "price")
_MONEY: Final = ("currency", "tax", "freight")
_TERMS: Final = ("terms", "late_fee", "tags", "lines", "notes")
_RHYTHM: Final = (
    "recurring_title",
    "recurring_start_date_from",
    "recurring_frequency",
    "recurring_period",
)
_NUMBERS: Final = ("invoice_number", "invoice_date", "date_created", "date_updated", "po_number", "client_id")
_FIELDS: Final = {
    "invoice": (*_NUMBERS, *_MONEY, *_TERMS),
    "estimate": ("estimate_date", "estimate_expiration", "client_id", *_MONEY, "tags", "lines"),
    "recurring": (*_MONEY, *_RHYTHM, *_TERMS, "clients"),
    "client": ("name", "address1", "address2", "city", "state", "zip", "country", "url", "phone", "fax"),
    "contact": ("first_name", "last_name", "email", "phone", "mobile_phone"),
}
"""What is kept and shown of each kind, in the order of its page."""


class AcuInvoiceService:
    """One account behind one key."""

    def __init__(self, *, token: str, switches: Switches, clock: Clock) -> None:
        self._token = token
        self.switches = switches
        self.account = Account(switches, clock)
        verbs: dict[str, Callable[[str, JsonObject], Reply]] = {
            "create": self._create,
            "update": self._update,
            "get": self._get,
            "delete": self._delete,
            "list": self._list,
        }
        self._methods = {f"{kind}.{verb}": (kind, call) for kind in KINDS for verb, call in verbs.items()}
        self._methods |= {f"{kind}.send": (kind, self._send) for kind in ("invoice", "estimate")}

    def use(self, switches: Switches) -> None:
        """Change the service's mood; what exists stays."""
        self.switches = self.account.switches = switches

    def trap(self, traps: Traps) -> None:
        """From now on this is wrong with the lists."""
        self.account.traps = traps

    def rotate(self, token: str) -> None:
        """The key changes, as it does whenever the master password changes."""
        self._token = token

    def handle(self, request: Request) -> Reply:
        if request.path != PATH:
            return Reply.html(404, "Not Found")
        if not hmac.compare_digest(_given_key(request).encode(), self._token.encode()):
            return replies.unauthorized(self.switches)
        try:
            return self._answer(request)
        except Failure as failure:
            return replies.fail(failure, self.switches)

    def state(self) -> JsonObject:
        """Every invoice, and counts that show a duplicate at a glance. The totals are the sandbox's own: no answer
        tells them."""
        invoices = list(self.account.tables["invoice"].values())
        documents: list[JsonObject] = [self._document(invoice) for invoice in invoices]
        return {
            "documents": documents,
            "by_reference": dict(Counter(str(each["reference"]) for each in documents)),
            "payments_per_document": {str(invoice.id): 0 for invoice in invoices},
            "cards": {f"{kind}s": len(self.account.tables[kind]) for kind in KINDS[1:]},
            "mails": len(self.account.mails),
            "mails_per_document": dict(Counter(str(each.id) for each in self.account.mails if each.kind == "invoice")),
        }

    def _document(self, invoice: Record) -> JsonObject:
        total = self.account.total(invoice)
        status = self.account.status(invoice)
        return {
            "reference": str(invoice.fields.get("po_number") or ""),
            "kind": "invoice",
            "remote_id": str(invoice.id),
            "number": str(invoice.fields.get("invoice_number")),
            "currency": str(invoice.fields.get("currency")),
            "gross": f"{total:.2f}",
            "paid": f"{total:.2f}" if status == "closed" else "0.00",
            "balance": f"{self.account.balance(invoice):.2f}",
            "status": status,
            "payments": [],
        }

    def _answer(self, request: Request) -> Reply:
        """The method stands in the body; that it comes by POST is all that HTTP says. Any content type will do."""
        try:
            root = envelope.parse(request.body)
        except envelope.Unreadable:
            raise Failure("The request is not well-formed.", NO_METHOD) from None
        method = root.attributes.get("method", "")
        method = _SLIPS.get(method, method)
        known = method in self._methods and (method not in _ASSUMED or self.switches.assumed_calls)
        if request.method != "POST" or root.name != "request" or not known:
            raise Failure("There is no such method.", NO_METHOD)
        kind, call = self._methods[method]
        return call(kind, root.record())

    def _create(self, kind: str, asked: JsonObject) -> Reply:
        fields = _sent(kind, asked)
        check(kind, fields, self.account)
        record = self.account.add(kind, fields)
        if kind == "client":
            self._add_contacts(record)
        return self._ok([(f"{kind}_id", record.id)])

    def _update(self, kind: str, asked: JsonObject) -> Reply:
        wrapped = asked.get(kind)
        record = self._record(kind, wrapped if isinstance(wrapped, dict) else {})
        fields = _sent(kind, asked)
        check(kind, {**record.fields, **fields}, self.account, record)
        self.account.change(kind, record, fields)
        return self._ok([])

    def _get(self, kind: str, asked: JsonObject) -> Reply:
        shown = self._shown(kind, self._record(kind, asked))
        if kind == "estimate" and not self.switches.estimate_wrapped:
            return self._ok((name, value) for name, value in shown.items() if value is not None)
        return self._ok([(kind, shown)])

    def _delete(self, kind: str, asked: JsonObject) -> Reply:
        try:
            record = self._record(kind, asked)
        except Failure:
            if self.switches.delete_twice_is_fine:
                return self._ok([])
            raise
        if kind == "invoice" and self.switches.delete_drafts_only and record.status != "draft":
            raise Failure("Only a draft can be deleted.")
        self.account.remove(kind, record)
        return self._ok([])

    def _list(self, kind: str, asked: JsonObject) -> Reply:
        if kind == "invoice":
            found = lists.invoices(asked, self.account)
        elif kind == "contact":
            found = lists.contacts(asked, self.account)
        else:
            found = lists.page(self.account.listed(kind)[::-1], asked, self.account)
        entries = [(kind, self._shown(kind, record)) for record in found]
        if not self.switches.list_with_lines:
            entries = [(name, {**shown, "lines": None}) for name, shown in entries]
        wrapper = {"of": kind, "page": str(asked.get("page") or 1)} if self.switches.wrapped_lists else None
        return replies.ok(entries, self.switches, attributes=wrapper)

    def _send(self, kind: str, asked: JsonObject) -> Reply:
        record = self._record(kind, asked)
        to = [self._record("contact", each) for each in _entries(asked, "contacts")]
        mail = Mail(
            kind=kind,
            id=record.id,
            to=tuple(str(contact.fields.get("email")) for contact in to),
            message=str(asked.get("message") or ""),
            gateways=tuple(str(each.get("code")) for each in _entries(asked, "payment_gateways")),
            copied=asked.get("send_me_a_copy") == "1",
        )
        self.account.mails.append(mail)
        if kind == "invoice" and record.status == "draft":
            record.status = "open"
        return self._ok([])

    def _add_contacts(self, client: Record) -> None:
        for contact in _entries(client.fields, "contacts"):
            self.account.add("contact", {**_known("contact", contact), "client_id": str(client.id)})
        client.fields.pop("contacts", None)

    def _record(self, kind: str, asked: JsonObject) -> Record:
        told = str(asked.get(f"{kind}_id"))
        record = self.account.tables[kind].get(int(told)) if told.isdecimal() else None
        if record is None:
            raise Failure(f"There is no such {kind}.", NO_RECORD)
        return record

    def _shown(self, kind: str, record: Record) -> JsonObject:
        if kind == "contact":
            shown = {"contact_id": record.id, **_known(kind, record.fields)}
            return {**shown, "client_id": record.fields["client_id"]} if self.switches.contact_tells_client else shown
        if kind == "client":
            ours = [each.fields for each in self.account.tables["contact"].values() if _owner(each) == str(record.id)]
            contacts = [_known("contact", fields) for fields in ours]
            return {"client_id": record.id, **_known(kind, record.fields), "contacts": contacts}
        if kind != "invoice":
            return {f"{kind}_id": record.id if kind == "recurring" else None, **_known(kind, record.fields)}
        form = "%Y-%m-%d %H:%M:%S" if self.switches.times else "%Y-%m-%d"
        dates = {"date_created": f"{record.created:{form}}", "date_updated": f"{record.updated:{form}}"}
        status = self.account.status(record)
        return {"invoice_id": record.id, "status": status, **_known(kind, {**record.fields, **dates})}

    def _ok(self, entries: Iterable[tuple[str, object]]) -> Reply:
        return replies.ok(entries, self.switches)


def _entries(asked: JsonObject, name: str) -> list[JsonObject]:
    """The records of a list in a request; none where it is left out."""
    found = asked.get(name)
    return found if isinstance(found, list) else []


def _sent(kind: str, asked: JsonObject) -> JsonObject:
    """The fields of a create or an update that the service knows."""
    wrapped = asked.get(kind)
    if not isinstance(wrapped, dict):
        raise Failure(f"The element {kind} is missing.")
    fields = _known(kind, wrapped)
    for name in {"client": ("contacts",), "contact": ("client_id",)}.get(kind, ()):
        fields |= {name: wrapped[name]} if name in wrapped else {}
    return {name: value for name, value in fields.items() if name not in {"date_created", "date_updated"}}


def _known(kind: str, fields: JsonObject) -> JsonObject:
    """What is known, in the order of its page; lines with all their parts."""
    found = {name: fields[name] for name in _FIELDS[kind] if name in fields}
    if isinstance(lines := found.get("lines"), list):
        found["lines"] = [{name: line.get(name, "0" if name == "tax" else "") for name in _LINES} for line in lines]
    return found


def _owner(contact: Record) -> str:
    return str(contact.fields.get("client_id"))


def _given_key(request: Request) -> str:
    """The user of HTTP Basic; any password will do."""
    scheme, _, told = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(told, validate=True).decode().partition(":")[0]
    except ValueError:
        return ""
