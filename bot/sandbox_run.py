"""`bellhop sandbox`: the world outside and Bellhop beside it, two processes on this machine, until Ctrl-C.

Bellhop is told about the sandbox by its environment alone, and the sandbox itself says what belongs in there.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.settings import PREFIX

PLACE = Path(".sandbox")
LOCK = "lock"
PATIENCE = 60.0
"""Seconds until both must answer, on a slow machine just after the installation."""
LOOPBACK = "127.0.0.1"
TRIES = 50


class DidNotStart(Exception):
    """One of the two ended, or did not answer in time."""


@dataclass(frozen=True)
class Plan:
    """Which ports to take, or the next free ones; whether a browser opens; whether old logs go too."""

    port: int = 8000
    sandbox_port: int = 8001
    browser: bool = True
    reset: bool = False
    place: Path = PLACE

    @property
    def product_url(self) -> str:
        """Where Bellhop answers."""
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def sandbox_url(self) -> str:
        """Where the sandbox answers."""
        return f"http://{LOOPBACK}:{self.sandbox_port}"


@dataclass(frozen=True)
class Running:
    """A process of ours, and the file that takes what it says."""

    name: str
    process: subprocess.Popen[bytes]
    journal: Path


class Stop:
    """Whether somebody has asked to stop, by as many signals as they like."""

    def __init__(self) -> None:
        """Nobody has."""
        self._asked = False

    def ask(self, *_: object) -> None:
        """As a signal handler does. No lock is taken: a second Ctrl-C may come while the first is being handled."""
        self._asked = True

    def wait(self, seconds: float) -> bool:
        """Whether somebody has asked, after that long."""
        time.sleep(seconds)
        return self._asked


def run(plan: Plan) -> int:
    """Run both until stopped; the exit status."""
    stopped = Stop()
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, stopped.ask)
    try:
        with _folder(plan), running(plan := on_free_ports(plan), stopped, environment_of(plan)) as both:
            _announce(plan)
            _introduce(plan)
            while not stopped.wait(0.2):
                require_alive(both)
    except DidNotStart as error:
        print(f"bellhop: {error}", file=sys.stderr)
        return 1
    return 0


@contextlib.contextmanager
def _folder(plan: Plan) -> Iterator[None]:
    """The sandbox's folder, ours alone for as long as the block lasts."""
    plan.place.mkdir(exist_ok=True)
    with (plan.place / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DidNotStart(f"a sandbox runs already in {plan.place.resolve()}; stop it first") from error
        _forget(plan)
        yield


def _forget(plan: Plan) -> None:
    """The world outside begins anew each time, and so must what Bellhop remembers of it: ids would come twice."""
    for path in plan.place.glob("*" if plan.reset else "bellhop.db*"):
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()


def on_free_ports(plan: Plan) -> Plan:
    """The plan with ports that are free, and with its whole path."""
    port = free_port(plan.port)
    return replace(plan, port=port, sandbox_port=free_port(plan.sandbox_port, port), place=plan.place.resolve())


def free_port(first: int, *taken: int) -> int:
    """The first port from `first` on that nobody listens on."""
    for port in range(first, first + TRIES):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((LOOPBACK, port))
                if port not in taken:
                    return port
    raise DidNotStart(f"no free port from {first} on")


@contextlib.contextmanager
def running(plan: Plan, stopped: Stop, told: Mapping[str, str]) -> Iterator[list[Running]]:
    """Both processes, asked to stop when the block ends, and waited for. Bellhop is `told` its settings."""
    both: list[Running] = []
    try:
        both.append(_start(plan, "sandbox", _sandbox(plan), None))
        both.append(_start(plan, "bellhop", ["bot.cli", "serve", "--port", str(plan.port)], told))
        for url in (f"{plan.sandbox_url}/", f"{plan.product_url}/healthz"):
            _wait_for(url, both, stopped)
        yield both
    finally:
        _stop(both)


def _sandbox(plan: Plan) -> list[str]:
    clock = plan.place / "clock"
    # The sandbox opens with its clock at the present; an offset of before would set the two apart.
    clock.unlink(missing_ok=True)
    ports = ["--port", str(plan.sandbox_port), "--product-url", plan.product_url]
    return ["sandbox", *ports, "--clock-file", str(clock)]


def environment_of(plan: Plan) -> dict[str, str]:
    """What the sandbox says that Bellhop must be told, and nothing of what an operator may have set."""
    said = subprocess.run(  # noqa: S603  # our own interpreter, our own module
        [sys.executable, "-m", *_sandbox(plan), "--environment"], capture_output=True, text=True, check=False
    )
    if said.returncode:
        raise DidNotStart(f"the sandbox does not say what it needs: {said.stderr.strip()}")
    told = dict(line.split("=", 1) for line in said.stdout.splitlines())
    inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith(PREFIX)}
    return {**inherited, **told, f"{PREFIX}DATABASE_URL": f"sqlite:///{plan.place / 'bellhop.db'}"}


def _start(plan: Plan, name: str, arguments: list[str], told: Mapping[str, str] | None) -> Running:
    journal = plan.place / f"{name}.log"
    # Its folder holds no .env, and its own session keeps Ctrl-C for us: we stop both in order.
    with journal.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603  # our own interpreter, our own modules
            [sys.executable, "-m", *arguments], cwd=plan.place, env=told, stdout=file, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
    return Running(name, process, journal)


def _wait_for(url: str, both: list[Running], stopped: Stop) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _answers(url):
        require_alive(both)
        if stopped.wait(0.05):
            raise DidNotStart("stopped")
        if time.monotonic() > deadline:
            raise DidNotStart(f"{url} does not answer after {PATIENCE:.0f} seconds")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310  # a loopback address of our own
            return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def require_alive(both: list[Running]) -> None:
    """Raises DidNotStart when one of them has ended."""
    for each in both:
        if (status := each.process.poll()) is not None:
            raise DidNotStart(f"{each.name} ended with status {status}: {_last_line(each.journal)}")


def _last_line(journal: Path) -> str:
    lines = journal.read_text(encoding="utf-8", errors="replace").strip().splitlines() if journal.is_file() else []
    return f"{lines[-1]} (see {journal})" if lines else "it said nothing"


def _announce(plan: Plan) -> None:
    print(f"""
  Sandbox   {plan.sandbox_url}      customer's Telegram | agents' Slack | room | pay page | wire log
  Bellhop   {plan.product_url}      {plan.product_url}/healthz
  Logs      {plan.place}

  Everything here is made up: no account, no real money. Ctrl-C stops it.
""", flush=True)  # fmt: skip
    if plan.browser and _has_screen():
        webbrowser.open(plan.sandbox_url)


def _introduce(plan: Plan) -> None:
    """Paste Bellhop's manifest into the sandbox's Slack, as its owner would: commands, shortcuts, events, scopes."""
    # Only now: it takes a second to import, and the page is up by then.
    from bot.manifest import manifest
    from handlers.commands import COMMANDS

    made = json.dumps(manifest(plan.product_url, socket_mode=False, commands=COMMANDS)).encode()
    url, head = f"{plan.sandbox_url}/ui/slack/manifest", {"Content-Type": "application/json"}
    try:
        urllib.request.urlopen(urllib.request.Request(url, made, head), timeout=10).close()  # noqa: S310  # our own
    except OSError as error:
        print(f"bellhop: the sandbox's Slack did not take the manifest: {error}", file=sys.stderr)


def _has_screen() -> bool:
    return sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _stop(both: list[Running]) -> None:
    """Bellhop first: it still finishes what is in hand, and needs the world for it."""
    for process in (each.process for each in reversed(both)):
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
