"""Address policy against SSRF: public addresses are allowed, and networks that the operator lists."""

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

from krafter_audit.http.errors import InvalidUrl, RefusedAddress

type Address = IPv4Address | IPv6Address
type Network = IPv4Network | IPv6Network

DEFAULT_PORTS = frozenset({80, 443, 8080, 8443})
LOOPBACK: tuple[Address, ...] = (IPv4Address("127.0.0.1"), IPv6Address("::1"))

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)", re.ASCII)
_BRACKETED = re.compile(r"\[([^\]]+)\](?::(.*))?")
_DOTS = str.maketrans("\u3002\uff0e\uff61", "...")  # characters that IDNA 2003 and browsers read as dots
# Special-use names, which no public DNS server resolves (RFC 6761, 6762, 7686, 8375; ICANN reserved .internal in 2024).
_SPECIAL_USE = ("localhost", "local", "internal", "test", "invalid", "home.arpa", "onion")

# `is_global` accepts site-local and unassigned IPv6 space.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_NOT_PUBLIC: tuple[Network, ...] = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments; Oracle Cloud serves metadata at 192.0.0.192
    IPv4Network("192.88.99.0/24"),  # 6to4 relays
    IPv4Network("168.63.129.16/32"),  # Azure's host agent, on a public address
    IPv6Network("2002::/16"),  # 6to4: wraps an IPv4 address
    IPv6Network("2001::/32"),  # Teredo: wraps two
)


def is_public(address: Address) -> bool:
    if address.is_multicast or not address.is_global:
        return False
    # Forms that wrap an IPv4 address could lead to an internal address.
    if address.version == 6 and address not in _GLOBAL_UNICAST:
        return False
    return not any(address in network for network in _NOT_PUBLIC)


def unwrap_nat64(address: Address) -> Address:
    """Return the IPv4 address in a NAT64 address, which DNS64 returns for hosts without IPv6."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def normalise_host(host: str) -> str:
    """Return the host as resolved: lower case, IDNA, no final dot, an IPv6 address without brackets.

    Raises InvalidUrl, or RefusedAddress for an IP address in an unusual spelling.
    """
    if ":" in host:
        return _ipv6(host)
    name = host.lower() if host.isascii() else _idna(host)
    name = name.removesuffix(".")
    # Decimal, hex, octal and short spellings are refused: resolvers, libraries and kernels disagree about their
    # meaning, so that the address that is checked may not be the one that is connected.
    if _NUMBER.fullmatch(name.rpartition(".")[2]):
        return _ipv4(name, as_written=host.removesuffix("."))
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise InvalidUrl("The host of the URL is not a valid name.")
    return name


def unicode_host(host: str) -> str:
    """Return the Unicode form of an international name in its ASCII form; any other name as it is."""
    try:
        return idna.decode(host) if "xn--" in host else host
    except UnicodeError:
        return host


def _ipv6(host: str) -> str:
    # A zone id names an interface of this machine.
    if "%" in host:
        raise RefusedAddress("An IPv6 address with a zone id is not allowed.")
    try:
        return str(IPv6Address(host))
    except ValueError:
        raise InvalidUrl("The host of the URL is not a valid IPv6 address.") from None


def _ipv4(name: str, *, as_written: str) -> str:
    try:
        address = str(IPv4Address(name))
    except ValueError:
        address = ""
    if address != as_written:
        raise RefusedAddress("An IPv4 address must be written as four decimal numbers.")
    return address


def _idna(host: str) -> str:
    # Browsers map full-width digits and dots to ASCII; so must the check.
    name = unicodedata.normalize("NFKC", host.translate(_DOTS)).lower()
    if name.isascii():
        return name
    try:
        return idna.encode(name, uts46=True).decode("ascii").lower()
    except UnicodeError:
        raise InvalidUrl("The host of the URL is not a valid international name.") from None


def parse_address(host: str) -> Address | None:
    """Return the IP address that the normalised host is, if any."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_localhost(host: str) -> bool:
    """Return whether the name means loopback in any DNS (RFC 6761, section 6.3)."""
    return host == "localhost" or host.endswith(".localhost")


def is_local_name(host: str) -> bool:
    """Return whether the name has no public meaning: a special-use name, or a single label."""
    if "." not in host:
        return ":" not in host  # an IPv6 address is no name
    return any(host == name or host.endswith(f".{name}") for name in _SPECIAL_USE)


def is_private_host(host: str) -> bool:
    """Return whether a host is no public address, or a name without public meaning.

    That includes an IP address in an unusual spelling. A host that is not valid is not private.
    """
    try:
        name = normalise_host(host)
    except RefusedAddress:
        return True
    except InvalidUrl:
        return False
    address = parse_address(name)
    return is_local_name(name) if address is None else not is_public(address)


def not_public(host: str) -> RefusedAddress:
    # The message does not disclose what an internal name resolves to.
    hint = "An operator can allow its network with the setting KRAFTER_ALLOWED_NETWORKS."
    return RefusedAddress(f"{host} does not resolve to a public address. {hint}")


@dataclass(frozen=True)
class AllowedNetwork:
    network: Network
    port: int | None = None

    def covers(self, address: Address, port: int) -> bool:
        return address in self.network and self.port in (None, port)


@dataclass(frozen=True)
class AddressPolicy:
    """Public addresses on `ports`, and the operator's `allowed` networks."""

    allowed: tuple[AllowedNetwork, ...] = ()
    ports: frozenset[int] = DEFAULT_PORTS

    @classmethod
    def from_setting(cls, setting: str) -> Self:
        """Parse `"10.0.0.0/8, 127.0.0.1/32:8123, [fd00::/8]:8123"`. Raises ValueError that names the wrong entry."""
        entries = (entry.strip() for entry in setting.split(","))
        return cls(allowed=tuple(_parse_entry(entry) for entry in entries if entry))

    def is_allowed(self, address: Address, port: int) -> bool:
        """Return whether the operator lists the address for that port."""
        return any(entry.covers(address, port) for entry in self.allowed)

    def allows_networks_on(self, port: int) -> bool:
        """Return whether the operator lists any address for that port."""
        return any(entry.port in (None, port) for entry in self.allowed)

    def permits(self, address: Address, port: int) -> bool:
        """Return whether a connection to the address on that port is allowed."""
        if self.is_allowed(address, port):
            return True
        return port in self.ports and is_public(address)

    def require(self, addresses: list[Address], host: str, port: int) -> None:
        """Raise RefusedAddress unless all addresses of `host` are allowed."""
        # DNS may return a public address for an internal name; then only the operator's list counts.
        permits = self.is_allowed if is_local_name(host) else self.permits
        refused = [address for address in addresses if not permits(address, port)]
        if not refused:
            return
        # The addresses are public, so the error is about the port.
        if all(is_public(address) for address in refused):
            self.require_port(port)
        raise not_public(host)

    def require_public_name(self, host: str) -> None:
        if is_local_name(host):
            raise not_public(host)

    def require_port(self, port: int) -> None:
        if port not in self.ports:
            allowed = ", ".join(map(str, sorted(self.ports)))
            raise RefusedAddress(
                f"Port {port} is not allowed; allowed ports are {allowed}, and any on KRAFTER_ALLOWED_NETWORKS."
            )


def _parse_entry(entry: str) -> AllowedNetwork:
    network, port = _split_port(entry)
    try:
        return AllowedNetwork(ip_network(network), _parse_port(port) if port is not None else None)
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


def _parse_port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise ValueError(f"the port '{text}' is not a number from 1 to 65535")
    return int(text)
