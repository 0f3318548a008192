"""The keys that seal secrets at rest: the operator's, or one kept beside a SQLite database.

A key beside the database protects a copy of the database alone. It is for trying things out; with live keys, or with a
database server that several programs share, the operator names the keys.
"""

import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bot.settings import PREFIX, Settings, SettingsError
from storage.database import Database, async_url
from storage.sealing import require_readable
from storage.vault import WrongKey

SUFFIX = ".key"


def keys_of(settings: Settings) -> Sequence[str]:
    """The keys, newest first: the operator's, else the one beside a SQLite file. Raises SettingsError."""
    if settings.secret_keys:
        return [key.get_secret_value() for key in settings.secret_keys]
    url = async_url(settings.database_url)
    if url.get_backend_name() != "sqlite":
        raise SettingsError(f"{PREFIX}SECRET_KEYS is required with a database server; make one: openssl rand -hex 32")
    if not url.database or url.database == ":memory:":
        return [secrets.token_hex(32)]
    return [_kept(place_of_key(settings))]


async def require_keys(settings: Settings, database: Database) -> None:
    """Raises SettingsError when what the database keeps secret was sealed with a key that is not given."""
    try:
        await require_readable(database)
    except WrongKey as error:
        if settings.secret_keys:
            remedy = f"{PREFIX}SECRET_KEYS: put the key of before at its end"
        else:
            remedy = f"put the old {place_of_key(settings)} back, or name its key in {PREFIX}SECRET_KEYS"
        raise SettingsError(f"{error}; {remedy}") from error


def place_of_key(settings: Settings) -> Path:
    """Where the key beside a SQLite file is."""
    return Path(f"{async_url(settings.database_url).database}{SUFFIX}")


def _kept(path: Path) -> str:
    """The key in a file that only its owner can read."""
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.touch(0o600)
        fresh.write_text(secrets.token_hex(32), encoding="ascii")
        # A link appears whole, and only one of two programs that start together can make it.
        with suppress(FileExistsError):
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text(encoding="ascii").strip()
