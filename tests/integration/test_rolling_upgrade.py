"""Two versions on one ledger: the new one has brought it further; the old one works on, and is restarted, beside it."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.integration.conftest import SHORT_TIMES
from tests.integration.play import deliver, invoices, outcome, wait_until, watch
from tests.soak.servers import OwnValkey
from worker.demo.stage import Stage
from worker.demo.story import tell

_ROOT = Path(__file__).parents[2]
_PACKAGES = ("config", "providers", "tasks", "worker")
_ADDITION = '''
"""What a later version adds: a column and an index that older programs need not know of."""

import sqlalchemy as sa
from alembic import op

revision = "0900"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("channel", sa.String(length=40), nullable=True))
    op.create_index("orders_by_channel", "orders", ["channel"])


def downgrade() -> None:
    op.drop_index("orders_by_channel", "orders")
    op.drop_column("orders", "channel")
'''


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """A folder with a later version of the program: this one, and one migration more."""
    from tasks.ledger import migrate  # noqa: PLC0415

    folder = tmp_path / "newer"
    for name in _PACKAGES:
        shutil.copytree(_ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    versions = folder / "tasks" / "ledger" / "migrations" / "versions"
    (versions / "0900_channels.py").write_text(_ADDITION.format(head=migrate.head()).lstrip())
    return folder


@pytest.fixture
def stage(tmp_path: Path, fresh_postgres: str) -> Iterator[Stage]:
    broker = OwnValkey(tmp_path / "valkey")
    made = Stage(
        tmp_path,
        shape=("web", "worker1", "beat"),
        ledger_url=fresh_postgres,
        broker_url=broker.url,
        book_options=SHORT_TIMES,
    )
    yield made
    made.close()
    broker.stop()


def test_an_old_worker_and_a_new_one_work_side_by_side(stage: Stage, newer: Path) -> None:
    story = tell(45)
    third = len(story.deliveries) // 3
    stage.open()
    deliver(stage, story.deliveries[:third])
    wait_until(lambda: invoices(stage) > 0, what="the old worker at work")

    old = dict(stage.environ)
    stage.environ.update(PYTHONPATH=str(newer), PYTHONSAFEPATH="1")
    code, said = stage.run("db", "upgrade")
    assert (code, "0900" in said) == (0, True), said
    stage.start("worker2")
    stage.environ.clear()
    stage.environ.update(old)

    deliver(stage, story.deliveries[third : 2 * third])
    assert stage.stop("worker1") == 0
    stage.start("worker1")
    assert stage.stop("web") == 0
    stage.start("web")
    deliver(stage, story.deliveries[2 * third :])

    with closing(watch(stage)) as watched:
        verdict, report = outcome(stage, watched, story)
    assert verdict.good
    assert report.good, report.proof
    assert "0900" in stage.run("db", "status")[1]
