"""Pages of conflicts, ticket links and sync runs in the admin."""

import pytest
from django.test import Client

from integrations.models import Integration, SyncConflict, SyncRun, TicketLink
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import ROWS, admin_url, run_action

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(db: None) -> Client:
    return staff.logged_in_client()


def test_names_of_rows_say_provider_and_project(scenario: Scenario) -> None:
    run = ROWS[SyncRun](scenario)

    assert str(run.integration) == f"GitHub of {scenario.project}"
    assert str(run).startswith("Sync of ")


def test_conflict_of_states_shows_them_in_words(operator: Client, scenario: Scenario) -> None:
    conflict = ROWS[SyncConflict](scenario)
    SyncConflict.objects.filter(pk=conflict.pk).update(field="state", ours="ready_verify", theirs="open")

    pages = [
        operator.get(admin_url(SyncConflict, "change", conflict.pk)).content.decode(),
        operator.get(admin_url(SyncConflict, "changelist")).content.decode(),
        operator.get(admin_url(Integration, "change", conflict.integration_id)).content.decode(),
    ]

    assert [("Ready to verify" in page, "ready_verify" in page) for page in pages] == [(True, False)] * 3


def test_ticket_link_shows_the_values_of_the_last_sync(operator: Client) -> None:
    link = ROWS[SyncConflict](factories.scenario()).link

    page = operator.get(admin_url(TicketLink, "change", link.pk)).content.decode()

    assert "<div>Task: Title Fix it</div><div>Ticket: Title Fix it</div>" in page


def test_sync_run_shows_what_was_refused_and_noted(operator: Client, scenario: Scenario) -> None:
    run = ROWS[SyncRun](scenario)
    SyncRun.objects.filter(pk=run.pk).update(
        refusals=[{"subject": "Issue 7", "reason": "It is locked."}], notes=["Read again."]
    )

    page = operator.get(admin_url(SyncRun, "change", run.pk)).content.decode()

    assert ("<div>Issue 7: It is locked.</div>" in page, "<div>Read again.</div>" in page) == (True, True)


def test_empty_value_of_a_conflict_is_called_empty_in_the_list_too(
    operator: Client, scenario: Scenario
) -> None:
    conflict = ROWS[SyncConflict](scenario)
    SyncConflict.objects.filter(pk=conflict.pk).update(ours="", theirs="Fix the header")

    pages = [
        operator.get(admin_url(SyncConflict, "changelist")).content.decode(),
        operator.get(admin_url(Integration, "change", conflict.integration_id)).content.decode(),
    ]

    assert [">empty<" in page for page in pages] == [True, True]


def test_resolved_conflict_offers_no_value_to_keep(operator: Client, scenario: Scenario) -> None:
    conflict = ROWS[SyncConflict](scenario)
    run_action(operator, "keep_ours", conflict, confirmed="1")

    page = operator.get(admin_url(SyncConflict, "change", conflict.pk))

    assert [button.refusal for button in page.context["buttons"]] == ["The conflict is resolved."] * 2
