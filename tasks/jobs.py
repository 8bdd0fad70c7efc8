"""Every Celery task: the table of contents of what happens in the background.

Tasks are doors, not rooms: each unpacks its arguments and calls one use case. Arguments are JSON; results
are not kept. A task may run twice or never: the ledger decides what is due, the sweeper rings again.
"""

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from celery import Celery, Task

from tasks.hinting import Rereader
from tasks.intake import Intake, UnknownShop
from tasks.ledger.store import LedgerUnavailable
from tasks.notifying import Notifier
from tasks.probing import Prober
from tasks.reconcile.rounds import Rounds
from tasks.sweep import Sweeper
from tasks.sync import Sync

log = structlog.get_logger()

ORDERS = "orders"
"""The queue on which producers put events and bells ring."""
CHORES = "chores"
"""The queue of the schedule: sweeps and probes, which must not wait behind orders."""
BOOKS = "books"
"""The queue of reconciliations, whose pages neither orders nor chores must wait behind."""
_REREAD = "documents.reread"
_TOO_LATE = 15
"""Seconds after which a message is not worth hearing any more: the schedule has sent another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The use cases that the tasks call."""

    intake: Intake
    sync: Sync
    sweeper: Sweeper
    prober: Prober
    notifier: Notifier
    rereader: Rereader
    rounds: Rounds


class Job(Task):  # type: ignore[misc]  # Celery carries no types
    """What every task has in common, said once."""

    abstract = True
    ignore_result = True
    acks_late = True
    serializer = "json"
    typing = True


def _ask(task: Task, *args: str, queue: str = CHORES) -> None:
    """Let a worker do it. A message that is lost costs time, never work."""
    try:
        task.apply_async(args=args, queue=queue, expires=_TOO_LATE)
    except Exception as error:  # noqa: BLE001  (whatever the transport raises: the schedule asks again)
        log.warning("job.silent", task=task.name, error=str(error))


def register(app: Celery, work: Work) -> None:
    """Give the tasks to a Celery app."""

    @app.task(name="orders.sync", base=Job, shared=False)
    def sync(shop: str, order_id: str) -> None:
        """Drive one order through everything that is due for it."""
        try:
            work.sync.run(shop, order_id)
        except LedgerUnavailable as error:
            log.error("ledger.unavailable", shop=shop, order=order_id, error=str(error))

    @app.task(name="orders.receive", base=Job, shared=False, bind=True, max_retries=None)
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

    @app.task(name="orders.sweep", base=Job, shared=False)
    def sweep() -> None:
        """Ring what is due and was not heard."""
        try:
            work.sweeper.sweep()
        except LedgerUnavailable as error:
            log.error("ledger.unavailable", error=str(error))

    @app.task(name="books.probe", base=Job, shared=False)
    def probe() -> None:
        """Open paused books again whose provider answers."""
        try:
            work.prober.probe_paused()
        except LedgerUnavailable as error:
            log.error("ledger.unavailable", error=str(error))

    _register_notices(app, work)
    _register_rounds(app, work)


def _register_notices(app: Celery, work: Work) -> None:
    """The tasks that tell shops what providers know first."""

    @app.task(name="notices.deliver", base=Job, shared=False)
    def deliver(target: str = "") -> None:
        """Deliver the notices that are due at a target; without one, let each that has some be delivered to."""
        try:
            if target:
                work.notifier.deliver(target)
                return
            for name in work.notifier.waiting():
                _ask(deliver, name)
        except LedgerUnavailable as error:
            log.error("ledger.unavailable", error=str(error))

    @app.task(name=_REREAD, base=Job, shared=False)
    def reread(book: str, remote_id: str) -> None:
        """Read a document again, for its provider hinted at it. Lost, the next comparison finds it."""
        try:
            work.rereader.reread(book, remote_id)
        except LedgerUnavailable as error:
            log.error("ledger.unavailable", book=book, error=str(error))


def rereading(app: Celery) -> Callable[[str, str], None]:
    """What lets a worker read a document of a book again: (book, id). Lost, the next comparison finds it."""

    def ask(book: str, remote_id: str) -> None:
        try:
            app.send_task(_REREAD, args=(book, remote_id), queue=CHORES, expires=_TOO_LATE, ignore_result=True)
        except Exception as error:  # noqa: BLE001  (whatever the transport raises)
            log.warning("job.silent", task=_REREAD, error=str(error))

    return ask


def _register_rounds(app: Celery, work: Work) -> None:
    """The task that compares books with their providers."""

    @app.task(name="books.reconcile", base=Job, shared=False)
    def reconcile(book: str = "") -> None:
        """Drive the book's comparison for some seconds; without a book, let each that needs it be driven."""
        try:
            if book and work.rounds.drive(book):
                _ask(reconcile, book, queue=BOOKS)
            for name in () if book else work.rounds.due():
                _ask(reconcile, name, queue=BOOKS)
        except LedgerUnavailable as error:
            log.error("ledger.unavailable", book=book, error=str(error))
