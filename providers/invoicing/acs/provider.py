"""ACS Invoicing as an invoicing provider."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

from providers.domain.card import Card, Finding
from providers.domain.documents import DocumentKind, Draft, Payment, RemoteDocument, RemotePayment
from providers.domain.errors import FieldRefusal, NotSent, OutcomeUnknown, Refused, Unavailable
from providers.invoicing.acs import answers, bulk, mapping, values
from providers.invoicing.acs.client import AcsClient
from providers.invoicing.acs.customers import Allowance, Customers
from providers.invoicing.acs.lookups import LookUps
from providers.invoicing.acs.options import Options
from providers.invoicing.acs.pages import Row
from providers.ports import JsonObject, Prepared, Probe, Window


def utc_today() -> date:
    return datetime.now(UTC).date()


class Acs:
    """One account. The contract is `providers.ports.InvoicingProvider`.

    A write may need look-ups first. They have half of the time of one call, the write the other half; what goes
    wrong with them is `NotSent`, for nothing of the document has left by then.
    """

    def __init__(
        self,
        client: AcsClient,
        *,
        card: Card,
        options: Options,
        today: Callable[[], date] = utc_today,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._card = card
        self._options = options
        self._names = options.names.invoice
        self._today = today
        self._clock = clock
        self._look_ups = LookUps(client.look_up, options, clock=clock)
        self._customers = Customers(client, options, clock=clock)

    def __repr__(self) -> str:
        return f"Acs({self._client.base_url!r})"

    @property
    def card(self) -> Card:
        return self._card

    @property
    def client(self) -> AcsClient:
        """All documented calls, for people who inspect an account."""
        return self._client

    def close(self) -> None:
        self._client.close()

    def prepare(self, draft: Draft) -> Prepared:
        return mapping.invoice(draft, draft.key.reference(self._card.reference_length), self._options)

    def create(self, prepared: Prepared, *, idempotency_key: str) -> RemoteDocument:  # noqa: ARG002 - not honoured
        allowance = self._allowance()
        with _before_the_write():
            body = self._body(prepared, allowance)
            allowance.check("looking things up")
        with self._doubting():
            return self._document(self._client.create_invoice(body))

    def create_many(self, prepared: Sequence[Prepared]) -> tuple[bulk.Element, ...]:
        """Make several documents with one call, never repeated in here; what became of each, in their order.

        At most `card.bulk` of them, each with a reference of its own: `ValueError` otherwise. Raises as `create`;
        after `OutcomeUnknown` any of them may exist, and `resolve_many` tells which.
        """
        references = [each.reference for each in prepared]
        if len(references) > self._card.bulk or len(set(references)) < len(references):
            raise ValueError(f"at most {self._card.bulk} documents, each with a reference of its own")
        allowance = self._allowance()
        with _before_the_write():
            bodies = [self._body(each, allowance) for each in prepared]
            allowance.check("looking things up")
        try:
            with self._doubting():
                result = self._client.create_invoices(bodies)
        except Refused as why:
            return bulk.refused(references, why)
        return bulk.answered(references, result, self._options, self._look_ups.currency_code)

    def resolve_many(self, references: Sequence[str]) -> tuple[bulk.Element, ...]:
        """What became of the documents of a lost `create_many`, by one reading of the list. To be called once the
        call has settled, and again after `card.list_lag` for those that are absent. Raises as `find`."""
        proves = self._card.finding is not Finding.NOT_AT_ALL
        return bulk.resolved(references, self._searched(), proves_absence=proves)

    def find(self, reference: str, kind: DocumentKind) -> tuple[RemoteDocument, ...]:
        if kind not in self._card.kinds:
            return ()
        found = (document for document in self._searched() if document.reference == reference)
        return tuple(sorted(found, key=lambda each: (len(each.remote_id), each.remote_id)))

    def read(self, remote_id: str) -> RemoteDocument:
        row = self._client.invoice(remote_id)
        self._look_ups.entries("currencies")
        return self._document(row)

    def pages(self, window: Window) -> Iterator[RemoteDocument]:
        self._look_ups.entries("currencies")
        for row in self._rows(window):
            yield self._document(self._whole(row))

    def pay(self, remote_id: str, payment: Payment, *, idempotency_key: str) -> RemotePayment:  # noqa: ARG002
        allowance = self._allowance()
        with _before_the_write():
            amount = self._amount(self.read(remote_id), payment)
            body = self._look_ups.resolved(mapping.payment(payment, amount, self._options))
            allowance.check("reading the invoice")
        assert isinstance(body, dict)  # noqa: S101 - it was an object before
        self._client.pay(remote_id, mapping.payment_with_numbers(body, self._options))
        return RemotePayment(remote_id="", amount=payment.amount)

    def probe(self) -> Probe:
        moment = self._client.time().moment
        return Probe(account=urlsplit(self._client.base_url).hostname or "", server_time=moment)

    @contextmanager
    def _doubting(self) -> Iterator[None]:
        """A refusal may come from an id that is not valid any more: the test system is overwritten now and then."""
        try:
            yield
        except Refused:
            self._look_ups.forget()
            self._customers.forget()
            raise

    def _allowance(self) -> Allowance:
        return Allowance(self._card.call_timeout.total_seconds() / 2, self._clock)

    def _body(self, prepared: Prepared, allowance: Allowance) -> JsonObject:
        """What is sent: every entry and the customer by id, amounts as the book sends them."""
        body = self._look_ups.resolved(prepared.payload["invoice"])
        assert isinstance(body, dict)  # noqa: S101 - made by `mapping.invoice`
        if "customer" in prepared.payload:
            customer = self._look_ups.resolved(prepared.payload["customer"])
            assert isinstance(customer, dict)  # noqa: S101 - likewise
            body[self._names.customer_id] = self._customers.id_of(customer, allowance)
        return mapping.with_numbers(body, self._options)

    def _amount(self, document: RemoteDocument, payment: Payment) -> Decimal:
        """The amount to be sent. Raises `Refused` where it cannot be told without a doubt."""
        told = document.number or document.remote_id
        name = self._options.names.pay.amount
        paid, gross = document.paid, document.gross
        if paid is None:
            raise Refused(FieldRefusal(self._names.paid, f"ACS Invoicing does not tell what is paid on {told}"))
        if gross is not None and paid + payment.amount > gross:
            text = f"{payment.amount} on top of {paid} is more than the {gross} of {told}"
            raise Refused(FieldRefusal(name, text))
        if not self._card.partial_payments and payment.amount != gross:
            text = f"a payment of {payment.amount} is not the whole of {told}, and parts cannot be recorded there"
            raise Refused(FieldRefusal(name, text))
        return payment.amount if self._options.pay == "appends" else paid + payment.amount

    def _searched(self) -> Iterator[RemoteDocument]:
        """Every document among which one of ours may be, oldest first, each with its reference.

        Raises `Refused` where the provider does not show references: an empty answer would prove nothing.
        """
        if not self._names.reference:
            raise Refused(FieldRefusal("", "Finding by a reference is not available at ACS Invoicing"))
        days = self._options.look_back_days
        start = None if days is None else self._today() - timedelta(days=days)
        self._look_ups.entries("currencies")
        for row in self._rows(Window(start=start)):
            whole = self._whole(row)
            if self._names.reference not in whole:
                text = "ACS Invoicing shows no such member, so that nothing can be found by it"
                raise Refused(FieldRefusal(self._names.reference, text))
            yield self._document(whole)

    def _rows(self, window: Window) -> Iterator[Row]:
        """The rows of the window. The provider filters where its parameters have names, and we in any case."""
        names = self._options.names.list
        start, end = (day.isoformat() if day else "" for day in (window.start, window.end))
        filters = {name: value for name, value in ((names.date_from, start), (names.date_to, end)) if name and value}
        for row in self._client.all_invoices(filters):
            issued = values.day(row.get(self._names.issue_date)) if self._names.issue_date else None
            if issued is None or (window.start or date.min) <= issued <= (window.end or date.max):
                yield row

    def _whole(self, row: Row) -> Row:
        """The row with our reference. What the list shows is not documented, so that an invoice whose row leaves
        the reference out is read by itself."""
        if not self._names.reference or self._names.reference in row:
            return row
        return self._client.invoice(values.identity(row, self._names.id))

    def _document(self, row: Row) -> RemoteDocument:
        cleaned = self._client.clean(row)
        assert isinstance(cleaned, dict)  # noqa: S101 - it was an object before
        return answers.document(cleaned, self._options, self._look_ups.currency_code)


@contextmanager
def _before_the_write() -> Iterator[None]:
    """What is lost before the write itself leaves it unsent: a read without an answer, or a customer without one,
    who is looked for again before another is made."""
    try:
        yield
    except (Unavailable, OutcomeUnknown) as error:
        why = str(error)
    else:
        return
    raise NotSent(f"nothing of the document was sent: {why}")
