"""Group commit: deliveries that come in while others are being committed are committed together after them.

::

    delivery ─┐                        ┌─> answer
    delivery ─┼─ waiting ─ one thread: read all, one transaction ─┼─> answer
    delivery ─┘      ▲ what comes meanwhile waits here            └─> answer

Nothing waits for a group to grow: a delivery that finds nobody at work is committed at once, alone. Each is answered
only after the commit that it is in.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from tasks.intake import Letter, Receipt

_MOST = 64
"""Deliveries in one transaction: others write to the ledger too, and must not wait long."""


class TakesWebhooks(Protocol):
    """The part of `tasks.intake.Intake` that the web door needs."""

    def webhooks(self, letters: Sequence[Letter]) -> list[Receipt | Exception]: ...


class Gathering:
    """Where deliveries wait for each other. Used by one event loop."""

    def __init__(self, intake: TakesWebhooks) -> None:
        self._intake = intake
        self._waiting: deque[tuple[Letter, asyncio.Future[Receipt]]] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="intake")
        self._at_work = False

    async def take(self, letter: Letter) -> Receipt:
        """What `Intake.webhook` says of it. Raises as that does."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Receipt] = loop.create_future()
        self._waiting.append((letter, answer))
        if not self._at_work:
            self._begin(loop)
        return await answer

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        group = [self._waiting.popleft() for _ in range(min(_MOST, len(self._waiting)))]
        self._at_work = bool(group)
        if group:
            self._thread.submit(self._commit, loop, group)

    def _commit(
        self, loop: asyncio.AbstractEventLoop, group: Sequence[tuple[Letter, "asyncio.Future[Receipt]"]]
    ) -> None:
        """In the thread."""
        try:
            outcomes = self._intake.webhooks([letter for letter, _ in group])
        except Exception as error:  # noqa: BLE001  (nobody may wait for ever; each of them is told)
            outcomes = [error] * len(group)
        loop.call_soon_threadsafe(self._answer, loop, group, outcomes)

    def _answer(
        self,
        loop: asyncio.AbstractEventLoop,
        group: Sequence[tuple[Letter, "asyncio.Future[Receipt]"]],
        outcomes: Sequence[Receipt | Exception],
    ) -> None:
        self._begin(loop)
        for (_, answer), outcome in zip(group, outcomes, strict=True):
            if answer.done():  # whoever delivered it has gone
                continue
            if isinstance(outcome, Exception):
                answer.set_exception(outcome)
            else:
                answer.set_result(outcome)
