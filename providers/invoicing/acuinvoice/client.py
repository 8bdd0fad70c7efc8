"""AcuInvoice's calls, one method each. Knows methods, wrappers and shapes, and nothing of our documents.

Five of them stand on no page that is public, and exist by analogy only: `clients`, `estimates`, `delete_estimate`,
`send_estimate` and `recurring_invoices`. Where the account does not know them, it refuses.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from providers.domain.errors import AccessDenied, FieldRefusal, NotSent, Refused
from providers.http import Answer
from providers.http.verdict import http_date
from providers.invoicing.acuinvoice import answers, envelope, values
from providers.invoicing.acuinvoice.filters import InvoiceFilters
from providers.invoicing.acuinvoice.options import Options
from providers.invoicing.acuinvoice.session import XmlSession
from providers.ports import JsonObject

Row: TypeAlias = dict[str, object]


class AcuInvoiceClient:
    """Calls of one account. Records are the provider's own, unknown members included; every value is text, lists
    are lists of records.

    Dates are `YYYY-MM-DD`, with a time behind where the service tells one; flags are "1" and "0". Raises the errors
    of `providers.domain.errors`: a `fail` is `Refused`, an answer that cannot be read is `OutcomeUnknown` for a
    write and `Unavailable` for a read. A failure names no field. Deleting what is gone already is refused too.
    """

    def __init__(self, session: XmlSession, options: Options, *, ends: float | None = None) -> None:
        self._session = session
        self._options = options
        self._ends = ends

    @property
    def base_url(self) -> str:
        return self._session.base_url

    def close(self) -> None:
        self._session.close()

    def within(self, span: timedelta) -> "AcuInvoiceClient":
        """The same account, for calls that together take no longer than this from now on; then `NotSent`."""
        return AcuInvoiceClient(self._session, self._options, ends=time.monotonic() + span.total_seconds())

    # Invoices

    def create_invoice(self, fields: JsonObject) -> str:
        """invoice.create; gives `invoice_id`.

        `invoice_date`*, `client_id`*, `currency`*, `terms`* (NET 15, NET 30, NET 45, NET 60 or a date), `late_fee`*
        (1%, 1.5%, 2% or an amount), `lines`* of `quantity`, `kind`* (Hours, Days, Product, Expense), `description`,
        `tax` (1 or 0) and `price` (net, for one); `invoice_number` (else the next one), `po_number`, `tax` (percent,
        with its sign), `freight` (amount), `tags` (separated by blanks), `notes`.
        """
        return self._create("invoice", fields)

    def update_invoice(self, invoice_id: str, fields: JsonObject) -> None:
        """invoice.update: the fields of a create; what is left out stays, the lines too."""
        self._update("invoice", invoice_id, fields)

    def invoice(self, invoice_id: str) -> Row:
        """invoice.get: the fields of a create and `invoice_id`, `status`, `date_created`, `date_updated`. No totals."""
        return self._get("invoice", invoice_id)

    def delete_invoice(self, invoice_id: str) -> None:
        """invoice.delete"""
        self._delete("invoice", invoice_id)

    def invoices(self, page: int, per_page: int, filters: InvoiceFilters) -> list[Row]:
        """invoice.list: one page. No answer tells how many there are; `lines` may be left out."""
        return self._list("invoice", {**filters.told(), "page": page, "per_page": per_page})

    def send_invoice(
        self,
        invoice_id: str,
        contact_ids: Sequence[str],
        *,
        message: str = "",
        payment_gateways: Sequence[str] = (),
        copy_to_me: bool = False,
    ) -> None:
        """invoice.send: by e-mail, which opens a draft. `payment_gateways` are codes such as paypal and google.

        A lost answer leaves unknown whether the mail went out; sending again sends again. Who receives it when no
        contact is named is not documented, so that one must be.
        """
        self._send("invoice", invoice_id, contact_ids, message, payment_gateways, copy_to_me=copy_to_me)

    # Clients and their contacts

    def create_client(self, fields: JsonObject) -> str:
        """client.create; gives `client_id`.

        `name`*, `address1`, `address2`, `city`, `state`, `zip`, `country` (two letters), `url`, `phone`, `fax`, and
        `contacts` of `first_name`*, `last_name`*, `email`*, `phone`, `mobile_phone`.
        """
        return self._create("client", fields)

    def update_client(self, client_id: str, fields: JsonObject) -> None:
        """client.update: the fields of a create; what is left out stays."""
        self._update("client", client_id, fields)

    def client(self, client_id: str) -> Row:
        """client.get: the fields of a create and `client_id`. Its contacts tell no `contact_id`."""
        return self._get("client", client_id)

    def delete_client(self, client_id: str) -> None:
        """client.delete"""
        self._delete("client", client_id)

    def clients(self, page: int, per_page: int) -> list[Row]:
        """client.list, with the pages of invoice.list. Assumed: no public page shows it."""
        return self._list("client", {"page": page, "per_page": per_page})

    def create_contact(self, fields: JsonObject) -> str:
        """contact.create; gives `contact_id`. `client_id`*, `first_name`*, `last_name`*, `email`*, `phone`,
        `mobile_phone`."""
        return self._create("contact", fields)

    def update_contact(self, contact_id: str, fields: JsonObject) -> None:
        """contact.update: the fields of a create; what is left out stays."""
        self._update("contact", contact_id, fields)

    def contact(self, contact_id: str) -> Row:
        """contact.get: the fields of a create and `contact_id`. Its example shows no `client_id`."""
        return self._get("contact", contact_id)

    def delete_contact(self, contact_id: str) -> None:
        """contact.delete"""
        self._delete("contact", contact_id)

    def contacts(self, *, client_id: str = "", email: str = "") -> list[Row]:
        """contact.list, by client or by e-mail address. No page numbers are documented for it."""
        return self._list("contact", {"client_id": client_id or None, "email": email or None})

    # Estimates

    def create_estimate(self, fields: JsonObject) -> str:
        """estimate.create; gives `estimate_id`. `estimate_date`*, `estimate_expiration`*, `client_id`*, `currency`*,
        `tax`, `freight`, `tags`, `lines` as an invoice."""
        return self._create("estimate", fields)

    def update_estimate(self, estimate_id: str, fields: JsonObject) -> None:
        """estimate.update: the fields of a create; what is left out stays."""
        self._update("estimate", estimate_id, fields)

    def estimate(self, estimate_id: str) -> Row:
        """estimate.get. Its example tells the fields without a wrapper; both forms are read."""
        return self._get("estimate", estimate_id)

    def delete_estimate(self, estimate_id: str) -> None:
        """estimate.delete. Assumed: no public page shows it."""
        self._delete("estimate", estimate_id)

    def estimates(self, page: int, per_page: int) -> list[Row]:
        """estimate.list. Assumed: no public page shows it."""
        return self._list("estimate", {"page": page, "per_page": per_page})

    def send_estimate(self, estimate_id: str, contact_ids: Sequence[str], *, message: str = "") -> None:
        """estimate.send, as invoice.send. Assumed: no public page shows it."""
        self._send("estimate", estimate_id, contact_ids, message)

    # Recurring invoices

    def create_recurring(self, fields: JsonObject) -> str:
        """recurring.create; gives `recurring_id` (inferred: the name that update and get use).

        The fields of an invoice without number, date, PO number and client, and `recurring_title`,
        `recurring_start_date_from`, `recurring_frequency`*, `recurring_period`* (day, week, month, year) and
        `clients` of `client_id`. A duplicate bills its clients twice, for as long as it runs.
        """
        return self._create("recurring", fields)

    def update_recurring(self, recurring_id: str, fields: JsonObject) -> None:
        """recurring.update: the fields of a create; what is left out stays, lines and clients too."""
        self._update("recurring", recurring_id, fields)

    def recurring(self, recurring_id: str) -> Row:
        """recurring.get. Its page prints the method as `reccuring.get`, which is taken for a slip."""
        return self._get("recurring", recurring_id)

    def delete_recurring(self, recurring_id: str) -> None:
        """recurring.delete"""
        self._delete("recurring", recurring_id)

    def recurring_invoices(self, page: int, per_page: int) -> list[Row]:
        """recurring.list. Assumed: no public page shows it."""
        return self._list("recurring", {"page": page, "per_page": per_page})

    def server_time(self) -> datetime | None:
        """One entry of the list is read for the Date header of its answer."""
        _, answer = self._call("invoice.list", {"page": 1, "per_page": 1}, wrote=False)
        return http_date(answer.headers.get("Date", ""))

    # What they have in common

    def _create(self, kind: str, fields: JsonObject) -> str:
        told, answer = self._call(f"{kind}.create", {kind: fields}, wrote=True)
        found = told.texts(f"{kind}_id")
        if len(found) != 1 or not values.is_id(found[0]):
            raise answer.unusable(f"no {kind}_id")
        return found[0]

    def _update(self, kind: str, remote_id: str, fields: JsonObject) -> None:
        content = {kind: {f"{kind}_id": _checked(kind, remote_id), **fields}}
        self._call(f"{kind}.update", content, wrote=True)

    def _delete(self, kind: str, remote_id: str) -> None:
        self._call(f"{kind}.delete", {f"{kind}_id": _checked(kind, remote_id)}, wrote=True)

    def _get(self, kind: str, remote_id: str) -> Row:
        """One record, in a wrapper of its kind or directly in the answer."""
        content = {f"{kind}_id": _checked(kind, remote_id)}
        told, answer = self._call(f"{kind}.get", content, wrote=False)
        found = next(told.records(kind), None) or told.record()
        if not found.keys() & {f"{kind}_id", f"{kind}_date", "name", "lines"}:
            raise answer.unusable(f"no {kind}")
        if values.text(found.setdefault(f"{kind}_id", remote_id)) != remote_id:
            raise answer.unusable(f"another {kind} than the one asked for")
        return found

    def _list(self, kind: str, content: Mapping[str, object]) -> list[Row]:
        told, answer = self._call(f"{kind}.list", content, wrote=False)
        found = list(told.records(kind))
        others = any(child.children for child in told.children if child.name not in {kind, f"{kind}s"})
        if others or not all(values.is_id(row.get(f"{kind}_id")) for row in found):
            raise answer.unusable("no list of records")
        return found

    def _send(
        self,
        kind: str,
        remote_id: str,
        contact_ids: Sequence[str],
        message: str,
        gateways: Sequence[str] = (),
        *,
        copy_to_me: bool | None = None,
    ) -> None:
        if not contact_ids:
            raise Refused(FieldRefusal("contacts", "nobody to send it to: name at least one contact"))
        content = {
            f"{kind}_id": _checked(kind, remote_id),
            "contacts": [{"contact_id": contact_id} for contact_id in contact_ids],
            "payment_gateways": [{"code": code} for code in gateways] or None,
            "message": message or None,
            "send_me_a_copy": copy_to_me,
        }
        self._call(f"{kind}.send", content, wrote=True)

    def _call(self, method: str, content: Mapping[str, object], *, wrote: bool) -> tuple[envelope.Node, Answer]:
        post = self._session.tell if wrote else self._session.ask
        answer = post(self._options.endpoint, envelope.request(method, content), within=self._left(method))
        try:
            told = envelope.response(answer.body)
        except envelope.Unreadable as error:
            raise answer.unusable(str(error)) from None
        if not envelope.failed(told):
            return told, answer
        failure = answers.failure(told, self._options, get=method.endswith(".get"))
        if isinstance(failure, Refused):
            raise self._session.refusal(failure)
        raise AccessDenied(self._session.redact(str(failure)))

    def _left(self, method: str) -> timedelta | None:
        if self._ends is None:
            return None
        left = self._ends - time.monotonic()
        if left <= 0:
            raise NotSent(f"{method}: the time for it had passed before it was sent")
        return timedelta(seconds=left)


def _checked(kind: str, remote_id: str) -> str:
    """Ids are numbers. Anything else is the id of nothing, and is not asked for."""
    if not values.is_id(remote_id):
        raise Refused(FieldRefusal(f"{kind}_id", "this is not an id of AcuInvoice"), missing=True)
    return remote_id
