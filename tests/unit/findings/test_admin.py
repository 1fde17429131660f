import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from selectolax.lexbor import LexborHTMLParser

from events.models import Event
from findings.admin import FindingAdmin, confidence_in_words
from findings.errors import FindingResolved
from findings.models import Dismissal, Finding, Regression
from findings.services import dismissals, triage
from remediation.models import Task, Verification
from tests import factories, staff
from tests.factories import Scenario
from tests.staff import admin_url, messages_of, run_action

pytestmark = pytest.mark.slow
FORM = {"reason": "accepted_risk", "comment": "Behind a\nfirewall", "accepted_until": "2030-12-31"}


def test_add_form_reports_a_finding(operator: Client, scenario: Scenario) -> None:
    form = {
        "project": scenario.project.pk,
        "domain": "security",
        "title": "No policy",
        "severity": "",
        "affected_assets": '[{"type": "url", "value": "https://example.com/"}]',
        "recommended_fix": '{"summary": "Send one."}',
        "check_keys": "security_header_csp",
    }

    operator.post(admin_url(Finding, "add"), form)

    made = Finding.objects.get()
    assert (made.title, made.severity, made.check_keys) == ("No policy", "critical", ["security_header_csp"])
    assert made.recommended_fix == {"summary": "Send one.", "steps": [], "references": []}
    assert Event.objects.filter(subject_id=made.pk, name="finding.created", actor="admin").exists()


def results(operator: Client, **query: Any) -> Any:
    """Return the rows of the list of findings."""
    return operator.get(admin_url(Finding, "changelist"), query).context["cl"].result_list


def change(operator: Client, finding: Finding, **changes: Any) -> Any:
    form = {
        "title": finding.title,
        "severity": finding.severity,
        "description": finding.description,
        "owner": finding.owner_id or "",
        "recommended_fix": json.dumps(finding.recommended_fix),
        **changes,
    }
    return operator.post(admin_url(Finding, "change", finding.pk), form)


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"summary": "\\ud800"}', f'{{"summary": {"9" * 5000}}}', '{"summary": NaN}', "{"],
    ids=["very deep", "surrogate", "large number", "NaN", "cut off"],
)
def test_json_that_the_api_rejects_is_shown_again(operator: Client, scenario: Scenario, text: str) -> None:
    finding = factories.finding(scenario)

    page = change(operator, finding, recommended_fix=text)

    assert page.status_code == 200
    assert page.context["adminform"].form.errors.keys() == {"recommended_fix"}
    assert page.context["adminform"].form["recommended_fix"].value() == text


def test_change_form_saves_only_changed_fields(operator: Client, scenario: Scenario) -> None:
    finding = factories.finding(scenario, severity="high")

    response = change(operator, finding, severity="low", status="resolved")

    finding.refresh_from_db()
    event = Event.objects.get(subject_id=finding.pk, name="finding.updated")
    assert response.status_code == 302
    assert (finding.severity, finding.status) == ("low", "new")
    assert event.data == {"before": {"severity": "high"}, "after": {"severity": "low"}}


@pytest.mark.parametrize(
    ("field", "value", "error_of"),
    [
        ("owner", "user of another organisation", "owner"),
        ("recommended_fix", '{"no_such": 1}', "recommended_fix"),
        ("recommended_fix", "{", "recommended_fix"),
        ("title", "taken", "__all__"),
    ],
)
def test_form_shows_the_errors_of_the_api(
    operator: Client, scenario: Scenario, field: str, value: str, error_of: str
) -> None:
    finding = factories.finding(scenario)
    factories.finding(scenario, title="taken")
    value = str(factories.scenario().owner.pk) if value == "user of another organisation" else value

    page = change(operator, finding, **{field: value})

    before = finding.updated_at
    finding.refresh_from_db()
    assert page.status_code == 200
    assert list(page.context["adminform"].form.errors) == [error_of]
    assert finding.updated_at == before


