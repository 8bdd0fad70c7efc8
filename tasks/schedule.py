"""What runs when. Every job here is safe to run twice at once, so that any number of schedulers may run."""

from typing import Any

from tasks.jobs import BOOKS, CHORES


def schedule(
    *,
    sweep_seconds: float,
    probe_seconds: float = 2.0,
    notice_seconds: float = 3.0,
    reconcile_seconds: float = 30.0,
) -> dict[str, dict[str, Any]]:
    """Celery's beat schedule. A run that finds the last one still queued is dropped at its next tick."""
    return {
        "ring what is due": _every(sweep_seconds, "orders.sweep"),
        "probe paused books": _every(probe_seconds, "books.probe"),
        "deliver notices": _every(notice_seconds, "notices.deliver"),
        "compare books": _every(reconcile_seconds, "books.reconcile", queue=BOOKS),
    }


def _every(seconds: float, task: str, *, queue: str = CHORES) -> dict[str, Any]:
    return {
        "task": task,
        "schedule": seconds,
        "options": {"queue": queue, "expires": max(seconds * 5, 5.0)},
    }
