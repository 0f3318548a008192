"""Machines in a network that can be cut: network namespaces where the kernel gives us some, else proxies on loopback.

A namespace lives as long as the process that holds it, so nothing is left behind; none of them leads anywhere outside.
"""

import asyncio
import ctypes
import os
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from tests.engine.proof import listening

T = TypeVar("T")
HOSTS = ("database", "outside", "first", "second")
ADDRESSES = [f"10.77.0.{number}" for number, _ in enumerate(HOSTS, 1)]
CLONE_NEWNET = 0x40000000


class Lan(Protocol):
    """Machines by name."""

    def address(self, host: str) -> str:
        """The IPv4 address at which a machine's programs listen."""

    def inside(self, host: str, act: Callable[[], T]) -> T:
        """Do something on a machine: processes and sockets that it makes are that machine's."""

    async def wire(self, host: str, address: str, port: int) -> tuple[str, int]:
        """A port as it is reached through that machine's cable, be it the machine's own or another's."""

    async def cut(self, host: str) -> None:
        """From now on nothing gets to that machine or away from it, and nobody is told."""

    async def heal(self, host: str) -> None:
        """As before; what the ends still want to say to each other gets through."""

    async def close(self) -> None:
        """Take it down."""


def namespaces_work() -> bool:
    """Whether this machine lets us make networks."""
    if os.geteuid() != 0:
        return False
    try:
        attempt = ["unshare", "--net", "ip", "link", "add", "bridge0", "type", "bridge"]
        return subprocess.run(attempt, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


class Namespaces:
    """Every machine is a network namespace, joined to the others by a bridge in one of its own."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._holders = {name: self._hold() for name in ("hub", *HOSTS)}
        self._ip("hub", "link add bridge0 type bridge", "link set bridge0 up")
        for host in HOSTS:
            pid = self._holders[host].pid
            self._ip("hub", f"link add to-{host} type veth peer name eth0 netns {pid}",
                     f"link set to-{host} master bridge0", f"link set to-{host} up")  # fmt: skip
            self._ip(host, "link set lo up", f"addr add {self.address(host)}/24 dev eth0", "link set eth0 up")

    def _hold(self) -> subprocess.Popen[bytes]:
        holder = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._stack.callback(holder.communicate)
        assert holder.stdin is not None and holder.stdout is not None
        # It answers when it is in its namespace.
        holder.stdin.write(b"here\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == b"here\n"
        return holder

    def _ip(self, host: str, *commands: str) -> None:
        for command in commands:
            subprocess.run(["nsenter", "-t", str(self._holders[host].pid), "-n", "ip", *command.split()], check=True)

    def address(self, host: str) -> str:
        return ADDRESSES[HOSTS.index(host)]

    def inside(self, host: str, act: Callable[[], T]) -> T:
        def there() -> T:
            with _opened(f"/proc/{self._holders[host].pid}/ns/net") as handle:
                if ctypes.CDLL(None, use_errno=True).setns(handle, CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "setns")
            return act()

        # A thread of its own enters the namespace; whatever it starts is born there.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(there).result()

    async def wire(self, host: str, address: str, port: int) -> tuple[str, int]:  # all are on cables
        return address, port

    async def cut(self, host: str) -> None:
        self._ip("hub", f"link set to-{host} down")

    async def heal(self, host: str) -> None:
        self._ip("hub", f"link set to-{host} up")

    async def close(self) -> None:
        self._stack.close()


@contextmanager
def _opened(path: str) -> Iterator[int]:
    handle = os.open(path, os.O_RDONLY)
    try:
        yield handle
    finally:
        os.close(handle)


@dataclass
class Proxies:
    """All on loopback. What passes a machine's cable passes proxies, which hold it back while the cable is cut."""

    _cables: dict[str, asyncio.Event] = field(default_factory=dict)
    _servers: list[asyncio.Server] = field(default_factory=list)
    _passing: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        for host in HOSTS:
            self._cables[host] = asyncio.Event()
            self._cables[host].set()

    def address(self, host: str) -> str:  # they share one
        return "127.0.0.1"

    def inside(self, host: str, act: Callable[[], T]) -> T:
        return act()

    async def wire(self, host: str, address: str, port: int) -> tuple[str, int]:
        cable = self._cables[host]

        def accept(near: asyncio.StreamReader, nearer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(_join(near, nearer, (address, port), cable))
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)

        server = await asyncio.start_server(accept, sock=listening(self.address(host)))
        self._servers.append(server)
        at: tuple[str, int] = server.sockets[0].getsockname()
        return at

    async def cut(self, host: str) -> None:
        self._cables[host].clear()

    async def heal(self, host: str) -> None:
        self._cables[host].set()

    async def close(self) -> None:
        for server in self._servers:
            server.close()
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)


async def _join(
    near: asyncio.StreamReader, nearer: asyncio.StreamWriter, there: tuple[str, int], cable: asyncio.Event
) -> None:
    """One connection: as with a real one, nobody answers its first packet while the cable is cut."""
    try:
        await cable.wait()
        with suppress(OSError):
            far, farther = await asyncio.open_connection(*there)
            try:
                await asyncio.gather(_pass(near, farther, cable), _pass(far, nearer, cable))
            finally:
                farther.close()
    finally:
        nearer.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, cable: asyncio.Event) -> None:
    """Pass on what comes and in the end that it ended, while the cable is whole."""
    with suppress(OSError):
        while data := await reader.read(65536):
            await cable.wait()
            writer.write(data)
            await writer.drain()
    await cable.wait()
    writer.close()