def test_actions_change_the_status_and_continue_after_an_error(operator: Client, scenario: Scenario) -> None:
    new, resolved = factories.finding(scenario), factories.finding(scenario, status="resolved")

    preview = run_action(operator, "dismiss", new, resolved, reason="wont_fix").content.decode()
    unchanged = Finding.objects.get(pk=new.pk).status
    [message] = messages_of(run_action(operator, "dismiss", new, resolved, confirmed="1", reason="wont_fix"))

    new.refresh_from_db()
    resolved.refresh_from_db()
    assert (new.status, resolved.status) == ("dismissed", "resolved")
    assert (unchanged, FindingResolved.message in preview) == ("new", True)
    assert message.startswith(f"1 finding changed, 1 refused: {FindingResolved.message} (1)")


def test_action_on_the_page_of_a_row_returns_to_that_page(operator: Client, scenario: Scenario) -> None:
    finding = factories.finding(scenario)
    here = admin_url(Finding, "change", finding.pk)

    back = run_action(operator, "triage", finding, _back=here)
    elsewhere = run_action(operator, "start", finding, _back="https://evil.example/")

    assert back.redirect_chain == [(here, 302)]
    assert elsewhere.redirect_chain == [(reverse("admin:findings_finding_changelist"), 302)]
    assert '<button type="submit" name="action" value="dismiss"' in operator.get(here).content.decode()


@pytest.mark.parametrize(
    ("status", "refused"),
    [
        ("new", set()),
        ("triaged", {"triage"}),
        ("in_progress", {"start"}),
        ("dismissed", set()),
        ("resolved", {"triage", "start", "dismiss"}),
    ],
)
def test_page_of_a_finding_refuses_what_its_status_does_not_allow(
    operator: Client, scenario: Scenario, status: str, refused: set[str]
) -> None:
    finding = factories.finding(scenario, status=status)

    page = operator.get(reverse("admin:findings_finding_change", args=[finding.pk]))

    assert {button.name for button in page.context["buttons"] if button.refusal} == refused


def test_page_of_a_finding_dismisses_it_by_a_form(operator: Client, scenario: Scenario) -> None:
    finding = factories.finding(scenario)
    here = admin_url(Finding, "change", finding.pk)

    form = run_action(operator, "dismiss", finding, _back=here).content.decode()
    invalid = run_action(operator, "dismiss", finding, _back=here, reason="", accepted_until="2020-01-01")
    untouched = Dismissal.objects.count()
    done = run_action(operator, "dismiss", finding, _back=here, **FORM)

    row = Dismissal.objects.get(finding=finding)
    page = " ".join(done.content.decode().split())
    assert ("Choose a reason" in form, invalid.context["form"].errors.keys(), untouched) == (
        True, {"reason", "accepted_until"}, 0,
    )  # fmt: skip
    assert (row.reason, row.comment.split(), str(row.accepted_until)) == (
        "accepted_risk", ["Behind", "a", "firewall"], "2030-12-31",
    )  # fmt: skip
    assert done.redirect_chain == [(here, 302)]
    assert f"Dismissed: accepted risk until 31 Dec 2030</b>, by {row.dismissed_by}: Behind a firewall" in page
    assert "status: New → Dismissed; Accepted risk until 31 Dec 2030: Behind a firewall" in page


def test_form_of_a_dismissed_finding_shows_what_it_replaces(operator: Client, scenario: Scenario) -> None:
    finding = factories.finding(scenario)
    triage.dismiss(finding.pk, reason="wont_fix", by=scenario.actor)
    here = admin_url(Finding, "change", finding.pk)

    form = run_action(operator, "dismiss", finding, _back=here).content.decode()
    run_action(operator, "dismiss", finding, _back=here, **FORM)

    assert "Dismissed: won&#x27;t fix</b>" in form.partition("This replaces:")[2]
    assert Dismissal.objects.get(ended_at=None).reason == "accepted_risk"


def test_list_dismisses_with_the_same_values_after_a_preview(operator: Client, scenario: Scenario) -> None:
    rows = [factories.finding(scenario) for _ in range(2)]

    form = run_action(operator, "dismiss", *rows)
    preview = run_action(operator, "dismiss", *rows, **FORM)
    before = Dismissal.objects.count()
    done = run_action(operator, "dismiss", *rows, **dict(preview.context["sent"]), confirmed="1")

    assert ("form" in form.context, before) == (True, 0)
    assert preview.context["details"] == [
        ("Reason", "Accepted risk"), ("Comment", FORM["comment"]), ("Accepted until", "31 Dec 2030"),
    ]  # fmt: skip
    assert messages_of(done)[0].startswith("2 findings changed.")
    assert set(Dismissal.objects.values_list("finding", "reason")) == {
        (row.pk, "accepted_risk") for row in rows
    }


