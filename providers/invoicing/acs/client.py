"""ACS Invoicing's calls, one method each: all sixteen that are documented. Knows paths, and nothing of our documents.

Which members the bodies and answers have is documented for account holders only: the docstrings name those of
`names.py`, which are assumed; `*` marks those that are taken for mandatory. Records are the provider's own objects,
unknown members included. Amounts are decimals in the invoice's currency, days are written YYYY-MM-DD.

Every call raises `NotSent`, `Throttled`, `Refused`, `AccessDenied`; a read `Unavailable` besides, a write
`OutcomeUnknown`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias

from providers.http import ProviderSession
from providers.http.verdict import http_date
from providers.invoicing.acs import pages, values
from providers.invoicing.acs.envelope import Envelopes
from providers.invoicing.acs.options import Options
from providers.invoicing.acs.pages import Batch, Fetch, Page, Row
from providers.operations import reads, writes
from providers.ports import JsonObject

Filters: TypeAlias = dict[str, str]
"""Parameters of a list by the provider's names."""

_LOOK_UPS: Final = {
    "languages": "/languages",
    "countries": "/countries",
    "payment_methods": "/paymentmethods",
    "currencies": "/currencies",
    "units": "/units",
    "vat": "/vat",
}


@dataclass(frozen=True, slots=True)
class ServerTime:
    """`told` is the provider's own answer, in whatever form; `moment` the Date header of it."""

    told: object
    moment: datetime | None


