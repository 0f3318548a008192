"""slack installs."""

import sqlalchemy as sa
from alembic import op

from storage.migrations.kinds import IN_MYSQL, MOMENT

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "slackbot",
        *_installed("slackbot"),
        **IN_MYSQL,
    )
    op.create_index("ix_slackbot_place", "slackbot", ["team_id", "enterprise_id", "installed_at"])
    op.create_table(
        "slackinstallation",
        *_installed("slackinstallation"),
        sa.Column("enterprise_url", sa.String(200), nullable=True),
        sa.Column("user_id", sa.String(32), nullable=False),
        sa.Column("user_scopes", sa.String(1000), nullable=True),
        sa.Column("user_token_expires_at", MOMENT, nullable=True),
        sa.Column("incoming_webhook_url", sa.String(200), nullable=True),
        sa.Column("incoming_webhook_channel", sa.String(200), nullable=True),
        sa.Column("incoming_webhook_channel_id", sa.String(200), nullable=True),
        sa.Column("incoming_webhook_configuration_url", sa.String(200), nullable=True),
        sa.Column("token_type", sa.String(32), nullable=True),
        sa.Column("sealed_user_token", sa.String(1000), nullable=True),
        sa.Column("sealed_user_refresh_token", sa.String(1000), nullable=True),
        **IN_MYSQL,
    )
    op.create_index("ix_slackinstallation_place", "slackinstallation", ["team_id", "enterprise_id", "installed_at"])
    op.create_table(
        "slackstate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(200), nullable=False),
        sa.Column("expire_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slackstate")),
        **IN_MYSQL,
    )
    op.create_index(op.f("ix_slackstate_state"), "slackstate", ["state"])
    with op.batch_alter_table("channelaccount", schema=None) as batch_op:
        batch_op.add_column(sa.Column("left_at", MOMENT, nullable=True))
        batch_op.add_column(sa.Column("hears_threads", sa.Boolean(), server_default=sa.true(), nullable=False))


def _installed(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(32), nullable=False),
        sa.Column("app_id", sa.String(32), nullable=False),
        sa.Column("enterprise_id", sa.String(32), nullable=True),
        sa.Column("enterprise_name", sa.String(200), nullable=True),
        sa.Column("team_id", sa.String(32), nullable=True),
        sa.Column("team_name", sa.String(200), nullable=True),
        sa.Column("bot_id", sa.String(32), nullable=True),
        sa.Column("bot_user_id", sa.String(32), nullable=True),
        sa.Column("bot_scopes", sa.String(1000), nullable=True),
        sa.Column("bot_token_expires_at", MOMENT, nullable=True),
        sa.Column("is_enterprise_install", sa.Boolean(), nullable=False),
        sa.Column("installed_at", MOMENT, nullable=False),
        sa.Column("sealed_bot_token", sa.String(1000), nullable=True),
        sa.Column("sealed_bot_refresh_token", sa.String(1000), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    with op.batch_alter_table("channelaccount", schema=None) as batch_op:
        batch_op.drop_column("hears_threads")
        batch_op.drop_column("left_at")
    for table in ("slackstate", "slackinstallation", "slackbot"):
        op.drop_table(table)
