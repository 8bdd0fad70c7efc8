"""An account at a provider's sandbox, as its owner changes it behind our back."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, NoReturn

from sqlalchemy import delete, select

from providers.domain.orders import Order
from providers.domain.policy import IssueOn, Policy
from providers.sandbox import Fault, Reply, Request
from tasks.ledger.ledger import Ledger
from tasks.ledger.store import Store
from tasks.ledger.tables import DocumentRow, OperationRow, OrderRow, PaymentRow
from tasks.reconcile import Report, reconcile
from tests.builders import BOOK, SettableClock, a_buyer, a_paid_order, a_payment, an_order
from tests.contract.invoicing.bench import Bench
from tests.unit.tasks.engine import Engine

_ORDERS = OrderRow.__table__  # type: ignore[attr-defined]
_DOCUMENTS = DocumentRow.__table__  # type: ignore[attr-defined]
_PAYMENTS = PaymentRow.__table__  # type: ignore[attr-defined]
_OPERATIONS = OperationRow.__table__  # type: ignore[attr-defined]

FIRST = 1001
"""The number of the first order."""
LATER = "5001"
"""Orders from this number on come while a test goes on."""
HALVES = (a_payment(amount=Decimal("61.50")), a_payment(payment_id="p2", amount=Decimal("61.50")))


class Told(StrEnum):
    """What lists and documents of a provider may tell."""

    SUMS = "sums"
    CURRENCY = "currency"
    BUYER = "buyer"
    PAID = "paid"
    PAYMENTS = "payments"
    CANCELLED = "cancelled"


class Meanwhile:
    """Something that happens at a provider before the requests that a test names, counted from 1; 0 is every one."""

    def __init__(self) -> None:
        self.asked = 0
        self.before_request = 0
        self.happens: Callable[[], object] | None = None

    def before(self, _request: Request) -> Fault | None:
        self.asked += 1
        happens = self.happens
        if happens is not None and self.before_request in {0, self.asked}:
            self.happens = None
            happens()
            self.happens = happens
        return None

    def after(self, _request: Request, _reply: Reply) -> Fault | None:
        return None

    @contextmanager
    def at(self, request: int, happens: Callable[[], object]) -> Iterator[None]:
        self.asked, self.before_request, self.happens = 0, request, happens
        try:
            yield
        finally:
            self.happens = None


@dataclass
class Account(ABC):
    """One account. Documents go by their ids there."""

    bench: Bench
    holds: Any
    """What the sandbox keeps its data in, and which of its members are that."""
    members: Sequence[str]
    tells: frozenset[Told]
    front_is_read_again: bool = False
    """Whether a change at any moment of a reading shows in the list while it is read."""
    deletes: bool = True
    """Whether an owner can delete documents there, and the provider's list is read accordingly."""
    loses: bool = True
    """Whether one may vanish while the list is read: where the list tells its total, that may end the reading."""
    meanwhile: Meanwhile = field(default_factory=Meanwhile)
    _kept: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bench.sandbox.faults = self.meanwhile

    def keep(self) -> None:
        """This is how everything shall be again at `back`."""
        self._kept = copy.deepcopy({name: getattr(self.holds, name) for name in self.members})

    def back(self) -> None:
        for name, value in copy.deepcopy(dict(self._kept)).items():
            setattr(self.holds, name, value)

    def ids(self, reference: str = "") -> list[str]:
        """Every document, or those with the reference; the first made first."""
        told: Any = self.bench.sandbox.state()["documents"]
        return [str(each["remote_id"]) for each in told if reference in {"", str(each["reference"])}]

    def later(self) -> None:
        self.bench.move(timedelta(seconds=1))

    # What owners do. Each is harmless to what it is not about.

    @abstractmethod
    def delete(self, remote_id: str) -> None: ...

    @abstractmethod
    def touch(self, remote_id: str) -> None:
        """Change nothing that anybody compares."""

    @abstractmethod
    def raise_amount(self, remote_id: str) -> None: ...

    def move_tax(self, remote_id: str) -> None:
        """Split the same gross amount into other parts."""
        self._impossible()

    def other_currency(self, remote_id: str) -> None:
        self._impossible()

    def other_buyer(self, remote_id: str) -> None:
        self._impossible()

    def pay_again(self, remote_id: str, which: int) -> None:
        self._impossible()

    def take_back(self, remote_id: str, which: int) -> None:
        self._impossible()

    @abstractmethod
    def pay_in_full(self, remote_id: str) -> None:
        """By hand: without a reference of ours."""

    def unpay(self, remote_id: str) -> None:
        self._impossible()

    def cancel(self, remote_id: str) -> None:
        self._impossible()

    @abstractmethod
    def add(self, like: str, reference: str) -> str:
        """A document like that one, with this reference; its id."""

    def _impossible(self) -> NoReturn:
        """An owner can do no such thing there: a test that asks for it is wrong."""
        raise AssertionError(f"{type(self).__name__} has no such thing")


def orders(count: int) -> Iterator[Order]:
    """Orders of which each third is unpaid, and each third was paid in two parts."""
    buyer = a_buyer(street="ul. Polna 3", postcode="30-001")
    for number in range(count):
        order_id = str(FIRST + number)
        match number % 3:
            case 0:
                yield a_paid_order(order_id=order_id, buyer=buyer)
            case 1:
                yield a_paid_order(order_id=order_id, buyer=buyer, payments=HALVES)
            case _:
                yield an_order(order_id=order_id, buyer=buyer)


def invoiced(ledger: Ledger, account: Account, count: int) -> Engine:
    """An engine that has invoiced so many orders in the account."""
    engine = Engine(ledger, SettableClock(), provider=account.bench.provider)  # type: ignore[arg-type]
    engine.follow(Policy(issue_on=IssueOn.PLACED))
    for order in orders(count):
        engine.drive(order)
        account.later()
    account.keep()
    return engine


@dataclass
class World:
    """A book whose documents were all right when it was kept."""

    store: Store
    account: Account
    engine: Engine
    own: Mapping[str, str]
    """Reference -> the document that we made."""

    @classmethod
    def of(cls, store: Store, account: Account, count: int) -> "World":
        engine = invoiced(Ledger(store), account, count)
        own = {f"garden/{FIRST + number}": each for number, each in enumerate(account.ids())}
        return cls(store, account, engine, own)

    def back(self) -> None:
        """All is right again, and orders that came since were never there."""
        self.account.back()
        with self.store.write() as connection:
            newer = select(_ORDERS.c.id).where(_ORDERS.c.order_id >= LATER)
            documents = select(_DOCUMENTS.c.id).where(_DOCUMENTS.c.order_pk.in_(newer))
            connection.execute(delete(_PAYMENTS).where(_PAYMENTS.c.document_pk.in_(documents)))
            for table in (_OPERATIONS, _DOCUMENTS):
                connection.execute(delete(table).where(table.c.order_pk.in_(newer)))
            connection.execute(delete(_ORDERS).where(_ORDERS.c.id.in_(newer)))

    def report(self) -> Report:
        engine = self.engine
        left = engine.ledger.runs.working(BOOK)
        if left is not None:  # of an example that failed
            engine.ledger.runs.abandon(left, why="another example", now=engine.clock.now)
        return reconcile(engine.ledger, engine.books[BOOK], engine.fronts, engine.clock)
