"""Slack workspaces come and go: added in a browser, side by side, removed in any order, and found again."""

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from bot.channels.slack.scopes import THREADS
from handlers.cases import begin_case, show_case
from handlers.messages import Message
from handlers.telling import tell_owners
from sandbox.slack.model import Workspace
from storage.tables import ChannelAccount, RoleKind
from tests.databases import Pool
from tests.stories.installing import ANA, GLOBEX_DESK, GUS, HANA, adds_app, gus, hana, hana_at_desk, opens_desk
from tests.stories.people import SOON, OnSlack, OnTelegram
from tests.stories.script import claims
from tests.stories.stage import Stage, set_up

# slack_sdk 3.47 still hands aiohttp its BasicAuth.
pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")]

GLOBEX, ACME = "T0GLOBEX", "T0ACME"


def workspace(stage: Stage, team: str) -> Workspace:
    """A workspace of the sandbox."""
    return stage.cast.slack.core.teams[team]


async def account_of(stage: Stage, team: str) -> ChannelAccount | None:
    """What Bellhop remembers of a workspace."""
    async with stage.app.house.database.begin() as work:
        return await work.people.account("slack", team)


async def test_two_workspaces_side_by_side_each_see_only_their_own(stage: Stage) -> None:
    done = await adds_app(stage, HANA)
    assert done.status_code == 200 and "Bellhop is ready for Globex" in done.text
    assert f"slack://app?team={GLOBEX}&amp;id=A0BELLHOP" in done.text
    await hana(stage).hears("Bellhop is ready for Globex", "JPY", "Asia/Tokyo", "Nobody else sees this")
    assert gus(stage).screen() == []
    await opens_desk(stage)
    await gus(stage).says("Is anybody there?")
    await hana_at_desk(stage).hears("Case ", "Gus Weber")
    await claims(gus(stage), hana_at_desk(stage))
    await hana_at_desk(stage).says("Hello Gus")
    await gus(stage).hears("Hello Gus")
    await stage.carla.says("Good morning, Bright Studio")
    await stage.ana.hears("Good morning, Bright Studio")
    assert not any("Gus" in seen.text for seen in stage.ana.screen())
    assert not any("Carla" in seen.text or "Bright" in seen.text for seen in hana_at_desk(stage).screen())


async def test_the_installer_owns_the_new_team_and_its_tokens_are_sealed(stage: Stage) -> None:
    await adds_app(stage, HANA)
    await hana(stage).hears("Bellhop is ready for Globex")
    async with stage.app.house.database.begin() as work:
        team = await work.people.team_by_slug("globex")
        assert team is not None
        [role] = await work.people.roles_of(team.id)
        assert role.kind is RoleKind.OWNER and (await work.people.person(role.person_id)).name == "Hana Mori"
    kept = Path(stage.settings.database_url.removeprefix("sqlite:///"))
    token = workspace(stage, GLOBEX).install
    assert token is not None
    assert not any(token.token.encode() in file.read_bytes() for file in kept.parent.glob(f"{kept.name}*"))


@pytest.mark.parametrize("answer", ["cancel", "again"])
async def test_an_installation_that_is_refused_or_repeated_adds_nothing(stage: Stage, answer: str) -> None:
    if answer == "cancel":
        page = await adds_app(stage, HANA, answer="cancel")
        assert "You have not allowed it" in page.text
    else:
        async with httpx2.AsyncClient() as browser:
            page = await browser.get(f"{stage.url}/slack/oauth_redirect", params={"code": "x", "state": "made up"})
        assert page.status_code == 400 and "another browser" in page.text
    assert "Begin again" in page.text and await account_of(stage, GLOBEX) is None


@pytest.mark.parametrize("first", ["app_uninstalled", "tokens_revoked"])
async def test_a_workspace_is_left_and_found_again(stage: Stage, first: str) -> None:
    await adds_app(stage, HANA)
    await opens_desk(stage)
    await gus(stage).says("Is anybody there?")
    await hana_at_desk(stage).hears("Is anybody there?")
    await removes_app(stage, GLOBEX, first)
    async with stage.app.house.database.begin() as work:
        assert await work.installs.newest(GLOBEX) is None
    back = await adds_app(stage, HANA)
    assert "Globex is back" in back.text
    await hana(stage).hears("Globex is back", "invite me to the front desk again")
    await stage.cast.slack.people.invites(HANA, GLOBEX_DESK)
    await hana_at_desk(stage).hears("Case ")
    await claims(gus(stage), hana_at_desk(stage))
    await hana_at_desk(stage).says("Here we are again")
    await gus(stage).hears("Here we are again")
    account = await account_of(stage, GLOBEX)
    assert account is not None and account.left_at is None


async def books_consultation(customer: OnSlack) -> None:
    """Four taps."""
    await customer.starts()
    for label in ("Book", "Consultation", "Tomorrow", "09:00", "Confirm"):
        await customer.taps(label)
    await customer.hears("Your booking")


async def removes_app(stage: Stage, team: str, first: str = "tokens_revoked") -> None:
    """Take the app out of a workspace, and wait until Bellhop has noticed."""
    stage.cast.slack.oauth.uninstall(workspace(stage, team), first)
    await until_left(stage, team)


async def until_left(stage: Stage, team: str) -> None:
    """Wait until the work in a workspace has stopped."""
    async with asyncio.timeout(SOON):
        while True:
            account = await account_of(stage, team)
            if account is not None and account.left_at is not None:
                return
            await asyncio.sleep(0.02)


