"""The public guide, example by example: reports."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import factories
from tests.contract.shape import META, MOMENT, UUID, Like, answer, same
from tests.factories import Scenario

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

LINK = re.compile(r"\Ahttps?://[^/]+/insights/audit/reports/shared/[^/]+\Z")


def days(count: int) -> list[str]:
    today = datetime.now(UTC).date()
    return [str(today - timedelta(days=back)) for back in reversed(range(count))]


def test_summary_has_the_keys_of_the_guide(scenario: Scenario):
    factories.finding(scenario, score=30)
    factories.finding(scenario, score=12)
    factories.finding(scenario, score=50, status="dismissed")
    factories.regression(scenario, of=factories.finding(scenario, score=8))
    factories.verification(scenario)

    response = scenario.client.call("get", "reports/summary")

    assert response.status_code == 200
    scores = [0] * 6 + [30 + 12 + 8 + 58]  # 58: the default score of severity high
    expected = {
        "risk_burn_down": [
            {"date": day, "open_risk_score": score} for day, score in zip(days(7), scores, strict=True)
        ],
        "verification_pass_rate": 0.0,
        "regression_rate": 1.0,
        "open_findings": 4,
    }
    same(answer(response), {"data": expected, "meta": META, "error": None})


def report(scenario: Scenario, **more: Any) -> dict[str, Any]:
    return {
        "id": UUID,
        "org_id": str(scenario.organization.pk),
        "project_id": "production-website",
        "period_start": days(7)[0],
        "period_end": days(1)[0],
        "format": "json",
        "status": "queued",
        "snapshot": {"open_findings": 1, "verification_pass_rate": 0.0},
        "exported_at": None,
        "shared_at": None,
        "created_at": MOMENT,
        "updated_at": MOMENT,
    } | more


@pytest.mark.parametrize("format", ["json", "csv", "pdf"])
def test_export_returns_the_keys_of_the_guide(scenario: Scenario, format: str):
    factories.finding(scenario)

    response = scenario.client.call("post", "reports/export", {"format": format})

    assert response.status_code == 202
    same(answer(response), {"data": report(scenario, format=format), "meta": META, "error": None})


def test_share_by_link_returns_a_url(scenario: Scenario):
    made = scenario.client.call("post", "reports/export", {"format": "json"}).json()["data"]

    response = scenario.client.call("post", "reports/share", {"channel": "link"})

    assert response.status_code == 200
    shared = {
        "id": made["id"],
        "channel": "link",
        "recipients": [],
        "shared_at": MOMENT,
        "share_url": Like(lambda value: isinstance(value, str) and LINK.match(value), "a link"),
    }
    same(answer(response), {"data": shared, "meta": META, "error": None})


def test_share_url_is_null_for_email_and_slack(scenario: Scenario):
    scenario.client.call("post", "reports/export", {"format": "json"})
    body = {"channel": "email", "recipients": ["ada@example.com"]}

    shared = scenario.client.call("post", "reports/share", body).json()["data"]

    assert (shared["share_url"], shared["recipients"]) == (None, ["ada@example.com"])


def test_email_requires_recipients_and_slack_a_webhook(scenario: Scenario):
    scenario.client.call("post", "reports/export", {"format": "json"})

    for channel, field in (("email", "recipients"), ("slack", "webhook_url")):
        response = scenario.client.call("post", "reports/share", {"channel": channel})
        assert (response.status_code, list(response.json()["error"]["details"])) == (422, [field])
