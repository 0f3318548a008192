"""Updates as core.telegram.org/bots/api describes them, and what is heard in them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from telegram import Update, User

from bot.channels.telegram.hear import to_heard
from handlers.heard import Command, Edited, Heard, Place, Press, Said, SharedPlace
from handlers.messages import Attachment

BOT = User(id=700100200, is_bot=True, first_name="Bellhop", username="bellhop_bot")
NOW = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
MIA = {
    "id": 1001,
    "is_bot": False,
    "first_name": "Mia",
    "last_name": "Schneider",
    "username": "mia",
    "language_code": "de",
}
ANA = {"id": 2001, "is_bot": False, "first_name": "Ana"}
PRIVATE = {"id": 1001, "type": "private", "first_name": "Mia", "last_name": "Schneider", "username": "mia"}
FORUM = {"id": -1001000000001, "type": "supergroup", "title": "Front desk", "is_forum": True}
DATE = 1767225600
SENT = datetime(2026, 1, 1, tzinfo=UTC)


def hear(**update: Any) -> Heard | None:
    return to_heard(Update.de_json({"update_id": 10000, **update}), BOT, now=NOW)


def private(**content: Any) -> Heard | None:
    return hear(message={"message_id": 1365, "from": MIA, "chat": PRIVATE, "date": DATE, **content})


def in_topic(**content: Any) -> Heard | None:
    topic = {"message_thread_id": 4, "is_topic_message": True}
    return hear(message={"message_id": 17, "from": ANA, "chat": FORUM, "date": DATE, **topic, **content})


def typed(text: str) -> dict[str, Any]:
    """A text that begins with a command, marked as Telegram marks it."""
    length = len(text.split()[0])
    return {"text": text, "entities": [{"offset": 0, "length": length, "type": "bot_command"}]}


def test_words_come_with_who_where_and_when() -> None:
    heard = private(text="Hello, world")
    assert isinstance(heard, Said)
    assert (heard.event_id, heard.text, heard.at) == ("10000", "Hello, world", SENT)
    assert (heard.sender.name, heard.sender.language) == ("Mia Schneider", "de")
    origin = heard.origin
    assert (origin.channel, origin.account, origin.chat, origin.user) == ("telegram", "700100200", "1001", "1001")
    assert (origin.place, origin.thread, origin.message_id) == (Place.PRIVATE, "", "1365")
    assert heard.lane == "telegram:700100200:1001"


def test_words_in_a_topic_name_the_topic() -> None:
    heard = in_topic(text="I take this one")
    assert isinstance(heard, Said)
    assert (heard.origin.place, heard.origin.chat, heard.origin.thread) == (Place.GROUP, "-1001000000001", "4")
    assert heard.sender.language == ""


def test_a_command_names_who_it_mentions_and_whose_words_it_replies_to() -> None:
    """A text_mention carries its user; in a topic everything replies to the service message that opened it."""
    lea = {"id": 3001, "is_bot": False, "first_name": "Lea", "last_name": "Novak"}
    mention = {"offset": 8, "length": 3, "type": "text_mention", "user": lea}
    content = typed("/invite Lea agent")
    named = in_topic(**content | {"entities": [*content["entities"], mention]})
    assert isinstance(named, Command)
    assert [(each.user, each.name) for each in named.mentions] == [("3001", "Lea Novak")]
    said = {"message_id": 16, "from": lea, "chat": FORUM, "date": DATE, "text": "hello"}
    replied = in_topic(**typed("/invite viewer"), reply_to_message=said)
    assert isinstance(replied, Command) and [each.user for each in replied.mentions] == ["3001"]
    opened = said | {"from": ANA, "forum_topic_created": {"name": "Mia", "icon_color": 7322096}}
    plain = in_topic(**typed("/invite viewer"), reply_to_message=opened)
    assert isinstance(plain, Command) and not plain.mentions


def test_a_thread_of_replies_in_a_plain_group_is_no_topic() -> None:
    heard = hear(message={"message_id": 9, "from": ANA, "chat": {**FORUM, "is_forum": False}, "date": DATE,
                          "message_thread_id": 4, "text": "hi"})  # fmt: skip
    assert heard is not None and heard.origin.thread == ""


@pytest.mark.parametrize(
    ("text", "name", "args"),
    [
        ("/start", "start", ""),
        ("/start team_acme-7f3a", "start", "team_acme-7f3a"),
        ("/pay 49 USD  Consultation & <b>", "pay", "49 USD  Consultation & <b>"),
        ("/pay@bellhop_bot 49 USD", "pay", "49 USD"),
        ("/PAY@Bellhop_Bot 49 USD", "pay", "49 USD"),
        ("/book\ntomorrow\nat ten", "book", "tomorrow\nat ten"),
    ],
)
def test_a_command_has_a_name_and_what_was_typed_behind_it(text: str, name: str, args: str) -> None:
    heard = private(**typed(text))
    assert isinstance(heard, Command)
    assert (heard.name, heard.args) == (name, args)


def test_a_command_for_another_bot_is_not_ours() -> None:
    assert in_topic(**typed("/pay@other_bot 49 USD")) is None


def test_a_command_in_the_middle_is_just_words() -> None:
    text = "please use /help"
    heard = private(text=text, entities=[{"offset": 11, "length": 5, "type": "bot_command"}])
    assert isinstance(heard, Said) and heard.text == text


def test_a_private_note_is_no_command() -> None:
    heard = in_topic(text="//pay her back later")
    assert isinstance(heard, Said) and heard.text == "//pay her back later"


@pytest.mark.parametrize(
    ("text", "name", "args"), [("!pay 49 USD Consultation", "pay", "49 USD Consultation"), ("!agenda", "agenda", "")]
)
def test_a_bang_in_a_topic_is_a_command(text: str, name: str, args: str) -> None:
    heard = in_topic(text=text)
    assert isinstance(heard, Command)
    assert (heard.name, heard.args, heard.origin.thread) == (name, args, "4")


@pytest.mark.parametrize("text", ["!!!", "! wow", "!", "wow!", "!9"])
def test_an_exclamation_is_no_command(text: str) -> None:
    assert isinstance(in_topic(text=text), Said)


def test_a_customers_bang_is_words() -> None:
    assert isinstance(private(text="!pay 49 USD"), Said)


PHOTO = [
    {"file_id": "AgAC-s", "file_unique_id": "s", "width": 90, "height": 51, "file_size": 1101},
    {"file_id": "AgAC-l", "file_unique_id": "l", "width": 1280, "height": 720, "file_size": 56000},
]
THING = {"file_id": "BQAC", "file_unique_id": "u", "file_size": 7}
CLIP = {**THING, "width": 2, "height": 2, "duration": 1}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"photo": PHOTO}, ("photo.jpg", "image/jpeg", "photo:AgAC-l", 56000)),
        ({"document": {**THING, "file_name": "cv.pdf", "mime_type": "application/pdf"}},
         ("cv.pdf", "application/pdf", "document:BQAC", 7)),
        ({"document": THING}, ("document", "application/octet-stream", "document:BQAC", 7)),
        ({"voice": {**THING, "duration": 3, "mime_type": "audio/ogg"}}, ("voice.ogg", "audio/ogg", "voice:BQAC", 7)),
        ({"video": {**CLIP, "file_name": "me.mov", "mime_type": "video/quicktime"}},
         ("me.mov", "video/quicktime", "video:BQAC", 7)),
        ({"audio": {**THING, "duration": 3}}, ("audio.mp3", "audio/mpeg", "audio:BQAC", 7)),
        ({"video_note": {**THING, "length": 240, "duration": 3}}, ("video.mp4", "video/mp4", "video_note:BQAC", 7)),
        ({"animation": {**CLIP, "file_name": "cat.gif", "mime_type": "video/mp4"},
          "document": {**THING, "file_name": "cat.gif", "mime_type": "video/mp4"}},
         ("cat.gif", "video/mp4", "animation:BQAC", 7)),
    ],
)  # fmt: skip
def test_a_file_travels_with_its_caption(content: dict[str, Any], expected: tuple[str, str, str, int]) -> None:
    heard = private(**content, caption="See here")
    assert isinstance(heard, Said)
    name, mime, file_id, size = expected
    file = Attachment(name=name, mime=mime, channel="telegram", account="700100200", file_id=file_id, size=size)
    assert (heard.text, heard.files, heard.cannot_travel) == ("See here", (file,), "")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"sticker": {**THING, "width": 512, "height": 512, "is_animated": False, "is_video": False,
                      "type": "regular", "emoji": "👍"}}, "a sticker"),
        ({"dice": {"emoji": "🎲", "value": 6}}, "a dice"),
        ({"contact": {"phone_number": "+4930901820", "first_name": "Mia"}}, "a contact"),
        ({"story": {"chat": PRIVATE, "id": 3}}, "a story"),
        ({"poll": {"id": "5", "question": "When?", "options": [], "total_voter_count": 0, "is_closed": False,
                   "is_anonymous": True, "type": "regular", "allows_multiple_answers": False, "allows_revoting": True,
                   "members_only": False}}, "a poll"),
        ({"location": {"latitude": 52.5, "longitude": 13.4},
          "venue": {"location": {"latitude": 52.5, "longitude": 13.4}, "title": "Zoo", "address": "Hardenbergplatz"}},
         "a place on the map"),
    ],
)  # fmt: skip
def test_what_cannot_travel_is_named(content: dict[str, Any], words: str) -> None:
    heard = private(**content)
    assert isinstance(heard, Said)
    assert (heard.text, heard.files, heard.cannot_travel) == ("", (), words)


def test_a_location_is_shared_in_private_and_cannot_travel_from_a_group() -> None:
    place = {"location": {"latitude": 52.52, "longitude": 13.405}}
    shared = private(**place)
    assert isinstance(shared, SharedPlace)
    assert (shared.latitude, shared.longitude) == (52.52, 13.405)
    stuck = in_topic(**place)
    assert isinstance(stuck, Said) and stuck.cannot_travel == "a location"


def test_forwarded_words_travel_as_words() -> None:
    heard = private(text="the address", forward_origin={"type": "user", "sender_user": ANA, "date": DATE})
    assert isinstance(heard, Said) and heard.text == "the address"


@pytest.mark.parametrize("field", ["text", "caption"])
def test_an_edit_says_how_it_reads_now(field: str) -> None:
    extra = {"photo": PHOTO} if field == "caption" else {}
    heard = hear(edited_message={"message_id": 1365, "from": MIA, "chat": PRIVATE, "date": DATE, "edit_date": DATE + 60,
                                 field: "Ten o'clock", **extra})  # fmt: skip
    assert isinstance(heard, Edited)
    assert (heard.text, heard.origin.message_id, heard.at) == ("Ten o'clock", "1365", SENT.replace(minute=1))


def test_a_moving_location_is_not_an_edit() -> None:
    place = {"latitude": 52.5, "longitude": 13.4, "live_period": 900}
    edited = {"message_id": 1, "from": MIA, "chat": PRIVATE, "date": DATE, "edit_date": DATE, "location": place}
    assert hear(edited_message=edited) is None


def test_a_press_tells_what_where_and_how_to_answer() -> None:
    message = {"message_id": 30, "from": BOT.to_dict(), "chat": FORUM, "date": DATE, "text": "Card",
               "message_thread_id": 4, "is_topic_message": True}  # fmt: skip
    query = {
        "id": "4382bfdwdsb323b2d9",
        "from": ANA,
        "chat_instance": "1",
        "data": "slot:2026-01-02:10",
        "message": message,
    }
    heard = hear(callback_query=query)
    assert isinstance(heard, Press)
    assert (heard.action, heard.value, heard.at) == ("slot", "2026-01-02:10", NOW)
    origin = heard.origin
    assert (origin.chat, origin.thread, origin.message_id) == ("-1001000000001", "4", "30")
    assert (origin.user, origin.reply_to, origin.place) == ("2001", "4382bfdwdsb323b2d9", Place.GROUP)


def test_a_press_on_a_message_that_telegram_forgot_still_counts() -> None:
    message = {"message_id": 30, "chat": PRIVATE, "date": 0}
    heard = hear(callback_query={"id": "7", "from": MIA, "chat_instance": "1", "data": "pay:7", "message": message})
    assert isinstance(heard, Press)
    assert (heard.origin.message_id, heard.origin.thread) == ("30", "")


"""What core.telegram.org/bots/api#chatmemberadministrator always tells."""


