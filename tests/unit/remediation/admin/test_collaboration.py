"""Comments and labels on the page of a task."""

import pytest
from django.urls import reverse

from accounts.models import Membership
from remediation.collaboration import services
from remediation.models import Task, TaskComment
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url, messages_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def url(name: str, task: Task) -> str:
    return reverse(f"admin:remediation_task_{name}", args=[task.pk])


def test_comment_is_added_changed_and_deleted_by_its_author(scenario: Scenario) -> None:
    task, user = factories.task(scenario), staff.member_of(scenario.organization, Membership.Role.MEMBER)
    browser, comments = staff.logged_in_client(user), url("comments", task)

    browser.post(comments, {"body": "<b>Deployed</b> at noon."})
    comment = TaskComment.objects.get()
    page = browser.get(admin_url(Task, "change", task.pk)).content.decode()
    browser.post(comments, {"comment": str(comment.pk), "body": "Deployed at one."})
    comment.refresh_from_db()
    unconfirmed = browser.post(comments, {"comment": str(comment.pk), "delete": "1"})
    left = TaskComment.objects.count()
    browser.post(comments, {"comment": str(comment.pk), "delete": "1", "confirmed": "1"})

    assert "&lt;b&gt;Deployed&lt;/b&gt; at noon." in page
    assert (comment.author, comment.body) == (user, "Deployed at one.")
    assert ("The comment cannot be restored." in unconfirmed.content.decode(), left) == (True, 1)
    assert not TaskComment.objects.exists()


def test_page_says_how_many_comments_it_leaves_out(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remediation.admin.collaboration.MAX_COMMENTS", 1)
    task = factories.task(scenario)
    for body in ("First.", "Second."):
        services.add_comment(task, body=body, by=scenario.actor)

    page = staff.logged_in_client().get(admin_url(Task, "change", task.pk)).content.decode()

    assert "1 earlier comment is not shown." in page


@pytest.mark.parametrize("comment", ["no-such-id", "01a2146b-c715-79f9-b747-c8d7c983a9c1"])
def test_deletion_of_an_unknown_comment_is_a_404(scenario: Scenario, comment: str) -> None:
    task, browser = factories.task(scenario), staff.logged_in_client()

    assert browser.post(url("comments", task), {"comment": comment, "delete": "1"}).status_code == 404


def test_comment_of_another_person_stays(scenario: Scenario) -> None:
    task = factories.task(scenario)
    comment = services.add_comment(task, body="Mine.", by=scenario.actor)
    browser = staff.logged_in_client(staff.member_of(scenario.organization, Membership.Role.OWNER))
    sent = [{"body": "Yours."}, {"delete": "1", "confirmed": "1"}, {"body": "x", "comment": "no-such-id"}]

    pages = [
        browser.post(url("comments", task), {"comment": str(comment.pk), **fields}, follow=True)
        for fields in sent
    ]

    comment.refresh_from_db()
    assert [messages_of(page) for page in pages] == [
        ["Only the author of a comment may change or delete it."],
        ["Only the author of a comment may change or delete it."],
        ["Not found."],
    ]
    assert comment.body == "Mine."


def test_labels_are_added_and_removed(scenario: Scenario) -> None:
    task, browser = factories.task(scenario), staff.logged_in_client()

    for name in ("headers", "quick win", "a,b"):
        page = browser.post(url("labels", task), {"add": name}, follow=True)
    added = task.label_names
    browser.post(url("labels", task), {"remove": "headers"})

    assert added == ["headers", "quick win"]
    assert messages_of(page) == ["A label has no comma."]
    assert Task.objects.get(pk=task.pk).label_names == ["quick win"]
    assert 'aria-label="Remove the label quick win"' in page.content.decode()


def test_empty_comment_is_refused(scenario: Scenario) -> None:
    task = factories.task(scenario)

    page = staff.logged_in_client().post(url("comments", task), {"body": "  "}, follow=True)

    assert messages_of(page) == ["This field may not be blank."]
    assert not TaskComment.objects.exists()
