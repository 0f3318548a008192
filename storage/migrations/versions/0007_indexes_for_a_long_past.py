"""indexes for a long past."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # MySQL lets go of an index over a foreign key only when another one can do its work: first the new, then the old.
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index("ix_booking_customer", ["customer_id", "state"], unique=False)
        batch_op.drop_index(batch_op.f("ix_booking_customer_id"))

    with op.batch_alter_table("checkout", schema=None) as batch_op:
        batch_op.create_index("ix_checkout_ref", ["checkout_ref", "gateway"], unique=False)

    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index("ix_conversation_customer", ["customer_id", "team_id", "closed_at"], unique=False)
        batch_op.create_index("ix_conversation_team", ["team_id", "closed_at", "holder_id"], unique=False)
        batch_op.drop_index(batch_op.f("ix_conversation_customer_id"))
        batch_op.drop_index(batch_op.f("ix_conversation_team_id"))

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_seat", ["seat_id", "external_id"], unique=False)
        batch_op.drop_index(batch_op.f("ix_delivery_seat_id"))

    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_refund_payment_ref"), ["payment_ref"], unique=False)

    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index("ix_seat_place", ["account_id", "chat", "thread"], unique=False)
        batch_op.drop_index(batch_op.f("ix_seat_account_id"))
        batch_op.drop_index(batch_op.f("ix_seat_chat"))


def downgrade() -> None:
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seat_chat"), ["chat"], unique=False)
        batch_op.create_index(batch_op.f("ix_seat_account_id"), ["account_id"], unique=False)
        batch_op.drop_index("ix_seat_place")

    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_refund_payment_ref"))

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_seat_id"), ["seat_id"], unique=False)
        batch_op.drop_index("ix_delivery_seat")

    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversation_team_id"), ["team_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversation_customer_id"), ["customer_id"], unique=False)
        batch_op.drop_index("ix_conversation_team")
        batch_op.drop_index("ix_conversation_customer")

    with op.batch_alter_table("checkout", schema=None) as batch_op:
        batch_op.drop_index("ix_checkout_ref")

    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_booking_customer_id"), ["customer_id"], unique=False)
        batch_op.drop_index("ix_booking_customer")
