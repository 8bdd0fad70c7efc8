"""AcuInvoice as an invoicing provider."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from providers import paging
from providers.domain.card import Card
from providers.domain.documents import DocumentKind, Draft, Payment, RemoteDocument, RemotePayment
from providers.domain.errors import CannotExpress, FieldRefusal, NotSent, OutcomeUnknown, Refused, Unavailable
from providers.domain.reasons import Code, Reason
from providers.invoicing.acuinvoice import answers, mapping, values
from providers.invoicing.acuinvoice.client import AcuInvoiceClient, Row
from providers.invoicing.acuinvoice.clients import client_for, contact_of
from providers.invoicing.acuinvoice.filters import InvoiceFilters
from providers.invoicing.acuinvoice.options import Options
from providers.ports import JsonObject, Page, Prepared, Probe, Window

_DAY = timedelta(days=1)
_DEFAULT_PAGE = 25
"""Documented: what the account gives when nothing is asked for."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class AcuInvoice:
    """One account. The contract is `providers.ports.InvoicingProvider`."""

    def __init__(
        self, client: AcuInvoiceClient, *, card: Card, options: Options, clock: Callable[[], datetime] = _utc_now
    ) -> None:
        self._client = client
        self._card = card
        self._options = options
        self._clock = clock

    def __repr__(self) -> str:
        return f"AcuInvoice({self._client.base_url!r})"

    @property
    def card(self) -> Card:
        return self._card

    @property
    def client(self) -> AcuInvoiceClient:
        """All documented calls, for people who look into the account."""
        return self._client

    def close(self) -> None:
        self._client.close()

    def prepare(self, draft: Draft) -> Prepared:
        return mapping.invoice(draft, draft.key.reference(self._card.reference_length), self._options)

    def create(self, prepared: Prepared, *, idempotency_key: str) -> RemoteDocument:  # noqa: ARG002 - not honoured
        """One invoice.create, never repeated. Where the buyer's client must be found or made first, that and the
        create together take no longer than one call may, and a failure of that is one before anything was sent.
        """
        half = self._card.call_timeout / 2
        fields = prepared.payload["invoice"]
        assert isinstance(fields, dict)  # noqa: S101 - made by `mapping`
        wanted = prepared.payload.get("client")
        calls = self._client
        if isinstance(wanted, dict):
            fields = {**fields, "client_id": self._client_id(wanted, half)}
            calls = self._client.within(half)
        return answers.made(calls.create_invoice(fields), fields)

    def find(self, reference: str, kind: DocumentKind) -> tuple[RemoteDocument, ...]:
        """No filter of the list takes a number: it is read through, the invoices of every client, since a book may
        have changed the client that it writes to."""
        if kind not in self._card.kinds:
            return ()
        days = self._options.search_days
        since = None if days is None else self._clock().date() - timedelta(days=days)
        found = [
            each for each in self._invoices(InvoiceFilters(date_created_from=since)) if each.reference == reference
        ]
        return tuple(sorted(found, key=lambda each: int(each.remote_id)))

    def read(self, remote_id: str) -> RemoteDocument:
        return answers.document(self._client.invoice(remote_id), self._options)

    def listing(self, window: Window, *, after: str = "") -> Iterator[Page]:
        for batch in paging.batches(self._way(_days(window)), after=after):
            listed = (answers.document(row, self._options) for row in batch.rows)
            yield Page(tuple(each for each in listed if _within(each, window)), batch.cursor)

    def pages(self, window: Window) -> Iterator[RemoteDocument]:
        return (each for each in self._invoices(_days(window)) if _within(each, window))

    def pay(self, remote_id: str, payment: Payment, *, idempotency_key: str) -> RemotePayment:  # noqa: ARG002
        """Always refused: the service's interface has no call for it."""
        raise Refused(FieldRefusal("", "recording a payment is not available at AcuInvoice; record it there by hand"))

    def cancel(self, remote_id: str, *, reason: str, idempotency_key: str) -> None:  # noqa: ARG002
        """Always `CannotExpress`: the service deletes invoices, and has no call after which one reads as cancelled."""
        text = "AcuInvoice has no cancellation: an invoice is there, or it is deleted for good."
        raise _cannot(text, remote_id, "Delete the invoice there by hand, or leave it and settle it there.")

    def email(self, remote_id: str, *, to: str, idempotency_key: str) -> None:  # noqa: ARG002 - not honoured
        """One invoice.send, never repeated, to the contact of the invoice's client that has this address.

        The invoice and its client's contacts are read first; that and the sending together take no longer than one
        call may, and a failure of reading is one before anything was sent. `Refused` where no contact has the address.
        """
        if not self._card.email:
            text = "AcuInvoice sends to contacts of the invoice's client, and this book has one client for all buyers."
            raise _cannot(text, remote_id, "Send it from there by hand, or leave out the book's option `client_id`.")
        half = self._card.call_timeout / 2
        contact_id = self._contact_id(remote_id, to, self._client.within(half))
        self._client.within(half).send_invoice(remote_id, [contact_id])

    def probe(self) -> Probe:
        moment = self._client.server_time()
        return Probe(account=urlsplit(self._client.base_url).hostname or "", server_time=moment)

    def _client_id(self, wanted: JsonObject, within: timedelta) -> str:
        """The buyer's client. Nothing of the invoice was sent yet: a lost answer here is no lost invoice, and the
        next attempt looks for the client before it makes one."""
        try:
            return client_for(wanted, self._client.within(within), self._options, page_size=self._card.page_size)
        except (Unavailable, OutcomeUnknown) as error:
            raise NotSent(f"no invoice was sent: the buyer's client could not be made sure of ({error})") from None

    def _contact_id(self, invoice_id: str, address: str, calls: AcuInvoiceClient) -> str:
        try:
            found = contact_of(calls.invoice(invoice_id), address, calls)
        except Unavailable as error:
            raise NotSent(f"no e-mail was sent: whom it goes to could not be read ({error})") from None
        if not found:
            text = "the invoice's client has no contact with this address; add one there, or send it from there by hand"
            raise Refused(FieldRefusal("contacts", text))
        return found

    def _invoices(self, filters: InvoiceFilters) -> Iterator[RemoteDocument]:
        return (answers.document(row, self._options) for row in paging.rows(self._way(filters)))

    def _way(self, filters: InvoiceFilters) -> paging.Way[Row]:
        # Newest id first: new invoices push the others down, and nothing else moves in this order.
        fetch = partial(self._page, replace(filters, orderby="id", sort="DESC"))
        return paging.Way(
            fetch=fetch, page_size=self._card.page_size, identity=lambda row: values.text(row["invoice_id"])
        )

    def _page(self, filters: InvoiceFilters, page: int, per_page: int) -> list[Row]:
        """One page. The most that the account gives at once is not documented: a page that is cut to it must not
        pass for the last one, since what stands behind it would then count as absent."""
        found = self._client.invoice_page(page, per_page, filters)
        if _DEFAULT_PAGE <= len(found) < per_page and self._client.invoice_page(page + 1, per_page, filters):
            raise Unavailable(f"the account lists {len(found)} at once, not {per_page}: lower the option per_page")
        return found


def _days(window: Window) -> InvoiceFilters:
    """Whether the bounds belong to the list is not documented: it is asked for a day more on both sides."""
    return InvoiceFilters(date_from=window.start and window.start - _DAY, date_to=window.end and window.end + _DAY)


def _within(document: RemoteDocument, window: Window) -> bool:
    """A document that tells no date is never left out."""
    day = document.issue_date
    if day is None:
        return True
    return (window.start is None or day >= window.start) and (window.end is None or day <= window.end)


def _cannot(text: str, remote_id: str, remedy: str) -> CannotExpress:
    return CannotExpress(Reason(code=Code.CANNOT_EXPRESS, text=text, field="remote_id", value=remote_id, remedy=remedy))
