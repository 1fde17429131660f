"""Staff can only read what belongs to an archived project, except for revoking access and restoring the project."""

from typing import Any

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.errors import ProjectArchived
from accounts.models import ApiKey, Project
from events.models import Event
from findings.models import Finding
from integrations.models import Integration, Webhook
from krafter_audit.admin.archived_projects import OPERATE_ON_ARCHIVED
from notifications.models import Destination
from remediation.models import Task
from reports.models import Share
from scans.models import Scan, SiteCredentials
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import ROWS, admin_url, messages_of, run_action

pytestmark = pytest.mark.django_db
REASON = ProjectArchived.message
MODELS_OF_PROJECTS = [
    model
    for model, page in admin.site._registry.items()
    if getattr(page, "project_path", "") and model._meta.app_label != "operations"
]
# The values that the forms of the actions request.
FORM_VALUES = {
    "confirmed": "1", "set_values": "1", "severity": "low", "priority": "low", "reason": "false_positive",
    "comment": "Not on this site.", "hours": "24", "body": "A comment", "add": "a label", "name": "Other",
    "config": "{}", "channel": "link", "days": "7", "title": "Other title",
}  # fmt: skip
ALLOWED_ACTIONS = [
    (Share, "revoke", "revoked."),
    (SiteCredentials, "delete_credentials", "deleted."),
    (Destination, "delete_destination", "deleted."),
    (Integration, "disconnect", "disconnected."),
    (Webhook, "disable", "disabled."),
    (ApiKey, "revoke", "revoked."),
    (Project, "restore", "restored."),
]


def archived_row(model: type[Model], scenario: Scenario) -> Model:
    row = ROWS[model](scenario)
    Project.objects.update(archived_at=timezone.now())
    return model._default_manager.get(pk=row.pk)


def actions_of(model: type[Model]) -> dict[str, frozenset[str]]:
    """Return the permissions of the model's actions, by name."""
    page: Any = admin.site._registry[model]
    actions = {getattr(action, "__name__", action): action for action in page.actions or ()}
    functions = {
        name: action if callable(action) else getattr(page, name) for name, action in actions.items()
    }
    return {name: frozenset(function.allowed_permissions) for name, function in functions.items()}


def refused_actions(model: type[Model]) -> set[str]:
    return {name for name, needed in actions_of(model).items() if not needed & {"view", OPERATE_ON_ARCHIVED}}


def pages_that_change(row: Model) -> list[str]:
    """Return the URLs below that of a row, and those that connect its project."""
    urls = []
    for pattern in admin.site._registry[type(row)].get_urls():
        if str(pattern.name).endswith(("_history", "_delete")):
            continue  # pages of Django: one changes nothing, the other is refused for all rows
        for args in ([row.pk], [getattr(row, "project_id", row.pk), "jira"]):
            try:
                urls.append(reverse(f"admin:{pattern.name}", args=args))
            except NoReverseMatch:
                continue
    return urls


def stored(model: type[Model]) -> Any:
    return list(model._default_manager.order_by("pk").values()), Event.objects.count()


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS_OF_PROJECTS, ids=lambda model: model._meta.label)
def test_requests_that_change_a_row_of_an_archived_project_are_refused_with_the_reason(
    model: type[Model], scenario: Scenario
) -> None:
    row, client = archived_row(model, scenario), staff.logged_in_client()
    before = stored(model)

    responses = {url: client.post(url, FORM_VALUES, follow=True) for url in pages_that_change(row)}
    responses |= {name: run_action(client, name, row, **FORM_VALUES) for name in refused_actions(model)}

    # 405: a page for GET only.
    unexplained = [
        name
        for name, response in responses.items()
        if response.status_code != 405 and REASON not in response.content.decode()
    ]
    assert (unexplained, stored(model)) == ([], before)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS_OF_PROJECTS, ids=lambda model: model._meta.label)
