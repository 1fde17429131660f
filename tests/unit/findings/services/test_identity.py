"""A finding is the same by what its source calls it, whatever people call it since."""

from typing import Any

import pytest

from findings.models import Finding
from findings.services.identity import qualified_title, source_key_of_check
from findings.services.ingestion import FindingReport, ingest
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
TITLE = "Content-Security-Policy header is missing"


def scanned(title: str = TITLE, key: str = "security_header_csp", **fields: Any) -> FindingReport:
    return FindingReport("security", title, checks=[key], source_key=source_key_of_check(key), **fields)


def rename(scenario: Scenario, pk: Any, title: str) -> None:
    assert scenario.client.call("patch", f"findings/{pk}", {"title": title}).status_code == 200


def titles() -> list[str]:
    return sorted(Finding.objects.values_list("title", flat=True))


def report(scenario: Scenario, **body: Any) -> tuple[int, str]:
    response = scenario.client.call("post", "findings", {"domain": "security", **body})
    return response.status_code, response.json()["data"]["id"]


def test_a_renamed_finding_is_found_again_by_the_next_scan(scenario: Scenario):
    [finding] = ingest(scenario.project, [scanned()], by=scenario.actor).findings
    rename(scenario, finding.pk, "No CSP on the shop")

    again = ingest(scenario.project, [scanned(description="New.")], by=scenario.actor)

    assert (again.ids, again.created, titles()) == ([finding.pk], set(), ["No CSP on the shop"])


def test_a_check_whose_title_changed_keeps_its_finding(scenario: Scenario):
    [finding] = ingest(scenario.project, [scanned()], by=scenario.actor).findings

    again = ingest(scenario.project, [scanned("CSP is missing")], by=scenario.actor)

    assert (again.ids, titles()) == ([finding.pk], [TITLE])


@pytest.mark.parametrize("identity", [{}, {"external_id": "JIRA-7"}])
def test_a_renamed_finding_is_found_again_by_its_reporter(scenario: Scenario, identity: dict[str, str]):
    created, pk = report(scenario, title=TITLE, **identity)
    rename(scenario, pk, "Another title")

    updated, same = report(scenario, title=TITLE, **identity)

    assert (created, updated, same, titles()) == (201, 200, pk, ["Another title"])


def test_external_ids_are_different_findings_with_different_titles(scenario: Scenario):
    _, first = report(scenario, title=TITLE, external_id="A")
    status, second = report(scenario, title=TITLE, external_id="B")

    assert status == 201
    assert first != second
    assert titles() == [TITLE, f"{TITLE} (B)"]
    assert report(scenario, title=TITLE, external_id="B") == (200, second)


def test_a_scan_continues_a_finding_that_was_reported_with_its_title(scenario: Scenario):
    _, pk = report(scenario, title=TITLE)

    [finding] = ingest(scenario.project, [scanned()], by=scenario.actor).findings

    assert (str(finding.pk), finding.identity) == (pk, "check:security_header_csp")
    assert report(scenario, title=TITLE) == (200, pk)


def test_a_scan_continues_a_reported_finding_that_was_renamed(scenario: Scenario):
    _, pk = report(scenario, title=TITLE)
    rename(scenario, pk, "Another title")

    [finding] = ingest(scenario.project, [scanned()], by=scenario.actor).findings

    assert (str(finding.pk), finding.identity, titles()) == (
        pk,
        "check:security_header_csp",
        ["Another title"],
    )


def test_a_renamed_finding_of_another_source_is_not_updated_by_its_first_title(scenario: Scenario):
    _, pk = report(scenario, title=TITLE, external_id="A")
    rename(scenario, pk, "Another title")

    status, other = report(scenario, title=TITLE, external_id="B")

    assert (status, other == pk, titles()) == (201, False, ["Another title", TITLE])


def test_a_finding_with_the_title_of_another_check_is_not_updated_by_it(scenario: Scenario):
    [csp] = ingest(scenario.project, [scanned()], by=scenario.actor).findings
    rename(scenario, csp.pk, "HSTS header is missing")
    hsts = scanned("HSTS header is missing", "hsts")

    first = ingest(scenario.project, [hsts], by=scenario.actor)
    again = ingest(scenario.project, [hsts], by=scenario.actor)

    assert (len(first.created), again.created, first.ids) == (1, set(), again.ids)
    assert titles() == ["HSTS header is missing", "HSTS header is missing (hsts)"]


def test_two_titles_of_one_finding_in_a_batch_update_it(scenario: Scenario):
    _, pk = report(scenario, title=TITLE)
    rename(scenario, pk, "Another title")
    items = [{"domain": "security", "title": title} for title in (TITLE, "Another title")]

    body = scenario.client.call("post", "findings/bulk", {"findings": items}).json()["data"]

    assert (body["created"], body["updated"], {item["id"] for item in body["items"]}) == (0, 2, {pk})


def test_checks_with_one_title_in_a_batch_are_two_findings(scenario: Scenario):
    reports = [scanned(key="csp"), scanned(key="hsts")]

    created = ingest(scenario.project, reports, by=scenario.actor).created
    again = ingest(scenario.project, reports, by=scenario.actor).created

    assert (len(created), again, titles()) == (2, set(), [TITLE, f"{TITLE} (hsts)"])


def test_a_qualified_title_has_at_most_300_characters():
    title = qualified_title(scanned("x" * 300))

    assert (len(title), title[-21:]) == (300, "(security_header_csp)")


@pytest.mark.parametrize("is_renamed_before", [False, True])
def test_a_renamed_finding_that_a_scan_continues_is_found_again_by_its_reporter(
    scenario: Scenario, is_renamed_before: bool
):
    _, pk = report(scenario, title="Reported")
    if is_renamed_before:
        rename(scenario, pk, TITLE)
    ingest(scenario.project, [scanned(TITLE if is_renamed_before else "Reported")], by=scenario.actor)
    rename(scenario, pk, "Another title")

    again = report(scenario, title="Reported")

    assert (again, titles()) == ((200, pk), ["Another title"])


def test_a_renamed_finding_of_a_scan_is_found_again_by_its_first_title(scenario: Scenario):
    [finding] = ingest(scenario.project, [scanned()], by=scenario.actor).findings
    rename(scenario, finding.pk, "Another title")

    again = report(scenario, title=TITLE)

    assert (again, titles()) == ((200, str(finding.pk)), ["Another title"])
