import pytest

from remediation.admin import timeline
from remediation.services import tasks
from tests import factories
from tests.factories import Scenario


@pytest.mark.django_db
def test_timeline_names_changed_fields_as_the_form_does(scenario: Scenario) -> None:
    task = factories.task(scenario)
    changes = {
        "sla_due_at": None,
        "external_ticket_key": "WEB-7",
        "pr_url": "https://github.com/acme/web/pull/7",
    }
    tasks.update(task.pk, changes=changes, by=scenario.actor)

    newest = timeline.entries(task.finding)[0]

    assert sorted(newest.detail.split("; ")) == [
        "due date changed",
        "pull request changed",
        "ticket changed",
    ]
