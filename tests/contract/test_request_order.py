"""Key, expiry, rate limit, scope, project, body: the first that fails is the answer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import api_keys
from accounts.models import ApiKey, Membership
from tests import factories
from tests.factories import AuditClient, World

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
def test_a_key_that_is_missing_malformed_or_unknown_gets_one_answer(world: World, header: str | None):
    client = AuditClient(world.project, None)
    if header is not None:
        client.credentials(HTTP_AUTHORIZATION=header)

    response = client.ask("get", "tasks")

    assert refusal(response) == (401, "unauthorized")
    assert (
        response.json()["error"]["message"]
        == "A valid API key is needed: send it as 'Authorization: Bearer kr_live_…'."
    )


@pytest.mark.parametrize("fate", ["expired", "revoked", "inactive user", "no longer a member"])
def test_a_key_that_is_no_longer_good_gets_the_same_answer(world: World, fate: str):
    row = ApiKey.objects.get()
    if fate == "expired":
        ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif fate == "revoked":
        api_keys.revoke(row)
    elif fate == "inactive user":
        world.owner.is_active = False
        world.owner.save()
    else:
        Membership.objects.all().delete()

    assert refusal(world.client.ask("get", "tasks")) == (401, "unauthorized")


def test_only_a_digest_of_the_key_is_kept(world: World):
    row = ApiKey.objects.get()

    assert world.key.startswith("kr_live_")
    assert len(world.key) == 8 + 43
    assert row.key_prefix == world.key[:12]
    assert world.key not in str(ApiKey.objects.values().get())


def test_a_key_is_marked_as_used_at_most_once_a_minute(world: World):
    world.client.ask("get", "tasks")
    first = ApiKey.objects.get().last_used_at
    world.client.ask("get", "tasks")

    assert first is not None
    assert ApiKey.objects.get().last_used_at == first


@pytest.mark.parametrize(
    ("method", "path"),
    [("post", "tasks"), ("patch", "tasks/x"), ("put", "policies/current"), ("post", "verifications/run")],
)
def test_a_reading_key_cannot_write(method: str, path: str):
    world = factories.world(scopes=("audit:read",))

    assert refusal(world.client.ask(method, path, {})) == (403, "insufficient_scope")


def test_a_reading_key_may_test_a_policy():
    world = factories.world(scopes=("audit:read",))

    assert world.client.ask("post", "policies/test", {"config": {}}).status_code == 200


def test_a_member_who_became_a_viewer_only_reads(world: World):
    Membership.objects.update(role="viewer")

    assert world.client.ask("get", "tasks").status_code == 200
    assert refusal(world.client.ask("post", "tasks", {})) == (403, "insufficient_scope")


def test_another_organisations_address_is_forbidden(world: World):
    other = factories.world()
    path = f"/api/v1/orgs/{other.organization.pk}/projects/production-website/audit/tasks"

    assert refusal(world.client.ask("get", path)) == (403, "forbidden")


def test_a_project_that_is_not_there_is_not_found(world: World):
    path = f"/api/v1/orgs/{world.organization.pk}/projects/elsewhere/audit/tasks"

    assert refusal(world.client.ask("get", path)) == (404, "not_found")


def test_the_scope_is_looked_at_before_the_project_and_the_project_before_the_body():
    world = factories.world(scopes=("audit:read",))
    nowhere = f"/api/v1/orgs/{world.organization.pk}/projects/elsewhere/audit/tasks"
    writer = factories.world()
    gone = f"/api/v1/orgs/{writer.organization.pk}/projects/elsewhere/audit/tasks"

    assert refusal(world.client.post(nowhere, "{", content_type="application/json")) == (
        403,
        "insufficient_scope",
    )
    assert refusal(writer.client.post(gone, "{", content_type="application/json")) == (404, "not_found")


def test_an_inbound_request_id_is_kept_when_it_is_safe(world: World):
    mine = "my-request.id_0123456789"

    assert world.client.ask("get", "tasks", x_request_id=mine)["x-request-id"] == mine
    assert world.client.ask("get", "tasks", x_request_id="short")["x-request-id"] != "short"
    assert len(world.client.ask("get", "tasks", x_request_id="bad id\n" + "x" * 30)["x-request-id"]) == 20


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/", "/api/v2"])
def test_an_unknown_address_is_enveloped(world: World, path: str):
    assert refusal(world.client.ask("get", path)) == (404, "not_found")


def test_a_method_that_an_address_does_not_take_is_named(world: World):
    response = world.client.ask("delete", "tasks")

    assert refusal(response) == (405, "method_not_allowed")
    assert set(response["allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_an_answer_in_another_form_is_not_to_be_had(world: World):
    assert refusal(world.client.ask("get", "tasks", accept="text/html")) == (406, "not_acceptable")


def test_a_crash_says_nothing_of_the_inside(world: World, monkeypatch: pytest.MonkeyPatch):
    def explode(*args: object, **kwargs: object) -> None:
        raise KeyError("secret inside")

    monkeypatch.setattr("events.tallies.all_totals", explode)  # the database's far end, in effect

    response = world.client.ask("get", "command-center")

    assert refusal(response) == (500, "internal_error")
    assert b"secret inside" not in response.content


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_an_unknown_address_asks_for_no_form_token(world: World, method: str):
    client = AuditClient(world.project, world.key)
    client.handler.enforce_csrf_checks = True

    assert refusal(client.ask(method, "tasks/")) == (404, "not_found")


def test_a_slug_with_a_nul_in_it_is_not_the_slug_without(world: World):
    address = f"/api/v1/orgs/{world.organization.pk}/projects/production%00-website/audit/tasks"

    assert refusal(world.client.ask("get", address)) == (404, "not_found")


@pytest.mark.parametrize("path", ["/api/v1/schema", "/api/docs"])
def test_the_schema_and_its_page_refuse_in_the_envelope(world: World, path: str):
    assert refusal(world.client.ask("post", path, {})) == (405, "method_not_allowed")
    assert refusal(world.client.ask("get", path, accept="text/csv")) == (406, "not_acceptable")


def test_the_log_of_requests_takes_no_line_from_a_path(world: World, caplog: pytest.LogCaptureFixture):
    with caplog.at_level("INFO", logger="krafter_audit.requests"):
        world.client.ask("get", "/api/v1/x%0D%0Alevel=error%1B[31m")
        world.client.ask("get", "/insights/audit/reports/shared/secret%0Atoken")

    lines = [record.getMessage() for record in caplog.records if record.name == "krafter_audit.requests"]
    assert [line.split()[1] for line in lines] == [
        "/api/v1/x%0D%0Alevel=error%1B%5B31m",
        "/insights/audit/reports/shared/…",
    ]
