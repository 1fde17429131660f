"""Members lose all access when they are removed, and get none of it back when they are invited again."""

import pytest

from accounts import api_keys, services
from accounts.models import ApiKey, Membership, Scope
from events.models import Event
from krafter_audit.api.errors import Unauthorized
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
EMAIL = "ada@example.com"


def test_keys_of_a_removed_member_do_not_work_after_a_new_invitation(scenario: Scenario) -> None:
    user = services.create_user(EMAIL, organization=scenario.organization)
    row, key = api_keys.issue(scenario.organization, user=user, name="CI", scopes=[Scope.READ])
    elsewhere = factories.scenario().organization
    services.set_member(elsewhere, user, role="member")
    kept, _ = api_keys.issue(elsewhere, user=user, name="CI elsewhere")

    services.remove_member(
        Membership.objects.get(user=user, organization=scenario.organization), by=scenario.actor
    )
    services.invite_member(scenario.organization, email=EMAIL, role="member", by=scenario.actor)

    with pytest.raises(Unauthorized):
        api_keys.authenticate(f"Bearer {key}")
    revoked = ApiKey.objects.exclude(revoked_at=None).values_list("pk", flat=True)
    assert (list(revoked), ApiKey.objects.get(pk=kept.pk).revoked_at) == ([row.pk], None)
    [event] = Event.objects.filter(name="api_key.revoked")
    assert (event.subject_id, event.actor_id) == (row.pk, scenario.owner.pk)
