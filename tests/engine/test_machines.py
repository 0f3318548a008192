"""Two machines of Bellhop and one of PostgreSQL in a network; one machine is cut off in the middle of its work."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp.client_reqrep import ClientRequest  # noqa: F401

from payments.gateway import utc_now
from storage.database import Database
from tests.databases import require
from tests.engine.conftest import CUSTOMERS, SEED, Raise
from tests.engine.fleet import KEY, Fleet, Home
from tests.engine.lan import Lan, Namespaces, Proxies, bound, namespaces_work
from tests.engine.platforms import open_platforms
from tests.engine.proof import Proof, at_work
from tests.engine.test_database_restarts import with_tables
from tests.servers import Postgres

LANS = [Namespaces, Proxies] if namespaces_work() else [Proxies]
LEASE = 4.0
"""Seconds."""
ADDRESSES = ["127.0.0.1", *(f"10.77.0.{number}" for number in range(1, 5))]


class PostgresElsewhere(Postgres):
    """A server that listens at its machine's address, and for the test at a socket in its folder."""

    host = "127.0.0.1"

    def command(self) -> list[str]:
        return [*super().command(), f"-clisten_addresses={self.host}", f"-cunix_socket_directories={self.folder}"]

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.folder}&port={self.port}"
