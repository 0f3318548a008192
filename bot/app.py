"""The map of the program: everything is built here, from settings, top to bottom."""

import asyncio
import gc
import hashlib
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog
from fastapi import FastAPI
from pydantic import SecretStr

from bot.bodies import BodyLimit
from bot.channels.slack import SlackChannel, slack_routes
from bot.channels.telegram import Accept, OwnBots, Purse, TelegramChannel, telegram_routes
from bot.clock import Clock, clock_of
from bot.engine import Engine, Sweep, inbox_pump, outbox_pump
from bot.floods import AddressLimit
from bot.gateways import gateway_sections
from bot.health import health_routes
from bot.jobs import Jobs
from bot.keys import keys_of
from bot.pages.look import Look
from bot.pages.lost import lost_pages
from bot.pages.pretend import PATH
from bot.pages.routes import page_routes
from bot.pages.setup import setup_routes
from bot.pages.setup_bot import bot_routes
from bot.roster import settle_in
from bot.settings import Settings, TelegramSettings
from bot.webhooks import webhook_routes
from handlers.accounts.keeping import sweep_accounts
from handlers.accounts.opened import OpenAccounts
from handlers.appointments.reminding import sweep_reminders
from handlers.calls import sweep_calls
from handlers.channel import Channel, Fetch, Undeliverable
from handlers.checkout.overtime import sweep_rooms
from handlers.checkout.polling import sweep_expired, sweep_polls
from handlers.checkout.resting import sweep_rests
from handlers.commands import COMMANDS
from handlers.desk.snoozing import sweep_snoozed
from handlers.floods import Floods
from handlers.hearing import accept
from handlers.house import House
from handlers.messages import Attachment
from handlers.papers.files import PLACE, fetch_paper
from handlers.privacy.asking import PLACE as PRIVATE
from handlers.privacy.files import fetch_private
from handlers.privacy.keeping import sweep_words
from handlers.routes import check_form
from handlers.sweeps import sweep_finished, sweep_holds
from payments.gateway import Gateway
from payments.pretend import Pretend
from payments.registry import GATEWAYS
from storage.database import Database
from storage.pretended import KeptJournal
from storage.schema import upgrade
from video.provider import VideoProvider
from video.registry import PROVIDERS

log = structlog.get_logger()

# What somebody waits for is looked for each second; what only tidies up can wait.
AT_ONCE, NOW_AND_THEN = timedelta(seconds=1), timedelta(minutes=10)
SWEEPS = {
    sweep_holds: AT_ONCE,
    sweep_expired: AT_ONCE,
    sweep_polls: AT_ONCE,
    sweep_rests: AT_ONCE,
    sweep_calls: AT_ONCE,
    sweep_rooms: AT_ONCE,
    sweep_snoozed: AT_ONCE,
    sweep_reminders: AT_ONCE,
    sweep_finished: NOW_AND_THEN,
    sweep_words: NOW_AND_THEN,
    sweep_accounts: NOW_AND_THEN,
}
"""What is looked for again and again, and how often."""


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
        # Whatever hears or works next writes into it.
        await upgrade(self.house.database)
        self.house.database.notices.start()
        if listen:
            await self._open_ears()
        await self.engine.start()
        if not gc.isenabled():
            # What the program consists of stays; the collector looks at what comes and goes.
            gc.collect()
            gc.freeze()
            gc.enable()

    async def _open_ears(self) -> None:
        for channel in self.channels.values():
            await channel.start()
        self._settling = asyncio.create_task(settle_in(self.house, self.channels, self.settings.team_file))

    async def stop(self) -> None:
        """Take nothing new, finish what is in hand, close everything."""
        if self._settling is not None:
            self._settling.cancel()
        # The engine before its channels: what is in hand still has to be said somewhere.
        await self.engine.stop()
        for channel in self.channels.values():
            await channel.stop()
        await self.house.close_gateways()
        await self.house.database.aclose()

    def problems(self) -> Mapping[str, str]:
        """The channels that cannot be reached now, each with a sentence."""
        return {name: channel.problem for name, channel in self.channels.items() if channel.problem}


def build(settings: Settings, *, now: Clock | None = None) -> App:
    """The whole program. Nothing is connected yet; a section of settings that is absent leaves its feature out."""
    clock = now or clock_of(settings)
    keys = keys_of(settings)
    database = Database(settings.database_url, keys=keys, clock=clock)
    house = House(
        database=database,
        now=clock,
        public_url=settings.public_url,
        # The pretend gateway is always there; `House.gateways_of` decides which team has it.
        gateways={**_gateways(settings, clock), Pretend.name: _pretend(settings, database, keys[0], clock)},
        accounts=OpenAccounts({name: section.plain() for name, section in gateway_sections(settings)}, clock),
        rooms=_rooms(settings),
        outgoing_private=frozenset(settings.outgoing_private),
        floods=Floods(customer=settings.customer_messages_per_minute, team=settings.team_messages_per_minute),
        open_bots=frozenset({"telegram"} if settings.telegram is not None and settings.telegram.shared else ()),
    )
    channels = _channels(settings, house)
    jobs = Jobs(house, channels)
    engine = Engine(
        house.database,
        pumps=(
            inbox_pump(house.database, jobs.take_in, jobs.not_taken_in),
            outbox_pump(house.database, jobs.send_out, jobs.not_sent_out),
        ),
        sweeps=tuple(Sweep(partial(look, house), every) for look, every in SWEEPS.items()),
    )
    app = App(settings, house, channels, engine)
    app.web = _web(app)
    return app


