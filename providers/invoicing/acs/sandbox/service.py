"""The sandbox's behaviour call by call: the sixteen that are documented, behind their prefix."""

import hmac
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from providers.domain.card import Totals
from providers.invoicing.acs.sandbox import checks
from providers.invoicing.acs.sandbox.account import ZONE, Account, Invoice, number_in
from providers.invoicing.acs.sandbox.checks import Problem
from providers.invoicing.acs.sandbox.switches import ErrorResult, ReferenceShown, Switches
from providers.ports import JsonObject
from providers.sandbox.core import Clock, Router, utc_now
from providers.sandbox.messages import Reply, Request
from providers.sandbox.traps import NO_TRAPS, Traps

Record = TypeVar("Record")

_PREFIX = "/api/v1"
TOKEN_HEADER = "x-sandbox-token"  # noqa: S105 - a name
"""Where the sandbox moves the token before anything is logged."""


class AcsService:
    """One account at ACS Invoicing, as far as its developer page goes, and as assumed beyond."""

    def __init__(self, *, token: str, switches: Switches | None = None, clock: Clock = utc_now) -> None:
        self._token = token
        self.switches = switches or Switches()
        self.account = Account(self.switches, clock)
        calls: dict[str, Callable[[Request, tuple[str, ...]], Reply]] = {
            "GET /time": self._time,
            "GET /languages": self._entries("languages"),
            "GET /countries": self._entries("countries"),
            "GET /paymentmethods": self._entries("payment_methods"),
            "GET /currencies": self._entries("currencies"),
            "GET /units": self._entries("units"),
            "GET /vat": self._entries("vat"),
            "GET /invoices": self._list_invoices,
            "POST /invoices": self._create_invoices,
            "GET /invoice/{}": self._read_invoice,
            "POST /invoice": self._create_invoice,
            "POST /invoice/{}/pay": self._pay,
            "GET /customers": self._list_customers,
            "GET /customer/{}": self._read_customer,
            "PUT /customer/{}": self._edit_customer,
            "POST /customer": self._create_customer,
        }
        self.trap(NO_TRAPS)
        self._router = Router({key.replace(" ", f" {_PREFIX}", 1): call for key, call in calls.items()})

    def wipe(self) -> None:
        """The test system is overwritten from the live one."""
        self.account.wipe()

    def trap(self, traps: Traps) -> None:
        """From now on this is wrong with the lists."""
        repeats = traps.last_page_repeats or self.switches.last_page_repeats
        self._traps = replace(traps, last_page_repeats=repeats)

    def handle(self, request: Request) -> Reply:
        given = request.headers.get(TOKEN_HEADER) or request.query.get(self.switches.token_param, "")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return self._failed(401, [("", "the token is missing or unknown")])
        if self.switches.denied:
            return self._failed(403, [("", "there is no live subscription")])
        found = self._router.find(request)
        if found is None:
            return self._failed(404, [("", "there is no such call")])
        handler, parts = found
        return handler(request, parts)

    def state(self) -> JsonObject:
        """Every document with its payments, and counts that show a duplicate at a glance."""
        name = self.switches.names.invoice.reference
        invoices = list(self.account.invoices.values())
        documents: list[JsonObject] = [
            {
                "reference": str(invoice.sent.get(name, "")) if name else "",
                "kind": "invoice",
                "remote_id": str(invoice.id),
                "number": invoice.number,
                "currency": invoice.currency,
                "gross": str(invoice.gross),
                "paid": str(invoice.paid),
                "status": invoice.status,
                "payments": [{"remote_id": "", "reference": "", "amount": str(amount)} for amount in invoice.payments],
            }
            for invoice in invoices
        ]
        return {
            "documents": documents,
            "by_reference": dict(Counter(str(each["reference"]) for each in documents)),
            "payments_per_document": {str(invoice.id): len(invoice.payments) for invoice in invoices},
            "cards": {"clients": len(self.account.customers)},
        }

    def _time(self, _request: Request, _parts: tuple[str, ...]) -> Reply:
        return self._done(self.account.now().astimezone(ZONE).isoformat(timespec="seconds"))

    def _entries(self, kind: str) -> Callable[[Request, tuple[str, ...]], Reply]:
        return lambda _request, _parts: self._done(self.account.entries.lists[kind])

    def _list_invoices(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        names = self.switches.names.list
        start, end = (_day(request.query.get(name)) for name in (names.date_from, names.date_to))
        newest = self.account.now() - self.switches.list_lag
        rows = [
            invoice
            for invoice in self.account.invoices.values()
            if (not self.switches.list_lag or invoice.created <= newest)
            and (not self.switches.date_filter or (start or date.min) <= invoice.issued <= (end or date.max))
        ]
        if request.query.get(names.order) != self.switches.names.ascending:
            rows.reverse()
        shown = self.switches.reference_shown is ReferenceShown.EVERYWHERE
        return self._page(request, rows, lambda invoice: self._shown(invoice, reference=shown))

    def _create_invoice(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        sent = _object(request)
        if problems := list(checks.invoice_problems(sent, self.account)):
            return self._failed(400, problems)
        return self._done(self._fresh(self.account.add_invoice(sent)))

    def _create_invoices(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        told = _object(request).get(self.switches.names.bulk)
        several = [each if isinstance(each, dict) else {} for each in told] if isinstance(told, list) else []
        if not several:
            return self._failed(400, [(self.switches.names.bulk, checks.MISSING)])
        problems = [list(checks.invoice_problems(each, self.account)) for each in several]
        if not self.switches.bulk_all_or_nothing:
            return self._each(several, problems)
        if any(problems):
            return self._failed(400, [problem for wrong in problems for problem in wrong])
        return self._done([self._fresh(self.account.add_invoice(sent)) for sent in several])

    def _each(self, several: Sequence[JsonObject], problems: Sequence[list[Problem]]) -> Reply:
        """Every invoice of a bulk create answered by itself."""
        elements = [
            self._error(400, wrong) if wrong else self._success(self._fresh(self.account.add_invoice(sent)))
            for sent, wrong in zip(several, problems, strict=True)
        ]
        if not self.switches.bulk_fails_in_part or not any(problems):
            return self._done(elements)
        return Reply.json(200 if self.switches.errors_as_http_200 else 400, {"status": "error", "result": elements})

    def _read_invoice(self, _request: Request, parts: tuple[str, ...]) -> Reply:
        invoice = self._invoice(parts[0])
        if invoice is None:
            return self._missing()
        shown = self.switches.reference_shown is not ReferenceShown.NOWHERE
        return self._done(self._shown(invoice, reference=shown))

    def _pay(self, request: Request, parts: tuple[str, ...]) -> Reply:
        invoice, sent = self._invoice(parts[0]), _object(request)
        if invoice is None:
            return self._missing()
        if problems := list(checks.payment_problems(sent, invoice, self.account)):
            return self._failed(400, problems)
        self.account.pay(invoice, number_in(sent.get(self.switches.names.pay.amount)))
        return self._done(self._shown(invoice, reference=False))

    def _list_customers(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        names = self.switches.names.customer
        brief = {names.id, names.name}
        return self._page(
            request,
            list(self.account.customers.values()),
            lambda row: {
                name: told for name, told in row.items() if not self.switches.brief_customers or name in brief
            },
        )

    def _read_customer(self, _request: Request, parts: tuple[str, ...]) -> Reply:
        customer = self._customer(parts[0])
        return self._missing() if customer is None else self._done(customer)

    def _edit_customer(self, request: Request, parts: tuple[str, ...]) -> Reply:
        customer, sent = self._customer(parts[0]), _object(request)
        if customer is None:
            return self._missing()
        if problems := list(checks.customer_problems(sent, self.account)):
            return self._failed(400, problems)
        known_id = customer[self.switches.names.customer.id]
        customer.clear()
        customer.update({**sent, self.switches.names.customer.id: known_id})
        return self._done(customer)

    def _create_customer(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        sent = _object(request)
        if problems := list(checks.customer_problems(sent, self.account)):
            return self._failed(400, problems)
        return self._done(self.account.customers[self.account.add_customer(sent)])

    def _fresh(self, invoice: Invoice) -> object:
        """What the answer to a create tells."""
        if self.switches.answers_id_only:
            return invoice.id
        shown = self.switches.reference_shown is ReferenceShown.EVERYWHERE
        return self._shown(invoice, reference=shown, totals=self.switches.totals is Totals.IN_CREATE_ANSWER)

    def _shown(self, invoice: Invoice, *, reference: bool, totals: bool = True) -> JsonObject:
        names = self.switches.names.invoice
        paid = invoice.status == "paid" if self.switches.paid_as_flag else invoice.paid
        told: JsonObject = {
            **invoice.sent,
            names.id: invoice.id,
            names.number: invoice.number,
            names.customer_id: invoice.customer_id,
            names.currency: self.account.entries.shown("currencies", invoice.sent.get(names.currency)),
            names.issue_date: invoice.issued.isoformat(),
            names.paid: paid,
            names.paid_date: invoice.paid_date.isoformat() if invoice.paid_date else None,
            names.created_at: invoice.created.astimezone(ZONE).isoformat(timespec="seconds"),
        }
        if totals and self.switches.totals is not Totals.NEVER:
            told |= {names.net: invoice.net, names.tax: invoice.tax, names.gross: invoice.gross}
        if not reference:
            told.pop(names.reference, None)
        told.pop("", None)
        return told

    def _told(self, value: object) -> object:
        """The value in JSON; amounts in the form that answers have."""
        if isinstance(value, Decimal):
            return float(value) if self.switches.amounts_out == "number" else f"{value:f}"
        if isinstance(value, list):
            return [self._told(each) for each in value]
        return {name: self._told(each) for name, each in value.items()} if isinstance(value, dict) else value

    def _page(self, request: Request, rows: Sequence[Record], show: Callable[[Record], JsonObject]) -> Reply:
        names, query = self.switches.names.list, request.query
        asked = _count(query.get(names.per_page)) or self.switches.default_per_page
        size = min(asked, self.switches.max_per_page)
        number, last = _count(query.get(names.page)) or 1, self._traps.pages(len(rows), size)
        number = min(number, last) if self._traps.last_page_repeats else number
        shown = [show(row) for row in self._traps.page(rows, number, size)]
        if self.switches.bare_lists:
            return self._done(shown)
        told = {names.items: shown, names.page: number, names.per_page: size, names.pages: last, names.total: len(rows)}
        return self._done({name: value for name, value in told.items() if name})

    def _invoice(self, name: str) -> Invoice | None:
        return self.account.invoices.get(_count(name))

    def _customer(self, name: str) -> JsonObject | None:
        return self.account.customers.get(_count(name))

    def _missing(self) -> Reply:
        return self._failed(404, [("", "does not exist")])

    def _success(self, result: object) -> JsonObject:
        return {"status": self.switches.success_word, "result": self._told(result)}

    def _done(self, result: object) -> Reply:
        return Reply.json(200, self._success(result))

    def _failed(self, status: int, problems: Iterable[Problem]) -> Reply:
        return Reply.json(200 if self.switches.errors_as_http_200 else status, self._error(status, problems))

    def _error(self, status: int, problems: Iterable[Problem]) -> JsonObject:
        names = self.switches.names.error
        told = list(problems)
        result: object
        match self.switches.error_result:
            case ErrorResult.TEXT:
                result = "; ".join(f"{field} {text}".strip() for field, text in told)
            case ErrorResult.LIST:
                result = [{names.field: field, names.text: text} for field, text in told]
            case ErrorResult.OBJECT:
                fields: JsonObject = {field: [text] for field, text in told if field}
                number: JsonObject = {names.code: status} if self.switches.error_numbers else {}
                result = {**number, names.text: "; ".join(text for _, text in told), "errors": fields}
        return {"status": "error", "result": result}


def _object(request: Request) -> JsonObject:
    try:
        body = request.json() if request.body else None
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _count(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
