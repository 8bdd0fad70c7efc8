"""Reconciliations are kept, with what they saw and found; documents keep what the provider told last; notices."""

import sqlalchemy as sa
from alembic import op

from tasks.ledger.columns import ROW_ID, Amount, UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("documents", sa.Column("facts", sa.Text(), nullable=True))
    op.create_index("documents_by_book", "documents", ["book", "id"])
    op.create_table(
        "runs",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("book", sa.String(length=40), nullable=False),
        sa.Column("ordinal", ROW_ID, nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("start", sa.String(length=10), nullable=True),
        sa.Column("end", sa.String(length=10), nullable=True),
        sa.Column("changed_since", UtcTime(), nullable=True),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("equal", sa.Integer(), nullable=False),
        sa.Column("foreign_documents", sa.Integer(), nullable=False),
        sa.Column("still_open", sa.Integer(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("lease_until", UtcTime(), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("book", "ordinal"),
    )
    op.create_index("runs_by_book", "runs", ["book", "id"])
    op.create_table(
        "sightings",
        sa.Column("run_pk", ROW_ID, nullable=False),
        sa.Column("remote_id", sa.String(length=255), nullable=False),
        sa.Column("reference", sa.String(length=255), nullable=False),
        sa.Column("document_pk", ROW_ID, nullable=True),
        sa.ForeignKeyConstraint(["run_pk"], ["runs.id"]),
        sa.PrimaryKeyConstraint("run_pk", "remote_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("sightings_by_reference", "sightings", ["run_pk", "reference"])
    op.create_table(
        "findings",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("run_pk", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=255), nullable=False),
        sa.Column("remote_id", sa.String(length=255), nullable=False),
        sa.Column("shop", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.String(length=200), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("money", Amount(), nullable=False),
        sa.Column("currency", sa.String(length=10), nullable=False),
        sa.Column("since", UtcTime(), nullable=True),
        sa.Column("repaired", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["run_pk"], ["runs.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("run_pk", "kind", "reference", "remote_id"),
    )
    op.create_index("findings_by_state", "findings", ["run_pk", "state", "id"])
    op.create_table(
        "totals",
        sa.Column("run_pk", ROW_ID, nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("rate", sa.String(length=20), nullable=False),
        sa.Column("currency", sa.String(length=10), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("net", Amount(), nullable=False),
        sa.Column("tax", Amount(), nullable=False),
        sa.Column("gross", Amount(), nullable=False),
        sa.ForeignKeyConstraint(["run_pk"], ["runs.id"]),
        sa.PrimaryKeyConstraint("run_pk", "side", "day", "rate", "currency"),
    )
    op.create_table(
        "notices",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("shop", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("due_at", UtcTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("delivered_at", UtcTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index(
        "notices_due",
        "notices",
        ["due_at"],
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("notices")
    op.drop_table("totals")
    op.drop_table("findings")
    op.drop_table("sightings")
    op.drop_table("runs")
    op.drop_index("documents_by_book", "documents")
    op.drop_column("documents", "facts")
