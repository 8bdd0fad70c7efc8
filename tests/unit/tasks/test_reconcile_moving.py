"""Books that move while they are read, at every request: nothing is missed, nothing told twice, nothing made up."""

from collections.abc import Callable
from itertools import count

import pytest

from tasks.reconcile import FindingClass, Report
from tests.builders import a_buyer, a_paid_order
from tests.unit.tasks.account import LATER, Told, World
from tests.unit.tasks.accounts import ACCOUNTS

COUNT = 20
WHERE = (2, 8, 13, 17)
"""Documents on different pages; the last one is unpaid."""

Worlds = Callable[[str, int], World]
Truth = set[tuple[FindingClass, str]]


def found(report: Report) -> Truth:
    told = [(finding.kind, finding.reference) for finding in report.findings]
    assert len(told) == len(set(told))
    return set(told)


def reference(number: int) -> str:
    return f"garden/{1001 + number}"


def differ(world: World) -> Truth:
    """Differences of all kinds, on different pages, before anybody reads."""
    account, own = world.account, world.own
    gone, changed, copied, paid = (reference(number) for number in WHERE)
    account.delete(own[gone])
    account.other_currency(own[changed])
    account.add(own[copied], copied)
    account.pay_in_full(own[paid])
    account.add(own[copied], "garden/7001")
    truth = {
        (FindingClass.MISSING_AT_PROVIDER, gone),
        (FindingClass.DUPLICATE, copied),
        (FindingClass.PAID_THERE, paid),
        (FindingClass.MISSING_IN_LEDGER, "garden/7001"),
    }
    return truth | ({(FindingClass.CURRENCY, changed)} if Told.CURRENCY in account.tells else set())


def requests_of(world: World) -> int:
    """How many requests it takes to read the book at rest."""
    with world.account.meanwhile.at(-1, lambda: None):
        world.report()
        return world.account.meanwhile.asked


def foreign(world: World) -> list[str]:
    """Documents of the owner's own, between ours and behind them."""
    return [world.account.add(world.own[reference(0)], "by hand") for _ in range(12)]


def harmless(world: World, strangers: list[str]) -> Callable[[], None]:
    """What an owner does all day, and we do: none of it is a difference."""
    account, own = world.account, world.own
    turns, newer = count(), count(int(LATER))

    def goes_on() -> None:
        turn = next(turns)
        for number in (turn, COUNT - 1 - turn):
            if number % COUNT not in WHERE:
                account.touch(own[reference(number % COUNT)])
        strangers.append(account.add(own[reference(0)], ""))
        if account.deletes:
            for _ in strangers[:2]:
                account.delete(strangers.pop(0))
        if turn < 2:
            order = a_paid_order(order_id=str(next(newer)), buyer=a_buyer(street="ul. Polna 3", postcode="30-001"))
            world.engine.drive(order)

    return goes_on


@pytest.mark.parametrize("name", ACCOUNTS)
def test_what_differed_before_is_found_exactly_though_the_book_moves_at_any_request(name: str, worlds: Worlds) -> None:
    world = worlds(name, COUNT)
    world.back()
    for request in range(requests_of(world) + 2):  # 0: before every one of them
        world.back()
        strangers = foreign(world)
        truth = differ(world)
        with world.account.meanwhile.at(request, harmless(world, strangers)):
            assert found(world.report()) == truth, request


def harm(world: World) -> Truth:
    """Differences of all kinds at both ends of the book, from now on."""
    account, own = world.account, world.own
    truth = {(FindingClass.MISSING_IN_LEDGER, "garden/7001")}
    account.add(own[reference(0)], "garden/7001")
    for gone, copied, changed, cancelled, raised in ((1, 3, 4, 6, 7), (18, 16, 15, 13, 12)):
        account.add(own[reference(copied)], reference(copied))
        truth.add((FindingClass.DUPLICATE, reference(copied)))
        if account.loses:
            account.delete(own[reference(gone)])
            truth.add((FindingClass.MISSING_AT_PROVIDER, reference(gone)))
        if Told.CURRENCY in account.tells:
            account.other_currency(own[reference(changed)])
            truth.add((FindingClass.CURRENCY, reference(changed)))
        if Told.CANCELLED in account.tells:
            account.cancel(own[reference(cancelled)])
            truth.add((FindingClass.CANCELLED_THERE, reference(cancelled)))
        if Told.SUMS in account.tells:
            account.raise_amount(own[reference(raised)])
            truth.add((FindingClass.AMOUNT, reference(raised)))
    return truth


@pytest.mark.parametrize("name", ACCOUNTS)
def test_what_begins_to_differ_at_any_request_is_found_now_or_in_the_next_run_and_nothing_else(
    name: str, worlds: Worlds
) -> None:
    world = worlds(name, COUNT)
    world.back()
    for request in range(1, requests_of(world) + 1):
        world.back()
        truth: Truth = set()
        with world.account.meanwhile.at(request, lambda truth=truth: truth.update(harm(world))):
            told = found(world.report())
        assert told <= truth, request
        if world.account.front_is_read_again:
            later = {each for each in truth - told if each[0] is not FindingClass.MISSING_AT_PROVIDER}
            assert later == set(), request
        assert found(world.report()) == truth
