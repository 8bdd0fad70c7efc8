"""Documents: making, listing, reading, changing, deleting, cancelling."""

from providers.invoicing.invoiceocean.sandbox import checks, copying, ksef, lists, references
from providers.invoicing.invoiceocean.sandbox.account import Account
from providers.invoicing.invoiceocean.sandbox.figures import id_in, is_yes, stamp
from providers.invoicing.invoiceocean.sandbox.records import Invoice
from providers.invoicing.invoiceocean.sandbox.replies import body, error, host, not_found, success, wrapped
from providers.invoicing.invoiceocean.sandbox.switches import ConnectedPayments, Profile
from providers.ports import JsonObject
from providers.sandbox.core import Handler
from providers.sandbox.messages import Reply, Request

_STATUSES = frozenset({"issued", "sent", "paid", "partial", "rejected"})


class InvoiceDesk:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._requests = 0

    def routes(self) -> dict[str, Handler]:
        return {
            "GET /invoices.json": self._list,
            "POST /invoices.json": self._create,
            "POST /invoices/cancel.json": self._cancel,
            "GET /invoices/{}.json": self._read,
            "PUT /invoices/{}.json": self._update,
            "PATCH /invoices/{}.json": self._update,
            "DELETE /invoices/{}.json": self._delete,
            "POST /invoices/{}/change_status.json": self._change_status,
        }

    def _create(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        told, sent = body(request), wrapped(request, "invoice")
        if sent is None:
            return error(400, "invoice is missing")
        sent, errors = copying.completed(sent, self._account)
        if errors := errors or checks.errors_in(sent, self._account):
            return self._refused(errors)
        if is_yes(told.get("identify_oss")) and not checks.is_oss(sent):
            sent.pop("use_oss", None)
        invoice = self._account.create(sent, to_gov=is_yes(told.get("gov_save_and_send")))
        return Reply.json(201, self._fresh(invoice, request))

    def _list(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        self._requests += 1
        rows = lists.invoices(request, self._account, salt=self._requests)
        positions = is_yes(request.query.get("include_positions"))
        return Reply.json(200, [self._row(invoice, request, positions=positions) for invoice in rows])

    def _row(self, invoice: Invoice, request: Request, *, positions: bool) -> JsonObject:
        """A list that lags tells the stamp by which it is still ordered."""
        shown = self._shown(invoice, request, positions=positions)
        if lag := self._account.switches.list_lag:
            shown["updated_at"] = stamp(invoice.as_of(self._account.now() - lag) or invoice.updated)
        return shown

    def _read(self, request: Request, parts: tuple[str, ...]) -> Reply:
        invoice = self._account.invoices.get(id_in(parts[0]))
        if invoice is None:
            return not_found()
        if is_yes(request.query.get("send_to_ksef")) and self._account.switches.ksef:
            invoice.gov_sent = invoice.gov_sent or self._account.now()
        full = request.query.get("correction_positions") == "full"
        shown = self._shown(invoice, request, positions=True, full=full) | self._extras(invoice, request)
        if only := request.query.get("fields[invoice]"):
            shown = {name: value for name, value in shown.items() if name in only.split(",")}
        return Reply.json(200, shown)

    def _extras(self, invoice: Invoice, request: Request) -> JsonObject:
        """What only the answer to the reading of one document tells, some of it only when asked for."""
        told: JsonObject = {"bank_accounts": invoice.sent.get("bank_accounts", [])}
        told["payment_url"] = f"https://{host(request)}/invoice/payment/{invoice.token}"
        asked = request.query.get("additional_fields[invoice]", "").split(",")
        if "cancel_reason" in asked:
            told["cancel_reason"] = invoice.cancel_reason
        for name in ("corrected_content_before", "corrected_content_after"):
            if name in asked:
                told[name] = invoice.sent.get(name)
        how = self._account.switches.connected_payments
        if "connected_payments" in asked and how is not ConnectedPayments.ABSENT:
            brief = how is ConnectedPayments.BRIEF
            told["connected_payments"] = [each.shown(brief=brief) for each in self._account.payments_of(invoice)]
        if request.query.get("include") == "descriptions":
            note = invoice.sent.get("description")
            told["descriptions"] = [{"id": 1, "kind": "", "content": note, "row_number": 1}] if note else []
        return told

    def _update(self, request: Request, parts: tuple[str, ...]) -> Reply:
        """Only what is sent changes. A line with an id changes that line, with `_destroy` removes it."""
        invoice, sent = self._account.invoices.get(id_in(parts[0])), wrapped(request, "invoice")
        if invoice is None:
            return not_found()
        if sent is None:
            return error(400, "invoice is missing")
        if self._account.is_locked(invoice):
            return error(422, ksef.LOCKED)
        lines = sent.pop("positions", None)
        oid = sent.pop("oid", None)
        invoice.sent.update(sent)
        if isinstance(oid, str):
            self._account.rename(invoice, oid)
        for line in lines if isinstance(lines, list) else []:
            self._change_line(invoice, line)
        references.link_receipt(invoice, self._account)
        self._account.set_paid(invoice, sent)
        self._account.touch(invoice)
        return Reply.json(200, {**self._fresh(invoice, request), "deleted": False, "origin": None})

    def _change_line(self, invoice: Invoice, sent: JsonObject) -> None:
        known = next((each for each in invoice.positions if each.id == id_in(sent.get("id"))), None)
        if known is None:
            self._account.add_position(invoice, sent)
            return
        place = invoice.positions.index(known)
        invoice.positions.remove(known)
        if not is_yes(sent.get("_destroy")):
            self._account.add_position(invoice, {**known.as_sent(), **sent})
            changed = invoice.positions.pop()
            changed.id = known.id
            invoice.positions.insert(place, changed)

    def _delete(self, _request: Request, parts: tuple[str, ...]) -> Reply:
        invoice = self._account.invoices.get(id_in(parts[0]))
        if invoice is None:
            return not_found()
        if self._account.is_locked(invoice):
            return error(422, ksef.LOCKED)
        self._account.delete(invoice)
        return Reply.json(200, "ok")

    def _cancel(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        told, switches = body(request), self._account.switches
        invoice = self._account.invoices.get(id_in(told.get("cancel_invoice_id")))
        if invoice is None:
            return not_found()
        refusal = 200 if switches.soft_refusal else 422
        if invoice.cancelled:
            return success("cancelled") if switches.cancelled_again else error(refusal, "Cancelled already")
        if not switches.newest_can_be_cancelled and self._account.is_newest(invoice):
            return error(refusal, "The newest document cannot be cancelled")
        if not switches.ksef_number_lets_cancel and self._account.is_locked(invoice):
            return error(refusal, ksef.LOCKED)
        invoice.cancelled = True
        reason = told.get("cancel_reason")
        invoice.cancel_reason = str(reason) if reason else None
        self._account.touch(invoice)
        return success("cancelled")

    def _change_status(self, request: Request, parts: tuple[str, ...]) -> Reply:
        invoice, status = self._account.invoices.get(id_in(parts[0])), request.query.get("status", "")
        if invoice is None:
            return not_found()
        if status not in _STATUSES:
            return error(200, checks.phrases(self._account.switches)["list"])
        self._account.set_paid(invoice, {"status": status})
        self._account.touch(invoice)
        percent = int(invoice.paid * 100 / invoice.gross) if invoice.gross else 0
        shown = {"id": invoice.id, "status": invoice.status, "approval_status": None, "percent_paid": percent}
        told = {"translation": invoice.status, "approval_translation": None}
        return Reply.json(200, {**shown, "payment_status": None, "color_kind": None, "colors": [], **told})

    def _shown(self, invoice: Invoice, request: Request, **how: bool) -> JsonObject:
        now = self._account.now()
        gov = ksef.shown(invoice, self._account.switches, now, host=host(request))
        return invoice.shown(host=host(request), **how) | gov

    def _fresh(self, invoice: Invoice, request: Request) -> JsonObject:
        """The answer to a create or an update, by the profile of the year."""
        newer = self._account.switches.profile is Profile.Y2026
        shown = self._shown(invoice, request, fresh=True, positions=newer)
        if newer:
            shown["payment_url"] = f"https://{host(request)}/invoice/payment/{invoice.token}"
            shown["bank_accounts"] = invoice.sent.get("bank_accounts", [])
        return shown

    def _refused(self, errors: dict[str, list[str]]) -> Reply:
        message: object = errors
        if self._account.switches.message_is_text:
            message = "; ".join(f"{field} {text}" for field, texts in errors.items() for text in texts)
        return error(200 if self._account.switches.soft_refusal else 422, message)
