"""people at the desk."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.kinds import IN_MYSQL, LONG_TEXT, MOMENT

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENTS = ("snoozed_at", "snoozed_until", "told_away_until")


def upgrade() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_invitation_made_by_id_person")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_invitation_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("digest", name=op.f("uq_invitation_digest")),
        **IN_MYSQL,
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_team_id"), ["team_id"], unique=False)

    op.create_table(
        "cannedreply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("text", LONG_TEXT, nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_cannedreply_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cannedreply")),
        sa.UniqueConstraint("team_id", "key", name=op.f("uq_cannedreply_team_id_key")),
        **IN_MYSQL,
    )
    op.create_table(
        "rating",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("comment", sa.String(1000), nullable=False),
        sa.Column("rated_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_rating_conversation_id_conversation")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_rating_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating")),
        sa.UniqueConstraint("conversation_id", name=op.f("uq_rating_conversation_id")),
        **IN_MYSQL,
    )
    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.create_index("ix_rating_team", ["team_id", "rated_at"], unique=False)

    with op.batch_alter_table("conversation", schema=None) as batch_op:
        for name in MOMENTS:
            batch_op.add_column(sa.Column(name, MOMENT, nullable=True))
        batch_op.add_column(sa.Column("answered_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("abusive", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_foreign_key(
            batch_op.f("fk_conversation_answered_by_id_person"), "person", ["answered_by_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_conversation_snoozed_until"), ["snoozed_until"], unique=False)
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.alter_column("abusive", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("misunderstood", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.alter_column("misunderstood", existing_type=sa.Integer(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("misunderstood")

    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversation_snoozed_until"))
        batch_op.drop_constraint(batch_op.f("fk_conversation_answered_by_id_person"), type_="foreignkey")
        batch_op.drop_column("abusive")
        batch_op.drop_column("answered_by_id")
        for name in reversed(MOMENTS):
            batch_op.drop_column(name)

    with op.batch_alter_table("rating", schema=None) as batch_op:
        batch_op.drop_index("ix_rating_team")

    op.drop_table("rating")
    op.drop_table("cannedreply")

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_team_id"))

    op.drop_table("invitation")
