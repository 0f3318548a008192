"""a choice of gateways."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.add_column(sa.Column("gateway", sa.String(32), nullable=False, server_default=""))

    # Until now a request had one gateway, so its refunds went there.
    op.execute("UPDATE refund SET gateway = (SELECT gateway FROM paymentrequest WHERE id = refund.request_id)")
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.alter_column("gateway", existing_type=sa.String(32), existing_nullable=False, server_default=None)

    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.alter_column(
            "gateway", existing_type=sa.VARCHAR(length=32), type_=sa.String(120), existing_nullable=False
        )


def downgrade() -> None:
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.alter_column(
            "gateway", existing_type=sa.String(120), type_=sa.VARCHAR(length=32), existing_nullable=False
        )

    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.drop_column("gateway")
