"""Taking in what was heard: once, durably, before anybody is told that we have it."""

from handlers.heard import Heard
from handlers.house import House
from storage.intake import Arrival


async def accept(house: House, heard: Heard) -> None:
    """Keep what was heard in the inbox; when this returns, it is committed. A repeat changes nothing."""
    source = f"{heard.origin.channel}:{heard.origin.account}"
    body = heard.model_dump_json()
    await house.database.intake.put(Arrival(source, heard.event_id, heard.lane, heard.kind, body))
