"""pretended payments."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.kinds import IN_MYSQL, LONG_TEXT, ROW_ID

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pretendedline",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("checkout_ref", sa.String(128), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", LONG_TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pretendedline")),
        sa.UniqueConstraint("checkout_ref", "number", name=op.f("uq_pretendedline_checkout_ref_number")),
        **IN_MYSQL,
    )

    # Teams that are there already have not said that they are live.
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.add_column(sa.Column("live", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.alter_column("live", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.drop_column("live")

    op.drop_table("pretendedline")
