"""The room page's socket: chat, cards, lobby and presence go out as they change; words and signalling come in."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from bot.pages import words
from bot.pages.calling import QUIET, Calling
from bot.pages.pace import Pace
from bot.pages.whole import whole
from handlers import visits
from handlers.house import House
from handlers.visits import Line, Visit
from storage import signals

LARGEST = 64 * 1024  # characters: a session description of two people stays far below
WAITING_WORDS = 500  # a browser that reads slower than this is let go; it comes back and resumes

BAD_WORD, TOO_LARGE, REFUSED, TOO_SLOW, TOO_FAST = 4400, 4413, 4404, 4408, 4429


class HungUp(Exception):
    """The socket is over; `code` is the close code, 0 when the browser has gone by itself."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def live_routes(house: House) -> APIRouter:
    """The socket beside each room page; `after` is the version of the last line the page has seen."""
    router = APIRouter()

    @router.websocket("/room/{join_code}/live")
    async def live(socket: WebSocket, join_code: str, after: int = 0) -> None:
        # Before the code is looked at: only an open socket can be told why it is closed.
        await socket.accept()
        try:
            visit = await visits.visit(house, join_code)
        except visits.Refused as refused:
            await socket.send_json({"type": "refused", "sentence": str(refused)})
            await socket.close(REFUSED)
            return
        await Live(socket, house, join_code, visit, after).run()

    return router


