"""How the database keeps things: sealed secrets, aware moments, signals, and SQLite's own settings."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography.fernet import Fernet
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError

from storage.database import Database, async_url
from storage.signals import Signals
from storage.tables import Person, Team
from storage.vault import Vault, WrongKey
from tests.handlers.town import START, HandClock
from tests.mould import empty_database


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(empty_database(tmp_path, "kept.db"), keys=["a key of the tests"], clock=HandClock())
    yield made
    await made.aclose()


async def test_what_was_sealed_opens_with_the_key_and_shows_nothing() -> None:
    vault = Vault(["a key"])
    sealed = vault.seal("whsec_1")
    assert "whsec_1" not in sealed
    assert vault.open(sealed) == "whsec_1"
    assert vault.seal("whsec_1") != sealed
    assert (vault.seal(""), vault.open("")) == ("", "")


async def test_a_new_key_opens_what_the_old_one_sealed_until_the_old_one_goes() -> None:
    sealed = Vault(["old"]).seal("secret")
    assert Vault(["new", "old"]).open(sealed) == "secret"
    with pytest.raises(WrongKey):
        Vault(["new"]).open(sealed)
    with pytest.raises(WrongKey):
        Vault(["new"]).open("not sealed at all")


async def test_the_newest_key_seals() -> None:
    assert Vault(["new"]).open(Vault(["new", "old"]).seal("secret")) == "secret"


async def test_there_must_be_a_key() -> None:
    with pytest.raises(ValueError, match="SECRET_KEYS"):
        Vault([])
    assert Vault([Fernet.generate_key().decode()]).open(Vault(["x"]).seal("")) == ""


async def test_moments_come_back_aware_and_the_same(database: Database) -> None:
    elsewhere = datetime(2026, 3, 2, 14, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    async with database.begin() as work:
        person = Person(name="Mia", greeted_at=elsewhere)
        await work.people.add(person)
    async with database.begin() as work:
        kept = (await work.people.person(person.id)).greeted_at
        assert kept == elsewhere
        assert kept is not None
        assert kept.tzinfo is UTC


async def test_a_naive_moment_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive"):
        async with database.begin() as work:
            await work.people.add(Person(name="Mia", greeted_at=START.replace(tzinfo=None)))


async def test_sqlite_survives_a_power_cut_and_keeps_its_references(database: Database) -> None:
    async with database.begin() as work:
        found = {}
        for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys"):
            found[name] = (await work.session.execute(text(f"PRAGMA {name}"))).scalar_one()
    assert found == {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 10000, "foreign_keys": 1}


async def test_a_reference_to_nothing_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.begin() as work:
            await work.people.also_known_as(Person(id=77, name="Nobody"), 99, "u1")


async def test_a_transaction_sees_one_moment(database: Database) -> None:
    clock = database.clock
    assert isinstance(clock, HandClock)
    async with database.begin() as work:
        clock.pass_by(hours=1)
        assert work.now == START


async def test_what_fails_within_is_rolled_back(database: Database) -> None:
    with pytest.raises(RuntimeError, match="on the way"):
        async with database.begin() as work:
            team = Team(slug="acme", name="Acme", currency="USD", zone="UTC", made_at=START)
            await work.people.add(team)
            raise RuntimeError("on the way")
    async with database.begin() as work:
        assert await work.people.teams() == []


async def test_only_those_who_listen_to_a_topic_are_woken() -> None:
    signals = Signals()
    async with signals.listen("room:1", "conversation:1") as mine, signals.listen("room:2") as other:
        signals.send(["conversation:1", "room:9"])
        assert (mine.is_set(), other.is_set()) == (True, False)
        mine.clear()
        signals.send(["room:2"])
        assert (mine.is_set(), other.is_set()) == (False, True)
    signals.send(["room:1"])
    assert not mine.is_set()
    assert signals._waiting == {}


@pytest.mark.parametrize(
    ("written", "driver"),
    [
        ("sqlite:///bellhop.db", "sqlite+aiosqlite"),
        ("postgresql://u:p@host/db", "postgresql+asyncpg"),
        ("postgres://u@host/db", "postgresql+asyncpg"),
        ("mysql://u@host/db", "mysql+asyncmy"),
        ("mariadb+pymysql://u@host/db", "mysql+asyncmy"),
    ],
)
async def test_an_address_as_people_write_it_gets_its_driver(written: str, driver: str) -> None:
    assert async_url(written).drivername == driver


async def test_another_kind_of_database_is_named() -> None:
    with pytest.raises(ValueError, match="oracle is not supported"):
        async_url("oracle://u@host/db")
