"""The SDK's stores on our database: who has added the app, with tokens that are sealed, and the words of the flow."""

import copy
import time
from datetime import UTC, datetime
from typing import Any, TypeVar

from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from slack_sdk.oauth.sqlalchemy_utils import normalize_datetime_for_db
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore
from sqlalchemy import Column, DateTime, MetaData, Table
from sqlmodel import SQLModel

from storage.database import Database
from storage.tables import SlackBot, SlackInstallation, SlackState
from storage.types import UtcDateTime
from storage.vault import Vault

Kept = TypeVar("Kept", Bot, Installation)

TOKENS = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token")
SEALED = "sealed_"
STATE_LIFE = 600
"""Seconds between the press of the button and Slack's answer."""


def _table(row: type[SQLModel], metadata: MetaData) -> Table:
    """Our table as the SDK's statements name its columns; it gives moments as UTC without a zone."""
    ours: Table = SQLModel.metadata.tables[str(row.__tablename__)]
    columns = (
        Column(
            column.name,
            DateTime() if isinstance(column.type, UtcDateTime) else column.type,
            key=column.name.removeprefix(SEALED),
            primary_key=column.primary_key,
        )
        for column in ours.columns
    )
    return Table(ours.name, metadata, *columns)


class _InClear(AsyncSQLAlchemyInstallationStore):
    """The SDK's store on our tables. It knows nothing of sealing, so nobody but `Installations` uses it."""

    @classmethod
    def build_bots_table(cls, metadata: MetaData, table_name: str) -> Table:
        """Ours, whatever it is called elsewhere."""
        return _table(SlackBot, metadata)

    @classmethod
    def build_installations_table(cls, metadata: MetaData, table_name: str) -> Table:
        """Likewise."""
        return _table(SlackInstallation, metadata)


class Installations(AsyncInstallationStore):
    """Seals tokens on their way in and opens them on their way out.

    A workspace is known by its own id, whichever organisation it is part of: an event that leaves the organisation out
    finds it too. An organisation that has the app for all of its workspaces is known by the organisation's id.
    """

    def __init__(self, client_id: str, database: Database) -> None:
        """`client_id` is the app's."""
        self._within = _InClear(client_id, database.engine)
        self._vault: Vault = database.vault

    async def async_save(self, installation: Installation) -> None:
        """Keep an installation; the newest counts."""
        await self._within.async_save(self._sealed(installation))

    async def async_save_bot(self, bot: Bot) -> None:
        """Keep a bot whose tokens are new."""
        await self._within.async_save_bot(self._sealed(bot))

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        """The bot of a workspace or organisation, as it was installed last."""
        found = await self._within.async_find_bot(**_place(enterprise_id, team_id, is_enterprise_install))
        return self._opened(found) if found else None

    async def async_find_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None,
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:  # fmt: skip
        """The last installation there, by `user_id` if named."""
        place = _place(enterprise_id, team_id, is_enterprise_install)
        found = await self._within.async_find_installation(**place, user_id=user_id)
        return self._opened(found) if found else None

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """Forget the bots of a workspace or organisation."""
        await self._within.async_delete_bot(**_ids(enterprise_id, team_id))

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """Forget the installations there, or those of one person."""
        await self._within.async_delete_installation(**_ids(enterprise_id, team_id), user_id=user_id)

    def _sealed(self, kept: Kept) -> Kept:
        sealed = _with_tokens(kept, self._vault.seal)
        if not kept.is_enterprise_install and kept.team_id:
            sealed.enterprise_id = None
        return sealed

    def _opened(self, kept: Kept) -> Kept:
        return _with_tokens(kept, self._vault.open)


class States(AsyncSQLAlchemyOAuthStateStore):
    """The words that come back from Slack's page, once each; those that never came back are forgotten."""

    def __init__(self, database: Database) -> None:
        """They live for ten minutes."""
        super().__init__(STATE_LIFE, database.engine)

    @classmethod
    def build_oauth_states_table(cls, metadata: MetaData, table_name: str) -> Table:
        """Ours, whatever it is called elsewhere."""
        return _table(SlackState, metadata)

    async def async_issue(self, *args: Any, **kwargs: Any) -> str:
        """A new word. Anybody may open the page, so what nobody came back with must not pile up."""
        over = normalize_datetime_for_db(datetime.fromtimestamp(time.time(), UTC))
        async with self.engine.begin() as connection:
            await connection.execute(self.oauth_states.delete().where(self.oauth_states.c.expire_at < over))
        word: str = await super().async_issue(*args, **kwargs)
        return word


def _with_tokens(kept: Kept, change: Any) -> Kept:
    changed = copy.copy(kept)
    for name in TOKENS:
        if token := getattr(kept, name, None):
            setattr(changed, name, change(token))
    return changed


def _place(enterprise_id: str | None, team_id: str | None, whole: bool | None) -> dict[str, Any]:
    if whole or not team_id:
        return {"enterprise_id": enterprise_id, "team_id": None, "is_enterprise_install": True}
    return {"enterprise_id": None, "team_id": team_id, "is_enterprise_install": False}


def _ids(enterprise_id: str | None, team_id: str | None) -> dict[str, str | None]:
    return {"enterprise_id": None if team_id else enterprise_id, "team_id": team_id}
