"""The numbers of the overview, only of the user's organisations."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from accounts import services
from events.models import OutboxEntry
from integrations.models import Integration
from remediation.models import Task
from remediation.services import verdicts
from scans.models import Scan, Scanner, ScanPart
from tests import factories, staff
from tests.factories import Scenario

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def overview(scenario: Scenario) -> Any:
    """Return the context of the page that a member of the organisation sees."""
    member = staff.member_of(scenario.organization, "member")
    return staff.logged_in_client(member).get("/admin/").context


def numbers(context: Any) -> dict[str, int]:
    return {card["title"]: card["number"] for card in context["cards"]}


def fill(scenario: Scenario) -> None:
    now = timezone.now()
    for hours in (-30, -1, 3, 47, 49):
        finding = factories.finding(scenario, severity="critical")
        factories.task(scenario, of=finding, sla_due_at=now + timedelta(hours=hours))
    for checks in ("passed", "failed", "running"):
        factories.verification(scenario, checks=checks)


def test_cards_count_the_open_work_of_own_organisations(scenario: Scenario) -> None:
    fill(scenario)
    fill(factories.scenario())

    context = overview(scenario)

    assert numbers(context) == {
        "Critical, open": 5,
        "Overdue": 2,
        "Due in 48 h": 2,
        "Ready to approve": 1,
        "Integrations failing": 0,
    }
    assert [row["project"] for row in context["projects"]] == [scenario.project]


def test_ready_verification_leaves_the_overview_when_it_is_decided(scenario: Scenario) -> None:
    verification = factories.verification(scenario, checks="passed")
    before = list(overview(scenario)["reviews"])

    verdicts.approve(verification.pk, by=scenario.actor)

    assert (before, list(overview(scenario)["reviews"])) == ([verification], [])


def test_my_work_is_sorted_by_due_date(scenario: Scenario) -> None:
    user, now = staff.member_of(scenario.organization, "member"), timezone.now()
    later, sooner, undated, _ = (factories.task(scenario) for _ in range(4))
    for task, due in ((later, now + timedelta(days=3)), (sooner, now), (undated, None)):
        Task.objects.filter(pk=task.pk).update(owner=user, sla_due_at=due)

    shown = staff.logged_in_client(user).get("/admin/").context

    assert shown["my_work"] == [sooner, later, undated]


def test_work_that_proceeds_or_is_not_due_is_not_stalled(scenario: Scenario) -> None:
    now = timezone.now()
    an_hour_ago, later = now - timedelta(hours=1), now + timedelta(hours=1)
    scan = Scan.objects.create(project=scenario.project, url="https://a.example/", trigger="manual")
    ScanPart.objects.create(scan=scan, scanner=Scanner.HTTP, created_at=an_hour_ago, ingested_at=now)
    Integration.objects.create(
        organization=scenario.organization,
        project=scenario.project,
        provider="github",
        status="syncing",
        credentials=b"sealed",
        requested_at=an_hour_ago,
        not_before=later,
    )
    OutboxEntry.objects.create(
        consumer="webhooks", project=scenario.project, name="task.updated", event_ids=[1], not_before=later
    )

    queues = {queue["name"]: queue for queue in overview(scenario)["queues"]}

    assert {name: (queue["depth"], queue["stalled"]) for name, queue in queues.items()} == {
        "Scans": (1, False),
        "Verifications": (0, False),
        "Syncs": (0, False),
        "Events to deliver": (0, False),
    }


def test_first_steps_end_with_a_task_a_scan_and_a_share(scenario: Scenario) -> None:
    factories.task(scenario)

    steps = {step["title"]: step["done"] for step in overview(scenario)["onboarding"]}

    assert steps == {
        "Add a project": True,
        "Verify that you own its site": False,
        "Run the first scan": False,
        "Create the first task": True,
        "Share a report": False,
    }


@pytest.mark.parametrize(("role", "opened"), [("viewer", 0), ("member", 3), ("admin", 5)])
def test_links_of_a_new_organization_open_for_each_role(role: str, opened: int) -> None:
    client = staff.logged_in_client(staff.member_of(services.create_organization("New"), role))

    response = client.get("/admin/")
    links = [a.attributes["href"] or "" for a in LexborHTMLParser(response.text).css("#content-area a")]
    statuses = {client.get(link).status_code for link in links if link.startswith("/admin/")}
    steps = [step for step in response.context["onboarding"] if step["url"]]

    assert (statuses, len(steps)) == ({200}, opened)


def test_several_events_of_a_name_lead_to_those_of_their_project(scenario: Scenario) -> None:
    for project in (scenario.project, factories.scenario().project):
        for _ in range(2):
            factories.finding(replace(scenario, project=project))
    client = staff.logged_in_client()

    page = LexborHTMLParser(client.get("/admin/").text)
    links = {a.attributes["href"] for a in page.css("a") if "Finding reported × 2" in a.text()}
    rows = [row.project for link in links for row in client.get(link).context["cl"].result_list]

    assert len(links) == 2
    assert rows.count(scenario.project) == 2
    assert len(rows) == 4
