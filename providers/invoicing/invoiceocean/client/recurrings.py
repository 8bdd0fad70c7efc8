"""Recurring invoices: definitions by which the service makes documents by itself."""

from providers.invoicing.invoiceocean.client.calls import Calls, Fields, Filters, Row
from providers.operations import reads, writes


class Recurrings(Calls):
    """Observed: an account whose plan lacks them answers with a page of the application, so that a write reads as
    `OutcomeUnknown` and a read as `Unavailable`. No deletion is documented."""

    @reads
    def recurrings(self, page: int = 1, per_page: int = 25, filters: Filters | None = None) -> list[Row]:
        """List definitions of recurring invoices: GET /recurrings.json."""
        return self._read_list("/recurrings.json", page, per_page, filters)

    @writes
    def create_recurring(self, recurring: Fields) -> Row:
        """Define a recurring invoice: POST /recurrings.json.

        `name`, `invoice_id` (the document that is repeated), `start_date`, `end_date`, `every` ("1m" is each month),
        `issue_working_day_only`, `send_email`, `buyer_email` (addresses separated by commas). The answer tells
        `next_invoice_date`, `last_invoice_date`, `counter` and `state`.
        """
        return self._write_one("POST", "/recurrings.json", {"recurring": recurring})

    @writes
    def update_recurring(self, recurring_id: int, recurring: Fields) -> Row:
        """Change a definition, such as its `next_invoice_date`: PUT /recurrings/{id}.json."""
        return self._write_one("PUT", f"/recurrings/{recurring_id}.json", {"recurring": recurring})
