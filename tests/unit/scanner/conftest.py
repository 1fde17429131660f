"""One certificate authority for all tests of the scanner, with a client that trusts it and a site."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from krafter_audit.http.client import Client
from tests.fakes.website import Site, loopback_client, served, tls_context
from tests.unit.scanner.checks.base_page import good_site


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


@pytest.fixture(scope="module")
def client(ca_file: str) -> Iterator[Client]:
    with loopback_client(ca_file) as opened:
        yield opened


@pytest.fixture(scope="module")
def https_site(authority: trustme.CA) -> Iterator[Site]:
    """A site with TLS whose responses each test sets."""
    with served(good_site(), tls_context(authority)) as site:
        yield site
