"""Strings that show nothing are blank; request bodies with very many items or names cost little to reject."""

from typing import Any

import pytest
from rest_framework.exceptions import ValidationError

from krafter_audit.api.serializers import BoundedListField, RequestSerializer, StrictCharField
from tests.factories import Scenario


class CountingField(StrictCharField):
    """A string; counts those that it validates."""

    validated = 0

    def to_internal_value(self, data: Any) -> str:
        self.validated += 1
        return super().to_internal_value(data)


class NameSerializer(RequestSerializer):
    """An item of a list."""

    name = StrictCharField()


class NamesSerializer(RequestSerializer):
    """A list of items."""

    names = BoundedListField(child=NameSerializer(), max_length=1000)


def errors_of(serializer: RequestSerializer, body: dict[str, Any]) -> dict[str, Any]:
    with pytest.raises(ValidationError) as raised:
        serializer.run_validation(body)
    errors: dict[str, Any] = raised.value.detail  # type: ignore[assignment]  # a dict here
    return errors


def test_items_of_a_list_that_is_too_long_are_not_validated() -> None:
    field = BoundedListField(child=CountingField(), max_length=2)

    assert field.run_validation(["a", "b"]) == ["a", "b"]
    with pytest.raises(ValidationError, match="no more than 2 elements"):
        field.run_validation(["a"] * 1000)
    assert field.child.validated == 2


def test_names_of_a_request_are_compared_with_known_ones_up_to_a_limit() -> None:
    found = errors_of(NamesSerializer(), {"names": [{"name": "a", "nmae": "b"}] * 60})["names"]

    messages = [str(found[index]["nmae"][0]) for index in range(60)]
    assert messages == ["Unknown field. Did you mean name?"] * 50 + ["Unknown field."] * 10


def test_invalid_items_of_a_request_are_named_up_to_a_limit_and_then_the_first_of_a_list() -> None:
    serializer = NamesSerializer()

    named = [len(errors_of(serializer, {"names": [{}, {"name": "a"}] * 300})["names"]) for _ in range(5)]

    assert named == [300, 300, 300, 100, 1]


def test_first_unknown_fields_are_named() -> None:
    found = errors_of(NameSerializer(), {"name": "a", **{f"field_{number}": 1 for number in range(1000)}})

    assert list(found) == [f"field_{number}" for number in range(100)]


@pytest.mark.django_db
@pytest.mark.parametrize("named", ["checks", "evidence"])
def test_unknown_checks_of_a_bulk_are_compared_up_to_a_limit(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    compared: list[str] = []
    monkeypatch.setattr("findings.check_keys.nearest", lambda key: compared.append(key) or [])
    keys = [f"unknown_{number}" for number in range(90)]
    seen = {"checks": keys} if named == "checks" else {"evidence": {"checks": keys}}
    findings = [{"domain": "seo", "title": f"Finding {number}", **seen} for number in range(5)]

    response = scenario.client.call("post", "findings/bulk", {"findings": findings})

    assert (response.status_code, len(compared)) == (422, 50)
    assert len(response.json()["error"]["details"]) == 450


@pytest.mark.parametrize("text", ["\u200b", " \u2060\ufeff ", "\u3164"])
def test_text_that_shows_nothing_is_blank(text: str) -> None:
    found = errors_of(NameSerializer(), {"name": text})

    assert found == {"name": ["This field may not be blank."]}
    assert StrictCharField(allow_blank=True).run_validation(text) == text.strip()


@pytest.mark.django_db
def test_title_that_shows_nothing_is_refused(scenario: Scenario) -> None:
    response = scenario.client.call("post", "findings", {"domain": "seo", "title": "\u200b\u200b"})

    assert (response.status_code, scenario.project.findings.count()) == (422, 0)
    assert response.json()["error"]["details"] == {"title": ["This field may not be blank."]}
