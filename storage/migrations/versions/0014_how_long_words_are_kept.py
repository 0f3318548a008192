"""how long words are kept."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.kinds import MOMENT

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.add_column(sa.Column("keep_days", sa.Integer(), nullable=False, server_default="365"))
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.alter_column("keep_days", existing_type=sa.Integer(), existing_nullable=False, server_default=None)

    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("emptied_at", MOMENT, nullable=True))
        batch_op.create_index("ix_conversation_kept", ["team_id", "emptied_at", "closed_at"], unique=False)

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("erased_at", MOMENT, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("erased_at")

    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_index("ix_conversation_kept")
        batch_op.drop_column("emptied_at")

    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.drop_column("keep_days")
