"""`db upgrade` and `db status`, and what other commands say of a ledger without its shape."""

import pytest
from sqlalchemy import text

from tasks.ledger.store import Store
from tests.unit.cli.desk import Desk


def test_a_ledger_is_made_and_then_ready(bare: Desk) -> None:
    before = bare.type("db", "status", "--json")
    assert before.code == 1
    assert (before.json["current"], before.json["ready"]) == (None, False)
    assert not (bare.folder / "ledger.sqlite3").exists()
    made = bare.type("db", "upgrade")
    assert made.code == 0
    assert "from nothing to" in made.out
    after = bare.type("db", "status", "--json")
    assert after.code == 0
    assert after.json["current"] == after.json["expected"]
    assert "as it must be" in bare.type("db", "status").out


def test_an_upgrade_may_be_repeated(desk: Desk) -> None:
    said = desk.type("db", "upgrade")
    assert said.code == 0
    assert "already" in said.out


@pytest.mark.parametrize(
    ("revision", "remedy"), [("9999", "Install the newer version"), (None, "counterfoil db upgrade")]
)
def test_a_ledger_of_another_shape_is_not_used(desk: Desk, revision: str | None, remedy: str) -> None:
    stamp(desk, revision)
    for command in (("orders",), ("status",), ("book", "list"), ("reconcile", "main")):
        said = desk.type(*command)
        assert said.code == 2
        assert remedy in said.err
    assert desk.type("db", "status").code == 1


def test_a_ledger_that_a_newer_version_only_added_to_is_used(desk: Desk) -> None:
    stamp(desk, "0999")
    assert desk.type("orders").code == 0
    status = desk.type("db", "status", "--json")
    assert (status.code, status.json["ready"]) == (0, True)


def stamp(desk: Desk, revision: str | None) -> None:
    """The ledger says that it is at this revision."""
    store = Store(f"sqlite:///{desk.folder / 'ledger.sqlite3'}")
    with store.write() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        if revision:
            connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})
    store.close()
