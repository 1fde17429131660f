"""Hand-written reads go to the database that the model is read from."""

import pytest
from django.db import router

from accounts.models import Organization
from krafter_audit.db.sql import fetch_all
from tests.factories import Scenario

NAME = "SELECT name FROM accounts_organization WHERE id = %(id)s"


def test_fetch_all_returns_tuples(scenario: Scenario):
    rows = fetch_all(NAME, {"id": scenario.organization.pk}, model=Organization)

    assert rows == [(scenario.organization.name,)]


def test_fetch_all_reads_from_the_database_that_the_router_chooses_for_the_model(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
):
    routed = []

    def db_for_read(model: type) -> str:
        routed.append(model)
        return "default"

    monkeypatch.setattr(router, "db_for_read", db_for_read)
    fetch_all(NAME, {"id": scenario.organization.pk}, model=Organization)

    assert routed == [Organization]
