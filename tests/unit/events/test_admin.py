"""The page of an event in the admin: its subject, its changes and its details."""

from typing import Any

import pytest
from django.utils import timezone

from events.admin import changes_of, details_of, names_with
from events.models import Event
from findings.models import Finding
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url


@pytest.mark.parametrize(
    ("data", "changes", "details"),
    [
        (
            {"before": {"title": "A", "owner_id": None}, "after": {"title": "B", "owner_id": None}},
            [("Title", "A", "B")], [],
        ),
        (
            {"sla_late": True, "channels": ["email", "slack"], "note": ""}, [],
            [("SLA late", "yes"), ("Channels", "email, slack")],
        ),
        ({"nested": {"a": 1}, "rows": [{"a": 1}]}, [], [("Rows", "see the JSON")]),
    ],
)  # fmt: skip
def test_changes_and_details_are_in_words(
    data: dict[str, Any], changes: list[Any], details: list[Any]
) -> None:
    assert (changes_of(data), details_of(data)) == (changes, details)


@pytest.mark.slow
@pytest.mark.django_db
def test_page_links_the_subject_for_those_who_may_open_it(scenario: Scenario) -> None:
    finding = factories.finding(scenario, title="Header is missing")
    event = Event.objects.create(
        organization=scenario.organization, project=scenario.project, name="finding.updated", subject_id=finding.pk,
        at=timezone.now(),
    )  # fmt: skip
    gone = Event.objects.create(
        organization=scenario.organization, project=scenario.project, name="guard.opened", subject_id=finding.pk,
        at=timezone.now(),
    )  # fmt: skip
    client = staff.logged_in_client(staff.member_of(scenario.organization, "viewer"))

    pages = [client.get(admin_url(Event, "change", row.pk)) for row in (event, gone)]

    subject = pages[0].context["detail"]["subject"]
    assert subject == {"url": admin_url(type(finding), "change", finding.pk), "title": "Header is missing"}
    assert pages[1].context["detail"]["subject"] == {}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("due moved", ["task.due_date_moved"]),
        ("Came back", ["finding.regressed"]),
        ("scan.failed", ["scan.failed"]),
        ("unheard", []),
    ],
)
def test_events_are_found_by_words_of_their_name_and_label(text: str, names: list[str]) -> None:
    assert names_with(text) == names


@pytest.mark.django_db
def test_list_finds_events_by_words_and_by_subject(scenario: Scenario) -> None:
    finding = factories.finding(scenario)
    client = staff.logged_in_client(staff.member_of(scenario.organization, "viewer"))

    found = [
        [
            event.name
            for event in client.get(admin_url(Event, "changelist"), {"q": text}).context["cl"].result_list
        ]
        for text in ("reported", str(finding.pk), "unheard")
    ]

    assert found == [["finding.created"], ["finding.created"], []]


@pytest.mark.django_db
def test_list_names_the_person_and_shows_no_id(scenario: Scenario) -> None:
    finding = factories.finding(scenario)

    page = staff.logged_in_client().get(admin_url(Event, "changelist")).content.decode()

    rows = page[page.index("result_list") :]
    assert f"{scenario.owner} (API key)" in rows
    assert f">{finding.pk}<" not in rows
    assert f">{scenario.owner.pk}<" not in rows


@pytest.mark.django_db
def test_history_of_a_row_leads_to_its_events(scenario: Scenario) -> None:
    finding, client = factories.finding(scenario), staff.logged_in_client()

    empty = client.get(admin_url(Finding, "history", finding.pk)).content.decode()
    client.post(
        admin_url(Finding, "change", finding.pk),
        {"title": "Renamed", "severity": "low", "description": "", "owner": "", "recommended_fix": "{}"},
    )
    changed = client.get(admin_url(Finding, "history", finding.pk)).content.decode()

    link = f'href="{admin_url(Event, "changelist")}?q={finding.pk}"'
    assert ("not changed by a form" in empty, link in empty, link in changed) == (True, True, True)
    assert "Changed Title" in changed
    assert "<time datetime=" in changed
