"""Commands that keep running: everything in one process, or each process on its own."""

from pathlib import Path
from typing import Literal

from worker.cli.errors import Complaint
from worker.cli.opening import build, ledger_told, open_wired
from worker.cli.options import Config


def up(config: Config = None) -> int:
    """Run everything in one process: webhooks, work and schedule.

    For one shop or a few, with nothing but a file beside it. The ledger is made, or brought to its newest shape,
    first. SIGTERM and Ctrl-C stop it cleanly; after a kill or a power cut it carries on where it was.

    Example:

        counterfoil up --config counterfoil.toml
    """
    wired = build(config, quiet=False, rings=True)

    from tasks.ledger import migrate
    from worker import embedded

    try:
        with ledger_told(wired.store):
            migrate.upgrade(wired.store)
            return embedded.up(wired)
    finally:
        wired.close()


def web(config: Config = None) -> int:
    """Run the web process alone: it takes webhooks, and tells health and metrics.

    For a busy shop, on any number of machines. Needs a broker that other processes reach, and workers that listen
    to it. SIGTERM and Ctrl-C stop it cleanly.

    Example:

        counterfoil web --config counterfoil.toml
    """
    return _alone(config, "web")


def worker(config: Config = None) -> int:
    """Run a worker process alone: it makes invoices and payments.

    For a busy shop, as many as are needed. SIGTERM and Ctrl-C stop it cleanly: the calls under way are finished.

    Example:

        counterfoil worker --config counterfoil.toml
    """
    return _alone(config, "worker")


def beat(config: Config = None) -> int:
    """Run the schedule process alone: it looks for what is due or got stuck.

    One is needed beside the workers; a second one does no harm. SIGTERM and Ctrl-C stop it cleanly.

    Example:

        counterfoil beat --config counterfoil.toml
    """
    return _alone(config, "beat")


def _alone(config: Path | None, name: Literal["web", "worker", "beat"]) -> int:
    with open_wired(config, quiet=False, rings=True, migrated=False) as wired:
        from worker import processes
        from worker.readiness import require_ledger

        try:
            processes.require_broker(wired)
        except processes.NeedsBroker as error:
            raise Complaint(
                f'broker.url = "{wired.settings.broker.url.redacted()}": {error}.',
                remedy='Set url in [broker] to "redis://host:6379/0" or "amqp://host//", '
                "or run everything in one process: counterfoil up.",
            ) from None
        require_ledger(wired.store)
        run = {"web": processes.web, "worker": processes.worker, "beat": processes.beat}[name]
        return run(wired)
