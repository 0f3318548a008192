"""Asks each outside account whether it works, by calls that change nothing."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

import httpx2

from bot.channels.slack.scopes import scopes
from bot.fitting import is_loopback
from bot.gateways import gateway_sections
from bot.settings import PREFIX, Settings, SlackSettings, TelegramMode, TelegramSettings
from handlers.accounts.opened import OpenAccounts
from payments.errors import NotConfigured, PaymentError
from payments.gateway import Gateway
from payments.registry import GATEWAYS
from storage.database import Database
from video.registry import PROVIDERS


class Grade(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of an examination: what was looked at, what was found, and for a fault what to do."""

    what: str
    said: str
    grade: Grade = Grade.OK
    remedy: str = ""


@dataclass(slots=True)
class Visit:
    """One examination. `dates` collects what time it is elsewhere."""

    settings: Settings
    http: httpx2.AsyncClient
    dates: dict[str, datetime] = field(default_factory=dict)

    async def ask(self, who: str, method: str, url: str, **given: Any) -> httpx2.Response:
        """One call. Raises httpx2.HTTPError when there is no answer."""
        answer = await self.http.request(method, url, **given)
        if "date" in answer.headers:
            self.dates[who] = parsedate_to_datetime(answer.headers["date"])
        return answer


Findings = AsyncIterator[Finding]


def fault(what: str, said: str, remedy: str) -> Finding:
    """Something that does not work."""
    return Finding(what, said, Grade.FAULT, remedy)


def warning(what: str, said: str, remedy: str = "") -> Finding:
    """Something that works, but not as well as it should."""
    return Finding(what, said, Grade.WARNING, remedy)


async def telegram(visit: Visit) -> Findings:
    """The bot's token, and how its updates arrive."""
    section = visit.settings.telegram
    if section is None:
        return
    me = await _telegram_call(visit, section, "getMe")
    if isinstance(me, Finding):
        yield me
        return
    yield Finding("Telegram", f"the bot is @{me.get('username')}")
    hook = await _telegram_call(visit, section, "getWebhookInfo")
    yield hook if isinstance(hook, Finding) else _hook(visit.settings, section, hook)


async def _telegram_call(visit: Visit, section: TelegramSettings, method: str, **args: str) -> Any:
    url = f"{section.api_url}/bot{section.token.get_secret_value()}/{method}"
    try:
        told = (await visit.ask("Telegram", "POST", url, data=args)).json()
    except (httpx2.HTTPError, ValueError) as error:
        return _unreachable("Telegram", section.api_url, error)
    if told.get("ok"):
        return told["result"]
    if told.get("error_code") in {401, 404}:
        remedy = f"ask @BotFather for the token again and set {PREFIX}TELEGRAM__TOKEN"
        return fault("Telegram", "the token is not accepted", remedy)
    return fault("Telegram", f"{method}: {told.get('description')}", "see https://core.telegram.org/bots/api")


def _hook(settings: Settings, section: TelegramSettings, info: dict[str, Any]) -> Finding:
    wanted = f"{settings.public_url}/telegram"
    if section.mode is TelegramMode.POLLING:
        if info.get("url"):
            return warning("Telegram updates", "a webhook is set, and polling will remove it", "bellhop serve")
        return Finding("Telegram updates", "are polled")
    if not settings.public_url.startswith("https://") and not is_loopback(section.api_url):
        remedy = f"set {PREFIX}PUBLIC_URL to an https address, or {PREFIX}TELEGRAM__MODE=polling"
        return fault("Telegram updates", "a webhook needs https", remedy)
    if info.get("url") != wanted:
        return warning("Telegram updates", f"the webhook is not {wanted} yet", "bellhop serve  (it sets the webhook)")
    if complaint := info.get("last_error_message"):
        remedy = f"make {wanted} reachable from the internet"
        return fault("Telegram updates", f"Telegram could not deliver: {complaint}", remedy)
    return Finding("Telegram updates", f"arrive at {wanted}, with a secret")


