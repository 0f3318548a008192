"""Who is in a call on this server, and the way their browsers' words take to each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

PAIR = 2
"""Two people see each other directly; a third would need a video server."""


class Line(Protocol):
    """One open page: it can be told something at once."""

    def tell(self, word: Mapping[str, object]) -> None:
        """Say it to the browser, without waiting."""


@dataclass(eq=False, slots=True)
class Caller:
    """Somebody in a call. `call`: their browser's word for this entry. `direct`: seen without a server between."""

    line: Line
    person_id: int
    name: str
    call: str
    direct: bool


@dataclass(slots=True)
class Hub:
    """The callers of every room. One per person: the newest page has the call, the older one is told."""

    _rooms: dict[int, list[Caller]] = field(default_factory=dict)

    def enter(self, room_id: int, caller: Caller) -> bool:
        """Into the call; False when two others are connected directly already."""
        there = self._rooms.get(room_id, [])
        for old in [one for one in there if one.person_id == caller.person_id]:
            there.remove(old)
            if old.line is not caller.line:
                old.line.tell({"type": "taken_over"})
        if caller.direct and len(_direct(there)) >= PAIR:
            return False
        self._rooms[room_id] = [*there, caller]
        self._introduce(room_id, caller)
        return True

    def leave(self, room_id: int, caller: Caller) -> bool:
        """Out of the call; False when another page of the same person has it, or nobody."""
        there = self._rooms.get(room_id, [])
        if caller not in there:
            return False
        there.remove(caller)
        for other in _direct(there):
            other.line.tell(_peer(caller, here=False))
        if not there:
            del self._rooms[room_id]
        return True

    def relay(self, room_id: int, caller: Caller, to: str, data: Mapping[str, object]) -> None:
        """Hand `data` to the other of the two while their entry is the one meant; nobody else ever sees it."""
        for other in self._others(room_id, caller):
            if other.call == to:
                other.line.tell({"type": "signal", "from": caller.call, "to": to, "data": data})

    def _introduce(self, room_id: int, caller: Caller) -> None:
        for other in self._others(room_id, caller):
            caller.line.tell(_peer(other, here=True))
            other.line.tell(_peer(caller, here=True))

    def _others(self, room_id: int, caller: Caller) -> list[Caller]:
        there = self._rooms.get(room_id, [])
        return [one for one in _direct(there) if one is not caller] if caller.direct and caller in there else []


def _direct(callers: list[Caller]) -> list[Caller]:
    return [caller for caller in callers if caller.direct]


def _peer(caller: Caller, *, here: bool) -> dict[str, object]:
    return {"type": "peer", "here": here, "call": caller.call, "name": caller.name}
