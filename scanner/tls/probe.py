"""TLS handshakes: the server's certificate, whether it is trusted, and the accepted versions."""

import socket
import ssl
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from krafter_audit.http.client import HttpError
from krafter_audit.http.dialing import disconnect_after
from scanner.fetcher import as_inconclusive
from scanner.preconditions import Inconclusive
from scanner.tls.certificates import Certificate, read_certificate

TIMEOUT = 10.0  # seconds of one handshake
# SSL 2 and 3 are in no OpenSSL that Python is built with; a server that accepts them accepts TLS 1.0 as well.
OLD_VERSIONS = {"TLS 1.0": ssl.TLSVersion.TLSv1, "TLS 1.1": ssl.TLSVersion.TLSv1_1}

type Dial = Callable[[], tuple[socket.socket, str]]


@dataclass(frozen=True)
class Handshake:
    host: str
    port: int
    address: str
    version: str
    cipher: str
    certificate: Certificate


def shake_hands(host: str, port: int, dial: Dial, context: ssl.SSLContext) -> Handshake:
    """Handshake as a browser does; if the certificate is not trusted, again without verification.

    `context` has the trusted roots. Raises Inconclusive when no handshake is possible.
    """
    try:
        return _handshake(host, port, dial, context, None)
    except ssl.SSLCertVerificationError as error:
        fault = error.verify_message or "the certificate is not trusted"
    except ssl.SSLError as error:
        raise _no_handshake(error) from None
    try:
        return _handshake(host, port, dial, _context_without_verification(), fault)
    except ssl.SSLError as error:
        raise _no_handshake(error) from None


def _context_without_verification() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # In this order: ssl refuses CERT_NONE while it checks host names.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _no_handshake(error: ssl.SSLError) -> Inconclusive:
    return Inconclusive("blocked", f"The TLS handshake failed ({error.reason}).", tls=True)


def _handshake(host: str, port: int, dial: Dial, context: ssl.SSLContext, fault: str | None) -> Handshake:
    connection, address = _connect(dial)
    try:
        with _tls_connection(connection, context, host) as secured:
            cipher = secured.cipher()
            return Handshake(
                host=host,
                port=port,
                address=address,
                version=secured.version() or "unknown",
                cipher=cipher[0] if cipher else "unknown",
                certificate=read_certificate(secured.getpeercert(binary_form=True) or b"", fault),
            )
    # A subclass of OSError; the callers handle it.
    except ssl.SSLError:
        raise
    except OSError:
        raise Inconclusive("blocked", "The connection was lost during the TLS handshake.") from None


@contextmanager
def _tls_connection(connection: socket.socket, context: ssl.SSLContext, host: str) -> Iterator[ssl.SSLSocket]:
    with _tls_socket(connection, context, host) as secured:
        _do_handshake(secured)
        yield secured


@contextmanager
def _tls_socket(connection: socket.socket, context: ssl.SSLContext, host: str) -> Iterator[ssl.SSLSocket]:
    with (
        connection,
        context.wrap_socket(connection, server_hostname=host, do_handshake_on_connect=False) as secured,
    ):
        yield secured


def _do_handshake(secured: ssl.SSLSocket) -> None:
    """Shake hands. Raises Inconclusive after `TIMEOUT`, also if data arrives without end."""
    ends = time.monotonic() + TIMEOUT
    timer = disconnect_after(TIMEOUT, secured)
    try:
        secured.do_handshake()
    except OSError as error:
        if isinstance(error, TimeoutError) or time.monotonic() >= ends:
            raise Inconclusive("timeout", "The TLS handshake timed out.") from None
        raise
    finally:
        timer.cancel()


def old_versions_accepted(host: str, dial: Dial) -> list[str]:
    """Return the outdated versions that the server accepts. Raises Inconclusive."""
    return [name for name, version in OLD_VERSIONS.items() if _accepts(host, dial, version)]


def _accepts(host: str, dial: Dial, version: ssl.TLSVersion) -> bool:
    context = _context_of_version(version)
    connection, _ = _connect(dial)
    try:
        with _tls_socket(connection, context, host) as secured:
            _await_cipher(secured)
            return True
    except ssl.SSLError as error:
        if "NO_PROTOCOLS" in str(error.reason) or "NO_CIPHERS" in str(error.reason):
            raise Inconclusive(
                "not_available", "The scanner's OpenSSL does not support outdated TLS versions."
            ) from None
        if not isinstance(error, ssl.SSLEOFError):
            return False
    except OSError:
        pass
    # A server may close the connection for a version that it does not accept, or because it is down.
    _require_handshake(host, dial)
    return False


def _await_cipher(secured: ssl.SSLSocket) -> None:
    try:
        _do_handshake(secured)
    except ssl.SSLError:
        # A server that has chosen a cipher has accepted the version; it may go on to refuse a client without a
        # certificate.
        if not secured.cipher():
            raise


def _require_handshake(host: str, dial: Dial) -> None:
    connection, _ = _connect(dial)
    try:
        with _tls_connection(connection, _context_without_verification(), host):
            pass
    except OSError:
        raise Inconclusive("blocked", "The server closes connections of every TLS version.") from None


def _context_of_version(version: ssl.TLSVersion) -> ssl.SSLContext:
    context = _context_without_verification()
    # With every cipher enabled, a refusal can only be about the version.
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version
    return context


def _connect(dial: Dial) -> tuple[socket.socket, str]:
    try:
        connection, address = dial()
    except HttpError as error:
        raise as_inconclusive(error) from None
    connection.settimeout(TIMEOUT)
    return connection, address
