"""A worker's desk: the few moves that tests of the ledger make over and over."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import SQLModel

from providers.domain.documents import DocumentKey
from providers.domain.known import Known
from providers.domain.orders import Order
from providers.domain.reasons import Code, Reason
from providers.domain.results import Issued, Paid, Result
from providers.domain.steps import Create, Pay, Step, Wait
from tasks.ledger.known_rows import load_known
from tasks.ledger.ledger import Ledger
from tasks.ledger.store import Store
from tasks.ledger.tables import DocumentRow, EventRow, EventState, OperationRow, OrderRow, PaymentRow
from tasks.ledger.turn import NOTHING, Claim, Effort, Ending, Turn, Wish
from tests.builders import BOOK, NOON, SHOP, SettableClock, a_paid_order, a_remote_document, an_event, planned_for

LEASE = timedelta(seconds=60)
LATER = Reason(code=Code.RETRYING, text="later")

LATER_ON = Wait(until=NOON + timedelta(days=1), reason=LATER)

Choice = Step | Callable[[Turn], Step]


@dataclass
class Desk:
    """One worker with a ledger and a clock."""

    store: Store
    ledger: Ledger
    clock: SettableClock
    owner: str = "desk"

    def bring(self, order: Order | None = None, *, book: str = BOOK, restored: bool = False) -> EventState | None:
        """An event arrives now and brings the order."""
        event = an_event(received_at=self.clock.now)
        return self.ledger.inbox.apply(event, order or a_paid_order(), book=book, restored=restored)

    def claim(self) -> Claim:
        return Claim(owner=self.owner, now=self.clock.now, lease=LEASE)

    def begin(self, choice: Choice, order_id: str = "1001") -> tuple[Turn, Step] | None:
        return self.ledger.turns.begin(SHOP, order_id, claim=self.claim(), decide=_decide(choice))

    def begin_next(self, choice: Choice, book: str = BOOK, shops: Sequence[str] = (SHOP,)) -> tuple[Turn, Step] | None:
        begun = self.begin_some(choice, Wish(book=book, shops=shops, hands=1))
        return begun[0] if begun else None

    def begin_some(self, choice: Choice, wish: Wish) -> list[tuple[Turn, Step]]:
        return self.ledger.turns.advance((), wish, claim=self.claim(), decide=_decide(choice)).begun

    def settle_all(self, endings: Sequence[Ending]) -> list[tuple[Turn, Step] | None]:
        advanced = self.ledger.turns.advance(endings, NOTHING, claim=self.claim(), decide=_decide(LATER_ON))
        return advanced.settled

    def settle(self, turn: Turn, result: Result, choice: Choice, *, effort: Effort | None = None) -> tuple[Turn, Step]:
        return self.ledger.turns.settle(turn, result, claim=self.claim(), decide=_decide(choice), effort=effort)

    def take(self, choice: Choice, order_id: str = "1001") -> Turn:
        """As `begin`, of an order that must be free."""
        begun = self.begin(choice, order_id)
        assert begun is not None
        return begun[0]

    def invoice(self, order: Order | None = None, *, choice: Choice, **told: object) -> Turn:
        """An order is brought and its invoice issued; then comes the choice."""
        order = order or a_paid_order()
        self.bring(order)
        create = creating(order)
        turn = self.take(create, order.order_id)
        key = create.draft.key
        remote = a_remote_document(**{"reference": key.reference(), **told})
        return self.settle(turn, Issued(operation_key=create.operation_key, document=key, remote=remote), choice)[0]

    def pay(self, turn: Turn, step: Pay, choice: Choice) -> Turn:
        """The payment that the turn has sent is recorded; then comes the choice."""
        paid = Paid(
            operation_key=step.operation_key,
            document=step.document.key,
            payment_key=step.payment.key,
            remote_id="m1",
        )
        return self.settle(turn, paid, choice)[0]

    def known(self, turn: Turn) -> tuple[Known, dict[DocumentKey, int]]:
        """What the rows say of the order in hand."""
        with self.store.read() as connection:
            return load_known(connection, turn.order_pk, deleted=turn.known.deleted)

    def rows(self, model: type[SQLModel]) -> list[dict[str, Any]]:
        table = model.__table__  # type: ignore[attr-defined]
        with self.store.read() as connection:
            return [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]

    def order_row(self, order_id: str = "1001") -> dict[str, Any]:
        return next(row for row in self.rows(OrderRow) if row["order_id"] == order_id)

    def everything(self) -> list[list[dict[str, Any]]]:
        return [self.rows(model) for model in (EventRow, OrderRow, DocumentRow, PaymentRow, OperationRow)]


def creating(order: Order | None = None, **changes: object) -> Create:
    step = planned_for(order or a_paid_order(), **changes)
    assert isinstance(step, Create)
    return step


def paying(turn: Turn) -> Pay:
    step = planned_for(turn.order, turn.known)
    assert isinstance(step, Pay)
    return step


def waiting(until: object) -> Wait:
    return Wait(until=until, reason=LATER)  # type: ignore[arg-type]


def _decide(choice: Choice) -> Callable[[Turn], Step]:
    return choice if callable(choice) else lambda _turn: choice
