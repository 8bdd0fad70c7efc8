"""InvoiceOcean as an invoicing provider."""

from collections.abc import Iterator, Mapping
from functools import partial
from urllib.parse import urlsplit

from providers import paging
from providers.domain.card import Card
from providers.domain.documents import DocumentKind, Draft, Payment, RemoteDocument, RemotePayment, RemoteState
from providers.invoicing.invoiceocean import answers, mapping, values
from providers.invoicing.invoiceocean.client import InvoiceOceanClient, Row
from providers.invoicing.invoiceocean.options import Options
from providers.ports import JsonObject, Prepared, Probe, Window


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

    def close(self) -> None:
        self._client.close()

    def prepare(self, draft: Draft) -> Prepared:
        return mapping.invoice(draft, draft.key.reference(self._card.reference_length), self._options)

    def create(self, prepared: Prepared, *, idempotency_key: str) -> RemoteDocument:  # noqa: ARG002 - not honoured
        return self._document(self._client.create_invoice(prepared.payload))

    def find(self, reference: str, kind: DocumentKind) -> tuple[RemoteDocument, ...]:
        # No `kind=` in the request: a cancelled document has the kind "canceled" and would be hidden. Its
        # reference tells what it was, since references of different kinds differ.
        rows = self._rows({"oid": reference, "period": "all"})
        found = [self._document(row) for row in rows if values.text(row.get("oid")) == reference]
        ours = [each for each in found if each.kind is kind or each.state is RemoteState.CANCELLED]
        return tuple(sorted(ours, key=lambda each: int(each.remote_id)))

    def read(self, remote_id: str) -> RemoteDocument:
        row = self._client.invoice(remote_id, additional="connected_payments")
        connected = row.get("connected_payments")
        if isinstance(connected, list):
            row = {**row, "connected_payments": [self._whole(each) for each in connected]}
        return self._document(row)

    def pages(self, window: Window) -> Iterator[RemoteDocument]:
        for row in self._rows(_period(window)):
            yield self._document(row)

    def pay(self, remote_id: str, payment: Payment, *, idempotency_key: str) -> RemotePayment:  # noqa: ARG002
        row = self._client.create_payment(mapping.payment(remote_id, payment, self._options))
        return answers.payment({"price": mapping.plain(payment.amount), **row})

    def payments(self) -> Iterator[RemotePayment]:
        """Every payment of the account. No filter is documented for this list, and no order."""
        size = self._card.page_size
        for row in paging.rows(self._client.payments, page_size=size, identity=values.identity):
            yield answers.payment(row)

    def probe(self) -> Probe:
        moment = self._client.server_time()
        return Probe(account=urlsplit(self._client.base_url).hostname or "", server_time=moment)

    def _rows(self, filters: Mapping[str, str]) -> Iterator[Row]:
        # Newest change first is the only order in which a change shows where it can be looked for again.
        fetch = partial(self._client.invoices, filters={**filters, "order": "updated_at.desc"})
        return paging.rows(
            fetch,
            page_size=self._card.page_size,
            identity=values.identity,
            changed=lambda row: values.moment(row.get("updated_at")),
        )

    def _whole(self, connected: object) -> object:
        """A connected payment with our reference. What the list of them holds is documented nowhere, so that
        a payment without a member that we need is read by itself."""
        if not isinstance(connected, dict) or {"oid", "price"} <= connected.keys():
            return connected
        payment_id = values.identity(connected)
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
