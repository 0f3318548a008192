"""A card number in pieces, a message each: no piece is one, so they are put together here, and all of them masked."""

import re
from datetime import timedelta

from handlers.heard import Heard, Said
from handlers.messages import Message
from handlers.speech import reword
from handlers.turn import Turn
from payments.cards import mask_card_numbers
from storage.tables import SpokenMessage

SOON = timedelta(minutes=5)
MOST = 8
"""Messages that are looked back at."""
HIDDEN = "••••"
ADVICE = (
    "Please never write a card number in a chat. I have passed your words on without it; delete your message here too. "
    "You pay on the payment page alone."
)
_PIECE = re.compile(r"[\s.-]*(?:\d[\s.-]*){2,18}")


async def advise(turn: Turn, heard: Heard) -> None:
    """A word to whoever has written a card number."""
    if heard.masked:
        await turn.answer(Message(text=ADVICE))


async def without_pieces(turn: Turn, heard: Said) -> Said:
    """What was said, without the last piece of a card number; the pieces before are taken back where they stand."""
    if turn.conversation is None or not _PIECE.fullmatch(heard.text):
        return heard
    earlier = await _earlier(turn, turn.conversation.id)
    whole = " ".join([*(message.text.strip() for _, message in earlier), heard.text.strip()])
    if mask_card_numbers(whole) == whole:
        return heard
    for spoken, message in earlier:
        await reword(turn.work, spoken, message.model_copy(update={"text": HIDDEN}))
    return heard.model_copy(update={"text": HIDDEN, "masked": True})


async def _earlier(turn: Turn, conversation_id: int) -> list[tuple[SpokenMessage, Message]]:
    """The pieces that the same person has just written, oldest first; other words end the row."""
    pieces: list[tuple[SpokenMessage, Message]] = []
    for spoken in await turn.work.talk.newest(conversation_id, MOST):
        if spoken.author_id != turn.person.id:
            continue
        message = Message.model_validate_json(spoken.body)
        if turn.work.now - spoken.said_at > SOON or not _PIECE.fullmatch(message.text):
            break
        pieces.insert(0, (spoken, message))
    return pieces
