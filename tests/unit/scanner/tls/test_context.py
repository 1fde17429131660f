"""After a fix, each address of a site is checked: its servers may have different certificates."""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import trustme

from krafter_audit.http.client import Client
from krafter_audit.http.transport import tls_context as trusted_context
from scanner.outcome import FAILED, INCONCLUSIVE, PASSED, Outcome
from tests.fakes.page_checks import run_checks
from tests.fakes.raw_servers import Dns, Server, sends
from tests.fakes.website import loopback_client, served, tls_context
from tests.unit.scanner.checks.base_page import good_site
from tests.unit.scanner.checks.fixes import accept_versions_from

NAME = "shop.test"
FAULTS = {
    "tls_certificate_valid": {"names": ("other.test",)},
    "tls_certificate_days_left": {"not_after": datetime.now(UTC) + timedelta(days=7)},
    "tls_min_version": {"change": accept_versions_from(ssl.TLSVersion.TLSv1)},
}


@pytest.fixture
def client(ca_file: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    dns = Dns()
    dns.set(NAME, ["127.0.0.1", "127.0.0.2"])
    monkeypatch.setattr("socket.getaddrinfo", dns.getaddrinfo)
    with loopback_client(ca_file) as opened:
        yield opened


@contextmanager
def served_at_two_addresses(first: ssl.SSLContext, second: ssl.SSLContext | None) -> Iterator[str]:
    """Serve a site at both addresses of its name, or at one; yield its URL."""
    with ExitStack() as stack:
        port = urlsplit(stack.enter_context(served(good_site(), first)).url).port or 0
        if second:
            stack.enter_context(served(good_site(), second, "127.0.0.2", port))
        yield f"https://{NAME}:{port}/"


def status_of(key: str, url: str, client: Client, before: dict[str, Outcome] | None) -> str:
    return dict(run_checks(url, [key], client=client, before=before, retry_delays=()))[key].status


@pytest.mark.parametrize("key", FAULTS)
def test_fault_that_is_left_at_another_address_is_not_fixed(
    key: str, authority: trustme.CA, client: Client
) -> None:
    options = {"names": (NAME,), **FAULTS[key]}
    faulty = tls_context(authority, *options.pop("names"), **options)  # type: ignore[misc, arg-type]  # see FAULTS
    with served_at_two_addresses(tls_context(authority, NAME), faulty) as url:
        statuses = [status_of(key, url, client, before) for before in (None, {key: Outcome(FAILED)})]

    assert statuses == [PASSED, FAILED]


@pytest.mark.parametrize("key", FAULTS)
def test_address_that_is_fixed_or_closed_does_not_prevent_a_pass(
    key: str, authority: trustme.CA, client: Client
) -> None:
    statuses = []
    for second in (tls_context(authority, NAME), None):
        with served_at_two_addresses(tls_context(authority, NAME), second) as url:
            statuses.append(status_of(key, url, client, {key: Outcome(FAILED)}))

    assert statuses == [PASSED, PASSED]


def test_name_in_the_subject_alone_does_not_count(authority: trustme.CA, client: Client) -> None:
    # OpenSSL reads the common name of a certificate that is for no DNS name; browsers never read it.
    named = tls_context(authority, "192.0.2.1", common_name=NAME)
    with served_at_two_addresses(named, None) as url:
        status = status_of("tls_certificate_valid", url, client, None)

    assert status == FAILED
    # The HTTP client shares its context with all requests of the process.
    assert trusted_context(client.ca_file).hostname_checks_common_name


def test_address_without_a_handshake_is_not_passed(authority: trustme.CA, client: Client) -> None:
    key = "tls_certificate_valid"
    with (
        Server(sends(b"\x15\x03\x03\x00\x02\x02\x46"), host="127.0.0.2") as broken,
        served(good_site(), tls_context(authority, NAME), port=broken.port),
    ):
        status = status_of(key, f"https://{NAME}:{broken.port}/", client, {key: Outcome(FAILED)})

    assert status == INCONCLUSIVE
