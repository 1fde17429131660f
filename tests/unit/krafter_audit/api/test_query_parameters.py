"""Unknown query parameters are rejected with the nearest names; those of the description are accepted."""

import pytest

from tests.factories import Scenario

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "messages"),
    [
        ("inlcude=tasks", {"inlcude": ["Unknown parameter. Did you mean include?"]}),
        ("create_after=x", {"create_after": [
            "Unknown parameter. Did you mean created_after or updated_after or created_before?"
        ]}),
        ("zzz=1", {"zzz": ["Unknown parameter."]}),
        ("status=", {"status": ["Send a value, or leave the parameter out."]}),
    ],
)  # fmt: skip
def test_wrong_parameters_of_a_list_are_named(
    scenario: Scenario, query: str, messages: dict[str, list[str]]
) -> None:
    response = scenario.client.call("get", f"findings?{query}")

    assert (response.status_code, response.json()["error"]["details"]) == (422, messages)


def test_operation_without_parameters_says_so(scenario: Scenario) -> None:
    body = {"domain": "seo", "title": "No title", "severity": "low"}

    response = scenario.client.call("post", "findings?dry_run=true", body)

    assert response.json()["error"]["details"] == {"dry_run": ["Unknown parameter: this operation has none."]}
    assert scenario.client.call("get", "findings").json()["meta"]["total"] == 0


def test_head_has_the_parameters_of_get_and_options_ignores_them(scenario: Scenario) -> None:
    statuses = [
        scenario.client.call(method, f"findings?{query}").status_code
        for method, query in [("head", "limit=1"), ("head", "limt=1"), ("options", "limt=1")]
    ]

    assert statuses == [200, 422, 204]