@pytest.mark.parametrize(
    ("text", "name", "args"),
    [("/bellhop setup", "setup", ""), ("/bellhop", "help", ""), ("/bellhop@bellhop_bot Pay 49 USD", "pay", "49 USD")],
)
def test_one_command_stands_for_all(text: str, name: str, args: str) -> None:
    heard = private(**typed(text))
    assert isinstance(heard, Command)
    assert (heard.name, heard.args) == (name, args)


def test_a_button_of_a_shared_bot_says_whose_it_is() -> None:
    message = {"message_id": 30, "chat": PRIVATE, "date": 0}
    told = {"id": "7", "from": MIA, "chat_instance": "1", "message": message}
    heard = [hear(callback_query={**told, "data": data}) for data in ("12~book.day:1||0", "pay:7~8", "~pay:7")]
    presses = [(one.team, one.action, one.value) for one in heard if isinstance(one, Press)]
    assert presses == [(12, "book.day", "1||0"), (0, "pay", "7~8"), (0, "~pay", "7")]


@pytest.mark.parametrize(
    "update",
    [
        {"message": {"message_id": 1, "from": ANA, "chat": FORUM, "date": DATE, "new_chat_members": [ANA]}},
        {"message": {"message_id": 1, "from": ANA, "chat": FORUM, "date": DATE, "message_thread_id": 4,
                     "is_topic_message": True, "forum_topic_created": {"name": "Mia", "icon_color": 7322096}}},
        {"message": {"message_id": 1, "from": ANA, "chat": FORUM, "date": DATE,
                     "pinned_message": {"message_id": 3, "date": 0, "chat": FORUM}}},
        {"message": {"message_id": 1, "from": BOT.to_dict(), "chat": FORUM, "date": DATE, "text": "my own"}},
        {"message": {"message_id": 1, "from": {"id": 1087968824, "is_bot": True, "first_name": "Group"},
                     "sender_chat": FORUM, "chat": FORUM, "date": DATE, "text": "anonymous"}},
        {"message": {"message_id": 1, "from": MIA, "sender_chat": {"id": -1009, "type": "channel", "title": "News"},
                     "chat": FORUM, "date": DATE, "text": "in the name of a channel"}},
        {"channel_post": {"message_id": 1, "chat": {"id": -1009, "type": "channel", "title": "News"}, "date": DATE,
                          "text": "news"}},
        {"message": {"message_id": 1, "chat": {"id": -1009, "type": "channel", "title": "News"}, "date": DATE,
                     "text": "news"}},
        {"callback_query": {"id": "7", "from": MIA, "chat_instance": "1", "data": "pay:7", "inline_message_id": "9"}},
        {"callback_query": {"id": "7", "from": MIA, "chat_instance": "1", "game_short_name": "chess",
                            "message": {"message_id": 30, "chat": PRIVATE, "date": 0}}},
        {"inline_query": {"id": "1", "from": MIA, "query": "", "offset": ""}},
        {},
    ],
)  # fmt: skip
def test_what_is_not_for_us_is_not_heard(update: dict[str, Any]) -> None:
    assert hear(**update) is None
