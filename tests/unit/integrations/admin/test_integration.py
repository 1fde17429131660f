"""The list and the page of integrations in the admin."""

import html
from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from accounts.services import create_project
from integrations import services
from integrations.models import Integration, SyncConflict, SyncRun, TicketLink, Webhook
from integrations.providers.registry import PROVIDERS
from integrations.webhooks.services import enable, open_secret
from tests import factories, staff
from tests.factories import Scenario
from tests.fakes.trackers.github import FakeGitHub
from tests.staff import admin_url, messages_of, run_action
from tests.unit.integrations.conftest import CREDENTIALS

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_admin_actions_sync_and_disconnect(project: Project) -> None:
    row = services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)
    browser, address = staff.logged_in_client(), "/admin/integrations/integration/"

    browser.post(address, {"action": "sync_now", "_selected_action": str(row.pk)})
    syncing = Integration.objects.get().status
    browser.post(address, {"action": "disconnect", "_selected_action": str(row.pk), "confirmed": "1"})
    page = browser.post(address, {"action": "sync_now", "_selected_action": str(row.pk)}, follow=True)

    assert (syncing, Integration.objects.get().status) == ("syncing", "disconnected")
    assert "not connected" in page.content.decode()


def test_admin_list_takes_a_constant_number_of_queries(
    project: Project, django_assert_max_num_queries: Any
) -> None:
    browser = staff.logged_in_client()
    for slug in ("a", "b", "c", "d", "e", "f"):
        other = create_project(project.organization, slug=slug, site_url="https://example.com")
        services.connect(other, "github", credentials=CREDENTIALS, by=SYSTEM)

    with django_assert_max_num_queries(9):
        page = browser.get("/admin/integrations/integration/")

    states = {tile["provider_class"].name: tile["states"] for tile in page.context["tiles"]}
    assert states == {name: [] for name in PROVIDERS} | {"github": [("6 connected", "success")]}


def test_disconnect_is_confirmed_before_it_deletes_anything(project: Project) -> None:
    row = services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)

    page = run_action(staff.logged_in_client(), "disconnect", row)

    assert "The credentials and the webhook are deleted." in page.content.decode()
    assert Integration.objects.get().status == "connected"


def test_page_says_what_is_wrong_and_what_to_do_next(project: Project) -> None:
    row = services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)
    error = "GitHub does not accept the token: connect again."
    services.sync_now(project, "github", by=SYSTEM)
    Integration.transitions.update(
        Integration.objects.filter(pk=row.pk), "syncing", "error", last_error=error, failures=2
    )
    SyncRun.objects.create(
        integration=row, error=error, refusals=[{"subject": "#7", "reason": "It is locked."}]
    )

    page = staff.logged_in_client().get(admin_url(Integration, "change", row.pk)).content.decode()

    for words in ("Failing", error, "Reconnect with valid credentials.", "It is locked.", "1 refused"):
        assert words in page
    assert CREDENTIALS["token"] not in page


def test_conflict_is_resolved_on_the_page_and_leads_back(scenario: Scenario) -> None:
    row = services.connect(scenario.project, "github", credentials=CREDENTIALS, by=SYSTEM)
    task = factories.task(scenario)
    synced = {"task": {"title": "Ours"}, "ticket": {"title": "Theirs"}}
    link = TicketLink.objects.create(integration=row, task=task, key="7", last_synced=synced)
    conflict = SyncConflict.objects.create(
        integration=row, link=link, field="title", ours="Ours", theirs="Theirs", reason="Both were changed."
    )
    browser, page_url = staff.logged_in_client(), admin_url(Integration, "change", row.pk)

    shown = browser.get(page_url).content.decode()
    page = run_action(browser, "keep_theirs", conflict, _back=page_url, confirmed="1")

    task.refresh_from_db()
    assert ("Keep the ticket's value" in html.unescape(shown), task.title) == (True, "Theirs")
    assert page.redirect_chain == [(page_url, 302)]
    assert "No open conflict." in page.content.decode()


def test_webhook_secret_is_shown_once_and_never_stored_by_a_cache(project: Project) -> None:
    row = services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)
    browser = staff.logged_in_client()

    page = browser.post(f"/admin/integrations/integration/{row.pk}/webhook/")
    secret = open_secret(Webhook.objects.get())
    later = browser.get(admin_url(Integration, "change", row.pk)).content.decode()

    assert secret in page.content.decode()
    assert "no-store" in page["cache-control"]
    assert secret not in later
    assert "/api/v1/hooks/github/" in later


def test_webhook_takes_the_secret_of_the_provider(project: Project) -> None:
    row = services.connect(project, "linear", credentials={"api_key": "lin_api_1234"}, by=SYSTEM)
    address = f"/admin/integrations/integration/{row.pk}/webhook/"

    refused = staff.logged_in_client().post(address, {"secret": "short"}, follow=True)
    page = staff.logged_in_client().post(address, {"secret": "chosen-by-linear"}, follow=True)

    assert "at least 8 characters" in messages_of(refused)[0]
    assert open_secret(Webhook.objects.get()) == "chosen-by-linear"
    assert "chosen-by-linear" not in page.content.decode()


def test_webhook_is_disabled_after_confirmation(project: Project) -> None:
    services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)
    webhook, _ = enable(project, "github", secret=None, by=SYSTEM)
    browser = staff.logged_in_client()

    run_action(browser, "disable", webhook)
    before = Webhook.objects.count()
    run_action(browser, "disable", webhook, confirmed="1")

    assert (before, Webhook.objects.count()) == (1, 0)


def test_stored_credentials_are_tested_with_a_readable_answer(project: Project, github: FakeGitHub) -> None:
    row = services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)
    browser = staff.logged_in_client()

    accepted = run_action(browser, "test_connection", row)
    github.token = "another"
    refused = run_action(browser, "test_connection", row)

    shown = [
        (message.level_tag, str(message))
        for page in (accepted, refused)
        for message in page.context["messages"]
    ]
    assert shown == [
        ("success", f"GitHub of {project}: GitHub accepts the credentials."),
        ("error", f"GitHub of {project}: GitHub does not accept the token: connect again."),
    ]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        (None, set()),
        (services.sync_now, {"sync_now"}),
        (services.disconnect, {"sync_now", "test_connection", "disconnect"}),
    ],
)
def test_page_refuses_what_its_state_does_not_allow(project: Project, change: Any, refused: set[str]) -> None:
    row = services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)
    if change:
        change(project, "github", by=SYSTEM)

    page = staff.logged_in_client().get(admin_url(Integration, "change", row.pk))

    assert {button.name for button in page.context["buttons"] if button.refusal} == refused


def test_page_of_a_running_sync_updates_itself(project: Project) -> None:
    row = services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)
    browser, path = staff.logged_in_client(), admin_url(Integration, "change", row.pk)
    idle = browser.get(path)
    services.sync_now(project, "github", by=SYSTEM)

    by_reload = browser.get(path)
    browser.cookies["time_zone"] = "UTC"  # scripts run
    by_script = browser.get(path)

    assert [page.content.decode().count("data-live") for page in (idle, by_reload, by_script)] == [0, 2, 2]
    assert [page.headers.get("Refresh") for page in (idle, by_reload, by_script)] == [None, "5", None]
