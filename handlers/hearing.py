"""Taking in what was heard: once, durably, before anybody is told that we have it."""

from handlers.heard import Command, Edited, Heard, Said, Submitted
from handlers.house import House
from handlers.slowing import slow_down
from payments.cards import mask_card_numbers
from storage.intake import Arrival


async def accept(house: House, heard: Heard) -> None:
    """Keep what was heard in the inbox; when this returns, it is committed. A repeat changes nothing.

    Of a flood nothing is kept, and whoever sends it is told.
    """
    heard = without_card_numbers(heard)
    if flood := await house.floods.passed(heard):
        if await house.floods.is_news(heard):
            await slow_down(house, heard, flood)
        return
    source = f"{heard.origin.channel}:{heard.origin.account}"
    body = heard.model_dump_json()
    await house.database.intake.put(Arrival(source, heard.event_id, heard.lane, heard.kind, body))


def without_card_numbers(heard: Heard) -> Heard:
    """What people type reaches neither the database nor each other with a card number in it."""
    match heard:
        case Said() | Edited():
            text = mask_card_numbers(heard.text)
            told = {"masked": text != heard.text} if isinstance(heard, Said) else {}
            return heard.model_copy(update={"text": text, **told})
        case Command():
            return heard.model_copy(update={"args": mask_card_numbers(heard.args)})
        case Submitted():
            answers = {name: mask_card_numbers(answer) for name, answer in heard.answers.items()}
            return heard.model_copy(update={"answers": answers})
        case _:
            return heard
