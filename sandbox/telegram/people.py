"""What people do with their Telegram: the only way in which anything but the bot acts.

Each method is also reachable as `POST /ui/telegram/<method>`, so a test does what the page does.
"""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from sandbox.telegram.entities import Json, format_text, units
from sandbox.telegram.files import picture_size
from sandbox.telegram.params import Upload
from sandbox.telegram.payments import pay
from sandbox.telegram.state import GENERAL, GROUP_ID, Chat, Person, Query, State
from sandbox.telegram.webapp import with_init_data

BUTTON_ANSWERED_IN = 5.0
COLOR = 7322096
WRITTEN = {"text", "photo", "document", "video", "audio", "voice"}


class CannotDo(ValueError):
    """No client would let a person do this: the button is not there, the message is not theirs ..."""


class People:
    """The hands of every person in the sandbox. `chat` and `thread` default to the person's own chat with the bot."""

    def __init__(self, state: State) -> None:
        self._state = state

    def start(self, person: int, payload: str = "", link: str = "") -> Json:
        """Open the bot, by its name or a deep link, and press Start."""
        if link:
            parts = urlsplit(link)
            if parts.path.strip("/") != self._state.username:
                raise CannotDo(f"{link} does not lead to the bot")
            payload = parse_qs(parts.query).get("start", [""])[0]
        return self.send_text(person, f"/start {payload}".strip())

    def send_text(self, person: int, text: str, chat: int = 0, thread: int = 0, reply_to: int = 0) -> Json:
        """Write a message."""
        text, entities = format_text(text)
        if not text or units(text) > 4096:
            raise CannotDo("A message has 1 to 4096 characters")
        content: Json = {"text": text, **({"entities": entities} if entities else {})}
        return self._say(person, chat, content, thread, reply_to)

    def send_file(self, person: int, upload: Upload, kind: str = "document", caption: str = "", chat: int = 0,
                  thread: int = 0) -> Json:  # fmt: skip
        """Send a photo, document, voice note, video or audio file."""
        if kind == "photo" and picture_size(upload.data) is None:
            raise CannotDo("This file is not a picture; send it as a document")
        stored = self._state.files.add(kind, upload)
        content: Json = {kind: stored.thing}
        if caption:
            content["caption"], entities = format_text(caption)
            content |= {"caption_entities": entities} if entities else {}
        return self._say(person, chat, content, thread)

    def share_location(self, person: int, latitude: float, longitude: float) -> Json:
        """Send where one is, or what one says it is."""
        return self._say(person, 0, {"location": {"latitude": latitude, "longitude": longitude}})

    def edit(self, person: int, message: int, text: str, chat: int = 0) -> Json:
        """Change one's own message."""
        found = self._own(person, chat, message)
        if not WRITTEN & found.keys():
            raise CannotDo("There are no words to change in this message")
        field, marks = ("text", "entities") if "text" in found else ("caption", "caption_entities")
        found[field], entities = format_text(text)
        found.pop(marks, None)
        found |= {marks: entities} if entities else {}
        found["edit_date"] = self._state.now()
        self._state.updates.emit("edited_message", found, found["chat"]["id"])
        self._state.touched()
        return found

    def delete(self, person: int, message: int, chat: int = 0) -> None:
        """Take one's own message back; Telegram tells the bot nothing."""
        self._own(person, chat, message)
        del self._chat(person, chat).messages[message]
        self._state.touched()

    async def tap(self, person: int, message: int, row: int, column: int, chat: int = 0,
                  wait: float = BUTTON_ANSWERED_IN) -> Json:  # fmt: skip
        """Tap a button under a message: {"url"}, {"copied"}, {"paid"} or the bot's {"answered", "text", "alert"}."""
        found = self._find(person, chat, message)
        button = self._button(found, row, column)
        if "url" in button:
            return {"url": button["url"]}
        if "web_app" in button:
            return {"url": with_init_data(button["web_app"]["url"], self._person(person), self._state)}
        if "copy_text" in button:
            return {"copied": button["copy_text"]["text"]}
        if "pay" in button:
            return await self.pay(person, message, chat)
        if "callback_data" not in button:
            raise CannotDo("This kind of button does nothing here")
        return await self._ask_bot(self._person(person), found, button["callback_data"], wait)

    async def tap_label(self, person: int, label: str, chat: int = 0, wait: float = BUTTON_ANSWERED_IN) -> Json:
        """Tap the newest button whose label contains `label`."""
        for message in sorted(self._chat(person, chat).messages.values(), key=lambda each: -each["message_id"]):
            rows = message.get("reply_markup", {}).get("inline_keyboard", [])
            for row, buttons in enumerate(rows):
                for column, button in enumerate(buttons):
                    if label in button["text"]:
                        return await self.tap(person, message["message_id"], row, column, chat, wait)
        raise CannotDo(f'There is no button "{label}"')

    def press(self, person: int, row: int, column: int, latitude: float = 52.52, longitude: float = 13.405) -> Json:
        """Press a key of the keyboard below the text box."""
        keyboard = self._chat(person, 0).keyboard or {}
        try:
            key = keyboard["keyboard"][row][column]
        except (KeyError, IndexError) as error:
            raise CannotDo("There is no such key") from error
        if keyboard.get("one_time_keyboard"):
            self._chat(person, 0).keyboard = None
        if key.get("request_location"):
            return self.share_location(person, latitude, longitude)
        if key.get("request_contact"):
            user = self._person(person)
            contact = {"phone_number": "+4930901820", "first_name": user.first_name, "user_id": user.id}
            return self._say(person, 0, {"contact": contact})
        return self.send_text(person, key["text"])

    def block(self, person: int, blocked: bool) -> None:
        """Block the bot, or let it write again."""
        who, chat = self._person(person), self._chat(person, 0)
        if who.blocked == blocked:
            return
        who.blocked = blocked
        gone: Json = {"user": self._state.bot(), "status": "kicked", "until_date": 0}
        there: Json = {"user": self._state.bot(), "status": "member"}
        old, new = (there, gone) if blocked else (gone, there)
        change = {"chat": chat.brief(), "from": who.user(), "date": self._state.now()}
        self._state.updates.emit("my_chat_member", {**change, "old_chat_member": old, "new_chat_member": new}, chat.id)
        self._state.touched()

    def react(self, person: int, message: int, emoji: str, chat: int = 0) -> None:
        """Put a reaction on a message; an empty `emoji` takes it back."""
        where, who = self._chat(person, chat), self._person(person)
        self._find(person, chat, message)
        marks = where.reactions.setdefault(message, {})
        old = marks.pop(person, "")
        if emoji:
            marks[person] = emoji
        change: Json = {"chat": where.brief(), "message_id": message, "user": who.user(), "date": self._state.now()}
        change["old_reaction"] = [{"type": "emoji", "emoji": old}] if old else []
        change["new_reaction"] = [{"type": "emoji", "emoji": emoji}] if emoji else []
        self._state.updates.emit("message_reaction", change, where.id)
        self._state.touched()

    def create_topic(self, person: int, name: str, chat: int = GROUP_ID) -> Json:
        """Open a topic in a group."""
        where = self._chat(person, chat)
        _, message = self._state.open_topic(where, self._person(person).user(), name, COLOR)
        self._state.updates.emit("message", message, where.id)
        return message

    def close_topic(self, person: int, thread: int, closed: bool = True, chat: int = GROUP_ID) -> Json:
        """Close or reopen a topic of a group."""
        topic = self._chat(person, chat).topics.get(thread)
        if topic is None or topic.closed == closed:
            raise CannotDo("There is no such topic to close or reopen")
        content: Json = {"forum_topic_closed" if closed else "forum_topic_reopened": {}}
        message = self._say(person, chat, content, thread)
        topic.closed = closed
        return message

    async def pay(self, person: int, message: int, chat: int = 0) -> Json:
        """Pay the invoice of a message: {"paid": true} or {"paid": false, "error"}."""
        found = self._find(person, chat, message)
        payload = found.get("invoice") and self._state.invoices.get(f"{found['chat']['id']}:{message}")
        if not payload:
            raise CannotDo("This message is not an invoice")
        if payload.get("paid"):
            raise CannotDo("This invoice is paid; the button shows its receipt")
        return await pay(self._state, self._person(person), payload, self._chat(person, chat))

    async def pay_link(self, person: int, link: str, declined: bool = False) -> Json:
        """Pay an invoice by its link, which may be paid by many; with `declined` the bank says no."""
        if not (invoice := self._state.invoices.get(link)):
            raise CannotDo("This link leads to no invoice")
        return await pay(self._state, self._person(person), invoice, self._chat(person, 0), declined=declined)

    def speak(self, person: int, language: str) -> None:
        """Switch the language of one's Telegram."""
        self._person(person).language = language
        self._state.touched()

    def _say(self, person: int, chat: int, content: Json, thread: int = 0, reply_to: int = 0) -> Json:
        who, where = self._person(person), self._chat(person, chat)
        if where.person and who.blocked:
            raise CannotDo("Unblock the bot first")
        topic = where.topics.get(thread)
        if thread not in (0, GENERAL) and topic is None:
            raise CannotDo("There is no such topic")
        who.started = who.started or where.person is who
        message = self._state.post(where, who.user(), content, thread=thread, reply_to=reply_to)
        if _bot_sees(where, content):
            self._state.updates.emit("message", message, where.id)
        return message

    async def _ask_bot(self, who: Person, message: Json, data: str, wait: float) -> Json:
        state = self._state
        query = Query(f"{4_000_000_000 + len(state.queries)}", who, state.world.clock.now())
        state.queries[query.id] = query
        asked = {
            "id": query.id,
            "from": who.user(),
            "message": message,
            "data": data,
            "chat_instance": str(message["chat"]["id"]),
        }
        state.updates.emit("callback_query", asked, message["chat"]["id"])
        try:
            answer: dict[str, Any] = await state.world.until(lambda: query.answer, wait)
        except TimeoutError:
            return {"answered": False}
        return {"answered": True, **answer}

    def _person(self, person: int) -> Person:
        if person not in self._state.people:
            raise CannotDo("There is no such person")
        return self._state.people[person]

    def _chat(self, person: int, chat: int) -> Chat:
        where, who = self._state.chats.get(chat), self._person(person)
        if where is not None and where.person is None and person not in where.members:
            raise CannotDo(f"{who.first_name} is not in the group")
        if chat not in (0, person) and (where is None or where.person is not None):
            raise CannotDo("Nobody reads another person's chat")
        return self._state.chats[chat or self._person(person).id]

    def _find(self, person: int, chat: int, message: int) -> Json:
        found = self._chat(person, chat).messages.get(message)
        if found is None:
            raise CannotDo("There is no such message")
        return found

    def _own(self, person: int, chat: int, message: int) -> Json:
        found = self._find(person, chat, message)
        if found["from"]["id"] != person:
            raise CannotDo("Only one's own message can be changed")
        return found

    @staticmethod
    def _button(message: Json, row: int, column: int) -> Json:
        try:
            button: Json = message["reply_markup"]["inline_keyboard"][row][column]
        except (KeyError, IndexError) as error:
            raise CannotDo("There is no such button") from error
        return button


def _bot_sees(chat: Chat, content: Json) -> bool:
    """In a group a bot hears everything as an administrator, commands as a mere member, and nothing once it is out."""
    if chat.person is not None:
        return True
    return not chat.left and (chat.bot_is_admin or content.get("text", "").startswith("/"))
