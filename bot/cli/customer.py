"""The commands about customers: `bellhop customer export` and `bellhop customer erase`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from bot.app import App, build, fetch_file
from bot.cli.refusals import Refused
from bot.settings import Settings
from handlers.channel import Undeliverable
from handlers.messages import Attachment, id_in
from handlers.privacy.copying import make_copy
from handlers.privacy.erasing import erase
from handlers.privacy.obstacles import NotYet
from storage.schema import require_current
from storage.tables import Person
from storage.work import Work

HOW = "write our own number, telegram:123456789, or slack:T0123/U0123"


def export_customer(settings: Settings, ref: str, to: Path, *, notes: bool) -> None:
    """Write a customer's copy to `to`, a folder or a file that ends in .zip."""
    person, data = asyncio.run(_export(settings, ref, notes=notes))
    path = to if to.suffix == ".zip" else to / f"customer-{person.id}.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(0o600)
    print(f"{person.name}, customer {person.id}: {path}")


async def _export(settings: Settings, ref: str, *, notes: bool) -> tuple[Person, bytes]:
    async with _opened(settings) as app:
        async with app.house.database.begin() as work:
            person = await _customer(work, ref)
            for team_id in {case.team_id for case in await work.holdings.conversations(person.id)}:
                work.audits.note(team_id, None, "data copied", f"customer {person.id}, by the operator")
        return person, await make_copy(app.house, partial(_fetched, app), person.id, notes=notes)


async def _fetched(app: App, file: Attachment) -> bytes:
    """The bytes of a file; one that cannot be had now is named in the copy and stops nothing."""
    try:
        return await fetch_file(app.house, app.channels, file)
    except Undeliverable:
        raise
    except Exception as error:
        raise Undeliverable(f"its platform cannot be reached ({type(error).__name__})") from error


def erase_customer(settings: Settings, ref: str) -> None:
    """Take a customer out of the database, and say what is left."""
    print(asyncio.run(_erase(settings, ref)))


async def _erase(settings: Settings, ref: str) -> str:
    async with _opened(settings) as app, app.house.database.begin() as work:
        person = await _customer(work, ref)
        if roles := await work.holdings.roles(person.id):
            team = await work.people.team(roles[0].team_id)
            raise Refused(f"{person.name} is one of the people of {team.name}; remove them from the team first")
        try:
            done = await erase(app.house, work, person.id, actor_id=None)
        except NotYet as error:
            raise Refused(str(error)) from error
        return done.sentence


async def _customer(work: Work, ref: str) -> Person:
    """Who is meant by our own number or by a platform's id. Raises Refused."""
    found = await _found(work, ref)
    if not found:
        raise Refused(f"there is no customer {ref}; {HOW}")
    if len(found) > 1:
        numbers = " and ".join(str(person.id) for person in found)
        raise Refused(f"{ref} is known to several bots, as the customers {numbers}; name one by its number")
    if found[0].erased_at is not None:
        raise Refused(f"customer {found[0].id} is erased already")
    return found[0]


async def _found(work: Work, ref: str) -> list[Person]:
    channel, _, name = ref.partition(":")
    if not name:
        person = await work.holdings.find(id_in(ref))
        return [person] if person else []
    account, _, person_name = name.rpartition("/")
    return list(await work.holdings.named(channel, [person_name], account))


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[App]:
    app = build(settings)
    try:
        await require_current(app.house.database)
        yield app
    finally:
        await app.stop()
