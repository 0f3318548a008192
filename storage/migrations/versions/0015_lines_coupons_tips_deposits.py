"""lines, coupons, tips and deposits."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.kinds import IN_MYSQL, MOMENT

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

COUNTED = (("tip_minor", sa.BigInteger()), ("discount_minor", sa.BigInteger()), ("coupon_tries", sa.Integer()))


def upgrade() -> None:
    op.create_table(
        "coupon",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("sum_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("most_uses", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.String(10), nullable=False),
        sa.Column("ends_on", sa.String(10), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_coupon_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon")),
        sa.UniqueConstraint("team_id", "code", name=op.f("uq_coupon_team_id_code")),
        **IN_MYSQL,
    )
    op.create_table(
        "requestline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(255), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_rate", sa.Integer(), nullable=True),
        sa.Column("on_top", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["paymentrequest.id"], name=op.f("fk_requestline_request_id_paymentrequest")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requestline")),
        sa.UniqueConstraint("request_id", "place", name=op.f("uq_requestline_request_id_place")),
        **IN_MYSQL,
    )
    op.create_table(
        "couponuse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("coupon_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["coupon_id"], ["coupon.id"], name=op.f("fk_couponuse_coupon_id_coupon")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["paymentrequest.id"], name=op.f("fk_couponuse_request_id_paymentrequest")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_couponuse")),
        sa.UniqueConstraint("request_id", name=op.f("uq_couponuse_request_id")),
        **IN_MYSQL,
    )
    with op.batch_alter_table("couponuse", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_couponuse_coupon_id"), ["coupon_id"], unique=False)

    with op.batch_alter_table("paymentrequest", schema=None) as batch_op:
        for name, kind in COUNTED:
            batch_op.add_column(sa.Column(name, kind, nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("coupon_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("deposit_percent", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("deposit_minor", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("rest_of_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("booking_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("rest_due_at", MOMENT, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_paymentrequest_coupon_id_coupon"), "coupon", ["coupon_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_paymentrequest_rest_of_id_paymentrequest"), "paymentrequest", ["rest_of_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_paymentrequest_booking_id_booking"), "booking", ["booking_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_paymentrequest_rest_of_id"), ["rest_of_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_paymentrequest_rest_due_at"), ["rest_due_at"], unique=False)
    with op.batch_alter_table("paymentrequest", schema=None) as batch_op:
        for name, kind in COUNTED:
            batch_op.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)

    with op.batch_alter_table("checkout", schema=None) as batch_op:
        batch_op.add_column(sa.Column("amount_minor", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("agreed_at", MOMENT, nullable=True))

    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.add_column(sa.Column("overtime_answered_at", MOMENT, nullable=True))
        batch_op.create_index("ix_room_open", ["closed_at", "closes_at"], unique=False)

    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tips", sa.String(64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("deposit_percent", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("overtime_minor", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("overtime_after", sa.Integer(), nullable=False, server_default="5"))
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.alter_column("tips", existing_type=sa.String(64), existing_nullable=False, server_default=None)
        batch_op.alter_column(
            "overtime_after", existing_type=sa.Integer(), existing_nullable=False, server_default=None
        )


def downgrade() -> None:
    with op.batch_alter_table("team", schema=None) as batch_op:
        for name in ("overtime_after", "overtime_minor", "deposit_percent", "tips"):
            batch_op.drop_column(name)

    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.drop_index("ix_room_open")
        batch_op.drop_column("overtime_answered_at")

    with op.batch_alter_table("checkout", schema=None) as batch_op:
        batch_op.drop_column("agreed_at")
        batch_op.drop_column("amount_minor")

    with op.batch_alter_table("paymentrequest", schema=None) as batch_op:
        for name in ("booking_id_booking", "rest_of_id_paymentrequest", "coupon_id_coupon"):
            batch_op.drop_constraint(batch_op.f(f"fk_paymentrequest_{name}"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_paymentrequest_rest_due_at"))
        batch_op.drop_index(batch_op.f("ix_paymentrequest_rest_of_id"))
        for name in ("rest_due_at", "booking_id", "rest_of_id", "deposit_minor", "deposit_percent", "coupon_id"):
            batch_op.drop_column(name)
        for name, _ in COUNTED:
            batch_op.drop_column(name)

    op.drop_table("couponuse")
    op.drop_table("requestline")
    op.drop_table("coupon")
