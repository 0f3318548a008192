"""Who is in which room, and what they say there."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import WebSocket

from sandbox.jitsi.token import Guest

Word = dict[str, Any]


@dataclass(eq=False)
class Person:
    """Somebody in a room, and the line to their page."""

    guest: Guest
    socket: WebSocket
    name: str
    moderator: bool
    id: str = field(default_factory=lambda: secrets.token_hex(4))
    audio_muted: bool = False
    video_muted: bool = False

    def shown(self) -> Word:
        """What others may know."""
        told = {"id": self.id, "userId": self.guest.user_id, "name": self.name, "moderator": self.moderator}
        return told | {"audioMuted": self.audio_muted, "videoMuted": self.video_muted}


@dataclass
class Room:
    """A room while somebody is in it."""

    name: str
    changed: Callable[[], None]
    people: dict[str, Person] = field(default_factory=dict)
    chat: list[Word] = field(default_factory=list)
    subject: str = ""

    async def join(self, person: Person) -> None:
        """Welcome somebody and tell the others."""
        self.people[person.id] = person
        others = [other.shown() for other in self.people.values() if other is not person]
        await person.socket.send_json(
            {"type": "welcome", "you": person.shown(), "people": others, "subject": self.subject}
        )
        await self.tell({"type": "joined", "person": person.shown()}, but=person)

    async def leave(self, person: Person) -> None:
        """Somebody is gone."""
        if self.people.pop(person.id, None) is not None:
            await self.tell({"type": "left", "id": person.id})

    async def tell(self, word: Word, but: Person | None = None) -> None:
        """Say something to everybody, or everybody else."""
        for person in list(self.people.values()):
            if person is not but:
                await self._say(person, word)
        self.changed()

    async def hear(self, person: Person, word: Word) -> None:
        """Do what somebody's page asks; what only a moderator may is ignored from others."""
        acts = {"state": self._state, "chat": self._chat, "endpoint": self._endpoint}
        if person.moderator:
            acts |= {"kick": self._kick, "grant": self._grant, "end": self._end, "subject": self._subject}
        if act := acts.get(str(word.get("type"))):
            await act(person, word)

    async def _state(self, person: Person, word: Word) -> None:
        person.audio_muted = bool(word.get("audioMuted", person.audio_muted))
        person.video_muted = bool(word.get("videoMuted", person.video_muted))
        person.name = str(word.get("name") or person.name)[:80]
        await self.tell({"type": "changed", "person": person.shown()}, but=person)

    async def _chat(self, person: Person, word: Word) -> None:
        said = {"type": "chat", "from": person.id, "nick": person.name, "text": str(word.get("text", ""))[:2000]}
        if (to := self.people.get(str(word.get("to")))) is not None:
            await self._say(to, said | {"private": True})
            return
        self.chat.append(said)
        await self.tell(said | {"private": False}, but=person)

    async def _endpoint(self, person: Person, word: Word) -> None:
        if (to := self.people.get(str(word.get("to")))) is not None:
            await self._say(to, {"type": "endpoint", "from": person.id, "text": str(word.get("text", ""))})

    async def _kick(self, person: Person, word: Word) -> None:
        if (gone := self.people.get(str(word.get("id")))) is not None:
            await self.tell({"type": "removed", "id": gone.id, "by": person.id})
            await self.leave(gone)

    async def _grant(self, person: Person, word: Word) -> None:
        if (raised := self.people.get(str(word.get("id")))) is not None:
            raised.moderator = True
            await self.tell({"type": "role", "person": raised.shown()})

    async def _subject(self, person: Person, word: Word) -> None:
        self.subject = str(word.get("text", ""))[:200]
        await self.tell({"type": "subject", "text": self.subject})

    async def _end(self, person: Person, word: Word) -> None:
        await self.end()

    async def end(self) -> None:
        """The conference is over for everybody."""
        await self.tell({"type": "ended"})
        self.people.clear()
        self.changed()

    async def _say(self, person: Person, word: Word) -> None:
        try:
            await person.socket.send_json(word)
        except (RuntimeError, OSError):
            # Their page went away in this moment; their own line will notice.
            self.people.pop(person.id, None)
