"""A town with one customer's affairs in it, and everybody who might try to reach them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from handlers.effects import Answer, Effect
from handlers.heard import Heard
from handlers.router import hear
from storage.tables import RoleKind
from tests.handlers.till import Till
from tests.handlers.town import Town, Voice, effects_since, employ, newest_effect, town
from tests.handlers.victim import Rows, Victim, victim_in


@dataclass
class Scene:
    """A town with somebody's affairs in it, and the others who try."""

    town: Town
    victim: Victim
    others: dict[str, Voice]
    owner: Voice

    async def outcome(self, *tries: Heard) -> tuple[Rows, Rows, list[Effect]]:
        """The victim's rows before and after, and what leaked. Everything is rolled back."""
        with suppress(_Undo):
            async with self.town.database.begin() as work:
                before, newest = await self.victim.rows(work), await newest_effect(work)
                for one in tries:
                    await hear(self.town.house, work, one)
                after = await self.victim.rows(work)
                leaked = await self.victim.leaked(work, await effects_since(work, newest))
                raise _Undo
        return before, after, leaked

    async def answers(self, one: Heard, *, rows: bool) -> tuple[list[str], Rows]:
        """What its speaker was answered, and on wish the team's rows after it; rolled back."""
        with suppress(_Undo):
            async with self.town.database.begin() as work:
                newest = await newest_effect(work)
                await hear(self.town.house, work, one)
                after = await self.victim.rows(work) if rows else {}
                told = [each.message.text for each in await effects_since(work, newest) if isinstance(each, Answer)]
                raise _Undo
        return told, after

    async def effects(self, one: Heard) -> list[Effect]:
        """What must happen after one thing was heard; rolled back too."""
        with suppress(_Undo):
            async with self.town.database.begin() as work:
                newest = await newest_effect(work)
                await hear(self.town.house, work, one)
                effects = await effects_since(work, newest)
                raise _Undo
        return effects


class _Undo(Exception):
    """The transaction is not kept."""


@asynccontextmanager
async def scene_in(template: Path) -> AsyncIterator[Scene]:
    """The scene, for as long as the block lasts."""
    till = Till()
    async with town(template, {"till": till}) as made:
        till.now = made.clock
        victim = await victim_in(made)
        await made.hear(made.noor.says("hello"), made.rita.says("hello"))
        await made.drain()
        async with made.database.begin() as work:
            for role in await work.people.roles_of(made.rival.id):
                role.kind = RoleKind.OWNER
        others = {
            "a stranger": Voice("acme-bot", "eve", "eve", name="Eve"),
            "another customer": made.noor,
            "another customer, on a room's page": replace(made.noor, person_id=5).on_page(1, 2),
            "a member of the desk's channel without a role": Voice("acme-bot", "eve", "eve").at(
                "acme-desk", victim.thread
            ),
            "an owner of another team": made.rex.at("rival-desk", await made.case_thread(3)),
            "a viewer": (await employ(made, "vera", RoleKind.VIEWER)).at("acme-desk", victim.thread),
        }
        yield Scene(made, victim, others, (await employ(made, "otto", RoleKind.OWNER)).at("acme-desk", victim.thread))
