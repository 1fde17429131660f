"""Certificates and TLS versions, by real handshakes on loopback."""

import socket
import ssl
import time
import warnings
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtensionOID, NameOID

from scanner.outcome import FAILED, INCONCLUSIVE, NOT_APPLICABLE, PASSED, Outcome
from scanner.preconditions import Inconclusive
from scanner.registry import REGISTRY, keys
from scanner.tls import probe
from tests.fakes.page_checks import run_checks
from tests.fakes.raw_servers import HELLO_REQUESTS, Server, sends, sends_repeatedly
from tests.fakes.website import Answer, Site, loopback_client, served, tls_context
from tests.unit.scanner.checks.base_page import good_site
from tests.unit.scanner.checks.fixes import accept_versions_from

PROTOCOL_VERSION_ALERT = b"\x15\x03\x03\x00\x02\x02\x46"
TLS = [key for key in keys() if REGISTRY[key].kind == "tls"]


def run_checks_on(context: ssl.SSLContext, ca_file: str, *keys: str) -> dict[str, Outcome]:
    with served(good_site(), context) as site, loopback_client(ca_file) as client:
        return dict(run_checks(site.url, keys or TLS, client=client, retry_delays=()))


def failing(outcomes: dict[str, Outcome]) -> set[str]:
    return {key for key, outcome in outcomes.items() if outcome.status == FAILED}


def test_good_certificate_passes_every_tls_check(authority: trustme.CA, ca_file: str) -> None:
    outcomes = run_checks_on(tls_context(authority), ca_file)

    assert {outcome.status for outcome in outcomes.values()} == {PASSED}
    assert outcomes["tls_certificate_valid"].evidence["tls_version"] == "TLSv1.3"
    assert outcomes["tls_certificate_valid"].evidence["address"] == "127.0.0.1"


def test_unknown_authority_is_invalid(ca_file: str) -> None:
    unknown_authority = trustme.CA(key_type=trustme.KeyType.ECDSA)

    assert failing(run_checks_on(tls_context(unknown_authority), ca_file)) == {"tls_certificate_valid"}


def test_certificate_for_another_host_is_invalid(authority: trustme.CA, ca_file: str) -> None:
    outcomes = run_checks_on(tls_context(authority, "other.example"), ca_file)

    assert failing(outcomes) == {"tls_certificate_valid"}
    assert "mismatch" in outcomes["tls_certificate_valid"].evidence["detail"]


def test_expired_certificate_is_invalid_and_has_no_days_left(authority: trustme.CA, ca_file: str) -> None:
    context = tls_context(authority, not_after=datetime.now(UTC) - timedelta(days=1))

    outcomes = run_checks_on(context, ca_file)

    assert failing(outcomes) == {"tls_certificate_valid", "tls_certificate_days_left"}
    value = outcomes["tls_certificate_days_left"].value
    assert isinstance(value, float)
    assert value < 0


def test_certificate_that_expires_in_a_week_fails(authority: trustme.CA, ca_file: str) -> None:
    context = tls_context(authority, not_after=datetime.now(UTC) + timedelta(days=7))

    outcomes = run_checks_on(context, ca_file)

    assert failing(outcomes) == {"tls_certificate_days_left"}
    assert outcomes["tls_certificate_days_left"].value == pytest.approx(7, abs=0.1)
    assert outcomes["tls_certificate_days_left"].evidence["unit"] == "days"


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
def test_outdated_tls_version_fails(version: str, authority: trustme.CA, ca_file: str) -> None:
    outcomes = run_checks_on(
        tls_context(authority, change=accept_versions_from(ssl.TLSVersion[version])), ca_file
    )

    assert failing(outcomes) == {"tls_min_version"}


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
def test_server_with_an_outdated_version_alone_fails(
    version: str, authority: trustme.CA, ca_file: str
) -> None:
    def change(context: ssl.SSLContext) -> None:
        accept_versions_from(ssl.TLSVersion[version])(context)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.maximum_version = ssl.TLSVersion[version]

    outcomes = run_checks_on(tls_context(authority, change=change), ca_file)

    assert failing(outcomes) == {"tls_min_version"}
    assert {outcome.status for outcome in outcomes.values()} == {FAILED, INCONCLUSIVE}


def test_outdated_version_of_a_server_that_requires_a_certificate_of_clients_fails(
    authority: trustme.CA, ca_file: str
) -> None:
    def change(context: ssl.SSLContext) -> None:
        accept_versions_from(ssl.TLSVersion.TLSv1_1)(context)
        context.verify_mode = ssl.CERT_REQUIRED
        authority.configure_trust(context)

    outcomes = run_checks_on(tls_context(authority, change=change), ca_file)

    assert failing(outcomes) == {"tls_min_version"}


def test_server_that_refuses_every_version_is_inconclusive() -> None:
    with Server(sends(PROTOCOL_VERSION_ALERT)) as server, loopback_client() as client:
        url = server.url.replace("http:", "https:")
        outcomes = dict(run_checks(url, TLS, client=client, retry_delays=()))

    assert {outcome.status for outcome in outcomes.values()} == {INCONCLUSIVE}


