"""JSON that the API accepts is returned unchanged by every output."""

import csv
import io
import json
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.log import log_event
from events.models import Event
from remediation.evidence import chain as evidence
from remediation.evidence.export import bundle
from reports.export import export_report
from reports.models import Report
from reports.services import queue_export
from tests import factories
from tests.factories import Scenario

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers(-(10**45), 10**45) | TEXT
# PostgreSQL writes a larger float without its exponent, so it is read as an integer of the same digits.
SCALARS |= st.floats(-(2.0**53), 2.0**53)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
EXAMPLES = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NINES = 10**40 - 1


def reported(scenario: Scenario, values: list[Any]) -> list[str]:
    """Report a finding for each value, with the value in its evidence; return the ids."""
    findings = [
        {"domain": "seo", "severity": "low", "title": f"Finding {number}", "evidence": {"value": value}}
        for number, value in enumerate(values)
    ]
    response = scenario.client.call("post", "findings/bulk", {"findings": findings})
    assert response.status_code == 200, response.content
    return [item["id"] for item in response.json()["data"]["items"]]


def exported(scenario: Scenario, format_: str) -> bytes:
    report = queue_export(scenario.project, format=format_, by=scenario.actor)
    export_report(report.pk)
    response = scenario.client.call("get", f"reports/{report.pk}/download")
    assert (Report.objects.get(pk=report.pk).failure, response.status_code) == ("", 200)
    return b"".join(response.streaming_content)


@pytest.mark.slow
@EXAMPLES
@given(values=st.lists(VALUES, min_size=3, max_size=6))
@pytest.mark.django_db
def test_accepted_json_is_returned_unchanged_by_responses_and_exports(
    scenario: Scenario, values: list[Any]
) -> None:
    with transaction.atomic():
        values = [NINES, *values]
        ids = reported(scenario, values)

        single = [
            scenario.client.call("get", f"findings/{pk}").json()["data"]["evidence"]["value"] for pk in ids
        ]
        listed = scenario.client.call("get", "findings?limit=100").json()["data"]
        written = json.loads(exported(scenario, "json"))["findings"]
        rows = list(csv.reader(io.StringIO(exported(scenario, "csv").decode())))
        transaction.set_rollback(True)

    assert single == values
    by_id = {finding["id"]: finding["evidence"]["value"] for finding in listed}
    assert [by_id[pk] for pk in ids] == values
    by_id = {finding["id"]: finding["evidence"]["value"] for finding in written}
    assert [by_id[pk] for pk in ids] == values
    assert len(rows) > len(values)


@pytest.mark.slow
@EXAMPLES
@given(value=VALUES)
@pytest.mark.django_db
def test_accepted_json_can_be_logged_and_recorded_as_evidence(scenario: Scenario, value: Any) -> None:
    with transaction.atomic():
        verification = factories.verification(scenario)
        log_event("finding.updated", verification.task.finding, by=scenario.actor, value=value)
        evidence.append(verification, "security_header_csp", {"seen": value, "measured": NINES})
        logged = Event.objects.order_by("pk").last()
        exported_bundle = bundle(verification)
        transaction.set_rollback(True)

    assert logged is not None
    assert logged.data["value"] == value
    assert b"1e+40" in exported_bundle


@pytest.mark.needs_pango
@pytest.mark.slow
@pytest.mark.django_db
def test_pdf_is_rendered_for_a_finding_with_large_numbers(scenario: Scenario) -> None:
    reported(scenario, [NINES, {"deep": [NINES, 1e308]}])

    assert exported(scenario, "pdf").startswith(b"%PDF-")
