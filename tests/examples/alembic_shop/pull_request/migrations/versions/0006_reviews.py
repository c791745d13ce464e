"""Reviews of products."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade():
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("product_id", sa.Integer, sa.ForeignKey("products.id"), nullable=False, index=True),
        sa.Column("stars", sa.SmallInteger, nullable=False),
        sa.Column("words", sa.Text),
    )


def downgrade():
    op.drop_table("reviews")
