"""guests."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.add_column(sa.Column("guest", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.alter_column("guest", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)

    team = sa.table("team", sa.column("id"), sa.column("guest"))
    account = sa.table("channelaccount", sa.column("team_id"), sa.column("external_id"))
    tenancy, bot = sa.table("tenancy", sa.column("team_id")), sa.table("slackbot", sa.column("team_id"))
    added = sa.select(account.c.team_id).where(account.c.external_id.in_(sa.select(bot.c.team_id)))
    op.execute(sa.update(team).where(team.c.id.in_(sa.select(tenancy.c.team_id))).values(guest=sa.true()))
    op.execute(sa.update(team).where(team.c.id.in_(added)).values(guest=sa.true()))


def downgrade() -> None:
    with op.batch_alter_table("team", schema=None) as batch_op:
        batch_op.drop_column("guest")
