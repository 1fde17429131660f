"""The page that imports a report of another tool."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, Project
from findings.imports import FORMATS
from findings.imports.admin import FORMAT_LABELS
from findings.models import Finding
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url, messages_of

pytestmark = pytest.mark.django_db
VIOLATION = {
    "id": "image-alt",
    "impact": "critical",
    "help": "Images must have alternative text",
    "nodes": [],
}
REPORT = {"url": "https://example.com/", "violations": [VIOLATION]}


@pytest.fixture
def page() -> str:
    return reverse("admin:findings_finding_import_report")


@pytest.fixture
def member(scenario: Scenario) -> Client:
    return staff.logged_in_client(staff.member_of(scenario.organization, "member"))


def send(client: Client, page: str, project: Project, content: bytes | Any, **values: str) -> Any:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    form = {
        "project": str(project.pk),
        "format": "axe",
        "file": SimpleUploadedFile("axe.json", raw),
        **values,
    }
    return client.post(page, form, follow=True)


def test_list_leads_to_the_form(member: Client, page: str) -> None:
    assert f'href="{page}"' in member.get(admin_url(Finding, "changelist")).content.decode()
    assert member.get(page).status_code == 200


def test_form_names_each_format_of_the_api() -> None:
    assert set(FORMAT_LABELS) == set(FORMATS)


def test_report_becomes_findings_and_is_known_the_second_time(
    scenario: Scenario, member: Client, page: str
) -> None:
    first, second = (messages_of(send(member, page, scenario.project, REPORT)) for _ in range(2))

    [finding] = Finding.objects.all()
    assert (finding.project, finding.severity, finding.domain) == (
        scenario.project,
        "critical",
        "accessibility",
    )
    assert first == ["The report is imported. New findings: 1. Known findings: 0."]
    assert second == ["The report is imported. New findings: 0. Known findings: 1."]


@pytest.mark.parametrize(
    ("content", "values", "message"),
    [
        (b"", {}, "The file is not valid JSON"),
        (b"PK\x03\x04", {}, "The file is not valid JSON"),
        (b"\xff{}", {}, "it is not UTF-8"),
        (b'{"a": 1, "a": 2}', {}, "the key &#x27;a&#x27; twice"),
        (b"[" * 100 + b"]" * 100, {}, "nested more than 64 levels deep"),
        (b'"text"', {}, "Send the report as a JSON object"),
        ({"violations": 7}, {}, "This is not a result of axe-core"),
        (REPORT, {"format": "zap"}, "not a report of ZAP"),
        (REPORT, {"format": "pdf"}, "Select a valid choice"),
        (b" " * (16 * 1024 * 1024), {}, "The file is not valid JSON"),
        (b" " * (16 * 1024 * 1024 + 1), {}, "The file is larger than 16 MiB."),
    ],
)
def test_wrong_file_is_named_and_changes_nothing(
    content: Any, values: dict[str, str], message: str, scenario: Scenario, member: Client, page: str
) -> None:
    response = send(member, page, scenario.project, content, **values)

    assert response.status_code == 200
    assert message in response.content.decode()
    assert Finding.objects.count() == 0


def test_project_of_another_organisation_is_refused(member: Client, page: str) -> None:
    other = factories.scenario().project

    response = send(member, page, other, REPORT)

    assert "Select a valid choice." in response.content.decode()
    assert Finding.objects.count() == 0


def test_archived_project_is_not_offered(scenario: Scenario, member: Client, page: str) -> None:
    Project.objects.filter(pk=scenario.project.pk).update(archived_at="2026-01-01T00:00:00Z")

    response = send(member, page, scenario.project, REPORT)

    assert "Select a valid choice." in response.content.decode()
    assert Finding.objects.count() == 0


def test_viewer_imports_nothing(scenario: Scenario, page: str) -> None:
    viewer = staff.logged_in_client(staff.member_of(scenario.organization, "viewer"))

    response = send(viewer, page, scenario.project, REPORT)

    assert response.status_code == 403
    assert page not in viewer.get(admin_url(Finding, "changelist")).content.decode()
    assert Finding.objects.count() == 0


def test_viewer_of_an_organisation_imports_nothing_into_it_as_a_member_of_another(
    scenario: Scenario, page: str
) -> None:
    viewed = factories.scenario()
    user = staff.member_of(scenario.organization, "member")
    Membership.objects.create(organization=viewed.organization, user=user, role="viewer")
    client = staff.logged_in_client(user)

    form = client.get(page).content.decode()
    response = send(client, page, viewed.project, REPORT)

    # The only project with the permission is chosen.
    assert f'<option value="{scenario.project.pk}" selected>' in form
    assert str(viewed.project.pk) not in form
    assert "Select a valid choice." in response.content.decode()
    assert Finding.objects.count() == 0


def test_superuser_imports_into_the_project_that_is_chosen_in_the_menu(scenario: Scenario, page: str) -> None:
    factories.scenario()
    client = staff.logged_in_client()
    client.post(reverse("admin_choose_project"), {"project": str(scenario.project.pk)})

    form = client.get(page).content.decode()
    send(client, page, scenario.project, REPORT)

    assert f'<option value="{scenario.project.pk}" selected>' in form
    assert Finding.objects.get().project == scenario.project
