"""Jitsi Meet, played on this machine: `external_api.js`, the room's page, and presence."""

from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from fastapi import APIRouter, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from sandbox.faults import Rule
from sandbox.jitsi.room import Person, Room
from sandbox.jitsi.token import Guest, Unwelcome, admit
from sandbox.world import World

TEMPLATES = Environment(autoescape=True, loader=PackageLoader("sandbox.jitsi"), undefined=StrictUndefined)


@dataclass(frozen=True)
class Refusal:
    """A token that opened nothing."""

    at: str
    room: str
    reason: str


class Jitsi:
    """A self-hosted server with token authentication. `rooms`: those with people in them; `refusals`: bad tokens."""

    name = "jitsi"

    def __init__(self, world: World) -> None:
        self.world = world
        self.rooms: dict[str, Room] = {}
        self.refusals: list[Refusal] = []
        self.api = self._api()
        self.ui = self._ui()
        self.root = self._root()

    def admit(self, token: str, room: str) -> Guest:
        """Who may enter `room` with this token. Raises `Unwelcome`, and keeps the reason for people to see."""
        given = {"secrets": self.world.secrets, "domain_url": self.world.public_url, "now": self.world.clock.now()}
        try:
            return admit(token, room, **given)  # type: ignore[arg-type]
        except Unwelcome as refused:
            at = self.world.clock.now().isoformat(timespec="seconds")
            self.refusals.append(Refusal(at, room, str(refused)))
            self.world.touched(self.name)
            raise

    def trouble(self, rule: Rule) -> Response:
        """A plain 500: a program makes no calls to Jitsi that could be limited."""
        return Response("The sandbox was asked for an error.", 500)

    async def end(self, room: str) -> None:
        """Everybody is sent home."""
        if room in self.rooms:
            await self.rooms[room].end()

    def _api(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_websocket_route("/live/{room}", self._live)
        router.add_api_route("/room/{room}", self._page, methods=["GET"])
        router.add_api_route("/{room}", self._page, methods=["GET"])
        return router

    def _root(self) -> APIRouter:
        """What stands right below the domain: the script and the rooms."""
        router = APIRouter(include_in_schema=False)

        @router.get("/external_api.js")
        async def script() -> FileResponse:
            here = Path(__file__).with_name("external_api.js")
            return FileResponse(here, media_type="text/javascript", headers={"Cache-Control": "no-cache"})

        router.add_api_route("/{room}", self._page, methods=["GET"])
        return router

    def _ui(self) -> APIRouter:
        router = APIRouter()

        @router.get("")
        async def state() -> dict[str, object]:
            rooms = [
                {"name": room.name, "people": [person.shown() for person in room.people.values()], "chat": room.chat}
                for room in self.rooms.values()
            ]
            return {"rooms": rooms, "refusals": [asdict(refusal) for refusal in self.refusals[-20:]]}

        @router.post("/{room}/end", status_code=204)
        async def end(room: str) -> None:
            await self.end(room)

        return router

    async def _page(self, room: str, jwt: str = "") -> Response:
        if "." in room:
            return Response(status_code=404)
        try:
            guest = self.admit(jwt, room)
        except Unwelcome as refused:
            page = TEMPLATES.get_template("refused.html").render(room=room, reason=str(refused))
            return HTMLResponse(page, 403)
        return HTMLResponse(TEMPLATES.get_template("room.html").render(room=room.lower(), token=jwt, guest=guest))

    async def _live(self, socket: WebSocket, room: str, jwt: str = "") -> None:
        await socket.accept()
        try:
            guest = self.admit(jwt, room)
        except Unwelcome as refused:
            await socket.close(4003, str(refused))
            return
        here = self.rooms.setdefault(room, Room(room, partial(self.world.touched, self.name)))
        person = Person(guest, socket, guest.name, guest.moderator)
        try:
            await here.join(person)
            while True:
                await here.hear(person, await socket.receive_json())
        except (WebSocketDisconnect, RuntimeError, ValueError):
            pass
        finally:
            await here.leave(person)
            if not here.people:
                self.rooms.pop(room, None)
            self.world.touched(self.name)
