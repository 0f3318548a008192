"""Words between people: the customer's to the desk, the holder's to the customer, notes to nobody outside."""

from handlers.cases import case_of, open_case, show_case
from handlers.desk.snoozing import wake
from handlers.desk.waiting import tell_waiting
from handlers.effects import Mark, SetMark, send
from handlers.greeting import welcome
from handlers.heard import Edited, Place, Said
from handlers.messages import Attachment, Button, Message, Style, id_in
from handlers.pieces import advise, without_pieces
from handlers.rights import Right, refusal
from handlers.speech import redeliver, relay, reword, said_at, say, say_card
from handlers.turn import Turn
from storage.tables import Conversation, Side
from storage.work import Work

NOTE = "//"


async def said(turn: Turn) -> None:
    """Words or files meant for people; who said them where decides whom they reach."""
    heard = turn.heard
    if not isinstance(heard, Said):
        return
    if heard.cannot_travel:
        text = f"I cannot pass on {heard.cannot_travel}. Words, pictures, voice and files do travel."
        await turn.answer(Message(text=text))
    if not heard.masked:
        heard = await without_pieces(turn, heard)
        await advise(turn, heard)
    if not heard.text and not heard.files:
        return
    if _speaks_as_customer(turn):
        await _from_customer(turn, heard)
    elif turn.conversation is not None:
        await _from_desk(turn, turn.conversation, heard)


def _speaks_as_customer(turn: Turn) -> bool:
    if turn.origin.place is Place.ROOM:
        return turn.conversation is not None and turn.conversation.customer_id == turn.person.id
    return turn.origin.place is Place.PRIVATE


async def _from_customer(turn: Turn, heard: Said) -> None:
    if turn.person.greeted_at is None:
        # The notice comes before the first stored word.
        turn.person.greeted_at = turn.work.now
        await turn.answer(welcome(turn))
    is_new = turn.conversation is None
    case = await open_case(turn)
    if wake(case) or is_new:
        await show_case(turn.work, case)
    words = Message(text=heard.text, files=heard.files, author=turn.person.name)
    await relay(turn.work, case, words, author_id=turn.person.id, side=Side.CUSTOMER, origin=turn.origin)
    if news := await tell_waiting(turn, case):
        await turn.answer(Message(text=f"Thank you. {news}"))


async def _from_desk(turn: Turn, case: Conversation, heard: Said) -> None:
    if not turn.is_agent:
        await turn.answer(Message(text=refusal(turn.role_kind, Right.AGENT, turn.team.name)))
    elif heard.text.startswith(NOTE):
        words = _words(turn, heard.text.removeprefix(NOTE).strip(), heard.files, prefix="Note by ")
        await _keep(turn, case, words, note=True)
    elif _holds(turn, case) or turn.origin.place is Place.ROOM:
        await _keep(turn, case, _words(turn, heard.text, heard.files), note=False)
        await _answers(turn, case)
        await _warn_if_unreachable(turn, case, heard)
    else:
        await _keep(turn, case, _words(turn, heard.text, heard.files, prefix="Inside: "), note=True)
        await _stays_inside(turn, case)


async def _answers(turn: Turn, case: Conversation) -> None:
    """Colleagues see on the card who is answering; the card changes only when that is somebody else than before."""
    if case.answered_by_id != turn.person.id:
        case.answered_by_id = turn.person.id
        await show_case(turn.work, case)


async def _warn_if_unreachable(turn: Turn, case: Conversation, heard: Said) -> None:
    """Words for which there is no seat go nowhere, and their author is told at once. A room page shows them anyway."""
    if turn.origin.place is Place.ROOM or await turn.work.talk.seats(case.id, Side.CUSTOMER):
        return
    await send(turn.work, SetMark(origin=turn.origin, mark=Mark.FAILED))
    text = f"“{heard.text[:80]}” did not arrive: nothing reaches the customer at the moment."
    await say(turn.work, case, Side.AGENT, Message(title="Not delivered", text=text))


def _holds(turn: Turn, case: Conversation) -> bool:
    """Whether the agent held the case when they wrote. Words that overtake or trail the claim must not slip out."""
    if case.holder_id != turn.person.id or case.closed_at is not None:
        return False
    since, at = case.held_since, turn.heard.at
    if since is not None and at.microsecond == 0:
        since = since.replace(microsecond=0)  # Telegram's clock ticks in seconds
    return since is None or at >= since


def _words(turn: Turn, text: str, files: tuple[Attachment, ...], prefix: str = "") -> Message:
    return Message(text=text, files=files, author=f"{prefix}{turn.person.name}")


async def _keep(turn: Turn, case: Conversation, words: Message, *, note: bool) -> None:
    await relay(turn.work, case, words, author_id=turn.person.id, side=Side.AGENT, origin=turn.origin, note=note)


async def _stays_inside(turn: Turn, case: Conversation) -> None:
    """Tell an agent once that their words did not leave, and how they would."""
    key = f"inside:{turn.person.id}"
    if await turn.work.talk.card(case.id, key) is not None:
        return
    holder = await turn.work.people.person(case.holder_id) if case.holder_id else None
    why = f"{holder.name} holds this case" if holder else "Nobody holds this case yet"
    why = "This case is closed" if case.closed_at else why
    claim = Button(label="Claim", action="case.claim", value=str(case.id), style=Style.PRIMARY)
    text = f"{turn.person.name}, your words stay in this thread. {why}; only the holder's words reach the customer."
    await say_card(turn.work, case, Side.AGENT, key, Message(text=text, buttons=() if holder else ((claim,),)))


async def edited(turn: Turn) -> None:
    """Words said earlier were changed: change them wherever they were brought."""
    heard = turn.heard
    spoken = await turn.work.talk.said_at_origin(said_at(turn.origin))
    if not isinstance(heard, Edited) or spoken is None or spoken.author_id != turn.person.id:
        return
    if spoken.from_side is Side.AGENT and not spoken.note and heard.text.startswith(NOTE):
        text = "Your words have left already, so an edit makes no note of them. The customer does not see the edit."
        await turn.answer(Message(text=text))
        return
    old = Message.model_validate_json(spoken.body)
    text = heard.text.removeprefix(NOTE).strip() if spoken.note else heard.text
    if text != old.text:
        await reword(turn.work, spoken, old.model_copy(update={"text": text}))


async def retry(turn: Turn) -> None:
    """Try again to bring a message that did not arrive. The press carries its number."""
    spoken = await turn.work.talk.find_message(id_in(getattr(turn.heard, "value", "")))
    if spoken is None or not await _may_retry(turn.work, turn, spoken.conversation_id):
        return
    await redeliver(turn.work, spoken)
    await turn.answer(Message(text="Trying again."), edit=True)


async def _may_retry(work: Work, turn: Turn, conversation_id: int) -> bool:
    case = await work.talk.conversation(conversation_id)
    return case is not None and (case.customer_id == turn.person.id or (turn.is_agent and case.team_id == turn.team.id))


async def note(turn: Turn) -> None:
    """`/note` or the message shortcut: a word among agents."""
    text = getattr(turn.heard, "args", "")
    case = case_of(turn)
    if text:
        await _keep(turn, case, _words(turn, text, (), prefix="Note by "), note=True)