def test_actions_of_a_list_are_refused_before_they_show_a_form(
    model: type[Model], scenario: Scenario
) -> None:
    row, client = archived_row(model, scenario), staff.logged_in_client()

    pages = {name: run_action(client, name, row) for name in refused_actions(model)}

    forms = [name for name, page in pages.items() if "cl" not in page.context]
    unexplained = [
        name for name, page in pages.items() if not any(REASON in text for text in messages_of(page))
    ]
    assert (forms, unexplained) == ([], [])


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS_OF_PROJECTS, ids=lambda model: model._meta.label)
def test_page_of_a_row_says_that_its_project_is_archived_and_disables_buttons(
    model: type[Model], scenario: Scenario
) -> None:
    row = archived_row(model, scenario)

    page = staff.logged_in_client().get(admin_url(model, "change", row.pk))

    assert f'role="note">{REASON}' in page.content.decode()
    refused = {button.name for button in page.context["buttons"] if button.refusal == REASON}
    assert refused == refused_actions(model) - admin.site._registry[model].list_only_actions
    assert not page.context["has_change_permission"]


@pytest.mark.parametrize(("model", "action", "done"), ALLOWED_ACTIONS)
def test_access_is_revoked_and_a_project_is_restored(
    model: type[Model], action: str, done: str, scenario: Scenario
) -> None:
    row = archived_row(model, scenario)

    response = run_action(staff.logged_in_client(), action, row, confirmed="1")

    assert messages_of(response)[0].endswith(done)


def test_no_other_action_works_on_a_row_of_an_archived_project() -> None:
    found = {
        (model, name)
        for model in admin.site._registry
        for name, needed in actions_of(model).items()
        if OPERATE_ON_ARCHIVED in needed
    }

    # A key is of an organisation, and not of a project.
    assert found == {(model, action) for model, action, _ in ALLOWED_ACTIONS if model is not ApiKey}


def test_project_is_archived_and_restored_by_buttons(scenario: Scenario) -> None:
    client, project = staff.logged_in_client(), scenario.project

    confirmation = run_action(client, "archive", project).content.decode()
    run_action(client, "archive", project, confirmed="1")
    archived = Project.objects.get(pk=project.pk)
    run_action(client, "restore", project)

    assert "can only be read until it is restored" in confirmation
    assert archived.read_only_reason == REASON
    assert Project.objects.get(pk=project.pk).archived_at is None


def test_forms_offer_and_accept_no_archived_project_and_filters_offer_it(scenario: Scenario) -> None:
    Project.objects.update(archived_at=timezone.now())
    client = staff.logged_in_client()

    page = client.post(admin_url(Scan, "add"), {"project": scenario.project.pk, "url": ""})
    widget = client.get(admin_url(Scan, "add")).context["adminform"].form.fields["project"].widget

    assert page.context["adminform"].form.errors == {"project": [REASON]}
    assert not Scan.objects.exists()
    picker = getattr(widget, "widget", widget).get_url()
    assert selectable_ids(client, picker, Scan, "project") == []
    assert selectable_ids(client, reverse("admin:autocomplete"), Scan, "project") == [
        str(scenario.project.pk)
    ]


def selectable_ids(client: Client, url: str, model: type[Model], field: str) -> list[str]:
    names = {"app_label": model._meta.app_label, "model_name": model._meta.model_name, "field_name": field}
    separator = "&" if "?" in url else "?"
    query = "&".join(f"{name}={value}" for name, value in names.items())
    return [result["id"] for result in client.get(f"{url}{separator}{query}").json()["results"]]


def test_task_of_a_finding_of_an_archived_project_is_not_created(scenario: Scenario) -> None:
    finding = archived_row(Finding, scenario)

    page = staff.logged_in_client().post(
        admin_url(Task, "add"), {"finding": finding.pk, "title": "Fix it", "priority": "high"}
    )

    assert page.context["adminform"].form.errors["finding"] == [REASON]
    assert not Task.objects.exists()


def test_rows_of_other_projects_in_a_selection_are_changed(scenario: Scenario) -> None:
    finding = archived_row(Finding, scenario)
    other = factories.finding(factories.scenario())

    response = run_action(staff.logged_in_client(), "triage", finding, other, confirmed="1")

    assert messages_of(response)[0].startswith(f"1 finding changed, 1 refused: {REASON} (1)")
    assert list(Finding.objects.order_by("pk").values_list("status", flat=True)) == ["new", "triaged"]


def test_lists_of_a_chosen_project_say_that_it_is_archived(scenario: Scenario) -> None:
    archived_row(Finding, scenario)
    client = staff.logged_in_client()
    client.post("/admin/choose-project/", {"project": str(scenario.project.pk)})

    page = client.get(admin_url(Finding, "changelist")).content.decode()

    assert f'role="note">{REASON}' in page
