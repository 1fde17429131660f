from collections.abc import Callable
from dataclasses import dataclass, field

from krafter_audit.http.addresses import AddressPolicy


@dataclass(frozen=True)
class NetworkDefaults:
    policy: AddressPolicy = field(default_factory=AddressPolicy)
    # A PEM file of root certificates that are trusted besides the system's.
    ca_file: str = ""


# Set by krafter_audit.registrations, as this package imports no Django. By default only public addresses are allowed.
_read: Callable[[], NetworkDefaults] = NetworkDefaults


def register(read: Callable[[], NetworkDefaults]) -> None:
    """Set the function that returns the defaults of a client without policy or CA file."""
    global _read
    _read = read


def network_defaults() -> NetworkDefaults:
    return _read()
