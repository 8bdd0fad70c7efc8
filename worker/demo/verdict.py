"""The demo's judgement: what the story expects, against what the ledger says and what the provider holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeAlias

from providers.domain.orders import OrderState
from providers.domain.reasons import Code
from tasks.ledger.views import OrderLine
from worker.demo.story import Expectation, StoryOrder

Document: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What may be expected of a provider, as its card and its mapping say."""

    records_payments: bool = True
    cannot_express: Mapping[tuple[str, str], Code] = field(default_factory=dict)
    """(shop, order id) -> why the order cannot be said in the provider's language: it stops, and that is right."""
    lost_answers: int = 0
    """Answers to writes that were lost where nobody can look up what became of them: as many orders may be left to
    a person, and that is right, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One order of the story: what became of it, and what is wrong with that (empty: nothing)."""

    order: StoryOrder
    line: OrderLine | None
    wrong: str
    cannot_express: bool = False
    unresolved: bool = False


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
        return sum(judged.line is not None and judged.line.state == OrderState.ATTENTION for judged in self.judged)

    @property
    def cannot_express(self) -> int:
        """Orders that stopped since the provider has no way to say them."""
        return sum(judged.cannot_express for judged in self.judged)

    @property
    def unresolved(self) -> int:
        """Orders left to a person since an answer was lost and nothing can be looked up."""
        return sum(judged.unresolved for judged in self.judged)

    @property
    def good(self) -> bool:
        return not self.duplicates and not self.missing and not any(judged.wrong for judged in self.judged)


EVERYTHING = Terms()
"""A provider that can do all that the story asks for."""

_LOSING = frozenset({"500", "502", "504", "dropped", "timed_out"})
_LOST_BUT_LOGGED_AS_DONE = ("late_after", "late_commit", "login_page", "truncate", "drip")


def lost_answers(state: Mapping[str, Any]) -> int:
    """How many answers to writes were lost, by the sandbox's own log of requests and of injected faults."""
    writes = [(key.split(" "), count) for key, count in state.get("requests", {}).items() if key.startswith("POST ")]
    logged: int = sum(count for parts, count in writes if parts[2] in _LOSING)
    injected: int = sum(state.get("faults_injected", {}).get(name, 0) for name in _LOST_BUT_LOGGED_AS_DONE)
    return logged + injected


def judge(
    orders: Iterable[StoryOrder], lines: Iterable[OrderLine], state: Mapping[str, Any], terms: Terms = EVERYTHING
) -> Verdict:
    """Hold the story against the ledger's listing and the sandbox's state."""
    by_order = {(line.shop, line.order): line for line in lines}
    held: dict[str, list[Document]] = {}
    for document in state["documents"]:
        held.setdefault(document["reference"], []).append(document)
    judged = []
    missing = 0
    for order in orders:
        documents = held.get(f"{order.shop}/{order.order_id}", [])
        each = _judged(order, by_order.get((order.shop, order.order_id)), documents, terms)
        missing += order.expectation.invoice and not documents and not (each.cannot_express or each.unresolved)
        judged.append(each)
    payments = [len(document["payments"]) for documents in held.values() for document in documents]
    return Verdict(
        judged=_no_more_than_lost(judged, terms),
        invoices=sum(len(documents) for documents in held.values()),
        payments=sum(payments),
        duplicates=sum(len(documents) - 1 for documents in held.values()) + sum(max(0, n - 1) for n in payments),
        missing=missing,
    )


def _judged(order: StoryOrder, line: OrderLine | None, documents: list[Document], terms: Terms) -> Judged:
    expected = order.expectation
    code = terms.cannot_express.get((order.shop, order.order_id))
    if expected.invoice and code:
        stops = replace(expected, invoice=False, reason_code=code)
        return Judged(order=order, line=line, wrong=_wrong(stops, line, documents, terms), cannot_express=True)
    if expected.invoice and terms.lost_answers and _is_unresolved(line):
        return Judged(order=order, line=line, wrong=_wrong_in_doubt(expected, documents), unresolved=True)
    return Judged(order=order, line=line, wrong=_wrong(expected, line, documents, terms))


def _is_unresolved(line: OrderLine | None) -> bool:
    return line is not None and line.reason is not None and line.reason.code is Code.UNRESOLVED


def _no_more_than_lost(judged: list[Judged], terms: Terms) -> tuple[Judged, ...]:
    """Every order that is left to a person has an answer that was lost."""
    unresolved = sum(each.unresolved for each in judged)
    if unresolved <= terms.lost_answers:
        return tuple(judged)
    wrong = f"{unresolved} orders are left to a person, but only {terms.lost_answers} answers were lost"
    return tuple(replace(each, wrong=each.wrong or wrong) if each.unresolved else each for each in judged)


def _wrong(expected: Expectation, line: OrderLine | None, documents: list[Document], terms: Terms) -> str:
    if line is None:
        return "not in the ledger"
    if not expected.invoice:
        return _wrong_without(expected, line, documents)
    if len(documents) != 1:
        return f"{len(documents)} invoices at the provider"
    gross, paid = _amount(documents[0], "gross"), _amount(documents[0], "paid")
    due = expected.paid if terms.records_payments else Decimal(0)
    if gross != expected.gross or paid != due:
        return f"the provider says gross {gross}, paid {paid}; expected {expected.gross}, {due}"
    if line.state != OrderState.DONE or len(line.documents) != 1 or line.documents[0].gross != gross:
        return f"the ledger says {line.state}"
    return ""


def _wrong_without(expected: Expectation, line: OrderLine, documents: list[Document]) -> str:
    if documents:
        return f"{len(documents)} invoices at the provider, none expected"
    code = line.reason.code.value if line.reason else None
    return "" if code == expected.reason_code else f"the reason is {code}, expected {expected.reason_code}"


def _wrong_in_doubt(expected: Expectation, documents: list[Document]) -> str:
    """An order that a person must look up has one right invoice or none: which, only the provider knows."""
    if len(documents) > 1:
        return f"{len(documents)} invoices at the provider"
    grosses = {_amount(document, "gross") for document in documents}
    return "" if grosses <= {expected.gross} else f"the provider says gross {grosses}; expected {expected.gross}"


def _amount(document: Document, name: str) -> Decimal:
    return Decimal(str(document[name]))
