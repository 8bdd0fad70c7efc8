"""Every Celery task: the table of contents of what happens in the background.

Tasks are doors, not rooms: each unpacks its arguments and calls one use case. Arguments are JSON; results
are not kept. A task may run twice or never: the ledger decides what is due, the sweeper rings again.
"""

from dataclasses import dataclass

import structlog
from celery import Celery, Task

from tasks.intake import Intake, UnknownShop
from tasks.ledger.store import LedgerUnavailable
from tasks.probing import Prober
from tasks.sweep import Sweeper
from tasks.sync import Sync

log = structlog.get_logger()

ORDERS = "orders"
"""The queue on which producers put events and bells ring."""
CHORES = "chores"
"""The queue of the schedule: sweeps and probes, which must not wait behind orders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The use cases that the tasks call."""

    intake: Intake
    sync: Sync
    sweeper: Sweeper
    prober: Prober


class Job(Task):  # type: ignore[misc]  # Celery carries no types
    """What every task has in common, said once."""

    abstract = True
    ignore_result = True
    acks_late = True
    serializer = "json"
    typing = True


def register(app: Celery, work: Work) -> None:
    """Give the tasks to a Celery app."""

    @app.task(name="orders.sync", base=Job)
    def sync(shop: str, order_id: str) -> None:
        """Drive one order through everything that is due for it."""
        try:
            work.sync.run(shop, order_id)
        except LedgerUnavailable as error:
            log.error("ledger.unavailable", shop=shop, order=order_id, error=str(error))

    @app.task(name="orders.receive", base=Job, bind=True, max_retries=None)
    def receive(  # type: ignore[no-untyped-def]
        self, shop: str, body: str, headers: dict[str, str] | None = None, event_id: str = ""
    ) -> None:
        """Take an event that a producer put on the queue; see docs/generic-shop.md."""
        lowered = {name.lower(): value for name, value in (headers or {}).items()}
        try:
            work.intake.message(shop, lowered, body.encode(), event_id)
        except UnknownShop:
            log.error("event.unknown_shop", shop=shop, event_id=event_id)
        except LedgerUnavailable as error:
            log.error("ledger.unavailable", shop=shop, error=str(error))
            raise self.retry(exc=error, countdown=5) from error

    @app.task(name="orders.sweep", base=Job)
    def sweep() -> None:
        """Ring what is due and was not heard."""
        try:
            work.sweeper.sweep()
        except LedgerUnavailable as error:
            log.error("ledger.unavailable", error=str(error))

    @app.task(name="books.probe", base=Job)
    def probe() -> None:
        """Open paused books again whose provider answers."""
        try:
            work.prober.probe_paused()
        except LedgerUnavailable as error:
            log.error("ledger.unavailable", error=str(error))
