"""What the ledger knows of one order's documents, payments and unfinished operations: the plan's other half.

These are values. What a result changes is said by `after`, so that the engine goes on with what it has in
hand and the ledger writes the same change as rows; the tests hold the two against each other.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, TypeVar

from providers.domain.documents import DocumentKey, DocumentKind, DocumentState, Draft, quoted, shortened
from providers.domain.facts import Facts
from providers.domain.money import ZERO

_LONGEST_KEY = 255
"""What an `Idempotency-Key` header, and the ledger's column, hold for sure."""


class Action(StrEnum):
    """What an operation does at a provider."""

    CREATE = "create"
    PAY = "pay"
    CANCEL = "cancel"
    EMAIL = "email"


class OperationState(StrEnum):
    """Where an operation stands.

    ::

        SENT ──> DONE       the provider said yes, or a look-up found the effect
          ├────> REFUSED    the provider said no
          ├────> UNSENT     nothing left this machine, or the provider named a wait: re-armed later
          ├────> UNKNOWN    no usable answer; a SENT whose lease ran out is the same ──> DONE, ABSENT, or a person
          ├────> ABSENT     proved to have had no effect: the next generation may begin
          └────> UNPROVED   an e-mail that may have gone out: told, and never sent again by itself
    """

    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"
    UNSENT = "unsent"
    UNKNOWN = "unknown"
    ABSENT = "absent"
    UNPROVED = "unproved"


class PaymentState(StrEnum):
    """Where a payment stands in the ledger; as `DocumentState`, with RECORDED for ISSUED."""

    PLANNED = "planned"
    SENT = "sent"
    UNKNOWN = "unknown"
    RECORDED = "recorded"
    REFUSED = "refused"


