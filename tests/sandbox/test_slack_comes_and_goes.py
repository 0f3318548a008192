"""The app comes and goes: events that find nobody, installations, channels, the consent page, the manifest."""

from datetime import timedelta

import aiohttp
import pytest

from sandbox.faults import Fault, Rule
from tests.sandbox.slack_stage import Stage, refusal


async def test_an_event_that_finds_nobody_is_sent_four_times(by_http: Stage) -> None:
    by_http.world.product_url = "http://127.0.0.1:9"
    by_http.slack.core.delivery.retry_after = (0, 0, 0)
    await by_http.slack.people.says("U0CARLA", "bellhop", "anyone?")
    tries = await by_http.world.until(lambda: [e.note for e in by_http.world.wire if e.method == "message.im"][3:])
    assert tries == ["retry 3: connection_failed"]


@pytest.mark.parametrize(("fault", "times"), [(Fault.DOUBLED, 2), (Fault.LOST, 0), (Fault.LATE, 0)])
async def test_events_meet_the_trouble_that_is_switched_on(stage: Stage, fault: Fault, times: int) -> None:
    stage.world.faults.add(Rule("slack", fault, method="message.im"))
    await stage.slack.people.says("U0CARLA", "bellhop", "first")
    await stage.slack.people.says("U0CARLA", "bellhop", "second")
    await stage.hears("message", text="second")
    assert sum(event.get("text") == "first" for event in stage.heard) == times
    if fault is Fault.LATE:
        await stage.world.release("slack")
        await stage.hears("message", text="first")


# slack_sdk 3.47 still hands aiohttp its BasicAuth.
@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
async def test_the_app_is_added_to_a_second_workspace_and_taken_away(by_http: Stage) -> None:
    world, slack = by_http.world, by_http.slack
    back = slack.oauth.allow("U0HANA", "chat:write,commands", "http://127.0.0.1:9/back", "state-1")
    code = back.partition("code=")[2].partition("&")[0]
    secret = {"client_id": world.secrets.slack_client_id, "client_secret": world.secrets.slack_client_secret}
    access = await by_http.client.oauth_v2_access(code=code, redirect_uri="http://127.0.0.1:9/back", **secret)
    assert (access["team"]["id"], access["authed_user"]["id"]) == ("T0GLOBEX", "U0HANA")
    assert await refusal(by_http.client.oauth_v2_access(code=code, **secret)) == "code_already_used"
    token = access["access_token"]
    assert (await by_http.client.api_call("auth.test", json={"token": token}))["team"] == "Globex"
    slack.oauth.uninstall(slack.core.teams["T0ACME"])
    assert (await by_http.hears("tokens_revoked"))["tokens"]["bot"] == ["UBELLHOP"]
    await by_http.hears("app_uninstalled")
    assert await refusal(by_http.client.auth_test()) == "account_inactive"


# slack_sdk 3.47 still hands aiohttp its BasicAuth.
@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
async def test_a_token_that_rotates_ends_and_its_refresh_token_works_once(by_http: Stage) -> None:
    world, slack = by_http.world, by_http.slack
    slack.core.rotates = True
    code = slack.oauth.allow("U0HANA", "chat:write", "", "s").partition("code=")[2].partition("&")[0]
    secret = {"client_id": world.secrets.slack_client_id, "client_secret": world.secrets.slack_client_secret}
    first = await by_http.client.oauth_v2_access(code=code, **secret)
    assert first["access_token"].startswith("xoxe.xoxb-1-") and first["expires_in"] == 12 * 60 * 60
    world.clock.jump(timedelta(hours=11))
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = await by_http.client.oauth_v2_access(**refresh, **secret)
    assert await refusal(by_http.client.oauth_v2_access(**refresh, **secret)) == "invalid_refresh_token"
    asked = [by_http.client.api_call("auth.test", json={"token": each["access_token"]}) for each in (first, second)]
    assert [(await each)["team"] for each in asked] == ["Globex", "Globex"]
    world.clock.jump(timedelta(hours=2))
    assert await refusal(by_http.client.api_call("auth.test", json={"token": first["access_token"]})) == "token_expired"
    assert (await by_http.client.api_call("auth.test", json={"token": second["access_token"]}))["team"] == "Globex"


async def test_the_bot_is_invited_to_a_channel_and_taken_out(by_http: Stage) -> None:
    people = by_http.slack.people
    await people.removes("U0ANA", "C0GENERAL")
    await people.invites("U0ANA", "C0GENERAL")
    await by_http.hears("member_joined_channel", inviter="U0ANA", user="UBELLHOP")
    await people.removes("U0ANA", "C0GENERAL")
    await by_http.hears("channel_left", channel="C0GENERAL", actor_id="U0ANA")


async def test_the_consent_page_lists_the_scopes_and_leads_back(by_http: Stage) -> None:
    world = by_http.world
    page = f"{world.public_url}/slack/oauth/v2/authorize"
    query = {"client_id": world.secrets.slack_client_id, "scope": "commands,chat:write", "state": "s"}
    form = {"user": "U0HANA", "scope": "commands", "state": "s", "redirect_uri": "http://127.0.0.1:9/back"}
    async with aiohttp.ClientSession() as session:
        async with session.get(page, params=query) as shown:
            assert "chat:write" in await shown.text()
        async with session.post(page, data=form | {"answer": "allow"}, allow_redirects=False) as answer:
            assert "state=s" in answer.headers["Location"] and "code=" in answer.headers["Location"]
        async with session.post(page, data=form, allow_redirects=False) as answer:
            assert "error=access_denied" in answer.headers["Location"]
        async with session.get(page, params={"client_id": "other"}) as shown:
            assert shown.status == 400


async def test_the_manifest_decides_commands_shortcuts_scopes_and_events(by_http: Stage) -> None:
    commands = [{"command": "/help", "usage_hint": "me", "should_escape": True}]
    shortcuts = [{"name": "Pay", "type": "message", "callback_id": "ask"}]
    manifest = {
        "features": {"slash_commands": commands, "shortcuts": shortcuts},
        "oauth_config": {"scopes": {"bot": ["commands", "im:history"]}},
        "settings": {"event_subscriptions": {"bot_events": ["message.im"]}},
    }
    async with aiohttp.ClientSession() as session:
        await session.post(f"{by_http.world.public_url}/ui/slack/manifest", json=manifest)
    seen = by_http.slack.sees("U0ANA")
    assert [one["name"] for one in seen["commands"]] == ["/help"]
    assert [one["callback_id"] for one in seen["shortcuts"]] == ["ask"]
    assert await refusal(by_http.client.chat_postMessage(channel="C0DESK", text="x")) == "missing_scope"
    await by_http.slack.people.opens_home("U0CARLA")
    await by_http.slack.people.says("U0CARLA", "bellhop", "hello")
    await by_http.hears("message")
    assert [event["type"] for event in by_http.heard] == ["message"]
