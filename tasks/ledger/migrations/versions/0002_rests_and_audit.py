"""Books may rest until a moment; what people decide is kept."""

import sqlalchemy as sa
from alembic import op

from tasks.ledger.columns import ROW_ID, UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("books", sa.Column("until", UtcTime(), nullable=True))
    op.add_column("books", sa.Column("probed_at", UtcTime(), nullable=True))
    op.create_table(
        "audit",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("shop", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.String(length=200), nullable=False),
        sa.Column("book", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("audit_by_order", "audit", ["shop", "order_id"])


def downgrade() -> None:
    op.drop_index("audit_by_order", "audit")
    op.drop_table("audit")
    op.drop_column("books", "probed_at")
    op.drop_column("books", "until")
