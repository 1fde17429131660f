"""TXT records, which the system resolver's API does not offer."""

from collections.abc import Iterable
from ipaddress import ip_address

import dns.exception
import dns.nameserver
import dns.resolver

from krafter_audit.http.errors import TimedOut, Unreachable

LOOKUP_SECONDS = 3.0
MAX_RECORDS = 100  # of one name
MAX_RECORD_LENGTH = 1000


def txt_records(name: str, *, servers: str) -> list[str]:
    """Return a host name's TXT records; of the system's name servers if `servers` is empty.

    Raises TimedOut or Unreachable.
    """
    try:
        # The final dot keeps the resolver from appending its search domains.
        answer = _resolver(servers).resolve(f"{name}.", "TXT", lifetime=LOOKUP_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.Timeout:
        raise TimedOut(f"The DNS lookup of the TXT records of {name} took too long.") from None
    except (dns.exception.DNSException, OSError, UnicodeError):
        raise Unreachable(f"The DNS lookup of the TXT records of {name} failed.") from None
    return [_text(record.strings) for record in list(answer)[:MAX_RECORDS]]


def parse_servers(setting: str) -> list[tuple[str, int]]:
    """Parse `"192.0.2.53, [2001:db8::53]:5353"`. Raises ValueError that names the wrong entry."""
    entries = (entry.strip() for entry in setting.split(","))
    return [_parse_server(entry) for entry in entries if entry]


def _parse_server(entry: str) -> tuple[str, int]:
    address, port = entry, "53"
    if entry.count(":") == 1 or entry.startswith("["):
        address, _, port = entry.rpartition(":")
    try:
        server = str(ip_address(address.strip("[]"))), int(port)
    except ValueError:
        server = "", 0
    if not 0 < server[1] < 65536:
        raise ValueError(f"'{entry}' is not a name server. Write 192.0.2.53 or 192.0.2.53:5353.")
    return server


def _resolver(servers: str) -> dns.resolver.Resolver:
    configured = parse_servers(servers)
    resolver = dns.resolver.Resolver(configure=not configured)
    if configured:
        resolver.nameservers = [dns.nameserver.Do53Nameserver(address, port) for address, port in configured]
    return resolver


def _text(strings: Iterable[bytes]) -> str:
    return b"".join(strings)[:MAX_RECORD_LENGTH].decode("utf-8", errors="replace")
