"""Where a team's webhook may go: only to addresses that the whole world can reach.

A team names the address, and Bellhop runs beside databases and a cloud's own metadata: what a name leads to is looked
at after DNS, and the connection goes to exactly that address, so that a second answer of DNS changes nothing.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host, as texts. Raises OSError when there are none."""

SPECIAL = tuple(
    ip_network(each)
    for each in (
        "168.63.129.16/32",  # Azure's virtual public address of its host: learn.microsoft.com, "168.63.129.16"
        "192.0.0.0/24",  # IANA's protocol assignments; Oracle's cloud answers in it
        "192.88.99.0/24",  # relays of 6to4, RFC 7526
        "64:ff9b:1::/48",  # NAT64 of a local network, RFC 8215
        "fec0::/10",  # site-local, RFC 3879
    )
)
"""Refused beside what Python's `is_global` refuses."""
NAT64 = ip_network("64:ff9b::/96")


class PrivateAddress(Exception):
    """The address leads to a network that is not the world's; the text is a sentence for the team's owner."""


async def public_addresses(host: str, port: int, allowed: Collection[str], resolve: Resolve) -> Sequence[str]:
    """The addresses to connect to, in the order to try them. `allowed`: hosts that may lie anywhere.

    Raises PrivateAddress when one of them is not public, OSError when the name leads nowhere.
    """
    found = await resolve(host, port)
    if host not in allowed and not all(is_public(ip_address(each)) for each in found):
        raise PrivateAddress(f"{host} leads into a private network, and webhooks go to public addresses alone.")
    return found


def is_public(address: Address) -> bool:
    """Whether that is an address of the world's, also when it is wrapped into another kind."""
    if isinstance(address, IPv6Address) and (inside := _wrapped(address)) is not None:
        return is_public(inside)
    special = any(address in network for network in SPECIAL if network.version == address.version)
    return address.is_global and not address.is_multicast and not special


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """What the system says; every way to write an address (2130706433, 0x7f.1) ends as that address."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]).partition("%")[0] for *_, sockaddr in found))
