import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actors import SYSTEM
from events.models import Event
from findings.errors import FindingResolved
from findings.models import Finding
from scans import jobs
from scans.models import Scan, ScanPage, ScanResult
from scans.services import scans
from tests import factories, staff
from tests.factories import Scenario
from tests.fakes.faulty_site import Site
from tests.staff import act, address, told


@pytest.fixture
def operator(db: None) -> Client:
    """A browser in which a superuser is logged in."""
    return staff.browser()


def test_a_project_is_scanned_at_once_and_the_record_names_the_operator(
    scenario: Scenario, site: Site, django_capture_on_commit_callbacks: Any
) -> None:
    user = staff.superuser()
    scenario.project.site_url = site.url
    scenario.project.save()

    messages = told(act(staff.browser(user), "scan_now", scenario.project))

    scan = Scan.objects.get()
    event = Event.objects.get(subject_id=scan.pk)
    assert messages == [f"production-website: a scan of {scan.url} is queued."]
    assert (scan.requested_by, event.actor, event.actor_id) == (user, "admin", user.pk)
    assert event.request_id


def test_each_project_is_told_of_on_its_own(operator: Client, site: Site) -> None:
    fine, spent, inside = factories.scenario(), factories.scenario(ai_quota=0), factories.scenario()
    for scenario, url in ((fine, site.url), (spent, site.url), (inside, "http://169.254.169.254/")):
        scenario.project.site_url = url
        scenario.project.save()

    messages = told(act(operator, "scan_now", fine.project, spent.project, inside.project))

    assert len(messages) == 3
    assert "is queued" in messages[0]
    assert messages[1].endswith("The organisation's quota for this month is used up.")
    assert "queued" not in messages[2]
    assert Scan.objects.get().project == fine.project


def test_a_scan_of_an_address_that_may_not_be_looked_at_is_refused_in_the_form(
    operator: Client, scenario: Scenario
) -> None:
    asked = {"project": scenario.project.pk, "url": "http://127.0.0.1/"}

    page = operator.post(address(Scan, "add"), asked)

    assert page.status_code == 200
    assert page.context["adminform"].form.non_field_errors()
    assert not Scan.objects.exists()


def test_a_finding_is_reported_as_a_source_reports_it(operator: Client, scenario: Scenario) -> None:
    asked = {
        "project": scenario.project.pk,
        "domain": "security",
        "title": "No policy",
        "severity": "",
        "affected_assets": '[{"type": "url", "value": "https://example.com/"}]',
        "recommended_fix": '{"summary": "Send one."}',
        "check_keys": "security_header_csp",
    }

    operator.post(address(Finding, "add"), asked)

    made = Finding.objects.get()
    assert (made.title, made.severity, made.check_keys) == ("No policy", "critical", ["security_header_csp"])
    assert made.recommended_fix == {"summary": "Send one.", "steps": [], "references": []}
    assert Event.objects.filter(subject_id=made.pk, name="finding.created", actor="admin").exists()


def change(operator: Client, finding: Finding, **changes: Any) -> Any:
    asked = {
        "title": finding.title,
        "severity": finding.severity,
        "description": finding.description,
        "owner": finding.owner_id or "",
        "recommended_fix": json.dumps(finding.recommended_fix),
        **changes,
    }
    return operator.post(address(Finding, "change", finding.pk), asked)


def test_just_what_was_changed_is_changed(operator: Client, scenario: Scenario) -> None:
    finding = factories.finding(scenario, severity="high")

    answer = change(operator, finding, severity="low", status="resolved")

    finding.refresh_from_db()
    event = Event.objects.get(subject_id=finding.pk, name="finding.updated")
    assert answer.status_code == 302
    assert (finding.severity, finding.status) == ("low", "new")
    assert event.data == {"was": {"severity": "high"}, "now": {"severity": "low"}}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("owner", "stranger"),
        ("recommended_fix", '{"no_such": 1}'),
        ("recommended_fix", "{"),
        ("title", "taken"),
    ],
)
def test_what_the_api_refuses_is_refused_in_the_form(
    operator: Client, scenario: Scenario, field: str, value: str
) -> None:
    finding = factories.finding(scenario)
    factories.finding(scenario, title="taken")
    value = str(factories.scenario().owner.pk) if value == "stranger" else value

    page = change(operator, finding, **{field: value})

    before = finding.updated_at
    finding.refresh_from_db()
    assert page.status_code == 200
    assert page.context["adminform"].form.errors
    assert finding.updated_at == before


