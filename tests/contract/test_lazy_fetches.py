"""Frequent requests load related rows in advance: a lazy fetch raises an error."""

from typing import Any

import pytest
from django.core.exceptions import FieldFetchBlocked
from django.db.models import fetch_modes

from findings.models import Finding
from tests import factories
from tests.contract.query_counts import COUNTS, ids
from tests.factories import Scenario


@pytest.fixture
def no_fetching(monkeypatch: pytest.MonkeyPatch) -> None:
    """Raise an error when a deferred field or a relation is fetched lazily."""

    def refuse(self: Any, fetcher: Any, instance: Any) -> None:
        raise FieldFetchBlocked(f"{type(instance).__name__} fetches {fetcher}")

    monkeypatch.setattr(fetch_modes.FetchOne, "fetch", refuse)


@pytest.mark.slow
def test_reads_fetch_no_related_row_lazily(scenario: Scenario, request: pytest.FixtureRequest):
    rows = ids(scenario)
    request.getfixturevalue("no_fetching")

    statuses = {path: scenario.client.call("get", path.format(**rows)).status_code for path in COUNTS}

    assert statuses == dict.fromkeys(COUNTS, 200)


@pytest.mark.slow
def test_writes_fetch_no_related_row_lazily(scenario: Scenario, request: pytest.FixtureRequest):
    verification = factories.verification(scenario, checks="passed", open_regressions=1)
    finding = factories.finding(scenario)
    request.getfixturevalue("no_fetching")

    changed = scenario.client.call("patch", f"findings/{finding.pk}", {"status": "triaged"})
    approved = scenario.client.call("post", f"verifications/{verification.pk}/approve")

    assert (changed.status_code, approved.status_code) == (200, 200)


def test_lazy_fetch_is_detected(scenario: Scenario, request: pytest.FixtureRequest):
    finding = Finding.objects.get(pk=factories.finding(scenario).pk)
    request.getfixturevalue("no_fetching")

    with pytest.raises(FieldFetchBlocked):
        _ = finding.project
