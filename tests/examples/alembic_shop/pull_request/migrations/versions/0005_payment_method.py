"""How an order is paid."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

payment_method = sa.Enum("card", "transfer", "cash", name="payment_method")


def upgrade():
    payment_method.create(op.get_bind())
    op.add_column("orders", sa.Column("paid_by", payment_method))


def downgrade():
    op.drop_column("orders", "paid_by")
