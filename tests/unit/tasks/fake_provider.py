"""An invoicing provider in memory, with faults in the order in which a test names them."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from providers.domain.card import Card
from providers.domain.documents import DocumentKind, Draft, Payment, RemoteDocument, RemotePayment, RemoteState
from providers.domain.errors import FieldRefusal, Refused
from providers.ports import Page, Prepared, Probe, Window
from tests.builders import NOON, a_card


class Killed(BaseException):
    """The process dies here: nothing that handles errors sees it."""


@dataclass
class Fault:
    """What goes wrong in one call: raised before the effect, or after it when it `commits`."""

    error: BaseException
    commits: bool = False


@dataclass
class FakeProvider:
    """Holds documents and their payments, and a log of every call as (method, key or id)."""

    card: Card = field(default_factory=a_card)
    documents: dict[str, RemoteDocument] = field(default_factory=dict)
    elsewhere: dict[str, RemoteDocument] = field(default_factory=dict)
    """Documents that can be read, and that the list hides."""
    calls: list[tuple[str, str]] = field(default_factory=list)
    inbox: list[tuple[str, str]] = field(default_factory=list)
    """Every e-mail that went out, as (address, document)."""
    notes_emails: bool = True
    """Whether a document tells that it was e-mailed."""
    told: dict[str, object] = field(default_factory=dict)
    """Members that a create answers other than they are."""
    blind: int = 0
    """How many look-ups do not see anything yet."""
    meanwhile: Callable[[], object] | None = None
    """Happens once, during the next call."""
    _faults: defaultdict[str, deque[Fault | None]] = field(default_factory=lambda: defaultdict(deque))

    def fails(
        self, method: str, error: BaseException, *, commits: bool = False, times: int = 1, after: int = 0
    ) -> None:
        """Let the next calls of the method go wrong, behind so many that go well."""
        self._faults[method].extend([None] * after + [Fault(error, commits)] * times)

    def heals(self) -> None:
        """Nothing goes wrong any more."""
        self._faults.clear()

    def made(self, method: str) -> list[str]:
        """The keys of the calls of a method."""
        return [key for name, key in self.calls if name == method]

    def prepare(self, draft: Draft) -> Prepared:
        fault = self._next("prepare")
        if fault:
            raise fault.error
        payload = {"gross": str(draft.gross), "currency": draft.currency, "lines": len(draft.lines)}
        return Prepared(draft.key.reference(self.card.reference_length), payload)

    def create(self, prepared: Prepared, *, idempotency_key: str) -> RemoteDocument:
        fault = self._enter("create", idempotency_key)
        number = len(self.documents) + 1
        gross = Decimal(str(prepared.payload["gross"]))
        document = RemoteDocument(
            remote_id=f"r{number}",
            kind=DocumentKind.CREDIT_NOTE if gross < 0 else DocumentKind.INVOICE,
            number=f"FV {number}/2026",
            reference=prepared.reference,
            currency=str(prepared.payload["currency"]),
            gross=gross,
            paid=Decimal(0),
            payments=(),
        )
        self.documents[document.remote_id] = document
        if fault:
            raise fault.error
        return replace(document, **self.told)  # type: ignore[arg-type]

    def pay(self, remote_id: str, payment: Payment, *, idempotency_key: str) -> RemotePayment:
        fault = self._enter("pay", idempotency_key)
        document = self.documents[remote_id]
        told = document.payments or ()
        recorded = RemotePayment(remote_id=f"m{len(told) + 1}", amount=payment.amount, reference=payment.reference)
        paid = (document.paid or Decimal(0)) + payment.amount
        self.documents[remote_id] = replace(document, payments=(*told, recorded), paid=paid)
        if fault:
            raise fault.error
        return recorded

    def cancel(self, remote_id: str, *, reason: str, idempotency_key: str) -> None:
        fault = self._enter("cancel", idempotency_key)
        self.documents[remote_id] = replace(self.documents[remote_id], state=RemoteState.CANCELLED)
        if fault:
            raise fault.error

    def email(self, remote_id: str, *, to: str, idempotency_key: str) -> None:
        fault = self._enter("email", idempotency_key)
        self.inbox.append((to, remote_id))
        if self.notes_emails:
            self.documents[remote_id] = replace(self.documents[remote_id], emailed_at=NOON)
        if fault:
            raise fault.error

    def find(self, reference: str, kind: DocumentKind) -> tuple[RemoteDocument, ...]:
        self._enter("find", reference)
        if self.blind:
            self.blind -= 1
            return ()
        return tuple(d for d in self.documents.values() if (d.reference, d.kind) == (reference, kind))

    def read(self, remote_id: str) -> RemoteDocument:
        self._enter("read", remote_id)
        found = self.documents.get(remote_id) or self.elsewhere.get(remote_id)
        if found is None:
            raise Refused(FieldRefusal("id", "not found"), missing=True)
        return found

    def listing(self, window: Window, *, after: str = "") -> Iterator[Page]:
        while True:
            self._enter("listing", after)
            begin = int(after or 0)
            found = list(self.documents.values())[begin : begin + self.card.page_size]
            after = str(begin + len(found))
            yield Page(tuple(found), after)
            if len(found) < self.card.page_size:
                return

    def pages(self, window: Window) -> Iterator[RemoteDocument]:
        for page in self.listing(window):
            yield from page.documents

    def probe(self) -> Probe:
        self._enter("probe", "")
        return Probe(account="Example")

    def _enter(self, method: str, key: str) -> Fault | None:
        """A call begins. A fault after its effect is handed back, any other raised."""
        self.calls.append((method, key))
        if self.meanwhile:
            happens, self.meanwhile = self.meanwhile, None
            happens()
        fault = self._next(method)
        if fault and not fault.commits:
            raise fault.error
        return fault

    def _next(self, method: str) -> Fault | None:
        return self._faults[method].popleft() if self._faults[method] else None
