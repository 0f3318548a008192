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
    clean = heard.model_copy(update=_cleaned(heard))
    return clean if clean == heard else clean.model_copy(update={"masked": True})


def _cleaned(heard: Heard) -> dict[str, object]:
    """All that its person has typed, without card numbers: words, what stands behind a command, forms, file names."""
    match heard:
        case Said():
            files = tuple(file.model_copy(update={"name": mask_card_numbers(file.name)}) for file in heard.files)
            return {"text": mask_card_numbers(heard.text), "files": files}
        case Edited():
            return {"text": mask_card_numbers(heard.text)}
        case Command():
            return {"args": mask_card_numbers(heard.args)}
        case Submitted():
            return {"answers": {name: mask_card_numbers(answer) for name, answer in heard.answers.items()}}
        case _:
            return {}
