"""Settling in: as each channel learns who it is, the team's file is applied with what is known by then."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import structlog

from bot.channels.slack import SlackChannel
from bot.channels.telegram import TelegramChannel
from handlers.house import House
from handlers.team_file import TeamFileError, apply_team, read_team_file

log = structlog.get_logger()


async def settle_in(
    house: House, channels: Mapping[str, TelegramChannel | SlackChannel], team_file: Path | None
) -> None:
    """Apply the team's file once for each channel that connects, whichever is first."""
    waiting = {asyncio.create_task(_known(name, channel)) for name, channel in channels.items()}
    known: dict[str, tuple[str, str]] = {}
    while waiting:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        known |= dict(task.result() for task in done)
        await _apply(house, known, team_file)


async def _known(name: str, channel: TelegramChannel | SlackChannel) -> tuple[str, tuple[str, str]]:
    if isinstance(channel, SlackChannel):
        await channel.until_listening()
    return name, (channel.account, channel.handle)


async def _apply(house: House, known: Mapping[str, tuple[str, str]], team_file: Path | None) -> None:
    if team_file is None:
        return
    try:
        declared = read_team_file(await asyncio.to_thread(team_file.read_text, encoding="utf-8"))
        async with house.database.begin() as work:
            changes = await apply_team(work, declared, known)
    except TeamFileError as error:
        log.error("the team's file was not applied", problem=str(error))
    else:
        log.info("team applied", changes=changes)
