"""The views of a key, its organisation and its members."""

from typing import Any

import pytest
from django.db.models import Model

from accounts.models import ApiKey, Membership, User
from accounts.views import CallerViewSet
from tests.factories import Scenario

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("deleted", [ApiKey, Membership, User])
def test_key_whose_rows_are_deleted_after_its_authentication_is_unauthorized(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch, deleted: type[Model]
) -> None:
    def delete(view: CallerViewSet, **kwargs: Any) -> None:
        deleted._default_manager.all().delete()

    monkeypatch.setattr(CallerViewSet, "_locate", delete)

    response = scenario.client.get("/api/v1/me")

    assert (response.status_code, response["www-authenticate"]) == (401, "Bearer")
