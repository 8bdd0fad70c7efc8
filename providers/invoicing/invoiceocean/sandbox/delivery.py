"""How documents leave: e-mails, files, public pages, attachments, prints."""

import io
import zipfile
from typing import Final

from providers.invoicing.invoiceocean.sandbox import ksef
from providers.invoicing.invoiceocean.sandbox.account import Account
from providers.invoicing.invoiceocean.sandbox.figures import id_in, is_yes
from providers.invoicing.invoiceocean.sandbox.records import Invoice
from providers.invoicing.invoiceocean.sandbox.replies import host, not_found, several
from providers.invoicing.invoiceocean.sandbox.switches import Files
from providers.sandbox.core import Handler
from providers.sandbox.messages import Reply, Request

MOST_RECIPIENTS: Final = 5
_ELSEWHERE: Final = "/elsewhere/"


class DeliveryDesk:
    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> dict[str, Handler]:
        return {
            "POST /invoices/{}/send_by_email.json": self._send,
            "GET /invoices/{}.pdf": self._pdf,
            "GET /invoices/{}/attachment": self._gov_file,
            "GET /invoices/{}/attachments_zip.json": self._zip,
            "GET /invoices/{}/get_new_attachment_credentials.json": self._credentials,
            "POST /invoices/{}/add_attachment.json": self._attach,
            "GET /invoices/fiscal_print": self._print,
        }

    def public(self) -> dict[str, Handler]:
        """What needs no token of the account, since it names the document's own."""
        return {
            "GET /invoice/{}": self._page,
            "GET /invoice/{}.pdf": self._public_pdf,
            "GET /files/{}.pdf": self._public_pdf,
            f"GET {_ELSEWHERE}{{}}.pdf": self._pdf_elsewhere,
        }

    def _send(self, request: Request, parts: tuple[str, ...]) -> Reply:
        """Observed: `sent_time` is filled, and the status stays "issued". All refusals come with 200."""
        invoice, switches, now = self._invoice(parts[0]), self._account.switches, self._account.now()
        if invoice is None:
            return not_found()
        to = _addresses(request.query.get("email_to", "") or str(invoice.sent.get("buyer_email") or ""))
        cc = _addresses(request.query.get("email_cc", ""))
        if ksef.waits_for_number(invoice, switches, now):
            return _refused(ksef.NO_NUMBER)
        if not to or max(len(to), len(cc)) > MOST_RECIPIENTS:
            return _refused("The e-mail address is invalid")
        lately = invoice.sent_time is not None and now - invoice.sent_time < switches.email_guard
        if lately and not is_yes(request.query.get("force")):
            return _refused(switches.email_refusal)
        if is_yes(request.query.get("update_buyer_email")) and request.query.get("email_to"):
            invoice.sent["buyer_email"] = to[0]
        invoice.sent_time = now
        with_file = is_yes(request.query.get("email_pdf"))
        self._account.mails.append({"invoice_id": invoice.id, "to": to, "cc": cc, "pdf": with_file})
        self._account.touch(invoice)
        return Reply.json(200, {"status": "ok", "message": "sent"})

    def _pdf(self, _request: Request, parts: tuple[str, ...]) -> Reply:
        invoice = self._invoice(parts[0])
        if invoice is None:
            return not_found()
        match self._account.switches.files:
            case Files.PAGE:
                return Reply.html(200, "Log in")
            case Files.REDIRECTED:
                return Reply(302, headers={"Location": f"/files/{invoice.token}.pdf"})
            case Files.ELSEWHERE:
                location = f"{self._account.switches.file_host}{_ELSEWHERE}{invoice.token}.pdf"
                return Reply(302, headers={"Location": location})
            case Files.DIRECT:
                return _file(invoice)

    def _pdf_elsewhere(self, request: Request, parts: tuple[str, ...]) -> Reply:
        """A store of files refuses tokens that are not its own."""
        return (
            Reply.html(400, "Bad Request") if "authorization" in request.headers else self._public_pdf(request, parts)
        )

    def _public_pdf(self, _request: Request, parts: tuple[str, ...]) -> Reply:
        invoice = self._by_token(parts[0])
        return not_found() if invoice is None else _file(invoice)

    def _page(self, _request: Request, parts: tuple[str, ...]) -> Reply:
        invoice = self._by_token(parts[0])
        return not_found() if invoice is None else Reply.html(200, invoice.number)

    def _gov_file(self, request: Request, parts: tuple[str, ...]) -> Reply:
        """404 before there is a number."""
        invoice = self._invoice(parts[0])
        if invoice is None or not self._account.is_locked(invoice):
            return not_found()
        root = "UPO" if request.query.get("kind") == "gov_upo" else "Faktura"
        content = f'<?xml version="1.0"?><{root} number="{ksef.gov_id(invoice)}"/>'
        return Reply(200, content.encode(), {"Content-Type": "application/xml"})

    def _zip(self, _request: Request, parts: tuple[str, ...]) -> Reply:
        invoice = self._invoice(parts[0])
        if invoice is None:
            return not_found()
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name in invoice.attachments:
                archive.writestr(zipfile.ZipInfo(name), name)
        return Reply(200, packed.getvalue(), {"Content-Type": "application/zip"})

    def _credentials(self, request: Request, parts: tuple[str, ...]) -> Reply:
        if self._invoice(parts[0]) is None:
            return not_found()
        names = ("AWSAccessKeyId", "key", "policy", "signature", "acl")
        form = {name: f"sandbox-{name}" for name in names}
        return Reply.json(200, {**form, "success_action_status": "201", "url": f"https://{host(request)}/uploads"})

    def _attach(self, request: Request, parts: tuple[str, ...]) -> Reply:
        invoice = self._invoice(parts[0])
        if invoice is None:
            return not_found()
        invoice.attachments.append(request.query.get("file_name", ""))
        self._account.touch(invoice)
        return Reply.json(200, {"status": "ok"})

    def _print(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        self._account.printed += [id_in(each) for each in several(request, "invoice_ids[]")]
        return Reply.json(200, {"status": "ok"})

    def _invoice(self, name: str) -> Invoice | None:
        return self._account.invoices.get(id_in(name))

    def _by_token(self, token: str) -> Invoice | None:
        return next((each for each in self._account.invoices.values() if each.token == token), None)


def _file(invoice: Invoice) -> Reply:
    content = f"%PDF-1.4\n% {invoice.number}\n%%EOF\n"
    return Reply(200, content.encode(), {"Content-Type": "application/pdf"})


def _refused(message: str) -> Reply:
    return Reply.json(200, {"status": "error", "message": message})


def _addresses(told: str) -> list[str]:
    return [each.strip() for each in told.split(",") if each.strip()]
