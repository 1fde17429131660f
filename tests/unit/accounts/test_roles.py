"""Staff view and change in the admin the rows of their organisations, as far as their roles allow."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.actors import SYSTEM
from accounts.models import ApiKey, Membership, Organization, Project, User
from accounts.roles import role_allows
from accounts.services import remove_member
from events.models import Event
from findings.models import Finding
from operations.models import Backup, RestoreDrill
from remediation.models import Policy, Task
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import ROWS, admin_url, member_of

Role = Membership.Role
# Models that belong to the installation and not to an organisation.
FOR_SUPERUSERS = (Group, Backup, RestoreDrill)
MODELS = [model for model in admin.site._registry if model not in FOR_SUPERUSERS]
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def urls_of(model: type[Model], row: Model) -> list[str]:
    """Return the URLs of the admin that show a row."""
    return [admin_url(model, "change", row.pk), admin_url(model, "history", row.pk), *own_urls_of(model, row)]


def own_urls_of(model: type[Model], row: Model) -> list[str]:
    """Return the URLs of the row's pages beyond Django's own."""
    prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
    of_django = {f"{prefix}{page}" for page in ("changelist", "add", "history", "delete", "change")}
    values = {"pk": row.pk, "project_id": getattr(row, "project_id", None), "provider": "github"}
    urls = []
    for route in admin.site._registry[model].get_urls():
        parameters, name = set(route.pattern.converters), route.name or ""
        if name.startswith(prefix) and name not in of_django and {"pk", "project_id"} & parameters:
            arguments = {parameter: values[parameter] for parameter in parameters}
            urls.append(reverse(f"admin:{name}", kwargs=arguments))
    return urls


@every_model
def test_rows_of_another_organisation_are_neither_listed_nor_found_nor_opened(model: type[Model]):
    own, other = factories.scenario(), factories.scenario()
    mine, theirs = ROWS[model](own), ROWS[model](other)
    client = staff.logged_in_client(member_of(own.organization, Role.OWNER))

    listed = client.get(admin_url(model, "changelist"))
    found = client.get(admin_url(model, "changelist"), {"q": str(theirs.pk)})
    opened = [client.get(url) for url in urls_of(model, theirs)]
    sent = [client.post(url) for url in own_urls_of(model, theirs)]

    keys = {row.pk for row in listed.context["cl"].queryset}
    assert (mine.pk in keys, theirs.pk in keys) == (True, False)
    assert theirs.pk not in {row.pk for row in found.context["cl"].queryset}
    # Django redirects from the page of an absent row to the index.
    assert {(page.status_code, page.headers.get("location")) for page in opened} <= {
        (302, "/admin/"), (404, None),
    }  # fmt: skip
    assert {page.status_code for page in sent} <= {404, 405}  # 405: a page that is only for reading
    assert client.get(admin_url(model, "change", mine.pk)).status_code == 200


@every_model
def test_viewer_is_offered_no_change(model: type[Model]):
    own = factories.scenario()
    client = staff.logged_in_client(member_of(own.organization, Role.VIEWER))

    page = client.get(admin_url(model, "change", ROWS[model](own).pk))
    added = client.get(admin_url(model, "add"))

    assert page.context["has_change_permission"] is False
    assert {button.name for button in page.context["buttons"]} <= {"test"}  # of a policy: reads only
    assert added.status_code == 403


@every_model
def test_removed_member_reaches_nothing_by_an_earlier_session(model: type[Model]):
    own = factories.scenario()
    row = ROWS[model](own)
    client = staff.logged_in_client(user := member_of(own.organization, Role.ADMIN))
    opened = client.get(admin_url(model, "change", row.pk)).status_code
    before = model._default_manager.filter(pk=row.pk).values().get()

    remove_member(user.memberships.get(), by=SYSTEM)
    pages = [client.get(url).status_code for url in urls_of(model, row)]
    forms = [client.post(url).status_code for url in urls_of(model, row)]

    assert opened == 200
    assert {*pages, *forms} <= {302, 403, 404, 405}
    assert model._default_manager.filter(pk=row.pk).values().get() == before


def selectable_ids(client: Client, model: type[Model], field: str) -> set[str]:
    """Return what the autocomplete of a field offers."""
    parameters = {
        "app_label": model._meta.app_label,
        "model_name": model._meta.model_name,
        "field_name": field,
    }
    answer: dict[str, Any] = client.get(reverse("admin:autocomplete"), parameters).json()
    return {result["id"] for result in answer["results"]}


def test_pickers_offer_rows_of_own_organisations_alone():
    own, other = factories.scenario(), factories.scenario()
    finding, _ = factories.finding(own), factories.finding(other)
    client = staff.logged_in_client(user := member_of(own.organization, Role.MEMBER))

    assert selectable_ids(client, Task, "finding") == {str(finding.pk)}
    assert selectable_ids(client, Finding, "project") == {str(own.project.pk)}
    assert selectable_ids(client, Finding, "owner") == {str(own.owner.pk), str(user.pk)}


def test_row_cannot_be_created_in_another_organisation():
    own, other = factories.scenario(), factories.scenario()
    client = staff.logged_in_client(member_of(own.organization, Role.ADMIN))
    data = {"project": other.project.pk, "domain": "seo", "title": "Planted", "affected_assets": "[]"}

    page = client.post(reverse("admin:findings_finding_add"), data)

    assert "project" in page.context["adminform"].form.errors
    assert not Finding.objects.filter(title="Planted").exists()


def test_key_of_another_organisation_cannot_be_issued_or_revoked():
    own, other = factories.scenario(), factories.scenario()
    client = staff.logged_in_client(member_of(own.organization, Role.OWNER))
    key = ApiKey.objects.get(organization=other.organization)
    data = {"organization": other.organization.pk, "user": other.owner.pk, "name": "x", "scopes": ["*"]}

    client.post(reverse("admin:accounts_apikey_add"), data)
    staff.run_action(client, "revoke", key, confirmed="1")

    key.refresh_from_db()
    assert key.revoked_at is None
    assert ApiKey.objects.filter(organization=other.organization).count() == 1


def test_role_is_valid_in_its_organisation_alone(scenario: Scenario):
    elsewhere = factories.scenario()
    user = member_of(scenario.organization, Role.VIEWER)
    Membership.objects.create(organization=elsewhere.organization, user=user, role=Role.ADMIN)
    client = staff.logged_in_client(user)
    read_only, mine = factories.task(scenario), factories.task(elsewhere)

    page = staff.run_action(client, "start", read_only, mine, confirmed="1")

    assert [Task.objects.get(pk=row.pk).status for row in (read_only, mine)] == ["backlog", "in_progress"]
    assert any(
        "your role in this organisation does not allow this" in text.lower()
        for text in staff.messages_of(page)
    )


@every_model
def test_owner_elsewhere_changes_nothing_as_a_viewer(model: type[Model]):
    own, elsewhere = factories.scenario(), factories.scenario()
    user = member_of(own.organization, Role.VIEWER)
    Membership.objects.create(organization=elsewhere.organization, user=user, role=Role.OWNER)
    row, client = ROWS[model](own), staff.logged_in_client(user)
    selected = {"index": "0", "_selected_action": [str(row.pk)], "confirmed": "1"}
    before = (model._default_manager.filter(pk=row.pk).values().get(), Event.objects.count())

    forms = [client.post(url) for url in (admin_url(model, "change", row.pk), *own_urls_of(model, row))]
    for action in admin.site._registry[model].actions:
        name = getattr(action, "__name__", action)
        client.post(admin_url(model, "changelist"), {**selected, "action": name})

    assert {form.status_code for form in forms} <= {403, 405}
    assert (model._default_manager.filter(pk=row.pk).values().get(), Event.objects.count()) == before


def test_rights_of_a_group_end_at_the_organisation(scenario: Scenario):
    other = factories.scenario()
    user = member_of(scenario.organization, Role.MEMBER)
    group = Group.objects.create(name="Keys")
    group.permissions.set(Permission.objects.filter(codename__in=["view_apikey", "change_apikey"]))
    user.groups.add(group)
    client = staff.logged_in_client(user)
    mine = ApiKey.objects.get(organization=scenario.organization)
    theirs = ApiKey.objects.get(organization=other.organization)

    staff.run_action(client, "revoke", mine, theirs, confirmed="1")

    assert [ApiKey.objects.get(pk=row.pk).revoked_at is None for row in (mine, theirs)] == [False, True]


@pytest.mark.parametrize("role", Role.values)
def test_rights_of_a_group_need_a_role_above_viewer_in_the_organisation(scenario: Scenario, role: str):
    elsewhere = factories.scenario().organization
    user = member_of(scenario.organization, role)
    group = Group.objects.create(name="Keys")
    group.permissions.set(Permission.objects.filter(codename="delete_apikey"))
    user.groups.add(group)

    may = [
        user.has_perm("accounts.delete_apikey", organization.pk)
        for organization in (scenario.organization, elsewhere)
    ]

    assert may == [role != Role.VIEWER, False]
    assert not user.has_perm("accounts.delete_project", scenario.organization.pk)


def test_groups_are_for_superusers(scenario: Scenario):
    user = member_of(scenario.organization, Role.OWNER)
    group = Group.objects.create(name="Staff")
    group.permissions.set(Permission.objects.filter(content_type__app_label="auth"))
    user.groups.add(group)
    client = staff.logged_in_client(user)

    pages = [
        client.get(admin_url(Group, page, *args))
        for page, args in (("changelist", ()), ("change", (group.pk,)))
    ]

    assert [page.status_code for page in pages] == [403, 403]


def test_owner_does_not_raise_the_quota(scenario: Scenario):
    client = staff.logged_in_client(member_of(scenario.organization, Role.OWNER))
    formset = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}

    client.post(
        admin_url(Organization, "change", scenario.organization.pk),
        {"name": "Renamed", "ai_quota": "999999", **formset},
    )

    scenario.organization.refresh_from_db()
    assert (scenario.organization.name, scenario.organization.ai_quota) == ("Renamed", None)


@pytest.mark.parametrize(
    ("role", "permission", "allowed"),
    [
        ("viewer", "findings.view_finding", True),
        ("viewer", "findings.change_finding", False),
        ("member", "findings.change_finding", True),
        ("member", "integrations.change_integration", False),
        ("admin", "integrations.change_integration", True),
        ("admin", "accounts.change_membership", False),
        ("owner", "accounts.change_membership", True),
        ("admin", "accounts.change_organization", False),
        ("owner", "accounts.add_organization", False),
        ("owner", "accounts.add_user", False),
        ("owner", "auth.change_group", False),
        ("owner", "findings.delete_finding", False),
    ],
)
def test_permissions_of_a_role(role: str, permission: str, allowed: bool):
    assert role_allows(role, permission) is allowed


def test_member_changes_what_belongs_to_the_work_on_findings_alone():
    changeable = {
        model._meta.label
        for model in MODELS
        if role_allows("member", f"{model._meta.app_label}.change_{model._meta.model_name}")
    }

    assert changeable == {
        "assurance.GuardWindow", "bulk_changes.BulkChange", "campaigns.Campaign", "findings.Finding",
        "findings.Regression", "remediation.Task", "remediation.Verification", "reports.Report", "reports.Share",
        "scans.Scan",
    }  # fmt: skip


def test_viewer_may_test_a_policy(scenario: Scenario):
    policy = ROWS[Policy](scenario)
    client = staff.logged_in_client(member_of(scenario.organization, Role.VIEWER))

    page = staff.run_action(client, "test", policy)

    assert staff.messages_of(page) == [f"{policy}: 0 findings, 0 of them critical."]


@every_model
def test_filter_by_an_id_of_another_organisation_shows_no_name(model: type[Model]):
    own, other = factories.scenario(), factories.scenario()
    ROWS[model](own)
    client = staff.logged_in_client(member_of(own.organization, Role.OWNER))
    Organization.objects.filter(pk=other.organization.pk).update(name="Secret organisation")
    Project.objects.filter(pk=other.project.pk).update(name="Secret project")
    User.objects.filter(pk=other.owner.pk).update(name="Secret person")
    ids = {"organization": other.organization.pk, "project": other.project.pk, "owner": other.owner.pk}

    pages = [
        client.get(admin_url(model, "changelist"), {f"{name}__id__exact": str(pk)}).content.decode()
        for name, pk in ids.items()
    ]

    assert not [page for page in pages if "Secret" in page]


@pytest.mark.parametrize(("app", "status"), [("findings", 200), ("operations", 404)])
def test_index_of_an_app_is_shown_to_members_who_see_its_rows(scenario: Scenario, app: str, status: int):
    client = staff.logged_in_client(member_of(scenario.organization, Role.VIEWER))

    page = client.get(reverse("admin:app_list", args=[app]))

    assert page.status_code == status
