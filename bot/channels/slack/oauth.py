"""Adding the app to a workspace: Bolt's OAuth flow between our page and Slack's, and who has arrived by it.

docs.slack.dev/authentication/installing-with-oauth
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import ClientError
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth import OAuthStateUtils
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.installations import Installations, States
from bot.channels.slack.offices import Offices
from bot.channels.slack.places import CHANNEL
from bot.channels.slack.scopes import hears_threads, scopes
from bot.settings import SlackSettings
from handlers.heard import Sender
from handlers.moving.arriving import Arrival
from storage.database import Database

log = logging.getLogger(__name__)
# The SDK would write Slack's codes into the log; why an installation failed is said here, without them.
_silent = logging.getLogger(f"{__name__}.sdk")
_silent.setLevel(logging.CRITICAL)

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
OUTCOME = "outcome"
AGAIN = "Please begin again."
REASONS = {
    "access_denied": "You have not allowed it.",
    "invalid_browser": f"This answer belongs to another browser, or cookies are switched off. {AGAIN}",
    "invalid_state": "This answer came too late, or a second time: if Bellhop was added a moment ago, it is under Apps "
    "in Slack. Otherwise please begin again.",
    "away": f"Slack does not answer at the moment. {AGAIN}",
}
OTHERWISE = f"Slack has not confirmed it. {AGAIN}"


@dataclass(frozen=True)
class Outcome:
    """How an installation went: who has come, and where in Slack to go on; or the `problem`, in a sentence."""

    arrival: Arrival | None = None
    link: str = ""
    problem: str = ""
    status: int = 200


class Install:
    """The flow. Each browser gets a cookie with the word that Slack brings back, once and within ten minutes."""

    def __init__(self, settings: SlackSettings, database: Database, offices: Offices, client: AsyncWebClient,
                 public_url: str) -> None:  # fmt: skip
        """`client` speaks to Slack without a token of its own."""
        self.light = settings.scope_light
        self._offices = offices
        root = public_url.rstrip("/")
        told = AsyncOAuthSettings(
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            scopes=sorted(scopes(light=settings.scope_light)),
            user_scopes=[],
            redirect_uri=f"{root}{REDIRECT}",
            install_path=INSTALL,
            redirect_uri_path=REDIRECT,
            install_page_rendering_enabled=False,
            authorization_url=settings.authorize_url,
            callback_options=AsyncCallbackOptions(success=self._added, failure=self._not_added),
            installation_store=Installations(settings.client_id, database),
            state_store=States(database),
        )
        told.state_utils = _Cookie(secure=root.startswith("https://"))
        self._flow = _Flow(database.clock, client=client, logger=_silent, settings=told)

    async def begin(self, request: AsyncBoltRequest) -> BoltResponse:
        """On to Slack's page."""
        return await self._flow.handle_installation(request)

    async def finish(self, request: AsyncBoltRequest) -> Outcome:
        """Back from Slack's page: the installation is kept; who has arrived, if somebody has."""
        try:
            await self._flow.handle_callback(request)
        except (ClientError, TimeoutError, OSError) as error:
            log.warning("an installation was not finished: Slack cannot be reached (%s)", type(error).__name__)
            return Outcome(problem=REASONS["away"], status=503)
        outcome: Outcome = request.context[OUTCOME]
        return outcome

    async def _added(self, args: AsyncSuccessArgs) -> BoltResponse:
        """The tokens are kept by now: the workspace is a team's, new or known."""
        added = args.installation
        account = str(added.enterprise_id if added.is_enterprise_install else added.team_id)
        arrival = Arrival(
            channel=CHANNEL,
            account=account,
            name=(added.enterprise_name if added.is_enterprise_install else added.team_name) or "Slack",
            user=added.user_id,
            sender=await self._installer(account, added.user_id),
            hears_threads=hears_threads(added.bot_scopes or ()),
        )
        link = f"slack://app?team={account}&id={added.app_id}&tab=home"
        return _noted(args.request, Outcome(arrival=arrival, link=link))

    async def _installer(self, account: str, user: str) -> Sender:
        people = (await self._offices.of(account)).people
        return await people.sender(user, Sender(name=user))

    async def _not_added(self, args: AsyncFailureArgs) -> BoltResponse:
        log.info("an installation was not finished: %s", args.reason)
        return _noted(args.request, Outcome(problem=REASONS.get(args.reason, OTHERWISE), status=_status(args)))


def _status(args: AsyncFailureArgs) -> int:
    # Whoever says no has made no mistake; a word that does not fit is one of the browser's, not of a right.
    return 200 if args.suggested_status_code == 200 else 400


def _noted(request: AsyncBoltRequest, outcome: Outcome) -> BoltResponse:
    request.context[OUTCOME] = outcome
    return BoltResponse(status=outcome.status)


class _Flow(AsyncOAuthFlow):
    """Bolt's flow, by our clock: what was installed when is compared with when it was removed."""

    def __init__(self, now: Callable[[], datetime], *, client: AsyncWebClient, logger: logging.Logger,
                 settings: AsyncOAuthSettings) -> None:  # fmt: skip
        super().__init__(client=client, logger=logger, settings=settings)
        self._now = now

    async def store_installation(self, request: AsyncBoltRequest, installation: Installation) -> None:
        """Keep it under our moment."""
        installation.installed_at = self._now().timestamp()
        await super().store_installation(request, installation)


class _Cookie(OAuthStateUtils):
    """The SDK's cookie; on this machine, without https, browsers would not keep a secure one."""

    def __init__(self, *, secure: bool) -> None:
        super().__init__(cookie_name="bellhop-slack-state")
        self._secure = secure

    def build_set_cookie_for_new_state(self, state: str) -> str:
        """Sent along when Slack's page leads back to us, and with nothing that another page posts."""
        made: str = super().build_set_cookie_for_new_state(state) + "; SameSite=Lax"
        return made if self._secure else made.replace(" Secure;", "")
