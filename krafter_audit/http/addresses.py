"""Which hosts and addresses may be asked: public ones, and those that the operator has listed.

Judged are the URL's host as it is written and every address that its name resolves to. Each spelling of an
address but the usual one is refused, because resolvers, libraries and kernels disagree about the others.
"""

import re
import unicodedata
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Self

import idna

from krafter_audit.http.errors import BadUrl, RefusedAddress

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

DEFAULT_PORTS = frozenset({80, 443, 8080, 8443})
LOOPBACK: tuple[Address, ...] = (IPv4Address("127.0.0.1"), IPv6Address("::1"))

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)", re.ASCII)
_BRACKETED = re.compile(r"\[([^\]]+)\](?::(.*))?")
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")  # what IDNA 2003 and browsers take for a dot
_LOCAL_SUFFIXES = (".localhost", ".local", ".internal")

# Global unicast is all there is for IPv6: `is_global` alone lets site-local and unassigned space pass.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_REFUSED: tuple[Network, ...] = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments; a cloud's metadata lives at 192.0.0.192
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv4Network("168.63.129.16/32"),  # a cloud's host agent on a public number
    IPv6Network("2002::/16"),  # 6to4: carries an IPv4 address
    IPv6Network("2001::/32"),  # Teredo: carries two
)


def is_public(address: Address) -> bool:
    """Whether the address belongs to the internet at large. Forms that wrap an IPv4 address do not."""
    if address.is_multicast or not address.is_global:
        return False
    if address.version == 6 and address not in _GLOBAL_UNICAST:
        return False
    return not any(address in network for network in _REFUSED if network.version == address.version)


def unwrapped(address: Address) -> Address:
    """The IPv4 address behind a NAT64 answer: DNS64 gives one for each host that has no IPv6 of its own."""
    if address.version == 6 and address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def normalise_host(host: str) -> str:
    """The host as it is looked up: lower case, IDNA, no final dot, an IPv6 address without brackets.

    Raises RefusedAddress for an address in any but its usual spelling (decimal, hex, octal, short, other
    digits, a zone id) and BadUrl for what can't be a host.
    """
    if ":" in host:
        return _ipv6(host)
    name = host.lower() if host.isascii() else _ascii(host)
    name = name.removesuffix(".")
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        return _ipv4(name, as_written=host.removesuffix("."))
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise BadUrl("The host of the URL is not a valid name.")
    return name


def _ipv6(host: str) -> str:
    if "%" in host:
        raise RefusedAddress("An address with a zone id is not asked.")
    try:
        return str(IPv6Address(host))
    except ValueError:
        raise BadUrl("The host of the URL is not a valid IPv6 address.") from None


def _ipv4(name: str, *, as_written: str) -> str:
    try:
        address = str(IPv4Address(name))
    except ValueError:
        address = ""
    if address != as_written:
        raise RefusedAddress("An IPv4 address is written as four decimal numbers.")
    return address


def _ascii(host: str) -> str:
    name = unicodedata.normalize("NFKC", host.translate(_DOTS)).lower()
    if name.isascii():
        return name
    try:
        return idna.encode(name, uts46=True).decode("ascii").lower()
    except UnicodeError:
        raise BadUrl("The host of the URL is not a valid international name.") from None


def address_of(host: str) -> Address | None:
    """The address if the normalised host is one, else None."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_localhost(host: str) -> bool:
    """RFC 6761: these names mean loopback, whatever a resolver says."""
    return host == "localhost" or host.endswith(".localhost")


def is_local_name(host: str) -> bool:
    """Names that have no meaning on the public internet."""
    return host in ("localhost", "local", "internal") or host.endswith(_LOCAL_SUFFIXES)


def not_public(host: str) -> RefusedAddress:
    """Return the refusal of a host whose addresses are neither public nor allowed by the operator."""
    allow = "An operator can allow its network with the setting KRAFTER_ALLOWED_NETWORKS."
    return RefusedAddress(f"{host} does not lead to a public address. {allow}")


@dataclass(frozen=True)
class Listed:
    """One entry of the operator's list: a network, on any port or on one."""

    network: Network
    port: int | None = None

    def covers(self, address: Address, port: int) -> bool:
        same = address.version == self.network.version and address in self.network
        return same and self.port in (None, port)


@dataclass(frozen=True)
class AddressPolicy:
    """Public addresses on `ports`, and the operator's `listed` networks on any port or on the entry's one."""

    listed: tuple[Listed, ...] = ()
    ports: frozenset[int] = DEFAULT_PORTS

    @classmethod
    def from_setting(cls, setting: str) -> Self:
        """Read `"10.0.0.0/8, 127.0.0.1/32:8123, fd00::/8, [fd00::/8]:8123"`.

        Raises ValueError with a sentence that names the entry at fault.
        """
        entries = (entry.strip() for entry in setting.split(","))
        return cls(listed=tuple(_listed(entry) for entry in entries if entry))

    def lists(self, address: Address, port: int) -> bool:
        """Whether the operator has listed the address for that port."""
        return any(entry.covers(address, port) for entry in self.listed)

    def permits(self, address: Address, port: int) -> bool:
        """Whether the address may be connected to on that port."""
        if self.lists(address, port):
            return True
        return port in self.ports and is_public(address)

    def require(self, addresses: list[Address], host: str, port: int) -> None:
        """Raise RefusedAddress unless every one of the addresses that `host` stands for may be connected to.

        A local name must lie in the operator's networks altogether. The sentence does not tell what a name
        of the inner network resolves to.
        """
        permits = self.lists if is_local_name(host) else self.permits
        refused = [address for address in addresses if not permits(address, port)]
        if not refused:
            return
        if all(is_public(address) for address in refused):
            self.require_port(port)
        raise not_public(host)

    def require_public_name(self, host: str) -> None:
        """Raise RefusedAddress for a name that means nothing outside of its own network."""
        if is_local_name(host):
            raise not_public(host)

    def require_port(self, port: int) -> None:
        """Raise RefusedAddress for a port that no public host is asked on."""
        if port not in self.ports:
            raise RefusedAddress(
                f"Port {port} is not asked; allowed are {', '.join(map(str, sorted(self.ports)))}."
            )


def _listed(entry: str) -> Listed:
    network, port = _split_port(entry)
    try:
        return Listed(ip_network(network), _port(port) if port is not None else None)
    except ValueError as fault:
        raise ValueError(
            f"'{entry}' is not an allowed network ({fault}). "
            "Write 10.0.0.0/8, 127.0.0.1/32:8123, fd00::/8 or [fd00::/8]:8123."
        ) from None


def _split_port(entry: str) -> tuple[str, str | None]:
    bracketed = _BRACKETED.fullmatch(entry)
    if bracketed:
        return bracketed[1], bracketed[2]
    network, colon, port = entry.partition(":")
    if colon and ":" not in port:
        return network, port
    return entry, None


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise ValueError(f"the port '{text}' is not a number from 1 to 65535")
    return int(text)
