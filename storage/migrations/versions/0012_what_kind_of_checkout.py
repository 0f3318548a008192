"""what kind of checkout."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("checkout", schema=None) as batch_op:
        # Until now every checkout was the gateway's own page.
        batch_op.add_column(sa.Column("kind", sa.String(32), nullable=False, server_default="page"))

    with op.batch_alter_table("checkout", schema=None) as batch_op:
        batch_op.alter_column("kind", existing_type=sa.String(32), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("checkout", schema=None) as batch_op:
        batch_op.drop_column("kind")
