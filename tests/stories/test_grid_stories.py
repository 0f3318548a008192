"""An Enterprise Grid organisation adds the app once: each of its workspaces has a desk, and may be left by itself."""

import asyncio

import httpx2
import pytest

from storage.tables import Desk
from tests.stories.installing import adds_app
from tests.stories.people import SOON, OnSlack
from tests.stories.script import claims
from tests.stories.stage import Stage
from tests.stories.test_install_stories import account_of, until_left, workspace

# slack_sdk 3.47 still hands aiohttp its BasicAuth.
pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")]

ORG, SALES, SUPPORT = "E0INITECH", "T0SALES", "T0SUPPORT"


def ines(stage: Stage) -> OnSlack:
    """She adds the app for the organisation, and works in Sales."""
    return OnSlack(stage.cast, "U0INES", at_desk=True, desk="C0SALES")


def kai(stage: Stage) -> OnSlack:
    """He works in Support."""
    return OnSlack(stage.cast, "U0KAI", at_desk=True, desk="C0SUPPORT")


def omar(stage: Stage) -> OnSlack:
    """A customer in Sales."""
    return OnSlack(stage.cast, "U0OMAR")


def lena(stage: Stage) -> OnSlack:
    """A customer in Support."""
    return OnSlack(stage.cast, "U0LENA")


async def desks(stage: Stage) -> list[Desk]:
    """Those of the organisation's team."""
    async with stage.app.house.database.begin() as work:
        team = await work.people.team_by_slug("initech")
        assert team is not None
        return list(await work.people.desks_of(team.id))


async def two_desks(stage: Stage) -> None:
    """The organisation has the app, and each workspace its desk; Kai is an owner as well."""
    page = await adds_app(stage, "U0INES")
    assert "Bellhop is ready for Initech" in page.text
    await OnSlack(stage.cast, "U0INES").hears("Bellhop is ready for Initech", "EUR", "Europe/Paris")
    await stage.cast.slack.people.invites("U0INES", "C0SALES")
    await ines(stage).commands("/bellhop connect")
    await ines(stage).hears("Cases of Initech come here from now on")
    await OnSlack(stage.cast, "U0INES").commands("/bellhop invite owner")
    invitation = await OnSlack(stage.cast, "U0INES").hears("An invitation for one owner")
    code = invitation.text.partition("/bellhop join ")[2].split()[0]
    await OnSlack(stage.cast, "U0KAI").commands(f"/bellhop join {code}")
    await OnSlack(stage.cast, "U0KAI").hears("You are an owner of Initech now")
    await stage.cast.slack.people.invites("U0KAI", "C0SUPPORT")
    await kai(stage).commands("/bellhop connect")
    await kai(stage).hears("Cases of Initech come here from now on")
    # The greeting shows that the channel can be written to; only then the desk is kept.
    async with asyncio.timeout(SOON):
        while True:
            if {desk.workspace for desk in await desks(stage)} == {SALES, SUPPORT}:
                return
            await asyncio.sleep(0.02)


async def test_each_workspace_of_an_organisation_has_a_desk_for_its_own_customers(stage: Stage) -> None:
    await two_desks(stage)
    assert {(desk.chat, desk.workspace) for desk in await desks(stage)} == {("C0SALES", SALES), ("C0SUPPORT", SUPPORT)}
    await omar(stage).says("A word about the offer")
    await ines(stage).hears("A word about the offer")
    await lena(stage).says("My printer burns")
    await kai(stage).hears("My printer burns")
    await claims(lena(stage), kai(stage))
    await kai(stage).says("Throw water on it")
    await lena(stage).hears("Throw water on it")
    assert ines(stage).count("printer") == kai(stage).count("the offer") == omar(stage).count("water") == 0
    # One installation, one token, and it speaks in both.
    used = {each.request for each in stage.world.wire if each.method == "oauth.v2.access"}
    assert len(used) == 1
    account = await account_of(stage, ORG)
    assert account is not None and await account_of(stage, SALES) is await account_of(stage, SUPPORT) is None


async def test_a_workspace_that_is_taken_out_waits_while_the_other_goes_on(stage: Stage) -> None:
    await two_desks(stage)
    await omar(stage).says("A word about the offer")
    await ines(stage).hears("A word about the offer")
    await lena(stage).says("My printer burns")
    await kai(stage).hears("My printer burns")
    await access(stage, SUPPORT, granted=False)
    await OnSlack(stage.cast, "U0INES").hears(
        "Your desk cannot be reached", "taken Bellhop out of this desk's workspace"
    )
    await claims(omar(stage), ines(stage))
    await ines(stage).says("The offer is on its way")
    await omar(stage).hears("The offer is on its way")
    told = await stage.cast.slack.people.commands("U0KAI", "C0SUPPORT", "/bellhop cases")
    assert told["error"] == "unknown_command"
    await access(stage, SUPPORT, granted=True)
    await OnSlack(stage.cast, "U0INES").hears("Your desk works again")
    await stage.cast.slack.people.invites("U0KAI", "C0SUPPORT")
    await lena(stage).says("It burns on")
    await kai(stage).hears("It burns on")


@pytest.mark.parametrize("first", ["app_uninstalled", "tokens_revoked"])
async def test_an_organisation_leaves_with_all_of_its_workspaces_and_finds_them_again(stage: Stage, first: str) -> None:
    await two_desks(stage)
    await omar(stage).says("A word about the offer")
    await lena(stage).says("My printer burns")
    await kai(stage).hears("My printer burns")
    stage.cast.slack.oauth.uninstall(workspace(stage, SUPPORT), first)
    await until_left(stage, ORG)
    assert workspace(stage, SALES).install is None
    async with stage.app.house.database.begin() as work:
        assert await work.installs.newest(ORG) is None
    page = await adds_app(stage, "U0INES")
    assert "Initech is back" in page.text
    for person, channel in (("U0INES", "C0SALES"), ("U0KAI", "C0SUPPORT")):
        await stage.cast.slack.people.invites(person, channel)
    await claims(lena(stage), kai(stage))
    await kai(stage).says("Here we are again")
    await lena(stage).hears("Here we are again")
    assert omar(stage).count("Here we are again") == 0


async def access(stage: Stage, team: str, *, granted: bool) -> None:
    """An administrator of the organisation changes it on the sandbox's page."""
    async with httpx2.AsyncClient() as page:
        told = await page.post(f"{stage.world.public_url}/ui/slack/access/{team}", params={"granted": granted})
    assert told.json() == {"ok": True}
