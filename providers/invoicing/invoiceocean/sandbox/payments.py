"""Payments: recording, listing, reading, changing, deleting."""

from providers.invoicing.invoiceocean.sandbox import checks, lists
from providers.invoicing.invoiceocean.sandbox.account import Account
from providers.invoicing.invoiceocean.sandbox.figures import id_in, is_yes, moment_in, number_in
from providers.invoicing.invoiceocean.sandbox.paid import Payment
from providers.invoicing.invoiceocean.sandbox.records import Invoice
from providers.invoicing.invoiceocean.sandbox.replies import error, host, not_found, wrapped
from providers.ports import JsonObject
from providers.sandbox.core import Handler
from providers.sandbox.messages import Reply, Request


class PaymentDesk:
    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> dict[str, Handler]:
        return {
            "GET /banking/payments.json": self._list,
            "POST /banking/payments.json": self._create,
            "GET /banking/payments/{}.json": self._read,
            "PATCH /banking/payments/{}.json": self._update,
            "PUT /banking/payments/{}.json": self._update,
            "DELETE /banking/payments/{}.json": self._delete,
        }

    def _create(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        sent = wrapped(request, "banking_payment")
        if sent is None:
            return error(400, "banking_payment is missing")
        price, say = number_in(sent.get("price")), checks.phrases(self._account.switches)
        if price is None:
            return self._refused({"price": [say["blank"]]})
        invoices = self._named(sent)
        if invoices is None:
            return self._refused({"invoice_id": [say["invalid"]]})
        if is_yes(sent.get("generate_invoice")) and not invoices:
            invoices = [self._generated(sent)]
        paid_at = moment_in(sent.get("paid_date")) or self._account.now()
        return Reply.json(201, self._account.pay(sent, price, invoices, paid_at).shown())

    def _list(self, request: Request, _parts: tuple[str, ...]) -> Reply:
        newest_first = list(reversed(self._account.payments.values()))
        rows = lists.page_of(newest_first, request.query, self._account)
        return Reply.json(200, [self._shown(payment, request) for payment in rows])

    def _read(self, request: Request, parts: tuple[str, ...]) -> Reply:
        payment = self._account.payments.get(id_in(parts[0]))
        return not_found() if payment is None else Reply.json(200, self._shown(payment, request))

    def _update(self, request: Request, parts: tuple[str, ...]) -> Reply:
        payment, sent = self._account.payments.get(id_in(parts[0])), wrapped(request, "banking_payment")
        if payment is None:
            return not_found()
        if sent is None:
            return error(400, "banking_payment is missing")
        invoices = [self._account.invoices[each] for each in payment.shares if each in self._account.invoices]
        named = self._named(sent)
        if named is None:
            return self._refused({"invoice_id": [checks.phrases(self._account.switches)["invalid"]]})
        self._account.unsettle(payment)
        payment.sent.update(sent)
        payment.price = number_in(sent.get("price")) or payment.price
        payment.paid_at = moment_in(sent.get("paid_date")) or payment.paid_at
        self._account.settle(payment, named or invoices)
        return Reply.json(200, self._shown(payment, request))

    def _delete(self, _request: Request, parts: tuple[str, ...]) -> Reply:
        payment = self._account.payments.get(id_in(parts[0]))
        if payment is None:
            return not_found()
        self._account.delete_payment(payment)
        return Reply.json(200, "ok")

    def _named(self, sent: JsonObject) -> list[Invoice] | None:
        """The documents that a payment names, in its order; None when one of them does not exist."""
        several = sent.get("invoice_ids")
        wanted = several if isinstance(several, list) else [sent["invoice_id"]] if sent.get("invoice_id") else []
        found = [invoice for each in wanted if (invoice := self._account.invoices.get(id_in(each)))]
        return found if len(found) == len(wanted) else None

    def _generated(self, sent: JsonObject) -> Invoice:
        """A document that matches the payment. Documented is only that one is made."""
        line = {"name": sent.get("name") or "Payment", "quantity": 1, "tax": 23, "total_price_gross": sent["price"]}
        names = ("name", "tax_no", "street", "post_code", "city", "country")
        buyer: JsonObject = {f"buyer_{name}": sent.get(f"invoice_{name}") for name in names}
        person = f"{sent.get('first_name') or ''} {sent.get('last_name') or ''}".strip()
        buyer["buyer_name"] = buyer["buyer_name"] or person
        told = {"currency": sent.get("currency"), "oid": sent.get("oid") or None, "positions": [line]}
        return self._account.create({**buyer, **told})

    def _shown(self, payment: Payment, request: Request) -> JsonObject:
        shown = payment.shown()
        if request.query.get("include") == "invoices":
            found = [self._account.invoices[each] for each in payment.shares if each in self._account.invoices]
            shown["invoices"] = [invoice.shown(host=host(request)) for invoice in found]
        return shown

    def _refused(self, errors: dict[str, list[str]]) -> Reply:
        return error(200 if self._account.switches.soft_refusal else 422, errors)
