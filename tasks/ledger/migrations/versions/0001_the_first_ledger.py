"""The first ledger"""

import sqlalchemy as sa
from alembic import op

from tasks.ledger.columns import ROW_ID, Amount, UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "books",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "events",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("shop", sa.String(length=40), nullable=False),
        sa.Column("event_id", sa.String(length=100), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("topic", sa.String(length=100), nullable=False),
        sa.Column("order_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("shop", "event_id"),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index("events_by_order", ["shop", "order_id"], unique=False)
        batch_op.create_index(
            "events_unreadable",
            ["shop", "order_id"],
            unique=False,
            sqlite_where=sa.text("state = 'unreadable'"),
            postgresql_where=sa.text("state = 'unreadable'"),
        )

    op.create_table(
        "orders",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("shop", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.String(length=200), nullable=False),
        sa.Column("book", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("currency", sa.String(length=10), nullable=False),
        sa.Column("total", Amount(), nullable=True),
        sa.Column("snapshot", sa.Text(), nullable=True),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("due_at", UtcTime(), nullable=True),
        sa.Column("rung_at", UtcTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_tried_at", UtcTime(), nullable=True),
        sa.Column("lease_until", UtcTime(), nullable=False),
        sa.Column("owner", sa.String(length=100), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.Column("updated_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("shop", "order_id"),
    )
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.create_index("orders_by_state", ["state", "id"], unique=False)
        batch_op.create_index(
            "orders_due",
            ["book", "due_at"],
            unique=False,
            sqlite_where=sa.text("due_at IS NOT NULL"),
            postgresql_where=sa.text("due_at IS NOT NULL"),
        )

    op.create_table(
        "documents",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("order_pk", ROW_ID, nullable=False),
        sa.Column("shop", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.String(length=200), nullable=False),
        sa.Column("book", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ordinal", sa.String(length=100), nullable=False),
        sa.Column("reference", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("net", Amount(), nullable=False),
        sa.Column("tax", Amount(), nullable=False),
        sa.Column("gross", Amount(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("issue_date", sa.String(length=10), nullable=False),
        sa.Column("remote_id", sa.String(length=255), nullable=False),
        sa.Column("number", sa.String(length=255), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("issued_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_pk"],
            ["orders.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("book", "reference"),
        sa.UniqueConstraint("shop", "order_id", "kind", "ordinal"),
    )
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.create_index("documents_by_order", ["order_pk"], unique=False)
        batch_op.create_index("documents_by_remote", ["book", "remote_id"], unique=False)

    op.create_table(
        "operations",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("key", sa.String(length=500), nullable=False),
        sa.Column("order_pk", ROW_ID, nullable=False),
        sa.Column("document_pk", ROW_ID, nullable=False),
        sa.Column("payment_key", sa.String(length=100), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("adopted", sa.Boolean(), nullable=False),
        sa.Column("sent_at", UtcTime(), nullable=False),
        sa.Column("lost_at", UtcTime(), nullable=True),
        sa.Column("settled_at", UtcTime(), nullable=True),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("looked_at", UtcTime(), nullable=True),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_pk"],
            ["documents.id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_pk"],
            ["orders.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    with op.batch_alter_table("operations", schema=None) as batch_op:
        batch_op.create_index("operations_by_order", ["order_pk"], unique=False)
        batch_op.create_index(
            "operations_open",
            ["sent_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('sent', 'unknown')"),
            postgresql_where=sa.text("state IN ('sent', 'unknown')"),
        )

    op.create_table(
        "payments",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("document_pk", ROW_ID, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("amount", Amount(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("paid_at", UtcTime(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("remote_id", sa.String(length=255), nullable=False),
        sa.Column("recorded_at", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_pk"],
            ["documents.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("document_pk", "key"),
    )


def downgrade() -> None:
    op.drop_table("payments")
    with op.batch_alter_table("operations", schema=None) as batch_op:
        batch_op.drop_index(
            "operations_open",
            sqlite_where=sa.text("state IN ('sent', 'unknown')"),
            postgresql_where=sa.text("state IN ('sent', 'unknown')"),
        )
        batch_op.drop_index("operations_by_order")

    op.drop_table("operations")
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.drop_index("documents_by_remote")
        batch_op.drop_index("documents_by_order")

    op.drop_table("documents")
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index(
            "orders_due", sqlite_where=sa.text("due_at IS NOT NULL"), postgresql_where=sa.text("due_at IS NOT NULL")
        )
        batch_op.drop_index("orders_by_state")

    op.drop_table("orders")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index(
            "events_unreadable",
            sqlite_where=sa.text("state = 'unreadable'"),
            postgresql_where=sa.text("state = 'unreadable'"),
        )
        batch_op.drop_index("events_by_order")

    op.drop_table("events")
    op.drop_table("books")