def test_short_key_fails(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(_self_signed(tmp_path, bits=1024))

    outcomes = run_checks_on(context, "", "tls_key_strength")

    assert outcomes["tls_key_strength"].evidence["faults"] == ["RSA key of 1024 bits"]


def _self_signed(folder: Path, *, bits: int = 2048, names: bytes = b"") -> str:
    """Return the path of a certificate and its key; `names` is the content of its subjectAltName, in DER."""
    key = rsa.generate_private_key(65537, bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=90))
    )
    if names:
        extension = x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, names)
        builder = builder.add_extension(extension, critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    path = folder / "both.pem"
    path.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    return str(path)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(b"\x30\x04\xa3\x02\x30\x00", id="an X.400 address"),
        pytest.param(b"\x30\x03\x82\x01\xfc", id="Latin-1"),
        pytest.param(b"\x30\x05\x87\x03abc", id="an address of 3 bytes"),
        pytest.param(b"\xff", id="no sequence"),
    ],
)
def test_certificate_whose_names_cannot_be_read_is_judged(names: bytes, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_self_signed(tmp_path, names=names))

    outcomes = run_checks_on(context, "")

    assert failing(outcomes) == {"tls_certificate_valid"}
    assert outcomes["tls_certificate_valid"].evidence["certificate"]["names"] == []


def test_tls_checks_do_not_apply_to_http() -> None:
    with served(good_site()) as site, loopback_client() as client:
        outcomes = dict(run_checks(site.url, TLS, client=client, retry_delays=()))

    assert {outcome.status for outcome in outcomes.values()} == {NOT_APPLICABLE}


def test_certificate_behind_a_redirect_from_http_is_checked(authority: trustme.CA, ca_file: str) -> None:
    with served(good_site(), tls_context(authority, "other.example")) as secure:
        plain = Site({"/": Answer(status=301, headers=[("Location", secure.url)])})
        with served(plain), loopback_client(ca_file) as client:
            outcomes = dict(run_checks(plain.url, ["tls_certificate_valid"], client=client, retry_delays=()))

    assert failing(outcomes) == {"tls_certificate_valid"}


@pytest.mark.parametrize("location", ["https://[::1", "https://127.0.0.1:x/"])
def test_redirect_to_an_invalid_url_is_inconclusive(location: str) -> None:
    plain = Site({"/": Answer(status=301, headers=[("Location", location)])})
    with served(plain), loopback_client() as client:
        outcomes = dict(run_checks(plain.url, TLS, client=client, retry_delays=()))

    assert {(outcome.status, outcome.reason) for outcome in outcomes.values()} == {(INCONCLUSIVE, "blocked")}


def test_certificate_behind_a_redirect_as_browsers_read_it_is_checked(
    authority: trustme.CA, ca_file: str
) -> None:
    with served(good_site(), tls_context(authority, "other.example")) as secure:
        location = secure.url.replace("//", "\\\\", 1)
        plain = Site({"/": Answer(status=301, headers=[("Location", location)])})
        with served(plain), loopback_client(ca_file) as client:
            outcomes = dict(run_checks(plain.url, ["tls_certificate_valid"], client=client, retry_delays=()))

    assert failing(outcomes) == {"tls_certificate_valid"}


def test_site_that_is_down_is_inconclusive(authority: trustme.CA, ca_file: str) -> None:
    with served(good_site(), tls_context(authority)) as site:
        url = site.url
    with loopback_client(ca_file) as client:
        outcomes = dict(run_checks(url, TLS, client=client, retry_delays=()))

    assert {(outcome.status, outcome.reason) for outcome in outcomes.values()} == {(INCONCLUSIVE, "blocked")}


def test_port_without_tls_is_inconclusive(ca_file: str) -> None:
    with served(good_site()) as site, loopback_client(ca_file) as client:
        url = site.url.replace("http:", "https:")
        outcomes = dict(run_checks(url, TLS, client=client, retry_delays=()))

    assert {(outcome.status, outcome.reason) for outcome in outcomes.values()} == {(INCONCLUSIVE, "blocked")}


def test_header_checks_are_inconclusive_with_an_invalid_certificate(
    authority: trustme.CA, ca_file: str
) -> None:
    outcomes = run_checks_on(
        tls_context(authority, "other.example"), ca_file, "security_header_csp", "title_present"
    )

    assert {outcome.status for outcome in outcomes.values()} == {INCONCLUSIVE}


@pytest.mark.parametrize("headers", [[], [("Location", "https://a.test/"), ("Location", "https://b.test/")]])
def test_site_whose_redirect_has_no_single_target_is_inconclusive(headers: list[tuple[str, str]]) -> None:
    site = Site({"/": Answer("", 302, headers)})
    with served(site), loopback_client() as client:
        outcomes = dict(run_checks(site.url, TLS, client=client, retry_delays=()))

    assert {(outcome.status, outcome.reason) for outcome in outcomes.values()} == {
        (INCONCLUSIVE, "target_missing")
    }


def closed() -> tuple[socket.socket, str]:
    here, there = socket.socketpair()
    there.close()
    return here, "127.0.0.1"


def test_unreachable_server_does_not_count_as_refusing_old_versions() -> None:
    with pytest.raises(Inconclusive) as error:
        probe.old_versions_accepted("127.0.0.1", closed)

    assert error.value.reason == "blocked"


def test_server_that_closes_connections_of_old_versions_alone_refuses_them(authority: trustme.CA) -> None:
    with served(good_site(), tls_context(authority)) as site:
        port = int(site.url.rstrip("/").rpartition(":")[2])
        dials = cycle([closed, lambda: (socket.create_connection(("127.0.0.1", port)), "127.0.0.1")])

        assert probe.old_versions_accepted("127.0.0.1", lambda: next(dials)()) == []


@pytest.mark.slow
def test_handshake_without_end_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "TIMEOUT", 1.0)
    with Server(sends_repeatedly(HELLO_REQUESTS * 8)) as server:
        started = time.monotonic()
        with pytest.raises(Inconclusive) as error:
            probe.shake_hands(
                "127.0.0.1",
                server.port,
                lambda: (socket.create_connection(("127.0.0.1", server.port)), "127.0.0.1"),
                ssl.create_default_context(),
            )

    assert (error.value.reason, time.monotonic() - started < 5) == ("timeout", True)