@pytest.mark.parametrize(("count", "more"), [(10, False), (11, True)])
def test_form_that_dismisses_names_ten_findings_and_says_if_there_are_more(
    operator: Client, scenario: Scenario, count: int, more: bool
) -> None:
    rows = [factories.finding(scenario) for _ in range(count)]

    form = run_action(operator, "dismiss", *rows).context

    assert ([row.pk for row in form["rows"]], form["more"]) == ([row.pk for row in rows[:10]], more)


@pytest.mark.parametrize(("count", "shown", "more"), [(1, 1, 0), (12, 10, 2)])
def test_page_of_a_finding_shows_ten_pages_and_the_number_of_the_others(
    operator: Client, scenario: Scenario, count: int, shown: int, more: int
) -> None:
    urls = [f"https://example.com/{number}" for number in range(count)]
    finding = factories.finding(
        scenario,
        affected_assets=[{"type": "url", "value": url} for url in urls],
        evidence={"pages": [{"url": url, "outcome": {"status": "failed"}} for url in urls]},
    )

    detail = operator.get(admin_url(Finding, "change", finding.pk)).context["detail"]

    assert (len(detail["observations"]), len(detail["urls"]), detail["more_pages"]) == (shown, shown, more)


def test_quick_filter_shows_dismissals_that_end_within_30_days_by_date(
    operator: Client, scenario: Scenario
) -> None:
    days = {30: factories.finding(scenario), 0: factories.finding(scenario), 31: factories.finding(scenario)}
    for number, finding in days.items():
        until = dismissals.today() + timedelta(days=number)
        triage.dismiss(finding.pk, reason="accepted_risk", accepted_until=until, by=scenario.actor)
    ended = factories.finding(scenario)
    triage.dismiss(ended.pk, reason="wont_fix", accepted_until=dismissals.today(), by=scenario.actor)
    triage.update(ended.pk, changes={"status": "new"}, by=scenario.actor)

    # By date and not by score: an index has this order, and most accepted findings have a low score.
    assert list(results(operator, quick="ending")) == [days[0], days[30]]


