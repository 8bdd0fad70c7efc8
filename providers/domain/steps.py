"""What the plan can name next for an order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TypeAlias

from providers.domain.documents import Draft, Payment
from providers.domain.known import Action, KnownDocument, OpenOperation, operation_key
from providers.domain.orders import OrderState
from providers.domain.reasons import Reason


@dataclass(frozen=True, kw_only=True)
class Create:
    """Make the drafted document. `payload` is the draft in the provider's language, once it is said."""

    draft: Draft
    reference: str
    generation: int = 1
    payload: Mapping[str, object] = field(default_factory=dict)

    @cached_property
    def operation_key(self) -> str:
        return operation_key(self.draft.key, Action.CREATE, self.generation)


@dataclass(frozen=True, kw_only=True)
class Pay:
    """Record the payment against the document."""

    document: KnownDocument
    payment: Payment
    generation: int = 1

    @cached_property
    def operation_key(self) -> str:
        return operation_key(self.document.key, Action.PAY, self.generation, self.payment.key)


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """Cancel the document. `why` is told to the provider where it asks for a reason."""

    document: KnownDocument
    why: str
    generation: int = 1

    @cached_property
    def operation_key(self) -> str:
        return operation_key(self.document.key, Action.CANCEL, self.generation)


@dataclass(frozen=True, kw_only=True)
class Email:
    """Let the provider send the document to the buyer."""

    document: KnownDocument
    to: str
    generation: int = 1

    @cached_property
    def operation_key(self) -> str:
        return operation_key(self.document.key, Action.EMAIL, self.generation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify:
    """Read the document back: its creation did not tell what the provider made of it."""

    document: KnownDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUp:
    """Find out at the provider what became of an operation without an answer."""

    operation: OpenOperation
    document: KnownDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Nothing may be done before `until`; then plan again."""

    until: datetime
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A person decides; nothing is done by itself until something new is known."""

    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """There is nothing to do, and that is right: WAITING, DONE or CLOSED."""

    state: OrderState
    reason: Reason | None = None


Write: TypeAlias = Create | Pay | Cancel | Email
"""Steps with an effect at the provider: each is an operation, whose intent is written before it."""

Call: TypeAlias = Write | Verify | LookUp
"""Steps that speak to the provider."""

Pause: TypeAlias = Wait | Stop | Rest
"""Steps that end the turn."""

Step: TypeAlias = Call | Pause
