"""Settling in: as each channel learns who it is, the team's file is applied with what is known by then."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import structlog

from bot.channels.slack import SlackChannel
from bot.channels.telegram import TelegramChannel
from handlers.house import House
from handlers.moving.arriving import connected
from handlers.team_file import TeamFileError, apply_team, read_team_file
from handlers.tenants import share_account

log = structlog.get_logger()


async def settle_in(
    house: House, channels: Mapping[str, TelegramChannel | SlackChannel], team_file: Path | None
) -> None:
    """Apply the team's file once for each channel that connects, whichever is first."""
    waiting = {asyncio.create_task(_known(name, channel)) for name, channel in channels.items()}
    bots = {name: channel for name, channel in channels.items() if isinstance(channel, TelegramChannel)}
    waiting |= {asyncio.create_task(_named(name, bot)) for name, bot in bots.items()}
    try:
        await _settle(house, channels, waiting, team_file)
    finally:
        for task in waiting:
            task.cancel()


Arriving = asyncio.Task[tuple[str, tuple[str, str]]]


async def _settle(
    house: House, channels: Mapping[str, TelegramChannel | SlackChannel], arriving: set[Arriving],
    team_file: Path | None,
) -> None:  # fmt: skip
    waiting = arriving
    known: dict[str, tuple[str, str]] = {}
    while waiting:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        arrived = {name: (account, handle) for name, (account, handle) in (task.result() for task in done) if account}
        await _share(house, arrived)
        known |= arrived
        await _apply(house, known, team_file)
        for name, (account, _) in arrived.items():
            channel = channels[name]
            hears = channel.hears_threads if isinstance(channel, SlackChannel) else True
            await connected(house, name, account, hears_threads=hears)


async def _known(name: str, channel: TelegramChannel | SlackChannel) -> tuple[str, tuple[str, str]]:
    if isinstance(channel, SlackChannel):
        await channel.until_listening()
    return name, (channel.account, channel.handle)


async def _named(name: str, bot: TelegramChannel) -> tuple[str, tuple[str, str]]:
    """A bot works by its number alone; its links need the name that Telegram tells."""
    await bot.until_known()
    return name, (bot.account, bot.handle)


async def _share(house: House, arrived: Mapping[str, tuple[str, str]]) -> None:
    """A bot that is open to new teams belongs to none."""
    async with house.database.begin() as work:
        for channel in house.open_bots & arrived.keys():
            await share_account(work, channel, *arrived[channel])


async def _apply(house: House, known: Mapping[str, tuple[str, str]], team_file: Path | None) -> None:
    if team_file is None:
        return
    try:
        declared = read_team_file(await asyncio.to_thread(team_file.read_text, encoding="utf-8"))
        live = any(gateway.live for gateway in house.gateways.values())
        async with house.database.begin() as work:
            changes = await apply_team(work, declared, known, live_keys=live)
    except TeamFileError as error:
        log.error("the team's file was not applied", problem=str(error))
    else:
        log.info("team applied", changes=changes)
