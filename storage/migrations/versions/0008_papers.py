"""papers."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.kinds import IN_MYSQL, LONG_TEXT, MOMENT

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TOLD = (
    ("legal_name", sa.String(120), ""),
    ("legal_address", sa.String(500), ""),
    ("tax_id", sa.String(64), ""),
    ("prices_include_tax", sa.Boolean(), sa.true()),
)


def upgrade() -> None:
    op.create_table(
        "papercount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_papercount_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_papercount")),
        sa.UniqueConstraint("team_id", "kind", "live", "year", name=op.f("uq_papercount_team_id_kind_live_year")),
        **IN_MYSQL,
    )
    op.create_table(
        "paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(96), nullable=False),
        sa.Column("key", sa.String(64), nullable=True),
        sa.Column("upto_minor", sa.BigInteger(), nullable=False),
        sa.Column("body", LONG_TEXT, nullable=False),
        sa.Column("void_at", MOMENT, nullable=True),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["paymentrequest.id"], name=op.f("fk_paper_request_id_paymentrequest")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_paper_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint("key", name=op.f("uq_paper_key")),
        sa.UniqueConstraint(
            "team_id", "kind", "live", "year", "number", name=op.f("uq_paper_team_id_kind_live_year_number")
        ),
        **IN_MYSQL,
    )
    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_request_id"), ["request_id"], unique=False)

    # Teams that are there already say nothing about themselves, and their prices are what customers pay.
    with op.batch_alter_table("team", schema=None) as batch_op:
        for name, kind, before in TOLD:
            batch_op.add_column(sa.Column(name, kind, nullable=False, server_default=before))
        batch_op.add_column(sa.Column("tax_rate", sa.Integer(), nullable=True))
    with op.batch_alter_table("team", schema=None) as batch_op:
        for name, kind, _ in TOLD:
            batch_op.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.drop_column("prices_include_tax")
        batch_op.drop_column("tax_rate")
        batch_op.drop_column("tax_id")
        batch_op.drop_column("legal_address")
        batch_op.drop_column("legal_name")

    with op.batch_alter_table("paper", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paper_request_id"))

    op.drop_table("paper")
    op.drop_table("papercount")
