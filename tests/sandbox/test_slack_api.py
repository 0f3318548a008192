"""Slack's Web API, spoken by the real SDK over real HTTP."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.app import Cast
from sandbox.faults import Fault, Rule
from sandbox.slack import Slack
from sandbox.world import World
from tests.sandbox.slack_stage import refusal

Refusing = Callable[[AsyncWebClient], Awaitable[Any]]


Acme = tuple[World, Slack, AsyncWebClient]


@pytest.fixture
def acme(world: World, cast: Cast, sandbox_server: str) -> Acme:
    token = world.secrets.slack_bot_token
    return world, cast.slack, AsyncWebClient(token=token, base_url=f"{sandbox_server}/slack/api/")


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


async def test_the_token_tells_who_the_app_is(acme: Acme) -> None:
    who = await acme[2].auth_test()
    assert (who["team_id"], who["user_id"], who["bot_id"]) == ("T0ACME", "UBELLHOP", "B0BELLHOP")


async def test_a_message_is_posted_changed_and_deleted(acme: Acme) -> None:
    _, slack, client = acme
    posted = await client.chat_postMessage(channel="C0DESK", text="A new case", blocks=[section("*A new case*")])
    again = await client.chat_update(channel="C0DESK", ts=posted["ts"], text="Claimed")
    assert again["message"]["blocks"] == [] and again["ts"] == posted["ts"]
    [shown] = slack.sees("U0ANA")["channels"][0]["messages"]
    assert (shown["raw"], shown["edited"]) == ("Claimed", True)
    await client.chat_delete(channel="C0DESK", ts=posted["ts"])
    assert slack.sees("U0ANA")["channels"][0]["messages"] == []


async def test_replies_stand_in_the_thread_and_are_counted(acme: Acme) -> None:
    _, slack, client = acme
    parent = await client.chat_postMessage(channel="C0DESK", text="Case")
    reply = await client.chat_postMessage(channel="C0DESK", text="Hello", thread_ts=parent["ts"])
    assert reply["message"]["parent_user_id"] == "UBELLHOP"
    below = await client.chat_postMessage(channel="C0DESK", text="Hello again", thread_ts=reply["ts"])
    assert below["message"]["thread_ts"] == parent["ts"]
    first, second, _ = slack.sees("U0BEN")["channels"][0]["messages"]
    assert first["replies"] == 2 and not second["in_channel"]


async def test_an_ephemeral_message_is_seen_by_one_person_only(acme: Acme) -> None:
    _, slack, client = acme
    await client.chat_postEphemeral(channel="C0DESK", user="U0ANA", text="Only you")
    assert [m["only_me"] for m in slack.sees("U0ANA")["channels"][0]["messages"]] == [True]
    assert slack.sees("U0BEN")["channels"][0]["messages"] == []


async def test_a_person_is_written_to_in_their_direct_conversation(acme: Acme) -> None:
    _, slack, client = acme
    opened = await client.conversations_open(users="U0CARLA")
    posted = await client.chat_postMessage(channel="U0CARLA", text="Welcome")
    assert posted["channel"] == opened["channel"]["id"] == "D0CARLA"
    assert (await client.conversations_info(channel="D0CARLA"))["channel"]["user"] == "U0CARLA"
    assert any(channel["id"] == "D0CARLA" and channel["app"] for channel in slack.sees("U0CARLA")["channels"])


async def test_people_bring_their_time_zone_and_language(acme: Acme) -> None:
    shown = await acme[2].users_info(user="U0CARLA", include_locale=True)
    assert (shown["user"]["tz"], shown["user"]["locale"]) == ("America/New_York", "en-US")
    assert shown["user"]["tz_offset"] in (-18000, -14400)


async def test_lists_come_in_pages(acme: Acme) -> None:
    client = acme[2]
    names = [one["id"] async for page in await client.users_list(limit=2) for one in page["members"]]
    assert len(names) == len(set(names)) == 6
    channels = await client.conversations_list(types="public_channel,private_channel")
    assert [one["name"] for one in channels["channels"]] == ["front-desk", "general"]
    members = await client.conversations_members(channel="C0DESK")
    assert "UBELLHOP" in members["members"]


async def test_the_app_joins_a_public_channel_before_it_writes_there(acme: Acme) -> None:
    client = acme[2]
    assert await refusal(client.chat_postMessage(channel="C0GENERAL", text="hi")) == "not_in_channel"
    await client.conversations_join(channel="C0GENERAL")
    assert (await client.chat_postMessage(channel="#general", text="hi"))["ok"]


async def test_a_file_goes_up_in_three_steps_and_comes_down_with_the_token(acme: Acme) -> None:
    _, slack, client = acme
    parent = await client.chat_postMessage(channel="C0DESK", text="Case")
    done = await client.files_upload_v2(
        channel="C0DESK", thread_ts=parent["ts"], filename="card.png", content=b"\x89PNG..", initial_comment="The card"
    )
    shown = slack.sees("U0ANA")["channels"][0]["messages"][-1]
    assert (shown["raw"], shown["files"][0]["name"], shown["is_reply"]) == ("The card", "card.png", True)
    url = done["file"]["url_private_download"]
    async with aiohttp.ClientSession() as session:
        async with session.get(url, headers={"Authorization": f"Bearer {client.token}"}) as answer:
            assert await answer.read() == b"\x89PNG.." and answer.content_type == "image/png"
        async with session.get(url) as answer:
            assert answer.content_type == "text/html"


async def test_reactions_are_put_on_once(acme: Acme) -> None:
    _, slack, client = acme
    ts = (await client.chat_postMessage(channel="C0DESK", text="Case"))["ts"]
    await client.reactions_add(channel="C0DESK", timestamp=ts, name="white_check_mark")
    assert slack.sees("U0ANA")["channels"][0]["messages"][0]["reactions"][0]["text"] == "✅"
    again = client.reactions_add(channel="C0DESK", timestamp=ts, name="white_check_mark")
    assert await refusal(again) == "already_reacted"
    await client.reactions_remove(channel="C0DESK", timestamp=ts, name="white_check_mark")
    assert (await client.reactions_get(channel="C0DESK", timestamp=ts))["message"]["reactions"] == []


async def test_a_permalink_leads_to_the_message(acme: Acme) -> None:
    client = acme[2]
    ts = (await client.chat_postMessage(channel="C0DESK", text="Case"))["ts"]
    link = await client.chat_getPermalink(channel="C0DESK", message_ts=ts)
    assert link["permalink"].endswith(f"/archives/C0DESK/p{ts.replace('.', '')}")


MANY_BLOCKS = [section("x")] * 51
REFUSED: dict[str, tuple[Refusing, str]] = {
    "an unknown channel": (lambda c: c.chat_postMessage(channel="C0NONE", text="x"), "channel_not_found"),
    "nothing to say": (lambda c: c.api_call("chat.postMessage", json={"channel": "C0DESK"}), "no_text"),
    "an unknown thread": (
        lambda c: c.chat_postMessage(channel="C0DESK", text="x", thread_ts="1.2"),
        "thread_not_found",
    ),
    "an unknown message": (lambda c: c.chat_update(channel="C0DESK", ts="1.2", text="x"), "message_not_found"),
    "an outsider": (lambda c: c.chat_postEphemeral(channel="C0DESK", user="U0DEV", text="x"), "user_not_in_channel"),
    "an unknown person": (lambda c: c.users_info(user="U0NOBODY"), "user_not_found"),
    "too many blocks": (lambda c: c.chat_postMessage(channel="C0DESK", text="x", blocks=MANY_BLOCKS), "invalid_blocks"),
    "an invented trigger": (lambda c: c.views_open(trigger_id="1.2.3", view=modal()), "invalid_trigger_id"),
    "reading back": (lambda c: c.conversations_history(channel="C0DESK"), "ratelimited"),
    "a method that is not played": (lambda c: c.api_call("bookmarks.add"), "unknown_method"),
}


def modal(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": {"type": "plain_text", "text": "Pay"}, "blocks": [section("x")], **more}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_slack_refuses_is_refused_in_its_words(acme: Acme, case: str) -> None:
    call, error = REFUSED[case]
    assert await refusal(call(acme[2])) == error


async def test_the_place_of_a_wrong_block_is_told(acme: Acme) -> None:
    body = {"channel": "C0DESK", "text": "x", "blocks": [section("x"), section("x" * 3001)]}
    headers = {"Authorization": f"Bearer {acme[2].token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.post(f"{acme[0].public_url}/slack/api/chat.postMessage", json=body) as reply:
            refused = await reply.json()
    assert refused["error"] == "invalid_blocks"
    [message] = refused["response_metadata"]["messages"]
    assert message == "[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]"


async def test_blocks_with_too_much_text_in_all_are_refused(acme: Acme) -> None:
    long = [section("x" * 2900)] * 5
    assert await refusal(acme[2].chat_postMessage(channel="C0DESK", text="x", blocks=long)) == "msg_blocks_too_long"


async def test_only_the_apps_own_messages_can_be_changed(acme: Acme) -> None:
    _, slack, client = acme
    message = await slack.people.says("U0ANA", "C0DESK", "mine")
    assert await refusal(client.chat_update(channel="C0DESK", ts=message.ts, text="x")) == "cant_update_message"
    assert await refusal(client.chat_delete(channel="C0DESK", ts=message.ts)) == "cant_delete_message"


async def test_tokens_are_looked_at(acme: Acme) -> None:
    url = f"{acme[0].public_url}/slack/api/"
    assert await refusal(AsyncWebClient(base_url=url).auth_test()) == "not_authed"
    assert await refusal(AsyncWebClient(token="xoxb-wrong", base_url=url).auth_test()) == "invalid_auth"
    as_app = AsyncWebClient(token=acme[0].secrets.slack_app_token, base_url=url)
    assert await refusal(as_app.auth_test()) == "not_allowed_token_type"
    assert (await as_app.apps_connections_open(app_token=str(as_app.token)))["url"].startswith("ws://127.0.0.1")


async def test_a_missing_scope_is_named(acme: Acme) -> None:
    _, slack, client = acme
    install = slack.core.teams["T0ACME"].install
    assert install
    install.scopes = frozenset({"chat:write"})
    assert await refusal(client.users_info(user="U0ANA")) == "missing_scope"
    named = client.chat_postMessage(channel="C0DESK", text="x", username="Carla")
    assert await refusal(named) == "missing_scope"


async def test_a_rate_limit_is_waited_out_by_the_sdk(acme: Acme) -> None:
    world, _, client = acme
    world.faults.add(Rule("slack", Fault.RATE_LIMITED, method="chat.postMessage", retry_after=0))
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=1))
    assert (await client.chat_postMessage(channel="C0DESK", text="at last"))["ok"]
    assert [exchange.status for exchange in world.wire if exchange.direction == "in"] == [429, 200]


async def test_an_unknown_method_is_loud(acme: Acme) -> None:
    world, _, client = acme
    assert await refusal(client.api_call("chat.shout")) == "unknown_method"
    assert (world.wire[-1].method, world.wire[-1].status) == ("chat.shout", 501)


async def test_the_page_acts_and_looks_over_http(acme: Acme) -> None:
    root = f"{acme[0].public_url}/ui/slack"
    async with aiohttp.ClientSession() as session:
        said = {"user": "U0CARLA", "channel": "bellhop", "text": "Hello & welcome <b>"}
        async with session.post(f"{root}/act/says", json=said) as answer:
            assert (await answer.json())["ok"]
        async with session.get(f"{root}/state", params={"user": "U0CARLA"}) as answer:
            seen = await answer.json()
        async with session.post(f"{root}/act/flies", json={}) as answer:
            assert answer.status == 404
    [message] = next(channel for channel in seen["channels"] if channel["app"])["messages"]
    assert message["pieces"] == [{"kind": "text", "text": "Hello & welcome <b>", "styles": []}]
