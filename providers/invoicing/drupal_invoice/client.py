"""The module's calls, one method each. Knows routes and shapes, and nothing of our documents."""

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final, Literal, TypeAlias

from providers import paging
from providers.domain.errors import FieldRefusal, NotSent, Refused, Unavailable
from providers.http import Answer, Body, Call, ProviderSession
from providers.invoicing.drupal_invoice import answers, changes, values
from providers.invoicing.drupal_invoice.entrance import Entrance
from providers.operations import reads, writes
from providers.ports import JsonObject

Row: TypeAlias = dict[str, object]

STABLE_SORT: Final = "ii.iid"
"""The list's column by which rows never move: the invoice id."""

PAGE_SIZE: Final = 100
"""The list takes any size; every row costs the site queries of its own."""

_COLUMN: Final = re.compile(r"[A-Za-z0-9.]*", re.ASCII)


class DrupalInvoiceClient:
    """Calls of one account. Answers are the module's own objects, unknown members included.

    Amounts are numbers with a dot; texts that begin with `formatted_` follow the site's locale and are for
    people. Times are "YYYY-MM-DD HH:MM:SS" without an offset, in the site's or the account's zone. Writes of one
    process go one after the other: two at the same time would take the same number.

    Raises the errors of `providers.domain.errors`: 401 and 403 are `AccessDenied` (403 also for an invoice or a
    template of another account), 400 and 404 `Refused`. A 500 of a write is `OutcomeUnknown` whatever its body:
    an empty one was seen with nothing stored, one with an HTML page with an invoice half stored. A 2xx of
    another shape than documented is `OutcomeUnknown` for a write and `Unavailable` for a read.
    """

    def __init__(self, session: ProviderSession, entrance: Entrance) -> None:
        self._session = session
        self._entrance = entrance
        self._writing = threading.RLock()

    @property
    def base_url(self) -> str:
        return self._session.base_url

    def close(self) -> None:
        self._session.close()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While no other write of this process is under way."""
        with self._writing:
            yield

    @writes
    def create_invoice(self, fields: JsonObject) -> str:
        """POST /invoice/api/invoice.json: make an invoice; gives its id, the unformatted number.

        Members: `template` and `pay_limit` (days, 0 to 65535) are required; `leading_zeros` (1 to 255), `prefix`,
        `description`, `pay_status` (exactly "paid", or unpaid), `customer` (`customer_number`, `company_name`,
        `firstname`, `lastname`, `street`, `building_number`, `zipcode`, `city`, `state`, `country`, `coc_number`,
        `vat_number`, `description`) and `items` (`description`, `quantity`, `unitcost` without VAT to 3 decimals,
        `vat` in percent, `weight` for the order of lines). Numbers may be texts; fractions must be. The same body
        twice makes two invoices.
        """
        answer = self._write("POST", "invoice.json", fields)
        invoice_id = answers.created_id(answer.json())
        if not invoice_id:
            raise answer.unusable("no address of a new invoice")
        return invoice_id

    @writes
    def replace_invoice(self, invoice_id: str, fields: JsonObject) -> None:
        """PUT /invoice/api/invoice.json/{id}: write all of an invoice; members as for `create_invoice`.

        What is left out is wiped, `pay_status` becomes unpaid, and the customer gets a new number; only
        `items` are kept when they are left out or empty. `template`, `pay_limit` and `leading_zeros` are
        required. The stored invoice's template is not looked at: naming another one moves the invoice there.
        """
        answer = self._write("PUT", f"invoice.json/{_segment(invoice_id)}", fields)
        if answer.status != 204 or answer.body:
            raise answer.unusable(f"{len(answer.body)} bytes where none are documented")

    @writes
    def update_invoice(self, invoice_id: str, fields: JsonObject) -> None:
        """GET, then PUT: change some members of an invoice and write the others back as they were.

        `fields` holds members as for `create_invoice`; those of `customer` are changed one by one, `items` as a
        whole. The site knows no versions: what somebody else changed between the two requests is overwritten.
        `NotSent` where the invoice could not be read.
        """
        with self.alone():
            self.replace_invoice(invoice_id, changes.rewritten(self._stored(invoice_id), fields))

    @writes
    def set_paid(self, invoice_id: str, *, paid: bool = True) -> None:
        """GET, then PUT: mark an invoice as paid, or as not paid, and leave the rest as it is.

        The module knows no payments and no parts of one. Telling it again changes nothing.
        """
        self.update_invoice(invoice_id, {"pay_status": "paid" if paid else "unpaid"})

    @writes
    def credit_invoice(self, invoice_id: str, *, description: str = "") -> str:
        """GET, then POST: make a credit invoice over all of an invoice, with negative quantities; gives its id.

        Template, customer, number's form and lines are those of the invoice; `description` is the text, by default
        one that names the invoice's number. The invoice itself stays as it is. Doing it twice credits it twice.
        `Refused` for an invoice without lines, or over nothing or less.
        """
        with self.alone():
            return self.create_invoice(changes.credited(self._stored(invoice_id), description))

    @writes
    def delete_invoice(self, invoice_id: str) -> None:
        """DELETE /invoice/api/invoice.json/{id}: always refused; it is answered 501 for every invoice, and not asked.

        Always raises `Refused`: `credit_invoice` is the way.
        """
        text = "invoices are never deleted; make a credit invoice, one with negative quantities"
        raise Refused(FieldRefusal("id", f"{_segment(invoice_id)}: {text}"))

    @reads
    def invoice(self, invoice_id: str) -> Row:
        """GET /invoice/api/invoice.json/{id}: one invoice with customer, items, `extotal`, `vattotal` and `inctotal`.

        Besides, `vat_totals` for each rate. Its `number` is wrong where the prefix has letters; the list's is right.
        `Refused` with `missing` for an id that is not there, `AccessDenied` for one of another account's template.
        """
        answer = self._read(f"invoice.json/{_segment(invoice_id)}")
        found = answer.json()
        if not isinstance(found, dict) or values.identity(found) != _segment(invoice_id):
            raise answer.unusable("another thing than the invoice that was asked for")
        return found

    @reads
    def invoice_html(self, invoice_id: str) -> str:
        """GET /invoice/api/invoice.html/{id}: the page to be printed."""
        answer = self._read(f"invoice.html/{_segment(invoice_id)}")
        page = answer.body.decode("utf-8", "replace")
        if not page.lstrip().startswith("<"):
            raise answer.unusable("no page")
        return page

    @reads
    def invoice_pdf(self, invoice_id: str) -> bytes:
        """GET /invoice/api/invoice.pdf/{id}: the PDF, as bytes.

        `Unavailable` on sites with PHP 8: the module's PDF library is too old for it.
        """
        answer = self._read(f"invoice.pdf/{_segment(invoice_id)}")
        if not answer.body.startswith(b"%PDF-"):
            raise answer.unusable("no PDF")
        return answer.body

    @reads
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
        return _listed(self._read("invoice.json", {"max_results": str(max_results), "page": str(page), **filters}))

    @reads
    def all_invoices(
        self,
        *,
        template: str = "",
        customer_number: int | None = None,
        year: int | None = None,
        month: int | None = None,
        day: int | None = None,
    ) -> list[Row]:
        """GET /invoice/api/invoice.json, page after page: every row of the list once, oldest first.

        Filters as for `invoices`. The last page is given again for every page beyond it: that ends the reading.
        """

        def fetch(page: int, size: int) -> Sequence[Row]:
            return self.invoices(
                max_results=size,
                page=page - 1,
                sort=STABLE_SORT,
                order="asc",
                template=template,
                customer_number=customer_number,
                year=year,
                month=month,
                day=day,
            )

        return list(paging.rows(listing(fetch, PAGE_SIZE)))

    @reads
    def find_all(self) -> list[Row]:
        """GET /invoice/api/invoice.json/findAll: the list's first rows. `Refused` on sites with PHP 8."""
        return _listed(self._read("invoice.json/findAll"))

    def server_time(self) -> datetime | None:
        """One row of the list is read for the Date header of its answer."""
        answer = self._read("invoice.json", {"max_results": "1"})
        _listed(answer)
        return answer.server_time

    def _stored(self, invoice_id: str) -> Row:
        """The invoice that is about to be written over, or against."""
        try:
            return self.invoice(invoice_id)
        except Unavailable as error:
            failed = f"nothing was written, for the invoice could not be read: {error}"
        raise NotSent(failed)

    def _read(self, route: str, params: Mapping[str, str] | None = None) -> Answer:
        path, address = self._entrance.address(f"invoice/api/{route}")
        return self._session.get(path, params={**address, **(params or {})})

    def _write(self, method: str, route: str, fields: JsonObject) -> Answer:
        changes.check_numbers(fields)
        path, params = self._entrance.address(f"invoice/api/{route}")
        call = Call(method=method, path=path, params=params, body=Body.json(changes.sendable(fields)))
        with self.alone():
            return self._entrance.write(call)


def listing(fetch: paging.Fetch[Row], page_size: int) -> paging.Way[Row]:
    """How the list is read: oldest first, new invoices come at the end, a change moves none, and a page beyond the end
    is the last one again.

    The API deletes none. Yet what drops out while the list is read, by an administrator's hand or because a cache
    before the site lags, would move the others up, and one of them past the edge of the next page. It would count as
    never made. So pages overlap, which costs about a tenth more requests.
    """
    return paging.Way(fetch=fetch, page_size=page_size, identity=values.identity, last_page_repeats=True)


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
