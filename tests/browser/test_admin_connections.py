"""Journeys in a real browser: connect a provider by its form, and issue and revoke an API key."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from accounts.actors import SYSTEM
from accounts.models import ApiKey
from integrations import services
from integrations.credentials import open_credentials
from integrations.models import Integration, SyncConflict, SyncRun, TicketLink
from remediation.collaboration import services as collaboration
from remediation.models import Task
from tests import factories, staff
from tests.browser.visitor import visiting
from tests.factories import Scenario
from tests.fakes.tracker import serve
from tests.fakes.trackers.github import FakeGitHub
from tests.staff import admin_url

pytestmark = [pytest.mark.needs_chromium, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def github(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeGitHub]:
    """GitHub on loopback."""
    settings.KRAFTER_ALLOWED_NETWORKS = "127.0.0.0/8"
    with serve(FakeGitHub()) as fake:
        monkeypatch.setenv("KRAFTER_GITHUB_URL", fake.api_url)
        yield fake


def failing_integration(scenario: Scenario) -> Integration:
    """Create an integration with runs, a conflict and a ticket, whose last sync has failed."""
    error = "Jira does not accept the credentials: connect again."
    row = services.connect(scenario.project, "jira", credentials={"api_token": "jt-123456"}, by=SYSTEM)
    services.sync_now(scenario.project, "jira", by=SYSTEM)
    Integration.transitions.update(
        Integration.objects.filter(pk=row.pk), "syncing", "error", last_error=error, failures=3
    )
    for outcome in ("succeeded", "paused", "failed"):
        run = SyncRun.objects.create(integration=row, pulled=4, pushed=2, notes=["A feature is disabled."])
        SyncRun.transitions.apply(run, outcome, finished_at=run.started_at)
    task = factories.task(scenario)
    synced = {"task": {"title": "Ours"}, "ticket": {"title": "Theirs"}}
    link = TicketLink.objects.create(
        integration=row, task=task, key="SHOP-7", url="https://acme.atlassian.net/7", last_synced=synced
    )
    SyncConflict.objects.create(
        integration=row,
        link=link,
        field="title",
        ours="Ours",
        theirs="Theirs",
        reason="Both sides were changed.",
    )
    collaboration.add_comment(task, body="Deployed at noon.", by=scenario.actor)
    collaboration.set_labels(task.pk, project=scenario.project, names=["headers", "quick win"], by=SYSTEM)
    return row


def test_provider_is_tested_connected_and_disconnected_by_its_form(
    live_server: Any, scenario: Scenario, github: FakeGitHub
) -> None:
    row = failing_integration(scenario)
    user = staff.member_of(scenario.organization, "owner")

    with visiting(live_server.url, "desktop") as visitor:
        page = visitor.page
        visitor.sign_in(user)
        visitor.open(admin_url(Integration, "add"))
        visitor.check_page("providers")
        page.get_by_role("link", name="Connect GitHub").click()
        page.wait_for_selector("#id_repository")
        page.get_by_label("Repository").fill(github.repository)
        page.locator("#id_token").fill("ghp_rejected_0001")
        page.get_by_role("button", name="Test connection").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("text=The test failed.")
        visitor.check_page("connect")
        page.locator("#id_token").fill(github.token)
        page.get_by_role("button", name="Test connection").click()
        page.wait_for_selector("text=The test succeeded.")
        page.locator("#id_token").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("text=GitHub is connected. A sync has started.")
        visitor.check_page("connected")
        page.get_by_role("button", name="Disconnect").click()
        page.wait_for_selector("text=The credentials and the webhook are deleted.")
        visitor.check_page("disconnect")
        page.get_by_role("link", name="Cancel").click()
        page.wait_for_selector("text=No sync yet.")
        visitor.open(admin_url(Integration, "change", row.pk))
        visitor.check_page("integration-failing")
        page.get_by_role("button", name="Keep the ticket's value").click()
        page.wait_for_selector("text=is overwritten")
        page.get_by_role("button", name="Keep the ticket's value").click()
        page.wait_for_selector("text=No open conflict.")

    stored = Integration.objects.get(provider="github")
    assert visitor.problems == []
    assert open_credentials(stored) == {"token": github.token, "repository": github.repository}
    assert Task.objects.get().title == "Theirs"


def test_key_is_issued_copied_and_revoked_and_a_task_is_commented_on(
    live_server: Any, scenario: Scenario
) -> None:
    failing_integration(scenario)
    task, user = Task.objects.get(), staff.member_of(scenario.organization, "owner")

    with visiting(live_server.url) as visitor:
        page = visitor.page
        visitor.sign_in(user)
        visitor.open(admin_url(ApiKey, "add"))
        page.locator("#id_name").fill("Deploys")
        visitor.check_page("key-form")
        page.locator("#id_name").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector("text=It is not shown again.")
        visitor.check_page("key-issued")
        key = page.locator("code.k-code").inner_text()
        page.reload()  # sends the form again, unless the page has replaced its own entry in the history
        page.wait_for_selector("button[value=revoke]")
        visitor.check_page("key")
        shown_later = key in page.content()
        page.get_by_role("button", name="Revoke").click()
        page.wait_for_selector("text=A revoked key cannot be restored.")
        visitor.check_page("key-revoke")
        page.get_by_role("button", name="Revoke").click()
        page.wait_for_selector("button[value=revoke][disabled]")
        visitor.open(admin_url(ApiKey, "changelist"))
        visitor.check_page("keys")
        visitor.open(admin_url(Task, "change", task.pk))
        page.get_by_label("Add a comment").fill("It is live.")
        page.get_by_role("button", name="Comment", exact=True).click()
        page.wait_for_selector("text=Comment added.")
        page.get_by_role("button", name="Remove the label headers").click()
        page.wait_for_selector("text=Label “headers” removed.")
        visitor.check_page("task-comments")

    row = ApiKey.objects.get(name="Deploys")
    assert visitor.problems == []
    assert (key.startswith("kr_live_"), shown_later, row.revoked_at is None) == (True, False, False)
    assert Task.objects.get().label_names == ["quick win"]
