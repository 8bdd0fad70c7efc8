"""Whatever is done behind our back is found exactly, as far as the provider tells it: nothing else, nothing less."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tasks.reconcile import FindingClass
from tests.unit.tasks.account import Told, World
from tests.unit.tasks.accounts import ACCOUNTS

COUNT = 9


@dataclass
class Fate:
    """What becomes of one document behind our back, and what a reconciliation must say of it."""

    world: World
    reference: str
    recorded: int
    """How many payments are recorded: of an order that was paid at once, in two parts, or not at all."""
    gone: bool = False
    cancelled: bool = False
    marks: set[FindingClass] = field(default_factory=set)
    payments: Counter[int] = field(default_factory=Counter)
    by_hand: bool = False
    unpaid: bool = False
    copies: int = 0

    @property
    def id(self) -> str:
        return self.world.own[self.reference]

    def tells(self, told: Told) -> bool:
        return told in self.world.account.tells

    def suffer(self, what: str) -> None:
        """Let it happen at the provider, where it can."""
        account = self.world.account
        if self.gone and what != "copy":
            return
        match what:
            case "delete":
                account.delete(self.id)
                self.gone = True
            case "amount" if not self.marks & {FindingClass.AMOUNT, FindingClass.TAX} and not self.moved_money:
                account.raise_amount(self.id)
                self.marks |= {FindingClass.AMOUNT} if self.tells(Told.SUMS) else set()
            case "tax" if not self.marks & {FindingClass.AMOUNT, FindingClass.TAX}:
                account.move_tax(self.id)
                self.marks |= {FindingClass.TAX} if self.tells(Told.SUMS) else set()
            case "currency":
                account.other_currency(self.id)
                self.marks |= {FindingClass.CURRENCY} if self.tells(Told.CURRENCY) else set()
            case "buyer":
                account.other_buyer(self.id)
                self.marks |= {FindingClass.CUSTOMER} if self.tells(Told.BUYER) else set()
            case "cancel" if self.tells(Told.CANCELLED):
                account.cancel(self.id)
                self.cancelled = True
            case "copy" if not self.gone:
                account.add(self.id, self.reference)
                self.copies += 1
            case "touch":
                account.touch(self.id)
            case "pay in full" if not self.recorded and not self.by_hand:
                account.pay_in_full(self.id)
                self.by_hand = True
            case "pay again" | "take back" if self.recorded and not self.moved_money:
                self._move_money(what)

    @property
    def moved_money(self) -> bool:
        return bool(self.payments) or self.by_hand or self.unpaid

    def _move_money(self, what: str) -> None:
        account = self.world.account
        which = self.recorded - 1
        if self.tells(Told.PAYMENTS):
            (account.pay_again if what == "pay again" else account.take_back)(self.id, which)
            self.payments[which] += 1 if what == "pay again" else -1
        elif what == "take back" and account.tells != {Told.CURRENCY}:
            account.unpay(self.id)
            self.unpaid = True

    def found(self) -> set[FindingClass]:
        """The classes that must be found for the document."""
        if self.gone:
            alone = {FindingClass.REPLACED} if self.copies else {FindingClass.MISSING_AT_PROVIDER}
            return alone | ({FindingClass.DUPLICATE} if self.copies > 1 else set())
        twice = {FindingClass.DUPLICATE} if self.copies else set()
        if self.cancelled:
            return {FindingClass.CANCELLED_THERE} | ({FindingClass.DUPLICATE} if self.copies > 1 else set())
        return self.marks | self._money() | twice

    def _money(self) -> set[FindingClass]:
        if self.by_hand:
            return {FindingClass.PAID_THERE}
        if self.unpaid:
            return {FindingClass.UNPAID_THERE}
        if self.payments[self.recorded - 1] > 0:
            return {FindingClass.PAYMENT_DOUBLE}
        if self.payments[self.recorded - 1] < 0:
            # One payment of several proves itself by its reference; where none is left, only the sum is told.
            return {FindingClass.PAYMENT_MISSING if self.recorded > 1 else FindingClass.UNPAID_THERE}
        return set()


DOINGS = (
    "delete",
    "amount",
    "tax",
    "currency",
    "buyer",
    "cancel",
    "copy",
    "touch",
    "pay in full",
    "pay again",
    "take back",
)
things = st.lists(st.tuples(st.integers(0, COUNT - 1), st.sampled_from(DOINGS)), max_size=10)
extras = st.lists(st.sampled_from(["garden/7001", "garden/7002", "", "by hand", "gardening/1"]), max_size=3)


@pytest.mark.parametrize("name", ACCOUNTS)
@given(things=things, extras=extras)
@example(things=[(8, "delete"), (0, "copy")], extras=[])
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_done_behind_our_back_is_found_exactly(
    worlds: Any, name: str, things: list[tuple[int, str]], extras: list[str]
) -> None:
    world: World = worlds(name, COUNT)
    world.back()
    fates = [Fate(world, each, recorded=(1, 2, 0)[n % 3]) for n, each in enumerate(world.own)]
    model = next(iter(world.own.values()))
    added = [(reference, world.account.add(model, reference)) for reference in extras]
    for which, what in things:
        fates[which].suffer(what)
    report = world.report()
    expected = {(kind, fate.reference) for fate in fates for kind in fate.found()}
    ours = Counter(reference for reference, _ in added if reference.startswith("garden/"))
    expected |= {(FindingClass.MISSING_IN_LEDGER, reference) for reference in ours}
    expected |= {(FindingClass.DUPLICATE, reference) for reference, count in ours.items() if count > 1}
    assert {(finding.kind, finding.reference) for finding in report.findings} == expected
    told = [(finding.kind, finding.reference, finding.remote_id) for finding in report.findings]
    assert len(told) == len(set(told))
    assert report.run.compared == COUNT
    assert report.run.foreign == len(added) - ours.total()
    differing = {fate.reference for fate in fates if fate.found() - {FindingClass.DUPLICATE}}
    assert report.run.equal == COUNT - len(differing)


@pytest.mark.parametrize("name", ACCOUNTS)
def test_a_book_that_nobody_touched_is_proved_equal(worlds: Any, name: str) -> None:
    world: World = worlds(name, COUNT)
    world.back()
    report = world.report()
    assert report.proof == f"{COUNT} compared, {COUNT} equal, 0 missing, 0 extra, 0 duplicate, 0 different"
    assert report.good
