"""Requests with the credentials of an integration: what is tested, and that no message repeats them."""

import pytest

from accounts.actors import SYSTEM
from accounts.models import Project
from integrations import connection, services
from tests.fakes.tracker import serve
from tests.fakes.trackers.jira import BASIC, FakeJira

pytestmark = pytest.mark.django_db
ECHO = (400, {}, {"errorMessages": [f"Unexpected header: Basic {BASIC}"], "errors": {}})


def test_connection_test_hides_the_encoded_form_of_the_credentials(
    project: Project, loopback: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(FakeJira()) as jira:
        monkeypatch.setenv("KRAFTER_JIRA_URL", jira.api_url)
        integration = services.connect(project, "jira", credentials=jira.credentials, by=SYSTEM)
        jira.next_answer("GET", "/myself$", ECHO)
        jira.next_answer("GET", "/myself$", ECHO)

        checks = [
            connection.check_credentials("jira", jira.credentials),
            connection.check_stored(integration),
        ]

    refused = "Jira refused the request for myself (status 400: Unexpected header: Basic [hidden])."
    assert [(check.is_accepted, check.message) for check in checks] == [(False, refused)] * 2
