from typing import Any

import pytest
from django.test import Client
from selectolax.lexbor import LexborHTMLParser

from findings.services import triage
from tests import factories
from tests.factories import Scenario
from tests.staff import admin_url

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def fields_of(client: Client, row: Any) -> dict[str, str]:
    """Open the page of a row and return the fields of its form as a browser would send them."""
    page = client.get(admin_url(row, "change", row.pk))
    form = page.context["adminform"].form
    tree = LexborHTMLParser(page.content.decode())
    hidden = {
        field.attributes["name"]: field.attributes.get("value") or ""
        for field in tree.css("input[name^='initial-']")
    }
    return {**{name: form[name].value() or "" for name in form.fields}, **hidden}


def test_form_keeps_what_another_person_has_changed_since_it_was_opened(
    operator: Client, scenario: Scenario
) -> None:
    finding = factories.finding(
        scenario, title="Old", description="Old", recommended_fix={"summary": "Fix it."}
    )
    opened = fields_of(operator, finding)
    theirs = {"description": "Theirs", "recommended_fix": {"summary": "Their fix."}, "severity": "low"}
    triage.update(finding.pk, changes=theirs, by=scenario.actor)

    operator.post(admin_url(finding, "change", finding.pk), {**opened, "title": "New"})

    finding.refresh_from_db()
    assert finding.title == "New"
    assert {name: getattr(finding, name) for name in theirs} == theirs


def test_form_changes_a_value_back_to_the_one_before(operator: Client, scenario: Scenario) -> None:
    finding = factories.finding(scenario, title="New")
    opened = fields_of(operator, finding)

    operator.post(admin_url(finding, "change", finding.pk), {**opened, "title": "Old"})

    finding.refresh_from_db()
    assert finding.title == "Old"
