"""The grade of each domain in a report."""

from reports.presentation.grades import grades
from reports.snapshots.snapshotting import FindingCount, worst_open_severities
from tests.unit.reports.sample_snapshot import snapshot


def test_a_grade_follows_the_worst_open_finding_and_names_the_change_of_the_risk():
    found = [
        (grade.label, grade.letter, grade.reason, grade.change, grade.tone) for grade in grades(snapshot())
    ]

    assert found == [
        ("Security", "F", "2 critical findings are open.", "Risk down 186.", "better"),
        ("Performance", "D", "1 high finding is open.", "Risk unchanged.", ""),
        ("SEO", "A", "Nothing is open.", "Risk unchanged.", ""),
    ]


def test_domains_that_were_never_scanned_have_no_grade():
    rows = [
        FindingCount("low", "security", "new", 3, 10),
        FindingCount("medium", "security", "triaged", 2, 10),
        FindingCount("critical", "security", "resolved", 1, 10),
        FindingCount("high", "seo", "dismissed", 1, 10),
    ]

    assert worst_open_severities(rows, was_scanned=False) == {"security": ("medium", 2), "seo": None}
    assert set(worst_open_severities(rows, was_scanned=True)) == {
        "security",
        "performance",
        "accessibility",
        "seo",
    }


def test_a_grade_names_no_change_where_only_one_day_is_known():
    first = snapshot(scores=[964])

    assert {grade.change for grade in grades(first)} == {""}


def test_reports_of_earlier_versions_have_no_grades():
    assert grades(snapshot(breakdown={})) == []


def test_the_reason_has_its_thousands_apart():
    [grade] = grades(snapshot(breakdown={"worst_open_by_domain": {"seo": ("low", 1014)}}))

    assert grade.reason == "1,014 low findings are open."