async def slack(visit: Visit) -> Findings:
    """The app's token and scopes, and how it listens."""
    section = visit.settings.slack
    if section is None:
        return
    if section.installs:
        yield Finding("Slack installs", f"workspaces add the app at {visit.settings.public_url}/slack/install")
    if not section.bot_token.get_secret_value():
        yield await _slack_ears(visit, section)
        return
    asked = await slack_call(visit, section, "auth.test")
    if isinstance(asked, Finding):
        yield asked
        return
    yield Finding("Slack", f"the app is {asked['user']} in {asked['team']}")
    wanted = scopes(light=section.scope_light)
    missing = sorted(set(wanted) - set(asked["scopes"])) if asked["scopes"] else []
    if missing:
        remedy = "bellhop manifest slack, paste it under App Manifest, then reinstall the app"
        yield fault("Slack scopes", f"missing: {', '.join(missing)}", remedy)
    else:
        yield Finding("Slack scopes", "all there")
    yield await _slack_ears(visit, section)


async def slack_call(visit: Visit, section: SlackSettings, method: str, *, app: bool = False, **args: str) -> Any:
    """What Slack answers, with the token's `scopes`; or a Finding that says why not."""
    token = (section.app_token if app else section.bot_token).get_secret_value()
    url, head = f"{section.api_url}/api/{method}", {"Authorization": f"Bearer {token}"}
    try:
        answer = await visit.ask("Slack", "POST", url, data=args, headers=head)
        told = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        return _unreachable("Slack", section.api_url, error)
    if told.get("ok"):
        scopes = [scope.strip() for scope in answer.headers.get("x-oauth-scopes", "").split(",") if scope.strip()]
        return {**told, "scopes": scopes}
    name = "APP_TOKEN" if app else "BOT_TOKEN"
    return fault("Slack", f"{method}: {told.get('error')}", f"install the app again and set {PREFIX}SLACK__{name}")


async def _slack_ears(visit: Visit, section: SlackSettings) -> Finding:
    if section.app_token.get_secret_value():
        opened = await slack_call(visit, section, "apps.connections.open", app=True)
        return opened if isinstance(opened, Finding) else Finding("Slack events", "arrive through Socket Mode")
    if not section.signing_secret.get_secret_value():
        remedy = f"set {PREFIX}SLACK__SIGNING_SECRET, or {PREFIX}SLACK__APP_TOKEN for Socket Mode"
        return fault("Slack events", "nothing can be heard: there is no signing secret", remedy)
    return Finding("Slack events", f"are expected at {visit.settings.public_url}/slack/events")


async def gateways(visit: Visit) -> Findings:
    """Each gateway's key, its webhook secret, and whether the money is real."""
    for name, section in gateway_sections(visit.settings):
        gateway = GATEWAYS[name].from_settings(section.plain())
        remedy = f"set {PREFIX}{name.upper()}__{next(iter(section.plain())).upper()}"
        async for finding in account(gateway, gateway.title, remedy):
            yield finding
        missing = [key for key, value in section.plain().items() if key.startswith("webhook_") and not value]
        if missing:
            named = " and ".join(f"{PREFIX}{name.upper()}__{key.upper()}" for key in missing)
            remedy = f"add the endpoint {visit.settings.public_url}/webhooks/{name} and set {named}"
            said = "they cannot be verified: payments are only found by asking"
            yield warning(f"{gateway.title} webhooks", said, remedy)


async def account(gateway: Gateway, what: str, remedy: str) -> Findings:
    """One account at a gateway; `remedy`: where its keys are changed. The gateway is closed then."""
    try:
        state = await gateway.check()
    except NotConfigured as error:
        yield fault(what, str(error), remedy)
    except PaymentError as error:
        yield fault(what, str(error), "try again, or see the vendor's status page")
    else:
        yield Finding(what, f"{state.name}: {'LIVE, real money' if state.live else 'test mode, no real money'}")
        for sentence in state.faults:
            yield fault(what, sentence, "finish the account in the gateway's dashboard")
    finally:
        await gateway.aclose()


