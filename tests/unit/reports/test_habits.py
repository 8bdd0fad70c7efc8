"""How books are compared by themselves is what the settings say, and no more than the classes permit."""

from datetime import time, timedelta
from typing import Any, get_args

import pytest
from pydantic import SecretStr

from config.sections import BookRepairSettings, RepairSettings, Section
from config.settings import Settings
from tasks.jobs import BOOKS
from tasks.reconcile import FindingClass, Repair
from tasks.reconcile.classes import PERMITTED
from tasks.schedule import schedule
from worker.celery_app import make_app
from worker.rounds import habits, timetables
from worker.wiring import wire


def settings(**changes: Any) -> Settings:
    book = {"provider": "invoiceocean", "token": SecretStr("t0ken"), "base_url": "https://x.invoiceocean.com"}
    books = {name: {**book, **changes.pop(name, {})} for name in ("main", "other")}
    return Settings(**{"books": books, **changes})


@pytest.mark.parametrize("section", [RepairSettings, BookRepairSettings])
def test_every_class_that_admits_a_repair_has_a_setting_with_just_these_repairs(section: type[Section]) -> None:
    told = {name: choices(field.annotation) for name, field in section.model_fields.items()}
    assert told == {str(kind): {"report", *map(str, repairs)} for kind, repairs in PERMITTED.items() if repairs}


def choices(kind: object) -> set[str]:
    """All words that may be written for that type."""
    return {word for part in get_args(kind) for word in ({part} if isinstance(part, str) else choices(part))}


def test_by_default_nothing_is_repaired() -> None:
    assert habits(settings(), {}).repairs == {"main": {}, "other": {}}


def test_what_the_owner_names_is_repaired() -> None:
    told = settings(reconcile={"repair": {"payment_missing": "record_payment"}, "repair_at_most": 3})
    policy = {FindingClass.PAYMENT_MISSING: Repair.RECORD_PAYMENT}
    assert habits(told, {}).repairs == {"main": policy, "other": policy}
    assert habits(told, {}).repair_at_most == 3


def test_a_book_may_have_repairs_of_its_own() -> None:
    told = settings(
        reconcile={"repair": {"payment_missing": "record_payment", "cancelled_there": "adopt"}},
        main={"reconcile": {"repair": {"payment_missing": "report", "stuck_operation": "reread"}}},
    )
    assert habits(told, {}).repairs == {
        "main": {FindingClass.CANCELLED_THERE: Repair.ADOPT, FindingClass.STUCK_OPERATION: Repair.REREAD},
        "other": {FindingClass.PAYMENT_MISSING: Repair.RECORD_PAYMENT, FindingClass.CANCELLED_THERE: Repair.ADOPT},
    }


def test_a_book_may_have_times_of_its_own() -> None:
    told = settings(
        reconcile={"timezone": "Europe/Warsaw", "month_day": 5},
        main={"reconcile": {"changes_every": "1h", "nightly_at": "00:00"}},
    )
    main, other = timetables(told).values()
    assert (main.changes_every, main.nightly_at, main.month_day) == (timedelta(hours=1), time(0, 0), 5)
    assert (other.changes_every, other.nightly_at, other.zone.key) == (
        timedelta(minutes=15),
        time(2, 30),
        "Europe/Warsaw",
    )


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({}, ["main", "other"]),
        ({"reconcile": {"enabled": False}}, []),
        ({"reconcile": {"enabled": False}, "other": {"reconcile": {"enabled": True}}}, ["other"]),
        ({"main": {"provider": "webparking"}}, ["other"]),
        ({"main": {"provider": "nobody"}}, ["other"]),
    ],
    ids=["all", "none", "one", "one lists nothing", "one is unknown"],
)
def test_books_that_can_be_compared_and_are_to_be_have_a_timetable(changes: Any, names: list[str]) -> None:
    assert list(timetables(settings(**changes))) == names


def test_reconciliations_have_a_queue_of_their_own() -> None:
    entry = schedule(sweep_seconds=1)["compare books"]
    assert (entry["task"], entry["options"]["queue"]) == ("books.reconcile", BOOKS)
    for url in ("memory://", "redis://localhost/0", "amqp://localhost//"):
        app = make_app(settings(broker={"url": url}).broker, {})
        assert [queue.name for queue in app.conf.task_queues] == ["orders", "chores", "books"]
        app.close()


def test_what_is_wired_compares_the_books_of_the_settings(tmp_path: Any) -> None:
    wired = wire(settings(ledger={"url": f"sqlite:///{tmp_path}/ledger.db"}))
    assert sorted(wired.work.rounds._habits.timetables) == ["main", "other"]
    assert "books.reconcile" in wired.app.tasks
    wired.close()
