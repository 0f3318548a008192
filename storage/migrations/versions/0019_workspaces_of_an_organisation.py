"""workspaces of an organisation."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("desk", "identity"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("workspace", sa.String(length=64), nullable=False, server_default=""))
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(
                "workspace", existing_type=sa.String(length=64), existing_nullable=False, server_default=None
            )


def downgrade() -> None:
    for table in ("identity", "desk"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("workspace")
