"""A card number that somebody types, in whichever way: it reaches neither the other side nor the database."""

import sqlite3
from contextlib import closing

import pytest

from sandbox.telegram.params import Upload
from tests.stories.people import OnSlack, Seen
from tests.stories.script import Human, claims, in_conversation, writes_in
from tests.stories.stage import Stage

pytestmark = pytest.mark.long

CARD = "4242 4242 4242 4242"
PIECES = CARD.split()
ADVICE = "never write a card number in a chat"


def kept(stage: Stage) -> str:
    """All that the database holds, digits alone, so that no way to write a number hides one."""
    with closing(sqlite3.connect(str(stage.app.house.database.url.database))) as opened:
        return "".join(opened.iterdump()).replace(" ", "").replace("-", "")


async def edits(person: Human, seen: Seen, text: str) -> None:
    """Change one's own words."""
    if isinstance(person, OnSlack):
        channel = person.cast.slack.core.team_of(person.person).direct(person.person).id
        await person.cast.slack.people.edits(person.person, channel, seen.id, text)
    else:
        person.cast.telegram.people.edit(person.person, int(seen.id), text)


async def on_either(stage: Stage, customer: str) -> tuple[Human, Human]:
    """A customer on that platform, and the agent on the other one."""
    pairs: dict[str, tuple[Human, Human]] = {
        "telegram": (stage.mia, stage.ana),
        "slack": (stage.carla, stage.ana_on_telegram),
    }
    await writes_in(*pairs[customer])
    await claims(*pairs[customer])
    return pairs[customer]


@pytest.mark.parametrize("customer", ["telegram", "slack"])
async def test_written_by_an_edit(stage: Stage, customer: str) -> None:
    buyer, agent = await on_either(stage, customer)
    await buyer.says("My number is")
    await agent.hears("My number is")
    await edits(buyer, await buyer.hears("My number is"), f"My number is {CARD}")
    await agent.hears("My number is •••• 4242")
    await buyer.hears(ADVICE)
    assert "".join(PIECES) not in kept(stage)


@pytest.mark.parametrize("customer", ["telegram", "slack"])
async def test_written_in_pieces(stage: Stage, customer: str) -> None:
    buyer, agent = await on_either(stage, customer)
    for piece in PIECES[:-1]:
        await buyer.says(piece)
        await agent.hears(piece)
    await buyer.says(PIECES[-1])
    await buyer.hears(ADVICE)
    await buyer.says("That was all")
    await agent.hears("That was all")
    await stage.world.until(lambda: agent.count("4242") == 0)
    assert agent.count("••••") == len(PIECES)
    assert 'text":"4242"' not in kept(stage)


async def test_beside_a_file_and_in_its_name(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    upload = Upload(f"{CARD}.txt", "text/plain", b"see there")
    mia.cast.telegram.people.send_file(mia.person, upload, "document", f"As asked: {CARD}")
    await ana.hears("As asked: •••• 4242")
    await ana.hears("•••• 4242.txt")
    await mia.hears(ADVICE)
    assert "".join(PIECES) not in kept(stage)


async def test_typed_by_an_agent_into_a_form_and_behind_a_command(stage: Stage) -> None:
    _, ana = await in_conversation(stage)
    await ana.taps("Ask for money")
    await ana.fills(**{"How much?": "20", "What for?": f"by card {CARD}"})
    await ana.hears("Ask Mia Schneider for $20.00?", "by card •••• 4242")
    await ana.commands(f"/pay 30 USD by card {CARD}")
    await ana.hears("Ask Mia Schneider for $30.00?", "by card •••• 4242")
    await ana.hears(ADVICE)
    assert "".join(PIECES) not in kept(stage)


async def test_numbers_that_are_answers_stay(stage: Stage) -> None:
    mia, ana = await in_conversation(stage)
    for words in ("42", "2026", "5"):
        await mia.says(words)
        await ana.hears(words)
    assert mia.count(ADVICE) == 0
