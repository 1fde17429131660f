"""The order of a request is key, expiry, rate limit, scope, project, body: the first failure is the response."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import api_key_cache, api_keys
from accounts.models import ApiKey, Membership, Project
from tests import factories
from tests.factories import AuditClient, Scenario

pytestmark = pytest.mark.django_db


def refusal(response) -> tuple[int, str]:
    body = response.json()
    assert body["data"] is None
    assert body["meta"]["request_id"] == response["x-request-id"]
    return response.status_code, body["error"]["code"]


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer x", "Basic a:b", "Bearer kr_live_" + "A" * 43, "Bearer kr_live_short"],
)
def test_missing_malformed_and_unknown_keys_get_the_same_response(scenario: Scenario, header: str | None):
    client = AuditClient(scenario.project, None)
    if header is not None:
        client.credentials(HTTP_AUTHORIZATION=header)

    response = client.call("get", "tasks")

    assert refusal(response) == (401, "unauthorized")
    assert (
        response.json()["error"]["message"]
        == "A valid API key is required: send it as 'Authorization: Bearer kr_live_…'."
    )


@pytest.mark.parametrize("fate", ["expired", "revoked", "inactive user", "no longer a member"])
def test_expired_and_revoked_keys_get_the_same_response(scenario: Scenario, fate: str):
    row = ApiKey.objects.get()
    if fate == "expired":
        ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif fate == "revoked":
        api_keys.revoke(row)
    elif fate == "inactive user":
        scenario.owner.is_active = False
        scenario.owner.save()
    else:
        Membership.objects.all().delete()

    assert refusal(scenario.client.call("get", "tasks")) == (401, "unauthorized")


def test_only_the_digest_of_a_key_is_stored(scenario: Scenario):
    stored = ApiKey.objects.values().get()

    assert (scenario.key[:8], len(scenario.key)) == ("kr_live_", 8 + 43)
    assert stored["key_prefix"] == scenario.key[:12]
    assert scenario.key not in str(stored)


def test_read_key_can_test_a_policy():
    scenario = factories.scenario(scopes=("audit:read",))

    assert scenario.client.call("post", "policies/test", {"config": {}}).status_code == 200


def test_scope_is_checked_before_the_project_and_the_project_before_the_body():
    def post_invalid_json(scopes: str) -> tuple[int, str]:
        scenario = factories.scenario(scopes=(scopes,))
        url = f"/api/v1/orgs/{scenario.organization.pk}/projects/elsewhere/audit/tasks"
        return refusal(scenario.client.post(url, "{", content_type="application/json"))

    assert post_invalid_json("audit:read") == (403, "insufficient_scope")
    assert post_invalid_json("audit:write") == (404, "not_found")


def test_safe_inbound_request_id_is_kept(scenario: Scenario):
    mine = "my-request.id_0123456789"

    assert scenario.client.call("get", "tasks", x_request_id=mine)["x-request-id"] == mine
    assert scenario.client.call("get", "tasks", x_request_id="short")["x-request-id"] != "short"
    assert len(scenario.client.call("get", "tasks", x_request_id="bad id\n" + "x" * 30)["x-request-id"]) == 20


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/", "/api/v2"])
def test_unknown_url_has_an_envelope(scenario: Scenario, path: str):
    response = scenario.client.call("get", path)

    assert refusal(response) == (404, "not_found")
    assert response.json()["error"]["message"] == "The API has no such URL: /api/docs lists all."


def test_unsupported_method_is_reported_with_the_allowed_ones(scenario: Scenario):
    response = scenario.client.call("delete", "tasks")

    assert refusal(response) == (405, "method_not_allowed")
    assert response.json()["error"]["message"] == "This URL does not allow that method. Use GET or POST."
    assert set(response["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_unsupported_accept_header_is_rejected(scenario: Scenario):
    assert refusal(scenario.client.call("get", "tasks", accept="text/html")) == (406, "not_acceptable")


def test_server_error_discloses_nothing(scenario: Scenario, monkeypatch: pytest.MonkeyPatch):
    def raise_error(*args: object, **kwargs: object) -> None:
        raise KeyError("secret inside")

    monkeypatch.setattr("events.totals.counters.all_totals", raise_error)

    response = scenario.client.call("get", "command-center")

    assert refusal(response) == (500, "internal_error")
    assert b"secret inside" not in response.content


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_unknown_url_requires_no_csrf_token(scenario: Scenario, method: str):
    client = AuditClient(scenario.project, scenario.key)
    client.handler.enforce_csrf_checks = True

    assert refusal(client.call(method, "tasks/x/y")) == (404, "not_found")


def test_slug_with_nul_is_not_found(scenario: Scenario):
    address = f"/api/v1/orgs/{scenario.organization.pk}/projects/production%00-website/audit/tasks"

    assert refusal(scenario.client.call("get", address)) == (404, "not_found")


@pytest.mark.parametrize("path", ["/api/v1/schema", "/api/docs"])
def test_schema_and_docs_have_error_envelopes(scenario: Scenario, path: str):
    assert refusal(scenario.client.call("post", path, {})) == (405, "method_not_allowed")
    assert refusal(scenario.client.call("get", path, accept="text/csv")) == (406, "not_acceptable")


def test_request_log_escapes_line_breaks_in_paths(scenario: Scenario, caplog: pytest.LogCaptureFixture):
    with caplog.at_level("INFO", logger="krafter_audit.requests"):
        scenario.client.call("get", "/api/v1/x%0D%0Alevel=error%1B[31m")
        scenario.client.call("get", "/insights/audit/reports/shared/secret%0Atoken")

    lines = [record.getMessage() for record in caplog.records if record.name == "krafter_audit.requests"]
    assert [line.split()[1] for line in lines] == [
        "/api/v1/x%0D%0Alevel=error%1B%5B31m",
        "/insights/audit/reports/shared/…",
    ]


@pytest.mark.usefixtures("mid_minute_clock")
def test_invalid_keys_are_limited_by_address_and_not_by_the_shared_page(scenario: Scenario, settings: Any):
    settings.KRAFTER_RATE_WRONG_KEYS = 2
    settings.KRAFTER_RATE_PUBLIC = 1
    invalid_key_client = AuditClient(scenario.project, "kr_live_" + "A" * 43)
    address = f"10.1.{uuid.uuid4().int % 250}.{uuid.uuid4().int % 250}"

    codes = [
        invalid_key_client.get(f"{invalid_key_client.base}tasks", REMOTE_ADDR=address).status_code
        for _ in range(4)
    ]

    assert codes == [401, 401, 429, 429]
    elsewhere = address.replace("10.1.", "10.2.")
    assert scenario.client.get(f"{scenario.client.base}tasks", REMOTE_ADDR=elsewhere).status_code == 200
    assert scenario.client.get("/insights/audit/reports/shared/x", REMOTE_ADDR=address).status_code == 404


@pytest.mark.usefixtures("mid_minute_clock")
def test_invalid_keys_of_an_address_do_not_stop_a_key_in_use(
    scenario: Scenario, settings: Any, monkeypatch: pytest.MonkeyPatch
):
    settings.KRAFTER_RATE_WRONG_KEYS = 1
    monkeypatch.setattr(api_key_cache, "TTL_SECONDS", 0)  # every request looks its key up
    address = f"10.3.{uuid.uuid4().int % 250}.{uuid.uuid4().int % 250}"
    invalid_key_client = AuditClient(scenario.project, "kr_live_" + "A" * 43)

    def status_for(client: AuditClient) -> int:
        return client.get(f"{client.base}tasks", REMOTE_ADDR=address).status_code

    codes = [
        status_for(scenario.client),
        status_for(invalid_key_client),
        status_for(invalid_key_client),
        status_for(scenario.client),
    ]
    ApiKey.objects.update(revoked_at=timezone.now())
    codes += [status_for(scenario.client), status_for(scenario.client)]

    assert codes == [200, 401, 429, 200, 401, 429]


@pytest.mark.usefixtures("mid_minute_clock")
def test_invalid_keys_of_an_address_do_not_stop_a_key_in_use_in_another_project(
    scenario: Scenario, settings: Any
):
    settings.KRAFTER_RATE_WRONG_KEYS = 1
    address = f"10.4.{uuid.uuid4().int % 250}.{uuid.uuid4().int % 250}"
    names = {"slug": "second", "name": "Second", "site_url": "https://second.example.com"}
    second = Project.objects.create(organization=scenario.organization, **names)
    invalid_key_client = AuditClient(scenario.project, "kr_live_" + "A" * 43)

    codes = [
        client.get(f"{client.base}tasks", REMOTE_ADDR=address).status_code
        for client in (scenario.client, invalid_key_client, AuditClient(second, scenario.key))
    ]

    assert codes == [200, 401, 200]
