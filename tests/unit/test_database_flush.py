"""What a test commits is gone before the next one."""

from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError

from events.models import Event
from tests import database_flush, database_role, factories

pytestmark = pytest.mark.django_db(transaction=True)


def filled() -> set[str]:
    """The tables of models that have rows."""
    models = apps.get_models(include_auto_created=True)
    return {model._meta.db_table for model in models if model._meta.managed and model._base_manager.exists()}


def test_every_table_is_emptied_except_those_that_django_fills_again():
    factories.verification(factories.scenario(), open_regressions=1)
    assert (
        filled() > {"events_event", "findings_regression", "remediation_verification"} | database_flush.KEPT
    )

    database_flush.flush(None)

    assert filled() == database_flush.KEPT


def test_audit_log_is_append_only_again_afterwards():
    factories.finding(factories.scenario())
    database_flush.flush(None)
    factories.finding(factories.scenario())

    with database_role.as_owner(), pytest.raises(DatabaseError, match="append-only"):
        Event.objects.all().delete()


def test_role_without_permission_to_disable_triggers_truncates(monkeypatch: pytest.MonkeyPatch):
    truncated: list[Any] = []
    monkeypatch.setattr(database_flush, "django_flush", truncated.append)
    with database_role.session_of_application():
        database_flush.flush("the test")

    assert truncated == ["the test"]
