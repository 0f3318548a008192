"""Indexes for what falls due."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # New ones first: MySQL keeps an index under each foreign key.
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index("ix_booking_agent", ["agent_id", "busy_until"], unique=False)
        batch_op.create_index("ix_booking_held", ["state", "hold_until"], unique=False)
        batch_op.create_index("ix_booking_team", ["team_id", "ends_at"], unique=False)
        batch_op.drop_index(batch_op.f("ix_booking_agent_id"))
        batch_op.drop_index(batch_op.f("ix_booking_starts_at"))
        batch_op.drop_index(batch_op.f("ix_booking_team_id"))

    with op.batch_alter_table("paymentrequest", schema=None) as batch_op:
        batch_op.create_index("ix_paymentrequest_unpaid", ["state", "expires_at"], unique=False)
        batch_op.drop_index(batch_op.f("ix_paymentrequest_expires_at"))


def downgrade() -> None:
    with op.batch_alter_table("paymentrequest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paymentrequest_expires_at"), ["expires_at"], unique=False)
        batch_op.drop_index("ix_paymentrequest_unpaid")

    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_booking_team_id"), ["team_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_starts_at"), ["starts_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_agent_id"), ["agent_id"], unique=False)
        batch_op.drop_index("ix_booking_team")
        batch_op.drop_index("ix_booking_held")
        batch_op.drop_index("ix_booking_agent")