def _gateways(settings: Settings, clock: Clock) -> dict[str, Gateway]:
    return {
        name: GATEWAYS[name].from_settings(section.plain(), now=clock) for name, section in gateway_sections(settings)
    }


def _pretend(settings: Settings, database: Database, key: str, clock: Clock) -> Pretend:
    """For teams without an account; those that name it and are not live have it."""
    # Derived, so that every process signs and believes alike, and nobody has one more secret to keep.
    secret = hmac.new(key.encode(), b"bellhop pretend gateway", hashlib.sha256).hexdigest()
    return Pretend(KeptJournal(database.begin), secret=secret, url=f"{settings.public_url}/{PATH}", now=clock)


def _rooms(settings: Settings) -> dict[str, VideoProvider]:
    # Bellhop's own room needs no account, so it is always there.
    set_up: dict[str, dict[str, str]] = {"webrtc": {}} | {
        name: section.plain() for name, section in settings.sections().items()
    }
    return {name: PROVIDERS[name].from_section(plain) for name, plain in set_up.items() if name in PROVIDERS}


def _channels(settings: Settings, house: House) -> dict[str, TelegramChannel | SlackChannel]:
    channels: dict[str, TelegramChannel | SlackChannel] = {}
    hear = partial(accept, house)
    fetch = partial(fetch_file, house, channels)
    if settings.telegram is not None:
        own = OwnBots(house, partial(_own_bot, settings.telegram, house, hear, fetch))
        channels["telegram"] = TelegramChannel(
            settings.telegram, accept=hear, fetch=fetch, commands=COMMANDS, public_url=settings.public_url,
            now=house.now, purse=Purse(house), own=own,
        )  # fmt: skip
    if settings.slack is not None:
        channels["slack"] = SlackChannel(
            settings.slack, accept=hear, check_form=check_form, fetch=fetch, commands=COMMANDS,
            public_url=settings.public_url, now=house.now, database=house.database,
        )  # fmt: skip
    return channels


def _own_bot(section: TelegramSettings, house: House, hear: Accept, fetch: Fetch, token: str) -> TelegramChannel:
    """The channel of a team's own bot: everything as the operator's has it, but for the token and its secret."""
    own = section.model_copy(update={"token": SecretStr(token), "webhook_secret": SecretStr("")})
    return TelegramChannel(
        own, accept=hear, fetch=fetch, commands=COMMANDS, public_url=house.public_url, now=house.now,
        path=f"telegram/{token.partition(':')[0]}",
    )  # fmt: skip


async def fetch_file(house: House, channels: Mapping[str, Channel], file: Attachment) -> bytes:
    """The bytes of a file, wherever it lies."""
    if file.content:
        return file.content
    if file.channel == PLACE:
        return await fetch_paper(house, file)
    if file.channel == PRIVATE:
        return await fetch_private(house, partial(fetch_file, house, channels), file)
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

    # No generated documentation: nobody programs against these routes, and it would name them all.
    web = FastAPI(title="Bellhop", lifespan=lifespan, docs_url=None, redoc_url=None)
    # What is added last is asked first: a flood is turned away before a body is read.
    web.add_middleware(BodyLimit)
    web.add_middleware(AddressLimit, most=app.settings.address_requests_per_minute)
    web.include_router(health_routes(app.house, app.problems))
    web.include_router(webhook_routes(app.house))
    fetch = partial(fetch_file, app.house, app.channels)
    ancestors = ("'self'", *app.settings.frame_ancestors)
    slack = app.channels.get("slack")
    install = slack.install if isinstance(slack, SlackChannel) else None
    pages = page_routes(app.house, fetch, frame_ancestors=ancestors, install=install, telegram=partial(_handle, app))
    web.include_router(pages)
    lost_pages(web, Look(app.house.public_url, ancestors))
    web.include_router(bot_routes(app.house, app.settings))
    web.include_router(setup_routes(app.house, app.settings))
    for channel in app.channels.values():
        web.include_router(telegram_routes(channel) if isinstance(channel, TelegramChannel) else slack_routes(channel))
    return web


def _handle(app: App) -> str:
    """The Telegram bot's handle, empty while it is not known."""
    telegram = app.channels.get("telegram")
    return telegram.handle if telegram else ""
