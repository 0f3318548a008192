"""Slack's payloads, typed from its documentation, and what is heard in them."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels.slack import hear
from handlers.heard import Command, Edited, OpenedHome, Place, Press, Said

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = {"pay", "video", "agenda"}
Json = dict[str, Any]

COMMAND: Json = {
    "token": "gIkuvaNzQIHg97ATvDxqgjtO",
    "team_id": "T0001",
    "team_domain": "example",
    "enterprise_id": "E0001",
    "enterprise_name": "Globular%20Construct%20Inc",
    "channel_id": "C2147483705",
    "channel_name": "test",
    "user_id": "U2147483697",
    "user_name": "Steve",
    "command": "/pay",
    "text": "49 USD Tea &amp; talk",
    "response_url": "https://hooks.slack.com/commands/1234/5678",
    "trigger_id": "13345224609.738474920.8088930838d88f008e0",
    "api_app_id": "A123456",
    "is_enterprise_install": "false",
}
PRESSED: Json = {
    "type": "block_actions",
    "user": {"id": "UA8RXUSPL", "username": "jtorrance", "name": "jtorrance", "team_id": "T9TK3CUKW"},
    "api_app_id": "AABA1ABCD",
    "token": "9s8d9as89d8as9d8as989",
    "container": {
        "type": "message",
        "message_ts": "1548261231.000200",
        "channel_id": "CBR2V3XEX",
        "is_ephemeral": False,
    },
    "trigger_id": "12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3",
    "team": {"id": "T9TK3CUKW", "domain": "example"},
    "enterprise": None,
    "is_enterprise_install": False,
    "channel": {"id": "CBR2V3XEX", "name": "review-updates"},
    "message": {"bot_id": "BAH5CA16Z", "type": "message", "text": "A card.", "ts": "1548261231.000200"},
    "response_url": "https://hooks.slack.com/actions/AABA1ABCD/1232321423432/D09sSasdasdAS9091209",
    "actions": [
        {
            "action_id": "case.claim:0:0",
            "block_id": "=qXel",
            "text": {"type": "plain_text", "text": "Claim", "emoji": False},
            "value": "case.claim:17",
            "type": "button",
            "action_ts": "1548426417.840180",
        }
    ],
}
SAID: Json = {
    "token": "XXYYZZ",
    "team_id": "T123ABC456",
    "api_app_id": "A123ABC456",
    "event": {
        "type": "message",
        "channel": "D024BE91L",
        "user": "U2147483697",
        "text": "Hello &lt;you&gt; &amp; <@U0LAN0Z89>",
        "ts": "1767225600.000005",
        "event_ts": "1767225600.000005",
        "channel_type": "im",
    },
    "type": "event_callback",
    "event_id": "Ev123ABC456",
    "event_time": 1767225600,
    "authorizations": [
        {
            "enterprise_id": "E123ABC456",
            "team_id": "T123ABC456",
            "user_id": "U123BOT",
            "is_bot": True,
            "is_enterprise_install": False,
        }
    ],
    "is_ext_shared_channel": False,
    "event_context": "EC123ABC456",
}
FILE: Json = {
    "id": "F0S43PZDF",
    "name": "tedair.gif",
    "title": "tedair.gif",
    "mimetype": "image/gif",
    "size": 137531,
    "mode": "hosted",
    "is_external": False,
    "url_private_download": "https://files.slack.com/files-pri/T024BE7LD-F024BERPE/download/tedair.gif",
}


def told(**event: Any) -> Json:
    """An event of somebody's words with these differences."""
    body = deepcopy(SAID)
    body["event"].update(event)
    return body


def heard(body: Json) -> Any:
    """What is heard of an event."""
    return hear.event(body, WORDS)


def test_a_slash_command_is_heard_with_its_words() -> None:
    command = hear.command(COMMAND, NOW)
    assert (command.name, command.args, command.at) == ("pay", "49 USD Tea & talk", NOW)
    assert command.sender.name == "Steve"
    origin = command.origin
    assert (origin.account, origin.chat, origin.user) == ("T0001", "C2147483705", "U2147483697")
    assert (origin.place, origin.thread, origin.message_id) == (Place.GROUP, "", "")
    assert (origin.reply_to, origin.trigger) == (COMMAND["response_url"], COMMAND["trigger_id"])
    assert command.event_id == COMMAND["trigger_id"]


