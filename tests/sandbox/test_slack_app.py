"""People and a real Bolt app meet in Slack's twin: commands, presses, forms, events; by HTTP and by Socket Mode."""

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp

from tests.sandbox.slack_stage import Stage, refusal

Json = dict[str, Any]


def words(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(action_id: str, text: str, **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": words(text), **more}


def field(label: str, **element: Any) -> Json:
    kind = {"type": "plain_text_input", "action_id": "value", **element}
    return {"type": "input", "block_id": label.lower(), "label": words(label), "element": kind}


PAY_FORM: Json = {
    "type": "modal",
    "callback_id": "pay",
    "title": words("Ask for money"),
    "submit": words("Ask"),
    "blocks": [
        field("Amount"),
        field("When", type="datepicker"),
        field("Currency", type="static_select", options=[{"text": words("Euro"), "value": "EUR"}]),
    ],
}
ACTIONS = {"type": "actions", "block_id": "case", "elements": [button("claim", "Claim", value="case-1")]}


async def test_what_a_person_writes_reaches_the_app(stage: Stage) -> None:
    await stage.slack.people.says("U0CARLA", "bellhop", "Is <Tuesday> free? https://example.com/a?b=1&c=2")
    event = await stage.hears("message", user="U0CARLA")
    assert event["text"] == "Is &lt;Tuesday&gt; free? <https://example.com/a?b=1&amp;c=2>"
    assert (event["channel_type"], event["channel"]) == ("im", "D0CARLA")


async def test_threads_edits_and_deletions_reach_the_app(stage: Stage) -> None:
    card = await stage.client.chat_postMessage(channel="C0DESK", text="Case")
    said = await stage.slack.people.says("U0ANA", "C0DESK", "On my way", card["ts"])
    assert (await stage.hears("message", user="U0ANA"))["thread_ts"] == card["ts"]
    await stage.slack.people.edits("U0ANA", "C0DESK", said.ts, "I am here")
    changed = await stage.hears("message", subtype="message_changed")
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("I am here", "On my way")
    await stage.slack.people.deletes("U0ANA", "C0DESK", said.ts)
    assert (await stage.hears("message", subtype="message_deleted"))["deleted_ts"] == said.ts


async def test_a_mention_a_reaction_and_a_file_reach_the_app(stage: Stage) -> None:
    said = await stage.slack.people.says("U0BEN", "C0DESK", "@bellhop please")
    assert (await stage.hears("app_mention"))["text"] == "<@UBELLHOP> please"
    await stage.slack.people.reacts("U0ANA", "C0DESK", said.ts, "eyes")
    assert (await stage.hears("reaction_added"))["item"] == {"type": "message", "channel": "C0DESK", "ts": said.ts}
    await stage.slack.people.uploads("U0CARLA", "bellhop", "me.png", b"\x89PNG", "a picture")
    shared = await stage.hears("message", subtype="file_share")
    headers = {"Authorization": f"Bearer {stage.client.token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        async with session.get(shared["files"][0]["url_private_download"]) as answer:
            assert await answer.read() == b"\x89PNG"
    assert (await stage.client.files_info(file=shared["files"][0]["id"]))["file"]["name"] == "me.png"


async def test_what_is_said_where_the_app_is_not_stays_there(by_http: Stage) -> None:
    await by_http.slack.people.says("U0ANA", "C0GENERAL", "between us")
    await by_http.slack.people.says("U0ANA", "C0DESK", "for all")
    await by_http.hears("message", text="for all")
    assert not [event for event in by_http.heard if event.get("text") == "between us"]


async def test_a_command_is_answered_to_the_asker_only(stage: Stage) -> None:
    @stage.bolt.command("/pay")
    async def pay(ack: Any, command: Json) -> None:
        await ack(f"You asked for {command['text']}")

    assert (await stage.slack.people.commands("U0ANA", "C0DESK", "/pay 49 USD"))["ok"]
    assert stage.texts("U0ANA", "C0DESK") == ["You asked for 49 USD"]
    assert stage.texts("U0BEN", "C0DESK") == []


async def test_a_response_url_works_five_times_within_half_an_hour(stage: Stage) -> None:
    urls: list[str] = []

    @stage.bolt.command("/pay")
    async def pay(ack: Any, respond: Any, command: Json) -> None:
        urls.append(command["response_url"])
        await ack()
        await respond("Seen by all", response_type="in_channel")

    await stage.slack.people.commands("U0ANA", "C0DESK", "/pay 1 EUR")
    await stage.world.until(lambda: stage.texts("U0BEN", "C0DESK") == ["Seen by all"])
    async with aiohttp.ClientSession() as session:
        statuses = [(await session.post(urls[0], json={"text": str(n)})).status for n in range(5)]
        assert statuses == [200, 200, 200, 200, 404]
        await stage.slack.people.commands("U0ANA", "C0DESK", "/pay 2 EUR")
        stage.world.clock.jump(timedelta(minutes=31))
        late = await session.post(urls[1], json={"text": "late"})
        assert (late.status, (await late.json())["error"]) == (404, "expired_url")


async def test_a_press_brings_the_message_and_its_answer_replaces_it(stage: Stage) -> None:
    pressed: list[Json] = []

    @stage.bolt.action("claim")
    async def claim(ack: Any, body: Json, respond: Any) -> None:
        await ack()
        pressed.append(body)
        await respond("Ana has it", replace_original=True)

    card = await stage.client.chat_postMessage(channel="C0DESK", text="Case", blocks=[ACTIONS])
    assert (await stage.slack.people.presses("U0ANA", "C0DESK", card["ts"], "Claim"))["ok"]
    await stage.world.until(lambda: stage.texts("U0BEN", "C0DESK") == ["Ana has it"])
    [body] = pressed
    assert body["actions"][0]["value"] == "case-1" and body["message"]["ts"] == card["ts"]
    assert body["container"]["message_ts"] == card["ts"] and body["user"]["id"] == "U0ANA"


async def test_an_ephemeral_message_can_be_answered_and_goes(stage: Stage) -> None:
    @stage.bolt.action("claim")
    async def claim(ack: Any, body: Json, respond: Any) -> None:
        await ack()
        assert "message" not in body and body["container"]["is_ephemeral"]
        await respond(delete_original=True)

    sent = await stage.client.chat_postEphemeral(channel="C0DESK", user="U0ANA", text="Sure?", blocks=[ACTIONS])
    await stage.slack.people.presses("U0ANA", "C0DESK", sent["message_ts"], "claim")
    await stage.world.until(lambda: stage.texts("U0ANA", "C0DESK") == [])


async def test_a_form_opens_refuses_and_closes(stage: Stage) -> None:
    got: list[Json] = []

    @stage.bolt.command("/pay")
    async def pay(ack: Any, client: Any, command: Json) -> None:
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=PAY_FORM)

    @stage.bolt.view("pay")
    async def asked(ack: Any, view: Json) -> None:
        values = view["state"]["values"]
        got.append(values)
        wrong = not values["amount"]["value"]["value"].isdigit()
        await ack(response_action="errors", errors={"amount": "A number, please"}) if wrong else await ack()

    people = stage.slack.people
    await people.commands("U0ANA", "C0DESK", "/pay")
    await stage.world.until(lambda: people.top_view("U0ANA"))
    assert (await people.submits("U0ANA", {}))["errors"]["amount"] == "Please complete this required field."
    filled = {"Amount": "much", "When": "2026-12-01", "Currency": "Euro"}
    assert (await people.submits("U0ANA", filled))["errors"] == {"amount": "A number, please"}
    assert (await people.submits("U0ANA", filled | {"Amount": "49"}))["ok"]
    assert stage.slack.sees("U0ANA")["modal"] is None
    assert got[-1]["when"]["value"] == {"type": "datepicker", "selected_date": "2026-12-01"}
    assert got[-1]["currency"]["value"]["selected_option"]["value"] == "EUR"


async def test_a_form_can_be_answered_with_the_next_one(stage: Stage) -> None:
    second = PAY_FORM | {"callback_id": "second", "title": words("Second"), "notify_on_close": True}
    closed: list[Json] = []

    @stage.bolt.action("claim")
    async def claim(ack: Any, client: Any, body: Json) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=PAY_FORM | {"blocks": [ACTIONS]})

    @stage.bolt.view("pay")
    async def first(ack: Any) -> None:
        await ack(response_action="push", view=second)

    @stage.bolt.view_closed("second")
    async def gone(ack: Any, body: Json) -> None:
        await ack()
        closed.append(body)

    people = stage.slack.people
    card = await stage.client.chat_postMessage(channel="C0DESK", text="Case", blocks=[ACTIONS])
    await people.presses("U0BEN", "C0DESK", card["ts"], "claim")
    await stage.world.until(lambda: people.top_view("U0BEN"))
    assert (await people.submits("U0BEN"))["ok"]
    assert stage.slack.sees("U0BEN")["modal"]["title"] == "Second"
    await people.closes("U0BEN", everything=True)
    assert [body["is_cleared"] for body in closed] == [True]


async def test_a_trigger_works_once(stage: Stage) -> None:
    triggers: list[str] = []

    @stage.bolt.command("/pay")
    async def pay(ack: Any, command: Json) -> None:
        triggers.append(command["trigger_id"])
        await ack()

    await stage.slack.people.commands("U0ANA", "C0DESK", "/pay")
    await stage.client.views_open(trigger_id=triggers[0], view=PAY_FORM)
    again = stage.client.views_open(trigger_id=triggers[0], view=PAY_FORM)
    assert await refusal(again) == "exchanged_trigger_id"


async def test_the_home_tab_is_opened_published_and_pressed(stage: Stage) -> None:
    pressed = asyncio.Event()

    @stage.bolt.action("claim")
    async def claim(ack: Any, body: Json) -> None:
        await ack()
        assert body["view"]["type"] == "home"
        pressed.set()

    await stage.slack.people.opens_home("U0ANA")
    opened = await stage.hears("app_home_opened")
    await stage.client.views_publish(user_id=opened["user"], view={"type": "home", "blocks": [ACTIONS]})
    await stage.slack.people.presses_in_view("U0ANA", "Claim", home=True)
    async with asyncio.timeout(5):
        await pressed.wait()
    assert stage.slack.sees("U0BEN")["home"] is None


async def test_a_menu_and_a_message_shortcut_reach_the_app(stage: Stage) -> None:
    options = [{"text": words(name), "value": name.lower()} for name in ("Monday", "Tuesday")]
    menu = {"type": "actions", "elements": [{"type": "static_select", "action_id": "day", "options": options}]}
    chosen: list[str] = []

    @stage.bolt.action("day")
    async def day(ack: Any, action: Json) -> None:
        chosen.append(action["selected_option"]["value"])
        await ack()

    @stage.bolt.message_shortcut("pay")
    async def pay(ack: Any, shortcut: Json) -> None:
        chosen.append(shortcut["message"]["text"])
        await ack()

    card = await stage.client.chat_postMessage(channel="D0CARLA", text="Which day?", blocks=[menu])
    await stage.slack.people.presses("U0CARLA", "bellhop", card["ts"], "day", "Tuesday")
    assert (await stage.slack.people.uses_shortcut("U0CARLA", "bellhop", card["ts"], "pay"))["ok"]
    assert chosen == ["tuesday", "Which day?"]


async def test_commands_in_threads_and_unknown_ones_get_slacks_own_words(by_http: Stage) -> None:
    people = by_http.slack.people
    card = await by_http.client.chat_postMessage(channel="C0DESK", text="Case")
    await people.commands("U0ANA", "C0DESK", "/pay 1 EUR", thread_ts=card["ts"])
    await people.commands("U0ANA", "C0DESK", "/fly")
    _, in_thread, unknown = by_http.texts("U0ANA", "C0DESK")
    assert in_thread == "/pay is not supported in threads. Sorry!"
    assert unknown.startswith("`/fly` is not a valid command.")


async def test_a_command_that_nobody_answers_fails_in_the_askers_sight(by_http: Stage) -> None:
    by_http.world.product_url = "http://127.0.0.1:9"
    told = await by_http.slack.people.commands("U0ANA", "C0DESK", "/pay")
    assert told["error"] == "dispatch_failed"
    assert by_http.texts("U0ANA", "C0DESK") == ['/pay failed with the error "dispatch_failed"']


async def test_a_command_answered_too_late_times_out(by_http: Stage) -> None:
    done = asyncio.Event()

    @by_http.bolt.command("/pay")
    async def pay(ack: Any) -> None:
        await done.wait()
        await ack()

    try:
        told = await by_http.slack.people.commands("U0ANA", "C0DESK", "/pay")
    finally:
        done.set()
    assert told["error"] == "operation_timeout"
