"""Machines in a network that can be cut: network namespaces where the kernel gives us some, else proxies on loopback.

A namespace lives as long as the process that holds it, so nothing is left behind; none of them leads anywhere outside.
"""

import asyncio
import ctypes
import os
import socket
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from bench.programs import free_port

T = TypeVar("T")
HOSTS = ("database", "outside", "first", "second")
CLONE_NEWNET = 0x40000000


class Lan(Protocol):
    """Machines by name. `address` is where a machine listens, as every other one writes it."""

    def address(self, host: str) -> str:
        """An IPv4 address of a machine."""

    def inside(self, host: str, act: Callable[[], T]) -> T:
        """Do something on a machine: processes and sockets that it makes are that machine's."""

    async def route(self, host: str, address: str, port: int) -> tuple[str, int]:
        """How a machine reaches a port of another."""

    async def cut(self, host: str) -> None:
        """From now on nothing gets to that machine or away from it, and nobody is told."""

    async def heal(self, host: str) -> None:
        """As before."""

    async def close(self) -> None:
        """Take it down."""


def namespaces_work() -> bool:
    """Whether this machine lets us make networks."""
    tried = subprocess.run(["unshare", "--net", "ip", "link", "add", "bridge0", "type", "bridge"], capture_output=True)
    return os.geteuid() == 0 and tried.returncode == 0


class Namespaces:
    """Every machine is a network namespace, joined to the others by a bridge in one of its own."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._holders = {name: self._hold() for name in ("hub", *HOSTS)}
        self._ip("hub", "link add bridge0 type bridge", "link set bridge0 up")
        for number, host in enumerate(HOSTS, 1):
            pid = self._holders[host].pid
            self._ip("hub", f"link add to-{host} type veth peer name eth0 netns {pid}",
                     f"link set to-{host} master bridge0", f"link set to-{host} up")  # fmt: skip
            self._ip(host, "link set lo up", f"addr add 10.77.0.{number}/24 dev eth0", "link set eth0 up")

    def _hold(self) -> subprocess.Popen[bytes]:
        holder = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._stack.callback(holder.communicate)
        assert holder.stdin is not None and holder.stdout is not None
        # It answers when it is in its namespace.
        holder.stdin.write(b"here\n")
        holder.stdin.flush()
        holder.stdout.readline()
        return holder

    def _ip(self, host: str, *commands: str) -> None:
        for command in commands:
            subprocess.run(["nsenter", "-t", str(self._holders[host].pid), "-n", "ip", *command.split()], check=True)

    def address(self, host: str) -> str:
        return f"10.77.0.{HOSTS.index(host) + 1}"

    def inside(self, host: str, act: Callable[[], T]) -> T:
        def there() -> T:
            handle = os.open(f"/proc/{self._holders[host].pid}/ns/net", os.O_RDONLY)
            try:
                if ctypes.CDLL(None, use_errno=True).setns(handle, CLONE_NEWNET) != 0:
                    raise OSError(ctypes.get_errno(), "setns")
            finally:
                os.close(handle)
            return act()

        # A thread of its own enters the namespace; whatever it starts is born there.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(there).result()

    async def route(self, host: str, address: str, port: int) -> tuple[str, int]:
        return address, port

    async def cut(self, host: str) -> None:
        self._ip("hub", f"link set to-{host} down")

    async def heal(self, host: str) -> None:
        self._ip("hub", f"link set to-{host} up")

    async def close(self) -> None:
        self._stack.close()


@dataclass
class Proxies:
    """All on loopback; each machine reaches the others through proxies of its own, which can be held up."""

    _open: dict[str, asyncio.Event] = field(default_factory=dict)
    _servers: list[asyncio.Server] = field(default_factory=list)
    _pipes: set[asyncio.Task[None]] = field(default_factory=set)

    def address(self, host: str) -> str:
        return "127.0.0.1"

    def inside(self, host: str, act: Callable[[], T]) -> T:
        return act()

    async def route(self, host: str, address: str, port: int) -> tuple[str, int]:
        gate = self._open.setdefault(host, asyncio.Event())
        gate.set()

        async def serve(near: asyncio.StreamReader, nearer: asyncio.StreamWriter) -> None:
            with suppress(OSError):
                far, farther = await asyncio.open_connection(address, port)
                for reader, writer in ((near, farther), (far, nearer)):
                    pipe = asyncio.create_task(_pipe(reader, writer, gate))
                    self._pipes.add(pipe)
                    pipe.add_done_callback(self._pipes.discard)

        server = await asyncio.start_server(serve, "127.0.0.1", listening := free_port())
        self._servers.append(server)
        return "127.0.0.1", listening

    async def cut(self, host: str) -> None:
        self._open[host].clear()

    async def heal(self, host: str) -> None:
        self._open[host].set()

    async def close(self) -> None:
        for server in self._servers:
            server.close()
        for pipe in self._pipes:
            pipe.cancel()
        await asyncio.gather(*self._pipes, return_exceptions=True)


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, gate: asyncio.Event) -> None:
    """Pass on what comes, while the way is free."""
    with suppress(OSError):
        while data := await reader.read(65536):
            await gate.wait()
            writer.write(data)
            await writer.drain()
    await gate.wait()
    writer.close()


def bound(address: str) -> socket.socket:
    """A socket at an address of the machine that this is called on."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.bind((address, 0))
    return made
