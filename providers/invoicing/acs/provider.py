"""ACS Invoicing as an invoicing provider."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

from providers.domain.card import Card
from providers.domain.documents import DocumentKind, Draft, Payment, RemoteDocument, RemotePayment
from providers.domain.equality import check_paid_for
from providers.domain.errors import (
    CannotExpress,
    FieldRefusal,
    NotSent,
    OutcomeUnknown,
    ProviderError,
    Refused,
    Unavailable,
)
from providers.domain.reasons import Code, Reason
from providers.invoicing.acs import answers, bulk, mapping, values
from providers.invoicing.acs.client import AcsClient
from providers.invoicing.acs.customers import Allowance, Customers
from providers.invoicing.acs.lookups import LookUps
from providers.invoicing.acs.options import Options
from providers.invoicing.acs.pages import Batch, Row
from providers.ports import JsonObject, Outcome, Page, Prepared, Probe, Window


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

    def create_many(self, prepared: Sequence[Prepared], *, idempotency_keys: Sequence[str]) -> tuple[Outcome, ...]:
        """Make several documents with one call, never repeated in here; what became of each, in their order.

        At most `card.bulk` of them, each with a reference and a key of its own: `ValueError` otherwise. The keys go
        nowhere, for the provider honours none. An outcome is the document, or the error that `create` would have
        raised for it; nothing else is raised:

        - `Refused`: nothing was made of this one. One that names what the account does not have is left out of the
          call. Where the provider takes all or none, its refusal is told of all: one by one they show whose it is.
        - `NotSent`, `Throttled`, `AccessDenied`: nothing was made of any of them.
        - `OutcomeUnknown`: the answer was lost, or tells nothing of this one. It may exist; `find` shows it once the
          call has settled, as after a lost `create`, and `find_many` shows several of them at once.
        """
        _check_several(prepared, idempotency_keys, self._card.bulk)
        outcomes: dict[str, Outcome] = {}
        try:
            bodies = self._bodies(prepared, outcomes)
            outcomes.update(self._created(bodies) if bodies else {})
        except ProviderError as error:
            outcomes = {each.reference: outcomes.get(each.reference, error) for each in prepared}
        return tuple(outcomes[each.reference] for each in prepared)

    def find(self, reference: str, kind: DocumentKind) -> tuple[RemoteDocument, ...]:
        return self.find_many([reference], kind)[reference]

    def find_many(self, references: Sequence[str], kind: DocumentKind) -> dict[str, tuple[RemoteDocument, ...]]:
        """`find` for several references by one reading of the list."""
        found: dict[str, list[RemoteDocument]] = {reference: [] for reference in references}
        for document in self._searched() if kind in self._card.kinds else ():
            if document.reference in found:
                found[document.reference].append(document)
        return {reference: tuple(sorted(each, key=_age)) for reference, each in found.items()}

    def read(self, remote_id: str) -> RemoteDocument:
        row = self._client.invoice(remote_id)
        self._look_ups.entries("currencies")
        return self._document(row)

    def listing(self, window: Window, *, after: str = "") -> Iterator[Page]:
        for batch in self._read(window, after):
            yield Page(tuple(map(self._document, batch.rows)), batch.cursor, batch.total)

    def pages(self, window: Window) -> Iterator[RemoteDocument]:
        for page in self.listing(window):
            yield from page.documents

    def pay(self, remote_id: str, payment: Payment, *, idempotency_key: str) -> RemotePayment:  # noqa: ARG002
        allowance = self._allowance()
        with _before_the_write():
            amount = self._amount(self.read(remote_id), payment)
            body = self._look_ups.resolved(mapping.payment(payment, amount, self._options))
            allowance.check("reading the invoice")
        assert isinstance(body, dict)  # noqa: S101 - it was an object before
        self._client.pay(remote_id, mapping.payment_with_numbers(body, self._options))
        return RemotePayment(remote_id="", amount=payment.amount)

    def cancel(self, remote_id: str, *, reason: str, idempotency_key: str) -> None:  # noqa: ARG002
        """Always `CannotExpress`: of the documented calls none cancels, corrects or deletes an invoice."""
        raise _cannot("be told to cancel an invoice", "Cancel it there by hand.", remote_id)

    def email(self, remote_id: str, *, to: str, idempotency_key: str) -> None:  # noqa: ARG002
        """Always `CannotExpress`: of the documented calls none sends an invoice to anybody."""
        raise _cannot("be told to send an invoice by e-mail", "Send it from there by hand.", remote_id)

    def probe(self) -> Probe:
        moment = self._client.time().moment
        return Probe(account=urlsplit(self._client.base_url).hostname or "", server_time=moment)

    @contextmanager
    def _doubting(self) -> Iterator[None]:
        """A refusal may come from an id that is not valid any more: the test system is overwritten now and then."""
        try:
            yield
        except Refused:
            self._forget()
            raise

    def _forget(self) -> None:
        self._look_ups.forget()
        self._customers.forget()

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

    def _bodies(self, prepared: Sequence[Prepared], outcomes: dict[str, Outcome]) -> dict[str, JsonObject]:
        """What is sent, by reference. What the account lacks entries for is an outcome already."""
        allowance, bodies = self._allowance(), dict[str, JsonObject]()
        with _before_the_write():
            for each in prepared:
                try:
                    bodies[each.reference] = self._body(each, allowance)
                except Refused as why:
                    outcomes[each.reference] = why
            allowance.check("looking things up")
        return bodies

    def _created(self, bodies: Mapping[str, JsonObject]) -> dict[str, Outcome]:
        """One call for all of them, and what it says of each."""
        with self._doubting():
            result = self._client.clean(self._client.create_invoices(list(bodies.values())))
        told = bulk.answered(list(bodies), result, self._options, self._look_ups.currency_code)
        if any(isinstance(outcome, Refused) for outcome in told):
            self._forget()
        return dict(zip(bodies, told, strict=True))

    def _amount(self, document: RemoteDocument, payment: Payment) -> Decimal:
        """The amount to be sent. Raises `Refused` where it cannot be told without a doubt."""
        check_paid_for(payment, document)
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
        for batch in self._read(Window(start=start)):
            for row in batch.rows:
                if self._names.reference not in row:
                    text = "ACS Invoicing shows no such member, so that nothing can be found by it"
                    raise Refused(FieldRefusal(self._names.reference, text))
                yield self._document(row)

    def _read(self, window: Window, after: str = "") -> Iterator[Batch]:
        """Every row of the window, with all that is needed of it. The provider filters where its parameters have
        names, and we in any case."""
        self._look_ups.entries("currencies")
        narrowed = len(self._filters(window)) == sum(bound is not None for bound in (window.start, window.end))
        for batch in self._client.all_invoices(self._filters(window), after=after):
            rows = [self._whole(row) for row in batch.rows if self._holds(window, row)]
            # Where the provider cannot narrow the list down, its total is that of a longer one.
            yield Batch(rows, batch.cursor, batch.total if narrowed else None)

    def _filters(self, window: Window) -> dict[str, str]:
        names = self._options.names.list
        days = ((names.date_from, window.start), (names.date_to, window.end))
        return {name: day.isoformat() for name, day in days if name and day}

    def _holds(self, window: Window, row: Row) -> bool:
        """A row that tells no date is never left out."""
        issued = values.day(row.get(self._names.issue_date)) if self._names.issue_date else None
        return issued is None or (window.start or date.min) <= issued <= (window.end or date.max)

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


def _check_several(prepared: Sequence[Prepared], keys: Sequence[str], most: int) -> None:
    """Raises `ValueError` for what no answer could tell apart."""
    references = {each.reference for each in prepared}
    if not len(references) == len(prepared) == len(set(keys)) == len(keys) <= most:
        raise ValueError(f"at most {most} documents, each with a reference and a key of its own")


def _age(document: RemoteDocument) -> tuple[int, str]:
    """Ids are counted up."""
    return len(document.remote_id), document.remote_id


def _cannot(what: str, remedy: str, remote_id: str) -> CannotExpress:
    text = f"ACS Invoicing cannot {what} through its interface."
    return CannotExpress(Reason(code=Code.CANNOT_EXPRESS, text=text, field="remote_id", value=remote_id, remedy=remedy))
