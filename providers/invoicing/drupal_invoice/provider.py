"""A Drupal site with the Invoice module as an invoicing provider."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from providers import paging
from providers.domain.card import Card
from providers.domain.documents import DocumentKind, Draft, Payment, RemoteDocument, RemotePayment, RemoteState
from providers.domain.errors import CannotExpress, NotSent, Unavailable
from providers.domain.reasons import Code, Reason
from providers.invoicing.drupal_invoice import answers, changes, mapping
from providers.invoicing.drupal_invoice.client import STABLE_SORT, DrupalInvoiceClient, Row, listing
from providers.invoicing.drupal_invoice.options import Options
from providers.ports import Page, Prepared, Probe, Window


class DrupalInvoice:
    """One account. The contract is `providers.ports.InvoicingProvider`."""

    def __init__(self, client: DrupalInvoiceClient, *, card: Card, options: Options) -> None:
        self._client = client
        self._card = card
        self._options = options

    def __repr__(self) -> str:
        return f"DrupalInvoice({self._client.base_url!r})"

    @property
    def card(self) -> Card:
        return self._card

    @property
    def client(self) -> DrupalInvoiceClient:
        """The calls themselves, for people who look into the account."""
        return self._client

    def close(self) -> None:
        self._client.close()

    def prepare(self, draft: Draft) -> Prepared:
        return mapping.invoice(draft, draft.key.reference(self._card.reference_length), self._options)

    def create(self, prepared: Prepared, *, idempotency_key: str) -> RemoteDocument:  # noqa: ARG002 - not honoured
        """The answer holds the new id only; what the site made of the invoice is told by reading it."""
        remote_id = self._client.create_invoice(prepared.payload)
        return RemoteDocument(remote_id=remote_id, kind=answers.kind(prepared.reference), reference=prepared.reference)

    def find(self, reference: str, kind: DocumentKind) -> tuple[RemoteDocument, ...]:
        if kind not in self._card.kinds:
            return ()
        found = [each for each in self._listed() if each.reference == reference]
        # One that is half stored has no total by which its kind could be told.
        ours = [each for each in found if each.kind is kind or not each.gross]
        return tuple(sorted(ours, key=lambda each: int(each.remote_id)))

    def read(self, remote_id: str) -> RemoteDocument:
        return self._document(self._client.invoice(remote_id), listed=False)

    def listing(self, window: Window, *, after: str = "") -> Iterator[Page]:
        """The list's own filters name one day, month or year; any other window is cut out of the whole list."""
        for batch in paging.batches(listing(self._page, self._card.page_size), after=after):
            listed = (self._document(row, listed=True) for row in batch.rows)
            yield Page(tuple(each for each in listed if _holds(window, each)), batch.cursor)

    def pages(self, window: Window) -> Iterator[RemoteDocument]:
        for document in self._listed():
            if _holds(window, document):
                yield document

    def pay(self, remote_id: str, payment: Payment, *, idempotency_key: str) -> RemotePayment:  # noqa: ARG002
        """Mark the invoice as paid: it is read, and written back with that one change.

        Telling it again changes nothing. There is no payment at the site that could have an id or a
        reference, so that the id is the invoice's.
        """
        with self._client.alone():
            try:
                stored = self._client.invoice(remote_id)
            except Unavailable as error:
                raise NotSent(f"nothing was written, for the invoice could not be read: {error}") from None
            document = self._document(stored, listed=False)
            mapping.check_payment(payment, document, self._options)
            if document.state is not RemoteState.PAID:
                self._client.replace_invoice(remote_id, changes.rewritten(stored, {"pay_status": "paid"}))
        return RemotePayment(remote_id=document.remote_id, amount=payment.amount)

    def cancel(self, remote_id: str, *, reason: str, idempotency_key: str) -> None:  # noqa: ARG002
        """Always `CannotExpress`: the module refuses to delete, and knows no state besides paid and unpaid."""
        text = "The module can neither cancel nor delete an invoice."
        raise _cannot(text, remote_id, "Make a credit invoice over it, by hand or with the call credit_invoice.")

    def email(self, remote_id: str, *, to: str, idempotency_key: str) -> None:  # noqa: ARG002
        """Always `CannotExpress`: the module's interface has no call that sends anything."""
        raise _cannot("The module sends no e-mails.", remote_id, "Send the page or the PDF of the invoice by hand.")

    def pdf(self, remote_id: str) -> bytes:
        """The invoice as a PDF file. Raises as `find`; `Unavailable` on sites with PHP 8."""
        return self._client.invoice_pdf(remote_id)

    def probe(self) -> Probe:
        moment = self._client.server_time()
        return Probe(account=urlsplit(self._client.base_url).hostname or "", server_time=moment)

    def _listed(self) -> Iterator[RemoteDocument]:
        """Every invoice of the site, of all templates: one that was moved to another template is still ours."""
        listed = paging.rows(listing(self._page, self._card.page_size))
        return (self._document(row, listed=True) for row in listed)

    def _page(self, page: int, size: int) -> Sequence[Row]:
        return self._client.invoices(max_results=size, page=page - 1, sort=STABLE_SORT, order="asc")

    def _document(self, row: Row, *, listed: bool) -> RemoteDocument:
        return answers.document(row, self._options, base_url=self._client.base_url, listed=listed)


def _holds(window: Window, document: RemoteDocument) -> bool:
    day = document.issue_date
    if day is None:
        return True
    return (window.start is None or window.start <= day) and (window.end is None or day <= window.end)


def _cannot(text: str, remote_id: str, remedy: str) -> CannotExpress:
    return CannotExpress(Reason(code=Code.CANNOT_EXPRESS, text=text, field="remote_id", value=remote_id, remedy=remedy))
