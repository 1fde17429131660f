"""Alerts that cannot be read are left out of an import, and named in the log."""

import pytest

from findings.models import Finding
from tests.fakes.trackers.github import FakeGitHub
from tests.unit.integrations.conftest import Sync
from tests.unit.integrations.providers.github.alerts import code_scanning_alert
from tests.unit.integrations.sync.scenario import last_run

pytestmark = pytest.mark.django_db


def test_unreadable_alert_is_named_and_changes_no_finding(sync: Sync, github: FakeGitHub) -> None:
    first, second = ({**code_scanning_alert(), "number": number} for number in (1, 2))
    github.alerts = {"code-scanning": [first], "dependabot": []}
    sync()
    github.alerts = {"code-scanning": [{**first, "html_url": None}, second], "dependabot": []}

    row = sync()

    assert row.status == "connected"
    assert list(Finding.objects.order_by("id").values_list("status", flat=True)) == ["new", "new"]
    assert last_run().notes == [
        "Left out of the code scanning alerts, since this version cannot read them: 1."
    ]


def test_repaired_alert_is_imported(sync: Sync, github: FakeGitHub) -> None:
    alert = {**code_scanning_alert(), "number": 1}
    github.alerts = {"code-scanning": [{**alert, "tool": None}], "dependabot": []}
    sync()
    before = Finding.objects.count()
    github.alerts = {"code-scanning": [alert], "dependabot": []}
    sync()

    assert (before, Finding.objects.count()) == (0, 1)
