"""The map of the program: everything is built here, from settings, top to bottom."""

import asyncio
import gc
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import structlog
from fastapi import FastAPI

from bot.channels.slack import SlackChannel, slack_routes
from bot.channels.telegram import Purse, TelegramChannel, telegram_routes
from bot.clock import Clock, clock_of
from bot.engine import Engine, inbox_pump, outbox_pump
from bot.gateways import gateway_sections
from bot.health import health_routes
from bot.jobs import Jobs
from bot.keys import keys_of
from bot.pages.routes import page_routes
from bot.roster import settle_in
from bot.settings import Settings
from bot.webhooks import webhook_routes
from handlers.channel import Channel, Undeliverable
from handlers.checkout.polling import sweep_expired, sweep_polls
from handlers.commands import COMMANDS
from handlers.hearing import accept
from handlers.house import House
from handlers.messages import Attachment
from handlers.papers.files import PLACE, fetch_paper
from handlers.routes import check_form
from handlers.sweeps import sweep_finished, sweep_holds
from payments.gateway import Gateway
from payments.registry import GATEWAYS
from storage.database import Database
from storage.schema import upgrade
from video.provider import VideoProvider
from video.registry import PROVIDERS

log = structlog.get_logger()


@dataclass(slots=True)
class App:
    """The program, ready to start. `web` is the FastAPI application; its lifespan starts and stops the rest."""

    settings: Settings
    house: House
    channels: Mapping[str, TelegramChannel | SlackChannel]
    engine: Engine
    web: FastAPI = field(default_factory=FastAPI)
    _settling: asyncio.Task[None] | None = None

    async def start(self, *, listen: bool = True) -> None:
        """Bring the database up to date, connect the channels, begin to work.

        A mere worker does not `listen`: another process hears the chats, this one helps to carry out what follows.
        """
        await upgrade(self.house.database)
        self.house.database.notices.start()
        if listen:
            await self._open_ears()
        await self.engine.start()
        # What the program consists of stays; the collector looks at what comes and goes.
        gc.collect()
        gc.freeze()

    async def _open_ears(self) -> None:
        for channel in self.channels.values():
            await channel.start()
        self._settling = asyncio.create_task(settle_in(self.house, self.channels, self.settings.team_file))

    async def stop(self) -> None:
        """Take nothing new, finish what is in hand, close everything."""
        if self._settling is not None:
            self._settling.cancel()
        await self.engine.stop()
        for channel in self.channels.values():
            await channel.stop()
        for gateway in self.house.gateways.values():
            await gateway.aclose()
        await self.house.database.aclose()

    def problems(self) -> Mapping[str, str]:
        """The channels that cannot be reached now, each with a sentence."""
        return {name: channel.problem for name, channel in self.channels.items() if channel.problem}


def build(settings: Settings, *, now: Clock | None = None) -> App:
    """The whole program. Nothing is connected yet; a section of settings that is absent leaves its feature out."""
    clock = now or clock_of(settings)
    house = House(
        database=Database(settings.database_url, keys=keys_of(settings), clock=clock),
        now=clock,
        public_url=settings.public_url,
        gateways=_gateways(settings, clock),
        rooms=_rooms(settings),
    )
    channels = _channels(settings, house)
    jobs = Jobs(house, channels)
    engine = Engine(
        house.database,
        pumps=(
            inbox_pump(house.database, jobs.take_in, jobs.not_taken_in),
            outbox_pump(house.database, jobs.send_out, jobs.not_sent_out),
        ),
        sweeps=tuple(partial(sweep, house) for sweep in (sweep_holds, sweep_expired, sweep_polls, sweep_finished)),
    )
    app = App(settings, house, channels, engine)
    app.web = _web(app)
    return app


def _gateways(settings: Settings, clock: Clock) -> dict[str, Gateway]:
    return {
        name: GATEWAYS[name].from_settings(section.plain(), now=clock) for name, section in gateway_sections(settings)
    }


def _rooms(settings: Settings) -> dict[str, VideoProvider]:
    # Bellhop's own room needs no account, so it is always there.
    set_up: dict[str, dict[str, str]] = {"webrtc": {}} | {
        name: section.plain() for name, section in settings.sections().items()
    }
    return {name: PROVIDERS[name].from_section(plain) for name, plain in set_up.items() if name in PROVIDERS}


def _channels(settings: Settings, house: House) -> dict[str, TelegramChannel | SlackChannel]:
    channels: dict[str, TelegramChannel | SlackChannel] = {}
    hear = partial(accept, house)
    fetch = partial(_fetch, house, channels)
    if settings.telegram is not None:
        channels["telegram"] = TelegramChannel(
            settings.telegram, accept=hear, fetch=fetch, commands=COMMANDS, public_url=settings.public_url,
            now=house.now, purse=Purse(house),
        )  # fmt: skip
    if settings.slack is not None:
        channels["slack"] = SlackChannel(
            settings.slack, accept=hear, check_form=check_form, fetch=fetch, commands=COMMANDS,
            public_url=settings.public_url, now=house.now,
        )  # fmt: skip
    return channels


async def _fetch(house: House, channels: Mapping[str, Channel], file: Attachment) -> bytes:
    """The bytes of a file, wherever it lies."""
    if file.content:
        return file.content
    if file.channel == PLACE:
        return await fetch_paper(house, file)
    channel = channels.get(file.channel)
    if channel is None:
        raise Undeliverable(f"{file.name} lies on a platform that is not set up any more.")
    return await channel.download(file)


def _web(app: App) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await app.start()
        try:
            yield
        finally:
            await app.stop()

    web = FastAPI(title="Bellhop", lifespan=lifespan, docs_url=None, redoc_url=None)
    web.include_router(health_routes(app.house, app.problems))
    web.include_router(webhook_routes(app.house))
    fetch = partial(_fetch, app.house, app.channels)
    ancestors = ("'self'", *app.settings.frame_ancestors)
    web.include_router(page_routes(app.house, fetch, frame_ancestors=ancestors))
    for channel in app.channels.values():
        web.include_router(telegram_routes(channel) if isinstance(channel, TelegramChannel) else slack_routes(channel))
    return web
