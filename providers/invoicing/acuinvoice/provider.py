"""AcuInvoice as an invoicing provider."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

from providers import paging
from providers.domain.card import Card
from providers.domain.documents import DocumentKind, Draft, Payment, RemoteDocument, RemotePayment
from providers.domain.errors import FieldRefusal, NotSent, OutcomeUnknown, Refused, Unavailable
from providers.invoicing.acuinvoice import answers, mapping
from providers.invoicing.acuinvoice.client import AcuInvoiceClient, Row
from providers.invoicing.acuinvoice.clients import client_for
from providers.invoicing.acuinvoice.filters import InvoiceFilters
from providers.invoicing.acuinvoice.options import Options
from providers.ports import JsonObject, Prepared, Probe, Window

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

    def pages(self, window: Window) -> Iterator[RemoteDocument]:
        # Whether the bounds belong to the list is not documented: it is asked for a day more on both sides.
        filters = InvoiceFilters(
            date_from=window.start and window.start - _DAY, date_to=window.end and window.end + _DAY
        )
        return (each for each in self._invoices(filters) if _within(each, window))

    def pay(self, remote_id: str, payment: Payment, *, idempotency_key: str) -> RemotePayment:  # noqa: ARG002
        """Always refused: the service's interface has no call for it."""
        raise Refused(FieldRefusal("", "recording a payment is not available at AcuInvoice; record it there by hand"))

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

    def _invoices(self, filters: InvoiceFilters) -> Iterator[RemoteDocument]:
        # Newest id first: new invoices push the others down, and nothing else moves in this order.
        fetch = partial(self._page, replace(filters, orderby="id", sort="DESC"))
        for row in paging.rows(fetch, page_size=self._card.page_size, identity=lambda row: row["invoice_id"]):
            yield answers.document(row, self._options)

    def _page(self, filters: InvoiceFilters, page: int, per_page: int) -> list[Row]:
        """One page. The most that the account gives at once is not documented: a page that is cut to it must not
        pass for the last one, since what stands behind it would then count as absent."""
        found = self._client.invoices(page, per_page, filters)
        if _DEFAULT_PAGE <= len(found) < per_page and self._client.invoices(page + 1, per_page, filters):
            raise Unavailable(f"the account lists {len(found)} at once, not {per_page}: lower the option per_page")
        return found


def _within(document: RemoteDocument, window: Window) -> bool:
    """A document that tells no date is never left out."""
    day = document.issue_date
    if day is None:
        return True
    return (window.start is None or day >= window.start) and (window.end is None or day <= window.end)
