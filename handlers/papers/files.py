"""Papers as files: a message names one, and it is drawn when somebody fetches it."""

import asyncio

from handlers.channel import Undeliverable
from handlers.house import House
from handlers.messages import Attachment, id_in
from handlers.papers.chain import Pack
from handlers.papers.slips import Slip
from payments.numbering import PaperKind
from storage.tables import Paper

PLACE = "papers"
"""Where an attachment lies that is one of our papers."""
MIMES = {"pdf": "application/pdf", "json": "application/json"}


def attachment(paper: Paper, ending: str = "pdf") -> Attachment:
    """A paper as a message carries it; of evidence there is a `json` too."""
    return Attachment(name=f"{paper.name}.{ending}", mime=MIMES[ending], channel=PLACE, file_id=f"{paper.id}.{ending}")


async def fetch_paper(house: House, file: Attachment) -> bytes:
    """The bytes of an attachment that lies at PLACE. Raises Undeliverable when there is no such paper."""
    number, _, ending = file.file_id.partition(".")
    async with house.database.begin() as work:
        paper = await work.papers.paper(id_in(number))
    if paper is None:
        raise Undeliverable(f"{file.name} is not there any more.")
    # Drawing takes a tenth of a second and more, which the loop does not have.
    return await asyncio.to_thread(written, paper, ending)


def written(paper: Paper, ending: str = "pdf") -> bytes:
    """A paper's file; the same bytes each time."""
    if ending == "json":
        return paper.body.encode()
    # What draws takes half a second to import, and most processes never draw.
    if paper.kind is PaperKind.EVIDENCE:
        from handlers.papers.evidence_drawing import draw_pack

        return draw_pack(Pack.model_validate_json(paper.body))
    from handlers.papers.drawing import draw_slip

    return draw_slip(Slip.model_validate_json(paper.body), void=paper.void_at is not None)
