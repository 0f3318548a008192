"""a team's own gateway accounts."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.kinds import IN_MYSQL, LONG_TEXT, MOMENT

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gatewayaccount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("gateway", sa.String(32), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("external_id", sa.String(128), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed_section", LONG_TEXT, nullable=False),
        sa.Column("sealed_former", LONG_TEXT, nullable=False),
        sa.Column("former_until", MOMENT, nullable=True),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_gatewayaccount_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gatewayaccount")),
        sa.UniqueConstraint("team_id", "gateway", "account", name=op.f("uq_gatewayaccount_team_id_gateway_account")),
        **IN_MYSQL,
    )
    op.create_index("ix_gatewayaccount_account", "gatewayaccount", ["gateway", "account"])
    op.create_index(op.f("ix_gatewayaccount_team_id"), "gatewayaccount", ["team_id"])
    op.create_table(
        "setupvisit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("origin", LONG_TEXT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_setupvisit_person_id_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_setupvisit_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setupvisit")),
        sa.UniqueConstraint("digest", name=op.f("uq_setupvisit_digest")),
        **IN_MYSQL,
    )
    op.create_index(op.f("ix_setupvisit_expires_at"), "setupvisit", ["expires_at"])
    op.create_index(op.f("ix_setupvisit_person_id"), "setupvisit", ["person_id"])
    op.create_index(op.f("ix_setupvisit_team_id"), "setupvisit", ["team_id"])


def downgrade() -> None:
    op.drop_table("setupvisit")
    op.drop_table("gatewayaccount")
