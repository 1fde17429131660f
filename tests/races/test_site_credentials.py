"""Site credentials are replaced and deleted at the same time."""

import pytest

from krafter_audit.api.etags import etag_for
from scans.models import SiteCredentials
from scans.site_credentials import services
from tests.factories import Scenario
from tests.races.threads import racers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROUNDS = 10


def put(scenario: Scenario, key: str, if_match: str | None = None) -> SiteCredentials:
    return services.set_credentials(
        scenario.project,
        origin="https://example.com",
        credentials={"headers": {"X-Key": key}},
        by=scenario.actor,
        if_match=if_match,
    )


def test_deleted_credentials_are_not_replaced_by_their_etag(scenario: Scenario) -> None:
    with racers(2) as race:
        for _ in range(ROUNDS):
            etag = etag_for(put(scenario, "first"))

            race(
                lambda: services.delete_credentials(scenario.project, by=scenario.actor),
                lambda etag=etag: put(scenario, "second", if_match=etag),
            )

            assert not SiteCredentials.objects.exists()
