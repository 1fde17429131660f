"""Address policy and CA file of a client that is given neither.

This package knows no Django: `krafter_audit.apps` registers the settings. Without them only public addresses are
allowed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from krafter_audit.http.addresses import AddressPolicy


@dataclass(frozen=True)
class NetworkDefaults:
    """`ca_file` names a PEM file of root certificates that are trusted besides the system's."""

    policy: AddressPolicy = field(default_factory=AddressPolicy)
    ca_file: str = ""


_read: Callable[[], NetworkDefaults] = NetworkDefaults


def register(read: Callable[[], NetworkDefaults]) -> None:
    """Set the function that returns the defaults; it is called for each client."""
    global _read
    _read = read


def network_defaults() -> NetworkDefaults:
    return _read()
