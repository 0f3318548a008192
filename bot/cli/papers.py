"""The command about papers: `bellhop evidence`."""

import asyncio
from pathlib import Path

from bot.cli.refusals import Refused
from bot.clock import clock_of
from bot.keys import keys_of
from bot.settings import Settings
from handlers.papers.chain import Pack
from handlers.papers.evidence import make_evidence
from handlers.papers.files import written
from storage.database import Database
from storage.schema import require_current
from storage.tables import Paper


def write_evidence(settings: Settings, request_id: int, folder: Path) -> None:
    """Make a request's pack of evidence and write it into `folder`, as PDF and as JSON."""
    paper = asyncio.run(_made(settings, request_id))
    folder.mkdir(parents=True, exist_ok=True)
    for ending in ("pdf", "json"):
        path = folder / f"{paper.name}.{ending}"
        path.write_bytes(written(paper, ending))
        print(path)
    pack = Pack.model_validate_json(paper.body)
    print(f"{len(pack.lines)} lines, the last one's SHA-256 is {pack.head}")


async def _made(settings: Settings, request_id: int) -> Paper:
    database = Database(settings.database_url, keys=keys_of(settings), clock=clock_of(settings))
    try:
        await require_current(database)
        async with database.begin() as work:
            request = await work.payments.request(request_id)
            if request is None:
                raise Refused(f"there is no request {request_id}; its number stands on the case's cards and in the log")
            return await make_evidence(work, request)
    finally:
        await database.aclose()
