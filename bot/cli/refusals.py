"""What may go wrong through no fault of the program, each in one line."""

from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

from bot.settings import SettingsError
from handlers.team_file import TeamFileError
from payments.errors import PaymentError
from storage.schema import SchemaBehind, SchemaFromTheFuture
from storage.vault import WrongKey

EXTRAS = {"asyncpg": "postgres", "asyncmy": "mysql"}


class Refused(Exception):
    """It failed; the message says why."""


def sentence_of(error: Exception) -> str | None:
    """Why it failed, in one line; None for what nobody foresaw."""
    return next((told(error) for kind, told in _SENTENCES.items() if isinstance(error, kind)), None)


def _itself(error: Exception) -> str:
    return " ".join(str(error).split())


def _database(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return f"the database does not work: {_itself(cause)}"


def _module(error: Exception) -> str | None:
    name = getattr(error, "name", "")
    extra = EXTRAS.get(name)
    return f"this database needs a driver; install it with: pip install 'bellhop[{extra}]'" if extra else None


def _system(error: Exception) -> str:
    # asyncpg and asyncio tell a refused connection as a bare OSError.
    return f"{getattr(error, 'strerror', None) or _itself(error)}{_file(error)}"


def _file(error: Exception) -> str:
    name = getattr(error, "filename", None)
    return f": {name}" if name else ""


_SENTENCES: dict[type[Exception], Callable[[Exception], str | None]] = {
    Refused: _itself,
    SettingsError: _itself,
    TeamFileError: _itself,
    SchemaBehind: _itself,
    SchemaFromTheFuture: _itself,
    PaymentError: _itself,
    WrongKey: _itself,
    DBAPIError: _database,
    ModuleNotFoundError: _module,
    OSError: _system,
}
