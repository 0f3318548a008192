"""Servers of Bellhop side by side, each a process that may be killed, paused, and started again."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.programs import free_port
from tests.engine.nursery import Order

ROOT = Path(__file__).parents[2]
KEY = "a made-up key for tests"
BOT = "7000000001"
TELEGRAM_SECRET = "made-up-webhook-secret"
STRIPE_SECRET = "whsec_dev_0123456789abcdef"
DEATH = 10
"""Seconds in which a killed process is gone."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where servers live: how they reach their database and the platforms, and at which address they listen."""

    database_url: str
    platforms_url: str
    folder: Path
    host: str = "127.0.0.1"
    lease: float = 8.0
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Server:
    """One life of one server. The platforms know it by `name`."""

    name: str
    url: str
    pid: int
    handle: int

    def send(self, sign: signal.Signals) -> None:
        """Give it a signal: this process and no other that got its number."""
        signal.pidfd_send_signal(self.handle, sign)

    def kill(self) -> None:
        """SIGKILL; returns when it is gone."""
        self.send(signal.SIGKILL)
        self.buried()

    def pause(self) -> None:
        """SIGSTOP; returns when it stands still."""
        self.send(signal.SIGSTOP)
        until = time.monotonic() + DEATH
        while Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            assert time.monotonic() < until, f"{self.name} does not stop"

    def buried(self) -> None:
        """Returns when it has ended, by itself or not."""
        assert select.select([self.handle], [], [], DEATH)[0], f"{self.name} still lives"
        os.close(self.handle)


class Nursery:
    """Makes servers in one home; a network namespace that this is called in is theirs."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._count = 0
        with (home.folder / "nursery.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.engine.nursery"],
                cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
            )  # fmt: skip
        assert self._answer() == "ready"

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().decode().strip()
        assert line, (self.home.folder / "nursery.log").read_text()
        return line

    def start(self, port: int) -> Server:
        """A new server, at work soon."""
        self._count += 1
        name = f"{port}-{self._count}"
        home = self.home
        order = Order(_environ(home, name), str(home.folder), str(home.folder / "log"), home.host, port, home.lease)
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
        self._process.stdin.flush()
        pid = int(self._answer())
        return Server(name, f"http://{home.host}:{port}", pid, os.pidfd_open(pid))

    def close(self) -> None:
        """End every process that was made here."""
        self._process.communicate(timeout=DEATH)


@dataclass
class Fleet:
    """Servers in numbered places. One that dies is followed by another at the same address."""

    nursery: Nursery
    size: int = 3
    servers: list[Server] = field(default_factory=list)

    def launch(self) -> None:
        """Start them all."""
        self.servers = [self.nursery.start(free_port()) for _ in range(self.size)]

    def urls(self) -> list[str]:
        """Where each is reached."""
        return [server.url for server in self.servers]

    def kill(self, place: int) -> Server:
        """Kill the one in that place; who it was."""
        self.servers[place].kill()
        return self.servers[place]

    def revive(self, place: int) -> None:
        """Start another in the place of one that was killed."""
        port = int(self.servers[place].url.rpartition(":")[2])
        self.servers[place] = self.nursery.start(port)


def _environ(home: Home, name: str) -> dict[str, str]:
    return {
        "BELLHOP_DATABASE_URL": home.database_url,
        "BELLHOP_SECRET_KEYS": KEY,
        "BELLHOP_PUBLIC_URL": "https://bellhop.test",
        "BELLHOP_TELEGRAM__TOKEN": f"{BOT}:made-up",
        "BELLHOP_TELEGRAM__MODE": "webhook",
        "BELLHOP_TELEGRAM__WEBHOOK_SECRET": TELEGRAM_SECRET,
        "BELLHOP_TELEGRAM__MESSAGES_PER_SECOND": "1000",
        "BELLHOP_CUSTOMER_MESSAGES_PER_MINUTE": "1000000",
        "BELLHOP_TEAM_MESSAGES_PER_MINUTE": "1000000",
        "BELLHOP_TELEGRAM__API_URL": f"{home.platforms_url}/{name}",
        "BELLHOP_STRIPE__API_KEY": "sk_test_dev",
        "BELLHOP_STRIPE__WEBHOOK_SECRET": STRIPE_SECRET,
        "BELLHOP_STRIPE__API_URL": f"{home.platforms_url}/{name}",
        **home.environ,
    }
