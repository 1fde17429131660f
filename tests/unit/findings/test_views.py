"""Findings in the API: their dismissals, and the limits of their size."""

from typing import Any

import pytest

from findings.models import Dismissal, Finding
from findings.services.evidence_limits import MAX_EVIDENCE_BYTES
from tests import factories
from tests.factories import Scenario

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BODY = {"reason": "accepted_risk", "comment": "Behind a firewall", "accepted_until": "2030-12-31"}


def dismiss(scenario: Scenario, finding: Finding, body: dict[str, Any] | None = None, **options: Any) -> Any:
    return scenario.client.call("post", f"findings/{finding.pk}/dismiss", body or BODY, **options)


def test_dismissal_is_in_the_response_the_finding_and_the_history(scenario: Scenario):
    finding = factories.finding(scenario)

    response = dismiss(scenario, finding)
    dismiss(scenario, finding, {"reason": "wont_fix"})

    shown = response.json()["data"]
    path = f"findings/{finding.pk}"
    included = scenario.client.call("get", f"{path}?include=dismissal").json()["data"]["dismissal"]
    history = scenario.client.call("get", f"{path}/dismissals").json()["data"]
    assert (response.status_code, shown["status"]) == (200, "dismissed")
    assert {name: shown["dismissal"][name] for name in BODY} == BODY
    assert shown["dismissal"]["dismissed_by_id"] == str(scenario.owner.pk)
    assert (included["reason"], included["accepted_until"], included["end_reason"]) == (
        "wont_fix",
        None,
        None,
    )
    assert [(row["id"], row["end_reason"]) for row in history] == [
        (included["id"], None),
        (shown["dismissal"]["id"], "replaced"),
    ]


def test_list_embeds_the_dismissal_of_each_finding(scenario: Scenario):
    dismissed, open_one = factories.finding(scenario), factories.finding(scenario)
    dismiss(scenario, dismissed)

    rows = scenario.client.call("get", "findings?include=dismissal").json()["data"]

    reasons = {row["id"]: row["dismissal"] and row["dismissal"]["reason"] for row in rows}
    assert reasons == {str(dismissed.pk): "accepted_risk", str(open_one.pk): None}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": "not_given"}, "reason"),
        ({"reason": None}, "reason"),
        ({"accepted_until": "2020-01-01"}, "accepted_until"),
        ({"accepted_until": "tomorrow"}, "accepted_until"),
        ({"until": "2030-12-31"}, "until"),
    ],
)
def test_invalid_dismissal_is_rejected(scenario: Scenario, change: dict[str, Any], field: str):
    finding = factories.finding(scenario)

    response = dismiss(scenario, finding, {**BODY, **change})

    finding.refresh_from_db()
    assert (response.status_code, list(response.json()["error"]["details"])) == (422, [field])
    assert (finding.status, Dismissal.objects.count()) == ("new", 0)


def test_resolved_finding_other_version_and_read_scope_are_refused(scenario: Scenario):
    resolved, finding = factories.finding(scenario, status="resolved"), factories.finding(scenario)
    reader = factories.api_key(scenario, scopes=["audit:read"])

    codes = [
        dismiss(scenario, resolved).json()["error"]["code"],
        dismiss(scenario, finding, if_match='"1"').json()["error"]["code"],
        reader.call("post", f"findings/{finding.pk}/dismiss", BODY).json()["error"]["code"],
    ]

    assert codes == ["finding_resolved", "precondition_failed", "insufficient_scope"]
    assert Dismissal.objects.count() == 0


def test_request_with_the_same_idempotency_key_dismisses_once(scenario: Scenario):
    finding = factories.finding(scenario)

    first, second = (dismiss(scenario, finding, idempotency_key="k") for _ in "12")

    assert (first.json()["data"], Dismissal.objects.count()) == (second.json()["data"], 1)


def test_bulk_update_dismisses_with_a_reason(scenario: Scenario):
    finding = factories.finding(scenario)
    body = {"ids": [str(finding.pk)], "set": {"status": "dismissed"}, "dismissal": BODY}

    response = scenario.client.call("post", "findings/bulk-update", body)

    row = Dismissal.objects.get(finding=finding)
    assert response.status_code == 200
    assert (row.reason, row.comment, row.accepted_until.isoformat()) == tuple(BODY.values())  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"set": {"status": "triaged"}}, "dismissal"),
        ({"dismissal": {**BODY, "accepted_until": "2020-01-01"}}, "dismissal.accepted_until"),
        ({"dismissal": {}}, "dismissal.reason"),
    ],
)
def test_bulk_update_with_an_invalid_dismissal_is_rejected(
    scenario: Scenario, change: dict[str, Any], field: str
):
    finding = factories.finding(scenario)
    body = {"ids": [str(finding.pk)], "set": {"status": "dismissed"}, "dismissal": BODY, **change}

    response = scenario.client.call("post", "findings/bulk-update", body)

    finding.refresh_from_db()
    assert (response.status_code, list(response.json()["error"]["details"])) == (422, [field])
    assert finding.status == "new"


@pytest.mark.parametrize(
    ("field", "value", "limit"),
    [
        ("affected_assets", [{"type": "url", "value": "https://example.com/" + "x" * 1900}] * 140, 256),
        ("recommended_fix", {"summary": "Fix it", "steps": ["x" * 5000] * 14}, 64),
    ],
)
def test_long_texts_of_one_finding_are_rejected(scenario: Scenario, field: str, value: Any, limit: int):
    body = {"domain": "security", "title": "Large", field: value}

    alone = scenario.client.call("post", "findings", body)
    in_bulk = scenario.client.call("post", "findings/bulk", {"findings": [body]})

    assert (alone.status_code, in_bulk.status_code) == (422, 422)
    assert f"Send at most {limit} KiB of JSON; this has " in alone.json()["error"]["message"]
    assert Finding.objects.count() == 0


def test_evidence_above_the_limit_is_rejected(scenario: Scenario):
    body = {"domain": "security", "title": "Large"}
    fits = {**body, "title": "Fits", "evidence": {"log": "x" * (MAX_EVIDENCE_BYTES - 10)}}
    large = {**body, "evidence": {"log": "x" * (MAX_EVIDENCE_BYTES - 9)}}

    accepted = scenario.client.call("post", "findings", fits)
    alone = scenario.client.call("post", "findings", large)
    one_of_two = scenario.client.call("post", "findings/bulk", {"findings": [fits, large], "mode": "partial"})

    message = (
        "The evidence of a finding has 256 KiB of JSON at most; this has 257 KiB. Send the beginning, and where the"
        " rest is."
    )
    assert (accepted.status_code, alone.status_code) == (201, 422)
    assert alone.json()["error"]["details"] == {"evidence": [message]}
    assert [item["status"] for item in one_of_two.json()["data"]["items"]] == ["updated", "invalid"]
    assert list(Finding.objects.values_list("title", flat=True)) == ["Fits"]
