"""A ticket shows its task without evidence."""

from typing import Any

import pytest

from accounts.actors import SYSTEM
from campaigns import services as campaigns
from findings.models import Finding
from integrations.sync.tickets.three_way_merge import draft_of
from remediation.models import Task
from tests.unit.integrations.conftest import MakeTask

pytestmark = pytest.mark.django_db


def test_draft_has_the_fields_of_the_task_and_the_fix_of_its_finding(
    make_task: MakeTask, settings: Any
) -> None:
    settings.KRAFTER_PUBLIC_URL = "https://audit.example.com"
    task = make_task("Send a policy", priority="high", sla_due_at=None)

    draft = draft_of(task)

    assert (draft.marker, draft.title, draft.status, draft.priority) == (
        str(task.pk),
        "Send a policy",
        "backlog",
        "high",
    )
    assert (draft.due, draft.closed, draft.confidential) == (None, False, True)
    assert draft.url == f"https://audit.example.com/admin/remediation/task/{task.pk}/change/"
    assert draft.text == "Name a default.\n1. Add the header."


def test_draft_contains_no_evidence(make_task: MakeTask) -> None:
    task = make_task()
    Finding.objects.update(evidence={"request": "Cookie: session=4711"})

    assert "4711" not in repr(draft_of(Task.objects.select_related("finding").get(pk=task.pk)))


def test_done_task_is_closed_and_other_domains_are_not_confidential(make_task: MakeTask) -> None:
    task = make_task()
    Task.objects.update(status="done")
    Finding.objects.update(domain="seo")

    draft = draft_of(Task.objects.select_related("finding").get(pk=task.pk))

    assert (draft.closed, draft.confidential) == (True, False)


def test_text_of_a_site_reverses_nothing_in_a_ticket(make_task: MakeTask) -> None:
    task = make_task()
    Finding.objects.update(recommended_fix={"summary": "Name\u202e a\x1b[31m default.", "steps": []})

    draft = draft_of(Task.objects.select_related("finding").get(pk=task.pk))

    assert draft.text == "Name\ufffd a\ufffd[31m default."


def test_names_that_people_write_reverse_nothing_in_a_ticket(make_task: MakeTask) -> None:
    task = make_task("Send\u202e a\x1b policy")
    campaigns.create(task.project, name="Spring\u2067 cleaning", task_ids=[task.pk], by=SYSTEM)

    draft = draft_of(task)

    assert (draft.title, draft.campaigns) == ("Send\ufffd a\ufffd policy", ("Spring\ufffd cleaning",))
