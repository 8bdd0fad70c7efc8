"""What leaves documents behind: made, found, read, repeated, paid, cancelled, mailed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from providers.domain.card import Finding, PaymentStyle, Totals
from providers.domain.documents import Draft, Payment, RemoteDocument, RemoteState
from providers.domain.errors import CannotExpress, OutcomeUnknown, Refused
from providers.domain.money import quantize
from providers.ports import Prepared
from worker.conformance.report import Bench, Line, Seen, counted, not_tried, told
from worker.conformance.sample import another

_PATIENCE = 30.0
"""Seconds beyond the card's lag for which a new document is looked for."""
_PAUSE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A document that the check made and that stays. `remote_id` is empty where the answer was lost."""

    reference: str
    remote_id: str
    number: str
    state: str


class Writing:
    """Tries everything that the card says can be done. `left` tells what stays in the account."""

    def __init__(self, bench: Bench, draft: Draft, *, email_to: str = "") -> None:
        self._bench = bench
        self._card = bench.card
        # Some providers send to the buyer's own address only.
        self._draft = replace(draft, buyer=replace(draft.buyer, email=email_to)) if email_to else draft
        self._email_to = email_to
        self._documents: list[RemoteDocument] = []
        self._seen: dict[str, RemoteDocument] = {}
        """Id -> the document as it was read last."""
        self._lost: list[str] = []

    @property
    def left(self) -> tuple[Left, ...]:
        """Every document that was made, in that order; those whose answer was lost come last, and may not exist."""
        made = (
            Left(
                reference=each.reference,
                remote_id=each.remote_id,
                number=each.number or self._seen.get(each.remote_id, each).number,
                state=_state(self._seen.get(each.remote_id, each)),
            )
            for each in self._documents
        )
        return (*made, *(Left(reference=each, remote_id="", number="", state="unknown") for each in self._lost))

    def lines(self) -> Iterator[Line]:
        """Every line, one after the other. Without a first document there is nothing more to try."""
        doomed: RemoteDocument | None = None
        if self._card.cancel:  # before the others: some providers cancel no newest document
            yield self._creation("create a document, to be cancelled", another(self._draft))
            doomed = next(iter(self._documents), None)
        made = len(self._documents)
        yield self._creation("create a document", self._draft)
        if len(self._documents) == made:
            yield not_tried("everything else", "no document was made")
            return
        document = self._documents[-1]
        yield from self._looks(document)
        yield from self._payments(document)
        yield self._repetition()
        yield from self._again()
        yield self._cancellation(doomed)
        yield self._mail(document)

    def _creation(self, what: str, draft: Draft) -> Line:
        tells = self._card.totals is Totals.IN_CREATE_ANSWER
        expected = f"made, {_money(draft.gross, draft)}" if tells else "made, without a total"
        return self._bench.line(what, expected, partial(self._create, draft))

    def _create(self, draft: Draft) -> Seen:
        document = self._made(self._bench.provider.prepare(draft), "1")
        observed = f"{_name(document)}, {_money(document.gross, draft)}"
        if self._card.totals is Totals.IN_CREATE_ANSWER:
            return Seen(observed, as_told=document.gross == draft.gross)
        return Seen(observed, as_told=document.gross in {None, draft.gross})

    def _made(self, prepared: Prepared, attempt: str) -> RemoteDocument:
        """Create, and keep in mind what that leaves behind."""
        key = f"check/{prepared.reference}/{attempt}"
        try:
            document = self._bench.provider.create(prepared, idempotency_key=key)
        except OutcomeUnknown:
            self._lost.append(prepared.reference)
            raise
        document = replace(document, reference=prepared.reference)
        self._documents.append(document)
        return document

    def _looks(self, document: RemoteDocument) -> Iterator[Line]:
        finding, lag = self._card.finding, self._card.list_lag.total_seconds()
        if finding is Finding.NOT_AT_ALL:
            expected = "found, or not: nothing rests on it"
        else:
            expected = f"found within {lag:g} s" if lag else "found at once"
        yield self._bench.line("find it by its reference", expected, partial(self._find, document))
        if not self._bench.can_look:
            yield not_tried("read it back", "reading is not available")
            return
        total = "without a total" if self._card.totals is Totals.NEVER else _money(self._draft.gross, self._draft)
        yield self._bench.line("read it back", f"{total}, open, our reference", partial(self._read, document))

    def _find(self, document: RemoteDocument) -> Seen:
        """Look until it is there; the lag is the time until the look that saw it began."""
        bench, lag = self._bench, self._card.list_lag.total_seconds()
        proves = self._card.finding is not Finding.NOT_AT_ALL
        began, waited = bench.elapsed(), 0.0
        while waited <= lag + (_PATIENCE if proves else 0.0):
            try:
                found = bench.provider.find(document.reference, self._draft.key.kind)
            except (Refused, CannotExpress) as error:
                return Seen(told(error), as_told=not proves)
            if found:
                ids = {each.remote_id for each in found}
                after = f"after {waited:.1f} s" if waited else "at once"
                return Seen(f"found {after}", as_told=ids == {document.remote_id} and waited <= max(lag, 0.0))
            bench.sleep(_PAUSE)
            waited = bench.elapsed() - began
        return Seen(f"not found within {waited:.0f} s", as_told=not proves)

    def _read_back(self, document: RemoteDocument) -> RemoteDocument:
        found = self._bench.provider.read(document.remote_id)
        self._seen[document.remote_id] = found
        return found

    def _read(self, document: RemoteDocument) -> Seen:
        found = self._read_back(document)
        observed = f"{_money(found.gross, self._draft)}, {_state(found)}, {found.reference or 'no reference'}"
        gross = None if self._card.totals is Totals.NEVER else self._draft.gross
        as_told = (
            found.gross == gross
            and found.currency in {self._draft.currency, ""}
            and found.state in {RemoteState.OPEN, None}
            and found.reference == document.reference
        )
        return Seen(observed, as_told=as_told)

    def _payments(self, document: RemoteDocument) -> Iterator[Line]:
        gross = self._draft.gross
        if self._card.payments is PaymentStyle.NOT_AVAILABLE:
            yield self._bench.line("record a payment", "not available", partial(self._cannot_pay, document, gross))
            return
        if self._card.partial_payments:
            part = quantize(gross / 2, self._draft.currency)
            yield self._payment("record a part of the total", document, part, part)
            yield self._payment("record the rest", document, gross - part, gross)
        else:
            yield self._payment("record a payment in full", document, gross, gross)

    def _payment(self, what: str, document: RemoteDocument, amount: Decimal, paid: Decimal) -> Line:
        expected = f"{_money(paid, self._draft)} paid, {'paid' if paid == self._draft.gross else 'partial'}"
        return self._bench.line(what, expected, partial(self._pay, document, amount, paid))

    def _cannot_pay(self, document: RemoteDocument, amount: Decimal) -> Seen:
        try:
            self._bench.provider.pay(document.remote_id, self._money_in(document, amount), idempotency_key="check")
        except (Refused, CannotExpress) as error:
            return Seen(told(error))
        return Seen("a payment was taken", as_told=False)

    def _pay(self, document: RemoteDocument, amount: Decimal, paid: Decimal) -> Seen:
        payment = self._money_in(document, amount)
        self._bench.provider.pay(document.remote_id, payment, idempotency_key=f"check/{payment.reference}")
        found = self._read_back(document)
        state = RemoteState.PAID if paid == self._draft.gross else RemoteState.PARTIAL
        told_one_by_one = "" if found.payments is None else f", {counted(len(found.payments), 'payment')} told"
        observed = f"{_money(found.paid, self._draft)} paid, {_state(found)}{told_one_by_one}"
        sums_up = found.payments is None or sum(each.amount for each in found.payments) == paid
        return Seen(observed, as_told=found.paid == paid and found.state is state and sums_up)

    def _money_in(self, document: RemoteDocument, amount: Decimal) -> Payment:
        key = f"{amount:f}"
        return Payment(
            key=key,
            amount=amount,
            currency=self._draft.currency,
            paid_at=self._bench.now(),
            reference=f"{document.reference}/{key}",
        )

    def _repetition(self) -> Line:
        expected = "refused as a duplicate" if self._card.refuses_repeated_reference else "a second document"
        return self._bench.line("create it once more, same reference", expected, self._repeat)

    def _repeat(self) -> Seen:
        refuses = self._card.refuses_repeated_reference
        try:
            second = self._made(self._bench.provider.prepare(self._draft), "2")
        except Refused as error:
            return Seen(told(error), as_told=refuses and error.duplicate)
        return Seen(f"a second document, {_name(second)}", as_told=not refuses)

    def _again(self) -> Iterator[Line]:
        if self._card.finding is Finding.NOT_AT_ALL:
            return
        reference = self._documents[-1].reference
        made = sum(each.reference == reference for each in self._documents)
        yield self._bench.line(
            "find them all by the reference", counted(made, "document"), partial(self._find_all, reference, made)
        )

    def _find_all(self, reference: str, made: int) -> Seen:
        """A second document may take as long to show as the first."""
        began = self._bench.elapsed()
        while True:
            found = self._bench.provider.find(reference, self._draft.key.kind)
            waited = self._bench.elapsed() - began
            if len(found) >= made or waited > self._card.list_lag.total_seconds():
                return Seen(counted(len(found), "document"), as_told=len(found) == made)
            self._bench.sleep(_PAUSE)

    def _cancellation(self, doomed: RemoteDocument | None) -> Line:
        if doomed is None:
            why = "no document was made for it" if self._card.cancel else "the card says that it cannot be done"
            return not_tried("cancel a document", why)
        return self._bench.line("cancel a document", "reads as cancelled", partial(self._cancel, doomed))

    def _cancel(self, document: RemoteDocument) -> Seen:
        key = f"check/{document.reference}/cancel"
        self._bench.provider.cancel(document.remote_id, reason="conformance check", idempotency_key=key)
        if not self._bench.can_look:
            return Seen("taken")
        found = self._read_back(document)
        return Seen(f"reads as {_state(found)}", as_told=found.state is RemoteState.CANCELLED)

    def _mail(self, document: RemoteDocument) -> Line:
        what = "send it by e-mail"
        if not self._card.email:
            return not_tried(what, "the card says that it cannot be done")
        if not self._email_to:
            return not_tried(what, "name an address: --email-to")
        return self._bench.line(what, f"taken, to {self._email_to}", partial(self._send, document))

    def _send(self, document: RemoteDocument) -> Seen:
        key = f"check/{document.reference}/email"
        self._bench.provider.email(document.remote_id, to=self._email_to, idempotency_key=key)
        return Seen("taken; see whether it arrives")


def _name(document: RemoteDocument) -> str:
    number = f", number {document.number}" if document.number else ""
    return f"id {document.remote_id}{number}"


def _state(document: RemoteDocument) -> str:
    return document.state.value if document.state else "not told"


def _money(amount: Decimal | None, draft: Draft) -> str:
    return "no total" if amount is None else f"{quantize(amount, draft.currency):f} {draft.currency}"
