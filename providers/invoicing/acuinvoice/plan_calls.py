"""AcuInvoice's calls for what is not invoiced yet: estimates and recurring invoices."""

from providers.invoicing.acuinvoice.wire import Row, Wire
from providers.operations import reads, writes
from providers.ports import JsonObject


class PlanCalls(Wire):
    """The pages "acuinvoice_api:estimates" and "acuinvoice_api:recurring"."""

    @writes
    def create_estimate(self, fields: JsonObject) -> str:
        """estimate.create: make an estimate; gives its `estimate_id`.

        Mandatory: `estimate_date`, `estimate_expiration`, `client_id`, `currency`. Optional: `tax` (percent with its
        sign), `freight`, `tags`, `lines` as of an invoice. No number, PO number, terms, fee or notes are shown.
        """
        return self._create("estimate", fields)

    @writes
    def update_estimate(self, estimate_id: str, fields: JsonObject) -> None:
        """estimate.update: change an estimate; what is left out stays. Fields as for `create_estimate`."""
        self._update("estimate", estimate_id, fields)

    @reads
    def estimate(self, estimate_id: str) -> Row:
        """estimate.get: one estimate. Its example tells the fields without a wrapper; both forms are read."""
        return self._get("estimate", estimate_id)

    @writes
    def delete_estimate(self, estimate_id: str, *, repeated: bool = False) -> None:
        """estimate.delete: delete an estimate.

        Assumed: no public page shows this call. Say `repeated` where an earlier delete may have been carried out.
        """
        self._delete("estimate", estimate_id, repeated=repeated)

    @reads
    def estimates(self, page: int = 1, per_page: int = 25) -> list[Row]:
        """estimate.list: one page of estimates, with the pages of `invoices`.

        Assumed: no public page shows this call.
        """
        return self._list("estimate", {"page": page, "per_page": per_page})

    @writes
    def send_estimate(self, estimate_id: str, contact_ids: list[str], *, message: str = "") -> None:
        """estimate.send: send an estimate by e-mail to contacts of its client.

        Assumed, after invoice.send: no public page shows this call. Sending again sends again.
        """
        self._send("estimate", estimate_id, contact_ids, message)

    @writes
    def create_recurring(self, fields: JsonObject) -> str:
        """recurring.create: have invoices made again and again; gives `recurring_id`.

        The fields of an invoice without number, date, PO number and client, and besides: `recurring_frequency` and
        `recurring_period` (day, week, month, year), mandatory, `recurring_title`, `recurring_start_date_from`, and
        `clients`, each of `client_id`. That the answer names it `recurring_id` is inferred from update and get.

        A duplicate bills its clients twice, for as long as it runs, and nothing but the title tells the two apart.
        """
        return self._create("recurring", fields)

    @writes
    def update_recurring(self, recurring_id: str, fields: JsonObject) -> None:
        """recurring.update: change a recurring invoice; what is left out stays, lines and clients too."""
        self._update("recurring", recurring_id, fields)

    @reads
    def recurring(self, recurring_id: str) -> Row:
        """recurring.get: one recurring invoice. Its page prints the method as `reccuring.get`, taken for a slip."""
        return self._get("recurring", recurring_id)

    @writes
    def delete_recurring(self, recurring_id: str, *, repeated: bool = False) -> None:
        """recurring.delete: end a recurring invoice.

        Say `repeated` where an earlier delete may have been carried out: then it counts as done where there is no
        such one any more.
        """
        self._delete("recurring", recurring_id, repeated=repeated)

    @reads
    def recurring_invoices(self, page: int = 1, per_page: int = 25) -> list[Row]:
        """recurring.list: one page of recurring invoices, with the pages of `invoices`.

        Assumed: no public page shows this call.
        """
        return self._list("recurring", {"page": page, "per_page": per_page})
