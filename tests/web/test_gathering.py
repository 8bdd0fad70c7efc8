"""Deliveries that come together are committed together, and each is answered for itself."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from providers.ports import BadSignature
from tasks.intake import Letter, Receipt, Verdict
from worker.web.gathering import Gathering


class SlowIntake:
    """Keeps letters once it is told to go on; one from "bad" is refused, one from "fault" breaks everything."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.goes_on = threading.Event()

    def webhooks(self, letters: Sequence[Letter]) -> list[Receipt | Exception]:
        self.groups.append([letter.shop for letter in letters])
        assert self.goes_on.wait(10)
        if any(letter.shop == "fault" for letter in letters):
            raise ZeroDivisionError
        return [
            BadSignature() if letter.shop == "bad" else Receipt(verdict=Verdict.APPLIED, order_id=letter.shop)
            for letter in letters
        ]


async def deliver(intake: SlowIntake, *shops: str) -> list[Receipt | BaseException]:
    """The first is under way when the others come."""
    gathering = Gathering(intake)
    answers = [asyncio.ensure_future(gathering.take(Letter(shop, {}, b""))) for shop in shops]
    await asyncio.sleep(0)
    assert not any(answer.done() for answer in answers)
    intake.goes_on.set()
    return await asyncio.gather(*answers, return_exceptions=True)


def test_what_comes_while_others_are_committed_is_committed_together() -> None:
    intake = SlowIntake()
    told = asyncio.run(deliver(intake, "a", "b", "c"))
    assert intake.groups == [["a"], ["b", "c"]]
    assert [each.order_id for each in told if isinstance(each, Receipt)] == ["a", "b", "c"]


def test_no_group_is_endless() -> None:
    intake = SlowIntake()
    asyncio.run(deliver(intake, *(str(number) for number in range(150))))
    assert [len(group) for group in intake.groups] == [1, 64, 64, 21]


def test_one_that_is_refused_harms_no_other() -> None:
    told = asyncio.run(deliver(SlowIntake(), "a", "bad", "c"))
    assert [type(each) for each in told] == [Receipt, BadSignature, Receipt]


@pytest.mark.parametrize("shops", [("fault",), ("a", "fault", "c")])
def test_a_fault_of_ours_leaves_nobody_waiting(shops: tuple[str, ...]) -> None:
    told = asyncio.run(deliver(SlowIntake(), *shops))
    assert isinstance(told[-1], ZeroDivisionError)


def test_one_that_hangs_up_harms_no_other() -> None:
    intake = SlowIntake()

    async def hang_up() -> Receipt:
        gathering = Gathering(intake)
        first, second = (asyncio.ensure_future(gathering.take(Letter(shop, {}, b""))) for shop in "ab")
        await asyncio.sleep(0)
        first.cancel()
        intake.goes_on.set()
        return await second

    assert asyncio.run(hang_up()).order_id == "b"
