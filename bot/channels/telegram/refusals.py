"""What Telegram's refusals mean for the outbox: gone, later, or never, with a sentence for the sender.

Telegram tells its reasons apart by their words only; they are those of github.com/tdlib/telegram-bot-api, Client.cpp.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from handlers.channel import ElsewhereNow, TryLater, Undeliverable

NOBODY = ("chat not found", "user not found", "peer_id_invalid", "chat_id_invalid", "input_user_deactivated")
TOO_LATE_TO_EDIT = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message to edit",
    "there is no caption in the message to edit",
)
NO_TOPIC = ("message thread not found", "topic_id_invalid", "topic_deleted")
TO_MEND = (
    ("not enough rights", "The bot may not open topics: make it an administrator of the group who manages topics."),
    ("chat is not a forum", "The group has no topics: switch them on in its settings."),
    ("no rights to send", "The bot may not write in the group: make it an administrator who manages topics."),
    ("chat_write_forbidden", "The bot may not write in the group: make it an administrator who manages topics."),
)
"""What somebody at the desk can set right."""
SENTENCES = (
    ("topic_closed", "The topic is closed."),
    ("message thread not found", "The topic was deleted."),
    ("file is too big", "The file is too large for Telegram."),
    ("file must be non-empty", "The file is empty."),
    ("wrong file", "Telegram no longer has the file."),
    ("text is empty", "There is nothing to say in this message."),
    ("text must be non-empty", "There is nothing to say in this message."),
)


def says(error: TelegramError, *words: str) -> bool:
    """Whether one of `words` is Telegram's reason."""
    reason = error.message.lower()
    return isinstance(error, BadRequest) and any(word in reason for word in words)


def wait(error: RetryAfter) -> float:
    """Seconds to wait; the library is changing the type of its number."""
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)


@contextmanager
def for_the_outbox() -> Iterator[None]:
    """Turn Telegram's refusals into Undeliverable and TryLater; trouble on the way there stays what it is."""
    try:
        yield
    except RetryAfter as error:
        raise TryLater(wait(error)) from error
    except Forbidden as error:
        sentence = "Nothing reaches this chat on Telegram any more: the bot was blocked or removed."
        raise Undeliverable(sentence, gone=True) from error
    except ChatMigrated as error:
        raise ElsewhereNow(str(error.new_chat_id)) from error
    except BadRequest as error:
        raise _refused(error) from error


def _refused(error: BadRequest) -> Undeliverable:
    if says(error, *NOBODY):
        return Undeliverable("Telegram does not know this chat.", gone=True)
    reason = error.message.lower()
    mend = next((sentence for words, sentence in TO_MEND if words in reason), "")
    known = next((sentence for words, sentence in SENTENCES if words in reason), "")
    return Undeliverable(mend or known or f"Telegram refused it: {error.message}.", mend=bool(mend))
