from collections.abc import Iterator

import pytest
import trustme

from krafter_audit.http.client import Client
from tests.fakes.website import Site, loopback_client, served, tls_context
from tests.unit.scanner.checks.base_page import good_site


@pytest.fixture(scope="module")
def client(ca_file: str) -> Iterator[Client]:
    with loopback_client(ca_file) as opened:
        yield opened


@pytest.fixture(scope="module")
def https_site(authority: trustme.CA) -> Iterator[Site]:
    """A site with TLS whose responses each test sets."""
    with served(good_site(), tls_context(authority)) as site:
        yield site
