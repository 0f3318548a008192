"""Privacy, on both platforms: told before the first word is kept, a copy in the chat, and erased after one yes."""

import asyncio
import json
import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from bot.cli.customer import erase_customer, export_customer
from bot.cli.money import reconciled
from bot.cli.refusals import Refused
from sandbox.telegram.params import Upload
from tests.databases import Pool, require
from tests.stories.people import SOON, OnSlack, OnTelegram
from tests.stories.script import asks, claims, writes_in
from tests.stories.stage import Stage, set_up

pytestmark = pytest.mark.long

WORD, PAYER = "xylophone", "customer@example.com"
"""What the customer writes, and the address that they give on the gateway's own page."""


async def columns_with(stage: Stage, *marks: str) -> set[str]:
    """The columns of all tables in which one of these words stands, as a word by itself."""
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(mark)}(?!\w)" for mark in marks), re.IGNORECASE)
    places: set[str] = set()
    async with stage.app.house.database.begin() as work:
        for table in SQLModel.metadata.sorted_tables:
            for row in (await work.session.execute(select(table))).mappings():
                places |= {f"{table.name}.{name}" for name, value in row.items() if pattern.search(str(value))}
    return places


def unpacked(data: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The copy's JSON, and its files by their place."""
    archive = ZipFile(BytesIO(data))
    files = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(files.pop("data.json")), files


async def pays(stage: Stage, customer: OnTelegram | OnSlack, agent: OnSlack, what: str) -> None:
    """Money that has arrived, with a receipt."""
    session = await stage.session_of(await asks(customer, agent, what))
    await stage.cast.stripe.pay(session)
    await customer.hears("Paid: $49.00")
    await agent.hears("Receipt ", "It goes to ")


async def erases(customer: OnTelegram | OnSlack) -> None:
    """The two taps."""
    await customer.taps("Erase me")
    await customer.hears("Erase you at Bright Studio?", "Erased customer", "This cannot be undone.")
    await customer.taps("Yes, erase me")
    await customer.hears("You are erased", "1 payment in the books", "we begin anew")


async def test_a_customer_on_telegram_takes_a_copy_and_is_forgotten(stage: Stage) -> None:
    mia, ana = stage.mia, stage.ana
    day = stage.world.clock.now() - timedelta(days=1)
    await writes_in(mia, ana, f"I play the {WORD}")
    await mia.hears("What you write is stored", "/privacy")
    await stage.ana_on_telegram.hears(f"I play the {WORD}")
    note = Upload(f"{WORD}.txt", "text/plain", b"la la la")
    stage.cast.telegram.people.send_file(1001, note, caption=f"My {WORD}")
    await ana.hears(f"{WORD}.txt")
    await claims(mia, ana)
    await ana.says(f"// Mia and her {WORD}")
    await pays(stage, mia, ana, "49 USD Consultation for Mia Schneider")
    await mia.commands("/privacy")
    await mia.hears("What Bright Studio keeps about you", "for 365 days after the conversation is closed")
    await mia.taps("Send me my data")
    await mia.hears("Here is what is kept about you", "your-data.zip")
    told, files = unpacked(_sent_on_telegram(stage, "your-data.zip"))
    words = [line["text"] for case in told["conversations"] for line in case["messages"]]
    assert f"I play the {WORD}" in words and f"Mia and her {WORD}" not in " ".join(words)
    assert b"la la la" in files.values() and told["files_left_out"] == []
    assert [name for name in files if name.endswith("-000001.pdf")] == told["payments"][0]["papers"]
    await erases(mia)
    await ana.hears("Case 1 · Erased customer", "Closed")
    await ana.hears("The customer of this case has erased themselves")
    await _copies_go(stage)
    assert await columns_with(stage, "Mia", "Schneider", "1001", WORD, PAYER) == set()
    assert await reconciled(stage.settings, day) == (1, [])
    assert await columns_with(stage, "Mia", "Schneider", "1001", WORD, PAYER) == set()
    await mia.says("Good morning again")
    await ana.hears("Case 2 · Mia Schneider")


async def _copies_go(stage: Stage) -> None:
    """Wait until neither desk shows the customer's words any more."""
    desks = stage.ana, stage.ana_on_telegram
    await stage.world.until(lambda: not any(desk.count("I play the") for desk in desks), SOON)


def _sent_on_telegram(stage: Stage, name: str) -> bytes:
    files = stage.cast.telegram.state.files.kept.values()
    (data,) = [file.data for file in files if isinstance(file.thing, dict) and file.thing.get("file_name") == name]
    return data


async def test_a_customer_on_slack_takes_a_copy_and_is_forgotten(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    carla, ana = stage.carla, stage.ana
    await writes_in(carla, ana, f"I play the {WORD}")
    await carla.hears("/bellhop privacy")
    await stage.ana_on_telegram.hears(f"I play the {WORD}")
    await claims(carla, ana)
    await pays(stage, carla, ana, "49 USD Consultation")
    await ana.says(f"// Too much {WORD}")
    await stage.ana_on_telegram.hears(f"Too much {WORD}")
    await asyncio.to_thread(export_customer, stage.settings, "slack:U0CARLA", tmp_path / "copies", notes=True)
    (path,) = (tmp_path / "copies").iterdir()
    assert str(path) in capsys.readouterr().out
    told, _ = unpacked(path.read_bytes())
    assert f"Too much {WORD}" in [line["text"] for case in told["conversations"] for line in case["messages"]]
    await carla.commands("/bellhop privacy")
    await carla.hears("What Bright Studio keeps about you")
    await carla.taps("Send me my data")
    await carla.hears("your-data.zip")
    await erases(carla)
    await ana.hears("Case 1 · Erased customer")
    await _copies_go(stage)
    assert await columns_with(stage, told["you"]["name"], "U0CARLA", carla._chat, WORD, PAYER) == set()


async def test_the_operator_erases_who_asks_by_letter_on_a_database_server(
    databases: Pool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with set_up(tmp_path, database_url=await databases.ready(require("mysql"))) as stage:
        arjun, ana = stage.arjun, stage.ana
        await writes_in(arjun, ana, f"Erase my {WORD}")
        await claims(arjun, ana)
        await pays(stage, arjun, ana, "49 USD Consultation for Arjun Rao")
        with pytest.raises(Refused, match="there is no customer telegram:77"):
            await asyncio.to_thread(erase_customer, stage.settings, "telegram:77")
        await asyncio.to_thread(erase_customer, stage.settings, "telegram:1002")
        assert "1 payment in the books, under “Erased customer " in capsys.readouterr().out
        await ana.hears("Case 1 · Erased customer")
        assert await columns_with(stage, "Arjun", "Rao", "1002", WORD, PAYER) == set()
        with pytest.raises(Refused, match="one of the people of Bright Studio"):
            await asyncio.to_thread(erase_customer, stage.settings, "telegram:2001")
