"""axe-core on the form of every model of the admin: the page of a row, and the page that adds one."""

from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client

from tests import factories, staff
from tests.browser.visitor import SCREENS, SCREENSHOTS, visiting
from tests.staff import admin_url

pytestmark = [pytest.mark.needs_chromium, pytest.mark.long]


def paths_of_forms(client: Client) -> list[str]:
    """Return the paths of the page of a row of each model, and of those that add one."""
    paths = []
    for model in admin.site._registry:
        with transaction.atomic():
            row = staff.ROWS[model](factories.scenario())  # some are unique in a project
        add = admin_url(model, "add")
        paths += [admin_url(model, "change", row.pk), *([add] if client.get(add).status_code == 200 else [])]
    return paths


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("window", "theme"), SCREENS if SCREENSHOTS else [("desktop", "light")])
def test_axe_finds_nothing_in_any_form(live_server: Any, window: str, theme: str) -> None:
    user = staff.superuser()
    paths = paths_of_forms(staff.logged_in_client(user))

    with visiting(live_server.url, window, theme) as visitor:
        visitor.sign_in(user)
        for path in paths:
            visitor.open(path)
            visitor.look(f"form{path.removeprefix('/admin').replace('/', '-')}", contrast=False)

    assert visitor.problems == []
