"""reminders."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from storage.migrations.kinds import MOMENT

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

HOUR = timedelta(hours=1)


def upgrade() -> None:
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.add_column(sa.Column("remind_at", MOMENT, nullable=True))
        batch_op.create_index("ix_booking_remind", ["remind_at"], unique=False)
    _remind_of_what_is_ahead()


def _remind_of_what_is_ahead() -> None:
    moments = (sa.column(name, MOMENT) for name in ("starts_at", "remind_at"))
    booking = sa.table("booking", sa.column("id"), sa.column("state"), *moments)
    soon = datetime.now(UTC).replace(tzinfo=None) + HOUR
    ahead = sa.select(booking.c.id, booking.c.starts_at).where(
        booking.c.state == "confirmed", booking.c.starts_at > soon
    )
    connection = op.get_bind()
    for booking_id, starts_at in connection.execute(ahead).all():
        due = sa.update(booking).where(booking.c.id == booking_id).values(remind_at=starts_at - HOUR)
        connection.execute(due)


def downgrade() -> None:
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index("ix_booking_remind")
        batch_op.drop_column("remind_at")
