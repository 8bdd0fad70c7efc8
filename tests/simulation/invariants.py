"""What must hold whenever the world has come to rest, whatever happened before."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from providers.domain.documents import DocumentKey, DocumentKind
from providers.domain.known import Action, OperationState, operation_key
from providers.domain.orders import OrderState
from providers.domain.reasons import Code
from tasks.ledger.tables import DocumentRow, OperationRow, OrderRow
from tasks.ledger.views import OrderLine
from tasks.reconcile import reconcile
from tests.builders import BOOK
from tests.simulation.sales import PATIO, Sale
from tests.simulation.wire import CANCEL, CREATE, EMAIL, FIND, LIST, PAY, READ, Exchange
from tests.simulation.world import Violation, World

_ORDERS = OrderRow.__table__  # type: ignore[attr-defined]
_DOCUMENTS = DocumentRow.__table__  # type: ignore[attr-defined]
_OPERATIONS = OperationRow.__table__  # type: ignore[attr-defined]

NOBODY: frozenset[Code] = frozenset()
TIRED = frozenset({Code.EXHAUSTED, Code.POISON})
"""The engine gave up after many tries: right where that much went wrong, and a person goes on from there."""


def check(world: World, *, excused: frozenset[Code] = NOBODY, blind: bool = True) -> None:
    """Raise `Violation` unless everything that was told is invoiced exactly once, and the proof holds.

    `excused` are reasons for attention that are right besides those that the sales themselves explain;
    `blind` is False where time itself was tampered with, so that a look-up may have come early.
    """
    world.faults.plan.clear()
    with world.points.muted():
        _nothing_is_due(world)
        world.clock.move(timedelta(hours=1))
        proof = reconcile(world.alive().ledger, world.books[BOOK], world.fronts, world.clock.wall)
        documents = _documents(world)
        _claim(world.wire.overlaps == [], f"two workers at the provider for the same order: {world.wire.overlaps}")
        _claim(
            world.wire.most_in_flight <= (world.card.in_flight or 99), "more requests in flight than the card allows"
        )
        if blind:
            _no_blind_repeat(world)
        lines = {(line.shop, line.order): line for line in world.alive().ledger.views.orders()}
        for sales in _by_order(world.told).values():
            _order(world, sales, lines.get(sales[0].key), documents, excused)
        _claim(not documents, f"documents that nobody ordered: {list(documents)}")
        excusable = any(line.reason and line.reason.code in excused for line in lines.values())
        left = proof.run.open
        _claim(not proof.findings and (not left or excusable), f"{proof.proof}, {left} open: {proof.findings}")
        _operations(world)


def check_minimal(world: World) -> None:
    """Nothing went wrong, so nothing was asked twice: one create, one call for each payment, no look-up."""
    asked = Counter(exchange.kind for exchange in world.wire.log if exchange.kind != LIST)
    documents = world.service.state()["documents"]
    assert isinstance(documents, list)
    emails = world.service.state()["emails_per_document"]
    assert isinstance(emails, dict)
    wanted = {
        CREATE: len(documents),
        PAY: sum(len(each["payments"]) for each in documents),
        CANCEL: sum(each["status"] == "canceled" for each in documents),
        EMAIL: sum(emails.values()),
    }
    _claim(asked == {kind: count for kind, count in wanted.items() if count}, f"asked {asked}, needed {wanted}")


def _claim(held: bool, text: str) -> None:
    if not held:
        raise Violation(text)


def _by_order(told: Iterable[Sale]) -> dict[tuple[str, str], list[Sale]]:
    orders: dict[tuple[str, str], list[Sale]] = defaultdict(list)
    for sale in told:
        orders[sale.key].append(sale)
    return orders


def _documents(world: World) -> dict[str, dict[str, Any]]:
    """What exists at the provider, by reference."""
    told = world.service.state()["documents"]
    assert isinstance(told, list)
    counts = Counter(document["reference"] for document in told)
    doubles = {reference: count for reference, count in counts.items() if count > 1}
    _claim(not doubles, f"duplicate documents at the provider: {doubles}")
    return {document["reference"]: document for document in told}


def _nothing_is_due(world: World) -> None:
    with world.store.read() as connection:
        held = connection.execute(select(_ORDERS).where(_ORDERS.c.due_at.is_not(None))).mappings().all()
    _claim(not held, f"orders that are due for ever: {[(row['shop'], row['order_id'], row['reason']) for row in held]}")


def _order(
    world: World,
    sales: list[Sale],
    line: OrderLine | None,
    documents: dict[str, dict[str, Any]],
    excused: frozenset[Code],
) -> None:
    latest = max(sales, key=lambda sale: sale.version)
    name, document = latest.reference, documents.pop(latest.reference, None)
    if line is None:
        raise Violation(f"order {name} is lost")
    code = line.reason.code if line.reason else None
    stopped = line.state == OrderState.ATTENTION
    if stopped and code in excused:
        _claim(document is None or Decimal(document["gross"]) in {sale.gross for sale in sales}, f"{name}: wrong total")
        return
    if document is None:
        refused = world.setup.strict_buyers and latest.company != ""
        if latest.invoiced and refused:
            _claim(stopped and code is Code.REFUSED, f"{name} was refused, but is {line.state} ({code})")
            return
        _claim(not latest.invoiced, f"the invoice of {name} is missing: {line.state} ({line.reason})")
        _claim(line.state in {OrderState.WAITING, OrderState.CLOSED}, f"{name} is {line.state} ({line.reason})")
        return
    _sums(name, document)
    credited = _credit_notes(latest, documents)
    rightful = {sale.gross for sale in sales if sale.invoiced}
    gross = Decimal(document["gross"])
    _claim(gross in rightful, f"{name} is invoiced over {gross}, which nobody ever owed")
    paid = sorted(Decimal(payment["amount"]) for payment in document["payments"])
    _mails(world, name, document, line)
    taken_back = document["status"] == "canceled"
    _claim(latest.cancelled or not taken_back, f"{name} is cancelled at the provider, and lives in the shop")
    if latest.cancelled and latest.shop == PATIO and not latest.payments and not paid:
        _claim(taken_back, f"{name} was cancelled unpaid, but its invoice stands")
        _claim((line.state, code) == (OrderState.CLOSED, Code.INVOICE_CANCELLED), f"{name} is {line.state} ({code})")
    elif latest.cancelled and not (latest.shop == PATIO and latest.undone and gross == latest.gross):
        changed = {Code.CHANGED_AFTER_INVOICE} if latest.refunds and gross != latest.gross else set()
        right = code in {Code.CANCELLED_AFTER_INVOICE, *changed}
        _claim(stopped and right, f"{name} is {line.state} ({code}), but cancelled")
    elif gross != latest.gross:
        _claim(stopped and code is Code.CHANGED_AFTER_INVOICE, f"{name} is {line.state} ({code}), but was changed")
    else:
        _claim(line.state == OrderState.DONE, f"{name} is {line.state} ({line.reason})")
        _claim(credited == list(latest.refunds), f"{name}: given back {latest.refunds}, credited {credited}")
        _claim(paid == sorted(latest.payments), f"{name}: paid {latest.payments}, recorded {paid}")
    known = Counter(latest.payments)
    for sale in sales:
        known |= Counter(sale.payments)
    _claim(Counter(paid) <= known, f"{name}: recorded {paid}, which was never paid")


def _credit_notes(latest: Sale, documents: dict[str, dict[str, Any]]) -> list[Decimal]:
    """What the credit notes of the order take back, in the order of its refunds; each stands there once."""
    found = []
    for place, amount in enumerate(latest.refunds, start=1):
        note = documents.pop(f"{latest.reference}/credit_note/r{place}", None)
        if note is not None:
            _claim(Decimal(note["gross"]) == -amount, f"{note['reference']} is over {note['gross']}, not {-amount}")
            found.append(amount)
    return found


def _mails(world: World, name: str, document: dict[str, Any], line: OrderLine) -> None:
    """The buyer has one e-mail at the most; none at all only where nobody can tell, and that is said."""
    emails = world.service.state()["emails_per_document"]
    assert isinstance(emails, dict)
    count = emails.get(document["remote_id"], 0)
    _claim(count <= 1, f"{name} was e-mailed {count} times")
    if line.shop == PATIO and line.state == OrderState.DONE:
        told = line.reason.code if line.reason else None
        _claim(count == 1 or told is Code.EMAIL_UNPROVED, f"{name} was not e-mailed ({told})")


def _sums(name: str, document: dict[str, Any]) -> None:
    payments = document["payments"]
    references = Counter(payment["reference"] for payment in payments)
    _claim(all(count == 1 for count in references.values()), f"{name}: payments recorded twice: {references}")
    total = sum((Decimal(payment["amount"]) for payment in payments), Decimal(0))
    _claim(total == Decimal(document["paid"]), f"{name}: payments of {total}, counted as {document['paid']}")


def _no_blind_repeat(world: World) -> None:
    """Between two equal writes there is a usable look-up that came once the first must have settled.

    Where the list lags, there are two looks, and the last of them sees what was settled.
    """
    writes: dict[tuple[str, str], Exchange] = {}
    looks: dict[str, list[Exchange]] = defaultdict(list)
    for exchange in world.wire.log:
        if exchange.kind in {FIND, READ} and exchange.readable:
            looks[exchange.about].append(exchange)
        if exchange.kind not in {CREATE, PAY, CANCEL, EMAIL}:
            continue
        key = (exchange.kind, exchange.about)
        before, writes[key] = writes.get(key), exchange
        if before is None or before.without_effect:
            continue
        assert before.ended is not None
        _claim(exchange.kind != EMAIL, f"the e-mail of {exchange.about} was sent again at {exchange.began}")
        kind = FIND if exchange.kind == CREATE else READ
        settled = before.ended + world.setup.settle
        about = exchange.about if exchange.kind == CREATE else exchange.order
        seen = [look.began for look in looks[about] if look.kind == kind and look.began >= settled]
        lag = world.setup.list_lag
        _claim(bool(seen), f"{exchange.kind} of {exchange.about} was repeated blindly at {exchange.began}")
        _claim(seen[-1] >= settled + lag, f"{exchange.kind} of {exchange.about} was repeated before the list showed it")


def _operations(world: World) -> None:
    """Every operation has the derived key of its fact, and a new generation only after an end of the last one."""
    with world.store.read() as connection:
        rows = (
            connection.execute(
                select(
                    _OPERATIONS,
                    *(_DOCUMENTS.c.shop, _DOCUMENTS.c.order_id, _DOCUMENTS.c.kind, _DOCUMENTS.c.ordinal),
                )
                .join(_DOCUMENTS, _DOCUMENTS.c.id == _OPERATIONS.c.document_pk)
                .order_by(_OPERATIONS.c.id)
            )
            .mappings()
            .all()
        )
    effects: dict[tuple[object, ...], list[Any]] = defaultdict(list)
    for row in rows:
        effects[row["document_pk"], row["action"], row["payment_key"]].append(row)
        key = DocumentKey(row["shop"], row["order_id"], DocumentKind(row["kind"]), row["ordinal"])
        derived = operation_key(key, Action(row["action"]), row["generation"], row["payment_key"])
        _claim(row["key"] == derived, f"operation {row['key']} should be {derived}")
    over = {OperationState.ABSENT, OperationState.REFUSED}
    for told in effects.values():
        generations = [row["generation"] for row in told]
        _claim(generations == list(range(1, len(told) + 1)), f"generations {generations} of {told[0]['key']}")
        _claim(all(row["state"] in over for row in told[:-1]), f"{told[0]['key']} was begun anew before its end")
        _claim(told[-1]["tries"] < 100, f"{told[-1]['key']} was tried {told[-1]['tries']} times")
