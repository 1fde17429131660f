"""Pages of the admin show times in the reader's zone with UTC on hover, and read entered times in it."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, User
from remediation.models import Task
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DUE = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)


@pytest.fixture
def user(scenario: Scenario) -> User:
    return member_of(scenario.organization, Membership.Role.MEMBER)


@pytest.fixture
def client(user: User) -> Client:
    return staff.logged_in_client(user)


def due_of(client: Client, task: Task) -> str:
    page = client.get(admin_url(Task, "change", task.pk)).content.decode()
    return page.split("<dt>Due</dt><dd>")[1].split("</dd>")[0]


@pytest.mark.parametrize(
    ("chosen", "browser", "shown"),
    [
        ("", "", "1 Jul 2026, 22:30 UTC"),
        ("", "Europe%2FVienna", "2 Jul 2026, 00:30 CEST"),
        ("", "../../etc/passwd", "1 Jul 2026, 22:30 UTC"),
        ("America/New_York", "Europe%2FVienna", "1 Jul 2026, 18:30 EDT"),
    ],
)
def test_time_is_in_the_chosen_zone_or_that_of_the_browser(
    client: Client, user: User, scenario: Scenario, chosen: str, browser: str, shown: str
):
    task = factories.task(scenario, sla_due_at=DUE)
    User.objects.filter(pk=user.pk).update(time_zone=chosen)
    client.cookies["time_zone"] = browser

    due = due_of(client, task)

    title = "1 Jul 2026, 22:30:00 UTC"
    assert due == f'<time datetime="2026-07-01T22:30:00+00:00" title="{title}">{shown}</time>'


def test_column_and_read_only_field_show_utc_on_hover(client: Client, scenario: Scenario):
    task = factories.task(scenario)
    client.cookies["time_zone"] = "Asia%2FTokyo"

    listed = staff.logged_in_client().get(admin_url(User, "changelist")).content.decode()
    page = client.get(admin_url(Task, "change", task.pk)).content.decode()

    assert 'class="field-created_at' in listed
    assert f'title="{task.updated_at.day} {task.updated_at:%b %Y, %H:%M:%S} UTC"' in page
    assert " JST</time>" in page


def test_entered_time_is_read_in_the_zone_of_the_reader(client: Client, scenario: Scenario):
    task = factories.task(scenario)
    client.cookies["time_zone"] = "Europe%2FVienna"
    form = {
        "title": task.title,
        "priority": task.priority,
        "sla_due_at_0": "2026-07-02",
        "sla_due_at_1": "00:30",
    }

    client.post(admin_url(Task, "change", task.pk), form)

    task.refresh_from_db()
    assert task.sla_due_at == DUE


def test_person_chooses_a_zone_and_an_unknown_one_is_refused(client: Client, user: User):
    client.post(reverse("time_zone"), {"time_zone": "Asia/Kathmandu"})
    refused = client.post(reverse("time_zone"), {"time_zone": "Mars/Olympus"})

    user.refresh_from_db()
    assert (user.time_zone, refused.context["form"].errors.keys()) == ("Asia/Kathmandu", {"time_zone"})
    assert Client().get(reverse("time_zone")).status_code == 302
