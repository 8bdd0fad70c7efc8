"""The demo's judgement: what the story expects, against what the ledger says and what the provider holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tasks.ledger.views import OrderLine
from worker.demo.story import Expectation, StoryOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One order of the story: what became of it, and what is wrong with that (empty: nothing)."""

    order: StoryOrder
    line: OrderLine | None
    wrong: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The whole story judged. The counts are taken at the provider, not in the ledger."""

    judged: tuple[Judged, ...]
    invoices: int
    payments: int
    duplicates: int
    missing: int

    @property
    def attention(self) -> int:
        return sum(judged.line is not None and judged.line.state == "attention" for judged in self.judged)

    @property
    def good(self) -> bool:
        return not self.duplicates and not self.missing and not any(judged.wrong for judged in self.judged)


def judge(orders: Iterable[StoryOrder], lines: Iterable[OrderLine], state: Mapping[str, Any]) -> Verdict:
    """Hold the story against the ledger's listing and the sandbox's state."""
    by_order = {(line.shop, line.order): line for line in lines}
    held: dict[str, list[Mapping[str, Any]]] = {}
    for document in state["documents"]:
        held.setdefault(document["reference"], []).append(document)
    judged = []
    missing = 0
    for order in orders:
        line = by_order.get((order.shop, order.order_id))
        documents = held.get(f"{order.shop}/{order.order_id}", [])
        missing += order.expectation.invoice and not documents
        judged.append(Judged(order=order, line=line, wrong=_wrong(order.expectation, line, documents)))
    payments = [len(document["payments"]) for documents in held.values() for document in documents]
    return Verdict(
        judged=tuple(judged),
        invoices=sum(len(documents) for documents in held.values()),
        payments=sum(payments),
        duplicates=sum(len(documents) - 1 for documents in held.values()) + sum(max(0, n - 1) for n in payments),
        missing=missing,
    )


def _wrong(expected: Expectation, line: OrderLine | None, documents: list[Mapping[str, Any]]) -> str:
    if line is None:
        return "not in the ledger"
    if not expected.invoice:
        return _wrong_without(expected, line, documents)
    if len(documents) != 1:
        return f"{len(documents)} invoices at the provider"
    document = documents[0]
    gross, paid = Decimal(str(document["gross"])), Decimal(str(document["paid"]))
    if gross != expected.gross or paid != expected.paid:
        return f"the provider says gross {gross}, paid {paid}; expected {expected.gross}, {expected.paid}"
    if line.state != "done" or len(line.documents) != 1 or line.documents[0].gross != gross:
        return f"the ledger says {line.state}"
    return ""


def _wrong_without(expected: Expectation, line: OrderLine, documents: list[Mapping[str, Any]]) -> str:
    if documents:
        return f"{len(documents)} invoices at the provider, none expected"
    code = line.reason.code.value if line.reason else None
    return "" if code == expected.reason_code else f"the reason is {code}, expected {expected.reason_code}"