MAY_BE_THERE = frozenset({PaymentState.RECORDED, PaymentState.SENT, PaymentState.UNKNOWN})
"""Payments that the provider may count already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPayment:
    """A payment as the ledger knows it. Amounts are decimals in the document's currency."""

    key: str
    amount: Decimal
    state: PaymentState
    generation: int = 1
    remote_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEffect:
    """What became of something that was done to a document besides paying it: its cancellation, an e-mail of it."""

    action: Action
    state: OperationState
    generation: int = 1

    @property
    def next_generation(self) -> int:
        """The generation of the next attempt: another one only where this one is known to have had no effect."""
        return self.generation + (self.state in {OperationState.REFUSED, OperationState.ABSENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDocument:
    """A document as the ledger knows it. `gross` is what was sent, `verified` that the provider says the same."""

    key: DocumentKey
    reference: str
    state: DocumentState
    gross: Decimal
    currency: str
    fingerprint: str
    generation: int = 1
    remote_id: str = ""
    number: str = ""
    verified: bool = False
    payments: tuple[KnownPayment, ...] = ()
    effects: tuple[KnownEffect, ...] = ()
    """The newest of each action, in the order of their names; none where the action was never begun."""
    facts: Facts | None = None
    """What the provider told last; None: nothing yet."""

    def payment(self, key: str) -> KnownPayment | None:
        for payment in self.payments:
            if payment.key == key:
                return payment
        return None

    def effect(self, action: Action) -> KnownEffect | None:
        for effect in self.effects:
            if effect.action is action:
                return effect
        return None

    # The two changes that every order goes through are spelled out: `replace` takes twice as long.

    def issued_as(self, remote_id: str, number: str, *, verified: bool, facts: Facts) -> "KnownDocument":
        """The same once the provider has it, under this id and number, and told these facts."""
        return KnownDocument(
            key=self.key,
            reference=self.reference,
            state=DocumentState.ISSUED,
            gross=self.gross,
            currency=self.currency,
            fingerprint=self.fingerprint,
            generation=self.generation,
            remote_id=remote_id,
            number=number,
            verified=verified,
            payments=self.payments,
            effects=self.effects,
            facts=facts,
        )

    def with_payment(self, changed: KnownPayment) -> "KnownDocument":
        """The same with the payment changed in its place, or added as the last."""
        return KnownDocument(
            key=self.key,
            reference=self.reference,
            state=self.state,
            gross=self.gross,
            currency=self.currency,
            fingerprint=self.fingerprint,
            generation=self.generation,
            remote_id=self.remote_id,
            number=self.number,
            verified=self.verified,
            payments=_put(self.payments, changed),
            effects=self.effects,
            facts=self.facts,
        )

    def with_effect(self, changed: KnownEffect) -> "KnownDocument":
        """The same with this as the newest effect of its action."""
        others = (effect for effect in self.effects if effect.action is not changed.action)
        return replace(self, effects=tuple(sorted((*others, changed), key=lambda effect: effect.action)))

    @property
    def recorded(self) -> Decimal:
        """The sum of the payments that are recorded at the provider."""
        return sum([p.amount for p in self.payments if p.state is PaymentState.RECORDED], ZERO)

    @property
    def perhaps_recorded(self) -> Decimal:
        """The same with the payments that are on their way."""
        return sum([p.amount for p in self.payments if p.state in MAY_BE_THERE], ZERO)

    @property
    def paid_by_others(self) -> Decimal:
        """What was paid there and did not come from here, as the provider told last."""
        return self.facts.paid_by_others(self.gross) if self.facts else ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOperation:
    """An operation whose outcome is not known: sent without an answer, or answered with nothing usable.

    `lost_at` is when the answer was seen to be lost; None when the process died while it waited.
    `looks` counts the look-ups that found nothing.
    """

    key: str
    action: Action
    document: DocumentKey
    payment_key: str = ""
    generation: int = 1
    sent_at: datetime
    lost_at: datetime | None = None
    looks: int = 0
    looked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everything the ledger holds of one order, apart from its snapshot."""

    documents: tuple[KnownDocument, ...] = ()
    operation: OpenOperation | None = None
    """The one operation in flight: an order has at most one at a time."""
    deleted: bool = False
    """The shop says that the order is gone."""

    def document(self, kind: DocumentKind, ordinal: str = "1") -> KnownDocument | None:
        for document in self.documents:
            if document.key.kind is kind and document.key.ordinal == ordinal:
                return document
        return None

    def at(self, key: DocumentKey) -> KnownDocument:
        """The document with this key. Raises `KeyError`."""
        for document in self.documents:
            if document.key == key:
                return document
        raise KeyError(str(key))

    def with_document(self, changed: KnownDocument) -> "Known":
        """The same with the document changed in its place, or added as the last."""
        return self.going_on(changed, self.operation)

    def going_on(self, changed: KnownDocument, operation: OpenOperation | None) -> "Known":
        """As `with_document`, and with this as the operation in flight."""
        return Known(documents=_put(self.documents, changed), operation=operation, deleted=self.deleted)

    def without_facts(self) -> "Known":
        """The same, as if the provider had told nothing of what changes there without us."""
        return replace(self, documents=tuple(replace(document, facts=None) for document in self.documents))

    def with_payment(self, key: DocumentKey, changed: KnownPayment) -> "Known":
        """The same with the document's payment changed in its place, or added as the last."""
        return self.with_document(self.at(key).with_payment(changed))


class _Keyed(Protocol):
    @property
    def key(self) -> object: ...


_AnyKeyed = TypeVar("_AnyKeyed", bound=_Keyed)


def _put(those: tuple[_AnyKeyed, ...], changed: _AnyKeyed) -> tuple[_AnyKeyed, ...]:
    """Those with the one of this key changed in its place, or added as the last."""
    for place, each in enumerate(those):
        if each.key == changed.key:
            return (*those[:place], changed, *those[place + 1 :])
    return (*those, changed)


def operation_key(document: DocumentKey, action: Action, generation: int, payment_key: str = "") -> str:
    """The idempotency key of an operation: derived, so that a replay derives the same one.

    The generation rises only when an earlier operation was refused or proved absent; the number of
    attempts is never part of it.
    """
    payment = f":{quoted(payment_key)}" if payment_key else ""
    return shortened(f"{document}:{action}{payment}:g{generation}", _LONGEST_KEY)


def planned(draft: Draft, reference: str, generation: int) -> KnownDocument:
    """The document that an intent to create brings into the ledger."""
    return KnownDocument(
        key=draft.key,
        reference=reference,
        state=DocumentState.SENT,
        gross=draft.gross,
        currency=draft.currency,
        fingerprint=draft.fingerprint,
        generation=generation,
    )
