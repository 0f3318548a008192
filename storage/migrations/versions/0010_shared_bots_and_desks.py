"""shared bots, desk codes, and what a team's file declares."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.kinds import IN_MYSQL, MOMENT

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

DECLARED = ("team", "desk", "service")


def upgrade() -> None:
    op.create_table(
        "tenancy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["channelaccount.id"], name=op.f("fk_tenancy_account_id_channelaccount")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_tenancy_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenancy")),
        sa.UniqueConstraint("account_id", "team_id", name=op.f("uq_tenancy_account_id_team_id")),
        **IN_MYSQL,
    )
    op.create_table(
        "acquaintance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("chosen_at", MOMENT, nullable=False),
        sa.Column("spoke_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["channelaccount.id"], name=op.f("fk_acquaintance_account_id_channelaccount")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_acquaintance_person_id_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_acquaintance_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acquaintance")),
        sa.UniqueConstraint(
            "account_id", "person_id", "team_id", name=op.f("uq_acquaintance_account_id_person_id_team_id")
        ),
        **IN_MYSQL,
    )
    op.create_table(
        "deskcode",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_deskcode_team_id_team")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_deskcode_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deskcode")),
        sa.UniqueConstraint("digest", name=op.f("uq_deskcode_digest")),
        **IN_MYSQL,
    )
    with op.batch_alter_table("channelaccount", schema=None) as batch_op:
        batch_op.alter_column("team_id", existing_type=sa.Integer(), existing_nullable=False, nullable=True)
        batch_op.add_column(sa.Column("sealed_token", sa.String(1000), server_default="", nullable=False))
    with op.batch_alter_table("desk", schema=None) as batch_op:
        batch_op.add_column(sa.Column("trouble", sa.String(300), server_default="", nullable=False))
    for table in DECLARED:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("declared", sa.Boolean(), server_default=sa.false(), nullable=False))
        # Until now every team, desk and service came from a file.
        op.execute(sa.table(table, sa.column("declared", sa.Boolean())).update().values(declared=True))


def downgrade() -> None:
    for table in reversed(DECLARED):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("declared")
    with op.batch_alter_table("desk", schema=None) as batch_op:
        batch_op.drop_column("trouble")
    with op.batch_alter_table("channelaccount", schema=None) as batch_op:
        batch_op.drop_column("sealed_token")
        batch_op.alter_column("team_id", existing_type=sa.Integer(), existing_nullable=True, nullable=False)
    for table in ("deskcode", "acquaintance", "tenancy"):
        op.drop_table(table)