class Live:
    """One open room page."""

    def __init__(self, socket: WebSocket, house: House, code: str, visit: Visit, after: int) -> None:
        """The socket is accepted and the code opened `visit`; `after`: the last version seen."""
        self._socket, self._house = socket, house
        self._code, self._visit, self._after = code, visit, after
        self._calling = Calling(house, lambda: self._visit, self.tell)
        self._lobby: dict[str, object] = {}
        self._out: asyncio.Queue[Mapping[str, object]] = asyncio.Queue(WAITING_WORDS)
        self._slow = asyncio.Event()
        # People type slowly; a browser that looks for a path sends dozens of candidates at once.
        self._talk, self._signals = Pace(per_second=3, burst=20), Pace(per_second=40, burst=300)

    def tell(self, word: Mapping[str, object]) -> None:
        """Say `word` to the browser, without waiting."""
        try:
            self._out.put_nowait(word)
        # The page is not waited for: one slow phone would hold up the other side of the call.
        except asyncio.QueueFull:
            self._slow.set()

    async def run(self) -> None:
        """Until either end hangs up."""
        code = 0
        try:
            async with asyncio.TaskGroup() as tasks:
                call = self._calling.watch, self._calling.pass_on
                for part in (self._write, self._watch, self._read, self._drop_when_slow, *call):
                    tasks.create_task(part())
        except* HungUp as ends:
            code = max(end.code for end in ends.exceptions if isinstance(end, HungUp))
        finally:
            await self._calling.leave()
        if code:
            await self._close(code)

    async def _close(self, code: int) -> None:
        while not self._out.empty():
            with suppress(RuntimeError, WebSocketDisconnect):
                await self._socket.send_json(self._out.get_nowait())
        with suppress(RuntimeError, WebSocketDisconnect):
            await self._socket.close(code)

    async def _write(self) -> None:
        while True:
            word = await self._out.get()
            try:
                await self._socket.send_json(word)
            except (WebSocketDisconnect, RuntimeError) as error:
                raise HungUp(0) from error

    async def _drop_when_slow(self) -> None:
        await self._slow.wait()
        raise HungUp(TOO_SLOW)

    async def _watch(self) -> None:
        topics = signals.conversation(self._visit.conversation_id), signals.room(self._visit.room_id)
        async with self._house.database.signals.listen(*topics) as woken:
            while True:
                woken.clear()
                await self._look()
                with suppress(TimeoutError):
                    # A signal may be lost between processes; then the next look finds what it was about.
                    async with asyncio.timeout(QUIET):
                        await woken.wait()

    async def _look(self) -> None:
        """Send what is new. The code is asked again, so that a revoked one closes the page at once."""
        try:
            self._visit = await whole(visits.visit(self._house, self._code))
            await self._new_lines()
            await self._new_lobby()
        except visits.Refused as refused:
            self.tell({"type": "refused", "sentence": str(refused)})
            raise HungUp(REFUSED) from refused

    async def _new_lines(self) -> None:
        while lines := await whole(visits.lines(self._house, self._visit, self._after)):
            for line in lines:
                await self._out.put({"type": "line", **_line(line)})
                self._after = max(self._after, line.version)

    async def _new_lobby(self) -> None:
        lobby = asdict(await whole(visits.lobby(self._house, self._visit)))
        if lobby != self._lobby:
            self._lobby = lobby
            await self._out.put({"type": "lobby", **lobby})

    async def _read(self) -> None:
        while True:
            word = await self._next_word()
            pace = self._signals if isinstance(word, words.Signal | words.Ping) else self._talk
            if not pace.allows():
                raise HungUp(TOO_FAST)
            try:
                await whole(DOES[type(word)](self, word))
            except visits.Refused as refused:
                self.tell({"type": "problem", "sentence": str(refused), "client_id": getattr(word, "client_id", "")})

    async def _next_word(self) -> words.Word:
        try:
            text = await self._socket.receive_text()
            if len(text) > LARGEST:
                raise HungUp(TOO_LARGE)
            return words.WORD.validate_json(text)
        except WebSocketDisconnect as gone:
            raise HungUp(0) from gone
        except (ValidationError, KeyError) as error:  # KeyError: the frame was binary
            raise HungUp(BAD_WORD) from error

    async def knock(self, _: words.Knock) -> None:
        """Wait in the lobby."""
        await visits.knock(self._house, self._visit)

    async def admit(self, word: words.Admit) -> None:
        """Open the door, or not now."""
        await visits.admit(self._house, self._visit, word.person_id, let_in=word.let_in)

    async def say(self, word: words.Say) -> None:
        """Into the conversation."""
        await visits.accept_words(self._house, self._visit, word.text, word.client_id)
        self.tell({"type": "sent", "client_id": word.client_id})

    async def press(self, word: words.Press) -> None:
        """A button was pressed."""
        await visits.accept_press(self._house, self._visit, word.action, word.value, word.client_id)
        self.tell({"type": "sent", "client_id": word.client_id})

    async def command(self, word: words.Command) -> None:
        """A command was chosen."""
        await visits.accept_command(self._house, self._visit, word.name, word.args, word.client_id)
        self.tell({"type": "sent", "client_id": word.client_id})

    async def enter(self, word: words.Enter) -> None:
        """Into the call: once let in, and while the other browser is not a third."""
        # Asked anew: the page may have been open since before the customer was let in.
        self._visit = await visits.visit(self._house, self._code)
        if not self._visit.admitted:
            self.tell({"type": "problem", "sentence": "You have not been let in yet.", "client_id": ""})
            return
        await self._calling.enter(word.call, direct=word.direct)

    async def leave(self, _: words.Leave) -> None:
        """Out of the call, unless another page of the same person has taken it over."""
        await self._calling.leave()

    async def signal(self, word: words.Signal) -> None:
        """To the other browser."""
        self._calling.say(word)

    async def end(self, _: words.End) -> None:
        """The room closes for everyone."""
        await visits.end_room(self._house, self._visit)

    async def ping(self, _: words.Ping) -> None:
        """Somebody is here."""
        self.tell({"type": "pong"})


DOES: dict[type[words.Word], Callable[[Live, Any], Coroutine[Any, Any, None]]] = {
    words.Knock: Live.knock,
    words.Admit: Live.admit,
    words.Say: Live.say,
    words.Press: Live.press,
    words.Command: Live.command,
    words.Enter: Live.enter,
    words.Leave: Live.leave,
    words.Signal: Live.signal,
    words.End: Live.end,
    words.Ping: Live.ping,
}


_UNSHOWN: dict[str, Any] = {
    "form": True,
    "files": {"__all__": {"channel", "account", "file_id", "content"}},
}
"""Where a file lies is not for the browser to know: it asks us for it."""


def _line(line: Line) -> dict[str, object]:
    plain = {name: getattr(line, name) for name in ("version", "message_id", "card_key", "mine", "note")}
    return plain | {"at": line.at.isoformat(), "message": line.message.model_dump(mode="json", exclude=_UNSHOWN)}
