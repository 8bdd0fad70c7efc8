"""The memory provider as an invoicing provider."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from providers import paging
from providers.domain.card import Card, PaymentStyle
from providers.domain.documents import (
    DocumentKind,
    Draft,
    Payment,
    RemoteDocument,
    RemotePayment,
    RemoteState,
)
from providers.domain.errors import CannotExpress, FieldRefusal, NotSent, ProviderError, Refused, Unavailable
from providers.invoicing.memory import mapping
from providers.invoicing.memory.wire import Wire, amount
from providers.ports import JsonObject, Outcome, Page, Prepared, Probe, Window
from providers.sandbox import Sandbox


class Memory:
    """One account within this process. The contract is `providers.ports.InvoicingProvider`."""

    def __init__(self, wire: Wire, *, card: Card) -> None:
        self._wire = wire
        self._card = card

    def __repr__(self) -> str:
        return "Memory()"

    @property
    def card(self) -> Card:
        return self._card

    @property
    def account(self) -> Sandbox:
        """What the documents stand in, for looking behind the provider."""
        return self._wire.account

    def prepare(self, draft: Draft) -> Prepared:
        return mapping.document(draft, self._card)

    def create(self, prepared: Prepared, *, idempotency_key: str) -> RemoteDocument:
        return _document(self._wire.write("/documents", prepared.payload, key=idempotency_key))

    def create_many(self, prepared: Sequence[Prepared], *, idempotency_keys: Sequence[str]) -> tuple[Outcome, ...]:
        """Make several documents with one call; what became of each, in their order.

        At most `card.bulk` of them, each with a reference and a key of its own: `ValueError` otherwise. An outcome is
        the document, or the error that `create` would have raised for it; nothing else is raised.
        """
        references = {each.reference for each in prepared}
        if not len(references) == len(prepared) == len(set(idempotency_keys)) <= self._card.bulk:
            raise ValueError(f"at most {self._card.bulk} documents, each with a reference and a key of its own")
        body: JsonObject = {"documents": [each.payload for each in prepared]}
        try:
            told = self._wire.write("/documents/several", body, key=" ".join(idempotency_keys))
        except ProviderError as error:
            return tuple(error for _ in prepared)
        elements = told["documents"]
        assert isinstance(elements, list)  # noqa: S101 - the account answers so
        return tuple(map(_outcome, elements))

    def find(self, reference: str, kind: DocumentKind) -> tuple[RemoteDocument, ...]:
        self._shows("looking for a document")
        return tuple(map(_document, paging.rows(self._way({"reference": reference, "kind": kind.value}))))

    def read(self, remote_id: str) -> RemoteDocument:
        self._shows("reading a document")
        return _document(self._wire.read(_path(remote_id)))

    def listing(self, window: Window, *, after: str = "") -> Iterator[Page]:
        self._shows("listing documents")
        for batch in paging.batches(self._way(_days(window)), after=after):
            yield Page(tuple(map(_document, batch.rows)), batch.cursor)

    def pages(self, window: Window) -> Iterator[RemoteDocument]:
        self._shows("listing documents")
        return map(_document, paging.rows(self._way(_days(window))))

    def pay(self, remote_id: str, payment: Payment, *, idempotency_key: str) -> RemotePayment:
        if self._card.payments is PaymentStyle.NOT_AVAILABLE:
            raise _not_available("recording a payment")
        body: JsonObject = {"amount": str(self._amount(remote_id, payment)), "reference": payment.reference}
        told = self._wire.write(f"{_path(remote_id)}/payments", body, key=idempotency_key)
        return RemotePayment(remote_id=str(told["id"]), amount=payment.amount, reference=str(told["reference"]))

    def cancel(self, remote_id: str, *, reason: str, idempotency_key: str) -> None:
        if not self._card.cancel:
            raise _cannot("cancel a document", remote_id)
        self._wire.write(f"{_path(remote_id)}/cancel", {"reason": reason}, key=idempotency_key)

    def email(self, remote_id: str, *, to: str, idempotency_key: str) -> None:
        if not self._card.email:
            raise _cannot("send a document by e-mail", remote_id)
        self._wire.write(f"{_path(remote_id)}/email", {"to": to}, key=idempotency_key)

    def probe(self) -> Probe:
        return Probe(account="memory", server_time=_moment(self._wire.read("/time")["now"]))

    def _way(self, filters: Mapping[str, str]) -> paging.Way[JsonObject]:
        """Documents stay in the order in which they were made, and none is ever deleted."""
        return paging.Way(
            fetch=lambda page, _size: self._rows({**filters, "page": str(page)}),
            page_size=self._card.page_size,
            identity=lambda row: str(row["id"]),
            rows_vanish=False,
            last_page_repeats=True,
        )

    def _rows(self, parameters: Mapping[str, str]) -> list[JsonObject]:
        rows = self._wire.read("/documents", parameters)["documents"]
        assert isinstance(rows, list)  # noqa: S101 - the account answers so
        return rows

    def _shows(self, what: str) -> None:
        if not self._card.lists:
            raise _not_available(what)

    def _amount(self, remote_id: str, payment: Payment) -> Decimal:
        """What is told: the payment's own amount, or the sum so far where it replaces what was paid before."""
        if self._card.payments is PaymentStyle.APPENDED and self._card.partial_payments:
            return payment.amount
        try:
            document = self.read(remote_id)
        except Unavailable as error:
            raise NotSent(f"nothing was recorded, for the document could not be read: {error}") from None
        paid = document.paid or Decimal(0)
        if not self._card.partial_payments and (paid or payment.amount != document.gross):
            raise Refused(FieldRefusal("amount", "is not the whole of what is open"))
        return paid + payment.amount


def _document(row: JsonObject) -> RemoteDocument:
    payments = row.get("payments")
    return RemoteDocument(
        remote_id=str(row["id"]),
        kind=DocumentKind(str(row["kind"])),
        number=str(row["number"]),
        reference=str(row["reference"]),
        currency=str(row["currency"]),
        net=amount(row.get("net")),
        tax=amount(row.get("tax")),
        gross=amount(row.get("gross")),
        paid=amount(row.get("paid")),
        state=RemoteState(str(row["state"])),
        issue_date=date.fromisoformat(str(row["issue_date"])),
        updated_at=_moment(row["updated_at"]),
        emailed_at=_moment(row["emailed_at"]),
        payments=tuple(map(_payment, payments)) if isinstance(payments, list) else None,
    )


def _payment(row: Mapping[str, object]) -> RemotePayment:
    return RemotePayment(remote_id=str(row["id"]), amount=Decimal(str(row["amount"])), reference=str(row["reference"]))


def _outcome(element: JsonObject) -> Outcome:
    if "refused" not in element:
        return _document(element)
    no = json.loads(str(element["refused"]))
    return Refused(FieldRefusal(no["field"], no["text"]), duplicate=no["duplicate"])


def _days(window: Window) -> dict[str, str]:
    days = {"from": window.start, "to": window.end}
    return {name: str(day) for name, day in days.items() if day}


def _moment(told: object) -> datetime | None:
    return datetime.fromisoformat(str(told)) if told else None


def _path(remote_id: str) -> str:
    """Of anything that is no id, the path of one that there is not."""
    return f"/documents/{remote_id if remote_id.isascii() and remote_id.isdigit() else '0'}"


def _not_available(what: str) -> Refused:
    return Refused(FieldRefusal("", f"{what} is not available here, as the card says"))


def _cannot(what: str, remote_id: str) -> CannotExpress:
    return mapping.cannot(f"The account cannot {what}, as its card says.", "remote_id", remote_id, "Do it by hand.")
