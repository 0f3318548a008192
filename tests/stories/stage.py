"""The stage: the sandbox and Bellhop, each a real server on this machine, wired by base URLs and made-up keys alone."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from pydantic import SecretStr

from bot.app import App, build
from bot.gateway_settings import PayPalSettings, PhonePeSettings, RazorpaySettings, StripeSettings
from bot.settings import JitsiSettings, Settings, SlackSettings, TelegramMode, TelegramSettings
from sandbox.app import Cast
from sandbox.world import World
from tests import serving as servers
from tests.mould import empty_database
from tests.serving import running
from tests.stories.people import SOON, OnSlack, OnTelegram

TEAM = Path(__file__).parent / "team.toml"


@dataclass
class Stage:
    """A sandbox with Bellhop beside it. `settings` are what the running Bellhop was built from."""

    cast: Cast
    settings: Settings
    url: str
    app: App

    @property
    def world(self) -> World:
        return self.cast.world

    @property
    def mia(self) -> OnTelegram:
        """A customer on Telegram."""
        return OnTelegram(self.cast, 1001)

    @property
    def arjun(self) -> OnTelegram:
        """Another customer on Telegram."""
        return OnTelegram(self.cast, 1002)

    @property
    def eve(self) -> OnTelegram:
        """A stranger on Telegram."""
        return OnTelegram(self.cast, 1003)

    @property
    def carla(self) -> OnSlack:
        """A customer on Slack."""
        return OnSlack(self.cast, "U0CARLA")

    @property
    def ana(self) -> OnSlack:
        """An agent at the Slack desk."""
        return OnSlack(self.cast, "U0ANA", at_desk=True)

    @property
    def ben(self) -> OnSlack:
        """Another agent at the Slack desk."""
        return OnSlack(self.cast, "U0BEN", at_desk=True)

    @property
    def ana_on_telegram(self) -> OnTelegram:
        """The agent in the Telegram group."""
        return OnTelegram(self.cast, 2001, at_desk=True)

    @property
    def ben_on_telegram(self) -> OnTelegram:
        """The other agent in the Telegram group."""
        return OnTelegram(self.cast, 2002, at_desk=True)

    async def session_of(self, url: str) -> str:
        """Press the pay button of the page at `url`; the id of the Stripe session it leads to."""
        async with httpx2.AsyncClient(follow_redirects=False) as browser:
            page = await browser.get(url)
            assert page.status_code == 200, page.text
            gone = await browser.post(url, headers={"origin": self.url})
        assert gone.status_code == 303, gone.text
        return gone.headers["location"].rstrip("/").rpartition("/")[2]


def settings_for(world: World, folder: Path, url: str, *, polling: bool = True, jitsi: bool = False,
                 team: Path | None = TEAM, socket_mode: bool = False, database_url: str = "",
                 telegram_sells: bool = False, shared: bool = False, slack_token: bool = True,
                 light: bool = False, all_gateways: bool = False) -> Settings:  # fmt: skip
    """Settings that name the sandbox by base URLs and made-up keys, as an operator's environment would."""
    keys, root = world.secrets, world.public_url
    mode = TelegramMode.POLLING if polling else TelegramMode.WEBHOOK
    return Settings(
        public_url=url,
        database_url=database_url or f"sqlite:///{folder}/bellhop.db",
        secret_keys=(SecretStr("a made-up key for tests"),),
        team_file=team,
        outgoing_private=("127.0.0.1",),
        telegram=TelegramSettings(
            token=SecretStr(keys.telegram_token),
            webhook_secret=SecretStr("made-up-webhook-secret"),
            mode=mode,
            provider_token=SecretStr(keys.telegram_provider_token if telegram_sells else ""),
            stars=telegram_sells,
            shared=shared,
            api_url=f"{root}/telegram",
        ),
        slack=SlackSettings(
            bot_token=SecretStr(keys.slack_bot_token if slack_token else ""),
            signing_secret=SecretStr(keys.slack_signing_secret),
            app_token=SecretStr(keys.slack_app_token if socket_mode else ""),
            client_id=keys.slack_client_id,
            client_secret=SecretStr(keys.slack_client_secret),
            scope_light=light,
            api_url=f"{root}/slack",
            authorize_url=f"{root}/slack/oauth/v2/authorize",
        ),
        stripe=StripeSettings(
            api_key=SecretStr(keys.stripe_api_key),
            webhook_secret=SecretStr(keys.stripe_webhook_secret),
            publishable_key=keys.stripe_publishable_key if all_gateways else "",
            js_url=f"{root}/static/stripe/stripe.js",
            api_url=f"{root}/stripe",
            client_id=keys.stripe_client_id,
            connect_url=f"{root}/stripe",
        ),
        **(_other_gateways(world) if all_gateways else {}),
        jitsi=JitsiSettings(domain=root, app_id=keys.jitsi_app_id, app_secret=SecretStr(keys.jitsi_app_secret))
        if jitsi
        else None,
    )


def _other_gateways(world: World) -> dict[str, Any]:
    """Every gateway of the sandbox beside Stripe."""
    keys, root = world.secrets, world.public_url
    return {
        "razorpay": RazorpaySettings(
            key_id=keys.razorpay_key_id,
            key_secret=SecretStr(keys.razorpay_key_secret),
            webhook_secret=SecretStr(keys.razorpay_webhook_secret),
            upi_qr=True,
            api_url=f"{root}/razorpay",
        ),
        "paypal": PayPalSettings(
            client_id=keys.paypal_client_id,
            client_secret=SecretStr(keys.paypal_client_secret),
            webhook_id=keys.paypal_webhook_id,
            api_url=f"{root}/paypal",
        ),
        "phonepe": PhonePeSettings(
            client_id=keys.phonepe_client_id,
            client_secret=SecretStr(keys.phonepe_client_secret),
            client_version=int(keys.phonepe_client_version),
            webhook_username=keys.phonepe_webhook_username,
            webhook_password=SecretStr(keys.phonepe_webhook_password),
            upi_qr=True,
            api_url=f"{root}/phonepe",
        ),
    }


@asynccontextmanager
async def set_up(folder: Path, **wishes: bool | str | Path | None) -> AsyncIterator[Stage]:
    """The whole stage, for as long as the block lasts."""
    # Named as TCP, or asyncio leaves Nagle's algorithm on and every answer takes 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        world = World(product_url=url)
        cast = Cast.of(world)
        async with running(world, cast):
            settings = settings_for(world, folder, url, **{"database_url": empty_database(folder), **wishes})  # type: ignore[arg-type]
            async with serving(build(settings, now=world.clock.now), listener) as app:
                stage = Stage(cast, settings, url, app)
                await ready(stage)
                yield stage


@asynccontextmanager
async def serving(app: App, listener: socket.socket) -> AsyncIterator[App]:
    """Bellhop at work behind an open socket."""
    config = uvicorn.Config(app.web, log_level="error", lifespan="on", timeout_graceful_shutdown=1)
    async with servers.serving(config, listener):
        yield app


async def ready(stage: Stage) -> None:
    """Wait until the team is known on both platforms; without a team, until the shared bot is."""
    async with asyncio.timeout(SOON):
        while True:
            async with stage.app.house.database.begin() as work:
                bot = await work.people.account("telegram", str(stage.cast.telegram.state.bot_id))
                desks = [desk for team in await work.people.teams() for desk in await work.people.desks_of(team.id)]
            if (len(desks) == 2 or (stage.settings.team_file is None and bot)) and not stage.app.problems():
                return
            await asyncio.sleep(0.02)
