"""Schedules of scans in the admin: created, changed, paused and removed in place."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Project
from remediation.services import policies, scan_schedules
from scans.models import ScanSchedule
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url, messages_of, run_action

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ADD = admin_url(ScanSchedule, "add")


@pytest.fixture
def admin(scenario: Scenario) -> Client:
    """Return a client of an administrator of the organisation."""
    return staff.logged_in_client(staff.member_of(scenario.organization, "admin"))


def scan_config(project: Project) -> Any:
    return policies.current(project).config.get("scans")


def test_create_change_pause_and_remove_a_schedule(admin: Client, scenario: Scenario) -> None:
    project = scenario.project
    admin.post(ADD, {"project": project.pk, "schedule": "daily", "hour": "3"})
    created, schedule = scan_config(project), ScanSchedule.objects.get()
    page = admin_url(ScanSchedule, "change", schedule.pk)
    values = admin.get(page).context["adminform"].form.initial
    admin.post(page, {"schedule": "weekly", "day": "friday", "hour": "4"})
    changed = scan_config(project)
    messages = [messages_of(run_action(admin, name, schedule))[-1] for name in ("pause", "resume")]
    resumed = scan_config(project)
    confirmation = run_action(admin, "remove", schedule)
    kept = scan_config(project)
    run_action(admin, "remove", schedule, confirmed="1")

    assert created == {"schedule": "daily", "hour": 3}
    assert (values["schedule"], values["day"], values["hour"], values["paused"]) == ("daily", "", 3, False)
    assert changed == resumed == kept == {"schedule": "weekly", "day": "friday", "hour": 4}
    assert messages == ["production-website: paused.", "production-website: resumed."]
    assert "is not scanned by a schedule any more" in confirmation.content.decode()
    assert scan_config(project) is None


def test_paused_schedule_is_resumed_and_not_paused_again(admin: Client, scenario: Scenario) -> None:
    admin.post(ADD, {"project": scenario.project.pk, "schedule": "daily", "hour": "3"})
    [schedule] = ScanSchedule.objects.all()

    def refused() -> set[str]:
        buttons = admin.get(admin_url(ScanSchedule, "change", schedule.pk)).context["buttons"]
        return {button.name for button in buttons if button.refusal}

    before = refused()
    run_action(admin, "pause", schedule)

    assert (before, refused(), scan_config(scenario.project)["paused"]) == ({"resume"}, {"pause"}, True)


def test_change_requires_a_schedule_and_no_hour(admin: Client, scenario: Scenario) -> None:
    admin.post(ADD, {"project": scenario.project.pk, "schedule": "daily", "hour": "3"})
    page = admin_url(ScanSchedule, "change", ScanSchedule.objects.get().pk)

    shown = admin.post(page, {"schedule": "", "hour": ""})
    changed = admin.post(page, {"schedule": "daily", "hour": ""})

    assert (shown.status_code, changed.status_code) == (200, 302)
    assert scan_config(scenario.project) == {"schedule": "daily"}


@pytest.mark.parametrize(
    ("entered", "field"),
    [({"schedule": ""}, "schedule"), ({"schedule": "daily", "hour": "24"}, "hour")],
)
def test_invalid_form_has_its_errors_at_the_field(
    admin: Client, scenario: Scenario, entered: dict[str, str], field: str
) -> None:
    page = admin.post(ADD, {"project": scenario.project.pk, **entered})

    assert list(page.context["adminform"].form.errors) == [field]
    assert not ScanSchedule.objects.exists()


def test_project_of_another_organisation_cannot_be_chosen(admin: Client) -> None:
    other = factories.scenario().project

    page = admin.post(ADD, {"project": other.pk, "schedule": "daily"})

    assert list(page.context["adminform"].form.errors) == ["project"]
    assert not ScanSchedule.objects.exists()


def test_members_read_a_schedule_and_do_not_change_it(scenario: Scenario) -> None:
    scan_schedules.change(scenario.project, by=scenario.actor, schedule="weekly", day="monday", hour=3)
    schedule = ScanSchedule.objects.get()
    member = staff.logged_in_client(staff.member_of(scenario.organization, "member"))

    page = member.get(admin_url(ScanSchedule, "change", schedule.pk))
    refused = member.post(admin_url(ScanSchedule, "change", schedule.pk), {"schedule": "daily"})

    assert "Weekly, Monday 03:" in page.content.decode()
    assert refused.status_code == 403
    assert scan_config(scenario.project)["schedule"] == "weekly"


def test_label_of_the_hour_has_its_time_zone() -> None:
    page = staff.logged_in_client().get(admin_url(ScanSchedule, "add")).content.decode()

    assert "Hour (UTC)" in page
