"""A view of the orders that wait to be paid."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade():
    op.add_column("orders", sa.Column("paid_at", sa.DateTime(timezone=True)))
    op.execute("CREATE VIEW open_orders AS SELECT id, customer_id FROM orders WHERE paid_at IS NULL")


def downgrade():
    op.execute("DROP VIEW open_orders")
    op.drop_column("orders", "paid_at")
