"""The Polish national system of invoices (KSeF), where the account is connected to it."""

from typing import Final

from providers.invoicing.invoiceocean.client.calls import Calls, Row, address
from providers.operations import reads, writes

FIELDS: Final = (
    "id",
    "gov_status",
    "gov_id",
    "gov_send_date",
    "gov_sell_date",
    "gov_error_messages",
    "gov_verification_link",
    "gov_link",
    "gov_corrected_invoice_number",
)


class NationalSystem(Calls):
    """Documents that have a number there can be neither changed nor deleted, only corrected; payments still work."""

    @reads
    def gov_status(self, invoice_id: int) -> Row:
        """Tell how a document stands with the Polish national system: GET /invoices/{id}.json with its gov_ fields.

        `gov_status` is null (never sent), processing, ok, send_error, server_error, not_applicable, not_connected, or
        one of them with `demo_` in front. `gov_id` is the number that was given. It takes seconds to hours.
        `gov_error_messages` are sentences, each with the name of its field in front.
        """
        return self._read_one(f"/invoices/{invoice_id}.json", {"fields[invoice]": FIELDS})

    @writes
    def send_to_gov(self, invoice_id: int) -> Row:
        """Send a document to the Polish national system: GET /invoices/{id}.json?send_to_ksef=yes.

        It is asked with GET and has an effect all the same, so that it is never repeated here. After a server_error
        the vendor asks for a wait of 1, then 5 minutes, and for 3 tries at most.
        """
        path = address(f"/invoices/{invoice_id}.json", {"send_to_ksef": "yes"})
        return self._record(self._session.send("GET", path))

    @reads
    def gov_file(self, invoice_id: int, kind: str = "gov") -> bytes:
        """Read a document's file at the Polish national system: GET /invoices/{id}/attachment.

        `kind` is gov for the structured invoice (XML), gov_upo for the official receipt. `Refused` as missing, or
        `Unavailable`, before there is one.
        """
        path = address(f"/invoices/{invoice_id}/attachment", {"kind": kind})
        return self._file(self._session.get(path, follow=True))
