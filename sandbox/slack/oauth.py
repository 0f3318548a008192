"""Adding the app to a workspace and taking it away: the consent page, oauth.v2.access, uninstalling."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sandbox.slack.core import Core
from sandbox.slack.grid import leave
from sandbox.slack.model import APP_ID, Install, Json, Refused, Workspace
from sandbox.slack.wire import whole

CODE_LIFE = timedelta(minutes=10)
TOKEN_LIFE = timedelta(hours=12)


@dataclass
class Consent:
    """Somebody said yes; the app has ten minutes to fetch its token."""

    team: str
    user: str
    scopes: frozenset[str]
    redirect_uri: str
    until: datetime
    used: bool = False


@dataclass
class OAuth:
    """The consents given so far."""

    core: Core
    codes: dict[str, Consent] = field(default_factory=dict)

    def check_client(self, client_id: str) -> None:
        """Refuse an app that is not ours."""
        if client_id != self.core.world.secrets.slack_client_id:
            raise Refused("invalid_client_id")

    def allow(self, user: str, scope: str, redirect_uri: str, state: str) -> str:
        """Somebody allows the app into their workspace: where their browser goes next."""
        code = secrets.token_urlsafe(24)
        until = self.core.world.clock.now() + CODE_LIFE
        scopes = frozenset(part for part in scope.replace(" ", ",").split(",") if part)
        self.codes[code] = Consent(self.core.team_of(user).id, user, scopes, redirect_uri, until)
        return self.back(redirect_uri, code=code, state=state)

    def back(self, redirect_uri: str, **query: str) -> str:
        """The app's address with an answer in it."""
        target = redirect_uri or f"{self.core.world.product_url}/slack/oauth_redirect"
        return f"{target}{'&' if '?' in target else '?'}{urlencode(query)}"

    def access(self, args: Mapping[str, Any], client_id: str, client_secret: str) -> Json:
        """oauth.v2.access: a code for a token, or a refresh token for the next one."""
        self.check_client(client_id)
        if client_secret != self.core.world.secrets.slack_client_secret:
            raise Refused("bad_client_secret")
        if args.get("grant_type") == "refresh_token":
            return self._next(str(args.get("refresh_token") or ""))
        consent = self.codes.get(str(args.get("code") or ""))
        if consent is None or self.core.world.clock.now() >= consent.until:
            raise Refused("invalid_code")
        if consent.used:
            raise Refused("code_already_used")
        if consent.redirect_uri and args.get("redirect_uri") not in (None, "", consent.redirect_uri):
            raise Refused("bad_redirect_uri")
        consent.used = True
        return self._installed(self.core.teams[consent.team], consent)

    def _installed(self, team: Workspace, consent: Consent) -> Json:
        """The same workspace keeps its token and gains scopes; a new one gets its own, an organisation one for all."""
        before = next((one.install for one in self.core.of_org(team) if one.install is not None), None)
        if before is None:
            install = Install(self._new_token(team), consent.scopes, consent.user)
        else:
            install = replace(before, scopes=before.scopes | consent.scopes, installer=consent.user)
        if self.core.rotates:
            self._rotate(team, install)
        for one in self.core.of_org(team):
            one.install = install
            for person in one.people:
                one.direct(person)
        self.core.touched()
        return self._told(team, install) | {"authed_user": {"id": consent.user}}

    def _next(self, refresh: str) -> Json:
        """A refresh token works once; the token of before works until its own end."""
        for team in self.core.teams.values():
            if team.install and refresh and team.install.refresh == refresh:
                if team.install.until is not None:
                    team.install.before[team.install.token] = team.install.until
                team.install.token = self._new_token(team)
                self._rotate(team, team.install)
                return self._told(team, team.install)
        raise Refused("invalid_refresh_token")

    def _new_token(self, team: Workspace) -> str:
        head = "xoxe.xoxb-1-" if self.core.rotates else "xoxb-"
        return f"{head}sandbox-{team.domain}-{secrets.token_hex(6)}"

    def _rotate(self, team: Workspace, install: Install) -> None:
        install.refresh = f"xoxe-1-sandbox-{team.domain}-{secrets.token_hex(6)}"
        install.until = self.core.world.clock.now() + TOKEN_LIFE

    def _told(self, team: Workspace, install: Install) -> Json:
        told: Json = {
            "app_id": APP_ID,
            "scope": ",".join(sorted(install.scopes)),
            "token_type": "bot",
            "access_token": install.token,
            "bot_user_id": team.bot.id,
            "team": None if team.org else {"id": team.id, "name": team.name},
            **whole(team),
        }
        if install.until is None:
            return told
        left = round((install.until - self.core.world.clock.now()).total_seconds())
        return told | {"refresh_token": install.refresh, "expires_in": left}

    def uninstall(self, team: Workspace, first: str = "tokens_revoked") -> None:
        """Take the app out of a workspace, or of all that share its installation.

        Slack promises no order of the two events; `first` is sent first here.
        """
        if team.install is None:
            raise Refused("app_not_installed")
        old = {team.install.token, *team.install.before}
        for one in self.core.with_install(team):
            one.old_tokens |= old
            leave(one)
        self.core.touched()
        revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [team.bot.id]}}
        events: list[Json] = [revoked, {"type": "app_uninstalled"}]
        told = sorted(events, key=lambda event: event["type"] != first)
        self.core.world.spawn(self._tell(team, [event | {"event_ts": self.core.stamp()} for event in told]))

    async def _tell(self, team: Workspace, events: list[Json]) -> None:
        for event in events:
            await self.core.delivery.last_event(team, self.core.new_id("Ev"), event)
