"""Adding the app to a workspace and taking it away: the consent page, oauth.v2.access, uninstalling."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from sandbox.slack.core import Core
from sandbox.slack.model import APP_ID, Install, Json, Refused, Workspace

CODE_LIFE = timedelta(minutes=10)


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
        """oauth.v2.access: a code for a token."""
        self.check_client(client_id)
        if client_secret != self.core.world.secrets.slack_client_secret:
            raise Refused("bad_client_secret")
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
        """The same workspace keeps its token and gains scopes; a new one gets its own."""
        if team.install is None:
            token = f"xoxb-sandbox-{team.domain}-{secrets.token_hex(6)}"
            team.install = Install(token, consent.scopes, consent.user)
        else:
            team.install = Install(team.install.token, team.install.scopes | consent.scopes, consent.user)
        for person in team.people:
            team.direct(person)
        self.core.touched()
        return {
            "app_id": APP_ID,
            "authed_user": {"id": consent.user},
            "scope": ",".join(sorted(team.install.scopes)),
            "token_type": "bot",
            "access_token": team.install.token,
            "bot_user_id": team.bot.id,
            "team": {"id": team.id, "name": team.name},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def uninstall(self, team: Workspace) -> None:
        """Take the app out of a workspace. The two events come in no promised order."""
        if team.install is None:
            raise Refused("app_not_installed")
        team.old_tokens.add(team.install.token)
        team.install = None
        team.homes.clear()
        team.modals.clear()
        for channel in team.channels.values():
            if channel.kind != "im" and team.bot.id in channel.members:
                channel.members.remove(team.bot.id)
        self.core.touched()
        revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [team.bot.id]}}
        for event in (revoked, {"type": "app_uninstalled"}):
            stamped = event | {"event_ts": self.core.stamp()}
            self.core.world.spawn(self.core.delivery.last_event(team, self.core.new_id("Ev"), stamped))
