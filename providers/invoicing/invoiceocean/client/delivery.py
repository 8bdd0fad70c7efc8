"""How a document reaches its buyer: by e-mail, as a file, by a public link."""

from urllib.parse import quote

from providers.domain.errors import FieldRefusal, Refused
from providers.invoicing.invoiceocean.client.calls import Calls, Row, address
from providers.operations import reads, writes

MOST_RECIPIENTS = 5
"""Documented, for each of the two lists of addresses."""


class Delivery(Calls):
    """Sending and showing documents."""

    @writes
    def send_by_email(
        self,
        invoice_id: int,
        to: list[str] | None = None,
        *,
        cc: list[str] | None = None,
        pdf: bool = False,
        print_option: str = "",
        update_buyer_email: bool = False,
        force: bool = False,
    ) -> Row:
        """Send a document by e-mail: POST /invoices/{id}/send_by_email.json.

        Without `to` it goes to the buyer's address on the document. `to` and `cc` take up to 5 addresses each. `pdf`
        attaches the file, else the mail holds a link; `print_option` is original, copy, original_and_copy or
        duplicate. `update_buyer_email` writes `to` into the document. The same document is not sent twice within 3
        days without `force`. Where the Polish national system is used, a company's invoice must have its number
        first. Both refusals come with status 200. A lost answer leaves unknown whether the mail went out: `sent_time`
        of the document tells. The status stays as it is.
        """
        for name, addresses in (("email_to", to), ("email_cc", cc)):
            if len(addresses or ()) > MOST_RECIPIENTS:
                raise Refused(FieldRefusal(name, f"more than {MOST_RECIPIENTS} addresses"))
        asked = {"email_to": to or (), "email_cc": cc or (), "print_option": print_option}
        flags = {"email_pdf": pdf, "update_buyer_email": update_buyer_email, "force": force}
        told = {name: "true" for name, wanted in flags.items() if wanted}
        path = address(f"/invoices/{invoice_id}/send_by_email.json", {**asked, **told})
        return self._done(self._session.send("POST", path))

    @reads
    def pdf(self, invoice_id: int, print_option: str = "") -> bytes:
        """Read a document as a PDF file: GET /invoices/{id}.pdf.

        `print_option` is original, copy, original_and_copy or duplicate. The service may redirect to where the file
        is; a page of the application in its place is `Unavailable`.
        """
        path = address(f"/invoices/{invoice_id}.pdf", {"print_option": print_option})
        return self._file(self._session.get(path, follow=True), b"%PDF")

    @reads
    def public_links(self, invoice_id: int) -> Row:
        """Tell the addresses that show a document to whoever has them, without login: GET /invoices/{id}.json.

        `view` shows it, `pdf` downloads the file, `inline` shows the file, `payment` pays where payments are set up.
        They are as good as passwords: give them to the buyer only.
        """
        found = self._read_one(f"/invoices/{invoice_id}.json")
        token = found.get("token")
        if not isinstance(token, str) or not token:
            raise Refused(FieldRefusal("token", "the service tells none for this document"))
        view = f"{self.base_url}/invoice/{quote(token, safe='')}"
        payment = found.get("payment_url")
        return {"view": view, "pdf": f"{view}.pdf", "inline": f"{view}.pdf?inline=yes", "payment": payment}

    @reads
    def public_pdf(self, token: str) -> bytes:
        """Read a document as a PDF file by its public token: GET /invoice/{token}.pdf."""
        return self._file(self._session.get(f"/invoice/{quote(token, safe='')}.pdf", follow=True), b"%PDF")

    @reads
    def attachments(self, invoice_id: int) -> bytes:
        """Read all attachments of a document as one ZIP file: GET /invoices/{id}/attachments_zip.json."""
        path = f"/invoices/{invoice_id}/attachments_zip.json"
        return self._file(self._session.get(path, follow=True), b"PK")

    @reads
    def attachment_credentials(self, invoice_id: int) -> Row:
        """Ask where an attachment may be uploaded: GET /invoices/{id}/get_new_attachment_credentials.json.

        Gives `url` and the fields of a form to be posted there together with the file; then `add_attachment`.
        They let whoever has them upload: keep them secret.
        """
        return self._told(self._session.get(f"/invoices/{invoice_id}/get_new_attachment_credentials.json"))

    @writes
    def add_attachment(self, invoice_id: int, file_name: str) -> None:
        """Attach a file that was uploaded: POST /invoices/{id}/add_attachment.json.

        The buyer sees attachments only where the document's `show_attachments` is true. The answer is not documented.
        """
        path = address(f"/invoices/{invoice_id}/add_attachment.json", {"file_name": file_name})
        answer = self._session.send("POST", path)
        if answer.body.strip():
            self._checked(answer)

    @writes
    def fiscal_print(self, invoice_ids: list[int], printer: str = "") -> None:
        """Print receipts on the account's fiscal printer: GET /invoices/fiscal_print.

        It is asked with GET and has an effect all the same, so that it is never repeated here. `printer` names one
        where there are several. The answer is not documented; any success is taken for one.
        """
        path = address("/invoices/fiscal_print", {"invoice_ids[]": invoice_ids, "fiskator_name": printer})
        self._session.send("GET", path)
