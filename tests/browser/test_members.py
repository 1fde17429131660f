"""An owner invites a person and revokes the invitation, and a member leaves, in a real browser."""

from typing import Any

import pytest
from django.urls import reverse

from accounts import api_keys
from accounts.models import Membership
from tests import factories
from tests.browser.scenarios import staff_owner
from tests.browser.visitor import visiting
from tests.factories import Scenario

pytestmark = pytest.mark.needs_chromium


@pytest.mark.django_db(transaction=True)
def test_leave_an_organisation(live_server: Any, scenario: Scenario) -> None:
    user = staff_owner(scenario)
    other = factories.scenario().organization
    Membership.objects.create(organization=other, user=user, role="admin")
    api_keys.issue(other, user=user, name="Deploys of the shop", scopes=["audit:write"])

    with visiting(live_server.url, "desktop") as visitor:
        page = visitor.page
        visitor.sign_in(user)
        visitor.open("/admin/")
        page.get_by_role("button", name="Account and theme").click()
        page.get_by_role("link", name="Organisations", exact=True).last.click()
        page.wait_for_selector("h2:has-text('Your organisations')")
        visitor.check_page("organisations")
        page.get_by_role("link", name=f"Leave… {other.name}").click()
        page.wait_for_selector("text=This API key stops working at once: Deploys of the shop")
        visitor.check_page("leave")
        page.get_by_role("button", name="Leave the organisation").click()
        page.wait_for_selector(f"text=You have left {other.name}.")

    assert visitor.problems == []
    assert list(Membership.objects.filter(user=user).values_list("organization", flat=True)) == [
        scenario.organization.pk
    ]


@pytest.mark.django_db(transaction=True)
def test_invite_a_person_see_the_state_and_revoke_the_invitation(
    live_server: Any, scenario: Scenario
) -> None:
    user = staff_owner(scenario)

    with visiting(live_server.url) as visitor:
        page = visitor.page
        visitor.sign_in(user)
        visitor.open(reverse("admin:accounts_membership_add"))
        visitor.check_page("invite")
        page.get_by_label("E-mail").fill("ada@example.com")
        page.click("[name=_continue]")
        page.wait_for_selector("text=Mail is being sent")
        visitor.check_page("member")
        page.click("button[value=revoke]")
        page.wait_for_selector("text=The link in the mail stops working.")
        visitor.check_page("member-revoke")
        page.click("button[name=confirmed]")
        page.wait_for_selector("text=the invitation is revoked.")
        visitor.check_page("members")

    assert visitor.problems == []
    assert list(Membership.objects.values_list("user__email", flat=True)) == [user.email]
