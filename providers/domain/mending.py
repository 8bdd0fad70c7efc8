"""What a repair makes known: the provider shows otherwise than the ledger says. Pure values and functions.

A repair never makes an effect. It puts the ledger right where the provider proved it wrong, and the plan then names
the next step, as it always does.

::

    Vanished     the document that we made is not there: it is planned again, and its payments with it
    Unpaid       payments that were recorded are not there: they are planned again
    Uncancelled  the document that we cancelled is alive there: the cancellation had no lasting effect
    Doubted      what the document says must be read back once more
    Taken        a document that we never made carries the reference: it is the order's document from now on
    Heard        what a result says that no call brought: found under another id, cancelled there by somebody
    Due          nothing new is known; the order is looked at again
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from providers.domain.documents import DocumentKey, DocumentState, RemoteDocument
from providers.domain.known import Action, Known, KnownDocument, KnownPayment, OperationState, PaymentState
from providers.domain.results import Cancelled, Issued, Paid, Result, Verified, after, intended
from providers.domain.steps import Create, Pay, Write


@dataclass(frozen=True, slots=True, kw_only=True)
class Vanished:
    document: DocumentKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpaid:
    document: DocumentKey
    payments: tuple[str, ...]
    """Their keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncancelled:
    document: DocumentKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted:
    document: DocumentKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """`create` is the operation that would have made it, `payments` are those that would have told of the money that
    is there; they count as done, and as found rather than answered."""

    create: Create
    remote: RemoteDocument
    payments: tuple[Pay, ...] = ()

    def effects(self) -> Iterator[tuple[Write, Result]]:
        """Each operation with its result, in their order."""
        key = self.create.draft.key
        yield (
            self.create,
            Issued(operation_key=self.create.operation_key, document=key, remote=self.remote, adopted=True),
        )
        for pay in self.payments:
            yield (
                pay,
                Paid(
                    operation_key=pay.operation_key,
                    document=key,
                    payment_key=pay.payment.key,
                    remote_id="",
                    adopted=True,
                ),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    result: Verified | Cancelled
    """A `Cancelled` of no operation: its key is empty."""


@dataclass(frozen=True, slots=True)
class Due:
    pass


Mend: TypeAlias = Vanished | Unpaid | Uncancelled | Doubted | Taken | Heard | Due


def mended(known: Known, mend: Mend, *, at: datetime) -> Known:
    """What is known once the repair is written."""
    match mend:
        case Vanished():
            document = known.at(mend.document)
            gone = replace(
                document,
                state=DocumentState.PLANNED,
                generation=document.generation + 1,
                remote_id="",
                number="",
                verified=False,
                payments=tuple(map(_again, document.payments)),
                facts=None,
            )
            return known.with_document(gone)
        case Unpaid():
            document = known.at(mend.document)
            payments = (_again(each) if each.key in mend.payments else each for each in document.payments)
            return known.with_document(replace(document, payments=tuple(payments)))
        case Uncancelled():
            return known.with_document(_uncancelled(known.at(mend.document)))
        case Doubted():
            return known.with_document(replace(known.at(mend.document), verified=False))
        case Taken():
            for step, result in mend.effects():
                known = after(intended(known, step, at=at), result)
            return known
        case Heard():
            return after(known, mend.result)
        case Due():
            return known


def _again(payment: KnownPayment) -> KnownPayment:
    """A recorded payment that has to be told once more, as an operation of its own; any other as it is."""
    if payment.state is not PaymentState.RECORDED:
        return payment
    return replace(payment, state=PaymentState.PLANNED, generation=payment.generation + 1, remote_id="")


def _uncancelled(document: KnownDocument) -> KnownDocument:
    alive = replace(document, state=DocumentState.ISSUED)
    effect = document.effect(Action.CANCEL)
    if effect is None or effect.state is not OperationState.DONE:
        return alive
    return alive.with_effect(replace(effect, state=OperationState.ABSENT))
