"""Telegram's updates in words that no chat platform owns. Pure: an update goes in, what was heard comes out."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from telegram import (
    CallbackQuery,
    Chat,
    ChatFullInfo,
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberUpdated,
    Message,
    MessageEntity,
    Update,
    User,
)
from telegram.constants import ChatType

from handlers.heard import (
    CameBack,
    Command,
    Edited,
    Heard,
    Mention,
    Moved,
    Origin,
    Place,
    Press,
    Said,
    Sender,
    SharedPlace,
    Standing,
    WentAway,
)
from handlers.messages import Attachment, pressed

CHANNEL = "telegram"
PLACES: dict[str, Place] = {
    ChatType.PRIVATE: Place.PRIVATE,
    ChatType.GROUP: Place.GROUP,
    ChatType.SUPERGROUP: Place.GROUP,
}
FRONT = "bellhop"
"""`/bellhop setup` is `/setup`, as in Slack, where one command stands for all."""
OF_TEAM = re.compile(r"([0-9]{1,18})~(.*)", re.DOTALL)
BANG = re.compile(r"!([A-Za-z]\w{0,31})(?:\s+(.*))?", re.DOTALL)

# An animation also carries a document, so it stands before it.
FILES: tuple[tuple[str, Callable[[Message], Any], str, str], ...] = (
    ("photo", lambda message: message.photo[-1] if message.photo else None, "photo.jpg", "image/jpeg"),
    ("animation", lambda message: message.animation, "animation.mp4", "video/mp4"),
    ("document", lambda message: message.document, "document", "application/octet-stream"),
    ("voice", lambda message: message.voice, "voice.ogg", "audio/ogg"),
    ("video", lambda message: message.video, "video.mp4", "video/mp4"),
    ("video_note", lambda message: message.video_note, "video.mp4", "video/mp4"),
    ("audio", lambda message: message.audio, "audio.mp3", "audio/mpeg"),
)
CANNOT_TRAVEL: tuple[tuple[Callable[[Message], object], str], ...] = (
    (lambda message: message.sticker, "a sticker"),
    (lambda message: message.poll, "a poll"),
    (lambda message: message.dice, "a dice"),
    (lambda message: message.contact, "a contact"),
    (lambda message: message.story, "a story"),
    (lambda message: message.game, "a game"),
    (lambda message: message.checklist, "a checklist"),
    (lambda message: message.paid_media, "paid media"),
    (lambda message: message.giveaway, "a giveaway"),
    (lambda message: message.invoice, "an invoice"),
    (lambda message: message.venue, "a place on the map"),
    (lambda message: message.location, "a location"),
)


def to_heard(update: Update, bot: User, *, now: datetime) -> Heard | None:
    """What `update` says to `bot`; None when it is not for us: service messages, channels, bots, other bots' commands.

    `now` dates a press, for which Telegram tells no time.
    """
    if update.callback_query:
        return _press(update, update.callback_query, bot, now)
    if update.edited_message:
        return _edited(update, update.edited_message, bot)
    if update.my_chat_member:
        return _coming_or_going(update, update.my_chat_member, bot)
    return _message(update, update.message, bot) if update.message else None


def _message(update: Update, message: Message, bot: User) -> Heard | None:
    known = _about(update, message, bot)
    if known is None:
        return None
    if message.migrate_to_chat_id:
        return Moved(**known, chat=str(message.migrate_to_chat_id))
    if message.text:
        return _words(known, message, bot)
    if message.location and not message.venue and known["origin"].place is Place.PRIVATE:
        here = message.location
        return SharedPlace(**known, latitude=here.latitude, longitude=here.longitude)
    files, stuck = _files(message, bot), _stuck(message)
    if not files and not stuck:
        return None
    return Said(**known, text=message.caption or "", files=files, cannot_travel="" if files else stuck)


def _words(known: dict[str, Any], message: Message, bot: User) -> Heard | None:
    text = message.text or ""
    first = next(
        (each for each in message.entities if each.type == MessageEntity.BOT_COMMAND and not each.offset), None
    )
    if first is not None:
        word = message.parse_entity(first)
        name, _, addressee = word[1:].partition("@")
        if addressee and addressee.lower() != (bot.username or "").lower():
            return None
        name, args = _order(name.lower(), text[len(word) :].strip())
        return Command(**known, name=name, args=args, mentions=_mentions(message))
    if known["origin"].place is Place.GROUP and (bang := BANG.fullmatch(text)):
        return Command(**known, name=bang[1].lower(), args=bang[2] or "", mentions=_mentions(message))
    return Said(**known, text=text)


def _order(name: str, args: str) -> tuple[str, str]:
    if name != FRONT:
        return name, args
    first, *rest = (args or "help").split(maxsplit=1)
    return first.lower(), "".join(rest)


def _mentions(message: Message) -> tuple[Mention, ...]:
    """Who is named: Telegram tells the ids of people without a username, and of those whose words are replied to."""
    users = [each.user for each in message.entities if each.type == MessageEntity.TEXT_MENTION and each.user]
    replied = message.reply_to_message
    # Whatever is written in a topic replies to the service message that opened it.
    if replied is not None and replied.from_user and not replied.forum_topic_created:
        users.append(replied.from_user)
    return tuple(Mention(user=str(user.id), name=user.full_name) for user in users if not user.is_bot)


def _edited(update: Update, message: Message, bot: User) -> Heard | None:
    known = _about(update, message, bot)
    text = message.text or message.caption
    if known is None or text is None:
        return None
    return Edited(**known | {"at": message.edit_date or message.date}, text=text)


def _press(update: Update, query: CallbackQuery, bot: User, now: datetime) -> Heard | None:
    place = PLACES.get(query.message.chat.type) if query.message else None
    if query.message is None or place is None or query.data is None:
        return None
    # A message that Telegram has forgotten still tells its chat and id, but no longer its topic.
    origin = Origin(
        channel=CHANNEL,
        account=str(bot.id),
        chat=str(query.message.chat.id),
        place=place,
        user=str(query.from_user.id),
        thread=_thread(query.message) if isinstance(query.message, Message) else "",
        message_id=str(query.message.message_id),
        reply_to=query.id,
    )
    of_team = OF_TEAM.fullmatch(query.data)
    team, data = (int(of_team[1]), of_team[2]) if of_team else (0, query.data)
    action, value = pressed(data)
    sender = _sender(query.from_user)
    known: dict[str, Any] = {"event_id": str(update.update_id), "origin": origin, "sender": sender, "at": now}
    return Press(**known, action=action, value=value, team=team)


def _coming_or_going(update: Update, change: ChatMemberUpdated, bot: User) -> Heard | None:
    before, after = change.old_chat_member.status, change.new_chat_member.status
    user, place = change.from_user, PLACES.get(change.chat.type)
    if place is None:
        return None
    origin = Origin(channel=CHANNEL, account=str(bot.id), chat=str(change.chat.id), place=place, user=str(user.id))
    number, sender = str(update.update_id), _sender(user)
    known: dict[str, Any] = {"event_id": number, "origin": origin, "sender": sender, "at": change.date}
    if place is Place.GROUP:
        return Standing(**known, trouble=trouble_in(change.chat, change.new_chat_member))
    if before == after:
        return None
    return WentAway(**known) if after == ChatMember.BANNED else CameBack(**known)


def trouble_in(chat: Chat | ChatFullInfo, bot: ChatMember) -> str:
    """What keeps cases from a group in which the bot stands so, and what to do; empty when nothing does."""
    name = f"the group “{chat.title}”"
    if bot.status in {ChatMember.LEFT, ChatMember.BANNED}:
        return f"The bot was removed from {name}. Add it again and make it an administrator who may manage topics."
    if not chat.is_forum:
        return f"Topics are off in {name}. Switch them on: its settings, Topics."
    may = isinstance(bot, ChatMemberAdministrator) and bot.can_manage_topics
    if not may:
        return f"The bot may not open topics in {name}. Make it an administrator with the right “Manage topics”."
    return ""


def _about(update: Update, message: Message, bot: User) -> dict[str, Any] | None:
    user, place = message.from_user, PLACES.get(message.chat.type)
    # `sender_chat` stands for an anonymous administrator or a channel: nobody whom we could answer.
    if user is None or user.is_bot or message.sender_chat or place is None:
        return None
    origin = Origin(
        channel=CHANNEL,
        account=str(bot.id),
        chat=str(message.chat.id),
        place=place,
        user=str(user.id),
        thread=_thread(message),
        message_id=str(message.message_id),
    )
    return {"event_id": str(update.update_id), "origin": origin, "sender": _sender(user), "at": message.date}


def _thread(message: Message) -> str:
    # In a group without topics the field counts a thread of replies, which is no place to write to.
    return str(message.message_thread_id) if message.is_topic_message and message.message_thread_id else ""


def _sender(user: User) -> Sender:
    return Sender(name=user.full_name, language=user.language_code or "")


def _files(message: Message, bot: User) -> tuple[Attachment, ...]:
    for kind, find, name, mime in FILES:
        if found := find(message):
            return (_attachment(kind, found, name, mime, str(bot.id)),)
    return ()


def _attachment(kind: str, found: Any, name: str, mime: str, account: str) -> Attachment:
    return Attachment(
        name=getattr(found, "file_name", None) or name,
        mime=getattr(found, "mime_type", None) or mime,
        channel=CHANNEL,
        account=account,
        # Telegram takes a file_id back only as the kind it came as, so the kind travels with it.
        file_id=f"{kind}:{found.file_id}",
        size=found.file_size or 0,
    )


def _stuck(message: Message) -> str:
    return next((words for holds, words in CANNOT_TRAVEL if holds(message)), "")