@pytest.mark.parametrize(
    ("text", "name", "args"),
    [
        ("", "help", ""),
        ("  ", "help", ""),
        ("pay 49 USD", "pay", "49 USD"),
        ("Agenda", "agenda", ""),
        ("pay   49\nUSD", "pay", "49\nUSD"),
    ],
)
def test_the_one_command_takes_all_others_as_its_first_word(text: str, name: str, args: str) -> None:
    command = hear.command(COMMAND | {"command": "/bellhop", "text": text}, NOW)
    assert (command.name, command.args) == (name, args)


def test_a_mentioned_person_is_known_by_their_id() -> None:
    """docs.slack.dev/interactivity/implementing-slash-commands: escaped, a mention is <@U1234|user>."""
    command = hear.command(COMMAND | {"command": "/bellhop", "text": "invite <@U1234|ana> agent"}, NOW)
    assert (command.name, command.args) == ("invite", "@ana agent")
    assert [(each.user, each.name) for each in command.mentions] == [("U1234", "ana")]
    named = hear.command(COMMAND | {"text": "<@U1234|ana>"}, NOW, {"U1234": "Ana Silva"})
    assert [each.name for each in named.mentions] == ["Ana Silva"]


def test_an_app_installed_for_a_whole_organisation_belongs_to_it() -> None:
    assert hear.command(COMMAND | {"is_enterprise_install": "true"}, NOW).origin.account == "E0001"
    everywhere = deepcopy(SAID)
    everywhere["authorizations"][0]["is_enterprise_install"] = True
    assert heard(everywhere).origin.account == "E123ABC456"
    pressed = PRESSED | {"is_enterprise_install": True, "enterprise": {"id": "E9", "name": "Nine"}, "team": None}
    press = hear.press(pressed, NOW)
    assert press is not None and press.origin.account == "E9"


def test_a_pressed_button_tells_its_action_its_value_and_the_thread_it_began() -> None:
    press = hear.press(PRESSED, NOW)
    assert isinstance(press, Press)
    assert (press.action, press.value, press.sender.name) == ("case.claim", "17", "jtorrance")
    assert press.at == datetime(2019, 1, 25, 14, 26, 57, 840180, UTC)
    assert press.origin.message_id == press.origin.thread == "1548261231.000200"
    assert (press.origin.reply_to, press.origin.trigger) == (PRESSED["response_url"], PRESSED["trigger_id"])
    assert not press.origin.ephemeral


def test_a_button_in_a_hidden_message_knows_that_it_is_hidden() -> None:
    container = PRESSED["container"] | {"is_ephemeral": True}
    body = {key: value for key, value in PRESSED.items() if key != "message"} | {"container": container}
    press = hear.press(body, NOW)
    assert press is not None
    assert (press.origin.ephemeral, press.origin.thread) == (True, "")


def test_a_button_that_opens_an_address_is_not_a_press() -> None:
    action = {"action_id": "open:0:0", "type": "button", "url": "https://pay.example", "action_ts": "1.2"}
    assert hear.press(PRESSED | {"actions": [action]}, NOW) is None


def test_a_button_on_the_home_page_is_answered_on_the_home_page() -> None:
    body = {key: value for key, value in PRESSED.items() if key not in ("channel", "message", "response_url")}
    home = body | {"container": {"type": "view", "view_id": "V1"}, "view": {"id": "V1", "type": "home"}}
    press = hear.press(home, NOW)
    assert press is not None
    assert (press.origin.thread, press.origin.place, press.origin.chat) == (hear.HOME, Place.PRIVATE, "UA8RXUSPL")


def test_a_message_shortcut_is_the_command_of_its_name_in_that_thread() -> None:
    message = {"type": "message", "user": "U1", "ts": "1548261231.000900", "thread_ts": "1548261231.000200"}
    body = {key: value for key, value in PRESSED.items() if key not in ("container", "actions")}
    body |= {"type": "message_action", "callback_id": "pay", "message": message, "message_ts": message["ts"]}
    command = hear.shortcut(body, NOW)
    assert isinstance(command, Command)
    assert (command.name, command.origin.thread) == ("pay", "1548261231.000200")
    assert hear.shortcut(body | {"type": "shortcut"}, NOW) is None


def test_words_in_a_direct_message_are_heard_as_they_read() -> None:
    said = hear.event(SAID, WORDS, {"U0LAN0Z89": "Ana Silva"})
    assert isinstance(said, Said)
    assert said.text == "Hello <you> & @Ana Silva"
    assert (said.event_id, said.at) == ("Ev123ABC456", NOW + timedelta(microseconds=5))
    assert (said.origin.place, said.origin.chat, said.origin.thread) == (Place.PRIVATE, "D024BE91L", "")
    assert said.origin.message_id == "1767225600.000005"


