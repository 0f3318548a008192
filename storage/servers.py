"""Database servers as Bellhop keeps them: PostgreSQL and MySQL let go of what a silent machine had locked."""

import logging
from typing import Any

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

KEPT_ALIVE = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    # Keepalives are not sent while an answer is on its way that nobody takes.
    "tcp_user_timeout": "10s",
}
"""PostgreSQL lets go of what a machine that fell silent had locked: left to itself it would wait for hours."""

POOL = {"pool_size": 10, "max_overflow": 20}
"""For both pumps at full work, and for the leases that must be renewed beside them."""

CUT_OFF = {
    **KEPT_ALIVE,
    "idle_in_transaction_session_timeout": "10s",
    # Between the parts of one statement a session counts as active, not as idle.
    "statement_timeout": "20s",
    # Sooner than the first: else the silent machine's own sessions get the lock one after the other, each for as long.
    "lock_timeout": "8s",
}
"""The same for a process that stands still on a machine that answers."""

HELD_UP = {"55P03", "57014"}
"""What PostgreSQL says when the last two are over: https://www.postgresql.org/docs/current/errcodes-appendix.html"""

SILENT = "SET SESSION wait_timeout = 10, innodb_lock_wait_timeout = 8"
"""MySQL's words for both: the seconds that a session may ask nothing, and those that it waits for a lock."""


def server_engine(url: URL, *, hurried: bool = True, **more: Any) -> AsyncEngine:
    """An engine with a pool. `hurried`: whoever waits too long gives up, and whoever falls silent is let go."""
    # What was read before a lock is read again under it; MySQL's own default would go on showing the older rows.
    settings: dict[str, Any] = {"pool_pre_ping": True, **POOL, "isolation_level": "READ COMMITTED", **more}
    if url.get_backend_name() == "postgresql":
        limits = {"command_timeout": 30, "server_settings": CUT_OFF} if hurried else {"server_settings": KEPT_ALIVE}
        settings["connect_args"] = {"timeout": 10, **limits}
    if url.get_backend_name() == "mysql":
        limits = {"read_timeout": 30, "init_command": SILENT} if hurried else {}
        # Without strictness a long text is cut and told to nobody; `utf8` without mb4 knows no emoji.
        settings["connect_args"] = {"sql_mode": "TRADITIONAL", **limits}
        url = url.update_query_dict({"charset": "utf8mb4"})
        # The driver logs each warning of the server, and MariaDB warns that it calls no primary key by its name.
        logging.getLogger("asyncmy").setLevel(logging.ERROR)
    return create_async_engine(url, **settings)


def held_up(error: DBAPIError) -> bool:
    """Whether a server says that somebody waited too long for a lock."""
    return getattr(error.orig, "sqlstate", None) in HELD_UP
