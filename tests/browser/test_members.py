"""An owner invites a person, revokes the invitation and invites again, in a real browser."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Membership
from tests.browser.test_admin_journeys import staff_owner
from tests.browser.visitor import visiting
from tests.factories import Scenario

pytestmark = pytest.mark.needs_chromium


@pytest.mark.django_db(transaction=True)
def test_invite_a_person_see_the_state_and_revoke_the_invitation(
    live_server: Any, scenario: Scenario
) -> None:
    user = staff_owner(scenario)

    with visiting(live_server.url) as visitor:
        page = visitor.page
        visitor.sign_in(user)
        visitor.open(reverse("admin:accounts_membership_add"))
        visitor.look("invite")
        page.get_by_label("E-mail").fill("ada@example.com")
        page.click("[name=_continue]")
        page.wait_for_selector("text=Mail is being sent")
        visitor.look("member")
        page.click("button[value=revoke]")
        page.wait_for_selector("text=The link in the mail stops working.")
        visitor.look("member-revoke")
        page.click("button[name=confirmed]")
        page.wait_for_selector("text=the invitation is revoked.")
        visitor.look("members")

    assert visitor.problems == []
    assert list(Membership.objects.values_list("user__email", flat=True)) == [user.email]
