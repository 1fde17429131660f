"""Guard windows in the admin, and on the page of their finding."""

import pytest

from assurance.models import Deploy, GuardWindow
from findings.models import Finding
from tests import staff
from tests.factories import Scenario
from tests.staff import admin_url, messages_of, run_action
from tests.unit.assurance.conftest import opened

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_page_of_a_finding_shows_its_guard_window(scenario: Scenario) -> None:
    window = opened(scenario)

    page = staff.logged_in_client().get(admin_url(Finding, "change", window.finding_id))

    assert page.context["detail"]["guard"]["progress"] == "0 of 3 passed"
    assert "Guard window" in page.content.decode()


def test_action_cancels_an_open_window_once(scenario: Scenario) -> None:
    window = opened(scenario)
    client = staff.logged_in_client()

    messages = [messages_of(run_action(client, "cancel", window)) for _ in range(2)]

    window.refresh_from_db()
    assert window.status == GuardWindow.Status.CANCELLED
    assert "cancelled" in messages[0][0]
    assert "has ended" in messages[1][0]


def test_list_is_searched_by_the_words_of_the_finding(scenario: Scenario) -> None:
    window, client = opened(scenario), staff.logged_in_client()
    Finding.objects.filter(pk=window.finding_id).update(
        title="No policy", affected_assets=[{"type": "url", "value": "https://example.com/shop"}]
    )

    found = [
        list(client.get(admin_url(GuardWindow, "changelist"), {"q": text}).context["cl"].result_list)
        for text in ("policy no", "com/shop", "other")
    ]

    assert found == [[window], [window], []]


def test_page_of_a_window_shows_its_runs(scenario: Scenario) -> None:
    window = opened(scenario)

    page = staff.logged_in_client().get(admin_url(GuardWindow, "change", window.pk))

    assert page.context["detail"]["progress"] == "0 of 3 passed"
    assert [run.status for run in page.context["detail"]["runs"]] == ["pending"] * 3
    assert "Cancel the guard window" in page.content.decode()


def test_page_of_a_deploy_shows_the_runs_after_it(scenario: Scenario) -> None:
    deploy = staff.ROWS[Deploy](scenario)
    run = deploy.guard_runs.get()

    page = staff.logged_in_client().get(admin_url(Deploy, "change", deploy.pk))

    assert list(page.context["detail"]["runs"]) == [run]
    assert run.window.finding.title in page.content.decode()
