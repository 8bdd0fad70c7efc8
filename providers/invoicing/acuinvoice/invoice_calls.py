"""AcuInvoice's calls for invoices."""

from datetime import date, datetime
from typing import Literal

from providers.domain.errors import FieldRefusal, Refused
from providers.invoicing.acuinvoice.filters import InvoiceFilters
from providers.invoicing.acuinvoice.wire import Row, Wire
from providers.operations import reads, writes
from providers.ports import JsonObject


class InvoiceCalls(Wire):
    """The page "acuinvoice_api:invoices", all six calls."""

    @writes
    def create_invoice(self, fields: JsonObject) -> str:
        """invoice.create: make an invoice, as a draft; gives its `invoice_id`.

        Mandatory: `invoice_date`, `client_id`, `currency` (three letters), `terms` (NET 15, NET 30, NET 45, NET 60,
        or a date), `late_fee` (1%, 1.5%, 2%, or an amount) and `lines`, at least one, each of `quantity`, `kind`
        (Hours, Days, Product, Expense), `description`, `tax` (1 taxed, 0 not) and `price` (net, for one).
        Optional: `invoice_number` (else the next one), `po_number`, `tax` (percent with its sign, one for the whole
        invoice), `freight` (amount), `tags` (separated by blanks), `notes`. Amounts are in the currency's major unit.

        The same fields twice make two invoices, unless the account refuses a number that is taken. Raises `Refused`,
        and `OutcomeUnknown` where the answer is lost.
        """
        return self._create("invoice", fields)

    @writes
    def update_invoice(self, invoice_id: str, fields: JsonObject) -> None:
        """invoice.update: change an invoice; what is left out stays, without `lines` the lines too.

        Fields as for `create_invoice`; `lines` replace all lines. Whether an invoice that is open or closed may still
        be changed is not documented. Repeating it with the same fields changes nothing more.
        """
        self._update("invoice", invoice_id, fields)

    @reads
    def invoice(self, invoice_id: str) -> Row:
        """invoice.get: one invoice, with `status`, `date_created` and `date_updated` beside the fields of a create.

        `status` is draft, open, closed or pastdue. No total, balance or paid amount is told. `Refused` with `missing`
        where there is none, unless the options say that a failure means something else.
        """
        return self._get("invoice", invoice_id)

    @writes
    def delete_invoice(self, invoice_id: str, *, repeated: bool = False) -> None:
        """invoice.delete: delete an invoice, for good.

        Say `repeated` where an earlier delete may have been carried out: then it counts as done where there is no
        such invoice any more. Whether only drafts may be deleted is not documented.
        """
        self._delete("invoice", invoice_id, repeated=repeated)

    @reads
    def invoices(  # noqa: PLR0913 - the list's own parameters, all by name
        self,
        *,
        page: int = 1,
        per_page: int = 25,
        client_id: str = "",
        date_from: str = "",
        date_to: str = "",
        date_updated_from: str = "",
        date_updated_to: str = "",
        date_created_from: str = "",
        date_created_to: str = "",
        status: Literal["", "draft", "open", "closed", "pastdue"] = "",
        orderby: Literal["", "id", "invoice_number", "invoice_date"] = "",
        sort: Literal["", "ASC", "DESC"] = "",
    ) -> list[Row]:
        """invoice.list: one page of invoices, newest id first unless `orderby` and `sort` say otherwise.

        Dates are YYYY-MM-DD: `date_*` is the invoice date, `date_created_*` and `date_updated_*` are the account's
        own. Whether a bound itself belongs to the list is not documented: ask a day wider. No answer tells how many
        there are: a page that is shorter than `per_page`, or empty, is the last one. `lines` may be left out.
        """
        filters = InvoiceFilters(
            client_id=client_id,
            date_from=_day("date_from", date_from),
            date_to=_day("date_to", date_to),
            date_updated_from=_day("date_updated_from", date_updated_from),
            date_updated_to=_day("date_updated_to", date_updated_to),
            date_created_from=_day("date_created_from", date_created_from),
            date_created_to=_day("date_created_to", date_created_to),
            status=status,
            orderby=orderby,
            sort=sort,
        )
        return self.invoice_page(page, per_page, filters)

    def invoice_page(self, page: int, per_page: int, filters: InvoiceFilters) -> list[Row]:
        """One page of `invoices`, for filters that are put together already."""
        return self._list("invoice", {**filters.told(), "page": page, "per_page": per_page})

    @writes
    def send_invoice(
        self,
        invoice_id: str,
        contact_ids: list[str],
        *,
        message: str = "",
        payment_gateways: list[str] | None = None,
        copy_to_me: bool = False,
    ) -> None:
        """invoice.send: send an invoice by e-mail to contacts of its client, which opens a draft.

        `payment_gateways` are codes; `paypal` and `google` are printed, the whole set is not. A lost answer leaves
        unknown whether the mail went out, and sending again sends again. Who receives it when no contact is named is
        not documented, so that one must be.
        """
        self._send("invoice", invoice_id, contact_ids, message, payment_gateways or (), copy_to_me=copy_to_me)

    def server_time(self) -> datetime | None:
        """One entry of the list is read for the Date header of its answer."""
        return self._listed("invoice", {"page": 1, "per_page": 1})[1].server_time


def _day(name: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Refused(FieldRefusal(name, f"{text[:20]!r} is no date; write YYYY-MM-DD")) from None
