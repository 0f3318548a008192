"""A Slack that plays one organisation of Enterprise Grid; its answers are typed from Slack's documentation.

docs.slack.dev/authentication/installing-with-oauth, docs.slack.dev/enterprise/organization-ready-apps
"""

from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request

ORG, TOKEN, REFRESH = "E0123ABC456", "xoxe.xoxb-1-MS0yLTM0NTY", "xoxe-1-MTIzLTQ1Ng"
ACCESS: dict[str, Any] = {
    "ok": True,
    "access_token": TOKEN,
    "token_type": "bot",
    "scope": "commands,chat:write,channels:history",
    "bot_user_id": "U0KRQLJ9H",
    "app_id": "A0KRD7HC3",
    "expires_in": 43200,
    "refresh_token": REFRESH,
    "team": None,
    "enterprise": {"name": "Globular Construct", "id": ORG},
    "is_enterprise_install": True,
    "authed_user": {"id": "W1234"},
}
TESTED = {"ok": True, "url": "https://globular.enterprise.slack.com/", "team": "Globular Construct", "user": "bellhop",
          "team_id": ORG, "user_id": "U0KRQLJ9H", "bot_id": "B0KRD7HC3", "enterprise_id": ORG,
          "is_enterprise_install": True}  # fmt: skip
PERSON = {"ok": True, "user": {"id": "W1234", "name": "ines", "real_name": "Inès Roy", "tz": "Europe/Paris",
                               "locale": "fr-FR", "profile": {}}}  # fmt: skip
REFRESHED = {"ok": True, "access_token": f"{TOKEN}-next", "token_type": "bot", "expires_in": 43200,
             "refresh_token": f"{REFRESH}-next", "scope": "commands", "app_id": "A0KRD7HC3", "team": None,
             "enterprise": {"id": ORG}, "bot_user_id": "U0KRQLJ9H", "is_enterprise_install": True}  # fmt: skip


@dataclass
class Organisation:
    """Answers, and remembers who asked for what with which token. `refuses`: what it says to a refresh token."""

    asked: list[tuple[str, str]] = field(default_factory=list)
    refuses: str = ""

    def app(self) -> FastAPI:
        """Its Web API."""
        app = FastAPI()
        app.add_api_route("/api/{method}", self.method, methods=["POST", "GET"])
        return app

    async def method(self, method: str, request: Request) -> dict[str, Any]:
        """One call."""
        form = dict(await request.form())
        self.asked.append((method, request.headers.get("authorization", "").removeprefix("Bearer ")))
        match method:
            case "oauth.v2.access" if form.get("grant_type") == "refresh_token":
                return {"ok": False, "error": self.refuses} if self.refuses else REFRESHED
            case "oauth.v2.access":
                return ACCESS
            case "auth.test":
                return TESTED
            case "users.info":
                return PERSON
            case "conversations.open":
                return {"ok": True, "channel": {"id": "D024BE91L"}}
        return {"ok": True, "channel": "C2147483705", "ts": "1767225600.000100", "message": {}}

    def tokens(self, method: str) -> list[str]:
        """The tokens with which a method was called."""
        return [token for name, token in self.asked if name == method]
