"""Files that are made of the database when a channel fetches them: a customer's copy, a team's log."""

from handlers.channel import Fetch
from handlers.house import House
from handlers.messages import Attachment, id_in
from handlers.privacy.copying import make_copy
from handlers.privacy.log import make_csv


async def fetch_private(house: House, fetch: Fetch, file: Attachment) -> bytes:
    """The bytes of an attachment that lies at `handlers.privacy.asking.PLACE`. Raises Undeliverable."""
    kind, _, number = file.file_id.partition(".")
    if kind == "person":
        return await make_copy(house, fetch, id_in(number))
    return await make_csv(house, id_in(number))