async def own_accounts(visit: Visit, database: Database) -> Findings:
    """The accounts that teams have set up themselves."""
    opened = OpenAccounts({name: section.plain() for name, section in gateway_sections(visit.settings)})
    async with database.begin() as work:
        rows = [(team.slug, row) for team in await work.people.teams() for row in await work.accounts.of(team.id)]
    for slug, row in rows:
        gateway, what = await opened.gateway(database.vault, row), f"team {slug}, {GATEWAYS[row.gateway].title}"
        if gateway is None:
            said = "it is connected to a platform that the settings do not name any more"
            yield fault(what, said, f"set {PREFIX}{row.gateway.upper()}__* again")
            continue
        async for finding in account(gateway, what, "an owner of the team changes the keys: /payments"):
            yield finding


async def rooms(visit: Visit) -> Findings:
    """Each video provider's keys."""
    for name, section in visit.settings.sections().items():
        if name in PROVIDERS:
            provider = PROVIDERS[name].from_section(section.plain())
            if sentence := provider.check():
                yield fault(provider.title, sentence, f"set {PREFIX}{name.upper()}__*; see .env.example")
            else:
                yield Finding(provider.title, "the keys can make tokens")
    webrtc = visit.settings.webrtc
    if webrtc is None or not webrtc.turn_urls:
        remedy = f"run coturn and set {PREFIX}WEBRTC__TURN_URLS and {PREFIX}WEBRTC__TURN_SECRET"
        yield warning("TURN", "Bellhop's own room will not connect everybody behind a strict firewall", remedy)


async def desk_in_telegram(visit: Visit, chat: str) -> Finding:
    """Whether the group is one where cases can be topics."""
    if visit.settings.telegram is None:
        return warning(f"desk {chat}", "Telegram is not set up")
    told = await _telegram_call(visit, visit.settings.telegram, "getChat", chat_id=chat)
    if isinstance(told, Finding):
        return fault(f"desk {chat}", told.said, "add the bot to the group, as an administrator")
    if not told.get("is_forum"):
        return fault(f"desk {chat}", "the group has no topics", "switch on Topics in the group's settings")
    return Finding(f"desk {chat}", f"“{told.get('title')}” in Telegram")


async def desk_in_slack(visit: Visit, chat: str) -> Finding:
    """Whether the app sits in the channel, as far as its scopes let it ask."""
    if visit.settings.slack is None:
        return warning(f"desk {chat}", "Slack is not set up")
    told = await slack_call(visit, visit.settings.slack, "conversations.info", channel=chat)
    if isinstance(told, Finding):
        if "missing_scope" in told.said:
            return Finding(f"desk {chat}", "is set; the app's scopes do not let it ask for more")
        return fault(f"desk {chat}", told.said, INVITE)
    channel = told["channel"]
    if not channel.get("is_member", True):
        return fault(
            f"desk {chat}", "the app is not in the channel", "invite the app: /invite @Bellhop in that channel"
        )
    return Finding(f"desk {chat}", f"#{channel.get('name')} in Slack")


INVITE = "invite the app: /invite @Bellhop in that channel"
DESKS = {"telegram": desk_in_telegram, "slack": desk_in_slack}
ACCOUNTS = {
    "telegram": telegram,
    "slack": slack,
    "stripe": gateways,
    "razorpay": gateways,
    "paypal": gateways,
    "phonepe": gateways,
    "jitsi": rooms,
}
"""What examines a section of the settings."""


def faults(findings: Sequence[Finding]) -> list[Finding]:
    """Those that do not work."""
    return [each for each in findings if each.grade is Grade.FAULT]


def _unreachable(who: str, url: str, error: Exception) -> Finding:
    return fault(who, f"{url} does not answer ({type(error).__name__})", f"curl -I {url}")
