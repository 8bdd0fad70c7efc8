"""WebParking's bridge to Exact Online as an invoicing provider."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from providers.domain.card import Card
from providers.domain.documents import DocumentKind, Draft, Payment, RemoteDocument, RemotePayment
from providers.domain.errors import CannotExpress, FieldRefusal, NotSent, Refused, Unavailable
from providers.domain.reasons import Code, Reason
from providers.invoicing.webparking import answers, items, mapping
from providers.invoicing.webparking.answers import DryRun, Item
from providers.invoicing.webparking.client import WebParkingClient
from providers.invoicing.webparking.items import Complaints, ItemList, Seconds
from providers.invoicing.webparking.options import Options
from providers.ports import JsonObject, Page, Prepared, Probe, Window

_SHARE_BEFORE_SENDING: Final = 1 / 3
"""Of the time of one call: what may pass with looks before the invoice is sent."""


class WebParking:
    """One account. The contract is `providers.ports.InvoicingProvider`, as far as the bridge goes: it makes invoices
    and lists items. What it cannot do raises, and is never guessed."""

    def __init__(self, client: WebParkingClient, *, card: Card, options: Options, clock: Seconds) -> None:
        self._client = client
        self._card = card
        self._options = options
        self._clock = clock
        self._items = ItemList(client.items, max_age=options.item_list_minutes * 60, clock=clock)

    def __repr__(self) -> str:
        return f"WebParking({self._client.base_url!r})"

    @property
    def card(self) -> Card:
        return self._card

    @property
    def client(self) -> WebParkingClient:
        """All documented calls, for people who look into the account."""
        return self._client

    def close(self) -> None:
        self._client.close()

    def prepare(self, draft: Draft) -> Prepared:
        return mapping.invoice(draft, draft.key.reference(self._card.reference_length), self._options)

    def create(self, prepared: Prepared, *, idempotency_key: str) -> RemoteDocument:  # noqa: ARG002 - not honoured
        """As the port says. The lines are held against the item list first; in a dry run nothing is made, which is
        told as a refusal."""
        began = self._clock()
        fields = mapping.request(prepared)
        with _nothing_sent():
            if complaints := self._complaints(prepared):
                raise Refused(*complaints)
            if fields["dry_run"] != "false":
                raise _only_rehearsed(self._client.dry_run(fields))
            if self._options.dry_run_first:
                self._client.dry_run({name: value for name, value in fields.items() if name != "dry_run"})
        return answers.document(self._client.create_invoice(fields, seconds=self._left(since=began)))

    def find(self, reference: str, kind: DocumentKind) -> tuple[RemoteDocument, ...]:  # noqa: ARG002
        raise _not_available("looking for an invoice")

    def read(self, remote_id: str) -> RemoteDocument:  # noqa: ARG002
        raise _not_available("reading an invoice")

    def listing(self, window: Window, *, after: str = "") -> Iterator[Page]:  # noqa: ARG002
        raise _not_available("listing invoices")

    def pages(self, window: Window) -> Iterator[RemoteDocument]:  # noqa: ARG002
        raise _not_available("listing invoices")

    def pay(self, remote_id: str, payment: Payment, *, idempotency_key: str) -> RemotePayment:  # noqa: ARG002
        raise _not_available("recording a payment")

    def cancel(self, remote_id: str, *, reason: str, idempotency_key: str) -> None:  # noqa: ARG002
        """Always `CannotExpress`: the bridge's page has a call to make invoices, and none to take one back."""
        raise _cannot("be told to cancel an invoice", "Credit it in Exact Online by hand.", remote_id)

    def email(self, remote_id: str, *, to: str, idempotency_key: str) -> None:  # noqa: ARG002
        """Always `CannotExpress`: the bridge's page has no call that sends an invoice to anybody."""
        raise _cannot("be told to send an invoice by e-mail", "Send it from Exact Online by hand.", remote_id)

    def probe(self) -> Probe:
        moment = self._client.server_time()
        return Probe(account=urlsplit(self._client.base_url).hostname or "", server_time=moment)

    def items(self) -> tuple[Item, ...]:
        """Everything that can be invoiced, fresh; the kept list is renewed by it. Raises as `probe`."""
        found = self._client.items()
        self._items.take(found)
        return found

    def dry_run(self, prepared: Prepared | None = None) -> DryRun:
        """Have the bridge check an invoice and make none; without one, a sample over the first item.

        Free of effect. Raises `NotSent`, `Throttled`, `Unavailable`, `AccessDenied`, `Refused` with what the bridge
        has against it, and `OutcomeUnknown` should the bridge make an invoice all the same.
        """
        fields = self._sample() if prepared is None else mapping.request(prepared)
        return self._client.dry_run({name: value for name, value in fields.items() if name != "dry_run"})

    def _complaints(self, prepared: Prepared) -> Complaints:
        lines, amounts, currency = mapping.lines(prepared), mapping.amounts(prepared), mapping.currency(prepared)
        return self._items.complaints(lambda found: items.against(lines, amounts, found, currency))

    def _left(self, *, since: float) -> float:
        """Seconds that are left of one call's time. Raises `NotSent` when the looks before took too much of them: a
        hurried request may end without an answer, which nothing can resolve here."""
        whole = self._card.call_timeout.total_seconds()
        spent = self._clock() - since
        if spent > whole * _SHARE_BEFORE_SENDING:
            raise NotSent(f"the bridge took {spent:.0f} s for its item list; the invoice was not sent")
        return whole - spent

    def _sample(self) -> JsonObject:
        first = next(iter(self.items()), None)
        if first is None:
            raise Refused(FieldRefusal("lines", "the bridge's item list is empty"))
        return {
            "account_name": "Counterfoil",
            "account_address": "Testweg 1",
            "account_postal_code": "9999 ZZ",
            "account_city": "Teststad",
            "invoice_reference": "Counterfoil dry run",
            "lines": [{"code": first.code, "quantity": 1, "description": first.description or first.code}],
        }


@contextmanager
def _nothing_sent() -> Iterator[None]:
    """A look that fails before the invoice is sent has left nothing open."""
    try:
        yield
    except Unavailable as error:
        raise NotSent(f"{error}; the invoice was not sent") from None


def _only_rehearsed(told: DryRun) -> Refused:
    doubts = f", but repeated {'; '.join(told.differences)}" if told.differences else ""
    text = f"the book is set to dry run: the bridge would take this invoice{doubts}. None was made"
    return Refused(FieldRefusal("dry_run", text))


def _not_available(what: str) -> Refused:
    return Refused(FieldRefusal("", f"{what} is not available at WebParking's bridge; look into Exact Online"))


def _cannot(what: str, remedy: str, remote_id: str) -> CannotExpress:
    text = f"WebParking's bridge cannot {what}."
    return CannotExpress(Reason(code=Code.CANNOT_EXPRESS, text=text, field="remote_id", value=remote_id, remedy=remedy))