async def test_a_late_event_of_the_old_installation_does_not_end_the_new_one(stage: Stage) -> None:
    await adds_app(stage, HANA)
    await opens_desk(stage)
    await removes_app(stage, GLOBEX)
    await adds_app(stage, HANA)
    await hana(stage).hears("Globex is back")
    await stage.cast.slack.people.invites(HANA, GLOBEX_DESK)
    for kind in ("app_uninstalled", "tokens_revoked"):
        late = {"type": kind, "tokens": {"oauth": [], "bot": ["UBELLGLOBEX"]}}
        await stage.cast.slack.core.delivery.last_event(workspace(stage, GLOBEX), f"EvLATE{kind}", late)
    await gus(stage).says("Still there?")
    await hana_at_desk(stage).hears("Still there?")
    account = await account_of(stage, GLOBEX)
    assert account is not None and account.left_at is None


async def test_a_removal_that_nobody_told_of_is_noticed_when_something_is_to_be_said(stage: Stage) -> None:
    await adds_app(stage, HANA)
    await opens_desk(stage)
    there = workspace(stage, GLOBEX)
    assert there.install is not None
    there.old_tokens.add(there.install.token)
    there.install = None
    async with stage.app.house.database.begin() as work:
        team = await work.people.team_by_slug("globex")
        assert team is not None
        assert await tell_owners(work, team, Message(text="Nobody hears this")) == 1
        account = await work.people.account("slack", GLOBEX)
        assert account is not None
        customer = await work.people.meet(account.id, GUS, name="Gus Weber")
        await show_case(work, await begin_case(work, team, customer.id))
    await until_left(stage, GLOBEX)


async def test_tokens_that_rotate_are_changed_in_time_and_each_only_once(stage: Stage) -> None:
    stage.cast.slack.core.rotates = True
    await adds_app(stage, HANA)
    await opens_desk(stage)
    await gus(stage).says("Good morning")
    await hana_at_desk(stage).hears("Good morning")
    assert refreshed(stage) == 0
    stage.world.clock.jump(timedelta(hours=13))
    await gus(stage).says("Good evening")
    await hana_at_desk(stage).hears("Good evening")
    await claims(gus(stage), hana_at_desk(stage))
    assert refreshed(stage) == 1


def posts(stage: Stage) -> int:
    """How often somebody tried to say something in Slack."""
    return sum(each.service == "slack" and each.method.startswith("chat.") for each in stage.world.wire)


def refreshed(stage: Stage) -> int:
    """How often Slack was asked for a next token."""
    asked = [each for each in stage.world.wire if each.method == "oauth.v2.access"]
    assert all(each.status == 200 and '"ok":true' in each.response.replace(" ", "") for each in asked)
    return sum("refresh_token" in each.request for each in asked)


async def test_without_a_token_of_its_own_bellhop_lives_by_installs_alone(databases: Pool, tmp_path: Path) -> None:
    wishes = {"team": None, "shared": True, "slack_token": False}
    async with set_up(tmp_path, database_url=await databases.ready("sqlite"), **wishes) as stage:
        assert stage.app.problems() == {}
        await adds_app(stage, ANA)
        await OnSlack(stage.cast, ANA).hears("Bellhop is ready for Acme", "EUR", "Europe/Berlin")
        told = await stage.cast.slack.people.commands(HANA, "bellhop", "/bellhop help")
        assert told["error"] == "unknown_command"


async def test_in_the_light_form_agents_answer_by_the_cards_button(databases: Pool, tmp_path: Path) -> None:
    async with set_up(tmp_path, database_url=await databases.ready("sqlite"), light=True) as stage:
        await adds_app(stage, HANA)
        added = workspace(stage, GLOBEX).install
        assert added is not None and THREADS.isdisjoint(added.scopes)
        await opens_desk(stage)
        await gus(stage).says("Is anybody there?")
        await hana_at_desk(stage).hears("Case ", "Answer with Reply")
        await hana_at_desk(stage).says("Nobody hears this")
        await hana_at_desk(stage).taps("Reply")
        await hana_at_desk(stage).fills(To_Gus_Weber="Yes, at once")
        await gus(stage).hears("Hana Mori from Globex has joined")
        await gus(stage).hears("Yes, at once")
        await hana_at_desk(stage).hears("Yes, at once")
        assert gus(stage).count("Nobody hears this") == 0


async def test_the_owner_is_told_on_telegram_what_is_ahead_and_nothing_waits_in_vain(stage: Stage) -> None:
    ana = OnTelegram(stage.cast, 2001)
    await ana.starts()
    await books_consultation(stage.carla)
    await stage.ana.hears("Booked: Consultation")
    await removes_app(stage, ACME)
    await ana.hears("Bellhop was removed from Slack", "Consultation with Carla Customer")
    tried = posts(stage)
    await stage.mia.says("Did you get my booking?")
    await stage.ana_on_telegram.hears("Did you get my booking?")
    assert posts(stage) == tried
    page = await adds_app(stage, ANA)
    assert "Bright Studio is back" in page.text and "one booking ahead" in page.text
    await stage.cast.slack.people.invites("U0BEN", "C0DESK")
    await stage.ana.hears("Did you get my booking?")
    assert ana.count("Bellhop was removed") == 1