def test_findings_move_by_the_buttons_and_a_refusal_stops_no_other(
    operator: Client, scenario: Scenario
) -> None:
    new, resolved = factories.finding(scenario), factories.finding(scenario, status="resolved")

    messages = told(act(operator, "dismiss", new, resolved))

    new.refresh_from_db()
    resolved.refresh_from_db()
    assert (new.status, resolved.status) == ("dismissed", "resolved")
    assert messages == [
        f"{new}: dismissed.",
        f"{resolved}: {FindingResolved.message}",
    ]


def test_the_buttons_of_one_row_lead_back_to_it(operator: Client, scenario: Scenario) -> None:
    finding = factories.finding(scenario)
    here = address(Finding, "change", finding.pk)

    back = act(operator, "triage", finding, _back=here)
    elsewhere = act(operator, "start", finding, _back="https://evil.example/")

    assert back.redirect_chain == [(here, 302)]
    assert elsewhere.redirect_chain == [(reverse("admin:findings_finding_changelist"), 302)]
    assert '<button type="submit" name="action" value="dismiss"' in operator.get(here).content.decode()


def test_more_rows_than_one_request_can_do_are_refused_as_a_whole(
    operator: Client, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("krafter_audit.admin.base.MAX_ACTION_ROWS", 2)
    findings = [factories.finding(scenario) for _ in range(3)]

    messages = told(act(operator, "triage", *findings))

    assert messages == ["Select at most 2 rows."]
    assert set(Finding.objects.values_list("status", flat=True)) == {"new"}


def test_a_list_is_searched_by_how_a_title_begins_and_by_id(operator: Client, scenario: Scenario) -> None:
    found, other = (
        factories.finding(scenario, title="Cookies leak"),
        factories.finding(scenario, title="No cookies"),
    )

    by_title = operator.get(address(Finding, "changelist"), {"q": "cook"}).context["cl"].result_list
    by_id = operator.get(address(Finding, "changelist"), {"q": str(other.pk)}).context["cl"].result_list

    assert (list(by_title), list(by_id)) == ([found], [other])


def test_a_list_is_filtered_by_project(operator: Client, scenario: Scenario) -> None:
    found = factories.finding(scenario)
    factories.finding(factories.scenario())

    page = operator.get(address(Finding, "changelist"), {"project__id__exact": str(scenario.project.pk)})

    assert list(page.context["cl"].result_list) == [found]


def test_a_scan_shows_how_far_it_has_come_and_is_shown_anew_while_it_runs(
    operator: Client, scenario: Scenario, site: Site
) -> None:
    scenario.project.site_url = site.url
    scenario.project.save()
    scan = scans.run(scenario.project, url=None, trigger="manual", by=SYSTEM)
    waiting = operator.get(address(Scan, "change", scan.pk))
    jobs.run_scan(str(scan.pk))
    half = operator.get(address(Scan, "change", scan.pk))
    jobs.run_scan(str(scan.pk), "browser")

    over = operator.get(address(Scan, "change", scan.pk))
    page = ScanPage.objects.get(part__scan=scan, part__scanner="http")
    failed = operator.get(
        address(ScanResult, "changelist"), {"page__id__exact": page.pk, "outcome__exact": "failed"}
    )

    assert [each.headers.get("Refresh") for each in (waiting, half, over)] == ["5", "5", None]
    assert "http: 1 of 1 pages" in half.content.decode()
    assert "pending" in half.content.decode()
    assert "pending" not in over.content.decode()
    rows = ScanResult.objects.filter(page=page, outcome="failed")
    assert failed.context["cl"].result_count == rows.count() > 0
