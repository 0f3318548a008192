"""What no single setting shows: values that cannot work, and test and live worlds that must not mix."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from sqlalchemy.exc import ArgumentError

from bot.gateways import gateway_sections
from bot.settings import PREFIX, Settings, SlackSettings
from payments.errors import NotConfigured
from payments.gateway import Gateway
from payments.registry import GATEWAYS
from storage.database import async_url
from video.registry import PROVIDERS

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def misfits(settings: Settings) -> Iterator[str]:
    """A sentence for each thing that cannot work."""
    try:
        async_url(settings.database_url)
    except ArgumentError:
        yield f"{PREFIX}DATABASE_URL is no address such as sqlite:///bellhop.db or postgresql://user@host/name"
    except ValueError as error:
        yield f"{PREFIX}{error}"
    if settings.team_file is not None and not settings.team_file.is_file():
        yield f"{PREFIX}TEAM_FILE names {settings.team_file}, and there is no such file"
    yield from _slack(settings.slack)
    yield from _rooms(settings)
    gateways, wrong = _gateways(settings)
    yield from wrong
    live = [name for name, gateway in gateways.items() if gateway.live]
    if live:
        yield from _not_live(settings, [name for name in gateways if name not in live])


def moves_money(settings: Settings) -> bool:
    """Whether keys are set up that move real money."""
    return any(gateway.live for gateway in _gateways(settings)[0].values())


def _slack(section: SlackSettings | None) -> Iterator[str]:
    if section is None:
        return
    if bool(section.client_id) != bool(section.client_secret.get_secret_value()):
        yield f"{PREFIX}SLACK__CLIENT_ID and {PREFIX}SLACK__CLIENT_SECRET belong together: set both, or neither"
    elif not section.installs and not section.bot_token.get_secret_value():
        yield f"{PREFIX}SLACK__BOT_TOKEN is missing; or set {PREFIX}SLACK__CLIENT_ID and {PREFIX}SLACK__CLIENT_SECRET"


def is_loopback(url: str) -> bool:
    """Whether an address leads to this machine."""
    return (urlsplit(url).hostname or "") in LOOPBACK


def _gateways(settings: Settings) -> tuple[dict[str, Gateway], list[str]]:
    made: dict[str, Gateway] = {}
    wrong = []
    for name, section in gateway_sections(settings):
        try:
            made[name] = GATEWAYS[name].from_settings(section.plain())
        except NotConfigured as error:
            wrong.append(f"{PREFIX}{name.upper()}__*: {error}")
    return made, wrong


def _rooms(settings: Settings) -> Iterator[str]:
    for name, section in settings.sections().items():
        if name in PROVIDERS and (fault := PROVIDERS[name].from_section(section.plain()).check()):
            yield f"{PREFIX}{name.upper()}__*: {fault}"


def _not_live(settings: Settings, in_test: list[str]) -> Iterator[str]:
    """What must not stand beside a key that moves real money."""
    for name in in_test:
        yield f"{PREFIX}{name.upper()}__* are test keys beside live ones: use live keys everywhere, or nowhere"
    if settings.clock_offset_file is not None:
        yield f"{PREFIX}CLOCK_OFFSET_FILE is for rehearsals and is refused beside live keys"
    if not settings.secret_keys:
        yield f"{PREFIX}SECRET_KEYS is required with live keys; make one with: openssl rand -hex 32"
    for name, section in settings.sections().items():
        if is_loopback(getattr(section, "api_url", "")):
            yield f"{PREFIX}{name.upper()}__API_URL is a stand-in on this machine and is refused beside live keys"
