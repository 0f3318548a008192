"""Taking in what was heard: once, durably, before anybody is told that we have it."""

from handlers.heard import Heard
from handlers.house import House


async def accept(house: House, heard: Heard) -> None:
    """Keep what was heard in the inbox; when this returns, it is committed. A repeat changes nothing."""
    async with house.database.begin() as work:
        await work.inbox.take_in(
            f"{heard.origin.channel}:{heard.origin.account}",
            heard.event_id,
            lane=heard.lane,
            kind=heard.kind,
            body=heard.model_dump_json(),
        )
