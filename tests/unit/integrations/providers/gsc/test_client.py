"""Requests to Search Console: refusals, outages, quotas and the property."""

from datetime import UTC, date, datetime, timedelta

import pytest

from integrations.providers.errors import ProviderRefused, ProviderUnavailable, TokenRejected
from integrations.providers.gsc import SearchConsole
from tests.fakes.gsc import PROPERTY, SITE, FakeSearchConsole, error
from tests.fakes.vendor_server import Answer, FakeServer
from tests.unit.integrations.providers.gsc.conftest import connect


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        (error(401, "authError"), TokenRejected, "does not accept the token"),
        (error(403, "forbidden"), ProviderRefused, "denies access to https://example.com/"),
        (error(403, "accessNotConfigured"), ProviderRefused, "is disabled in the Google project"),
        (error(403, "insufficientPermissions"), ProviderRefused, "lacks the scope"),
        (error(404, "notFound"), ProviderRefused, "did not find https://example.com/"),
        (error(403, "quotaExceeded"), ProviderUnavailable, "limits requests until"),
        (error(403, "rateLimitExceeded"), ProviderUnavailable, "limits requests until"),
        ((429, {"retry-after": "30"}, {}), ProviderUnavailable, "limits requests until"),
        ((429, {}, b"<html>"), ProviderUnavailable, "limits requests until"),
        ((503, {}, {}), ProviderUnavailable, "status 503"),
        ((200, {}, b"{"), ProviderUnavailable, "cannot read"),
        ((200, {}, []), ProviderUnavailable, "cannot read"),
        ((403, {"Content-Type": "text/html"}, b"<html>"), ProviderUnavailable, "status 403"),
    ],
)
def test_error_is_refused_or_unavailable_by_status_and_reason(
    provider: SearchConsole, server: FakeServer, answer: Answer, kind: type[Exception], sentence: str
) -> None:
    for _ in range(3):
        server.next_answer(PROPERTY, *answer)

    with pytest.raises(kind, match=sentence):
        provider.check_connection()


def test_wait_depends_on_the_exceeded_limit(provider: SearchConsole, server: FakeServer) -> None:
    pauses = []
    for reason in ("rateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"):
        server.next_answer(PROPERTY, *error(403, reason))
        with pytest.raises(ProviderUnavailable) as caught:
            provider.check_connection()
        assert caught.value.retry_at is not None
        pauses.append(round((caught.value.retry_at - datetime.now(UTC)) / timedelta(minutes=1)))

    assert pauses == [1, 15, 24 * 60]


def test_only_property_is_used_and_several_are_listed(server: FakeServer, fake: FakeSearchConsole) -> None:
    alone = connect(server, site_url=None)
    alone.check_connection()
    fake.sites.append("sc-domain:example.org")
    several = connect(server, site_url=None)

    with pytest.raises(
        ProviderRefused, match="one of the account's properties: https://example.com/, sc-domain:example.org"
    ):
        several.check_connection()
    assert alone.site == SITE


def test_unverified_property_is_refused(provider: SearchConsole, fake: FakeSearchConsole) -> None:
    fake.level = "SITE_UNVERIFIED_USER"

    with pytest.raises(ProviderRefused, match="not verified"):
        provider.check_connection()


def test_impressions_are_those_of_28_days(provider: SearchConsole, server: FakeServer) -> None:
    provider.impressions(date(2026, 11, 30))

    [request] = server.received("searchAnalytics/query", "POST")
    assert (request.body["startDate"], request.body["endDate"]) == ("2026-10-31", "2026-11-27")
