"""A desk that moves, breaks and comes back: nothing that was meant for it is lost, and its owners hear of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from handlers.channel import ElsewhereNow, TryLater, Undeliverable
from handlers.effects import Answer
from handlers.heard import Moved, Standing
from storage.tables import RoleKind
from tests.handlers.town import TEST_LEASE, Town, Voice, town

REMOVED = "The bot was removed from the group."


@pytest_asyncio.fixture
async def made(template: Path) -> AsyncIterator[Town]:
    """Ana owns acme; Mia has a case there."""
    async with town(template) as one:
        async with one.database.begin() as work:
            role = await work.people.role(one.team.id, one.ana.person_id)
            assert role is not None
            role.kind = RoleKind.OWNER
        await one.hear(one.mia.says("hello"))
        await one.drain()
        yield one


def stands(who: Voice, trouble: str) -> Standing:
    """What the platform tells of the bot's rights in the desk's group."""
    told = who.at("acme-desk").does("any")
    return Standing(event_id=told.event_id, origin=told.origin, sender=told.sender, at=told.at, trouble=trouble)


def at(made: Town, chat: str) -> list[str]:
    """What was said there, by the notebook."""
    return [one.message.text for one in made.notebook.shown if one.chat == chat and one.message.author == "Mia"]


async def test_a_group_under_another_id_is_the_same_desk_with_its_threads(made: Town) -> None:
    told = made.ana.at("acme-desk").does("any")
    moved = Moved(event_id=told.event_id, origin=told.origin, sender=told.sender, at=told.at, chat="new-desk")
    await made.hear(moved, made.mia.says("still there?"))
    await made.drain()
    assert at(made, "new-desk") == ["still there?"]
    thread = await made.case_thread(1)
    await made.hear(made.ana.at("new-desk", thread).does("claim"))
    async with made.database.begin() as work:
        case = await work.talk.conversation(1)
        assert case is not None and case.holder_id == made.ana.person_id


async def test_a_refusal_that_names_the_new_id_moves_the_desk_too(made: Town) -> None:
    made.notebook.fails = {"acme-desk": ElsewhereNow("new-desk")}
    await made.hear(made.mia.says("still there?"))
    with pytest.raises(TryLater):
        await made.drain()
    made.clock.now += TEST_LEASE * 2
    await made.drain()
    assert at(made, "new-desk") == ["still there?"]


@pytest.mark.parametrize("error", [Undeliverable(REMOVED, gone=True), Undeliverable(REMOVED, mend=True)])
async def test_what_a_broken_desk_refuses_waits_and_its_owner_is_told_once(made: Town, error: Undeliverable) -> None:
    made.notebook.fails = {"acme-desk": error}
    await made.hear(made.mia.says("one"), made.mia.says("two"))
    await made.drain()
    told = [message for origin, message in made.notebook.answers if origin.user == "ana"]
    assert [message.title for message in told] == ["Your desk cannot be reached"] and REMOVED in told[0].text
    assert at(made, "acme-desk") == ["hello"]

    made.notebook.fails = {}
    await made.hear(made.mia.says("three"))
    await made.drain()
    assert at(made, "acme-desk") == ["hello"], "nobody has said yet that it works again"
    await made.hear(stands(made.ben, ""))
    await made.drain()
    assert at(made, "acme-desk") == ["hello", "one", "two", "three"]
    told = [message for origin, message in made.notebook.answers if origin.user == "ana"]
    assert told[-1].text.startswith("Your desk works again")


async def test_trouble_at_one_teams_desk_is_nothing_to_another(made: Town) -> None:
    rita = made.rita
    await made.hear(stands(made.ben, REMOVED), rita.says("rival's own"))
    await made.drain()
    assert [one.chat for one in made.notebook.shown if one.message.text == "rival's own"] == ["rival-desk"]
    assert not [origin for origin, _ in made.notebook.answers if origin.user == "rex"]


async def test_a_group_that_is_no_desk_is_told_how_it_becomes_one(made: Town) -> None:
    told = stands(made.ben, "Topics are off.")
    there = told.model_copy(update={"origin": told.origin.model_copy(update={"chat": "another-group"})})
    (answer,) = [one for one in await made.hear(there) if isinstance(one, Answer)]
    assert "Topics are off." in answer.message.text and "/connect" in answer.message.text
