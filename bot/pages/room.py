"""The room page, the ticket into the call, and the files of the chat."""

import json
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse, JSONResponse

from bot.pages.look import NOWHERE, Look
from handlers import visits
from handlers.channel import Fetch, TryLater, Undeliverable
from handlers.checkout.inside import page_sources
from handlers.house import House
from handlers.messages import Attachment
from handlers.visits import Visit
from storage.tables import Side
from video.errors import NotConfigured

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What a browser may show by itself; everything else is saved. SVG is left out: it can carry scripts."""

NO_STORE = {"Cache-Control": "no-store"}
NO_ROOM = "Ask for a new link in the chat where you got this one. A link is personal and works for one room only."


def room_routes(house: House, look: Look, fetch: Fetch) -> APIRouter:
    """`GET /room/{code}`, its ticket and its files."""
    router = APIRouter()

    @router.get("/room/{join_code}")
    async def room(join_code: str) -> HTMLResponse:
        try:
            visit = await visits.visit(house, join_code)
        except visits.Refused as refused:
            return look.plain("You cannot come in by this link", str(refused), NO_ROOM, status=_status(refused))
        provider = house.rooms.get(visit.provider)
        players = provider.origins() if provider else ()
        # Who sells does not pay: no gateway's script is let into their page.
        tills = await page_sources(house, visit.conversation_id) if visit.side is Side.CUSTOMER else NOWHERE
        return look.page("room.html", _words(visit, join_code), players=players, tills=tills)

    @router.post("/room/{join_code}/ticket")
    async def ticket(join_code: str) -> JSONResponse:
        try:
            visit = await visits.visit(house, join_code)
            way_in = await visits.ticket(house, visit)
        except visits.Refused as refused:
            return JSONResponse({"sentence": str(refused)}, 403, NO_STORE)
        except NotConfigured:
            sentence = "The video room is not set up correctly. The team has to see to it; you can go on in the chat."
            return JSONResponse({"sentence": sentence}, 503, NO_STORE)
        names = ("kind", "room", "domain", "script_url", "token", "options")
        return JSONResponse({name: getattr(way_in, name) for name in names}, headers=NO_STORE)

    router.include_router(_file_routes(house, look, fetch))
    return router


def _file_routes(house: House, look: Look, fetch: Fetch) -> APIRouter:
    """What was sent in the chat, for who may be in the room."""
    router = APIRouter()

    @router.get("/room/{join_code}/files/{message_id}/{index}")
    async def file(join_code: str, message_id: int, index: int) -> Response:
        try:
            visit = await visits.visit(house, join_code)
            found = await visits.attachment(house, visit, message_id, index)
            return _file(found, await fetch(found))
        except (visits.Refused, Undeliverable) as gone:
            return look.plain("This file is not here", str(gone), "Ask for it again in the chat.", status=404)
        except TryLater:
            advice = "Wait a moment, then load this page again."
            return look.plain("Not just now", "The file cannot be fetched at this moment.", advice, status=503)

    return router


def _status(refused: visits.Refused) -> int:
    return 410 if isinstance(refused, visits.Gone) else 404


def _words(visit: Visit, join_code: str) -> dict[str, object]:
    host = visit.side is Side.AGENT
    other = visit.other_name or visit.team_name
    told = {
        "base": f"/room/{join_code}",
        "me": visit.person_id,
        "name": visit.person_name,
        "other": other,
        "host": host,
        "admitted": visit.admitted,
        "zone": visit.zone,
        "language": visit.language,
        "closes_at": visit.closes_at.isoformat(),
    }
    return {"visit": visit, "other": other, "host": host, "told": json.dumps(told)}


def _file(found: Attachment, data: bytes) -> Response:
    shown = found.mime in PICTURES
    kind = "inline" if shown else "attachment"
    headers = {
        "Content-Disposition": f"{kind}; filename*=UTF-8''{quote(found.name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, media_type=found.mime if shown else "application/octet-stream", headers=headers)
