"""Every request that a sync makes conforms to the vendor's own description."""

import pytest
from pytest_django import Settings

from krafter_audit.http.client import Client
from tests.fakes.specs import SPECS, missing
from tests.fakes.vendors import SPEC_NAMES, VENDORS, exchange_everything, serve


@pytest.mark.parametrize("name", VENDORS)
def test_requests_conform_to_the_description_of_the_vendor(name: str, settings: Settings) -> None:
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    if not (SPECS / SPEC_NAMES[name]).exists():
        pytest.skip(missing(SPEC_NAMES[name]))

    with serve(name) as vendor, Client() as client:
        exchange_everything(vendor.provider(client))

    assert len(vendor.requests) > 1
    assert vendor.complaints == []
