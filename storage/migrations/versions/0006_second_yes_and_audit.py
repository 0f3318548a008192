"""second yes and audit."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.kinds import MOMENT

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("deed", sa.String(64), nullable=False),
        sa.Column("about", sa.String(200), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["person.id"], name=op.f("fk_audit_actor_id_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_audit_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index("ix_audit_team", ["team_id", "id"], unique=False)

    with op.batch_alter_table("paymentrequest", schema=None) as batch_op:
        batch_op.add_column(sa.Column("approved_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_paymentrequest_approved_by_id_person"), "person", ["approved_by_id"], ["id"]
        )

    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.add_column(sa.Column("confirmed_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("approved_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_refund_approved_by_id_person"), "person", ["approved_by_id"], ["id"])

    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.add_column(sa.Column("approve_above_minor", sa.BigInteger(), nullable=True))

    # Until now a refund was sent as soon as it was written down.
    op.execute("UPDATE refund SET confirmed_at = made_at")


def downgrade() -> None:
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.drop_column("approve_above_minor")

    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_refund_approved_by_id_person"), type_="foreignkey")
        batch_op.drop_column("approved_by_id")
        batch_op.drop_column("confirmed_at")

    with op.batch_alter_table("paymentrequest", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_paymentrequest_approved_by_id_person"), type_="foreignkey")
        batch_op.drop_column("approved_by_id")

    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_team")

    op.drop_table("audit")
