"""fees and deadlines."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.kinds import MOMENT

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("paymentrequest", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fee_minor", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("fee_currency", sa.String(length=3), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("answer_by", MOMENT, nullable=True))
    with op.batch_alter_table("paymentrequest", schema=None) as batch_op:
        batch_op.alter_column(
            "fee_currency", existing_type=sa.String(length=3), existing_nullable=False, server_default=None
        )


def downgrade() -> None:
    with op.batch_alter_table("paymentrequest", schema=None) as batch_op:
        for name in ("answer_by", "fee_currency", "fee_minor"):
            batch_op.drop_column(name)
