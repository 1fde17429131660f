"""A task is deleted while a request writes a row that refers to it."""

import threading
from typing import Any

import pytest
from django.db import transaction

from remediation.models import Task, TaskComment
from tests import factories
from tests.factories import Scenario
from tests.races.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
MAX_SECONDS = 10


def test_comment_on_a_task_that_is_deleted_meanwhile_is_not_found(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = factories.task(scenario)
    written = threading.Event()
    save = TaskComment.save

    def save_and_say(row: TaskComment, **options: Any) -> None:
        save(row, **options)
        written.set()

    monkeypatch.setattr(TaskComment, "save", save_and_say)

    @transaction.atomic
    def delete() -> None:
        row = Task.objects.select_for_update().get(pk=task.pk)
        written.wait(MAX_SECONDS)
        row.delete()

    _, response = at_once(
        delete, lambda: scenario.client.call("post", f"tasks/{task.pk}/comments", {"body": "Fixed?"})
    )

    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
    assert not TaskComment.objects.exists()
