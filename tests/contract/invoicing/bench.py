"""A provider on the test bench: the provider, its sandbox, what goes wrong there, and what nobody but we may see."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import count
from typing import Any

import pytest

from providers.domain.card import Card, CreditStyle, PaymentStyle, Totals
from providers.domain.documents import DocumentKey, DocumentKind, Draft, RemoteDocument
from providers.domain.errors import CannotExpress, Refused
from providers.ports import InvoicingProvider, Prepared, Window
from providers.sandbox import Fault, Reply, Request, Sandbox, Script, Traps
from providers.sandbox.traps import HasLists
from tests.contract.invoicing import drafts
from tests.contract.invoicing.unknown import with_unknown_members

_KEYS = count()
"""No two calls have one key, unless a case says so."""


class Special(StrEnum):
    """Drafts that not every provider has words for."""

    UNTAXED = "untaxed"
    DISCOUNT = "discount"


@dataclass(frozen=True, slots=True)
class Call:
    """The requests of one kind: their method, and the beginning of their path."""

    method: str
    path: str


class Watch(Script):
    """Faults told in advance, and every request that was made, each as `seen` tells it.

    `seen` says requests in terms that all providers share: GET for what changes nothing, and a path by which calls
    can be told apart.
    """

    def __init__(self, seen: Callable[[Request], Request] = lambda request: request) -> None:
        super().__init__()
        self._seen = seen
        self.asked: list[Call] = []

    def before(self, request: Request) -> Fault | None:
        seen = self._seen(request)
        self.asked.append(Call(seen.method, seen.path))
        return super().before(seen)

    def after(self, request: Request, reply: Reply) -> Fault | None:
        return super().after(self._seen(request), reply)


@dataclass(frozen=True, slots=True)
class Behind:
    """A document as it stands in the sandbox, whatever the provider tells of it."""

    reference: str
    remote_id: str
    gross: Decimal
    currency: str
    paid: Decimal


@dataclass(kw_only=True)
class Bench:
    """What a provider's file gives the suite. What the provider can do is asked of its card, never said here."""

    provider: InvoicingProvider
    stranger: InvoicingProvider
    """The same account with a token that is not valid."""
    sandbox: Sandbox
    faults: Watch
    move: Callable[[timedelta], object]
    """Lets time pass, for the sandbox too."""

    creating: Call
    """The requests that make documents; and where there are such, those that make several, record payments, cancel,
    and send e-mails."""
    making_several: Call = Call("", "nowhere")
    paying: Call = Call("", "nowhere")
    cancelling: Call = Call("", "nowhere")
    mailing: Call = Call("", "nowhere")

    refused: Callable[["Bench"], Prepared]
    """Something that the provider refuses, under the reference of `draft()`; and the field that it names."""
    refused_field: str = ""

    adapted: Callable[[Draft], Draft] = lambda draft: draft
    """A draft of the suite as this provider's own valid one, over the same amounts."""
    beyond: frozenset[Special] = frozenset()
    """Drafts for which the provider has no words."""
    takes_repeats: bool | None = None
    """Whether a second document with the same reference is made; None means what the card says."""
    paid_there: Callable[[str], object] | None = None
    """Pays a document in full at the provider itself, where there is no way to do so through its interface."""
    mails: Callable[[], int] = lambda: 0
    """How many documents were sent by e-mail."""

    tells_currency: bool = True
    tells_changes: bool = True
    """Whether a document tells when it changed last."""
    doubts_repeats: bool = False
    """Whether a list whose last page repeats may be an error, since nobody knows that this provider's does so."""
    lists_payments: bool = True
    """Whether a document tells its payments one by one, and each of them has an id and our reference."""
    empty_answer_to_payment: bool = False
    """Whether the answer to a payment has no body, of which half could be missing."""
    with_unknown: Callable[[Reply], Reply] = with_unknown_members
    """An answer with members that nobody knows yet."""

    declined: list[str] = field(default_factory=list)
    """What the provider said that it cannot do: a case may be met by that, and the table tells so."""
    idle: bool = False
    """Whether there was nothing to hold the case against. The table tells that too."""

    @property
    def card(self) -> Card:
        return self.provider.card

    @property
    def shows(self) -> bool:
        """Whether anything can be looked at through the provider. Where there is no list, there is nothing."""
        return self.card.lists

    @property
    def pays(self) -> bool:
        return self.card.payments is not PaymentStyle.NOT_AVAILABLE

    @property
    def refuses_repeats(self) -> bool:
        return self.card.refuses_repeated_reference if self.takes_repeats is None else not self.takes_repeats

    def told(self, amount: str | Decimal) -> Decimal | None:
        """A total as the provider tells it: None where the card says that it tells none."""
        return None if self.card.totals is Totals.NEVER else Decimal(amount)

    def paid(self, amount: int | Decimal) -> Decimal | None:
        """What is paid, as the provider tells it: None where it takes no payments."""
        return Decimal(amount) if self.pays else None

    def draft(self, number: int | str = 1001, kind: DocumentKind = DocumentKind.INVOICE, **changes: object) -> Draft:
        """A valid draft of the kind for this provider; a credit note gives back all that the invoice is over, which
        must have been made before where the provider joins the two."""
        made = drafts.draft(number, **changes)
        if kind is not DocumentKind.INVOICE:
            made = replace(made, key=DocumentKey(made.key.shop, made.key.order_id, kind))
        made = self.adapted(made)
        if kind is DocumentKind.CREDIT_NOTE and self.card.credit is not CreditStyle.NOT_AVAILABLE:
            made = drafts.credited(made, next((each.remote_id for each in self.behind()), ""))
        return made

    def reference(self, number: int | str = 1001, kind: DocumentKind = DocumentKind.INVOICE) -> str:
        return self.draft(number, kind).key.reference(self.card.reference_length)

    def prepare(self, number: int | str = 1001, **changes: Any) -> Prepared:
        return self.provider.prepare(self.draft(number, **changes))

    def make(self, number: int | str = 1001, **changes: Any) -> RemoteDocument:
        return self.provider.create(self.prepare(number, **changes), idempotency_key=f"create/{number}/{next(_KEYS)}")

    def issue(self, number: int | str = 1001, **changes: Any) -> str:
        """Make a document; gives its id at the provider."""
        return self.make(number, **changes).remote_id

    def wait_for_lists(self) -> None:
        """Until look-ups show whatever was made."""
        self.move(self.card.list_lag)

    def find(self, number: int | str = 1001, kind: DocumentKind = DocumentKind.INVOICE) -> tuple[RemoteDocument, ...]:
        self.wait_for_lists()
        return self.provider.find(self.reference(number, kind), kind)

    def listed(self, window: Window | None = None) -> Iterator[RemoteDocument]:
        self.wait_for_lists()
        return self.provider.pages(window or Window())

    def trap(self, traps: Traps) -> None:
        """Let something be wrong with the provider's lists."""
        assert isinstance(self.sandbox.service, HasLists)
        self.sandbox.service.trap(traps)

    def look(self) -> object:
        """Read something harmless of the account."""
        return self.find() if self.shows else self.provider.probe()

    def behind(self) -> list[Behind]:
        """Every document that exists there."""
        found: Any = self.sandbox.state()["documents"]
        return [
            Behind(
                str(each["reference"]),
                str(each["remote_id"]),
                Decimal(str(each["gross"])),
                str(each["currency"]),
                Decimal(str(each["paid"])),
            )
            for each in found
        ]

    def count(self, number: int | str = 1001) -> int:
        """How many documents with this number's reference exist, seen behind the provider; `find` says the same."""
        exist = [each for each in self.behind() if each.reference == self.reference(number)]
        if self.shows:
            assert sorted(each.remote_id for each in self.find(number)) == sorted(each.remote_id for each in exist)
        return len(exist)

    def before(self, call: Call, fault: Fault, *, times: int = 1) -> None:
        """Let it go wrong before the provider acts."""
        self.faults.before_acting(fault, method=call.method, path=call.path, times=times)

    def after(self, call: Call, fault: Fault, *, times: int = 1) -> None:
        """Let it go wrong after the provider has acted."""
        self.faults.after_acting(fault, method=call.method, path=call.path, times=times)

    def requests(self, call: Call) -> int:
        """How many requests of this kind were made."""
        return sum(each.method == call.method and each.path.startswith(call.path) for each in self.faults.asked)

    def lacks(self, ability: bool) -> bool:
        """Whether there is nothing to hold the case against: what it asks for is told elsewhere to be lacking."""
        self.idle = not ability
        return self.idle

    @contextmanager
    def not_available(self) -> Iterator[None]:
        """What is done within is refused by the provider itself, without a request, and not for want of a document."""
        asked = len(self.faults.asked)
        with pytest.raises(Refused) as raised:
            yield
        assert "not available" in str(raised.value)
        assert not raised.value.missing
        assert not raised.value.duplicate
        assert len(self.faults.asked) == asked
        self.declined.append(str(raised.value))

    @contextmanager
    def cannot_express(self) -> Iterator[None]:
        """What is done within stops before a request, with a reason that names a remedy."""
        asked = len(self.faults.asked)
        with pytest.raises(CannotExpress) as raised:
            yield
        assert raised.value.reason.text
        assert raised.value.reason.remedy
        assert len(self.faults.asked) == asked
        self.declined.append(str(raised.value))
