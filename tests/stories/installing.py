"""Somebody adds the app to a workspace in a browser, as the front page leads them."""

from urllib.parse import parse_qs, urlsplit

import httpx2

from tests.stories.people import OnSlack
from tests.stories.stage import Stage

GLOBEX_DESK = "C0GDESK"
HANA, GUS, ANA = "U0HANA", "U0GUS", "U0ANA"


def hana(stage: Stage) -> OnSlack:
    """She installs the app at Globex; here in her conversation with Bellhop."""
    return OnSlack(stage.cast, HANA)


def hana_at_desk(stage: Stage) -> OnSlack:
    """The same in Globex's front-desk channel."""
    return OnSlack(stage.cast, HANA, at_desk=True, desk=GLOBEX_DESK)


def gus(stage: Stage) -> OnSlack:
    """A customer at Globex."""
    return OnSlack(stage.cast, GUS)


async def adds_app(stage: Stage, user: str, *, answer: str = "allow") -> httpx2.Response:
    """Press the button, answer Slack's page, come back: the page that is shown at the end."""
    async with httpx2.AsyncClient(follow_redirects=False) as browser:
        front = await browser.get(f"{stage.url}/")
        assert 'href="/slack/install"' in front.text
        away = await browser.get(f"{stage.url}/slack/install")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(away.headers["location"]).query).items()}
        consent = await browser.get(away.headers["location"])
        assert all(scope in consent.text for scope in asked["scope"].split(","))
        said = {"user": user, "answer": answer, **{name: asked[name] for name in ("scope", "state", "redirect_uri")}}
        back = await browser.post(away.headers["location"], data=said)
        return await browser.get(back.headers["location"])


async def opens_desk(stage: Stage) -> None:
    """Hana invites Bellhop into her channel, and makes it the front desk."""
    await stage.cast.slack.people.invites(HANA, GLOBEX_DESK)
    await hana_at_desk(stage).hears("its front desk with /bellhop connect")
    await hana_at_desk(stage).commands("/bellhop connect")
    await hana_at_desk(stage).hears("Cases of Globex come here from now on")
