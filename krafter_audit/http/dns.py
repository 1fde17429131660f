"""TXT records, which the system's own look-up does not know; of the machine's name servers or the operator's."""

from collections.abc import Iterable
from ipaddress import ip_address

import dns.exception
import dns.nameserver
import dns.resolver

from krafter_audit.http.errors import TimedOut, Unreachable

LONGEST = 1000  # characters of a record that are read
MOST = 100  # records of a name that are read


def txt_records(name: str, *, servers: str = "", seconds: float = 3.0) -> list[str]:
    """The TXT records of a host name; none where there is no such name or no such record.

    `servers` as `parse_servers` reads them; empty = the machine's own. Raises TimedOut or Unreachable where none of
    them has an answer.
    """
    try:
        answer = _resolver(servers).resolve(f"{name}.", "TXT", lifetime=seconds)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.Timeout:
        raise TimedOut(f"The look-up of the TXT records of {name} took too long.") from None
    except (dns.exception.DNSException, OSError, UnicodeError):
        raise Unreachable(f"The TXT records of {name} can't be had.") from None
    return [_text(record.strings) for record in list(answer)[:MOST]]


def parse_servers(setting: str) -> list[tuple[str, int]]:
    """Read `"192.0.2.53, [2001:db8::53]:5353"`. Raises ValueError with a sentence that names the entry at fault."""
    entries = (entry.strip() for entry in setting.split(","))
    return [_server(entry) for entry in entries if entry]


def _server(entry: str) -> tuple[str, int]:
    address, _, port = (
        entry.rpartition(":") if entry.count(":") == 1 or entry.startswith("[") else (entry, "", "53")
    )
    try:
        return str(ip_address(address.strip("[]"))), int(port)
    except ValueError:
        raise ValueError(f"'{entry}' is no name server. Write 192.0.2.53 or 192.0.2.53:5353.") from None


def _resolver(servers: str) -> dns.resolver.Resolver:
    listed = parse_servers(servers)
    resolver = dns.resolver.Resolver(configure=not listed)
    if listed:
        resolver.nameservers = [dns.nameserver.Do53Nameserver(address, port) for address, port in listed]
    return resolver


def _text(strings: Iterable[bytes]) -> str:
    return b"".join(strings)[:LONGEST].decode("utf-8", errors="replace")
