"""ACS Invoicing's calls, one method each: all sixteen that are documented. Knows paths and the envelope, and
nothing of our documents.

Which members the bodies and answers have is documented for account holders only: the docstrings name those of
`names.py`, which are assumed.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from providers.domain.errors import AccessDenied, ProviderError, Refused, Throttled
from providers.http import Answer, ProviderSession
from providers.http.verdict import http_date
from providers.invoicing.acs import answers, pages, values
from providers.invoicing.acs.options import Options
from providers.invoicing.acs.pages import Page, Row
from providers.ports import JsonObject

_LOOK_UPS: Final = {
    "languages": "/languages",
    "countries": "/countries",
    "payment_methods": "/paymentmethods",
    "currencies": "/currencies",
    "units": "/units",
    "vat": "/vat",
}
_ID: Final = re.compile(r"[0-9]{1,18}|[0-9a-fA-F-]{32,36}")
"""What an answer may hold in place of a record; another text is no id."""
_NO_ACCESS: Final = frozenset({401, 402, 403})
_MISSING: Final = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class ServerTime:
    """`told` is the provider's own answer, in whatever form; `moment` the Date header of it."""

    told: object
    moment: datetime | None


class AcsClient:
    """Calls of one account. Records are the provider's own objects, unknown members included.

    Raises the errors of `providers.domain.errors`. An answer whose `status` is "error" is `Refused` whatever its
    HTTP status; a 2xx without the documented `status` and `result` is `OutcomeUnknown` for a write and
    `Unavailable` for a read.
    """

    def __init__(self, session: ProviderSession, options: Options) -> None:
        self._session = session
        self._options = options
        self._names = options.names

    @property
    def base_url(self) -> str:
        return self._session.base_url

    def close(self) -> None:
        self._session.close()

    def time(self) -> ServerTime:
        """GET /time: the server's clock. Its form is not documented."""
        answer = self._session.get("/time")
        return ServerTime(self._result(answer), http_date(answer.headers.get("Date", "")))

    def languages(self) -> list[Row]:
        """GET /languages: `id`, `name`, `code`."""
        return self.look_up("languages")

    def countries(self) -> list[Row]:
        """GET /countries: `id`, `name`, `code` (documented: an identifier and a country code)."""
        return self.look_up("countries")

    def payment_methods(self) -> list[Row]:
        """GET /paymentmethods: `id`, `name`; the system's own and those that the account added."""
        return self.look_up("payment_methods")

    def currencies(self) -> list[Row]:
        """GET /currencies: `id`, `name`, `code`."""
        return self.look_up("currencies")

    def units(self) -> list[Row]:
        """GET /units: `id`, `name`."""
        return self.look_up("units")

    def vat(self) -> list[Row]:
        """GET /vat: VAT groups, `id`, `name`, `code`, `rate` in percent, null for groups known by letters."""
        return self.look_up("vat")

    def look_up(self, kind: str) -> list[Row]:
        """One of the six lists above, by name. They have no pages."""
        answer = self._session.get(_LOOK_UPS[kind])
        return self._rows(answer, self._result(answer), self._names.look_up.id)

    def invoices(self, page: int, filters: Mapping[str, str] | None = None) -> Page:
        """GET /invoices: one page from 1. `filters` are parameters such as `date_from` and `date_to`, both
        YYYY-MM-DD; the oldest come first."""
        return self._page("/invoices", page, self._names.invoice.id, filters)

    def all_invoices(self, filters: Mapping[str, str] | None = None) -> Iterator[Row]:
        """GET /invoices, page after page as they are needed, each invoice once."""
        return self._all(partial(self.invoices, filters=filters), self._names.invoice.id)

    def create_invoice(self, body: JsonObject) -> Row:
        """POST /invoice: one invoice. Amounts in the invoice's currency, net unit prices. Gives what the answer
        tells of it, at least its id. Missing data is `Refused`, and nothing is made (documented)."""
        answer = self._send("POST", "/invoice", body)
        return self._record(answer, self._result(answer), self._names.invoice.id, may_be_id=True)

    def create_invoices(self, bodies: Sequence[JsonObject]) -> object:
        """POST /invoices: several invoices, as `{"invoices": [...]}`. Gives the answer's `result` as it is: an
        element for each invoice, each a record or an envelope of its own. Where only some are refused, the whole
        answer may say "error": a list with an element for each invoice is given all the same."""
        answer = self._send("POST", "/invoices", {self._names.bulk: list(bodies)})
        found = self._envelope(answer)
        result = found[answers.RESULT]
        each = isinstance(result, list) and len(result) == len(bodies) and self._options.bulk == "per_element"
        if each and isinstance(result, list) and any(self._is_element(told) for told in result):
            return result
        return self._result(answer)

    def invoice(self, invoice_id: str) -> Row:
        """GET /invoice/{invoiceId}: all that is told of one invoice. `Refused` with `missing` where there is none."""
        answer = self._session.get(f"/invoice/{_segment(invoice_id)}")
        return self._record(answer, self._result(answer, by_id=True), self._names.invoice.id)

    def pay(self, invoice_id: str, body: JsonObject) -> object:
        """POST /invoice/{invoiceId}/pay: sets payment method, `date` (YYYY-MM-DD) and `amount` (the outstanding sum
        where it is missing). Whether it replaces an earlier payment is not documented."""
        return self._result(self._send("POST", f"/invoice/{_segment(invoice_id)}/pay", body))

    def customers(self, page: int) -> Page:
        """GET /customers: one page from 1."""
        return self._page("/customers", page, self._names.customer.id)

    def all_customers(self) -> Iterator[Row]:
        """GET /customers, page after page as they are needed, each customer once."""
        return self._all(self.customers, self._names.customer.id)

    def customer(self, customer_id: str) -> Row:
        """GET /customer/{customerId}. `Refused` with `missing` where there is none."""
        answer = self._session.get(f"/customer/{_segment(customer_id)}")
        return self._record(answer, self._result(answer, by_id=True), self._names.customer.id)

    def create_customer(self, body: JsonObject) -> Row:
        """POST /customer: gives the customer as it was made (documented). Look for it first: nothing refuses a
        second one."""
        answer = self._send("POST", "/customer", body)
        return self._record(answer, self._result(answer), self._names.customer.id)

    def edit_customer(self, customer_id: str, body: JsonObject) -> Row:
        """PUT /customer/{customerId}: whether a member that is left out keeps its value is not documented; send
        all of them. Safe to repeat."""
        answer = self._send("PUT", f"/customer/{_segment(customer_id)}", body)
        result = self._result(answer)
        return result if isinstance(result, dict) else {}

    def clean(self, value: object) -> object:
        """The value without the token, which an answer may quote in an address."""
        if isinstance(value, str):
            return self._session.redact(value)
        if isinstance(value, list):
            return [self.clean(each) for each in value]
        return {name: self.clean(each) for name, each in value.items()} if isinstance(value, dict) else value

    def _send(self, method: str, path: str, body: JsonObject) -> Answer:
        return self._session.send(method, path, json_body=values.sendable(body))

    def _all(self, fetch: Callable[[int], Page], id_name: str) -> Iterator[Row]:
        return pages.rows(
            fetch,
            identity=lambda row: values.identity(row, id_name),
            last_page_repeats=self._options.last_page_repeats,
        )

    def _page(self, path: str, page: int, id_name: str, filters: Mapping[str, str] | None = None) -> Page:
        names = self._names.list
        asked = {
            names.per_page: str(self._options.page_size),
            names.sort: id_name,
            names.order: self._names.ascending,
            **(filters or {}),
            names.page: str(page),
        }
        answer = self._session.get(path, params={name: value for name, value in asked.items() if name})
        result = self._result(answer)
        told = result if isinstance(result, dict) else {names.items: result}
        rows = self._rows(answer, told.get(names.items), id_name)
        return Page(rows=rows, pages=_count(told, names.pages), total=_count(told, names.total))

    def _rows(self, answer: Answer, found: object, id_name: str) -> list[Row]:
        if not isinstance(found, list) or not all(isinstance(row, dict) and row.get(id_name) for row in found):
            raise answer.unusable(f"no list of records with a member {id_name!r}")
        return found

    def _record(self, answer: Answer, found: object, id_name: str, *, may_be_id: bool = False) -> Row:
        if may_be_id and _ID.fullmatch(values.text(found)):
            return {id_name: found}
        if not isinstance(found, dict) or not values.identity(found, id_name):
            raise answer.unusable(f"no record with a member {id_name!r}")
        return found

    def _is_element(self, told: object) -> bool:
        return answers.is_envelope(told) or (isinstance(told, dict) and self._names.invoice.id in told)

    def _envelope(self, answer: Answer) -> JsonObject:
        found = answer.json()
        if not isinstance(found, dict) or not answers.is_envelope(found):
            raise answer.unusable("neither status nor result")
        return found

    def _result(self, answer: Answer, *, by_id: bool = False) -> object:
        """The envelope's `result`. Raises what its error means."""
        found = self._envelope(answer)
        if not answers.is_failure(found):
            return found[answers.RESULT]
        raise self._failure(answer, found[answers.RESULT], by_id=by_id)

    def _failure(self, answer: Answer, result: object, *, by_id: bool) -> ProviderError:
        """An error with a status of success. A number in it decides; where there is none, an account that may not
        even ask the time has no access, and what was asked for by its id alone does not exist."""
        refused = self._session.refusal(answers.reasons(result, self._names.error))
        code = answers.code_in(result, self._names.error)
        if code in _NO_ACCESS or (code is None and (answer.what.endswith("/time") or self._is_denied())):
            return AccessDenied(f"{answer.what}: {refused}")
        if code == 429:
            return Throttled(f"{answer.what}: {refused}")
        missing = by_id if code is None else code in _MISSING
        return Refused(*refused.refusals, missing=missing)

    def _is_denied(self) -> bool:
        try:
            self.time()
        except AccessDenied:
            return True
        except ProviderError:
            return False
        return False


def _count(told: Mapping[str, object], name: str) -> int | None:
    text = values.text(told.get(name)) if name else ""
    return int(text[:9]) if text.isascii() and text.isdigit() else None


def _segment(remote_id: str) -> str:
    """An id as a part of a path. Anything else would ask for another path, or for a list."""
    plain = remote_id.replace("-", "").replace("_", "")
    return remote_id if plain.isascii() and plain.isalnum() else "0"
