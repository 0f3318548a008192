"""Rows that a transaction has read already, by their ids: found where they are, without asking."""

from typing import TypeVar

from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import class_mapper
from sqlmodel import SQLModel

Row = TypeVar("Row", bound=SQLModel)


async def known(session: AsyncSession, kind: type[Row], key: int) -> Row | None:
    """The row with that id, if there is one."""
    found: Row | None = session.sync_session.identity_map.get(class_mapper(kind).identity_key_from_primary_key((key,)))
    if found is not None and not inspect(found).expired:
        return found
    return await session.get(kind, key)


async def known_one(session: AsyncSession, kind: type[Row], key: int) -> Row:
    """The row with that id; it must exist."""
    found = await known(session, kind, key)
    return found if found is not None else await session.get_one(kind, key)
