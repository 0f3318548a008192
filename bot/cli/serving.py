"""The long-running commands: the web server with the work behind it, or the work alone."""

import asyncio
import errno
import signal
import socket
import sys

import structlog
import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from bot.app import App, build
from bot.cli.reading import read
from bot.cli.refusals import Refused
from bot.clock import utc_now
from bot.keys import keys_of, require_keys
from bot.settings import Settings, TelegramMode
from storage.database import Database
from storage.schema import upgrade

log = structlog.get_logger(__name__)

LARGEST_WORD = 128 * 1024
"""Bytes of one WebSocket frame; a session description stays well below."""
PATIENCE = 10
"""Seconds that open connections may take when the program is asked to stop."""


def serve_web(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serve until stopped."""
    asyncio.run(_ready(settings))
    if workers > 1:
        _require_shareable(settings)
    # A server that was asked to stop, and did so in good order, has not failed: uvicorn would die of the signal.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with _listener(host, port) as listening:
        log.info("listening", address=f"http://{host}:{port}", public=settings.public_url)
        config = uvicorn.Config(
            web, factory=True, workers=workers, log_config=None, access_log=False, server_header=False,
            ws="websockets-sansio", ws_max_size=LARGEST_WORD, timeout_graceful_shutdown=PATIENCE,
        )  # fmt: skip
        if workers > 1:
            config.app = "bot.cli.serving:web"
            Multiprocess(config, sockets=[listening]).run()
        else:
            uvicorn.Server(config).run(sockets=[listening])


def web() -> FastAPI:
    """The web application of one process."""
    return build(read()).web


def work(settings: Settings) -> None:
    """Do the work until stopped, without listening on a port."""
    asyncio.run(_ready(settings))
    asyncio.run(_work(build(settings)))


async def _work(app: App) -> None:
    stopped = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    await app.start(listen=False)
    log.info("working")
    try:
        await stopped.wait()
    finally:
        await app.stop()


async def _ready(settings: Settings) -> None:
    """Bring the database up to date now, so that what is wrong with it ends in a line and not in a traceback."""
    database = Database(settings.database_url, keys=keys_of(settings), clock=utc_now)
    try:
        for step in await upgrade(database):
            log.info("database upgraded", step=step)
        await require_keys(settings, database)
    finally:
        await database.aclose()


def _require_shareable(settings: Settings) -> None:
    """Several processes cannot share one long poll, one socket, one SQLite writer."""
    if settings.database_url.startswith("sqlite"):
        raise Refused("several workers need PostgreSQL or MySQL: BELLHOP_DATABASE_URL names a SQLite file")
    if settings.telegram and settings.telegram.mode is TelegramMode.POLLING:
        raise Refused("several workers need BELLHOP_TELEGRAM__MODE=webhook: only one program may poll a bot")


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "it is taken; choose another with --port" if taken else error.strerror
        raise Refused(f"cannot listen on {host} port {port}: {reason}") from error
