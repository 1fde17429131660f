"""A deprecated operation says so in its responses and in the OpenAPI description."""

from datetime import UTC, datetime

import pytest

from findings.views import RegressionViewSet
from krafter_audit.api.deprecation import Deprecation
from krafter_audit.api.openapi.schema import DescriptionGenerator
from tests import factories
from tests.factories import Scenario

pytestmark = pytest.mark.django_db
SINCE, SUNSET = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, 12, tzinfo=UTC)
SEE = "https://audit.example.com/api/docs"


@pytest.fixture
def deprecated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RegressionViewSet, "deprecations", {"list": Deprecation(SINCE, SUNSET, SEE)})


def test_deprecated_operation_has_the_headers(scenario: Scenario, deprecated: None) -> None:
    for _ in "12":
        factories.regression(scenario)

    response = scenario.client.call("get", "regressions?limit=1")

    assert (response["deprecation"], response["sunset"]) == ("@1767225600", "Fri, 01 Jan 2027 12:00:00 GMT")
    next_page, see = response["link"].split(", ")
    assert (next_page.endswith('rel="next"'), see) == (True, f'<{SEE}>; rel="deprecation"')


def test_errors_of_a_deprecated_operation_have_the_headers(scenario: Scenario, deprecated: None) -> None:
    response = scenario.client.call("get", "regressions?limit=0")

    assert (response.status_code, "deprecation" in response) == (422, True)


def test_other_operations_have_no_such_headers(scenario: Scenario, deprecated: None) -> None:
    response = scenario.client.call("get", "findings")

    assert not {"deprecation", "sunset", "link"} & {name.lower() for name in response.headers}


def test_description_says_which_operations_are_deprecated(deprecated: None) -> None:
    schema = DescriptionGenerator().get_schema(public=True)

    found = [
        operation["operationId"]
        for item in schema["paths"].values()
        for operation in item.values()
        if operation.get("deprecated")
    ]
    assert found == ["list_regressions"]
