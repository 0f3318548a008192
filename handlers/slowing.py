"""What is said when a flood is not taken: a clear word to who sends it, and one to the desk."""

from handlers.floods import Flood
from handlers.heard import Heard
from handlers.house import House
from handlers.messages import Message
from handlers.speech import say
from handlers.turn import NoTeam, Turn, begin_turn
from storage.tables import Side


async def slow_down(house: House, heard: Heard, flood: Flood) -> None:
    """Tell the person, and the desk when it was one customer; a case that was flooded is asked nothing when it ends."""
    async with house.database.begin() as work:
        try:
            turn = await begin_turn(house, work, heard)
        except NoTeam:
            return
        await turn.answer(Message(text=flood.value))
        if flood is Flood.CUSTOMER and isinstance(turn, Turn):
            await _tell_desk(turn)


async def _tell_desk(turn: Turn) -> None:
    case = turn.conversation
    if case is None or case.abusive or turn.is_agent:
        return
    case.abusive = True
    text = f"{turn.person.name} writes more than a person can. What goes beyond it is not passed on; they were told."
    await say(turn.work, case, Side.AGENT, Message(text=text))
