"""The admin of integrations."""

from typing import Any

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from accounts.services import create_project
from integrations import services
from integrations.models import Integration
from tests import staff
from tests.unit.integrations.conftest import CREDENTIALS

pytestmark = pytest.mark.django_db


def test_admin_actions_sync_and_disconnect(project: Project) -> None:
    row = services.connect(project, "github", credentials=CREDENTIALS, by=SYSTEM)
    browser, address = staff.logged_in_client(), "/admin/integrations/integration/"

    browser.post(address, {"action": "sync_now", "_selected_action": str(row.pk)})
    syncing = Integration.objects.get().status
    browser.post(address, {"action": "disconnect", "_selected_action": str(row.pk)})
    page = browser.post(address, {"action": "sync_now", "_selected_action": str(row.pk)}, follow=True)

    assert (syncing, Integration.objects.get().status) == ("syncing", "disconnected")
    assert "not connected" in page.content.decode()


def test_admin_list_takes_a_constant_number_of_queries(
    project: Project, django_assert_max_num_queries: Any
) -> None:
    browser = staff.logged_in_client()
    for slug in ("a", "b", "c", "d", "e", "f"):
        other = create_project(project.organization, slug=slug, site_url="https://example.com")
        services.connect(other, "github", credentials=CREDENTIALS, by=SYSTEM)

    with django_assert_max_num_queries(8):
        assert browser.get("/admin/integrations/integration/").status_code == 200
