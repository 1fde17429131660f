"""Management commands of accounts."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import services
from accounts.models import ApiKey, Membership, Organization, Project, User
from tests.factories import AuditClient

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"


def run(name: str, *arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out, **options)
    return out.getvalue().strip()


@pytest.fixture
def organization() -> str:
    return run("create_organization", "Acme", "--quota", "10")


def test_commands_create_organisation_user_project_and_working_key(
    organization: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("KRAFTER_PASSWORD", PASSWORD)
    run("create_user", "Ada@Example.com", "--organization", organization, "--role", "owner", "--staff")
    slug = run(
        "create_project",
        "production-website",
        "--organization",
        organization,
        "--site-url",
        "https://example.com",
    )

    key = run("issue_key", "--organization", organization, "--user", "ada@example.com")

    assert slug == "production-website"
    assert User.objects.get().check_password(PASSWORD)
    assert AuditClient(Project.objects.get(), key).call("get", "tasks").status_code == 200


def test_user_is_created_as_staff_or_as_a_superuser(organization: str):
    run("create_user", "operator@example.com", "--organization", organization, "--staff")
    run("create_user", "root@example.com", "--organization", organization, "--superuser")

    users = User.objects.order_by("email")
    assert [(user.is_staff, user.is_superuser) for user in users] == [(True, False), (True, True)]


def test_key_is_listed_without_its_secret_and_revoked_by_its_id(organization: str):
    run("create_user", "ada@example.com", "--organization", organization)
    run("create_project", "site", "--organization", organization, "--site-url", "https://example.com")
    key = run(
        "issue_key", "--organization", organization, "--user", "ada@example.com", "--scope", "audit:read"
    )
    row = ApiKey.objects.get()

    listed = run("list_keys", organization)
    revoked = run("revoke_key", str(row.pk))

    assert key not in listed
    assert f"{row.pk}  {row.key_prefix}…" in listed
    assert "audit:read" in listed
    assert "revoked at" in revoked
    assert "revoked" in run("list_keys", organization)
    assert AuditClient(Project.objects.get(), key).call("get", "tasks").status_code == 401


def test_key_can_expire(organization: str):
    run("create_user", "ada@example.com", "--organization", organization)
    run("issue_key", "--organization", organization, "--user", "ada@example.com", "--days", "30")

    row = ApiKey.objects.get()
    assert row.expires_at is not None
    assert round((row.expires_at - row.created_at).total_seconds() / 86400) == 30


def test_expired_key_is_listed_as_expired(organization: str):
    run("create_user", "ada@example.com", "--organization", organization)
    run("issue_key", "--organization", organization, "--user", "ada@example.com", "--days", "30")
    assert "  until " in run("list_keys", organization)

    ApiKey.objects.update(expires_at=timezone.now())

    assert run("list_keys", organization).rstrip().endswith("  expired")


def test_role_of_a_member_can_be_changed(organization: str):
    run("create_user", "ada@example.com", "--organization", organization, "--role", "viewer")
    with pytest.raises(CommandError, match="viewer"):
        run("issue_key", "--organization", organization, "--user", "ada@example.com")

    run("set_member", "ada@example.com", "--organization", organization, "--role", "admin")

    assert Membership.objects.get().role == "admin"
    assert run("issue_key", "--organization", organization, "--user", "ada@example.com").startswith(
        "kr_live_"
    )


def test_quota_can_be_set_and_removed(organization: str):
    run("set_quota", organization, "5")
    assert Organization.objects.get().ai_quota == 5

    run("set_quota", organization, "none")
    assert Organization.objects.get().ai_quota is None


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (
            ["create_project", "Bad Slug", "--organization", "ORG", "--site-url", "https://example.com"],
            "lower-case",
        ),
        (["create_project", "site", "--organization", "ORG", "--site-url", "nonsense"], "valid URL"),
        (["create_user", "nonsense", "--organization", "ORG"], "valid email"),
        (["create_user", "ada@example.com", "--organization", "nowhere"], "Organisation .* not found"),
        (["issue_key", "--organization", "ORG", "--user", "nobody@example.com"], "User .* not found"),
        (["issue_key", "--organization", "ORG", "--user", "o@example.com", "--days", "0"], "1 to 36500"),
        (["issue_key", "--organization", "ORG", "--user", "o@example.com", "--days", "9" * 9], "1 to 36500"),
        (
            ["issue_key", "--organization", "ORG", "--user", "o@example.com", "--name", "x" * 201],
            "at most 200",
        ),
        (["revoke_key", "nowhere"], "Key .* not found"),
        (["set_quota", "ORG", "many"], "whole number"),
        (["set_quota", "ORG", "²"], "whole number"),
        (["set_quota", "ORG", "9" * 5000], "whole number"),
        (["set_quota", "ORG", "9" * 15], "less than or equal"),
        (["create_organization", "Shop", "--quota", "9" * 15], "less than or equal"),
    ],
)
def test_command_errors_are_sentences(organization: str, command: list[str], message: str):
    run("create_user", "o@example.com", "--organization", organization)

    with pytest.raises(CommandError, match=message):
        run(*[organization if word == "ORG" else word for word in command])


@pytest.mark.parametrize(
    ("password", "message"),
    [("x", "too short"), ("password1234", "too common"), ("ada@example.com", "too similar to the e-mail")],
)
def test_weak_password_is_rejected(
    organization: str, monkeypatch: pytest.MonkeyPatch, password: str, message: str
):
    monkeypatch.setenv("KRAFTER_PASSWORD", password)

    with pytest.raises(CommandError, match=f"KRAFTER_PASSWORD: .*{message}"):
        run("create_user", "ada@example.com", "--organization", organization)

    assert not User.objects.exists()


def test_key_for_a_user_without_membership_is_rejected(organization: str):
    other = run("create_organization", "Other")
    run("create_user", "ada@example.com", "--organization", other)

    with pytest.raises(CommandError, match="not a member"):
        run("issue_key", "--organization", organization, "--user", "ada@example.com")


def test_weak_password_of_the_first_user_is_rejected():
    key = "kr_live_" + "k" * 43

    with pytest.raises(CommandError, match=r"KRAFTER_ADMIN_PASSWORD: .*too short.* Choose another"):
        run("seed_installation", "--api-key", key, "--admin-password", "secret")

    assert not User.objects.exists()


def test_seeding_twice_creates_one_installation():
    key = "kr_live_" + "k" * 43
    arguments = ["--api-key", key, "--admin-password", PASSWORD, "--site-url", "http://127.0.0.1:1"]

    first = json.loads(run("seed_installation", *arguments))
    again = json.loads(run("seed_installation", *arguments))

    assert first == again
    assert list(first) == ["org_id", "project_id", "api_key", "admin"]
    assert (Organization.objects.count(), User.objects.count(), Project.objects.count(), ApiKey.objects.count()) == (
        1, 1, 1, 1,
    )  # fmt: skip


def test_seeding_again_finds_the_owner_with_another_address_and_organisation():
    arguments = ["--api-key", "kr_live_" + "k" * 43, "--admin-password", PASSWORD]
    first = json.loads(run("seed_installation", *arguments))
    User.objects.update(email="ada@example.com")
    services.set_member(services.create_organization("Another"), User.objects.get(), role="viewer")

    again = json.loads(run("seed_installation", *arguments))

    assert again == {**first, "admin": {"email": "ada@example.com", "password": PASSWORD}}
    assert (Organization.objects.count(), User.objects.count()) == (2, 1)


def test_seeding_with_another_key_issues_it_in_the_first_organisation():
    arguments = ["--admin-password", PASSWORD, "--api-key"]
    first = json.loads(run("seed_installation", *arguments, "kr_live_" + "k" * 43))
    services.set_member(services.create_organization("Another"), User.objects.get(), role="viewer")

    again = json.loads(run("seed_installation", *arguments, "kr_live_" + "l" * 43))

    assert (again["org_id"], ApiKey.objects.count()) == (first["org_id"], 2)
