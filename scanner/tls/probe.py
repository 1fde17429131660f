"""TLS handshakes: what a browser would accept, what certificate is shown, and which old versions still
answer.
"""

import socket
import ssl
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from krafter_audit.http.client import HttpError
from scanner.preconditions import CannotLook

TIMEOUT = 10.0
OLD_VERSIONS = {"TLS 1.0": ssl.TLSVersion.TLSv1, "TLS 1.1": ssl.TLSVersion.TLSv1_1}

type Dial = Callable[[], tuple[socket.socket, str]]


@dataclass(frozen=True)
class Certificate:
    """The certificate that a server shows.

    `bits` is the size of its key; `fault` says why it is not trusted.
    """

    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    names: tuple[str, ...]
    key: str
    bits: int
    signature_hash: str
    fault: str | None

    def days_left(self, now: datetime | None = None) -> float:
        """Return the days until it expires; negative when it has."""
        return (self.not_after - (now or datetime.now(UTC))).total_seconds() / 86400


@dataclass(frozen=True)
class Handshake:
    """One successful handshake: the address, the version, the cipher and the certificate."""

    host: str
    port: int
    address: str
    version: str
    cipher: str
    certificate: Certificate


def shake_hands(host: str, port: int, dial: Dial, trusting: ssl.SSLContext) -> Handshake:
    """Shake hands as a browser does; where the certificate is not trusted, again without trusting it.

    `trusting` knows the authorities that are trusted. Raises CannotLook when no handshake is possible at all.
    """
    try:
        return _handshake(host, port, dial, trusting, None)
    except ssl.SSLCertVerificationError as error:
        fault = error.verify_message or "the certificate is not trusted"
    except ssl.SSLError as error:
        raise CannotLook("blocked", f"No TLS handshake was possible ({error.reason}).", tls=True) from None
    blind = ssl.create_default_context()
    blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
    try:
        return _handshake(host, port, dial, blind, fault)
    except ssl.SSLError as error:
        raise CannotLook("blocked", f"No TLS handshake was possible ({error.reason}).", tls=True) from None


def _handshake(host: str, port: int, dial: Dial, context: ssl.SSLContext, fault: str | None) -> Handshake:
    from scanner.tls.certificates import read_certificate

    connection, address = _connect(dial)
    try:
        with connection, context.wrap_socket(connection, server_hostname=host) as secured:
            cipher = secured.cipher()
            return Handshake(
                host=host,
                port=port,
                address=address,
                version=secured.version() or "unknown",
                cipher=cipher[0] if cipher else "unknown",
                certificate=read_certificate(secured.getpeercert(binary_form=True) or b"", fault),
            )
    except TimeoutError:
        raise CannotLook("timeout", "The TLS handshake took too long.") from None
    except ssl.SSLError:
        raise
    except OSError as error:
        raise CannotLook("blocked", f"The connection broke ({type(error).__name__}).") from None


def old_versions_accepted(host: str, dial: Dial) -> list[str]:
    """Return the outdated versions that the server still speaks. Raises CannotLook when it can't be told.

    SSL 2 and 3 are in no OpenSSL that Python is built with; a server that speaks them speaks TLS 1.0 as well.
    """
    return [name for name, version in OLD_VERSIONS.items() if _accepts(host, dial, version)]


def _accepts(host: str, dial: Dial, version: ssl.TLSVersion) -> bool:
    context = _only(version)
    connection, _ = _connect(dial)
    try:
        with connection, context.wrap_socket(connection, server_hostname=host):
            return True
    except TimeoutError:
        raise CannotLook("timeout", "The TLS handshake took too long.") from None
    except ssl.SSLError as error:
        if "NO_PROTOCOLS" in str(error.reason) or "NO_CIPHERS" in str(error.reason):
            raise CannotLook("not_available", "This machine's OpenSSL has no outdated TLS.") from None
        return False
    except OSError:  # the server hangs up on a version that it does not want
        return False


def _only(version: ssl.TLSVersion) -> ssl.SSLContext:
    """Return a context that speaks one outdated version, with every cipher: it is spoken only to be
    refused.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    return context


def _connect(dial: Dial) -> tuple[socket.socket, str]:
    try:
        connection, address = dial()
    except HttpError as error:
        known = error.reason if error.reason in ("timeout", "refused_address") else "blocked"
        raise CannotLook(known, str(error)) from None
    connection.settimeout(TIMEOUT)
    return connection, address
