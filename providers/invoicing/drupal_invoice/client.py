"""The module's calls, one method each. Knows routes and shapes, and nothing of our documents."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias

from providers.domain.errors import FieldRefusal, Refused
from providers.http import Answer, ProviderSession
from providers.http.verdict import http_date
from providers.invoicing.drupal_invoice import answers, values
from providers.invoicing.drupal_invoice.entrance import Entrance
from providers.ports import JsonObject

Row: TypeAlias = dict[str, object]

STABLE_SORT = "ii.iid"
"""The list's column by which rows never move: the invoice id."""

_COLUMN = re.compile(r"[A-Za-z0-9.]*", re.ASCII)


class DrupalInvoiceClient:
    """Calls of one account. Answers are the module's own objects, unknown members included.

    Amounts are numbers with a dot; texts that begin with `formatted_` follow the site's locale and are for
    people. Times are "YYYY-MM-DD HH:MM:SS" without an offset, in the site's or the account's zone.

    Raises the errors of `providers.domain.errors`: 401 and 403 are `AccessDenied` (403 also for an invoice or a
    template of another account), 400 and 404 `Refused`. A 500 of a write is `OutcomeUnknown` whatever its body:
    an empty one was seen with nothing stored, one with an HTML page with an invoice half stored. A 2xx of
    another shape than documented is `OutcomeUnknown` for a write and `Unavailable` for a read.
    """

    def __init__(self, session: ProviderSession, entrance: Entrance) -> None:
        self._session = session
        self._entrance = entrance

    @property
    def base_url(self) -> str:
        return self._session.base_url

    def close(self) -> None:
        self._session.close()

    def create_invoice(self, payload: JsonObject) -> str:
        """POST /invoice/api/invoice.json: make an invoice; gives its id, the unformatted number.

        Members: `template` and `pay_limit` (days, 0 to 65535) are required; `leading_zeros` (1 to 255), `prefix`,
        `description`, `pay_status` (exactly "paid", or unpaid), `customer` (`customer_number`, `company_name`,
        `firstname`, `lastname`, `street`, `building_number`, `zipcode`, `city`, `state`, `country`, `coc_number`,
        `vat_number`, `description`) and `items` (`description`, `quantity`, `unitcost` without VAT to 3 decimals,
        `vat` in percent, `weight` for the order of lines). Numbers may be texts. The same body twice makes two.
        """
        answer = self._write("POST", "invoice.json", payload)
        invoice_id = answers.created_id(answer.json())
        if not invoice_id:
            raise answer.unusable("no address of a new invoice")
        return invoice_id

    def replace_invoice(self, invoice_id: str, payload: JsonObject) -> None:
        """PUT /invoice/api/invoice.json/{id}: write all of an invoice; members as for a create.

        What is left out is wiped, `pay_status` becomes unpaid, and the customer gets a new number; only
        `items` are kept when they are left out or empty. `template`, `pay_limit` and `leading_zeros` are
        required. The stored invoice's template is not looked at: naming another one moves the invoice there.
        """
        answer = self._write("PUT", f"invoice.json/{_segment(invoice_id)}", payload)
        if answer.status != 204 or answer.body:
            raise answer.unusable(f"{len(answer.body)} bytes where none are documented")

    def delete_invoice(self, invoice_id: str) -> None:
        """DELETE /invoice/api/invoice.json/{id} is answered 501 for every invoice, so that it is not even asked.

        Always raises `Refused`.
        """
        text = "invoices are never deleted; make a credit invoice, one with negative quantities"
        raise Refused(FieldRefusal("id", f"{_segment(invoice_id)}: {text}"))

    def invoice(self, invoice_id: str) -> Row:
        """GET /invoice/api/invoice.json/{id}: one invoice with customer, items, `vat_totals`, `extotal`,
        `vattotal` and `inctotal`.

        Its `number` is wrong where the prefix has letters; the list's is right. `Refused` with `missing` for
        an id that is not there, `AccessDenied` for one of a template that is not the account's.
        """
        answer = self._read(f"invoice.json/{_segment(invoice_id)}")
        found = answer.json()
        if not isinstance(found, dict) or values.identity(found) != _segment(invoice_id):
            raise answer.unusable("another thing than the invoice that was asked for")
        return found

    def invoice_html(self, invoice_id: str) -> str:
        """GET /invoice/api/invoice.html/{id}: the page to be printed."""
        answer = self._read(f"invoice.html/{_segment(invoice_id)}")
        page = answer.body.decode("utf-8", "replace")
        if not page.lstrip().startswith("<"):
            raise answer.unusable("no page")
        return page

    def invoice_pdf(self, invoice_id: str) -> bytes:
        """GET /invoice/api/invoice.pdf/{id}: the PDF. `Unavailable` on sites with PHP 8: the module's PDF library
        is too old for it."""
        answer = self._read(f"invoice.pdf/{_segment(invoice_id)}")
        if not answer.body.startswith(b"%PDF-"):
            raise answer.unusable("no PDF")
        return answer.body

    def invoices(  # noqa: PLR0913 - the list's own parameters, all by name
        self,
        *,
        max_results: int = 15,
        page: int = 0,
        sort: str = "",
        order: Literal["", "asc", "desc"] = "",
        template: str = "",
        customer_number: int | None = None,
        year: int | None = None,
        month: int | None = None,
        day: int | None = None,
    ) -> list[Row]:
        """GET /invoice/api/invoice.json: rows of any account and template, without items and addresses.

        `page` counts from 0; a page beyond the end is the last one again. `sort` is a column such as `ii.iid`,
        by default `n.nid`, newest first. `year`, `month` and `day` are those of the creation; where a part is
        left out the current one counts. `customer.customer_number` is text here and a number elsewhere.
        """
        if not _COLUMN.fullmatch(sort):
            raise Refused(FieldRefusal("sort", "a column has letters, digits and dots only"))
        told = {"sort": sort, "order": order, "template": template, "customer_number": customer_number}
        told |= {"year": year, "month": month, "day": day}
        filters = {name: str(value) for name, value in told.items() if value not in {None, ""}}
        return self._rows({"max_results": str(max_results), "page": str(page), **filters}, "invoice.json")

    def find_all(self) -> list[Row]:
        """GET /invoice/api/invoice.json/findAll: the list's first rows. `Refused` on sites with PHP 8."""
        return self._rows({}, "invoice.json/findAll")

    def server_time(self) -> datetime | None:
        """One row of the list is read for the Date header of its answer."""
        answer = self._read("invoice.json", {"max_results": "1"})
        _listed(answer)
        return http_date(answer.headers.get("Date", ""))

    def _rows(self, params: Mapping[str, str], route: str) -> list[Row]:
        return _listed(self._read(route, params))

    def _read(self, route: str, params: Mapping[str, str] | None = None) -> Answer:
        path, address = self._entrance.address(f"invoice/api/{route}")
        return self._session.get(path, params={**address, **(params or {})})

    def _write(self, method: str, route: str, payload: JsonObject) -> Answer:
        path, params = self._entrance.address(f"invoice/api/{route}")
        return self._entrance.send(method, path, json_body=payload, params=params)


def _listed(answer: Answer) -> list[Row]:
    found = answer.json()
    if not isinstance(found, list) or not all(isinstance(row, dict) and values.identity(row) for row in found):
        raise answer.unusable("no list of invoices")
    return found


def _segment(invoice_id: str) -> str:
    """Ids are numbers from 1. Anything else would ask for another route, and 0 for the list."""
    if not (invoice_id.isascii() and invoice_id.isdigit() and int(invoice_id)):
        raise Refused(FieldRefusal("id", "not the id of an invoice"), missing=True)
    return str(int(invoice_id))