class AcsClient:
    """Calls of one account. What answers mean, and which errors they raise, is told in `envelope.py`."""

    def __init__(self, session: ProviderSession, options: Options) -> None:
        self._session = session
        self._options = options
        self._names = options.names
        self._wire = Envelopes(session, options.names)

    @property
    def base_url(self) -> str:
        return self._session.base_url

    def close(self) -> None:
        self._session.close()

    @reads
    def time(self) -> ServerTime:
        """Ask for the server's clock: GET /time.

        Its form is not documented. The harmless read that proves the token.
        """
        answer = self._wire.get("/time")
        return ServerTime(self._wire.result(answer), http_date(answer.headers.get("Date", "")))

    @reads
    def languages(self) -> list[Row]:
        """List the languages of invoices: GET /languages.

        `id`, `name`, `code` (ISO 639-1). All of them; the list has no pages.
        """
        return self.look_up("languages")

    @reads
    def countries(self) -> list[Row]:
        """List the countries of customers: GET /countries.

        `id`, `name`, `code`. Documented: an identifier and a country code. All of them; the list has no pages.
        """
        return self.look_up("countries")

    @reads
    def payment_methods(self) -> list[Row]:
        """List the ways of paying: GET /paymentmethods.

        `id`, `name`, `custom`; documented: the system's own and those that the account added, so that there is no
        fixed enumeration. All of them; the list has no pages.
        """
        return self.look_up("payment_methods")

    @reads
    def currencies(self) -> list[Row]:
        """List the currencies in use: GET /currencies.

        `id`, `name`, `code` (ISO 4217). All of them; the list has no pages.
        """
        return self.look_up("currencies")

    @reads
    def units(self) -> list[Row]:
        """List the units in use: GET /units.

        `id`, `name`, such as `db` for pieces. All of them; the list has no pages.
        """
        return self.look_up("units")

    @reads
    def vat(self) -> list[Row]:
        """List the VAT groups in use: GET /vat.

        `id`, `name`, `code`, `rate` in percent, which is null for groups known by letters such as `AAM`. All of
        them; the list has no pages.
        """
        return self.look_up("vat")

    @reads
    def invoices(self, page: int = 1, filters: Filters | None = None) -> Page:
        """List one page of invoices, the oldest first: GET /invoices.

        Pages count from 1 and hold as many rows as the book's `page_size` asks for, or fewer. Filters: `date_from`
        and `date_to`, the first and the last day of issue (documented: from date to date), `sort` and `order`. What
        a row shows of an invoice is not documented.
        """
        return self._page("/invoices", page, self._names.invoice.id, filters)

    def all_invoices(self, filters: Filters | None = None, *, after: str = "") -> Iterator[Batch]:
        """Every invoice, page by page as they are needed; `after` is the cursor of the last batch that was taken care
        of. Raises `Unavailable` when the pages make no sense as one list."""
        return self._all(partial(self.invoices, filters=filters), self._names.invoice.id, after)

    @reads
    def invoice(self, invoice_id: str) -> Row:
        """Read one invoice: GET /invoice/{invoiceId}.

        The members of `create_invoice`, and `id`, `invoice_number` (given by the provider, without gaps),
        `net_total`, `vat_total`, `gross_total`, `paid`, `paid_date`, `created_at`. `Refused` with `missing` where
        there is none.
        """
        answer = self._wire.get(f"/invoice/{_segment(invoice_id)}")
        return self._wire.record(answer, self._wire.result(answer, by_id=True), self._names.invoice.id)

    @writes
    def create_invoice(self, body: JsonObject) -> Row:
        """Make one invoice: POST /invoice.

        `customer_id`* or `customer`* (an object as in `create_customer`), `payment_method_id`*, `currency_id`*,
        `language_id`*, `issue_date` (today where it is missing), `fulfillment_date`*, `due_date`*, `electronic`,
        `comment`, `order_number`, and `items`*, each with `name`*, `quantity`*, `unit_id`*, `net_unit_price`* and
        `vat_id`*. Gives what the answer tells of it, at least its id.

        Missing data is `Refused`, and nothing is made (documented). An invoice cannot be changed, cancelled or
        deleted here afterwards.
        """
        answer = self._wire.send("POST", "/invoice", body)
        return self._wire.record(answer, self._wire.result(answer), self._names.invoice.id, may_be_id=True)

    @writes
    def create_invoices(self, bodies: list[JsonObject]) -> object:
        """Make several invoices with one call: POST /invoices.

        Sent as `{"invoices": [...]}`, each as in `create_invoice`. Gives the answer's `result` as it is: an element
        for each invoice, a record or an envelope of its own. Missing data is told as an error, and nothing is made
        in that case (documented); whether that holds for the one invoice or for all of them is not. Where only some
        are refused, the whole answer may say "error": a list with an element for each invoice is given all the same.
        """
        by_element = self._options.bulk == "per_element"
        answer = self._wire.send("POST", "/invoices", {self._names.bulk: list(bodies)}, by_element=by_element)
        elements = self._wire.elements(answer, len(bodies)) if by_element else None
        return self._wire.result(answer) if elements is None else elements

    @writes
    def pay(self, invoice_id: str, body: JsonObject) -> object:
        """Set an invoice's payment method and payment data: POST /invoice/{invoiceId}/pay.

        `payment_method_id`*, `date`*, `amount` (what is outstanding where it is missing). Whether it replaces an
        earlier payment or is added to it is not documented: read the invoice first.
        """
        return self._wire.result(self._wire.send("POST", f"/invoice/{_segment(invoice_id)}/pay", body))

    @reads
    def customers(self, page: int = 1) -> Page:
        """List one page of customers: GET /customers.

        Pages as in `invoices`. No filter is documented, and not what a row shows of a customer.
        """
        return self._page("/customers", page, self._names.customer.id)

    def all_customers(self) -> Iterator[Row]:
        """Every customer, each once; pages are read as they are needed. Raises as `all_invoices`."""
        for batch in self._all(self.customers, self._names.customer.id):
            yield from batch.rows

    @reads
    def customer(self, customer_id: str) -> Row:
        """Read one customer: GET /customer/{customerId}.

        The members of `create_customer`, and `id`. `Refused` with `missing` where there is none.
        """
        answer = self._wire.get(f"/customer/{_segment(customer_id)}")
        return self._wire.record(answer, self._wire.result(answer, by_id=True), self._names.customer.id)

    @writes
    def create_customer(self, body: JsonObject) -> Row:
        """Make a customer: POST /customer.

        `name`*, `email`, `phone`, `tax_number`, `eu_tax_number`, `country_id`*, `zip`*, `city`*, `address`*,
        `is_company`. Gives the customer as it was made (documented). Look for it first: nothing refuses a second
        one, and none can be deleted here.
        """
        answer = self._wire.send("POST", "/customer", body)
        return self._wire.record(answer, self._wire.result(answer), self._names.customer.id)

    @writes
    def edit_customer(self, customer_id: str, body: JsonObject) -> Row:
        """Change a customer: PUT /customer/{customerId}.

        The members of `create_customer`. Whether one that is left out keeps its value is not documented: send all of
        them, then it is safe to repeat. Gives what the answer tells, which may be nothing.
        """
        answer = self._wire.send("PUT", f"/customer/{_segment(customer_id)}", body)
        result = self._wire.result(answer)
        return result if isinstance(result, dict) else {}

    def look_up(self, kind: str) -> list[Row]:
        """One of the six lists of reference data: languages, countries, payment_methods, currencies, units, vat."""
        answer = self._wire.get(_LOOK_UPS[kind])
        return self._wire.rows(answer, self._wire.result(answer), self._names.look_up.id)

    def clean(self, value: object) -> object:
        """The value without the token, which an answer may quote in an address."""
        if isinstance(value, str):
            return self._session.redact(value)
        if isinstance(value, list):
            return [self.clean(each) for each in value]
        return {name: self.clean(each) for name, each in value.items()} if isinstance(value, dict) else value

    def _all(self, fetch: Fetch, id_name: str, after: str = "") -> Iterator[Batch]:
        return pages.batches(
            fetch,
            identity=lambda row: values.identity(row, id_name),
            last_page_repeats=self._options.last_page_repeats,
            after=after,
        )

    def _page(self, path: str, page: int, id_name: str, filters: Filters | None = None) -> Page:
        names = self._names.list
        asked = {
            names.per_page: str(self._options.page_size),
            names.sort: id_name,
            names.order: self._names.ascending,
            **(filters or {}),
            names.page: str(page),
        }
        return self._wire.page(self._wire.get(path, {name: value for name, value in asked.items() if name}), id_name)


def _segment(remote_id: str) -> str:
    """An id as a part of a path. Anything else would ask for another path, or for a list."""
    plain = remote_id.replace("-", "").replace("_", "")
    return remote_id if plain.isascii() and plain.isalnum() else "0"
