"""Orders have a lane, and an index by which the next one is found lane by lane and shop by shop.

A program of the version before leaves the lane out and so writes live orders, which it takes in the order of their due
times as ever.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("orders", sa.Column("lane", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.create_index(
        "orders_next", "orders", ["book", "lane", "shop", "due_at"], sqlite_where=_DUE, postgresql_where=_DUE
    )


def downgrade() -> None:
    op.drop_index("orders_next", "orders")
    op.drop_column("orders", "lane")
