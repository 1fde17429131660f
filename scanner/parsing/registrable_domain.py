"""Hosts, origins and registrable domains of URLs."""

import ipaddress
from functools import cache
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from krafter_audit.http.addresses import normalise_host
from krafter_audit.http.errors import HttpError


@cache
def _suffixes() -> PublicSuffixList:
    # The list that the package contains, without network; parsing it takes 0.1 s.
    return PublicSuffixList()


def registrable(host: str) -> str:
    """Return the registrable domain of a host; the host itself for an address or a public suffix."""
    name = host.lower().rstrip(".")
    return name if _is_address(name) else _suffixes().privatesuffix(name) or name


def is_public_suffix(name: str) -> bool:
    """Return whether anyone can register a name below this one, as below `com`, `co.uk` and `github.io`."""
    return _suffixes().publicsuffix(name, accept_unknown=False) == name


def same_site(host: str, other: str) -> bool:
    """Return whether two hosts share a registrable domain."""
    return host == other or registrable(host) == registrable(other)


def host_of(url: str) -> str:
    """Return the host of a URL in lower case and in ASCII, or an empty string when it has none."""
    try:
        return _as_ascii((urlsplit(url).hostname or "").lower())
    except ValueError:
        return ""


def origin_of(url: str) -> str:
    """Return scheme://host:port of a URL, always with the port; empty when it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return ""
    host = host_of(url)
    return f"{parts.scheme}://{host}:{port}" if host and port else ""


def _as_ascii(name: str) -> str:
    try:
        return name if name.isascii() else normalise_host(name)
    except HttpError:
        return name


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
