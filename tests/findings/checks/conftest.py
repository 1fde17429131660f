"""One certificate authority for all the tests of the checks, and what takes longest begins first."""

from pathlib import Path

import pytest
import trustme


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begun last, the one test that takes far longer than any other would let the other workers wait for it."""
    items.sort(key=lambda item: item.path.name != "test_flips_in_a_browser.py")


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)
