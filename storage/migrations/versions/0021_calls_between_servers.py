"""calls between servers."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from storage.migrations.kinds import IN_MYSQL, LONG_TEXT, MOMENT, ROW_ID

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("entry", sa.String(length=32), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("call", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("direct", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("seen_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("missed_at", MOMENT, nullable=True))
    _who_is_inside_was_seen_last_before_the_stop()
    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.alter_column("entry", existing_type=sa.String(32), existing_nullable=False, server_default=None)
        batch_op.alter_column("call", existing_type=sa.String(64), existing_nullable=False, server_default=None)
        batch_op.alter_column("direct", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
        batch_op.alter_column("seen_at", existing_type=MOMENT, nullable=False)
        batch_op.create_index("ix_presence_open", ["left_at", "seen_at"], unique=False)
    op.create_table(
        "callsignal",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("sealed_word", LONG_TEXT, nullable=False),
        sa.ForeignKeyConstraint(["to_id"], ["presence.id"], name=op.f("fk_callsignal_to_id_presence")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callsignal")),
        **IN_MYSQL,
    )
    with op.batch_alter_table("callsignal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_callsignal_to_id"), ["to_id"], unique=False)


def _who_is_inside_was_seen_last_before_the_stop() -> None:
    presence = sa.table("presence", sa.column("left_at", MOMENT), sa.column("seen_at", MOMENT))
    now = datetime.now(UTC).replace(tzinfo=None)
    seen = sa.func.coalesce(presence.c.left_at, sa.bindparam("now", now, MOMENT))
    op.get_bind().execute(sa.update(presence).values(seen_at=seen))


def downgrade() -> None:
    op.drop_table("callsignal")
    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.drop_index("ix_presence_open")
        for name in ("missed_at", "seen_at", "direct", "call", "entry"):
            batch_op.drop_column(name)
