"""Invoices and all other documents of sale."""

from datetime import datetime

from providers.http.verdict import http_date
from providers.invoicing.invoiceocean.client.calls import Calls, Fields, Filters, Row, address
from providers.operations import reads, writes


class Invoices(Calls):
    """Documented in full on the vendor's page, but where a call says otherwise."""

    @reads
    def invoices(self, page: int = 1, per_page: int = 25, filters: Filters | None = None) -> list[Row]:
        """List documents of sale: GET /invoices.json.

        `page` counts from 1, `per_page` is at most 100; a page beyond the end is empty, and no total is told.
        Filters:

        - `period`: last_12_months (the default!), this_month, last_30_days, last_month, this_year, last_year, all, or
          more, which alone lets `date_from` and `date_to` (YYYY-MM-DD) count; `search_date_type` says of which date:
          issue_date, paid_date or transaction_date
        - `order`: number, updated_at, price_net, price_gross, price_tax, issue_date, payment_to, paid_date,
          transaction_date, buyer_name, buyer_tax_no, seller_name or oid, with `.desc` behind it for falling order
        - `kind`, or `kinds[]` with several; `number`; `client_id`; `invoice_ids` with several ids; `income`: no for
          costs; `include_positions`: true for the lines
        - reported, not documented: `oid` (whether it is exact is unknown), `query`, `status`, `department_id`,
          `from_invoice_id`, `invoice_id`

        Amounts are decimals as text. A date may be empty text.
        """
        return self._read_list("/invoices.json", page, per_page, filters)

    @reads
    def invoice(self, invoice_id: int, additional: str = "", correction_positions: str = "", include: str = "") -> Row:
        """Read one document with its lines: GET /invoices/{id}.json.

        `additional` names members that are told only when asked for, separated by commas: connected_payments,
        cancel_reason, corrected_content_before, corrected_content_after. `correction_positions` "full" tells the
        lines of a correction before and after. `include` "descriptions" tells every note. `gov_status`, `gov_id`
        and the other `gov_` members tell how it stands with the Polish national system.
        """
        asked = {"additional_fields[invoice]": additional, "correction_positions": correction_positions}
        return self._read_one(f"/invoices/{invoice_id}.json", {**asked, "include": include})

    @writes
    def create_invoice(self, invoice: Fields, flags: Fields | None = None) -> Row:
        """Make a document: POST /invoices.json.

        Needs `buyer_name` or `client_id`, and `positions` of `name` or `product_id`, `quantity`, `tax` and one price,
        of which `total_price_gross` is the surest. `kind` is vat (the default), proforma, bill, receipt, advance,
        final, correction, vat_mp, invoice_other, vat_margin, kp, kw, estimate, and others in Poland. `tax` of a line
        is a percentage, or zw (exempt), np (not subject), oo (reverse charge), disabled (no VAT shown). Without
        `number` the next one is taken. With `oid_unique` "yes" a second document with the same `oid` is refused.
        A buyer or a line that the account does not know becomes a client or a product.

        `flags` stand beside the document: `identify_oss` "1" (mark as OSS only where that is right), `oss_force_tax`,
        `fill_default_descriptions` true, `gov_save_and_send` true (to the Polish national system at once).

        The answer may lack the lines: read the document again for them. A refusal names the fields. A lost answer is
        found by `oid` with `period` all; the call must not be repeated before.
        """
        return self.create_prepared({**(flags or {}), "invoice": invoice})

    def create_prepared(self, body: Row) -> Row:
        """POST /invoices.json with a whole body."""
        return self._write_one("POST", "/invoices.json", body)

    @writes
    def update_invoice(self, invoice_id: int, invoice: Fields) -> Row:
        """Change members of a document: PUT /invoices/{id}.json.

        Only what is sent changes. In `positions`, a line with `id` is changed, with `id` and `_destroy` 1 removed,
        and one without `id` is added as the last. A document with a number of the Polish national system is refused.
        Setting `status` to paid fills `paid` and `paid_date`: do that or record a payment, never both.
        """
        return self._write_one("PUT", f"/invoices/{invoice_id}.json", {"invoice": invoice})

    @writes
    def delete_invoice(self, invoice_id: int) -> None:
        """Delete a document for good: DELETE /invoices/{id}.json.

        It cannot be read any more. Refused once the document has a number of the Polish national system.
        """
        self._delete(f"/invoices/{invoice_id}.json")

    @writes
    def cancel_invoice(self, invoice_id: int, reason: str = "") -> Row:
        """Cancel a document, which goes on to exist with the kind `canceled`: POST /invoices/cancel.json.

        The reason reads back with `additional` cancel_reason only. Gives the service's message. Reported: the newest
        document of a series cannot be cancelled, only deleted.
        """
        body: Row = {"cancel_invoice_id": invoice_id, **({"cancel_reason": reason} if reason else {})}
        return self._done(self._session.send("POST", "/invoices/cancel.json", json_body=body))

    @writes
    def change_status(self, invoice_id: int, status: str) -> Row:
        """Set the status of a document: POST /invoices/{id}/change_status.json.

        `status` is issued, sent, paid, partial or rejected. Gives the status with its translation and
        `percent_paid`, not the document. Which changes are refused is documented nowhere.
        """
        path = address(f"/invoices/{invoice_id}/change_status.json", {"status": status})
        return self._record(self._session.send("POST", path))

    @writes
    def link_receipt(self, invoice_id: int, receipt_id: int) -> Row:
        """Link an invoice with the receipt that it was made for: PUT /invoices/{id}.json.

        The invoice no longer counts for the stock, since the receipt does.
        """
        linked: Fields = {"from_invoice_id": receipt_id, "invoice_id": receipt_id, "exclude_from_stock_level": True}
        return self.update_invoice(invoice_id, linked)

    def server_time(self) -> datetime | None:
        """One row of the list is read for the Date header of its answer."""
        answer = self._session.get(address("/invoices.json", {"page": 1, "per_page": 1}))
        self._records(answer)
        return http_date(answer.headers.get("Date", ""))
