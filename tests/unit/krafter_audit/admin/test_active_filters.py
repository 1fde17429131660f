"""The filters of a list are shown above it, and each can be removed by itself."""

import pytest
from django.http import QueryDict

from campaigns.models import Campaign
from findings.models import Finding
from integrations.models import SyncConflict
from remediation.models import Task
from scans.models import Scan, ScanResult
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url

pytestmark = pytest.mark.django_db


def shown(page: object) -> list[tuple[str, str]]:
    return [
        (active_filter["label"], active_filter["value"]) for active_filter in page.context["active_filters"]
    ]


def test_filters_are_shown_in_words(scenario: Scenario) -> None:
    sent = {
        "severity__exact": "high",
        "status__exact": "in_progress",
        "project__id__exact": scenario.project.pk,
    }

    page = staff.logged_in_client().get(admin_url(Finding, "changelist"), {**sent, "quick": "open", "q": "x"})

    assert shown(page) == [
        ("Severity", "High"),
        ("Status", "In progress"),
        ("Project", str(scenario.project)),
    ]


def test_link_of_a_filter_removes_it_alone_and_begins_at_the_first_page(scenario: Scenario) -> None:
    sent = {"severity__exact": "high", "project__id__exact": str(scenario.project.pk), "q": "x", "o": "1"}

    page = staff.logged_in_client().get(admin_url(Finding, "changelist"), {**sent, "p": "1"})

    severity, project = (
        QueryDict(active_filter["url"][1:]).dict() for active_filter in page.context["active_filters"]
    )
    kept = {"q": "x", "o": "1"}
    assert severity == {**kept, "project__id__exact": str(scenario.project.pk)}
    assert project == {**kept, "severity__exact": "high"}
    assert QueryDict(page.context["url_without_filters"][1:]).dict() == kept


@pytest.mark.parametrize("query", ["", "?q=csp", "?quick=open"])
def test_list_without_filters_shows_none(scenario: Scenario, query: str) -> None:
    page = staff.logged_in_client().get(admin_url(Finding, "changelist") + query)

    assert shown(page) == []
    assert "Active filters" not in page.content.decode()


@pytest.mark.parametrize(
    ("model", "query", "expected"),
    [
        (Finding, "severity__in=critical,high", ("Severity", "critical,high")),
        (Task, "owner__isnull=1", ("Owner", "None")),
        (Task, "owner__isnull=0", ("Owner", "Any")),
        (SyncConflict, "resolved_at__isempty=1", ("Resolved at", "Empty")),
        (ScanResult, "outcome__exact=not_applicable", ("Outcome", "Not applicable")),
        (Scan, "status__exact=failed", ("Status", "Failed")),
        (Scan, "status__exact=no_such", ("Status", "no_such")),
    ],
)
def test_other_lookups_are_shown_too(
    scenario: Scenario, model: type, query: str, expected: tuple[str, str]
) -> None:
    page = staff.logged_in_client().get(f"{admin_url(model, 'changelist')}?{query}")

    assert shown(page) == [expected]


def test_row_of_another_organization_is_shown_by_its_id(scenario: Scenario) -> None:
    other = factories.scenario().project
    reader = staff.logged_in_client(staff.member_of(scenario.organization, "viewer"))

    page = reader.get(admin_url(Finding, "changelist"), {"project__id__exact": other.pk})

    assert shown(page) == [("Project", str(other.pk))]


def test_link_from_another_page_is_shown_by_the_name_of_its_row(scenario: Scenario) -> None:
    campaign = staff.ROWS[Campaign](scenario)
    query = {"campaign_tasks__campaign__id__exact": campaign.pk}

    page = staff.logged_in_client().get(admin_url(Task, "changelist"), query)

    assert shown(page) == [("Campaign", str(campaign))]


def test_row_without_a_page_is_shown_by_the_name_that_its_rows_have(scenario: Scenario) -> None:
    result = staff.ROWS[ScanResult](scenario)

    page = staff.logged_in_client().get(
        admin_url(ScanResult, "changelist"), {"page__id__exact": result.page_id}
    )

    assert shown(page) == [("Page", result.page.url)]
