"""`/privacy`: what is kept about a customer and how long; their copy of it; and being forgotten, after one yes."""

from datetime import timedelta

from handlers.cases import MENU
from handlers.effects import EraseCustomer, send
from handlers.heard import Place, Press
from handlers.messages import Attachment, Button, Message, Style, pairs
from handlers.privacy.keeping import kept_for
from handlers.privacy.obstacles import ahead, obstacles
from handlers.turn import Turn
from storage.privacy_words import pseudonym

PAUSE = timedelta(minutes=5)
"""So long after a copy no other is made for the same person."""
PLACE = "privacy"
"""Where an attachment lies that is made of the database when somebody fetches it."""


async def privacy(turn: Turn) -> None:
    """What is kept, how long, who sees it, and the two buttons."""
    if not await _is_theirs(turn):
        return
    team, messenger = turn.team.name, turn.origin.channel.title()
    copy = Button(label="Send me my data", action="privacy.copy")
    forget = Button(label="Erase me", action="privacy.erase", style=Style.DANGER)
    message = Message(
        title=f"What {team} keeps about you",
        pairs=pairs(
            Name_and_address="your name, language, time zone and your id here, until you erase yourself",
            Words_and_files=f"{kept_for(turn.team)}",
            Bookings="the times; once you are erased, without your name",
            Payments="in the books, as the law asks; once you are erased, without your name",
            Who_sees_it=f"people of {team}",
        ),
        footnote=f"{messenger} keeps the messages of this chat too; you can delete them there.",
        buttons=((copy, forget),),
        secret=True,
    )
    await turn.answer(message, edit=isinstance(turn.heard, Press))


async def _is_theirs(turn: Turn) -> bool:
    """Whether a customer asks about themselves in a chat of their own; if not, they are told where and who."""
    if turn.origin.place is Place.ROOM:
        await turn.answer(Message(text=f"Ask about your data in the chat in which you talk to {turn.team.name}."))
        return False
    roles = await turn.work.holdings.roles(turn.person.id)
    if not roles:
        return True
    team = (await turn.work.people.team(roles[0].team_id)).name
    text = (
        f"You are one of the people of {team}; what you wrote belongs to its cases. Customers read here what is kept "
        "about them, take a copy and erase themselves. An owner can remove you from the team."
    )
    await turn.answer(Message(text=text, secret=True))
    return False


async def copy(turn: Turn) -> None:
    """A ZIP with everything; it is made when the message is on its way."""
    if not await _is_theirs(turn):
        return
    key = f"copy:{turn.person.id}"
    if await turn.work.pacing.held(key):
        text = "Your data was sent a moment ago. You can ask for it again in five minutes."
        await turn.answer(Message(text=text, secret=True))
        return
    await turn.work.pacing.hold(key, PAUSE)
    for case in {case.team_id for case in await turn.work.holdings.conversations(turn.person.id)} or {turn.team.id}:
        turn.work.audits.note(case, turn.person.id, "data copied", f"customer {turn.person.id}")
    file = Attachment(name="your-data.zip", mime="application/zip", channel=PLACE, file_id=f"person.{turn.person.id}")
    text = "Here is what is kept about you: data.json, and your files and papers beside it."
    await turn.answer(Message(text=text, files=(file,), secret=True))


async def ask_erase(turn: Turn) -> None:
    """What would go and what would stay; or what has to end first."""
    if not await _is_theirs(turn) or not await _is_possible(turn):
        return
    yes = Button(label="Yes, erase me", action="privacy.erased", value=str(turn.person.id), style=Style.DANGER)
    keep = Button(label="Keep everything", action="privacy")
    message = Message(
        title=f"Erase you at {' and '.join(await _teams(turn))}?",
        pairs=pairs(
            Gone_for_good=f"your name and address, every word and file{await _also_ends(turn)}",
            Stays=f"payments, past bookings and papers, as the law asks, under “{pseudonym(turn.person.id)}”",
        ),
        footnote="This cannot be undone.",
        buttons=((yes, keep),),
        secret=True,
    )
    await turn.answer(message, edit=True)


async def _is_possible(turn: Turn) -> bool:
    sentences = await obstacles(turn.work, turn.person)
    if not sentences:
        return True
    text = "\n".join([*sentences, "Then you can erase yourself here."])
    await turn.answer(Message(title="Not yet", text=text, buttons=MENU, secret=True), edit=True)
    return False


async def _teams(turn: Turn) -> list[str]:
    """Everybody who shares the bot and has talked to them: they are one person there."""
    met = {case.team_id for case in await turn.work.holdings.conversations(turn.person.id)} | {turn.team.id}
    return [(await turn.work.people.team(team_id)).name for team_id in sorted(met)]


async def _also_ends(turn: Turn) -> str:
    count = len(await ahead(turn.work, turn.person.id))
    bookings = "your booking ahead" if count == 1 else f"your {count} bookings ahead"
    return f"; {bookings} will be cancelled" if count else ""


async def erase(turn: Turn) -> None:
    """The yes: it is done right after this is heard, and said when it is done."""
    pressed = turn.heard.value if isinstance(turn.heard, Press) else ""
    if not await _is_theirs(turn) or not await _is_possible(turn):
        return
    if pressed != str(turn.person.id):
        await privacy(turn)
        return
    await turn.answer(Message(text="You are being erased.", secret=True), edit=True)
    await send(turn.work, EraseCustomer(person_id=turn.person.id, origin=turn.origin))