def test_words_in_a_thread_know_their_thread() -> None:
    said = heard(told(channel="C1", channel_type="channel", thread_ts="1767225000.000001"))
    assert (said.origin.place, said.origin.thread) == (Place.GROUP, "1767225000.000001")


def test_a_bang_is_a_command_only_when_its_word_is_known() -> None:
    command = heard(told(channel="G1", thread_ts="1.1", text="!Pay 49 USD &lt;tea&gt;"))
    assert isinstance(command, Command)
    assert (command.name, command.args) == ("pay", "49 USD <tea>")
    assert isinstance(heard(told(text="!important do not pay")), Said)
    assert isinstance(heard(told(text="!!! pay")), Said)


def test_a_file_travels_by_its_id() -> None:
    said = heard(told(subtype="file_share", text="", files=[FILE]))
    (file,) = said.files
    assert (file.name, file.mime, file.size, file.file_id) == ("tedair.gif", "image/gif", 137531, "F0S43PZDF")
    assert (file.channel, file.account) == ("slack", "T123ABC456")
    bare = {"id": "F2", "file_access": "check_file_info"}
    assert heard(told(subtype="file_share", files=[bare])).files[0].name == "file"


def test_what_does_not_lie_in_slack_is_said_to_stay() -> None:
    elsewhere = FILE | {"is_external": True, "mode": "external", "url_private": "https://drive.example/secret"}
    said = heard(told(subtype="file_share", files=[elsewhere, FILE]))
    assert [file.file_id for file in said.files] == ["F0S43PZDF"]
    assert said.cannot_travel == "a file that does not lie in Slack"
    assert heard(told(text="", attachments=[{"is_share": True}])).cannot_travel == "a forwarded message"


@pytest.mark.parametrize(
    "event",
    [
        {"bot_id": "B0OTHER"},
        {"subtype": "bot_message", "bot_id": "B1"},
        {"user": "U123BOT"},
        {"user": "USLACKBOT"},
        {"subtype": "channel_join"},
        {"subtype": "message_deleted", "deleted_ts": "1.2", "hidden": True},
        {"subtype": "message_replied"},
        {"type": "reaction_added"},
        {"type": "tokens_revoked", "tokens": {"oauth": ["U2147483697"], "bot": []}},
    ],
)
def test_what_no_person_said_is_not_heard(event: Json) -> None:
    assert heard(told(**event)) is None


def changed(before: Json, after: Json) -> Json:
    """A message_changed event, as Slack nests it."""
    body = deepcopy(SAID)
    words = {"type": "message", "user": "U1", "ts": "1767225600.000005", "text": "old"}
    versions = {"message": words | after, "previous_message": words | before}
    body["event"] = {"type": "message", "subtype": "message_changed", "hidden": True, "channel": "C1"} | versions
    return body


def test_an_edit_names_the_message_it_changes() -> None:
    mark = {"edited": {"user": "U1", "ts": "1767225700.000000"}}
    edited = heard(changed({}, {"text": "new &amp; better", "thread_ts": "1.1"} | mark))
    assert isinstance(edited, Edited)
    assert (edited.text, edited.origin.message_id, edited.origin.thread) == (
        "new & better",
        "1767225600.000005",
        "1.1",
    )


def test_an_unfolded_link_and_our_own_edit_are_no_edits() -> None:
    mark = {"edited": {"user": "U1", "ts": "1767225700.000000"}}
    assert heard(changed({}, {"attachments": [{"title": "Unfolded"}]})) is None
    assert heard(changed({}, {"attachments": [{"title": "Unfolded"}]} | mark)) is None
    assert heard(changed({}, {"text": "new", "bot_id": "B1"} | mark)) is None
    assert heard(changed({}, {"text": "gone", "subtype": "tombstone"} | mark)) is None


def test_only_the_home_tab_is_the_home_page() -> None:
    opened: Json = {"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home", "event_ts": "1.2"}
    body = deepcopy(SAID) | {"event": opened}
    home = heard(body)
    assert isinstance(home, OpenedHome)
    assert (home.origin.thread, home.origin.user, home.origin.chat) == (hear.HOME, "U1", "D1")
    assert heard(body | {"event": opened | {"tab": "messages"}}) is None
