"""Alembic's entry: runs the migrations on the connection that `tasks.ledger.migrate` hands in."""

from alembic import context
from sqlmodel import SQLModel

from tasks.ledger import proof_tables, tables  # noqa: F401  (fill the metadata)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
