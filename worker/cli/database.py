"""`counterfoil db`: the shape of the ledger's database."""

import typer

from worker.cli.opening import ledger_told, load_settings
from worker.cli.options import Config, Json
from worker.cli.render import say, write_json

app = typer.Typer(no_args_is_help=True, help="Bring the ledger's database to its shape, or see whether it has it.")


@app.command("upgrade")
def upgrade(config: Config = None) -> int:
    """Bring the ledger's database to the shape that this version expects.

    Once before the first start of separate processes, and after every update. Safe to repeat, and to run from
    several machines at once. `counterfoil up` does the same by itself.

    Example:

        counterfoil db upgrade
    """
    settings = load_settings(config)

    from tasks.ledger import migrate
    from tasks.ledger.store import Store

    store = Store(settings.ledger.url.get_secret_value(), pool_size=1)
    try:
        with ledger_told(store):
            before, head = migrate.upgrade(store)
    finally:
        store.close()
    if before == head:
        say(f"The ledger {store.url} is at {head} already.")
    else:
        say(f"The ledger {store.url} was brought from {before or 'nothing'} to {head}.")
    return 0


@app.command("status")
def status(json: Json = False, config: Config = None) -> int:
    """Tell which shape the ledger's database has, and which one this version expects.

    Exit code 1 when the two differ.

    Example:

        counterfoil db status
    """
    settings = load_settings(config)

    from tasks.ledger import migrate
    from tasks.ledger.store import Store
    from worker.readiness import UPGRADE, exists

    store = Store(settings.ledger.url.get_secret_value(), pool_size=1)
    try:
        with ledger_told(store):
            current = migrate.current(store) if exists(store) else None
    finally:
        store.close()
    head, ready = migrate.head(), current is not None and migrate.fits(current)
    if json:
        write_json({"ledger": store.url, "current": current, "expected": head, "ready": ready})
    elif current == head:
        say(f"The ledger {store.url} is at {head}, as it must be.")
    elif ready:
        say(f"The ledger {store.url} is at {current}, which a newer version made; this one, of {head}, works with it.")
    else:
        say(f"The ledger {store.url} is at {current or 'nothing'}, and must be at {head}: {UPGRADE}")
    return 0 if ready else 1