def test_action_on_too_many_rows_is_rejected(
    operator: Client, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bulk_changes.services.MAX_ROWS", 2)
    findings = [factories.finding(scenario) for _ in range(3)]

    messages = messages_of(run_action(operator, "triage", *findings))

    assert messages == ["At most 2 rows can be changed at once. Narrow the filter."]
    assert set(Finding.objects.values_list("status", flat=True)) == {"new"}


def test_list_is_searched_by_words_url_check_key_and_id(operator: Client, scenario: Scenario) -> None:
    finding = factories.finding(
        scenario,
        title="Session cookies leak",
        checks=["security_cookie_httponly"],
        affected_assets=[{"type": "url", "value": "https://example.com/pricing"}],
    )
    factories.finding(scenario, title="No policy")
    texts = (
        "cookies", "COOK", "leak session", "https://example.com/pricing", "example.com/pri", "pricing",
        "security_cookie_httponly", "security_cookie", str(finding.pk),
    )  # fmt: skip

    found = {text: list(results(operator, q=text)) for text in texts}

    assert found == dict.fromkeys(texts, [finding])


def test_quick_filters_show_as_many_rows_as_they_count(operator: Client, scenario: Scenario) -> None:
    late = factories.finding(scenario, severity="critical")
    factories.task(scenario, of=late, sla_due_at=timezone.now() - timedelta(hours=1))
    factories.finding(scenario, status="ready_verify")
    factories.finding(scenario, status="resolved")
    page = operator.get(admin_url(Finding, "changelist"))

    shown = {
        link["label"]: (link["count"], operator.get(page.request["PATH_INFO"] + link["url"]))
        for link in page.context["quick_filters"][1:]
    }

    rows = {label: (count, response.context["cl"].result_count) for label, (count, response) in shown.items()}
    assert rows == {
        "Open": ("2", 2),
        "Mine": ("0", 0),
        "Overdue": ("1", 1),
        "Awaiting review": ("1", 1),
        "New since yesterday": ("3", 3),
        "Accepted, ends in 30 d": ("0", 0),
    }


def test_quick_filter_keeps_the_other_filters_and_begins_at_the_first_page(
    operator: Client, scenario: Scenario
) -> None:
    path = admin_url(Finding, "changelist")
    filters = {"project__id__exact": str(scenario.project.pk), "severity__exact": "high"}

    page = operator.get(path, {**filters, "quick": "mine", "p": "1"})

    every, opened = (QueryDict(link["url"][1:]).dict() for link in page.context["quick_filters"][:2])
    assert every == filters
    assert opened == {**filters, "quick": "open"}


def test_form_of_the_filters_keeps_quick_filter_search_and_order_and_begins_at_the_first_page(
    operator: Client, scenario: Scenario
) -> None:
    for _ in range(2):
        factories.finding(scenario, title="Shown", severity="high")
    sent = {"quick": "open", "q": "Shown", "o": "5", "severity__exact": "high"}

    page = operator.get(admin_url(Finding, "changelist"), {**sent, "p": "1"})

    fields = LexborHTMLParser(page.content.decode()).css("#filter-form input")
    assert {field.attributes["name"]: field.attributes["value"] for field in fields} == sent


def test_list_is_sorted_by_score_and_by_due_date(operator: Client, scenario: Scenario) -> None:
    worst, due = (
        factories.finding(scenario, severity="critical"),
        factories.finding(scenario, severity="low"),
    )
    factories.task(scenario, of=due, sla_due_at=timezone.now() + timedelta(hours=1))
    columns = ["action_checkbox", *admin.site._registry[Finding].list_display]

    by_default, by_due = results(operator), results(operator, o=columns.index("due"))

    assert list(by_default) == [worst, due]
    assert list(by_due) == [due, worst]


def test_list_displays_when_the_first_open_task_is_due(operator: Client, scenario: Scenario) -> None:
    finding = factories.finding(scenario)
    for hours in (30, 80):
        factories.task(scenario, of=finding, sla_due_at=timezone.now() - timedelta(hours=hours))

    page = LexborHTMLParser(operator.get(admin_url(Finding, "changelist")).text)

    assert [cell.text(strip=True) for cell in page.css("#result_list .field-due")] == ["3 d late"]


def test_list_is_not_sorted_by_a_column_without_an_index(operator: Client, scenario: Scenario) -> None:
    worst = factories.finding(scenario, severity="critical", title="Z")
    first = factories.finding(scenario, severity="low", title="A")
    column = 1 + FindingAdmin.list_display.index("title")

    assert list(results(operator, o=column)) == [worst, first]


def test_pages_by_due_date_have_findings_without_one_last(
    operator: Client, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FindingAdmin, "list_per_page", 2)
    monkeypatch.setattr(FindingAdmin, "list_max_show_all", 2)
    now = timezone.now()
    for hours in ((3, 9), (1,), (), (2,)):
        finding = factories.finding(scenario, title=f"Due in {hours}")
        for hour in hours:
            factories.task(scenario, of=finding, sla_due_at=now + timedelta(hours=hour))
    column = 1 + FindingAdmin.list_display.index("due")

    def titles(order: int, page: int) -> list[str]:
        return [finding.title for finding in results(operator, o=order, p=page)]

    ascending, descending = ([*titles(order, 1), *titles(order, 2)] for order in (column, -column))

    assert ascending == ["Due in (1,)", "Due in (2,)", "Due in (3, 9)", "Due in ()"]
    assert descending == ["Due in (3, 9)", "Due in (2,)", "Due in (1,)", "Due in ()"]


def test_list_is_filtered_by_project(operator: Client, scenario: Scenario) -> None:
    found = factories.finding(scenario)
    factories.finding(factories.scenario())

    assert list(results(operator, project__id__exact=str(scenario.project.pk))) == [found]


def test_search_finds_own_rows_among_many_matches_of_other_organisations(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("krafter_audit.admin.base.MAX_SEARCH_RESULTS", 1)
    other = factories.scenario()
    for number in range(2):
        factories.finding(other, title=f"Session cookies leak {number}")
    own = factories.finding(scenario, title="Session cookies leak")
    task = factories.task(scenario, of=own)
    verification = factories.verification(scenario, of=task)
    operator = staff.logged_in_client(staff.member_of(scenario.organization, "admin"))

    shown = [
        list(operator.get(admin_url(model, "changelist"), {"q": "cookies"}).context["cl"].result_list)
        for model in (Finding, Task, Verification)
    ]

    assert shown == [[own], [task], [verification]]


def test_regressions_are_searched_by_the_words_of_the_finding(operator: Client, scenario: Scenario) -> None:
    regression = factories.regression(scenario)
    Finding.objects.filter(pk=regression.finding_id).update(
        title="No policy", affected_assets=[{"type": "url", "value": "https://example.com/shop"}]
    )

    found = [
        list(operator.get(admin_url(Regression, "changelist"), {"q": text}).context["cl"].result_list)
        for text in ("policy no", "com/shop", "other")
    ]

    assert found == [[regression], [regression], []]


def test_regression_links_the_verification_that_was_reopened(operator: Client, scenario: Scenario) -> None:
    verification = factories.verification(scenario)
    regression = factories.regression(scenario, of=verification.task.finding)
    Regression.objects.filter(pk=regression.pk).update(
        verification_id=verification.pk, trigger="verification_reopened"
    )

    page = operator.get(admin_url(Regression, "change", regression.pk)).content.decode()

    assert f'href="/admin/remediation/verification/{verification.pk}/change/"' in page
    assert "Verification reopened (Open)" in page


@pytest.mark.parametrize(("confidence", "words"), [(87, "87"), (0.5, "0.5"), ("high", "High"), (1, "")])
def test_confidence_is_shown_as_it_was_sent_and_not_if_it_is_the_default(confidence: Any, words: str) -> None:
    assert confidence_in_words(confidence) == words


def test_add_form_says_how_json_is_written(operator: Client) -> None:
    page = operator.get(admin_url(Finding, "add")).content.decode()

    assert "Where it is, as JSON, such as" in page
    assert "As JSON, such as" in page


@pytest.mark.parametrize(("role", "offered"), [("viewer", False), ("member", True)])
def test_page_offers_a_task_to_people_who_may_add_it(scenario: Scenario, role: str, offered: bool) -> None:
    client = staff.logged_in_client(staff.member_of(scenario.organization, role))

    page = client.get(staff.admin_url(Finding, "change", factories.finding(scenario).pk)).content.decode()

    assert ("Add task" in page, "<summary>Edit</summary>" in page) == (offered, offered)


@pytest.mark.parametrize(
    ("query", "is_counted"),
    [("", True), ("quick=open", True), ("q=finding", False), ("severity__exact=low", False)],
)
def test_quick_filters_have_numbers_only_where_they_are_those_of_their_lists(
    operator: Client, scenario: Scenario, query: str, is_counted: bool
) -> None:
    # A list that is narrowed otherwise too has fewer rows than the counters.
    factories.finding(scenario, severity="low")
    factories.finding(scenario, severity="high")

    page = operator.get(f"{admin_url(Finding, 'changelist')}?{query}")

    counts = [link["count"] for link in page.context["quick_filters"][1:]]
    assert ([count is not None for count in counts]) == [is_counted] * len(counts)


def test_quick_filters_have_no_number_for_a_filter_by_another_project_than_the_chosen_one(
    operator: Client, scenario: Scenario
) -> None:
    other = factories.finding(factories.scenario()).project
    factories.finding(scenario)
    operator.post("/admin/choose-project/", {"project": str(scenario.project.pk)})

    page = operator.get(f"{admin_url(Finding, 'changelist')}?project__id__exact={other.pk}")

    assert {link["count"] for link in page.context["quick_filters"][1:]} == {None}


def test_list_displays_each_status_and_severity_by_its_label(operator: Client, scenario: Scenario) -> None:
    for status, severity in (("new", "low"), ("in_progress", "critical"), ("dismissed", "medium")):
        factories.finding(scenario, status=status, severity=severity)

    page = LexborHTMLParser(operator.get(admin_url(Finding, "changelist")).text)

    shown = {
        (row.css_first(".field-status").text(strip=True), row.css_first(".field-severity").text(strip=True))
        for row in page.css("#result_list tbody tr")
    }
    assert shown == {("New", "Low"), ("In progress", "Critical"), ("Dismissed", "Medium")}
