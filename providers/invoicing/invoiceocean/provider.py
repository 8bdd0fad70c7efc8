"""InvoiceOcean as an invoicing provider."""

from collections.abc import Iterator, Mapping
from functools import partial
from urllib.parse import urlsplit

from providers import paging
from providers.domain.card import Card
from providers.domain.documents import DocumentKind, Draft, Payment, RemoteDocument, RemotePayment, RemoteState
from providers.invoicing.invoiceocean import answers, mapping, values
from providers.invoicing.invoiceocean.client import Filters, InvoiceOceanClient, Row
from providers.invoicing.invoiceocean.options import Options
from providers.ports import JsonObject, Page, Prepared, Probe, Window


class InvoiceOcean:
    """One account. The contract is `providers.ports.InvoicingProvider`."""

    def __init__(self, client: InvoiceOceanClient, *, card: Card, options: Options) -> None:
        self._client = client
        self._card = card
        self._options = options

    def __repr__(self) -> str:
        return f"InvoiceOcean({self._client.base_url!r})"

    @property
    def card(self) -> Card:
        return self._card

    @property
    def client(self) -> InvoiceOceanClient:
        """All documented calls, for people who look into the account."""
        return self._client

    def close(self) -> None:
        self._client.close()

    def prepare(self, draft: Draft) -> Prepared:
        said = mapping.credit_note if draft.key.kind is DocumentKind.CREDIT_NOTE else mapping.invoice
        return said(draft, draft.key.reference(self._card.reference_length), self._options)

    def create(self, prepared: Prepared, *, idempotency_key: str) -> RemoteDocument:  # noqa: ARG002 - not honoured
        return self._document(self._client.create_prepared(prepared.payload))

    def find(self, reference: str, kind: DocumentKind) -> tuple[RemoteDocument, ...]:
        # No `kind=` in the request: a cancelled document has the kind "canceled" and would be hidden. Its
        # reference tells what it was, since references of different kinds differ.
        rows = paging.rows(self._way({"oid": reference, "period": "all"}))
        found = [self._document(row) for row in rows if values.text(row.get("oid")) == reference]
        ours = [each for each in found if each.kind is kind or each.state is RemoteState.CANCELLED]
        return tuple(sorted(ours, key=lambda each: int(each.remote_id)))

    def read(self, remote_id: str) -> RemoteDocument:
        row = self._client.invoice(values.number(remote_id), additional="connected_payments")
        connected = row.get("connected_payments")
        if isinstance(connected, list):
            row = {**row, "connected_payments": [self._whole(each) for each in connected]}
        return self._document(row)

    def listing(self, window: Window, *, after: str = "") -> Iterator[Page]:
        way = self._way(_period(window))
        for batch in paging.batches(way, after=after, since=window.changed_since):
            yield Page(tuple(map(self._document, batch.rows)), batch.cursor)

    def pages(self, window: Window) -> Iterator[RemoteDocument]:
        for row in paging.rows(self._way(_period(window)), since=window.changed_since):
            yield self._document(row)

    def pay(self, remote_id: str, payment: Payment, *, idempotency_key: str) -> RemotePayment:  # noqa: ARG002
        row = self._client.create_payment(mapping.payment(remote_id, payment, self._options))
        return answers.payment({"price": values.plain(payment.amount), **row})

    def cancel(self, remote_id: str, *, reason: str, idempotency_key: str) -> None:  # noqa: ARG002 - not honoured
        self._client.cancel_invoice(values.number(remote_id), reason)

    def email(self, remote_id: str, *, to: str, idempotency_key: str) -> None:  # noqa: ARG002 - not honoured
        # Without `force`: the provider itself refuses a second mail within three days, which guards us too.
        self._client.send_by_email(values.number(remote_id), [to], pdf=self._options.email_pdf)

    def pdf(self, remote_id: str) -> bytes:
        """The document as a PDF file. Raises as `find`."""
        return self._client.pdf(values.number(remote_id))

    def payments(self) -> Iterator[RemotePayment]:
        """Every payment of the account. No filter is documented for this list, and no order."""
        way = paging.Way(fetch=self._client.payments, page_size=self._card.page_size, identity=values.identity)
        for row in paging.rows(way):
            yield answers.payment(row)

    def probe(self) -> Probe:
        moment = self._client.server_time()
        return Probe(account=urlsplit(self._client.base_url).hostname or "", server_time=moment)

    def _way(self, filters: Mapping[str, str]) -> paging.Way[Row]:
        # Newest change first is the only order in which a change shows where it can be looked for again.
        asked: Filters = {**filters, "order": "updated_at.desc"}
        return paging.Way(
            fetch=partial(self._client.invoices, filters=asked),
            page_size=self._card.page_size,
            identity=values.identity,
            changed=lambda row: values.moment(row.get("updated_at")),
        )

    def _whole(self, connected: object) -> object:
        """A connected payment with our reference. What the list of them holds is documented nowhere, so that
        a payment without a member that we need is read by itself."""
        if not isinstance(connected, dict) or {"oid", "price"} <= connected.keys():
            return connected
        payment_id = values.number(values.identity(connected))
        return self._client.payment(payment_id) if payment_id else connected

    def _document(self, row: JsonObject) -> RemoteDocument:
        return answers.document(row, self._options, base_url=self._client.base_url)


def _period(window: Window) -> dict[str, str]:
    """Dates count only with period=more, and the default is the last 12 months."""
    if window.start is None and window.end is None:
        return {"period": "all"}
    start = window.start.isoformat() if window.start else "1990-01-01"
    end = window.end.isoformat() if window.end else "2099-12-31"
    return {"period": "more", "date_from": start, "date_to": end, "search_date_type": "issue_date"}
